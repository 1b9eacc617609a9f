"""Cover is read by the two of them, whoever asked, and leads of the agency of who is away: not by every colleague."""

from django.db import migrations

SEES = "app.guest_id() is null and (app.membership_id() in (cases_cover.away_id, cases_cover.by_id, cases_cover.asked_by_id)"
OF_MY_AGENCY = (
    "exists (select 1 from hubs_membership m where m.id = cases_cover.away_id and m.agency_id = app.agency_id())"
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0044_minutes_told")]
    operations = [
        migrations.RunSQL(
            f"alter policy cases_cover_select on cases_cover using"
            f" ({SEES} or 'agency_lead' = any (app.roles()) and {OF_MY_AGENCY}))",
            f"alter policy cases_cover_select on cases_cover using ({SEES} or {OF_MY_AGENCY}))",
        )
    ]
