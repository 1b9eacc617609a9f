"""What a family agrees to, and takes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.actions.document import add_document
from cases.actions.notes import write_event
from cases.actions.open import opening
from cases.models import Case, Consent, ConsentAnswer, ConsentEnd, DecidesForSelf, Document, Person
from cases.rules.sharing import check_can_change_sharing
from cases.rules.sharing_people import decides, is_adult, notes_on_deciding
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Agency, Category

ALL = None  # the category that stands for all of them


@transaction.atomic
def record_answer(
    *,
    case: Case,
    people: Iterable[Person],
    agency: Agency,
    given: Iterable[int | None],
    refused: Iterable[int | None] = (),
    method: str,
    given_on: dt.date,
    valid_until: dt.date | None = None,
    given_by: Person | None = None,
    words: str = "",
    evidence=None,
    evidence_category: int = Category.FAMILY,
    by: Actor,
) -> list[Consent]:
    """Record all that one or more people say today about sharing with one agency; it takes the place of what they said.

    Args:
        given, refused: categories agreed to and refused; None stands for all of them.
        given_by: who answered for them, when they did not themselves (rules.sharing_people says who may).
        evidence: an uploaded file, the signed form or a photo of it; kept as a document of `evidence_category`.

    Earlier answers of the same giver are kept and marked as replaced; what another parent said stays beside it. Raises
    cases.rules.NotAllowed, cases.files.RefusedFile, or ValueError for a date that lies ahead or no answer at all.
    """
    given, refused = list(given), list(refused)
    if not given and not refused:
        raise ValueError("Say what they agreed to or refused.")
    people = list(people)
    _check(case, given_on, valid_until, by)
    record_change(
        by,
        "Recorded an answer about sharing",
        case=case,
        agency=agency.pk,
        answer=ConsentAnswer.GIVEN if given else ConsentAnswer.REFUSED,
        given=given,
        refused=refused,
        people=len(people),
        by_another=given_by is not None,
    )
    write_event(case=case, title=f"Sharing with {agency.name}: {_in_a_word(given, refused)}", by=by)
    document = _keep_evidence(case, people, evidence, evidence_category, by) if evidence else None
    facts = {
        "method": method,
        "given_on": given_on,
        "valid_until": valid_until,
        "words": words,
        "evidence": document,
    }
    answers = [(ConsentAnswer.GIVEN, category) for category in given]
    answers += [(ConsentAnswer.REFUSED, category) for category in refused]
    # Between the old answer's end and the new one the writer's own agency might see nothing: settled together.
    with opening(case.pk):
        _presume_deciding(young_deciders(people, given_by), given_on, by)
        _end(replaced_by(case, people, agency, given_by), ConsentEnd.REPLACED, by)
        return _write(case, people, agency, answers, given_by, facts, by)


def young_deciders(people: Iterable[Person], given_by: Person | None) -> list[Person]:
    """Those of 16 and 17 who now answer for themselves and of whom no note says whether they decide."""
    own = [person for person in people if _giver(person, given_by) is None and not is_adult(person)]
    notes = notes_on_deciding(own)
    return [person for person in own if person.pk not in notes and decides(person, None)]


def _presume_deciding(young: list[Person], on: dt.date, by: Actor) -> None:
    """From 16 somebody is presumed to decide: what a parent answered before stops counting with their own answer."""
    DecidesForSelf.objects.bulk_create(
        DecidesForSelf(
            person=person,
            able=True,
            note="16 or over, and answered for themself.",
            assessed_by=by.membership,
            assessed_on=on,
        )
        for person in young
    )


@transaction.atomic
def record_consent(
    *,
    case: Case,
    people: Iterable[Person],
    agency: Agency,
    answer: str,
    category: int | None = None,
    method: str,
    given_on: dt.date,
    valid_until: dt.date | None = None,
    given_by: Person | None = None,
    words: str = "",
    by: Actor,
) -> list[Consent]:
    """Record the answer of one or more people about one agency and one category (None: all of them), and nothing else.

    An earlier answer of the same giver about the same is kept and marked as replaced. Raises cases.rules.NotAllowed, or
    ValueError when the date lies ahead.
    """
    people = list(people)
    _check(case, given_on, valid_until, by)
    record_change(
        by,
        "Recorded an answer about sharing",
        case=case,
        agency=agency.pk,
        answer=answer,
        category=category,
        people=len(people),
    )
    write_event(case=case, title=f"Sharing with {agency.name}: {ConsentAnswer(answer).label.lower()}", by=by)
    facts = {"method": method, "given_on": given_on, "valid_until": valid_until, "words": words}
    with opening(case.pk):
        replaced = replaced_by(case, people, agency, given_by).filter(category=category)
        _end(replaced, ConsentEnd.REPLACED, by)
        return _write(case, people, agency, [(answer, category)], given_by, facts, by)


def replaced_by(case: Case, people: Iterable[Person], agency: Agency, given_by: Person | None):
    """The answers that a new one about the same people and agency takes the place of.

    Those of the same giver; and where a child does not decide for themself, one of which it is not known who gave it.
    """
    people = list(people)
    notes = notes_on_deciding(people)
    same = Q(pk__in=[])
    for person in people:
        giver = _giver(person, given_by)
        of_giver = Q(person=person, given_by=giver)
        if giver is not None and not decides(person, notes.get(person.pk)):
            of_giver |= Q(person=person, given_by=None)
        same |= of_giver
    return Consent.objects.filter(same, case=case, agency=agency, ended_at=None)


def _giver(person: Person, given_by: Person | None) -> Person | None:
    return None if given_by is None or given_by.pk == person.pk else given_by


def _check(case: Case, given_on: dt.date, valid_until: dt.date | None, by: Actor) -> None:
    check_can_change_sharing(by, case)
    if given_on > timezone.localdate():
        raise ValueError("The date they answered is in the future.")
    if valid_until is not None and valid_until < given_on:
        raise ValueError("The date to ask again must be after the date they answered.")


def _write(case, people, agency, answers, given_by, facts, by) -> list[Consent]:
    return Consent.objects.bulk_create(
        Consent(
            case=case,
            person=person,
            agency=agency,
            category=category,
            answer=answer,
            given_by=_giver(person, given_by),
            recorded_by=by.membership,
            # A no does not run out: somebody else's yes would then open what was refused.
            **(facts if answer == ConsentAnswer.GIVEN else facts | {"valid_until": None}),
        )
        for person in people
        for answer, category in answers
    )


def _end(consents, reason: str, by: Actor, words: str = "") -> int:
    return consents.filter(ended_at=None).update(
        ended_at=timezone.now(), end_reason=reason, end_words=words, ended_by=by.membership
    )


def _in_a_word(given: list, refused: list) -> str:
    if not given:
        return "refused"
    if refused:
        return "given in part"
    return "given" if ALL in given else "given for some topics"


def _keep_evidence(case, people, upload, category, by) -> Document:
    about = people[0] if len(people) == 1 else None
    return add_document(
        case=case, upload=upload, title="Signed form about sharing", category=category, about=about, by=by
    )


@transaction.atomic
def add_evidence(
    *,
    case: Case,
    consents: Iterable[Consent],
    upload,
    category: int = Category.FAMILY,
    by: Actor,
) -> Document:
    """Keep a photo or scan of the signed form beside answers already recorded. Nothing else about them changes.

    Raises cases.rules.NotAllowed, cases.files.RefusedFile, or ValueError when no answer of this case is named.
    """
    check_can_change_sharing(by, case)
    ids = [consent.pk for consent in consents]
    answers = Consent.objects.filter(pk__in=ids, case=case).select_related("person")
    people = list({answer.person_id: answer.person for answer in answers}.values())
    if not people:
        raise ValueError("Choose the answer that the form is about.")
    document = _keep_evidence(case, people, upload, category, by)
    answers.update(evidence=document)
    record_change(by, "Added the signed form of an answer", case=case, obj=document, answers=len(ids))
    return document


@transaction.atomic
def withdraw_consent(*, case: Case, consents: Iterable[Consent], words: str = "", by: Actor) -> int:
    """End answers that the family takes back; those who relied on them lose sight in the same moment.

    Returns how many ended. Raises cases.rules.NotAllowed. What was written stays, under public task (domain.md 6.1).
    """
    check_can_change_sharing(by, case)
    standing = Consent.objects.select_for_update().filter(case=case, ended_at=None)
    ids = list(standing.filter(pk__in=[consent.pk for consent in consents]).values_list("pk", flat=True))
    if not ids:  # taken back already, as when the button was pressed twice
        return 0
    agencies = list(Agency.objects.filter(consents__pk__in=ids).distinct())
    # Written first: the person withdrawing it may be one who loses sight by it.
    record_change(by, "Withdrew consent", case=case, consents=len(ids), agencies=[a.pk for a in agencies])
    for agency in agencies:
        write_event(case=case, title=f"Consent withdrawn for {agency.name}", by=by)
    return _end(Consent.objects.filter(pk__in=ids, case=case), ConsentEnd.WITHDRAWN, by, words)
