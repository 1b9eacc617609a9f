"""Joining and leaving the Team Around the Family."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cases.actions.ending import end_at_once
from cases.actions.notes import write_event
from cases.models import Case, TeamMember, TeamPlace
from cases.rules import NotAllowed
from cases.rules.case import check_can_write
from cases.rules.sharing import check_can_add_to_team
from earlyhelp.access import Actor, Role
from earlyhelp.audit import record_change
from hubs.models import Membership


@transaction.atomic
def add_to_team(*, case: Case, membership: Membership, helps_with: str = "", by: Actor) -> TeamMember:
    """Put somebody on the team; they see the family from now on. Already on it: gives back their place.

    A place that was kept for reading only is a full place again. A volunteer gets a volunteer's place, which shows them
    their own tasks, names, contact and who works with the family.

    Raises cases.rules.NotAllowed with what is missing when the agreement or consent does not cover their agency.
    """
    check_can_write(by, case)
    check_can_add_to_team(by, case, membership.agency)
    place = TeamPlace.VOLUNTEER if Role.VOLUNTEER.value in membership.roles else TeamPlace.PROFESSIONAL
    current = case.team.current().filter(membership=membership, place=place).first()
    if current and current.reads_only:
        current.reads_only, current.ends_on, current.end_reason = False, None, ""
        current.save(update_fields=["reads_only", "ends_on", "end_reason"])
        record_change(
            by, "Added somebody to the team again", case=case, obj=current, membership=membership.pk
        )
        write_event(case=case, title=f"{membership.agency.name} joined the team again", by=by)
        return current
    if current:
        return current
    member = TeamMember.objects.create(
        case=case,
        membership=membership,
        place=place,
        helps_with=helps_with,
        starts_on=timezone.localdate(),
        added_by=by.membership,
    )
    record_change(by, "Added somebody to the team", case=case, obj=member, membership=membership.pk)
    write_event(case=case, title=f"{membership.agency.name} joined the team", by=by)
    return member


@transaction.atomic
def change_place(*, member: TeamMember, helps_with: str, last_contact_on: dt.date | None, by: Actor) -> None:
    """Say anew what somebody helps with and when they last had contact with the family.

    Raises cases.rules.NotAllowed, or ValueError for a contact that is still ahead.
    """
    check_can_write(by, member.case)
    if last_contact_on and last_contact_on > timezone.localdate():
        raise ValueError("The last contact cannot be ahead.")
    member.helps_with, member.last_contact_on = helps_with, last_contact_on
    member.save(update_fields=["helps_with", "last_contact_on"])
    record_change(
        by, "Changed a place on the team", case=member.case, obj=member, membership=member.membership_id
    )


@transaction.atomic
def leave_team(*, member: TeamMember, reason: str, by: Actor) -> None:
    """End somebody's place on the team, theirs or another's; they lose sight at once.

    Raises cases.rules.NotAllowed for the lead professional, who hands over first.
    """
    case = member.case
    check_can_write(by, case)
    if member.place == TeamPlace.COVER:
        raise NotAllowed(
            "This is cover for the lead. It ends with its last day, or where the cover was arranged."
        )
    if case.leads.filter(membership=member.membership, until_at__isnull=True).exists():
        raise NotAllowed("The lead professional cannot leave. Ask somebody else to lead first.")
    # Written before the place ends: somebody who takes themselves off could not write afterwards.
    record_change(by, "Took somebody off the team", case=case, obj=member, membership=member.membership_id)
    write_event(case=case, title=f"{member.membership.agency.name} left the team", by=by)
    end_at_once(member, end_reason=reason)
