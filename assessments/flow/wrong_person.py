"""Answers that were written on the wrong person's page go to the right one: everything that follows from them too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from assessments.actions.answers import category_of, lock_page, note_needs
from assessments.answers import Outcome
from assessments.flow.corrections import check_can_correct, check_reason, day_written, lock_for_correction
from assessments.household import Household
from assessments.models import Assessment, Correction, CorrectionKind, Score, Section, SectionStatus
from assessments.rules import check_can_answer_for, open_categories
from assessments.spec import Kind, Part, Source
from cases.actions.notes import write_event
from cases.models import Person
from cases.rules import NotAllowed
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Agency

_CONTENT = ("answers", "marks", "differing", "status", "saved_at", "saved_by")


@transaction.atomic
def move_to_right_person(
    *,
    assessment: Assessment,
    part: Part,
    person: Person,
    to: Person,
    household: Household,
    round: int = 1,
    reason: str,
    by: Actor,
) -> list[Correction]:
    """Move a page of answers from the person it was written for by mistake to the right one.

    When both pages hold answers they change places: that is how two children are mixed up. Numbers and needs follow,
    and both pages as they stood are kept in the correction. All or nothing.

    Args:
        household: the family as the form's pages speak of it, to know whom the part is for.

    Before sign-off too: nobody copies a page by hand. Raises NotAllowed, or ValidationError without a reason, for a
    person whom the part is not for, or when there is nothing to move.
    """
    reason = check_reason(reason)
    assessment = lock_for_correction(assessment)
    if assessment.is_signed_off:
        check_can_correct(by, assessment)
    else:
        check_can_answer_for(by, assessment)
    _check_people(assessment, part, person, to, household)
    category = category_of(part)
    is_shared = category in open_categories(assessment.case)
    now = timezone.now()
    made = []
    # An agency that may not read the category has a page of its own; who may read it moves the shared page.
    agency: Agency | None = None if is_shared else by.agency
    first, second = _lock_both(assessment, part, person, to, agency, category, round, by)
    was = {"first": deepcopy(first.answers), "second": deepcopy(second.answers)}
    if not first.answers:
        raise ValidationError("There is nothing on that page that you could move.", code="nothing")
    marks = {first.pk: deepcopy(first.marks), second.pk: deepcopy(second.marks)}
    _exchange(first, second)
    _move_scores(assessment, part, first, second, was, marks)
    _move_needs(part, first, second, was)
    made.append(
        Correction.objects.create(
            assessment=assessment,
            case=assessment.case,
            category=category,
            agency=agency,
            kind=CorrectionKind.PERSON,
            part=part.key,
            round=round,
            person=person,
            other_person=to,
            was=was,
            now={"changed_places": bool(was["second"])},
            reason=reason,
            corrected_by=by.membership,
            corrected_at=now,
        )
    )
    record_change(
        by,
        "Moved answers to the right person",
        case=assessment.case,
        obj=second,
        assessment=assessment.reference,
        part=part.key,
        changed_places=bool(was["second"]),
    )
    for about in (person, to):
        write_event(
            case=assessment.case,
            title=f"Answers in assessment {assessment.reference} were moved to the right person",
            body=reason,
            category=category,
            about=about,
            by=by,
        )
    return made


def _check_people(
    assessment: Assessment, part: Part, person: Person, to: Person, household: Household
) -> None:
    if part.source is not Source.ANSWERS:
        raise NotAllowed("This part is kept elsewhere on the family's record.")
    of_family = {person.family_id, to.family_id} == {assessment.case.family_id}
    asked = {subject.id for subject in household.subjects(part) if subject is not None}
    if not of_family or person.pk == to.pk or str(to.pk) not in asked:
        raise ValidationError("Select another person of this family whom this part is for.", code="person")


def _lock_both(
    assessment: Assessment,
    part: Part,
    person: Person,
    to: Person,
    agency: Agency | None,
    category: int,
    round: int,
    by: Actor,
) -> tuple[Section, Section]:
    """Both pages, locked in the order of the people's ids, so that two who mend the same never wait in a ring."""
    rows = {}
    for each in sorted((person, to), key=lambda one: str(one.pk)):
        rows[each.pk] = lock_page(assessment, part, each, agency, category, round, by)
    return rows[person.pk], rows[to.pk]


def _exchange(first: Section, second: Section) -> None:
    """The pages change places; a child's own numbers go on being the child's own."""
    kept = {name: getattr(first, name) for name in _CONTENT}
    for name in _CONTENT:
        setattr(first, name, getattr(second, name))
        setattr(second, name, kept[name])
    versions = first.version, second.version
    for section, other, version in ((first, second, versions[0]), (second, first, versions[1])):
        old, new = _token(other.person_id), _token(section.person_id)
        for name in ("answers", "marks", "differing"):
            boxes = getattr(section, name)
            setattr(section, name, {_own(box, old, new): value for box, value in boxes.items()})
        # A page that nobody has written yet counts as not started.
        section.version = version + 1 if section.answers or section.marks else 0
        if not section.version:
            section.status = SectionStatus.IN_PROGRESS
        section.save(update_fields=[*_CONTENT, "version"])


def _token(person: Any) -> str:
    """How a person who gives a number is named in a box (assessments.household.Subject.token)."""
    return f"p{str(person).replace('-', '')}"


def _own(box: str, old: str, new: str) -> str:
    key, mark, token = box.partition("__")
    return f"{key}__{new}" if mark and token == old else box


def _move_scores(
    assessment: Assessment,
    part: Part,
    first: Section,
    second: Section,
    was: Mapping[str, Mapping[str, Any]],
    marks: Mapping[Any, Mapping[str, Any]],
) -> None:
    """Numbers given on these pages are about the other person now. The page's own areas move with every earlier day;
    an area that another part asks too moves the day's number alone.
    """
    areas = {q.key: q.area or q.key for q in part.questions if q.kind is Kind.SCALE}
    elsewhere = {
        q.area or q.key
        for each, q in assessment.form.every_question()
        if q.kind is Kind.SCALE and each.key != part.key
    }
    moved: list[Score] = []
    for section, other, answers in ((first, second, was["first"]), (second, first, was["second"])):
        own = set(areas.values()) - elsewhere
        found = list(_scores(assessment, section).filter(area__in=own))
        for box in answers:
            area = areas.get(box.partition("__")[0])
            if area in elsewhere:
                on = day_written(assessment, marks[section.pk].get(box))
                found += [
                    each
                    for each in _scores(assessment, section).filter(area=area, scored_on=on)
                    if _is_of(each, box)
                ]
        moved += [_about(each, section.person_id, other.person_id) for each in found]
    Score.objects.filter(pk__in=[each.pk for each in moved]).delete()
    Score.objects.bulk_create(moved, ignore_conflicts=True)


def _scores(assessment: Assessment, section: Section):
    return Score.objects.filter(assessment=assessment, person=section.person_id, agency=section.agency_id)


def _is_of(score: Score, box: str) -> bool:
    token = box.partition("__")[2]
    rater = f"m{score.rater_membership_id}" if score.rater_membership_id else _token(score.rater_person_id)
    return rater == token


def _about(score: Score, old: Any, new: Any) -> Score:
    """The same number, about the other person; the child's own number is the other child's own."""
    score.person_id = new
    if score.rater_person_id == old:
        score.rater_person_id = new
    return score


def _move_needs(part: Part, first: Section, second: Section, was: Mapping[str, Mapping[str, Any]]) -> None:
    keys = _asked_needs(part, (*was["first"], *was["second"]))
    for section in (first, second):
        note_needs(section, part, Outcome(written=keys))


def _asked_needs(part: Part, answered: Iterable[str]) -> list[str]:
    known = set(answered)
    return [q.key for q in part.questions if q.kind is Kind.NEEDS and q.key in known]
