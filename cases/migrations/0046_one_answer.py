"""One policy for each command: what is added after an answer stands in the policy of the answer itself."""

from django.db import migrations

SEES = "exists (select 1 from cases_case c where c.id = {table}.case_id)"
UP, DOWN = (SEES.format(table=table) for table in ("cases_stepup", "cases_stepdown"))
RECEIVER = "to_agency_id * 8 + 1 = any (app.tokens())"
HUB = "to_hub_id * 8 = any (app.tokens())"
UP_WAITS = f"status = 'sent' and ({RECEIVER} or agency_id = app.agency_id() or {UP})"
UP_ANSWERED = (
    f"status in ('accepted', 'declined') and acknowledged_at is null and agency_id = app.agency_id() and {UP}"
)
UP_ANSWER = f"""status in ('accepted', 'declined') and {RECEIVER} and decided_by_id = app.membership_id()
    or status = 'withdrawn' and agency_id = app.agency_id() and decided_by_id = app.membership_id()"""
DOWN_WAITS = f"""status in ('proposed', 'accepted')
    and ({HUB} or proposed_lead_id = app.membership_id() or agency_id = app.agency_id())"""
DOWN_TO_CLOSE = f"status = 'finished' and closed_at is null and agency_id = app.agency_id() and {DOWN}"
DOWN_ANSWER = f"""status in ('proposed', 'accepted') and {DOWN}
    or status = 'finished' and proposed_lead_id = app.membership_id() and ended_by_id = app.membership_id()
    or status = 'declined' and {HUB} and ended_by_id = app.membership_id()
    or status = 'withdrawn' and agency_id = app.agency_id() and ended_by_id = app.membership_id()"""

ONE_EACH = f"""
drop policy cases_stepup_acknowledge on cases_stepup;
alter policy cases_stepup_answer on cases_stepup
  using (app.guest_id() is null and not app.is_kept_from_case(case_id) and ({UP_WAITS} or {UP_ANSWERED}))
  with check (acknowledged_at is null and ({UP_ANSWER})
    or status in ('accepted', 'declined') and acknowledged_by_id = app.membership_id() and agency_id = app.agency_id());
drop policy cases_stepdown_close on cases_stepdown;
alter policy cases_stepdown_answer on cases_stepdown
  using (app.guest_id() is null and not app.is_kept_from_case(case_id) and ({DOWN_WAITS} or {DOWN_TO_CLOSE}))
  with check (closed_at is null and ({DOWN_ANSWER})
    or status = 'finished' and closed_by_id = app.membership_id() and agency_id = app.agency_id());
"""
TWO_EACH = f"""
alter policy cases_stepup_answer on cases_stepup
  using (not app.is_kept_from_case(case_id) and {UP_WAITS}) with check ({UP_ANSWER});
create policy cases_stepup_acknowledge on cases_stepup for update to eh_app
  using (app.guest_id() is null and {UP_ANSWERED})
  with check (status in ('accepted', 'declined') and acknowledged_by_id = app.membership_id());
alter policy cases_stepdown_answer on cases_stepdown
  using (not app.is_kept_from_case(case_id) and {DOWN_WAITS}) with check ({DOWN_ANSWER});
create policy cases_stepdown_close on cases_stepdown for update to eh_app
  using (app.guest_id() is null and {DOWN_TO_CLOSE})
  with check (status = 'finished' and closed_by_id = app.membership_id());
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0045_cover_is_theirs")]
    operations = [migrations.RunSQL(ONE_EACH, TWO_EACH)]
