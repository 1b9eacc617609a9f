"""Who sees the monthly sample of looks. Which looks, and who answers, is said in cases/sql/sample."""

from __future__ import annotations

from cases.rules import NotAllowed, answered
from earlyhelp.access import Actor, Role

ANSWERING = (Role.AGENCY_LEAD, Role.HUB_MANAGER, Role.IG_LEAD)


def check_can_see_sample(actor: Actor) -> None:
    """Persons for whom drawn looks may wait:

    - agency leads, for colleagues of their agency and records they see; never for their own looks,
    - hub managers, for records of their hub where no lead of the agency can answer,
    - information governance leads, where nobody of an agency can answer, and for everything that was not explained,
    - auditors, who read along.
    """
    if not any(actor.has_role(role) for role in (*ANSWERING, Role.AUDITOR)):
        raise NotAllowed("Agency leads, hub managers and information governance leads answer for looks.")


def check_can_follow_the_sample(actor: Actor) -> None:
    """Persons who see how far a month has come: information governance leads and auditors."""
    if not actor.has_role(Role.IG_LEAD) and not actor.has_role(Role.AUDITOR):
        raise NotAllowed("Information governance leads and auditors follow the sample.")


def check_can_sign_off_sample(actor: Actor) -> None:
    """Persons who sign a month off: information governance leads, when every look has been answered for."""
    if not actor.has_role(Role.IG_LEAD):
        raise NotAllowed("An information governance lead signs the month off.")


can_see_sample = answered(check_can_see_sample)
can_follow_the_sample = answered(check_can_follow_the_sample)
can_sign_off_sample = answered(check_can_sign_off_sample)
