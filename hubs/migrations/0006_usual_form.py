from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hubs", "0005_practice_lead")]
    operations = [
        migrations.AddField(
            model_name="hub",
            name="usual_form",
            field=models.CharField(
                default="somerset_eha",
                help_text="The code of the assessment form that is chosen beforehand for families of this hub.",
                max_length=40,
            ),
        )
    ]
