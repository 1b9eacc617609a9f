"""Likely duplicates: among the lines of a register, and between a line and people already recorded."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from cases.blocking import blocking_keys, likely_pairs
from cases.matching import Candidate, compare
from cases.models import Address, Person
from reporting.models import PossibleDuplicate, RegisterRow

from .facts import Outcome
from .repeats import candidate_of

BATCH = 5000


def pair_with_each_other(rows: list[RegisterRow]) -> list[PossibleDuplicate]:
    """Likely pairs among the lines taken, the earlier line as the other of each pair."""
    taken = [row for row in rows if row.outcome == Outcome.TAKEN]
    found = []
    for one, other, match in likely_pairs((row, candidate_of(row.read)) for row in taken):
        first, second = sorted((one, other), key=lambda row: row.line)
        found.append(PossibleDuplicate(row=second, other_row=first, score=match.score, evidence=told(match)))
    return found


def pair_with_people(rows: list[RegisterRow]) -> list[PossibleDuplicate]:
    """Likely pairs of a line taken and somebody recorded, among those whom the person who loads may see."""
    taken = [(row, candidate_of(row.read)) for row in rows if row.outcome == Outcome.TAKEN]
    blocks: dict[str, list[int]] = {}
    people = list(people_like([candidate for _, candidate in taken]))
    for index, (_, candidate) in enumerate(people):
        for key in blocking_keys(candidate):
            blocks.setdefault(key, []).append(index)
    found = []
    for row, candidate in taken:
        near = {index for key in blocking_keys(candidate) for index in blocks.get(key, ())}
        for index in sorted(near):
            person_id, other = people[index]
            match = compare(candidate, other)
            if match.is_likely:
                found.append(
                    PossibleDuplicate(
                        row=row, other_person_id=person_id, score=match.score, evidence=told(match)
                    )
                )
    return found


def told(match) -> list[tuple[str, float]]:
    """The evidence as it is stored."""
    return [(item.words, item.points) for item in match.evidence]


def people_like(candidates: list[Candidate]) -> Iterable[tuple[object, Candidate]]:
    """People recorded with a birth date, an identifier or a postcode of one of the candidates."""
    births = {c.born_on for c in candidates if c.born_on}
    births |= {born.replace(day=born.month, month=born.day) for born in births if born.day <= 12}
    numbers = {c.nhs_number for c in candidates if c.nhs_number}
    pupils = {c.upn for c in candidates if c.upn}
    postcodes = {c.postcode for c in candidates if c.postcode}
    seen = set()
    for wanted in (
        *(Q(born_on__in=some) for some in pieces(births)),
        *(Q(nhs_number__in=some) for some in pieces(numbers)),
        *(Q(upn__in=some) for some in pieces(pupils)),
        *(Q(is_child=True, family__addresses__postcode__in=some) for some in pieces(postcodes)),
    ):
        people = list(
            Person.objects.filter(wanted)
            .distinct()
            .only(
                "id",
                "family_id",
                "first_name",
                "last_name",
                "known_as",
                "born_on",
                "nhs_number",
                "upn",
                "sex",
            )
        )
        homes = homes_of({person.family_id for person in people})
        for person in people:
            if person.pk in seen:
                continue
            seen.add(person.pk)
            lines, postcode = homes.get(person.family_id, ("", ""))
            yield (
                person.pk,
                Candidate(
                    first_name=person.first_name,
                    last_name=person.last_name,
                    known_as=person.known_as,
                    born_on=person.born_on,
                    nhs_number=person.nhs_number,
                    upn=person.upn,
                    sex=person.sex,
                    address=lines,
                    postcode=postcode,
                ),
            )


def homes_of(families: set) -> dict:
    """The newest address of each family, as (lines, postcode). Confidential ones are left out of matching."""
    homes = {}
    for some in pieces(families):
        found = Address.objects.filter(family_id__in=some, is_confidential=False).order_by(
            "ends_on", "-starts_on"
        )
        for family_id, lines, postcode in found.values_list("family_id", "lines", "postcode"):
            homes.setdefault(family_id, (lines, postcode))
    return homes


def pieces(values: set) -> Iterable[list]:
    """A set in lists that one query can hold."""
    listed = sorted(values)
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))
