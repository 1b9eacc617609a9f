"""A version that a newer one has replaced is no longer started: one version of each form is in use."""

from django.db import migrations

REPLACED = """
update assessments_formversion f set status = 'retired'
 where f.status = 'published' and exists (
   select 1 from assessments_formversion n where n.code = f.code and n.status = 'published' and n.version > f.version)
"""


class Migration(migrations.Migration):
    dependencies = [("assessments", "0011_three_forms")]
    operations = [migrations.RunSQL(REPLACED, migrations.RunSQL.noop)]
