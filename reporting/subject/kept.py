"""How what is done with a table’s fields is written down (reporting.subject.inventory)."""

from __future__ import annotations

from dataclasses import dataclass, field

CHAPTERS = {
    "who": "Who they are",
    "addresses": "Addresses",
    "family": "The family and the times it was helped",
    "consent": "Agreement to share, and sharing without it",
    "assessments": "Assessments",
    "scores": "Scores",
    "plan": "The plan",
    "notes": "Notes",
    "meetings": "Meetings and minutes",
    "documents": "Documents",
    "steps": "To and from children’s social care",
    "team": "Who helped",
    "register": "As brought in from an earlier register",
    "looks": "Who looked at the record",
}
THE_LAW = "Schedule 2 of the Data Protection Act 2018"


@dataclass(frozen=True)
class Kept:
    """One table.

    `heading` is what an item is called: never somebody's words. `people`: the columns that say whom a row is about, the
    first one first. `date`: the column that says when.
    """

    chapter: str = ""
    heading: str = ""
    given: str = ""
    others: str = ""
    technical: str = ""
    withheld: dict[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    date: str = ""

    @property
    def is_copied(self) -> bool:
        return bool(self.chapter)

    def fields(self) -> list[str]:
        """Every field named here."""
        return [*self.given.split(), *self.others.split(), *self.technical.split(), *self.withheld]

    def treatment(self, name: str) -> str:
        """given, others, withheld or technical. Raises KeyError for a field nobody has classified."""
        for kind in ("given", "others", "technical"):
            if name in getattr(self, kind).split():
                return kind
        self.withheld[name]
        return "withheld"


def not_about_them(reason: str, fields: str) -> Kept:
    """A table that is never copied, for one reason."""
    return Kept(withheld=dict.fromkeys(fields.split(), reason))


def technical(fields: str) -> Kept:
    """A table that tells of nobody."""
    return Kept(technical=fields)


STAFF = "tells who of the staff is close to a family, or who may see a restricted record"
NUMBERS = "worked out by the system from what is listed elsewhere"
