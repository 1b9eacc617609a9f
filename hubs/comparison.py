"""Two versions of the agreement side by side: what is new, what is gone, what reads differently."""

from __future__ import annotations

from dataclasses import dataclass

from earlyhelp.web.dates import day
from hubs.models import AgencyKind, Article6, Article9, Category, Purpose
from hubs.terms import CLAUSES, Basis, Terms, in_order

NOTHING = "Nothing"
NOT_SAID = "Not said"
_WORDS = {
    "title": "Title",
    "purposes": "What it is for",
    "contact_name": "Whom to ask",
    "contact_email": "Their e-mail address",
    "identifier": "Identifier",
    "identifier_system": "System of the identifier",
}
_DATES = {"starts_on": "First day", "review_on": "Review by", "ends_on": "Last day"}


@dataclass(frozen=True)
class Difference:
    """One line of a comparison: `what` differs, before and after, as a reader says it."""

    what: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        empty = {NOTHING, NOT_SAID}
        if self.before in empty:
            return "added"
        return "removed" if self.after in empty else "changed"


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions, by the part of the agreement."""

    gives: list[Difference]
    bases: list[Difference]
    purposes: list[Difference]
    dates: list[Difference]
    words: list[Difference]

    @property
    def parts(self) -> list[tuple[str, list[Difference]]]:
        named = [
            ("What agencies may receive", self.gives),
            ("Lawful bases", self.bases),
            ("Purposes", self.purposes),
            ("Dates", self.dates),
            ("Words", self.words),
        ]
        return [(name, differences) for name, differences in named if differences]

    @property
    def total(self) -> int:
        return sum(len(differences) for _name, differences in self.parts)


def compare(before: Terms, after: Terms) -> Comparison:
    """Everything that reads differently in `after`. Empty lists where nothing does."""
    return Comparison(
        gives=_gives(before, after),
        bases=_bases(before, after),
        purposes=_purposes(before, after),
        dates=[
            Difference(label, _day(getattr(before, name)), _day(getattr(after, name)))
            for name, label in _DATES.items()
            if getattr(before, name) != getattr(after, name)
        ],
        words=_words(before, after),
    )


def said_of_cell(purposes, stated: set[str]) -> str:
    """One cell of the matrix in words: "Yes", or for which of the stated purposes only."""
    if not purposes:
        return NOTHING
    if stated and stated <= set(purposes):
        return "For all purposes"
    return "Only: " + ", ".join(_lower(Purpose(code).label) for code in in_order(purposes))


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


def _gives(before: Terms, after: Terms) -> list[Difference]:
    found = []
    stated = [{each.code for each in terms.stated} for terms in (before, after)]
    for kind in AgencyKind:
        for category in Category:
            cell = (kind.value, category.value)
            was, is_now = before.cells.get(cell), after.cells.get(cell)
            if was != is_now:
                found.append(
                    Difference(
                        f"{kind.label}: {_lower(category.label)}",
                        said_of_cell(was, stated[0]),
                        said_of_cell(is_now, stated[1]),
                    )
                )
    return found


def _bases(before: Terms, after: Terms) -> list[Difference]:
    found = []
    for kind in AgencyKind:
        was, is_now = before.bases.get(kind.value), after.bases.get(kind.value)
        if was != is_now:
            found.append(Difference(kind.label, said_of_basis(was), said_of_basis(is_now)))
    return found


def said_of_basis(basis: Basis | None) -> str:
    """A lawful basis in one line."""
    if basis is None:
        return NOT_SAID
    parts = [f"Article {Article6(basis.article_6).label}"]
    if basis.article_9 != Article9.NONE:
        parts.append(f"Article {Article9(basis.article_9).label}")
    parts += [words for words in (basis.gateway, basis.responsibilities) if words]
    return "; ".join(parts)


def _purposes(before: Terms, after: Terms) -> list[Difference]:
    was = {each.code: each for each in before.stated}
    is_now = {each.code: each for each in after.stated}
    return [
        Difference(Purpose(code).label, _stated(was.get(code)), _stated(is_now.get(code)))
        for code in Purpose.values
        if was.get(code) != is_now.get(code)
    ]


def _stated(stated) -> str:
    if stated is None:
        return NOTHING
    return f"{stated.title}: {stated.words}" if stated.words else stated.title


def _words(before: Terms, after: Terms) -> list[Difference]:
    found = [
        Difference(label, getattr(before, name) or NOT_SAID, getattr(after, name) or NOT_SAID)
        for name, label in _WORDS.items()
        if getattr(before, name) != getattr(after, name)
    ]
    for name, label in CLAUSES.items():
        was, is_now = getattr(before, name), getattr(after, name)
        found += [Difference(label, clause, NOTHING) for clause in was if clause not in is_now]
        found += [Difference(label, NOTHING, clause) for clause in is_now if clause not in was]
    return found


def _day(date) -> str:
    return day(date) if date else NOT_SAID
