"""Joining and leaving the Team Around the Family."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cases.actions.notes import write_event
from cases.models import Case, TeamMember
from cases.rules import NotAllowed
from cases.rules.case import check_can_write
from cases.rules.sharing import check_can_add_to_team
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Membership


@transaction.atomic
def add_to_team(*, case: Case, membership: Membership, helps_with: str = "", by: Actor) -> TeamMember:
    """Put somebody on the team; they see the family from now on. Already on it: gives back their place.

    Raises cases.rules.NotAllowed with what is missing when the agreement or consent does not cover their agency.
    """
    check_can_write(by, case)
    check_can_add_to_team(by, case, membership.agency)
    current = case.team.current().filter(membership=membership).first()
    if current:
        return current
    member = TeamMember.objects.create(
        case=case,
        membership=membership,
        helps_with=helps_with,
        starts_on=timezone.localdate(),
        added_by=by.membership,
    )
    record_change(by, "Added somebody to the team", case=case, obj=member, membership=membership.pk)
    write_event(case=case, title=f"{membership.agency.name} joined the team", by=by)
    return member


@transaction.atomic
def leave_team(*, member: TeamMember, reason: str, by: Actor) -> None:
    """End somebody's place on the team, theirs or another's; they lose sight at once.

    Raises cases.rules.NotAllowed for the lead professional, who hands over first.
    """
    case = member.case
    check_can_write(by, case)
    if case.leads.filter(membership=member.membership, until_at__isnull=True).exists():
        raise NotAllowed("The lead professional cannot leave. Ask somebody else to lead first.")
    # Written before the place ends: somebody who takes themselves off could not write afterwards.
    record_change(by, "Took somebody off the team", case=case, obj=member, membership=member.membership_id)
    write_event(case=case, title=f"{member.membership.agency.name} left the team", by=by)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    member.ends_on = max(yesterday, member.starts_on)
    member.end_reason = reason
    if member.ends_on >= timezone.localdate():
        # Joined today: a place cannot end before it began, so it is ended at its beginning and no longer counts.
        member.starts_on = member.ends_on = yesterday
    member.save(update_fields=["starts_on", "ends_on", "end_reason"])
