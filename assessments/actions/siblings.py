"""One sitting for brothers and sisters: a fact that is true of several is written once, for those who were ticked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from assessments import origins
from assessments.actions.answers import save_answers
from assessments.answers import Sent, Value, is_blank, is_not_known
from assessments.household import Household, Subject, is_for
from assessments.models import Assessment, Section
from assessments.spec import Part, Question
from cases.models import Person
from earlyhelp.access import Actor


@dataclass(frozen=True, kw_only=True)
class Sibling:
    """Somebody else whom a part is about: which of its shared questions they have no answer to, and which they have.

    As far as the reader can see: in the row that this reader writes.
    """

    subject: Subject
    open: tuple[Question, ...]
    answered: tuple[tuple[Question, Value], ...]


def shared_questions(part: Part) -> tuple[Question, ...]:
    """The questions of a part whose answer is usually the same for brothers and sisters (`Question.siblings`)."""
    return tuple(question for question in part.questions if question.siblings)


def everybody(
    assessment: Assessment, part: Part, household: Household, *, is_shared: bool, by: Actor
) -> list[Sibling]:
    """All whom a part is about, with what is answered of its shared questions. One query.

    Args:
        is_shared: whether this person writes the rows that all readers share, or their agency's own.
    """
    rows = Section.objects.filter(assessment=assessment, key=part.key, round=1, person__isnull=False)
    rows = rows.filter(agency__isnull=True) if is_shared else rows.filter(agency=by.agency.pk)
    stored = {str(row.person_id): row for row in rows}
    found = []
    for subject in household.subjects(part):
        if subject is None:
            continue
        row = stored.get(subject.id)
        asked = [question for question in shared_questions(part) if is_for(question.whom, subject)]
        answers = row.answers if row else {}
        disputed = row.differing if row else {}
        found.append(
            Sibling(
                subject=subject,
                open=tuple(each for each in asked if each.key not in answers and each.key not in disputed),
                answered=tuple((each, answers[each.key]) for each in asked if each.key in answers),
            )
        )
    return found


def others(
    assessment: Assessment,
    part: Part,
    subject: Subject | None,
    household: Household,
    *,
    is_shared: bool,
    by: Actor,
) -> list[Sibling]:
    """Whom else one page's answers may also be true of; nobody, without a query, when the page shares nothing."""
    people = household.subjects(part)
    if subject is None or len(people) < 2 or not shared_questions(part):  # noqa: PLR2004  one is the page's own
        return []
    found = everybody(assessment, part, household, is_shared=is_shared, by=by)
    return [each for each in found if each.subject.id != subject.id and (each.open or each.answered)]


@transaction.atomic
def write_for_others(
    *,
    assessment: Assessment,
    part: Part,
    values: Mapping[str, Value],
    ticked: Mapping[str, set[str]],
    siblings: list[Sibling],
    people: Mapping[str, Person],
    source: Person | None = None,
    writer: str,
    categories: frozenset[int],
    by: Actor,
) -> int:
    """Write shared answers once on the pages of everybody who was ticked. Gives how many were written.

    Args:
        values: the answers by question key. ticked: question keys by person id. siblings: what `others` or
        `everybody` found; what stands on a page is never overwritten. source: the child from whose page the
        answers are copied; None when they were given for all in one sitting.

    Raises NotAllowed when the part cannot be written by this person, or not now.
    """
    kept = origins.origin(origins.PERSON, of=source.pk, at=timezone.now()) if source else None
    written = 0
    for each in siblings:
        wanted = ticked.get(each.subject.id, set())
        theirs = {question.key: values.get(question.key) for question in each.open if question.key in wanted}
        written += _write(
            assessment,
            part,
            people[each.subject.id],
            theirs,
            kept,
            writer=writer,
            categories=categories,
            by=by,
        )
    return written


def _write(
    assessment: Assessment,
    part: Part,
    person: Person,
    values: Mapping[str, Value],
    source: Mapping[str, Any] | None,
    *,
    writer: str,
    categories: frozenset[int],
    by: Actor,
) -> int:
    sent = {
        key: Sent(value=value, base="-", origin=source)
        for key, value in values.items()
        if not is_blank(value) and (source is None or not is_not_known(value))
    }
    if not sent:
        return 0
    saved = save_answers(
        assessment=assessment,
        part=part,
        person=person,
        sent=sent,
        writer=writer,
        categories=categories,
        by=by,
    )
    return len(saved.outcome.written)
