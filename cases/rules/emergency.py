"""Who may ask for emergency access, and who signs it off. The database's functions say the same (cases/sql/protect)."""

from __future__ import annotations

from cases.rules import NotAllowed, answered
from earlyhelp.access import Actor, Permission, Role

# Tries at one hour's end: a reference is easy to mistype and not to be guessed.
TRIES_AN_HOUR = 10


def check_can_break_glass(actor: Actor, tries: int = 0) -> None:
    """Persons who may ask for emergency access to one record:

    - practitioners and agency leads of an agency with a live signature on the agreement,
    - hub coordinators and hub managers,
    - not after `tries` of TRIES_AN_HOUR within the last hour.

    Which record it may be is answered by the database, in the same words for every refusal (trust.md, P6 and P11).
    """
    if not actor.may(Permission.CASE_READ):
        raise NotAllowed("Your role does not open records.")
    if not actor.is_covered and not actor.hub_ids:
        raise NotAllowed(
            f"{actor.agency.name} has no live signature on the information sharing agreement, so nobody there can open "
            "records. Call the hub."
        )
    if tries >= TRIES_AN_HOUR:
        raise NotAllowed("There have been too many tries. Call the hub, or try again in an hour.")


def check_can_see_checks(actor: Actor) -> None:
    """Persons who may see what waits to be checked: hub managers, agency leads, information governance leads."""
    if not any(actor.has_role(role) for role in (Role.HUB_MANAGER, Role.AGENCY_LEAD, Role.IG_LEAD)):
        raise NotAllowed("Hub managers, agency leads and information governance leads check these.")


can_break_glass = answered(check_can_break_glass)
can_see_checks = answered(check_can_see_checks)
