"""That somebody may type is not asked anew each time the text they typed is written."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0046_one_answer")]
    operations = [run("minutes_v3")]
