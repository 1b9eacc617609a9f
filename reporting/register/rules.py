"""Who may bring in a register, for which hubs, and who decides about likely duplicates."""

from __future__ import annotations

from cases.rules import NotAllowed, answered
from earlyhelp.access import Actor, Permission, Role


def is_county_wide(actor: Actor) -> bool:
    """Whether the person manages all hubs: a hub manager for whom no hub is named."""
    return actor.has_role(Role.HUB_MANAGER) and actor.membership.hub_id is None


def check_can_import(actor: Actor) -> None:
    """Persons who may bring in a register and decide about its duplicates:

    - hub coordinators, for lines of their own hub,
    - hub managers, for their hub, or for all hubs when none is named.
    """
    if not actor.may(Permission.REGISTER_IMPORT):
        raise NotAllowed("Your role does not bring in registers. Ask the hub coordinator of your district.")
    if not actor.hub_ids and not is_county_wide(actor):
        raise NotAllowed(
            "You are not named as running a hub, so there is no district whose lines you could load."
        )


can_import = answered(check_can_import)
