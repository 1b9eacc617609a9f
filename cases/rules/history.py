"""Who may make the list of looks that a family is given."""

from __future__ import annotations

from cases.models import Case
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_read, check_is_not_only_to_read, leads
from earlyhelp.access import Actor, Permission, Role


def check_can_make_reading_log(actor: Actor, case: Case) -> None:
    """Persons who may make the list of who has seen a record, for the family:

    - the lead professional, or who covers for them,
    - the hub's coordinators and managers,
    - never through emergency access.

    They decide for which member of the family it is, and leave out what would put somebody at risk.
    """
    if not actor.may(Permission.CASE_READ):
        raise NotAllowed("Your role opens no records.")
    check_can_read(actor, case)
    check_is_not_only_to_read(actor, case)
    runs_hub = case.hub_id in actor.hub_ids and (
        actor.has_role(Role.HUB_COORDINATOR) or actor.has_role(Role.HUB_MANAGER)
    )
    if not leads(actor, case) and not runs_hub:
        raise NotAllowed("The lead professional or the hub makes this list. Ask one of them.")


can_make_reading_log = answered(check_can_make_reading_log)
