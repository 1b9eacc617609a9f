"""The family tree of one record: from the people and relationships that the reader may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.safestring import SafeString

from cases.genogram.compose import Drawing, compose
from cases.genogram.facts import Kin, Tie
from cases.genogram.sentences import sentences_of
from cases.genogram.svg import key_line, key_symbol, svg_of
from cases.models import Person, Relationship
from earlyhelp.web.dates import MONTHS, months_between

TITLE = "Family tree"
KEY_SYMBOLS = {
    "square": "Male",
    "circle": "Female",
    "diamond": "Sex not known",
    "triangle": "Not born yet",
}
KEY_LINES = {
    "partner": "Partners",
    "apart": "Partners who have parted",
    "together": "Have a child together",
    "parent": "Parent and child",
    "step_parent": "Step-parent",
    "grandparent": "Grandparent",
    "carer": "Carer",
    "sibling": "Brother or sister",
    "other": "Other relationship",
}


@dataclass(frozen=True)
class Tree:
    """A family tree to show. `svg` is the picture; `sentences` say the same in words."""

    kin: tuple[Kin, ...]
    ties: tuple[Tie, ...]

    @cached_property
    def drawing(self) -> Drawing:
        return compose(self.kin, self.ties)

    @cached_property
    def svg(self) -> SafeString:
        count = f"{len(self.kin)} {'person' if len(self.kin) == 1 else 'people'}"
        rows = len({symbol.y for symbol in self.drawing.symbols.values()})
        generations = f"{rows} {'generation' if rows == 1 else 'generations'}"
        description = f"{count} in {generations}. The list after this picture says the same in words."
        return svg_of(self.drawing, {each.id: each for each in self.kin}, TITLE, description)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What the picture shows, in sentences: who lives together, then each relationship."""
        return sentences_of(self.kin, self.ties)

    @cached_property
    def key(self) -> list[tuple[SafeString, str]]:
        """The symbols and lines that this picture uses, each with its meaning."""
        shapes = {symbol.shape for symbol in self.drawing.symbols.values()}
        lines = {
            ("apart" if stroke.over else "together" if stroke.faint else stroke.kind)
            for stroke in self.drawing.strokes
        }
        found = [(key_symbol(name), words) for name, words in KEY_SYMBOLS.items() if name in shapes]
        return found + [(key_line(name), words) for name, words in KEY_LINES.items() if name in lines]

    @property
    def has_home(self) -> bool:
        return any(each.at_home for each in self.kin)


def tree_of(people: Sequence[Person]) -> Tree:
    """The tree of these people of one family. One query, for the relationships between them."""
    ids = [person.pk for person in people]
    rows = Relationship.objects.filter(person__in=ids, to_person__in=ids).order_by("id") if ids else []
    first = Counter((person.known_as or person.first_name).casefold() for person in people)
    return Tree(
        kin=tuple(_kin(person, first) for person in people),
        ties=tuple(
            Tie(
                id=str(row.pk),
                kind=row.kind,
                a=str(row.person_id),
                b=str(row.to_person_id),
                responsible=row.has_parental_responsibility,
            )
            for row in rows
        ),
    )


def _kin(person: Person, first: Counter) -> Kin:
    name = person.known_as or person.first_name
    if person.is_unborn:
        name = name or "Unborn baby"
    elif not name or first[name.casefold()] > 1:
        name = person.called
    return Kin(
        id=str(person.pk),
        name=name,
        full_name=name if person.is_unborn and not person.first_name else person.called or name,
        sex=person.sex,
        is_child=person.is_child,
        is_unborn=person.is_unborn,
        at_home=person.lives_with_family,
        age=_age(person),
        note=_due(person) if person.is_unborn else person.role_in_household,
        born_on=person.born_on,
    )


def _age(person: Person) -> str:
    """What stands inside the symbol: whole years, or months for a baby; nothing when it is not known."""
    if person.born_on is None:
        return ""
    months = months_between(person.born_on, timezone.localdate())
    return str(months // 12) if months >= 12 else f"{max(months, 0)}m"


def _due(person: Person) -> str:
    """ "due 3 Mar", which fits under a symbol."""
    return f"due {person.due_on.day} {MONTHS[person.due_on.month - 1][:3]}" if person.due_on else ""
