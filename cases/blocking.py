"""Which of very many records are worth comparing: those that share a key. How they are compared: cases/matching.py."""

from __future__ import annotations

from collections.abc import Iterable

import jellyfish

from cases.matching import Candidate, Match, bare, compare, first_names, last_names
from cases.nicknames import GROUPS_OF


def blocking_keys(person: Candidate, *, names_alone: bool = True) -> set[str]:
    """Keys of which two records of one person share at least one, even with the slips that matching forgives.

    Comparing only records that share a key keeps a county's comparisons few. Each key survives other slips: the birth
    date those in names, sound and first name those in the date, the postcode a changed surname. Without `names_alone`
    people whose birth date is known get no key of names only: with another birth date they would not be likely anyway.
    """
    keys = set()
    firsts = first_names(person)
    lasts = last_names(person)
    born = person.born_on
    if person.nhs_number:
        keys.add(f"n{person.nhs_number}")
    if person.upn:
        keys.add(f"u{person.upn}")
    for first in firsts:
        if born:
            keys.add(f"d{born:%Y%m%d}{first[0]}")
            # A swapped day and month: the key does not tell the two apart.
            low, high = sorted((born.day, born.month))
            keys.add(f"w{born.year}{low:02}{high:02}{first[0]}")
        if person.postcode:
            keys.add(f"p{bare(person.postcode)}{first[0]}")
        base = min((str(group) for group in GROUPS_OF.get(first, ())), default=first)
        for last in lasts:
            if born:
                keys.add(f"y{last[:3]}{first[0]}{born.year}")
                keys.add(f"z{last[:3]}{first[0]}{born:%d%m}")
                # Names in each other's place.
                keys.add(f"x{'/'.join(sorted((last, first)))}{born.year}")
            if names_alone or not born:
                keys.add(f"s{jellyfish.soundex(last)}{base}")
                keys.add(f"e{last[-3:]}{first[:3]}")
                keys.add(f"x{'/'.join(sorted((last, first)))}")
    for last in lasts:
        if born:
            keys.add(f"b{last[0]}{last[-1]}{born:%Y%m%d}")
            keys.add(f"m{last[:4]}{born:%d%Y}")
    return keys


# Blocks of names alone can be as large as all the Smiths; beyond this size they say nothing.
LARGEST_BLOCK = 400


def likely_pairs(people: Iterable[tuple[object, Candidate]]) -> list[tuple[object, object, Match]]:
    """All likely pairs among people given as (key, candidate), strongest first. Each pair once, in the order given."""
    listed = list(people)
    blocks: dict[str, list[int]] = {}
    for index, (_, candidate) in enumerate(listed):
        for key in blocking_keys(candidate, names_alone=False):
            blocks.setdefault(key, []).append(index)
    seen: set[tuple[int, int]] = set()
    found = []
    for members in blocks.values():
        if not 1 < len(members) <= LARGEST_BLOCK:
            continue
        for place, first in enumerate(members):
            for second in members[place + 1 :]:
                if (first, second) in seen:
                    continue
                seen.add((first, second))
                match = compare(listed[first][1], listed[second][1])
                if match.is_likely:
                    found.append((listed[first][0], listed[second][0], match))
    return sorted(found, key=lambda pair: -pair[2].points)
