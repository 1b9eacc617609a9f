"""Parts that are filled in again each time (reviews): a page of answers for every time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0005_form_drafts")]
    operations = [
        migrations.AlterModelOptions(
            name="section", options={"ordering": ["key", "person", "round", "id"]}
        ),
        migrations.RemoveConstraint(model_name="section", name="one_page_of_answers"),
        migrations.AddField(
            model_name="section", name="round", field=models.PositiveSmallIntegerField(default=1)
        ),
        migrations.AddConstraint(
            model_name="section",
            constraint=models.UniqueConstraint(
                name="one_page_of_answers",
                fields=["assessment", "key", "person", "agency", "round"],
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="section",
            constraint=models.CheckConstraint(
                name="section_round_is_1_or_more", condition=models.Q(("round__gte", 1))
            ),
        ),
    ]
