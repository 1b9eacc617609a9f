"""How likely two records are about one person, and why. Nothing is merged here or anywhere by machine.

Points are added for what agrees and taken away for what differs, as record linkage has done since Fellegi and Sunter
(1969): a birth date says more than a name, an identifier more than a birth date, a changed surname or postcode little.
Slips that real records hold are forgiven: one wrong letter, a short form, swapped day and month, a month out
(the case study of the National Data Guardian's reviews), a maiden name, names in each other's place.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING

import jellyfish
from rapidfuzz.distance import OSA

from cases.nicknames import may_be_short_for

if TYPE_CHECKING:
    from cases.models import Person

# From these points on a person is asked to decide; below, two records are left alone.
LIKELY_FROM = 14.0
POSSIBLE_FROM = 8.0
NOT_A_NAME = frozenset(("unborn", "baby", "bump", "unknown", "child", "infant", "newborn"))
# Days used when only the month of birth is known (the 15th in the Standard Safeguarding Dataset, often the 1st).
STAND_IN_DAYS = frozenset((1, 15))


@dataclass(frozen=True)
class Candidate:
    """What the match check knows of one person. Anything may be missing. `former_names` are earlier surnames."""

    first_name: str = ""
    last_name: str = ""
    known_as: str = ""
    former_names: tuple[str, ...] = ()
    born_on: dt.date | None = None
    postcode: str = ""
    # Other postcodes of the same family, such as the one before they moved.
    postcodes: tuple[str, ...] = ()
    address: str = ""
    nhs_number: str = ""
    upn: str = ""
    sex: str = ""


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for (points above zero) or against two records being one person, in words."""

    words: str
    points: float


@dataclass(frozen=True)
class Match:
    """The comparison of two records: its evidence, its points, and a score from 0 to 100 for ranking and showing."""

    evidence: tuple[Evidence, ...]

    @property
    def points(self) -> float:
        return sum(item.points for item in self.evidence)

    @property
    def score(self) -> int:
        """0 to 100; 50 is where a match becomes likely."""
        return round(100 / (1 + exp(-(self.points - LIKELY_FROM) / 2.5)))

    @property
    def same_identifier(self) -> bool:
        return any(item.words in ("same NHS number", "same UPN") for item in self.evidence)

    @property
    def is_likely(self) -> bool:
        """Whether a person should be asked to decide. The same identifier on two records always is a question."""
        return self.points >= LIKELY_FROM or self.same_identifier

    @property
    def is_possible(self) -> bool:
        return self.is_likely or self.points >= POSSIBLE_FROM

    @property
    def band(self) -> str:
        return "likely" if self.is_likely else "possible" if self.is_possible else "unlikely"

    @property
    def why(self) -> str:
        """The evidence in one line, what speaks for it first."""
        agreeing = [item.words for item in self.evidence if item.points > 0]
        differing = [item.words for item in self.evidence if item.points < 0]
        return ", ".join(agreeing) + (f"; but {', '.join(differing)}" if differing else "")


def candidate_of(person: Person) -> Candidate:
    """A stored person as the scorer wants them. Reads the family's addresses as prefetched.

    A confidential address takes no part: its postcode could be tried until the score gave it away.
    """
    postcodes = [each.postcode for each in person.family.addresses.all() if not each.is_confidential]
    return Candidate(
        first_name=person.first_name,
        last_name=person.last_name,
        known_as=person.known_as,
        born_on=person.born_on,
        postcode=postcodes[0] if postcodes else "",
        postcodes=tuple(postcodes[1:]),
        nhs_number=person.nhs_number,
        upn=person.upn,
        sex=person.sex,
    )


def compare(one: Candidate, other: Candidate) -> Match:
    """Compare two records of people."""
    parts = [
        *compare_identifiers(one, other),
        *compare_births(one.born_on, other.born_on),
        *compare_names(one, other),
        *compare_places(one, other),
    ]
    if one.sex and other.sex and "U" not in (one.sex, other.sex) and one.sex != other.sex:
        # Mistyped so often in registers that it hardly counts.
        parts.append(Evidence("recorded sex differs", -0.5))
    return Match(tuple(parts))


def compare_identifiers(one: Candidate, other: Candidate) -> Iterator[Evidence]:
    """NHS number and UPN: the same is nearly proof; one slip is forgiven."""
    for name, left, right, same, differs in (
        ("NHS number", one.nhs_number, other.nhs_number, 14, -6),
        ("UPN", one.upn, other.upn, 13, -5),
    ):
        if not left or not right:
            continue
        if left == right:
            yield Evidence(f"same {name}", same)
        elif OSA.distance(left, right, score_cutoff=1) <= 1:
            yield Evidence(f"{name} differs by one figure", same / 2)
        else:
            yield Evidence(f"different {name}", differs)


def compare_births(one: dt.date | None, other: dt.date | None) -> Iterator[Evidence]:
    """Birth dates: the same, or apart by a slip that people make."""
    if one is None or other is None:
        return
    if one == other:
        yield Evidence("same date of birth", 8)
        return
    if (one.day, one.month, one.year) == (other.month, other.day, other.year):
        yield Evidence("day and month of birth swapped", 6)
        return
    left, right = f"{one:%Y%m%d}", f"{other:%Y%m%d}"
    wrong = sum(a != b for a, b in zip(left, right, strict=True))
    months_apart = abs((one.year - other.year) * 12 + one.month - other.month)
    if months_apart == 1 and one.day == other.day:
        yield Evidence("dates of birth a month apart", 4)
    elif wrong == 1:
        yield Evidence("date of birth differs by one figure", 4)
    elif wrong == 2 and OSA.distance(left, right) == 1:
        yield Evidence("date of birth has two figures swapped", 4)
    elif months_apart == 0 and {one.day, other.day} & STAND_IN_DAYS:
        yield Evidence("same month of birth, day estimated", 3)
    elif is_swapped_with_a_slip(one, other):
        yield Evidence("day and month of birth swapped, and one figure differs", 2)
    elif (one.day, one.month) == (other.day, other.month) or months_apart == 0:
        yield Evidence("date of birth nearly the same", -1)
    else:
        yield Evidence("different date of birth", -7)


def is_swapped_with_a_slip(one: dt.date, other: dt.date) -> bool:
    """Whether one date, with its day and month in each other's place, is one figure away from the other."""
    return any(
        sum(a != b for a, b in zip(f"{left:%Y%d%m}", f"{right:%Y%m%d}", strict=True)) == 1
        for left, right in ((one, other), (other, one))
    )


def compare_names(one: Candidate, other: Candidate) -> Iterator[Evidence]:
    """First names with their short forms, surnames with former ones; or both in each other's place."""
    firsts, other_firsts = first_names(one), first_names(other)
    lasts, other_lasts = last_names(one), last_names(other)
    first = best(firsts, other_firsts, compare_first)
    last = best(lasts, other_lasts, compare_last)
    crossed = set(firsts) & set(other_lasts) and set(lasts) & set(other_firsts)
    if crossed and first and last and first.points < 0 and last.points < 0:
        yield Evidence("first name and surname in each other’s place", 7)
        return
    if first:
        yield first
    if last:
        yield last


def compare_places(one: Candidate, other: Candidate) -> Iterator[Evidence]:
    """Postcode and address. Families move, so a difference says little."""
    left, right = bare(one.postcode), bare(other.postcode)
    if left and right:
        if left == right:
            yield Evidence("same postcode", 4)
        elif left in map(bare, other.postcodes) or right in map(bare, one.postcodes):
            yield Evidence("postcode of an earlier address", 3)
        elif OSA.distance(left, right, score_cutoff=1) <= 1:
            yield Evidence("postcode differs by one character", 2)
        elif left[:-3] == right[:-3]:
            yield Evidence("same part of town", 0.5)
        else:
            yield Evidence("different postcode", -1)
            # Every town has a 9 Mill Lane.
            return
    if one.address and other.address and address_key(one.address) == address_key(other.address):
        yield Evidence("same address", 2)


def best(ones: tuple[str, ...], others: tuple[str, ...], comparing) -> Evidence | None:
    """The strongest comparison of any name of one with any of the other; None when either has none."""
    found = [comparing(a, b) for a in ones for b in others]
    return max(found, key=lambda item: item.points) if found else None


@lru_cache(maxsize=65536)
def compare_first(one: str, other: str) -> Evidence:
    """Two first names in plain letters."""
    if one == other:
        return Evidence("same first name", 4)
    if may_be_short_for(one, other):
        return Evidence("first name is a short form", 3.5)
    if slips(one, other) == 1:
        return Evidence("first name differs by one letter", 3 if min(len(one), len(other)) > 3 else 1)
    if min(len(one), len(other)) == 1 and one[0] == other[0]:
        return Evidence("same initial", 1)
    if min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one)):
        return Evidence("first name shortened", 2.5)
    if sounds(one) and sounds(one) == sounds(other):
        return Evidence("first names sound alike", 2)
    return Evidence("different first name", -7)


@lru_cache(maxsize=65536)
def compare_last(one: str, other: str) -> Evidence:
    """Two surnames in plain letters."""
    if one == other:
        return Evidence("same surname", 5)
    wrong = slips(one, other)
    shorter = min(len(one), len(other))
    if wrong == 1:
        return Evidence("surname differs by one letter", 4 if shorter > 3 else 2)
    if wrong == 2 and shorter >= 7:
        return Evidence("surname differs by two letters", 3)
    if sounds(one) and sounds(one) == sounds(other):
        return Evidence("surnames sound alike", 2.5)
    return Evidence("different surname", -3)


def slips(one: str, other: str) -> int:
    """Letters typed wrong, left out, added or swapped with a neighbour; 3 means three or more."""
    return OSA.distance(one, other, score_cutoff=2)


@lru_cache(maxsize=65536)
def letters(text: str) -> str:
    """Plain lower-case letters with single spaces: no accents, apostrophes or punctuation."""
    text = text.replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("ß", "ss").replace("æ", "ae")
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"['’`.]", "", plain)
    return " ".join(re.sub(r"[^\w]+|[\d_]+", " ", plain).split())


@lru_cache(maxsize=65536)
def sounds(name: str) -> str:
    """How a name sounds to an English ear (Metaphone); "" when too short to say."""
    code = jellyfish.metaphone(name)
    return code if len(code) > 1 else ""


@lru_cache(maxsize=65536)
def names_in(text: str, whole: bool) -> tuple[str, ...]:
    """The names in a text; with `whole` also all of them as one, for "Anne Marie" and "Annemarie"."""
    words = [word for word in letters(text).split() if word not in NOT_A_NAME]
    if len(words) > 1 and whole:
        words.append("".join(words))
    return tuple(dict.fromkeys(words))


def first_names(person: Candidate) -> tuple[str, ...]:
    """The first of the first names, the known-as name, and all first names as one word."""
    given = names_in(person.first_name, True)
    # A middle name alone matches too many people; the first one, and all together, are what a person answers to.
    chosen = (given[0], given[-1]) if given else ()
    return tuple(dict.fromkeys((*chosen, *names_in(person.known_as, False)[:1])))


def last_names(person: Candidate) -> tuple[str, ...]:
    """The surname, each part of a double one, and former surnames."""
    return tuple(
        dict.fromkeys(
            name
            for text in (person.last_name, *person.former_names)
            for name in names_in(text, True)
            if len(name) > 2 or name == letters(text)
        )
    )


@lru_cache(maxsize=65536)
def bare(postcode: str) -> str:
    """A postcode without spaces, in capitals."""
    return re.sub(r"\W+", "", postcode).upper()


STREET = {
    "rd": "road",
    "st": "street",
    "ln": "lane",
    "ave": "avenue",
    "av": "avenue",
    "cl": "close",
    "dr": "drive",
    "cres": "crescent",
    "gdns": "gardens",
    "ct": "court",
    "tce": "terrace",
    "pl": "place",
    "sq": "square",
}


@lru_cache(maxsize=65536)
def address_key(address: str) -> str:
    """House number and street of an address: what is before the town, with street words written out."""
    first = re.split(r"[,\n]", address.casefold().strip())
    line = first[0] if re.search(r"\d.*[a-z]", first[0]) or len(first) == 1 else " ".join(first[:2])
    return " ".join(STREET.get(word, word) for word in re.sub(r"[^a-z0-9]+", " ", line).split())


def ranked(wanted: Candidate, people: Iterable[tuple[object, Candidate]]) -> list[tuple[object, Match]]:
    """People that may be the one wanted, likeliest first."""
    compared = ((key, compare(wanted, candidate)) for key, candidate in people)
    return sorted(
        (pair for pair in compared if pair[1].is_possible),
        key=lambda pair: (-pair[1].same_identifier, -pair[1].points),
    )
