"""What the system points out in a gathered item: words and items that may not be the person's to have.

It only proposes. An officer looks at each and decides; nothing goes out while one is undecided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hubs.models import AgencyKind, Category
from reporting.models import Why
from reporting.subject.inventory import INVENTORY

SHORTEST_NAME = 2
COUNCIL = {AgencyKind.COUNCIL_EARLY_HELP, AgencyKind.COUNCIL_SOCIAL_CARE}


@dataclass(frozen=True)
class Flag:
    """`field` empty: the whole item; else the words from `starts` to `ends` of that line."""

    why: str
    note: str
    field: str = ""
    starts: int = 0
    ends: int = 0


@dataclass
class Others:
    """What to look for: names of other people of the family, and addresses that are protected."""

    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = {name.strip() for name in self.names if len(name.strip()) >= SHORTEST_NAME}
        self.addresses = {words.strip() for words in self.addresses if len(words.strip()) >= SHORTEST_NAME}

    def passages(self, words: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, why) of each name or address, as whole words, whatever the case of the letters."""
        for texts, why in ((self.addresses, Why.ADDRESS), (self.names, Why.OTHER_PERSON)):
            for text in sorted(texts, key=len, reverse=True):
                for found in re.finditer(_loosely(text), words, re.IGNORECASE):
                    yield found.start(), found.end(), str(why)


def _loosely(text: str) -> str:
    """The text as a pattern: blanks and commas may differ, and it does not stand inside a longer word."""
    parts = [re.escape(part) for part in re.split(r"[\s,]+", text) if part]
    return r"(?<!\w)" + r"[\s,]*".join(parts) + r"(?!\w)"


def names_subject(lines: Iterable[list[str]], names: set[str]) -> bool:
    """Whether one of the person's own names stands in what was written."""
    pattern = "|".join(_loosely(name) for name in names if len(name) >= SHORTEST_NAME)
    return bool(pattern) and any(re.search(pattern, words, re.IGNORECASE) for _f, _l, words in lines)


def flags_of(
    label: str,
    row: dict,
    lines: list[list[str]],
    *,
    subject: str,
    others: Others,
    agency_kinds: dict[int, str],
) -> list[Flag]:
    """Everything to point out in one item, the reasons for the whole of it first.

    Args:
        label: the table's name in the inventory.
        row: the row as the database gave it.
        subject: id of the person who asks, as text.
        agency_kinds: kind of agency by id.
    """
    kept = INVENTORY[label]
    found: list[Flag] = []
    kind = agency_kinds.get(row.get("agency_id") or 0)
    category = row.get("category")
    if label == "cases.stepup":
        found.append(Flag(Why.SAFEGUARDING, "A request to children’s social care. Ask them first."))
    elif category == Category.POLICE or kind == AgencyKind.POLICE:
        found.append(
            Flag(Why.POLICE, "Police information. Ask the police whether it harms an investigation.")
        )
    elif category == Category.SAFEGUARDING:
        found.append(Flag(Why.SAFEGUARDING, "Safeguarding information. Ask the safeguarding lead."))
    elif kind and kind not in COUNCIL and label not in OWN_ANSWERS:
        found.append(Flag(Why.PARTNER, "Written by a partner agency. Ask it whether this may be given."))
    first = row.get(f"{kept.people[0]}_id") if kept.people else None
    if first and str(first) != subject and label not in ("cases.relationship", "cases.address"):
        found.append(Flag(Why.OTHER_PERSON, "This is about somebody else."))
    said_by = row.get("said_by") or ""
    for name, _label, words in lines:
        for starts, ends, why in others.passages(words):
            # An officer need not decide twice about the same words.
            if not any(flag.field == name and flag.starts < ends and starts < flag.ends for flag in found):
                note = "A protected address" if why == Why.ADDRESS else "Names somebody else"
                found.append(Flag(why, note, name, starts, ends))
    if said_by and not any(flag.field == "said_by" for flag in found):
        found.append(Flag(Why.OTHER_PERSON, "Somebody else said this.", "said_by", 0, len(said_by)))
    return found


# A partner agency wrote these down, and they are the person's own answers or plain facts of the help.
OWN_ANSWERS = {
    "cases.consent",
    "cases.score",
    "cases.lawfulshare",
    "assessments.score",
    "assessments.assessment",
}
