"""Saving answers.

One page is one row, one box is the unit: two people on one page lose nothing of each other's.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from assessments.answers import Outcome, Page, Sent, Stamp, is_blank, merge, tidy
from assessments.domains import NO_NEEDS
from assessments.models import Assessment, Need, Score, Section, SectionStatus
from assessments.rules import check_can_write, open_categories
from assessments.spec import CATEGORIES, Kind, Part
from cases.models import Case, Person
from cases.rules import NotAllowed
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category

LONGEST_WRITER = 16


@dataclass(frozen=True)
class Saved:
    """What a save did: the stored row, and what came of each box."""

    section: Section
    outcome: Outcome

    @property
    def page(self) -> Page:
        return self.section.page


def category_of(part: Part) -> int:
    """The information category of a part, as the agreement numbers it."""
    return Category(CATEGORIES.index(part.category) + 1).value


@transaction.atomic
def save_answers(
    *,
    assessment: Assessment,
    part: Part,
    person: Person | None,
    sent: Mapping[str, Sent],
    writer: str,
    turn: int = 0,
    done: bool | None = None,
    categories: frozenset[int] | None = None,
    round: int = 1,
    by: Actor,
) -> Saved:
    """Save some boxes of one page, and merge them with what others wrote meanwhile
    (assessments.answers.merge).

    Args:
        person: whom the page is about, for a part that comes per person; None for one that comes once.
        writer: a name for the open page the answers come from, made anew when the page was opened.
        turn: grows with each save of that page, so that one that was overtaken is known; 0 when it does not
        count.
        done: whether the writer has finished this part; None leaves that as it is (autosave).
        categories: what `open_categories` gave in this request, if it was asked. A wrong one is refused by
        the database.
        round: which time, for a part that is filled in again.

    Whoever may read the part's category writes the row that all of them share. Who may not, writes a row of
    their own agency. Raises NotAllowed when the part cannot be written by this person, or not now.
    """
    check_can_write(by, assessment, part)
    category = category_of(part)
    is_shared = category in (open_categories(assessment.case) if categories is None else categories)
    if round > 1:
        _check_round(assessment, part, person, round)
    section = lock_page(assessment, part, person, None if is_shared else by.agency, category, round, by)
    now = timezone.now()
    stamp = Stamp(
        membership=by.membership.pk,
        name=by.name,
        writer=tidy(writer)[:LONGEST_WRITER],
        at=now.isoformat(timespec="seconds"),
        turn=turn,
    )
    outcome = merge(section.page, sent, stamp)
    status = section.status
    if done is not None:
        status = SectionStatus.COMPLETED if done else SectionStatus.IN_PROGRESS
    is_new = section.version == 0
    if not (outcome.changed or is_new or status != section.status):
        return Saved(section, outcome)
    section.status, section.version = status, section.version + 1
    section.saved_at, section.saved_by = now, by.membership
    section.save(update_fields=["answers", "marks", "differing", "version", "status", "saved_at", "saved_by"])
    note_scores(section, part, outcome, timezone.localdate(now))
    note_needs(section, part, outcome)
    _note_level(assessment, section, part, outcome)
    if outcome.changed or done is not None:
        record_change(
            by,
            "Saved answers",
            case=assessment.case,
            obj=section,
            level="section",
            part=part.key,
            boxes=sorted([*outcome.written, *outcome.kept]),
            kept_both=len(outcome.kept),
            confirmed=sum(1 for name in outcome.written if sent[name].origin),
        )
    return Saved(section, outcome)


def _check_round(assessment: Assessment, part: Part, person: Person | None, round: int) -> None:
    """When a part may be filled in again: it is one that repeats, and the time before is finished."""
    written = Section.objects.filter(assessment=assessment, key=part.key, person=person)
    before = written.filter(round=round - 1, status=SectionStatus.COMPLETED)
    if not part.repeats or not (before.exists() or written.filter(round=round).exists()):
        raise NotAllowed("Finish the one before first. Then another can be started.")


def lock_page(
    assessment: Assessment,
    part: Part,
    person: Person | None,
    agency: Any,
    category: int,
    round: int,
    by: Actor,
) -> Section:
    """The row of this page, locked until the transaction ends; made when nobody has written yet."""
    spot = {
        "assessment": assessment,
        "key": part.key,
        "person": person,
        "agency": agency,
        "round": round,
    }
    Section.objects.bulk_create(
        [Section(**spot, case_id=assessment.case_id, category=category, saved_by=by.membership)],
        ignore_conflicts=True,
    )
    return Section.objects.select_for_update().get(**spot)


def note_scores(section: Section, part: Part, outcome: Outcome, today: dt.date) -> None:
    """Each number a person gave becomes a score of today; an earlier day's stays, to show the distance
    travelled.
    """
    areas = {
        question.key: question.area or question.key
        for question in part.questions
        if question.kind is Kind.SCALE
    }
    for name in outcome.written:
        key, _, token = name.partition("__")
        if key not in areas or not token:
            continue
        rater = _rater(token)
        if rater is None:
            continue
        spot = {
            "assessment_id": section.assessment_id,
            "person_id": section.person_id,
            "area": areas[key],
            "agency_id": section.agency_id,
            "scored_on": today,
            **rater,
        }
        value = section.answers.get(name)
        if isinstance(value, int):
            Score.objects.update_or_create(
                **spot,
                defaults={"value": value},
                create_defaults={
                    "value": value,
                    "case_id": section.case_id,
                    "category": section.category,
                },
            )
        else:
            Score.objects.filter(**spot).delete()


def _rater(token: str) -> dict[str, Any] | None:
    """A rater's name inside a field name, as the columns of a score."""
    try:
        if token.startswith("p"):
            return {"rater_person_id": uuid.UUID(token[1:]), "rater_membership_id": None}
        return {"rater_person_id": None, "rater_membership_id": int(token[1:])}
    except ValueError:
        return None


def note_needs(section: Section, part: Part, outcome: Outcome) -> None:
    """The needs ticked become rows that reports count; those unticked go."""
    for question in part.questions:
        if question.kind is not Kind.NEEDS or question.key not in outcome.written:
            continue
        ticked = section.answers.get(question.key)
        codes = set() if is_blank(ticked) else set(ticked) - {NO_NEEDS}
        about = Need.objects.filter(assessment=section.assessment_id, person=section.person)
        about.exclude(code__in=codes).delete()
        Need.objects.bulk_create(
            [
                Need(
                    assessment_id=section.assessment_id,
                    case_id=section.case_id,
                    person_id=section.person_id,
                    code=code,
                )
                for code in sorted(codes)
            ],
            ignore_conflicts=True,
        )


def _note_level(assessment: Assessment, section: Section, part: Part, outcome: Outcome) -> None:
    """The level of need that was chosen is the case's level from now on."""
    for question in part.questions:
        if question.kind is Kind.LEVEL and question.key in outcome.written:
            value = section.answers.get(question.key)
            if isinstance(value, str) and value.isdecimal():
                level = current_levels().filter(number=int(value)).first()
                Case.objects.filter(pk=assessment.case_id).update(level=level, updated_at=timezone.now())


def current_levels():
    """The county's levels of need in force today, 1 to 4."""
    from cases.models import LevelOfNeed
    from hubs.querysets import in_force

    return LevelOfNeed.objects.filter(in_force()).order_by("number")
