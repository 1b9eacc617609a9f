"""Meetings of the small county, and whom an item of an agenda is for: in the database and in the oracle."""

from __future__ import annotations

import datetime as dt

from cases.models import AgendaAudience, AgendaItem, Meeting


class AtMeetings:
    """Part of Changes: needs its facts, members, agencies, cases and the present."""

    def a_meeting_in_every_case(self):
        self.meetings = {str(case.pk): self.meeting_of(case).pk for case in self.cases}

    def meeting_of(self, case) -> Meeting:
        start = self.now + dt.timedelta(days=1)
        return Meeting.objects.create(
            case=case, agency=self.agencies[0], title="Meeting", chair=self.members[0], arranged_by=self.members[0],
            starts_at=start, ends_at=start + dt.timedelta(hours=1),
        )  # fmt: skip

    def hear(self, draw, _case):
        """An item of an agenda is for everybody, for professionals, or for some people and agencies."""
        items = [row for row in self.facts.rows if row.table == "cases_agendaitem"]
        audience = draw.choice(["all", "professionals", "chosen", "chosen"])
        chosen = draw.sample(self.members, 2) if audience == "chosen" else []
        agencies = draw.sample(self.agencies, draw.choice([0, 1])) if audience == "chosen" else []
        if items:
            self.set_audience(draw.choice(items), audience, chosen, agencies)

    def set_audience(self, row, audience, chosen=(), agencies=()):
        AgendaAudience.objects.filter(item=row.id).delete()
        of_item = {"item_id": row.id, "case_id": row.case}
        AgendaAudience.objects.bulk_create(
            [AgendaAudience(**of_item, membership=each) for each in chosen]
            + [AgendaAudience(**of_item, agency=each) for each in agencies]
        )
        AgendaItem.objects.filter(pk=row.id).update(audience=audience)
        row.audience = audience
        row.chosen, row.chosen_agencies = tuple(m.pk for m in chosen), tuple(a.pk for a in agencies)
