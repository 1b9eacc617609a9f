"""Drafts handed on and withdrawn, and quick notes: for the pages about them."""

from __future__ import annotations

from django.urls import reverse

from assessments.actions import withdraw
from assessments.flow.hand_on import ask_to_take_over, could_take_over
from assessments.flow.quick_notes import keep_quick_note
from assessments.models import Assessment
from cases.models import Case
from earlyhelp.access.context import acting_as
from earlyhelp.web.ids import new_id
from hubs.models import Membership


def hand_drafts_on(people: dict[str, Membership]) -> list[str]:
    """Tom asks Priya to go on with a draft and withdraws another. Priya has two quick notes. Paths for Tom to open."""
    with acting_as(people["tom"]) as by:
        drafts = Assessment.objects.visible_to(by).to_finish().select_related("case__hub", "assessor")
        ours = [each for each in drafts if each.case.hub_id in by.hub_ids and each.case.is_open]
        for each in ours:
            if people["priya"] in could_take_over(each):
                ask_to_take_over(assessment=each, membership=people["priya"], note="Health is left.", by=by)
                break
        withdrawn = withdraw(assessment=ours[-1], reason="Registered twice by mistake.", by=by)
    with acting_as(people["priya"]) as by:
        case = Case.objects.granted_to(by).open().filter(family__name="Okafor-Lane").first()
        words = "Grandmother can fetch the children on Fridays from now on."
        keep_quick_note(note=new_id(), body=words, case=case, by=by)
        keep_quick_note(note=new_id(), body="Ask about the swimming club", case=None, by=by)
    return [reverse("assessment-restore", args=[withdrawn.pk])]
