"""Who may restrict a record, and who lifts it again. The database's functions say the same (cases/sql/protect)."""

from __future__ import annotations

from cases.models import Case
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_read, check_is_not_only_to_read
from earlyhelp.access import Actor, Role


def check_can_restrict(actor: Actor, case: Case) -> None:
    """Persons who may restrict a record, change who is named and say which colleague is a relative:

    - agency leads and hub managers who see it,
    - and not through emergency access, which is read-only.
    """
    if not (actor.has_role(Role.AGENCY_LEAD) or actor.has_role(Role.HUB_MANAGER)):
        raise NotAllowed("An agency lead or hub manager restricts records. Ask yours.")
    check_can_read(actor, case)
    check_is_not_only_to_read(actor, case)


can_restrict = answered(check_can_restrict)
