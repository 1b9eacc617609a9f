"""Which column of a file holds which fact: guessed from the headings and the values, then a person's word is final."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from .fields import BY_KEY, FIELDS, label_of

# Below this likeness (0 to 100) a heading is not guessed at.
GUESS_FROM = 85
SAMPLES = 5
# Columns our own report adds in front of the original ones, so that a corrected report can be loaded again.
REPORT_COLUMNS = ("Line in the file", "What happened", "Reasons", "What to do", "Other line or reference")

EXACT: dict[str, str] = {word: f.key for f in FIELDS for word in f.synonyms}
WEAKER: dict[str, str] = {word: f.key for f in FIELDS for word in f.weaker}
WORDS: tuple[str, ...] = tuple(EXACT)
LONGER_WORDS: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(word.split()), key) for word, key in EXACT.items() if len(word.split()) > 1
)
# A heading with one of these speaks of somebody or something else, however much of it looks familiar.
SOMEBODY_ELSE = frozenset(
    (
        "mother",
        "mothers",
        "father",
        "fathers",
        "mum",
        "mums",
        "dad",
        "dads",
        "parent",
        "parents",
        "carer",
        "carers",
        "partner",
        "sibling",
        "siblings",
        "adult",
        "school",
        "gp",
        "social",
        "review",
        "reviewed",
        "taf",
        "tac",
        "tam",
        "meeting",
        "step",
        "panel",
        "allocated",
        "sent",
        "visit",
        "letter",
        "survey",
        "plan",
        "previous",
        "last",
        "next",
        "contact",
        "first",
        "not",
        "no",
        "if",
        "why",
        "number",
        "manager",
        "team",
        "emergency",
        "other",
    )
)

CONTACT_WORDS = frozenset(("email", "phone", "telephone", "tel", "mobile", "fax"))
SYSTEM_WORDS = frozenset(
    ("caf", "ecaf", "kfsf", "eha", "ehm", "ehas", "early", "help", "assessment", "form", "the")
)
CHILD_WORDS = frozenset(
    ("child", "childs", "children", "yp", "young", "person", "pupil", "family", "s", "of", "case")
)

DATE_SHAPE = re.compile(
    r"\d{1,4}[./ -]\d{1,2}[./ -]\d{1,4}|\d{1,2}.{0,4}[A-Za-z]{3,9}.{0,3}\d{2,4}|^\d{5}$|^\d{8}$"
)
POSTCODE_SHAPE = re.compile(r"^\s*[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2}\s*$")


class UnusableMapping(Exception):
    """A mapping cannot be used. The message is a sentence for the person who wrote it."""


@dataclass(frozen=True)
class Guess:
    """What one column seems to hold: a field key or "", how sure (0 to 100), and a few of its values."""

    heading: str
    field: str
    likeness: int
    samples: tuple[str, ...] = ()


@dataclass
class Mapping:
    """The columns of a file and what a person said about reading it.

    `columns` heading -> field key ("" = not taken). `date_orders` field -> "dmy" or "mdy". `values` field ->
    {text as written: text or code to read instead}. `hub` is the district of every row when no column holds one.
    """

    columns: dict[str, str] = field(default_factory=dict)
    date_orders: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    hub: str = ""
    sheet: str = ""

    def columns_of(self, key: str) -> list[str]:
        """Headings that hold a field, in the order of the file."""
        return [heading for heading, mapped in self.columns.items() if mapped == key]

    def has(self, key: str) -> bool:
        return key in self.columns.values()

    def missing(self) -> list[str]:
        """Labels of facts without which no row can be taken."""
        missing = []
        if not (self.has("full_name") or self.has("surname") or self.has("forenames")):
            missing.append("Child’s surname or full name")
        if not self.has("registered_on"):
            missing.append(label_of("registered_on"))
        if not self.has("district") and not self.hub:
            missing.append(label_of("district"))
        return missing

    def doubled(self) -> list[str]:
        """Labels of fields that two columns claim though only one may hold them."""
        return [f.label for f in FIELDS if not f.joined and len(self.columns_of(f.key)) > 1]

    def as_json(self) -> dict:
        return {
            "columns": self.columns,
            "dates": self.date_orders,
            "values": self.values,
            "hub": self.hub,
            "sheet": self.sheet,
        }

    @classmethod
    def from_json(cls, stored: dict) -> "Mapping":
        """The mapping that `as_json` stored."""
        return cls(
            columns=dict(stored.get("columns", {})),
            date_orders=dict(stored.get("dates", {})),
            values={key: dict(value) for key, value in stored.get("values", {}).items()},
            hub=stored.get("hub", ""),
            sheet=stored.get("sheet", ""),
        )


@lru_cache(maxsize=4096)
def plain_heading(heading: str) -> str:
    """A heading without case, punctuation and repeated spaces, so that "D.O.B." and "DoB" look for the same word."""
    text = (
        re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
        .casefold()
        .replace("’", "'")
        .replace("'s", "s")
        .replace("&", " and ")
    )
    text = re.sub(r"\b([a-z])\.(?=[a-z]\b)", r"\1 ", text)
    text = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", text) if len(text) > 12 else text
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


def shorter_forms(plain: str) -> list[str]:
    """A heading without the words that name the system or the child: "KFSF notification no", "Childs home postcode"."""
    forms = []
    for words in (SYSTEM_WORDS, CHILD_WORDS, SYSTEM_WORDS | CHILD_WORDS):
        kept = [word for word in plain.split() if word not in words]
        if kept and len(kept) < len(plain.split()):
            forms.append(" ".join(kept))
    return forms


@lru_cache(maxsize=4096)
def likeliest(heading: str) -> tuple[tuple[str, int], ...]:
    """Fields a heading may stand for with the likeness of each (0 to 100), best first."""
    plain = plain_heading(heading)
    if not plain or len(plain) > 80:
        return ()
    without_brackets = plain_heading(re.sub(r"\(.*?\)|\[.*?\]", " ", heading))
    for form in (plain, without_brackets, plain.replace(" ", ""), *shorter_forms(without_brackets or plain)):
        if form in EXACT:
            return ((EXACT[form], 100),)
    if plain in WEAKER:
        return ((WEAKER[plain], 92),)
    parts = {EXACT.get(plain_heading(part)) for part in re.split(r"/| - | or ", heading)}
    if len(parts) == 1 and None not in parts:
        return ((str(parts.pop()), 96),)
    if not CONTACT_WORDS.isdisjoint(plain.split()):
        return ()
    best: dict[str, int] = {}
    for word, score, _ in process.extract(
        plain, WORDS, scorer=fuzz.token_sort_ratio, score_cutoff=GUESS_FROM, limit=12
    ):
        # Two letters apart is a typing slip in a long heading and another word in a short one.
        if min(len(word), len(plain)) > 4:
            best[EXACT[word]] = max(best.get(EXACT[word], 0), int(score))
    words = frozenset(plain.split())
    if not best and len(words) <= 6 and words.isdisjoint(SOMEBODY_ELSE):
        # A known heading with a word or two around it: "Kent level of need", "Date registered on system".
        best = {key: 88 for known, key in LONGER_WORDS if known <= words and len(words) - len(known) <= 2}
    return tuple(sorted(best.items(), key=lambda item: -item[1]))


def count_recognised(cells: Iterable[str], known: frozenset[str] = frozenset()) -> int:
    """How many different facts the cells of a line name, when read as headings."""
    found = set()
    for cell in cells:
        text = " ".join(cell.split())
        if not text or len(text) > 80:
            continue
        if text in known:
            found.add(text)
        elif fields := likeliest(text):
            found.add(fields[0][0])
    return len(found)


def guess_columns(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> list[Guess]:
    """Guess every column's fact from its heading, checked against its values.

    `lines` are the cells of the first lines (a few hundred are enough). A field that only one column may hold goes to
    the likeliest one; a column whose values contradict its heading is left for the person.
    """
    columns: list[list[str]] = [[] for _ in headings]
    for cells in lines:
        for position, cell in enumerate(cells[: len(headings)]):
            if cell.strip():
                columns[position].append(cell.strip())
    offers = []
    for position, heading in enumerate(headings):
        if heading in REPORT_COLUMNS:
            continue
        for key, likeness in likeliest(heading):
            fit = values_fit(key, columns[position])
            if fit < 0:
                continue
            offers.append((likeness + fit, -position, key, position))
    taken: dict[int, tuple[str, int]] = {}
    used: set[str] = set()
    for score, _, key, position in sorted(offers, reverse=True):
        if position in taken or (key in used and not BY_KEY[key].joined):
            continue
        taken[position] = (key, min(score, 100))
        used.add(key)
    settle_lead_and_assessor(taken, used, columns)
    return [
        Guess(heading, *taken.get(position, ("", 0)), samples=few_samples(columns[position]))
        for position, heading in enumerate(headings)
    ]


def settle_lead_and_assessor(
    taken: dict[int, tuple[str, int]], used: set[str], columns: list[list[str]]
) -> None:
    """ "Lead worker" holds a person in one county and an agency in the next: its values say which."""
    from .codes import agency_kind, looks_like_role

    for position, (key, score) in list(taken.items()):
        values = columns[position]
        if not values:
            continue
        if (
            key == "lead_name"
            and "lead_agency" not in used
            and share(values, lambda v: bool(agency_kind(v))) > 0.5
        ):
            taken[position] = ("lead_agency", score)
            used.add("lead_agency")
        elif key == "assessor_name" and "assessor_role" not in used and share(values, looks_like_role) > 0.5:
            taken[position] = ("assessor_role", score)
            used.add("assessor_role")


def share(values: Sequence[str], test) -> float:
    """Part (0 to 1) of the first values that pass a test."""
    first = values[:200]
    return sum(bool(test(value)) for value in first) / len(first)


def values_fit(key: str, values: list[str]) -> int:
    """Points added when a column's values look right for a field; below zero when they cannot be it."""
    if not values:
        return 0
    if BY_KEY[key].kind == "date":
        dates = share(values, DATE_SHAPE.search)
        # "Closed: Yes/No" and "Started: Autumn" are not dates, whatever the heading says.
        return 3 if dates >= 0.5 else (-1 if dates < 0.1 and len(values) >= 3 else 0)
    if key == "postcode":
        return 3 if share(values, POSTCODE_SHAPE.match) >= 0.5 else 0
    if key not in ("reference", "notes", "nhs_number") and share(values, DATE_SHAPE.fullmatch) > 0.8:
        # "Date consent obtained" holds no consent.
        return -1
    if key in ("surname", "forenames", "full_name") and share(values, str.isdigit) > 0.5:
        return -1
    if key == "full_name":
        return 2 if share(values, lambda v: "," in v or " " in v) > 0.5 else -1 if len(values) >= 3 else 0
    return 0


def few_samples(values: Sequence[str]) -> tuple[str, ...]:
    """The first different values of a column, cut to a readable length."""
    different = list(dict.fromkeys(values[:500]))[:SAMPLES]
    return tuple(value if len(value) <= 60 else value[:57] + "…" for value in different)


def guessed_mapping(guesses: Iterable[Guess]) -> Mapping:
    """The mapping that the guesses amount to."""
    return Mapping(columns={guess.heading: guess.field for guess in guesses})


def read_mapping_file(content: bytes) -> Mapping:
    """Read a mapping a person wrote: JSON, or CSV with the columns heading and field.

    JSON is either {"Heading": "field", ...} or {"columns": {...}, "dates": {"born_on": "mdy"},
    "values": {"district": {"S Som": "South Somerset"}}, "hub": "...", "sheet": "..."}. A field is named by its key or
    its label. Raises UnusableMapping.
    """
    text = content.decode("utf-8-sig", errors="replace").strip()
    if text.startswith("{"):
        try:
            stored = json.loads(text)
            mapping = Mapping.from_json(
                stored if isinstance(stored.get("columns"), dict) else {"columns": stored}
            )
            named = [*mapping.columns.items(), *mapping.date_orders.items()]
            if any(not isinstance(text, str | None) for pair in named for text in pair):
                raise ValueError("headings and fields are texts")
        except (ValueError, TypeError, AttributeError) as error:
            raise UnusableMapping(f"The mapping file is not sound JSON: {error}.") from error
    else:
        rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
        if any(len(row) < 2 for row in rows):
            raise UnusableMapping("Each line of a mapping file needs two columns: the heading and the field.")
        if (
            rows
            and plain_heading(rows[0][0]) in ("heading", "column")
            and plain_heading(rows[0][1]) == "field"
        ):
            rows = rows[1:]
        mapping = Mapping(columns={row[0].strip(): row[1].strip() for row in rows})
    mapping.columns = {" ".join(h.split()): field_named(named or "") for h, named in mapping.columns.items()}
    for key, order in mapping.date_orders.items():
        if key not in BY_KEY or order not in ("dmy", "mdy"):
            raise UnusableMapping(f"“{key}: {order}” is not a date field with an order of dmy or mdy.")
    for key in mapping.values:
        if key not in BY_KEY:
            raise UnusableMapping(f"“{key}” in the values of the mapping is not a field.")
    return mapping


def field_named(name: str) -> str:
    """The key of a field named by key or label; "" for none. Raises UnusableMapping for anything else."""
    plain = plain_heading(name)
    if not plain or plain in ("none", "ignore", "not taken"):
        return ""
    for f in FIELDS:
        if plain in (plain_heading(f.key), plain_heading(f.label)):
            return f.key
    raise UnusableMapping(f"“{name}” is not a field. The fields are: {', '.join(BY_KEY)}.")


def settle(mapping: Mapping | None, guesses: Sequence[Guess]) -> Mapping:
    """A person's mapping laid over the guesses: what the person named holds, columns left unnamed are guessed.

    Raises UnusableMapping when a named heading is not in the file.
    """
    guessed = guessed_mapping(guesses)
    if mapping is None:
        return guessed
    by_plain = {plain_heading(guess.heading): guess.heading for guess in guesses}
    said: dict[str, str] = {}
    for heading, key in mapping.columns.items():
        actual = heading if heading in guessed.columns else by_plain.get(plain_heading(heading))
        if actual is None:
            raise UnusableMapping(
                f"The mapping names a column “{heading}” that the file does not have. "
                f"Its columns are: {', '.join(guessed.columns)}."
            )
        said[actual] = key
    named = {key for key in said.values() if key}
    columns = {
        heading: said[heading] if heading in said else "" if key in named and not BY_KEY[key].joined else key
        for heading, key in guessed.columns.items()
    }
    return Mapping(columns, mapping.date_orders, mapping.values, mapping.hub, mapping.sheet)
