"""What was put right, in words beside the answer: when, by whom, what it was and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from assessments.answers import is_blank
from assessments.household import Household, Subject
from assessments.models import Correction, CorrectionKind
from assessments.review import in_words
from assessments.spec import FormSpec, Kind, Question
from earlyhelp.web.dates import day

# Whose page and whose row of it: part, person, round, agency.
Spot = tuple[str, str, int, int | None]


def corrections_by_page(
    found: Iterable[Correction], form: FormSpec, household: Household
) -> dict[Spot, dict[str, list[str]]]:
    """Sentences by page and question; under "" what concerns the whole page. `found` comes with its people."""
    by_page: dict[Spot, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in found:
        if each.kind == CorrectionKind.ANSWER:
            spot = (each.part, _id(each.person_id), each.round, each.agency_id)
            subject = household.subject(_id(each.person_id)) if each.person_id else None
            by_page[spot][each.box.partition("__")[0]].append(of_answer(each, form, household, subject))
        elif each.kind == CorrectionKind.PERSON:
            for person, sentence in of_person(each, household):
                by_page[each.part, person, each.round, each.agency_id][""].append(sentence)
    return by_page


def of_answer(each: Correction, form: FormSpec, household: Household, subject: Subject | None) -> str:
    """ "Corrected 3 May 2026 by Alice Ash: was “Lat”. A slip of the pen." """
    was = value_in_words(each.was, each.box, question_of(form, each), household, subject)
    before = f"was “{was}”" if was else "was left blank"
    return f"Corrected {day(each.corrected_at)} by {_who(each)}: {before}. {each.reason}"


def value_in_words(
    value: Any, box: str, question: Question | None, household: Household, subject: Subject | None
) -> str:
    """An answer as it stood, in one line."""
    if is_blank(value):
        return ""
    if question is None:
        return str(value)
    key = box if question.kind is Kind.SCALE else question.key
    return ", ".join(in_words(question, {key: value}, household, subject))


def question_of(form: FormSpec, each: Correction) -> Question | None:
    """The question that was put right; None when this version of the form has none of that name."""
    try:
        return form.find(each.part).find(each.box.partition("__")[0])
    except KeyError:
        return None


def of_person(each: Correction, household: Household) -> list[tuple[str, str]]:
    """(person, sentence) for both pages of answers that stood under the wrong person."""
    first, second = _id(each.person_id), _id(each.other_person_id)
    names = {
        key: found.name if (found := household.subject(key)) else "somebody else" for key in (first, second)
    }
    when = f"on {day(each.corrected_at)} by {_who(each)}"
    if isinstance(each.now, dict) and each.now.get("changed_places"):
        sentence = "These answers and those of {} changed places {}: they stood under the wrong person. {}"
        return [
            (first, sentence.format(names[second], when, each.reason)),
            (second, sentence.format(names[first], when, each.reason)),
        ]
    return [
        (first, f"Answers that stood here were moved to {names[second]} {when}. {each.reason}"),
        (second, f"These answers stood under {names[first]} and were moved here {when}. {each.reason}"),
    ]


def _id(person: Any) -> str:
    return str(person) if person else ""


def _who(each: Correction) -> str:
    return each.corrected_by.user.full_name
