"""How many families somebody leads, as a number: asked before one more is given to them."""

from django.db import migrations

from earlyhelp.access.rls import definer_function

# The asker cannot see the other families, and learns of them only how many they are.
LEAD_WORKLOAD = """
create or replace function app.lead_workload(memberships int[]) returns table (membership_id int, families bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select l.membership_id, count(*)
    from cases_leadprofessional l join cases_case c on c.id = l.case_id and c.status <> 'closed'
   where l.until_at is null and l.membership_id = any (memberships) and app.membership_id() is not null
   group by 1
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_steps")]

    operations = [definer_function("app.lead_workload(int[])", LEAD_WORKLOAD)]
