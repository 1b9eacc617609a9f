"""A family tree in sentences: the same as the picture, for whoever does not see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cases.genogram.facts import (
    CARER,
    GRANDPARENT,
    OTHER,
    PARENT,
    PARTNER,
    SIBLING,
    STEP_PARENT,
    Kin,
    Tie,
)

# In words for a woman or girl, for a man or boy, and when the sex is not known.
_WORDS = {
    PARENT: ("the mother of", "the father of", "a parent of"),
    STEP_PARENT: ("the stepmother of", "the stepfather of", "a step-parent of"),
    GRANDPARENT: ("the grandmother of", "the grandfather of", "a grandparent of"),
    CARER: ("a carer of", "a carer of", "a carer of"),
    SIBLING: ("a sister of", "a brother of", "a brother or sister of"),
    OTHER: ("connected to", "connected to", "connected to"),
}
_ORDER = (PARENT, STEP_PARENT, GRANDPARENT, CARER, SIBLING, OTHER)


def sentences_of(kin: Sequence[Kin], ties: Sequence[Tie]) -> tuple[str, ...]:
    """Who lives together, who elsewhere, then every relationship and who has parental responsibility.

    Ties to anybody who is not among `kin` are left out.
    """
    people = {each.id: each for each in kin}
    known = [tie for tie in ties if tie.a in people and tie.b in people]
    found = [*_homes(kin), *_couples(people, known)]
    for kind in _ORDER:
        for each in kin:
            others = _others(people, known, each.id, kind)
            if others:
                found.append(f"{_name(each)} is {_word(kind, each)} {joined(others)}.")
    for each in kin:
        children = [tie.b for tie in known if tie.a == each.id and tie.responsible]
        if children:
            found.append(f"{_name(each)} has parental responsibility for {joined(_names(people, children))}.")
    tied = {person for tie in known for person in (tie.a, tie.b)}
    alone = [_name(each) for each in kin if each.id not in tied]
    if alone:
        found.append(f"No relationship is recorded for {joined(alone)}.")
    return tuple(found)


def joined(names: Sequence[str]) -> str:
    """ "Ellie, Leo and Noah"."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _name(each: Kin) -> str:
    return each.full_name or each.name


def _names(people: dict[str, Kin], ids: Iterable[str]) -> list[str]:
    return [_name(people[person]) for person in dict.fromkeys(ids)]


def _word(kind: str, each: Kin) -> str:
    female, male, unknown = _WORDS[kind]
    return {"F": female, "M": male}.get(each.sex, unknown)


def _others(people: dict[str, Kin], ties: list[Tie], person: str, kind: str) -> list[str]:
    """The names somebody is tied to in one way. Brothers and sisters are said once, by whoever is named first."""
    return _names(people, [tie.b for tie in ties if tie.a == person and tie.kind == kind])


def _couples(people: dict[str, Kin], ties: list[Tie]) -> list[str]:
    found: dict[frozenset[str], str] = {}
    for tie in ties:
        if tie.kind == PARTNER:
            names = joined(_names(people, [tie.a, tie.b]))
            found.setdefault(
                frozenset((tie.a, tie.b)),
                f"{names} {'were partners, and have parted' if tie.over else 'are partners'}.",
            )
    return list(found.values())


def _homes(kin: Sequence[Kin]) -> list[str]:
    home = [_with_age(each) for each in kin if each.at_home]
    away = [_with_age(each) for each in kin if not each.at_home]
    found = []
    if len(home) == 1:
        found.append(f"{home[0]} lives in the family home.")
    elif home:
        found.append(f"{joined(home)} live in the family home.")
    if away:
        found.append(f"{joined(away)} {'lives' if len(away) == 1 else 'live'} elsewhere.")
    return found


def _with_age(each: Kin) -> str:
    if each.is_unborn:
        return f"{_name(each)} ({each.note or 'not born yet'})"
    return f"{_name(each)} ({_age(each.age)})" if each.age else _name(each)


def _age(age: str) -> str:
    if not age.endswith("m"):
        return age
    return "1 month" if age == "1m" else f"{age[:-1]} months"
