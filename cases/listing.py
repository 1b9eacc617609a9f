"""The list of families, lean: plain values, no model instances, a count that stops at a thousand.

Templates, model instances and counting cost more than access control (access.md, "Whole requests").
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cases.drift import drift_to_see_to
from cases.models import Case, Family, LeadProfessional, LevelOfNeed
from cases.querysets import Tokens
from hubs.models import Hub
from hubs.querysets import in_force

PER_PAGE = 25
COUNTED_UP_TO = 1000
# The application's own filter, asked of the rows that the policies let through.
PASSES = Q(acl__overlap=Tokens())
_COLUMNS = (
    "pk",
    "reference",
    "family_id",
    "hub_id",
    "level_id",
    "status",
    "next_review_on",
    "latest",
    "updated_at",
)


@dataclass
class Row:
    """One family in the list."""

    case_id: UUID
    reference: str
    name: str
    hub: str
    level_number: int | None
    level_name: str
    status: str
    lead: str
    next_review_on: dt.date | None
    latest: str
    updated_at: dt.datetime

    @property
    def review_days_late(self) -> int:
        if self.next_review_on is None or self.status == "closed":
            return 0
        return (timezone.localdate() - self.next_review_on).days


@dataclass
class FamilyPage:
    """One page of the list. `total` stops at COUNTED_UP_TO: an exact count of a hub costs more than its page."""

    rows: list[Row]
    number: int
    total: int
    is_capped: bool
    previous_url: str
    next_url: str


def family_page(request, filters) -> FamilyPage:
    """The page that the request asks for: the count, the cases, what belongs to them.

    The policies make the list, and each row of the page must pass the application's own filter as well.
    """
    number = _page_number(request.GET.get("page", ""))
    cases = _narrow(Case.objects.in_sight_of(request.actor), filters)
    total = cases.order_by()[: COUNTED_UP_TO + 1].count()
    start = (number - 1) * PER_PAGE
    # Cases alone first, what belongs to them afterwards: joined before the limit, a school's sixty families would be
    # read for twenty-five, and names of hubs once for each row.
    chosen = list(
        cases.order_by("-updated_at", "-pk")
        .annotate(passes=PASSES)
        .values_list(*_COLUMNS, "passes", named=True)[start : start + PER_PAGE + 1]
    )
    rows = _rows_of([case for case in chosen[:PER_PAGE] if case.passes])
    has_next = len(chosen) > PER_PAGE
    return FamilyPage(
        rows,
        number,
        min(total, COUNTED_UP_TO),
        total > COUNTED_UP_TO,
        _url(request, number - 1) if number > 1 else "",
        _url(request, number + 1) if has_next else "",
    )


def _page_number(words: str) -> int:
    """The page asked for; 1 for anything that is none, and for a number too long for any list."""
    return max(1, int(words)) if words.isdecimal() and len(words) < 7 else 1


def _rows_of(cases: list) -> list[Row]:
    """What the list says about these cases: names of families, hubs, levels and leads, in four small queries."""
    families = dict(
        Family.objects.filter(pk__in=[case.family_id for case in cases]).values_list("pk", "name")
    )
    hubs = dict(Hub.objects.values_list("pk", "name"))
    levels = {
        pk: (number, name) for pk, number, name in LevelOfNeed.objects.values_list("pk", "number", "name")
    }
    leads = {
        pk: f"{first} {last}"
        for pk, first, last in LeadProfessional.objects.filter(
            case_id__in=[case.pk for case in cases], until_at=None
        ).values_list("case_id", "membership__user__first_name", "membership__user__last_name")
    }
    return [
        Row(
            case.pk,
            case.reference,
            families[case.family_id],
            hubs[case.hub_id],
            *levels.get(case.level_id, (None, "")),
            case.status,
            leads.get(case.pk, ""),
            case.next_review_on,
            case.latest,
            case.updated_at,
        )
        for case in cases
        if case.family_id in families
    ]


def _narrow(cases, filters):
    show = filters.cleaned_data.get("show") if filters.is_valid() else ""
    hub = filters.cleaned_data.get("hub") if filters.is_valid() else None
    if hub:
        cases = cases.for_hub(hub)
    if show == "closed":
        return cases.filter(status="closed")
    if show == "stepped_up":
        return cases.filter(status="stepped_up")
    cases = cases.open()
    if show == "mine":
        return cases.filter(pk__in=filters.actor.membership.teams.working().values("case_id"))
    if show == "late":
        return cases.review_overdue()
    if show == "drifting":
        return cases.filter(pk__in={each.case_id for each in drift_to_see_to()})
    if show == "no_lead":
        leads = LeadProfessional.objects.filter(case=OuterRef("pk"), until_at=None)
        still_there = in_force("membership__starts_on", "membership__ends_on")
        return cases.filter(~Exists(leads.filter(still_there)))
    return cases


def _url(request, number: int) -> str:
    query = request.GET.copy()
    query["page"] = number
    return f"?{query.urlencode()}"
