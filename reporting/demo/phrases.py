"""The phrase library: what gets written about families, in the way good practice writes it.

Each file in `data/phrases/` is one theme: why help began, strengths, the child's own words, what the family wants to be
different, who does what, and notes. A note keeps apart what was seen (fact), what was said, the professional view and
the child's voice. `{child}` and `{parent}` stand for the first names; no pronoun depends on either.
"""

import functools
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "phrases"
CATEGORIES = {
    "family": 1,
    "education": 2,
    "health": 3,
    "police": 4,
    "housing": 5,
    "finance": 6,
    "safeguarding": 7,
}
NOTE_KINDS = ("fact", "said", "view", "voice")
FAMILY_ACTS = "family"  # an action whose owner is a member of the family


@dataclass(frozen=True)
class NotePhrase:
    """A note as an agency of `agency_kind` writes it; `kind` is one of NOTE_KINDS."""

    agency_kind: str
    category: int
    kind: str
    title: str
    body: str


@dataclass
class Theme:
    """One kind of need and everything that is written about it."""

    key: str
    need: str = ""
    category: int = 1
    worries: list[str] = field(default_factory=list)
    strengths: list[str] = field(default_factory=list)
    voices: list[str] = field(default_factory=list)
    outcomes: list[tuple[str, str]] = field(default_factory=list)
    actions: list[tuple[str, str]] = field(default_factory=list)
    notes: list[NotePhrase] = field(default_factory=list)


def fill(text: str, child: str, parent: str) -> str:
    """Put the first names into a phrase."""
    return text.replace("{child}", child).replace("{parent}", parent)


def _read(path: Path) -> Theme:
    """Read one theme; ValueError names the file and the line that cannot be understood."""
    theme = Theme(path.stem)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        head, colon, text = line.partition(": ")
        words = head.split()
        parts = [part.strip() for part in text.split(" | ")]
        match words:
            case ["need"]:
                theme.need = text
            case ["category"]:
                theme.category = CATEGORIES[text]
            case ["worry"]:
                theme.worries.append(text)
            case ["strength"]:
                theme.strengths.append(text)
            case ["voice"]:
                theme.voices.append(text)
            case ["outcome"] if len(parts) == 2:
                theme.outcomes.append((parts[0], parts[1]))
            case ["action", owner]:
                theme.actions.append((owner, text))
            case ["note", agency_kind, category, kind] if len(parts) == 2 and kind in NOTE_KINDS:
                theme.notes.append(NotePhrase(agency_kind, CATEGORIES[category], kind, parts[0], parts[1]))
            case _:
                raise ValueError(f"{path.name}, line {number}: not a line of the phrase library: {line!r}")
        if not colon:
            raise ValueError(f"{path.name}, line {number}: no colon")
    return theme


@functools.cache
def themes() -> dict[str, Theme]:
    """Return every theme by its key, in the order of their file names."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.txt"))}


# How often each need is the reason for help, in hundredths. Weights follow the factors that Somerset's assessments
# recorded in 2019 (parents' mental health and domestic abuse first) and the criteria of its 7,700 troubled families.
THEME_WEIGHTS = {
    "mornings": 14,
    "parentmind": 13,
    "behaviour": 11,
    "childmind": 10,
    "safehome": 9,
    "money": 8,
    "separation": 7,
    "send": 7,
    "housing": 6,
    "learning": 5,
    "baby": 4,
    "isolation": 3,
    "carer": 3,
    "substances": 4,
    "outside": 3,
}
