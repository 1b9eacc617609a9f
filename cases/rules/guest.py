"""Who may invite a guest to a record, make a new code for one, and end it."""

from __future__ import annotations

from cases.models import Case, Guest
from cases.rules import NotAllowed, answered
from cases.rules.sharing import check_can_change_sharing
from earlyhelp.access import Actor


def check_can_invite_guest(actor: Actor, case: Case) -> None:
    """Persons who may invite somebody without an account to read some of a record:

    - anybody who may record what the family agrees to,
    - of an agency with a live signature on the agreement: a guest sees no more than the agency that invites them,
    - while the record is open and nothing restricts it: closing ends the reason to look, and a
      restriction names who still may.
    """
    check_can_change_sharing(actor, case)
    if not actor.is_covered:
        raise NotAllowed(
            f"{actor.agency.name} has no live signature on the information sharing agreement, so it can invite nobody."
        )
    if not case.is_open:
        raise NotAllowed("This record is closed, so nobody can be invited to it.")
    restricted = getattr(case, "restricted_now", None)  # get_case_for has asked already
    if case.restrictions.filter(lifted_at__isnull=True).exists() if restricted is None else restricted:
        raise NotAllowed("This record is restricted: only the people named see it, and no guest.")


def check_can_renew_guest(actor: Actor, guest: Guest) -> None:
    """Persons who may make a new link and code: whoever invited the guest, and knows whom they have on the phone."""
    check_can_invite_guest(actor, guest.case)
    if guest.invited_by_id != actor.membership.pk:
        raise NotAllowed("Only whoever invited a guest makes a new code for them.")
    if not guest.is_live:
        raise NotAllowed("This invitation has ended. You can invite them again.")


def check_can_end_guest(actor: Actor, case: Case) -> None:
    """Persons who may end an invitation: anybody who may record what the family agrees to, at any time."""
    check_can_change_sharing(actor, case)


can_invite_guest = answered(check_can_invite_guest)
can_renew_guest = answered(check_can_renew_guest)
can_end_guest = answered(check_can_end_guest)
