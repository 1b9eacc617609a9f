"""Lines of a register that became no case go after 30 days."""

from django.db import migrations

from earlyhelp.access.rls import definer_function
from reporting.register.sql import FORGET


class Migration(migrations.Migration):
    dependencies = [("reporting", "0005_issued_stays")]
    operations = [definer_function("app.forget_register_lines()", FORGET)]
