"""What about sharing waits for somebody in My work: answers that run out, and two people who disagree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Exists, F, Min, OuterRef, Q, Value
from django.utils import timezone

from cases.models import Consent, LawfulShare
from cases.rules.sharing_people import disagreements_in, notes_on_deciding
from earlyhelp.access import Actor, Role


@dataclass(frozen=True)
class RunsOut:
    """Answers of one family about one agency, or sharing by law with it, that run out on a day or have run out."""

    family: str
    reference: str
    agency: str
    on: dt.date
    by_law: bool = False

    @property
    def days_left(self) -> int:
        """Below 0 once it has run out."""
        return (self.on - timezone.localdate()).days


@dataclass(frozen=True)
class Differs:
    """A family two of whose people disagree about sharing. No names here: the record says who."""

    family: str
    reference: str
    count: int


@dataclass
class SharingTasks:
    runs_out: list[RunsOut] = field(default_factory=list)
    differs: list[Differs] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.runs_out) + len(self.differs)


def sharing_tasks_of(actor: Actor, led: list) -> SharingTasks:
    """What a lead professional must ask again, and disagreements that they or an agency lead see to.

    `led`: ids of the open cases that this person leads. A fixed number of queries. Answers that ran out are listed
    until somebody records a new one.
    """
    return SharingTasks(_running_out(led), _differing(actor, led))


def _running_out(led: list) -> list[RunsOut]:
    if not led:
        return []
    until = timezone.localdate() + dt.timedelta(days=settings.EARLY_HELP["CONSENT_REMINDER_DAYS"])
    newer = Consent.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=until),
        case=OuterRef("case"),
        person=OuterRef("person"),
        agency=OuterRef("agency"),
        ended_at=None,
    )
    answers = (
        Consent.objects.filter(case__in=led, answer="given", ended_at=None, valid_until__lte=until)
        .exclude(Exists(newer))
        .values_list("case__family__name", "case__reference", "agency__name")
        .annotate(on=Min("valid_until"), by_law=Value(False))
        .order_by()
    )
    shares = (
        LawfulShare.objects.filter(case__in=led, ends_on__lte=until, ends_on__gte=timezone.localdate())
        .order_by()
        .values_list("case__family__name", "case__reference", "agency__name")
        .annotate(on=F("ends_on"), by_law=Value(True))
    )
    rows = answers.union(shares, all=True).order_by("on")[:100]
    return [RunsOut(*row) for row in rows]


def _differing(actor: Actor, led: list) -> list[Differs]:
    """Families with a disagreement: those one leads; for an agency lead also those shared with the agency."""
    wanted = Q(case__in=led)
    if actor.has_role(Role.AGENCY_LEAD):
        token = actor.agency.pk * 8 + 1
        wanted |= Q(case__acl__contains=[token])
    refusals = Consent.objects.in_force().filter(wanted, answer="refused", category=None)
    refused = list(
        refusals.exclude(case__status="closed").values_list("case_id", "person_id", "agency_id")[:200]
    )
    if not refused:
        return []
    answers = (
        Consent.objects.in_force()
        .filter(
            case__in={case for case, *_ in refused},
            person__in={person for _, person, _ in refused},
            agency__in={agency for *_, agency in refused},
        )
        .select_related("person", "agency", "given_by", "case__family")
    )
    by_case: dict = {}
    for answer in answers:
        by_case.setdefault(answer.case_id, []).append(answer)
    notes = notes_on_deciding({answer.person for of_case in by_case.values() for answer in of_case})
    found = []
    for of_case in by_case.values():
        if differing := disagreements_in(of_case, notes):
            case = of_case[0].case
            found.append(Differs(case.family.name, case.reference, len(differing)))
    return sorted(found, key=lambda each: each.family)
