"""What is reached from further away than the crawl follows: meetings that are over, advice not yet answered, a note on a child."""

from __future__ import annotations

from django.urls import reverse

from cases.models import Case, Consultation, DecidesForSelf, Meeting
from earlyhelp.access.context import as_system
from tests.browser.cast import Stage


def after_meetings(stage: Stage) -> dict[str, list[str]]:
    """Whose paths to open: a signed-off meeting of a family that Priya leads; advice that Helen asked for."""
    with as_system():
        led = {"case__leads__membership": stage.people["priya"], "case__leads__until_at": None}
        signed = Meeting.objects.filter(status="signed_off", case__status="open", **led)
        signed = signed.select_related("case").latest("starts_at")
        advice = Consultation.objects.filter(status="advised", recorded_by=stage.people["helen"])
        advice = advice.select_related("case").latest("asked_at")
        differing = Case.objects.get(family__name="Okafor-Lane")
        noted = DecidesForSelf.objects.filter(person__family=differing.family_id, ended_at=None).latest("pk")
    meeting = [signed.case.reference, signed.pk]
    names = ("meeting", "meeting-minutes", "meeting-copy", "meeting-addendum-add")
    return {
        "priya": [
            *(reverse(name, args=meeting) for name in names),
            reverse("record-decides-end", args=[differing.reference, noted.person_id]),
        ],
        "helen": [reverse("consultation-decide", args=[advice.case.reference, advice.pk])],
    }
