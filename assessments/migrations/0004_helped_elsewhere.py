"""Helping a family again: whether somebody else is doing so already."""

from django.db import migrations

from assessments.sql import HELPED_ELSEWHERE
from earlyhelp.access.rls import definer_function


class Migration(migrations.Migration):
    dependencies = [("assessments", "0003_somerset_form"), ("cases", "0009_protect")]
    operations = [definer_function("app.helped_elsewhere(uuid)", HELPED_ELSEWHERE)]
