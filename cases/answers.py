"""What each person of a family answered about sharing: in force, run out, differing, and who may answer for whom."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from cases.models import Case, Consent, ConsentEnd, DecidesForSelf, Person
from cases.rules.sharing_people import (
    Disagreement,
    counts,
    decides,
    disagreements_in,
    is_adult,
    is_to_be_asked,
    notes_on_deciding,
)
from earlyhelp.web.templatetags.eh import join_words
from hubs.models import Agency


@dataclass
class PersonLine:
    """What one person of the family agreed to, and who answered."""

    person: Person
    consents: list[Consent]
    note: DecidesForSelf | None = None
    disagreements: list[Disagreement] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    @property
    def in_force(self) -> list[Consent]:
        """Answers that count today."""
        return [
            each for each in self.consents if each.status in ("given", "refused") and counts(each, self.note)
        ]

    @property
    def given(self) -> list[Consent]:
        return [each for each in self.in_force if each.answer == "given"]

    @property
    def status(self) -> str:
        if self.disagreements:
            return "Two people disagree"
        if self.given:
            by_another = all(each.given_by_id for each in self.given)
            return "Given by a parent or carer" if by_another else "Given"
        if self.in_force:
            return "Refused"
        if any(each.status == "expired" for each in self.consents):
            return "Run out"
        if any(each.end_reason == ConsentEnd.WITHDRAWN for each in self.consents):
            return "Withdrawn"
        return "Not asked"

    @property
    def colour(self) -> str:
        colours = {"Given": "green", "Given by a parent or carer": "green", "Run out": "orange"}
        return colours.get(self.status, "grey" if self.status == "Not asked" else "red")

    @property
    def part_refused(self) -> bool:
        refused = any(each.answer == "refused" for each in self.in_force)
        return refused and bool(self.given) and not self.disagreements

    @property
    def ends(self) -> dt.date | None:
        """The first day after which an answer of theirs runs out."""
        return min((each.valid_until for each in self.given if each.valid_until), default=None)

    @property
    def ends_soon(self) -> bool:
        soon = timezone.localdate() + dt.timedelta(days=settings.EARLY_HELP["CONSENT_REMINDER_DAYS"])
        return self.ends is not None and self.ends <= soon

    @property
    def decides(self) -> bool:
        return decides(self.person, self.note)

    @property
    def is_child(self) -> bool:
        return not is_adult(self.person)

    @property
    def is_to_be_asked(self) -> bool:
        """Nobody has noted yet whether this child decides for themself, and they are of an age to ask."""
        return is_to_be_asked(self.person, self.note)

    @property
    def is_to_be_asked_now(self) -> bool:
        """They decide for themself now, and what counts is still somebody else's answer."""
        return self.is_child and self.decides and bool(self.given) and all(a.given_by_id for a in self.given)

    @property
    def evidence(self) -> list:
        """The signed forms that the reader may see."""
        found = {
            each.evidence_id: each.evidence for each in self.in_force if each.evidence_id and each.evidence
        }
        return list(found.values())

    def covers(self) -> list[str]:
        """A sentence for each agency: what it may have and what was refused, and by whom where that differs."""
        by_agency: dict[tuple, list[Consent]] = defaultdict(list)
        givers: dict[int, set] = defaultdict(set)
        for each in self.in_force:
            givers[each.agency_id].add(each.given_by_id)
        for each in self.in_force:
            who = self._who(each) if len(givers[each.agency_id]) > 1 else ""
            by_agency[each.agency.name, who].append(each)
        return [
            f"{name}{f' ({who} says)' if who else ''}: {words_of(answers)}"
            for (name, who), answers in sorted(by_agency.items())
        ]

    def _who(self, answer: Consent) -> str:
        """Who gave an answer; of a child who does not decide it may not be known."""
        if answer.given_by_id is None and not self.decides:
            return "an earlier answer"
        return answer.who_answered


def words_of(answers: Iterable[Consent]) -> str:
    """Answers about one agency in words: "education, health, but not police"."""
    answers = sorted(answers, key=lambda answer: answer.category or 0)
    given = [_topic(each, "everything the agreement allows") for each in answers if each.answer == "given"]
    refused = [_topic(each, "anything") for each in answers if each.answer == "refused"]
    if not given and any(each.category is None for each in answers):
        return "nothing"
    parts = [", ".join(given)] if given else []
    if refused:
        parts.append(("but not " if given else "not ") + ", ".join(refused))
    return ", ".join(parts)


def _topic(answer: Consent, everything: str) -> str:
    return answer.get_category_display().lower() if answer.category else everything


@dataclass
class Answers:
    """Every answer of a family about one case, as far as the reader may know of the people."""

    lines: list[PersonLine]
    consents: list[Consent]
    disagreements: list[Disagreement]

    @property
    def agency_ids(self) -> set[int]:
        """Agencies that somebody was ever asked about."""
        return {consent.agency_id for consent in self.consents}

    @property
    def settled(self) -> list[Consent]:
        """Answers not followed, after a disagreement about somebody whom the reader may know of was settled."""
        known = {line.person.pk for line in self.lines}
        return [
            each
            for each in self.consents
            if each.end_reason == ConsentEnd.RESOLVED and each.person_id in known
        ]

    def why_not(self, agency_id: int, category: int) -> str:
        """Why an agency has no grant for a category, in a few words and without saying who said what."""
        of_agency = [each for each in self.consents if each.agency_id == agency_id]
        if any(each.status == "refused" and each.category == category for each in of_agency):
            return "The family refused"
        if any(each.agency.pk == agency_id for each in self.disagreements):
            return "Two people disagree"
        if any(each.status == "refused" and each.category is None for each in of_agency):
            return "The family refused"
        about = [each for each in of_agency if each.category in (None, category)]
        if any(each.status == "expired" for each in about):
            return "The answer ran out"
        if any(each.status == "given" for each in of_agency):
            return "Not agreed"
        if any(each.end_reason == ConsentEnd.WITHDRAWN for each in about):
            return "The family took it back"
        return "Not asked"

    def known_to(self, agency: Agency) -> tuple[list[str], list[str]]:
        """Of whom an agency that sees the record may know, and of whom not: names of those the reader knows."""
        token = agency.pk * 8 + 1
        known = [line.person.called for line in self.lines if token in line.person.acl]
        return known, [line.person.called for line in self.lines if token not in line.person.acl]


def answers_of(case: Case) -> Answers:
    """Every person of the family that the reader may see, with their answers, newest first. Three queries."""
    people = list(
        Person.objects.filter(family=case.family_id).order_by(
            "is_child", "-lives_with_family", "born_on", "id"
        )
    )
    consents = list(
        Consent.objects.filter(case=case)
        .select_related("agency", "given_by", "evidence", "recorded_by__user", "ended_by__user")
        .order_by("-recorded_at", "id")
    )
    notes = notes_on_deciding(people)
    # Answers about somebody whom the reader may not know of count in the reasons and are named nowhere. (A join would
    # leave them out.)
    known = {person.pk: person for person in people}
    for consent in consents:
        if consent.person_id in known:
            consent.person = known[consent.person_id]
    in_force = [each for each in consents if each.status in ("given", "refused") and each.person_id in known]
    found = disagreements_in(in_force, notes)
    case.answers_in_force = [(each.answer, each.given_on) for each in in_force]
    of_person: dict[UUID, list[Consent]] = defaultdict(list)
    for consent in consents:
        of_person[consent.person_id].append(consent)
    lines = [
        PersonLine(
            person,
            of_person[person.pk],
            notes.get(person.pk),
            [each for each in found if each.person.pk == person.pk],
        )
        for person in people
    ]
    said: dict[tuple[str, ...], list[str]] = {}
    for line in lines:
        sentences = tuple(line.covers())
        first = said.setdefault(sentences, [line.person.called]) if sentences else []
        is_new = not sentences or first == [line.person.called] or line.disagreements
        line.sentences = list(sentences) if is_new else [f"The same as {join_words(first)}"]
    return Answers(lines, consents, found)
