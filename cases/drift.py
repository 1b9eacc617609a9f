"""The drift alarm: a family's plan stands still, and somebody should look (users-ask.md 52; domain.md 2.3, Shropshire).

Three alarms, each with a setting: no meeting or contact for DRIFT_SILENT_DAYS, open for DRIFT_OPEN_MONTHS, and
DRIFT_SAME_REVIEWS reviews in a row in which no outcome moved. An alarm says the facts and what to do. It blocks
nothing, and a reason quiets it until a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, DriftAnswer, DriftKind
from cases.waiting import Waiting
from earlyhelp.access import Actor, Permission
from earlyhelp.web.dates import day
from earlyhelp.web.templatetags.eh import plural

# What to do about each alarm, as steps that somebody can take today.
WHAT_TO_DO = {
    DriftKind.SILENT: (
        "Ring or visit the family, and write it on the timeline.",
        "Arrange a meeting of the team.",
    ),
    DriftKind.LONG: (
        "Ask the family and the team whether the plan still helps.",
        "Review the plan: close it, assess again, or step up.",
    ),
    DriftKind.SAME: (
        "Talk it over with your manager or the hub before the next review.",
        "Change the plan, assess again, or step up.",
    ),
}
SHOWN = 5  # lines of one person's own families in My work; more are counted


@dataclass(frozen=True)
class Alarm:
    """One alarm of one case. `since`: the day from which it counts; `quiet_until`: the last answer's day."""

    kind: str
    since: dt.date
    quiet_until: dt.date | None = None
    answer: DriftAnswer | None = None

    @property
    def is_quiet(self) -> bool:
        return self.quiet_until is not None and self.quiet_until >= timezone.localdate()

    @property
    def facts(self) -> str:
        return facts_of(self.kind, self.since)

    @property
    def steps(self) -> tuple[str, ...]:
        return WHAT_TO_DO[DriftKind(self.kind)]


def facts_of(kind: str, since: dt.date) -> str:
    """An alarm in one sentence without a name."""
    if kind == DriftKind.SILENT:
        weeks = (timezone.localdate() - since).days // 7
        return f"No meeting or contact for {weeks} weeks, since {day(since)}."
    if kind == DriftKind.LONG:
        return f"Open for {months_since(since)} months, since {day(since)}."
    reviews = settings.EARLY_HELP["DRIFT_SAME_REVIEWS"]
    return f"The last {reviews} reviews, from {day(since)} on, found no outcome changed."


def months_since(since: dt.date) -> int:
    """Whole months from a day to today."""
    today = timezone.localdate()
    return (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)


def limits() -> list[int]:
    """The partnership's three limits in the order in which the database takes them: days, months, reviews."""
    names = ("DRIFT_SILENT_DAYS", "DRIFT_OPEN_MONTHS", "DRIFT_SAME_REVIEWS")
    return [settings.EARLY_HELP[name] for name in names]


def alarms_of(case: Case) -> list[Alarm]:
    """The alarms of one record, those that ring first. One query, and one more when some were answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, since, quiet_until from app.drift_of(%s, %s, %s, %s)", [case.pk, *limits()]
        )
        found = cursor.fetchall()
    answers: dict[str, DriftAnswer] = {}
    if any(quiet for _kind, _since, quiet in found):
        # Newest first: the first of each kind is the one that counts.
        for answer in DriftAnswer.objects.filter(case=case).select_related("answered_by__user"):
            answers.setdefault(answer.kind, answer)
    alarms = [Alarm(kind, since, quiet, answers.get(kind)) for kind, since, quiet in found]
    return sorted(alarms, key=lambda alarm: (alarm.is_quiet, list(DriftKind).index(DriftKind(alarm.kind))))


@dataclass(frozen=True)
class ToSeeTo:
    """An alarm that rings in a family that the reader leads, or in a hub that they run."""

    case_id: UUID
    reference: str
    kind: str
    since: dt.date
    is_led: bool


def drift_to_see_to() -> list[ToSeeTo]:
    """Alarms that ring today for whoever asks. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select case_id, reference, kind, since, is_led from app.drift_to_see_to(%s, %s, %s)", limits()
        )
        return [ToSeeTo(*row) for row in cursor.fetchall()]


def waiting_for_drift(actor: Actor) -> Iterable[Waiting]:
    """Lines for My work: each of the families that they lead, and the hub's as one number."""
    if not actor.may(Permission.CASE_WRITE):
        return []
    found = drift_to_see_to()
    mine: dict[UUID, list[ToSeeTo]] = {}
    for each in found:
        if each.is_led:
            mine.setdefault(each.case_id, []).append(each)
    lines = [
        Waiting(
            "A family you lead may be drifting",
            reverse("record-plan", args=[alarms[0].reference]) + "#drift",
            f"{alarms[0].reference}. {facts_of(alarms[0].kind, alarms[0].since)}",
        )
        for alarms in list(mine.values())[:SHOWN]
    ]
    if len(mine) > SHOWN:
        lines.append(_list_line(f"{len(mine)} families you lead may be drifting"))
    others = {each.case_id for each in found if not each.is_led}
    if others:
        lines.append(_list_line(f"{plural(len(others), 'family,families')} of your hub may be drifting"))
    return lines


def _list_line(what: str) -> Waiting:
    return Waiting(what, reverse("family-list") + "?show=drifting", "See the list")
