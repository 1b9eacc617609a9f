"""My work: what must I do next, and by when.

Counts are the lengths of the lists that the page shows, never queries of their own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery, Value, Window
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Action,
    Case,
    Invitation,
    LeadProfessional,
    LeadRequest,
    Meeting,
    Person,
    StepDown,
    StepUp,
)
from earlyhelp.access import Actor, Permission

SHOWN_FAMILIES, MOST_ACTIONS = 25, 50
_OPEN_ACTION = Q(status__in=["not_started", "started"])


@dataclass(frozen=True)
class Due:
    """One thing with a date: an action, a review, a decision."""

    what: str
    case_id: UUID
    family: str
    url: str
    on: dt.date

    @property
    def days_late(self) -> int:
        return (timezone.localdate() - self.on).days


@dataclass
class FamilyRow:
    """One family in the list at the foot of My work."""

    case_id: UUID
    name: str
    reference: str
    children: int
    level_number: int | None
    level_name: str
    next_review_on: dt.date | None
    latest: str
    actions_done: int
    actions_total: int

    @property
    def review_days_late(self) -> int:
        return (timezone.localdate() - self.next_review_on).days if self.next_review_on else 0


@dataclass
class MyWork:
    meetings: list[Meeting]
    lead_requests: list[LeadRequest]
    step_ups: list[StepUp]
    step_downs: list[StepDown]
    invitations: list[Invitation]
    answers: list[StepUp]
    overdue: list[Due]
    soon: list[Due]
    later: list[Due]
    families: list[FamilyRow]
    families_total: int
    led_cases: list[UUID]
    hub_counts: dict[str, int] = field(default_factory=dict)

    @property
    def led(self) -> int:
        return len(self.led_cases)

    @property
    def requests_total(self) -> int:
        return len(self.lead_requests) + len(self.step_ups) + len(self.step_downs) + len(self.invitations)

    @property
    def cases(self) -> list[UUID]:
        """Every record that the page names, for the access log."""
        named = [*self.meetings, *self.lead_requests, *self.step_ups, *self.step_downs, *self.invitations]
        named += [*self.answers, *self.overdue, *self.soon, *self.later, *self.families]
        return [each.case_id for each in named]


def my_work_of(actor: Actor) -> MyWork:
    """Everything that waits for one person, in a fixed number of queries."""
    today = timezone.localdate()
    week = today + dt.timedelta(days=7)
    cases = Case.objects.visible_to(actor)
    led, due = _led_and_due(actor)
    mine = cases.open().filter(Q(pk__in=led) | Q(pk__in=actor.membership.teams.working().values("case_id")))
    rows, total = _families(mine)
    return MyWork(
        meetings=_meetings_today(actor),
        lead_requests=list(
            LeadRequest.objects.filter(to_membership=actor.membership, status="waiting")
            .select_related(
                "case__family", "case__level", "case__hub", "from_membership__user", "from_membership__agency"
            )
            .prefetch_related(
                Prefetch(
                    "case__leads",
                    LeadProfessional.objects.filter(until_at=None).select_related("membership__user"),
                )
            )
        ),
        step_ups=(
            list(StepUp.objects.to_agency_of(actor).waiting().with_list_data())
            if actor.may(Permission.STEP_DECIDE)
            else []
        ),
        step_downs=list(StepDown.objects.waiting_for(actor).with_list_data().select_related("case__family")),
        invitations=list(
            Invitation.objects.unanswered_by(actor).select_related("case__family", "meeting__chair__user")
        ),
        answers=list(StepUp.objects.answered_for(actor).with_list_data().select_related("case__family")),
        overdue=[each for each in due if each.on < today],
        soon=[each for each in due if today <= each.on <= week],
        later=[each for each in due if each.on > week],
        families=rows,
        families_total=total,
        led_cases=led,
        hub_counts=_hub_counts() if actor.hub_ids else {},
    )


def _meetings_today(actor: Actor) -> list[Meeting]:
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Invitation.objects.filter(membership=actor.membership).values("meeting_id")
    return list(
        Meeting.objects.filter(
            Q(chair=actor.membership) | Q(pk__in=mine),
            starts_at__gte=start,
            starts_at__lt=start + dt.timedelta(days=1),
            status__in=["planned", "held"],
        )
        .select_related("case__family", "chair__user")
        .annotate(
            asked=Count("invitations", distinct=True),
            coming=Count("invitations", filter=Q(invitations__answer="accepted"), distinct=True),
        )
        .order_by("starts_at")
    )


def _led_and_due(actor: Actor) -> tuple[list[UUID], list[Due]]:
    """The records this person leads, and what they have to do with its date, soonest first: one query."""
    leading = (
        LeadProfessional.objects.filter(membership=actor.membership, until_at=None)
        .exclude(case__status="closed")
        .order_by()
        .values_list(Value(""), "case_id", "case__family__name", "case__reference", "case__next_review_on")
    )
    actions = (
        Action.objects.open()
        .owned_by(actor)
        .exclude(case__status="closed")
        .values_list("what", "case_id", "case__family__name", "case__reference", "due_on")
        .order_by("due_on")[:MOST_ACTIONS]
    )
    led, due = [], []
    for what, case, name, reference, on in leading.union(actions, all=True):
        if not what:
            led.append(case)
        if on is not None:
            due.append(Due(what or "Plan review", case, name, reverse("record-plan", args=[reference]), on))
    return led, sorted(due, key=lambda each: each.on)


def _families(mine) -> tuple[list[FamilyRow], int]:
    """The rows at the foot of the page, and how many there are in all: one query."""
    children = Person.objects.filter(family=OuterRef("family"), is_child=True)
    actions = Action.objects.filter(case=OuterRef("pk"))
    rows = mine.annotate(
        total=Window(Count("pk")),
        children=_number_of(children),
        done=_number_of(actions.filter(status="done")),
        all=_number_of(actions),
    ).order_by(F("next_review_on").asc(nulls_last=True), "pk")
    found = list(
        rows.values_list(
            "pk",
            "family__name",
            "reference",
            "children",
            "level__number",
            "level__name",
            "next_review_on",
            "latest",
            "done",
            "all",
            "total",
        )[:SHOWN_FAMILIES]
    )
    families = [FamilyRow(*facts[:5], facts[5] or "", *facts[6:-1]) for facts in found]
    return families, found[0][-1] if found else 0


def _number_of(rows) -> Coalesce:
    """How many rows of a related table there are, as part of the same query."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _hub_counts() -> dict[str, int]:
    """What a coordinator watches over: open families, reviews late, nobody leading. Three numbers, one query."""
    with connection.cursor() as cursor:
        cursor.execute("select open_cases, review_late, no_lead from app.hub_counts()")
        return dict(zip(("open", "review_late", "no_lead"), cursor.fetchone(), strict=True))
