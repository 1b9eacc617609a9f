"""Messages about a family that wait to be sent, or were, go with its record."""

from django.db import migrations

from reporting.sql_files import run, text_of


class Migration(migrations.Migration):
    dependencies = [("reporting", "0007_subject_and_retention"), ("outbox", "0001_message")]
    operations = [run("retention/dispose_v2.sql", undo=text_of("retention/disposal_v1.sql"))]
