"""Who may change a family's plan."""

from __future__ import annotations

from cases.models import Case, CaseStatus, TeamMember
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write, leads
from earlyhelp.access import Actor


def runs_hub_of(actor: Actor, case: Case) -> bool:
    """Whether this person coordinates or manages the case's hub."""
    return case.hub_id in actor.hub_ids


def is_on_team(actor: Actor, case: Case) -> bool:
    """Whether this person is named on the team today."""
    return TeamMember.objects.current().filter(case=case, membership=actor.membership).exists()


def check_can_change_plan(actor: Actor, case: Case) -> None:
    """Persons who may add to a plan and say how its actions stand:

    - anybody who may write in the record: the team, their agencies' leads, the hub (domain.md 7.4),
    - while the case is not closed.
    """
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed, so its plan cannot change.")


def check_can_review_plan(actor: Actor, case: Case) -> None:
    """Persons who may record a review: the lead professional; the hub (domain.md 7.4)."""
    check_can_change_plan(actor, case)
    if not leads(actor, case) and not runs_hub_of(actor, case):
        raise NotAllowed("Only the lead professional or the hub can record a review.")


can_change_plan = answered(check_can_change_plan)
can_review_plan = answered(check_can_review_plan)
