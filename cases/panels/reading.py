"""What pages of panels show, each reader's own part of it: the database's rule decides which items there are.

Items are numbered as the reader sees them, and counts are lengths of what is shown: nothing tells of a hidden one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from cases.kept import name_kept_from
from cases.models import (
    Attendance,
    Case,
    Panel,
    PanelMember,
    PanelNote,
    PanelOffer,
    PanelRequest,
    PanelRequestStatus,
    Person,
    Sitting,
)
from cases.panels.places import signed_until
from cases.panels.querysets import members_in_force
from earlyhelp.web.templatetags.eh import plural

_MANY = 500


@dataclass
class MemberRow:
    """One member of a panel, and whether they may read items at all."""

    member: PanelMember
    signed_until: dt.date | None
    attendance: str = ""

    @property
    def membership(self):
        return self.member.membership

    @property
    def has_lapsed(self) -> bool:
        return self.signed_until is not None and self.signed_until < timezone.localdate()

    @property
    def is_signed(self) -> bool:
        return self.signed_until is not None and not self.has_lapsed


@dataclass
class Item:
    """One item of a sitting, as one reader sees it."""

    request: PanelRequest
    offers: list[PanelOffer]
    notes: list[PanelNote]
    about: str = ""

    @property
    def is_now(self) -> bool:
        return self.request.opened_at is not None


@dataclass
class SittingPage:
    sitting: Sitting
    items: list[Item]
    notes: list
    members: list[MemberRow]
    by_agency: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def now(self) -> Item | None:
        return next((item for item in self.items if item.is_now), None)

    @property
    def case_ids(self) -> list[UUID]:
        return [item.request.case_id for item in self.items]


def my_panels(actor) -> list[Panel]:
    """The panels that this person sits on or runs, each with `next_sitting` and `sits_here`. Three queries."""
    panels = list(Panel.objects.open().with_people())
    nexts: dict[UUID, Sitting] = {}
    for sitting in Sitting.objects.to_come().filter(panel__in=panels):
        nexts.setdefault(sitting.panel_id, sitting)
    places = PanelMember.objects.filter(panel__in=panels, membership=actor.membership, ends_on=None)
    mine = set(places.values_list("panel_id", flat=True))
    shown = []
    for panel in panels:
        panel.next_sitting = nexts.get(panel.pk)
        panel.sits_here = panel.pk in mine
        runs = (
            panel.chair_id == actor.membership.pk
            or panel.hub_id in actor.hub_ids
            or (panel.agency_id == actor.agency.pk and "agency_lead" in actor.roles)
        )
        if runs or panel.sits_here:
            shown.append(panel)
    return shown


def members_of(panel: Panel) -> list[MemberRow]:
    """Everybody who sits on the panel today, with their signature. Two queries."""
    until = signed_until(panel)
    rows = [MemberRow(each, until.get(each.membership_id)) for each in members_in_force(panel.members)]
    return sorted(rows, key=lambda row: (row.membership.agency.name, row.membership.user.full_name))


def counts_of(panel: Panel) -> list[tuple[str, int]]:
    """How many requests of the panel the reader sees in each status: words and numbers, no name. One query."""
    found = Counter(PanelRequest.objects.filter(panel=panel).values_list("status", flat=True))
    return [(str(PanelRequestStatus(code).label), found[code]) for code in PanelRequestStatus.values]


def items_of(sitting: Sitting) -> list[Item]:
    """The items of a sitting that the reader may see, in the order they were asked. A fixed number of queries."""
    requests = (
        PanelRequest.objects.filter(sitting=sitting).with_list_data().prefetch_related(*_parts())[:_MANY]
    )
    return _as_items(requests)


def item_of(request: PanelRequest) -> Item:
    """One item with everything under it; `request` comes with its list data."""
    prefetch_related_objects([request], *_parts())
    return _as_items([request])[0]


def _parts() -> list[Prefetch]:
    notes = PanelNote.objects.select_related("note__author__user", "note__agency").order_by(
        "note__happened_at", "pk"
    )
    return [
        Prefetch("offers", PanelOffer.objects.with_people()),
        Prefetch("notes", notes),
    ]


def _as_items(requests) -> list[Item]:
    requests = list(requests)
    name_kept_from([each.note for request in requests for each in request.notes.all()])
    about = _about({request.case.family_id for request in requests})
    return [
        Item(
            request,
            list(request.offers.all()),
            list(request.notes.all()),
            about.get(request.case.family_id, ""),
        )
        for request in requests
    ]


def _about(families: set[UUID]) -> dict[UUID, str]:
    """The children of each family in a few words, as far as the reader may know of them."""
    children: dict[UUID, int] = Counter(
        Person.objects.filter(family__in=families, is_child=True).values_list("family_id", flat=True)
    )
    return {pk: plural(n, "child,children") for pk, n in children.items()}


def sitting_page(sitting: Sitting) -> SittingPage:
    """Everything the page of a sitting shows to its reader."""
    members = members_of(sitting.panel)
    came = dict(sitting.attendance.values_list("membership_id", "attendance"))
    for row in members:
        row.attendance = came.get(row.member.membership_id, "")
    page = SittingPage(
        sitting, items_of(sitting), list(sitting.notes.select_related("author__user")), members
    )
    if came:
        page.by_agency = _by_agency(members)
    return page


def _by_agency(members: list[MemberRow]) -> list[tuple[str, int, int]]:
    """(agency, how many came, how many members) in the order of their names."""
    counted: dict[str, list[int]] = {}
    for row in members:
        numbers = counted.setdefault(row.membership.agency.name, [0, 0])
        numbers[0] += row.attendance == Attendance.ATTENDED
        numbers[1] += 1
    return [(name, came, of) for name, (came, of) in sorted(counted.items())]


def requests_of(case: Case) -> list[PanelRequest]:
    """What panels were asked for one family, the newest first. One query."""
    return list(PanelRequest.objects.filter(case=case).with_list_data().order_by("-asked_at"))


def names_on(sitting: Sitting) -> set[str]:
    """Words that tell of the families whose items the reader sees: names and references, for the prompt about names."""
    cases = PanelRequest.objects.filter(sitting=sitting).values("case")
    found: set[str] = set()
    for family, reference in Case.objects.filter(pk__in=cases).values_list("family__name", "reference"):
        found |= {*family.split(), reference}
    people = Person.objects.filter(family__cases__in=cases).values_list("first_name", "last_name", "known_as")
    for names in people:
        found |= {word for name in names for word in name.split()}
    return {word.casefold() for word in found if len(word) > 2}
