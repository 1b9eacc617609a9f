"""An answered request stays as it was answered: refused with the code of a broken rule, not of a missing right."""

from django.db import migrations

from reporting.sql_files import run, text_of


class Migration(migrations.Migration):
    dependencies = [("reporting", "0009_due_at_month_end")]
    operations = [run("subject/guard_v2.sql", undo=text_of("subject/subject_v1.sql"))]
