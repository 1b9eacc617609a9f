"""Who may make the list of looks that a family is given."""

from __future__ import annotations

from cases.models import Case
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_read, is_only_by_emergency
from earlyhelp.access import Actor, Permission, Role


def check_can_make_reading_log(actor: Actor, case: Case) -> None:
    """Persons who may make the list of who has seen a record, for the family:

    - the lead professional,
    - the hub's coordinators and managers,
    - never through emergency access.

    They decide for which member of the family it is, and leave out what would put somebody at risk.
    """
    if not actor.may(Permission.CASE_READ):
        raise NotAllowed("Your role opens no records.")
    check_can_read(actor, case)
    if is_only_by_emergency(actor, case):
        raise NotAllowed("Emergency access is for reading only.")
    runs_hub = case.hub_id in actor.hub_ids and (
        actor.has_role(Role.HUB_COORDINATOR) or actor.has_role(Role.HUB_MANAGER)
    )
    leads = case.leads.filter(membership=actor.membership, until_at__isnull=True).exists()
    if not leads and not runs_hub:
        raise NotAllowed("The lead professional or the hub makes this list. Ask one of them.")


can_make_reading_log = answered(check_can_make_reading_log)
