"""Advice that was asked for before a step up, and a service that is asked to step in: told as people do it.

Must run as the system role, after the stories are told and their grants are settled.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from cases.actions.consultation import decide_on_advice, record_consultation
from cases.actions.step_in import ask_to_step_in
from cases.models import Asked, ConsultationStatus
from earlyhelp.access.context import acting_as
from reporting.demo.stories import case_of
from reporting.demo.world import World


def tell_advice(world: World) -> None:
    """Doyle: advice followed. Larkin: advice in general terms, nobody has said yet. Brandt: health is asked to step in."""
    now = timezone.now()
    with acting_as(world.staff["dean"]) as dean:
        advice = record_consultation(
            case=case_of("Doyle"),
            asked=Asked.HELPLINE,
            adviser="Moira Fenn, duty social worker",
            asked_at=now - dt.timedelta(days=24, hours=2),
            family_named=True,
            question="Missing for a night, and money that cannot be explained. Is that a step up?",
            advice="Yes, if his mother cannot keep him in. Complete the exploitation checklist with him first.",
            by=dean,
        )
        decide_on_advice(
            consultation=advice, status=ConsultationStatus.FOLLOWED, why="Sent the same day.", by=dean
        )
    with acting_as(world.staff["helen"]) as helen:
        record_consultation(
            case=case_of("Larkin"),
            asked=Asked.SOCIAL_CARE,
            adviser="Team manager on duty",
            asked_at=now - dt.timedelta(days=3),
            family_named=False,
            question="A parent sleeps through the evening and a child of nine rings a relative. What would you want to know?",
            advice="Who can be there at night, and what the child says. Ring at once if it happens again.",
            by=helen,
        )
    with acting_as(world.staff["priya"]) as priya:
        ask_to_step_in(
            case=case_of("Brandt"),
            to_agency=world.staff["ade"].agency,
            asked_for="Six visits about sleep, at home, with both parents there.",
            reason="A new baby is due, and nights have become harder for everybody.",
            family_agrees=True,
            by=priya,
        )
