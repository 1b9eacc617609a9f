"""Panels, who sits on them, and their dates. Nothing here is about a family."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.ending import end_at_once
from cases.models import (
    Attendance,
    Panel,
    PanelMember,
    PanelSignature,
    Sitting,
    SittingAttendance,
    SittingNote,
    SittingStatus,
)
from cases.panels.places import first_and_last_day
from cases.panels.querysets import members_in_force
from cases.panels.rules import (
    check_can_run_panel,
    check_can_sign,
    check_can_start_panel,
    check_can_write_general_note,
)
from cases.rules import NotAllowed
from cases.states import check_can_become
from earlyhelp.access import Actor, Role
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.models import Agency, Hub, Membership

# Who works with families, and so may sit on a panel.
CASEWORK = {Role.PRACTITIONER, Role.AGENCY_LEAD, Role.HUB_COORDINATOR, Role.HUB_MANAGER}


@transaction.atomic
def start_panel(
    *,
    kind: str,
    name: str,
    hub: Hub,
    agency: Agency | None = None,
    rhythm: str,
    terms: str,
    needs_assessment: bool = False,
    chair: Membership,
    by: Actor,
) -> Panel:
    """Start a panel of a district, or of one school (`agency`) in it. Its chair is its first member.

    Raises cases.rules.NotAllowed for somebody who runs neither the district nor the school.
    """
    check_can_start_panel(by)
    leads_school = agency is not None and agency.pk == by.agency.pk and by.has_role(Role.AGENCY_LEAD)
    if hub.pk not in by.hub_ids and not leads_school:
        raise NotAllowed("You can start a panel for your own district, or for the school you lead.")
    _check_casework(chair)
    panel = Panel.objects.create(
        kind=kind,
        name=name,
        hub=hub,
        agency=agency,
        rhythm=rhythm,
        terms=terms,
        needs_assessment=needs_assessment,
        chair=chair,
        created_by=by.membership,
    )
    PanelMember.objects.create(panel=panel, membership=chair, added_by=by.membership)
    record_change(by, "Started a panel", obj=panel, kind=kind)
    return panel


@transaction.atomic
def change_panel(
    *, panel: Panel, name: str, rhythm: str, terms: str, needs_assessment: bool, chair: Membership, by: Actor
) -> Panel:
    """Change a panel's words, rhythm or chair, who must be one of its members. Raises NotAllowed or ValueError."""
    panel = _locked(panel)
    check_can_run_panel(by, panel)
    if not members_in_force(panel.members).filter(membership=chair).exists():
        raise ValueError("The chair must be a member of the panel. Add them first.")
    panel.name, panel.rhythm, panel.terms = name, rhythm, terms
    panel.needs_assessment, panel.chair = needs_assessment, chair
    record_change(by, "Changed a panel", obj=panel, chair=chair.pk)
    panel.save(update_fields=["name", "rhythm", "terms", "needs_assessment", "chair"])
    return panel


@transaction.atomic
def add_member(*, panel: Panel, membership: Membership, by: Actor) -> PanelMember:
    """Let somebody sit on a panel. They sign its confidentiality agreement themself before they read any item.

    Raises cases.rules.NotAllowed, or ValueError for somebody who does not work with families.
    """
    panel = _locked(panel)
    check_can_run_panel(by, panel)
    _check_casework(membership)
    current = panel.members.filter(membership=membership, ends_on=None).first()
    if current:
        return current
    member = PanelMember.objects.create(panel=panel, membership=membership, added_by=by.membership)
    record_change(by, "Added somebody to a panel", obj=member, membership=membership.pk)
    notify(
        "panel-to-sign",
        to=membership,
        key=f"panel-to-sign:{member.pk}",
        link=reverse("panel", args=[panel.pk]),
    )
    return member


@transaction.atomic
def end_member(*, member: PanelMember, by: Actor) -> PanelMember:
    """Take somebody off a panel. What they could read through it is closed to them at once.

    Raises cases.rules.NotAllowed, or ValueError for the chair, who is replaced first.
    """
    panel = _locked(member.panel)
    check_can_run_panel(by, panel)
    if panel.chair_id == member.membership_id:
        raise ValueError("Name another chair first. A panel always has one.")
    if member.ends_on is not None:
        return member
    with connection.cursor() as cursor:
        cursor.execute("select app.end_panel_places(%s, %s)", [panel.pk, member.membership_id])
    record_change(by, "Took somebody off a panel", obj=member, membership=member.membership_id)
    end_at_once(member)
    return member


@transaction.atomic
def sign(*, panel: Panel, by: Actor) -> PanelSignature:
    """Sign the panel's confidentiality agreement, for as long as PANEL_CONFIDENTIALITY_DAYS says. Raises NotAllowed."""
    check_can_sign(by, panel)
    today = timezone.localdate()
    signature = PanelSignature.objects.create(
        panel=panel,
        membership=by.membership,
        signed_on=today,
        valid_until=today + dt.timedelta(days=settings.EARLY_HELP["PANEL_CONFIDENTIALITY_DAYS"]),
    )
    record_change(by, "Signed a panel's confidentiality agreement", obj=signature)
    return signature


# -- Dates ----------------------------------------------------------------------------------------------------


@transaction.atomic
def arrange_sitting(
    *,
    panel: Panel,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: str = "",
    call_link: str = "",
    by: Actor,
) -> Sitting:
    """Set a date for a panel. Raises cases.rules.NotAllowed, or ValueError for times that cannot be."""
    panel = _locked(panel)
    check_can_run_panel(by, panel)
    _check_times(starts_at, ends_at)
    sitting = Sitting.objects.create(
        panel=panel,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        call_link=call_link,
        arranged_by=by.membership,
    )
    record_change(by, "Arranged a panel's sitting", obj=sitting)
    return sitting


@transaction.atomic
def change_sitting(
    *,
    sitting: Sitting,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: str = "",
    call_link: str = "",
    by: Actor,
) -> Sitting:
    """Move a sitting or change where it is; its items go with it, and may be read as long as the new date needs.

    Raises cases.rules.NotAllowed, or ValueError for times that cannot be.
    """
    sitting = _locked_sitting(sitting)
    check_can_run_panel(by, sitting.panel)
    _check_planned(sitting)
    _check_times(starts_at, ends_at)
    sitting.starts_at, sitting.ends_at = starts_at, ends_at
    sitting.place, sitting.call_link = place, call_link
    sitting.save(update_fields=["starts_at", "ends_at", "place", "call_link"])
    _carry(sitting, sitting)
    record_change(by, "Changed a panel's sitting", obj=sitting)
    return sitting


@transaction.atomic
def cancel_sitting(*, sitting: Sitting, reason: str, by: Actor) -> Sitting:
    """Cancel a sitting. Its items go to the panel's next date, or wait for one to be chosen.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    sitting = _locked_sitting(sitting)
    check_can_run_panel(by, sitting.panel)
    check_can_become(sitting, SittingStatus.CANCELLED)
    if not reason.strip():
        raise ValueError("Say why the sitting is cancelled.")
    sitting.status, sitting.cancel_reason = SittingStatus.CANCELLED, reason.strip()
    sitting.save(update_fields=["status", "cancel_reason"])
    _carry(sitting, _next_after(sitting))
    record_change(by, "Cancelled a panel's sitting", obj=sitting)
    return sitting


@transaction.atomic
def end_sitting(*, sitting: Sitting, attendance: dict[Membership, str], by: Actor) -> Sitting:
    """End a sitting: who came. Items that nobody talked about go to the next date.

    Args:
        attendance: a code of Attendance for each member.

    Raises cases.rules.NotAllowed, or ValueError before it has begun.
    """
    sitting = _locked_sitting(sitting)
    check_can_run_panel(by, sitting.panel)
    check_can_become(sitting, SittingStatus.HELD)
    if sitting.starts_at > timezone.now():
        raise ValueError("This sitting has not begun. Change its date, or cancel it.")
    for membership, was in attendance.items():
        SittingAttendance.objects.create(
            panel=sitting.panel, sitting=sitting, membership=membership, attendance=Attendance(was)
        )
    sitting.status, sitting.held_at = SittingStatus.HELD, timezone.now()
    sitting.save(update_fields=["status", "held_at"])
    _carry(sitting, _next_after(sitting))
    came = sum(was == Attendance.ATTENDED for was in attendance.values())
    record_change(by, "Ended a panel's sitting", obj=sitting, attended=came, members=len(attendance))
    return sitting


@transaction.atomic
def write_general_note(*, sitting: Sitting, text: str, by: Actor) -> SittingNote:
    """Write a note that everybody on the panel reads, and so without a family. Raises NotAllowed or ValueError."""
    check_can_write_general_note(by, sitting.panel)
    if not text.strip():
        raise ValueError("Enter the note.")
    note = SittingNote.objects.create(
        panel=sitting.panel, sitting=sitting, text=text.strip(), author=by.membership
    )
    record_change(by, "Wrote a general note of a panel", obj=note)
    return note


@transaction.atomic
def tell_members(*, sitting: Sitting, by: Actor) -> int:
    """Tell every member that the agenda can be read; each finds their own items there, or none. Returns how many.

    Raises cases.rules.NotAllowed, or ValueError for a sitting that is over.
    """
    check_can_run_panel(by, sitting.panel)
    if sitting.is_over:
        raise ValueError("This sitting is over.")
    members = [each.membership for each in members_in_force(sitting.panel.members)]
    for membership in members:
        notify(
            "panel-agenda",
            to=membership,
            key=f"panel-agenda:{sitting.pk}:{sitting.day}",
            link=reverse("sitting", args=[sitting.pk]),
            days=max((sitting.day - timezone.localdate()).days, 0),
        )
    record_change(by, "Told a panel that its agenda is ready", obj=sitting, members=len(members))
    return len(members)


def _carry(sitting: Sitting, to: Sitting | None) -> None:
    until = first_and_last_day(to)[1] if to else None
    with connection.cursor() as cursor:
        cursor.execute("select app.carry_panel_items(%s, %s, %s)", [sitting.pk, to.pk if to else None, until])


def _next_after(sitting: Sitting) -> Sitting | None:
    return Sitting.objects.to_come().filter(panel=sitting.panel_id).exclude(pk=sitting.pk).first()


def _locked(panel: Panel) -> Panel:
    return Panel.objects.select_for_update().get(pk=panel.pk)


def _locked_sitting(sitting: Sitting) -> Sitting:
    return Sitting.objects.select_for_update(of=("self",)).select_related("panel").get(pk=sitting.pk)


def _check_planned(sitting: Sitting) -> None:
    if sitting.status != SittingStatus.PLANNED:
        raise NotAllowed("This sitting is over or cancelled.")


def _check_casework(membership: Membership) -> None:
    if not {str(role) for role in CASEWORK} & set(membership.roles) or "volunteer" in membership.roles:
        raise ValueError("Only somebody who works with families can sit on a panel.")


def _check_times(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    if ends_at <= starts_at:
        raise ValueError("The sitting must end after it starts.")
    if starts_at < timezone.now() - dt.timedelta(hours=12):
        raise ValueError("The sitting cannot start in the past.")
