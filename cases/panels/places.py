"""Who of a panel may read one item, and what the others lack: places on the family's team, with an end.

A place gives nothing by itself. It counts while the agreement and the family's answers cover the member's agency, as
every place on a team does; so an answer that is withdrawn ends the sight of an item at once, whatever is written here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from cases.actions.ending import end_at_once
from cases.actions.notes import write_event
from cases.models import (
    Case,
    Panel,
    PanelMember,
    PanelOfferStatus,
    PanelRequest,
    PanelSignature,
    Sitting,
    TeamMember,
    TeamPlace,
)
from cases.panels.querysets import members_in_force
from cases.panels.rules import check_not_restricted
from cases.rules.sharing import missing_to_share
from earlyhelp.access import Actor, Role
from earlyhelp.audit import record_change
from earlyhelp.web.dates import day
from earlyhelp.web.templatetags.eh import plural
from hubs.models import Membership


@dataclass
class Seat:
    """One member of the panel before one item: `lacks` says what is missing and how to put it right."""

    member: PanelMember
    signed_until: dt.date | None
    through_hub: bool
    place: TeamMember | None
    lacks: list[str] = field(default_factory=list)

    @property
    def membership(self) -> Membership:
        return self.member.membership

    @property
    def may_read(self) -> bool:
        return self.through_hub or not self.lacks


def seats_of(request: PanelRequest) -> list[Seat]:
    """Every member of the panel today, and how they stand to this item. Six queries, however many members."""
    members = list(members_in_force(request.panel.members))
    signed = signed_until(request.panel)
    missing = missing_to_share(request.case, {each.membership.agency for each in members})
    places = _places(request.case, [each.membership_id for each in members])
    seats = []
    for member in members:
        agency = member.membership.agency
        lacks = []
        if agency.pk not in request.agreed_agencies:
            lacks.append(
                f"The family has not agreed that {agency.name} talks about them at this panel. "
                "Ask them, and change what they agreed to."
            )
        lacks += missing[agency]
        until = signed.get(member.membership_id)
        lacks += _lacks_signature(member, until)
        seats.append(
            Seat(
                member,
                until,
                _sees_through_hub(member.membership, request.case),
                places.get(member.membership_id),
                lacks,
            )
        )
    return seats


def signed_until(panel: Panel) -> dict[int, dt.date]:
    """Until when each member's newest signature holds, by membership."""
    found = PanelSignature.objects.filter(panel=panel).order_by().values_list("membership_id")
    return dict(found.annotate(until=Max("valid_until")))


def _lacks_signature(member: PanelMember, until: dt.date | None) -> list[str]:
    name = member.membership.user.full_name
    if until is None:
        return [
            f"{name} has not signed the panel’s confidentiality agreement. They sign on the panel’s page."
        ]
    if until < timezone.localdate():
        return [f"{name} must sign the panel’s confidentiality agreement again: it ran out on {day(until)}."]
    return []


def _sees_through_hub(membership: Membership, case: Case) -> bool:
    roles = set(membership.roles)
    if Role.HUB_MANAGER.value in roles and membership.hub_id is None:
        return True
    return membership.hub_id == case.hub_id and bool(
        roles & {Role.HUB_MANAGER.value, Role.HUB_COORDINATOR.value}
    )


def _places(case: Case, memberships: list[int]) -> dict[int, TeamMember]:
    """The place of each that is in force or still to begin; the one that lasts longest when there are two."""
    today = timezone.localdate()
    found: dict[int, TeamMember] = {}
    for place in case.team.filter(membership__in=memberships).order_by("starts_on"):
        if place.ends_on is not None and place.ends_on < today:
            continue
        earlier = found.get(place.membership_id)
        if earlier is None or earlier.place == TeamPlace.PANEL:
            found[place.membership_id] = place
    return found


def first_and_last_day(sitting: Sitting) -> tuple[dt.date, dt.date]:
    """From when until when panel members read an item of this sitting (settings PANEL_READ_DAYS, PANEL_PLACE_DAYS)."""
    early = dt.timedelta(days=settings.EARLY_HELP["PANEL_READ_DAYS"])
    late = dt.timedelta(days=settings.EARLY_HELP["PANEL_PLACE_DAYS"])
    return max(timezone.localdate(), sitting.day - early), sitting.day + late


def give_places(request: PanelRequest, by: Actor) -> int:
    """Let those members read the item who lack nothing, and end the places of those who lack something.

    For actions that have checked their own rule and locked the case. A place that the family's team gave somebody is
    left alone. Returns how many places are there afterwards. Raises NotAllowed for a restricted record.
    """
    check_not_restricted(request.case)
    if request.sitting is None or request.sitting.is_over:
        return 0
    starts_on, ends_on = first_and_last_day(request.sitting)
    given, ended = [], []
    for seat in seats_of(request):
        if seat.place is not None and seat.place.place != TeamPlace.PANEL:
            continue
        if seat.lacks:
            ended += [seat.membership.pk] if seat.place is not None else []
            continue
        if seat.through_hub or seat.signed_until is None:
            continue
        given.append(_give(request.case, seat, starts_on, min(ends_on, seat.signed_until), by))
    end_places(request.case, ended, "Not covered any more", by)
    if given:
        record_change(by, "Let a panel read a record", case=request.case, obj=request, places=len(given))
    return len(given)


def _give(case: Case, seat: Seat, starts_on: dt.date, ends_on: dt.date, by: Actor) -> TeamMember:
    if seat.place is None:
        return TeamMember.objects.create(
            case=case,
            membership=seat.membership,
            place=TeamPlace.PANEL,
            helps_with="Panel",
            starts_on=min(starts_on, ends_on),
            ends_on=ends_on,
            added_by=by.membership,
        )
    # Two panels may have been asked: the place lasts for both.
    seat.place.starts_on = min(seat.place.starts_on, starts_on)
    seat.place.ends_on = max(seat.place.ends_on or ends_on, ends_on)
    seat.place.save(update_fields=["starts_on", "ends_on"])
    return seat.place


def end_places(case: Case, memberships: Iterable[int], reason: str, by: Actor) -> int:
    """End panel places of these members from yesterday, so that they see the record no longer. Returns how many.

    What the actor still has to write about the case is written before: they may end their own place.
    """
    today = timezone.localdate()
    places = list(
        case.team.filter(membership__in=list(memberships), place=TeamPlace.PANEL, ends_on__gte=today)
    )
    if not places:
        return 0
    record_change(by, "Ended a panel's reading of a record", case=case, obj=case, places=len(places))
    # The actor's own goes last: without it they could not end the others.
    for place in sorted(places, key=lambda each: each.membership_id == by.membership.pk):
        end_at_once(place, end_reason=reason)
    return len(places)


def end_places_not_needed(request: PanelRequest, by: Actor) -> int:
    """End the places of a panel's members whose agency waits for no answer of the family to one of its offers.

    For an item about which the panel has nothing more to say. Members who read the record for another panel stay.
    """
    waiting = set(
        request.offers.filter(status=PanelOfferStatus.WAITING).values_list("agency_id", flat=True)
        if request.is_open
        else []
    )
    others = PanelRequest.objects.open().filter(case=request.case).exclude(pk=request.pk).values("panel")
    elsewhere = set(PanelMember.objects.filter(panel__in=others).values_list("membership_id", flat=True))
    done = [
        each.membership_id
        for each in request.panel.members.select_related("membership")
        if each.membership.agency_id not in waiting and each.membership_id not in elsewhere
    ]
    return end_places(request.case, done, "The panel has finished", by)


@dataclass(frozen=True)
class Askable:
    """A panel that can be asked for a family, as `app.panels_to_ask` tells somebody who may not sit on it."""

    pk: UUID
    name: str
    kind: str
    rhythm: str
    needs_assessment: bool
    has_assessment: bool
    agency_ids: tuple[int, ...]
    sitting_id: UUID | None
    sits_at: dt.datetime | None

    @property
    def lacks_assessment(self) -> bool:
        return self.needs_assessment and not self.has_assessment


def panels_to_ask(case: Case) -> list[Askable]:
    """The panels of the family's district. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select panel, name, kind, rhythm, needs_assessment, has_assessment, agencies, sitting, sits_at"
            "  from app.panels_to_ask(%s)",
            [case.pk],
        )
        rows = cursor.fetchall()
    return [
        Askable(pk, name, kind, rhythm, needs, has, tuple(agencies), sitting, at)
        for pk, name, kind, rhythm, needs, has, agencies, sitting, at in rows
    ]


def tell_of_places(case: Case, number: int, panel: Panel, by: Actor) -> None:
    """One line of the timeline for all places together: who may read, and why."""
    write_event(
        case=case,
        title="A panel was asked for help",
        body=f"{panel.name}. {plural(number, 'person,people')} of the panel may read the record for it.",
        by=by,
    )
