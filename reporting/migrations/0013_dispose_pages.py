"""Pictures of documents' pages go from the store with their record."""

from django.db import migrations

from reporting.sql_files import run, text_of


class Migration(migrations.Migration):
    dependencies = [("reporting", "0012_attendance"), ("cases", "0033_papers")]
    operations = [run("retention/dispose_v3.sql", undo=text_of("retention/dispose_v2.sql"))]
