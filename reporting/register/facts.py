"""What one line of a register says once it has been read, and what was decided about it."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What happens to one line. Every line has exactly one, so the counts add up to the lines of the file."""

    TAKEN = "taken"
    REFUSED = "refused"
    REPEATED = "repeated"
    BLANK = "blank"


@dataclass(frozen=True)
class Remark:
    """One thing wrong or doubtful in a line: the field, the reason, the text as written, and what a coordinator
    can do about it."""

    field: str
    reason: str
    text: str = ""
    fix: str = ""

    @property
    def sentence(self) -> str:
        """The reason with the text it is about."""
        shown = self.text if len(self.text) <= 60 else self.text[:57] + "…"
        return f"{self.reason} (“{shown}”)" if shown else self.reason


@dataclass
class Facts:
    """The facts of one line. Texts not understood stand in `unknown`, field -> text, so that nothing is lost."""

    reference: str = ""
    surname: str = ""
    forenames: str = ""
    known_as: str = ""
    born_on: dt.date | None = None
    due_on: dt.date | None = None
    sex: str = ""
    ethnicity: str = ""
    upn: str = ""
    nhs_number: str = ""
    address: str = ""
    postcode: str = ""
    district: str = ""
    registered_on: dt.date | None = None
    completed_on: dt.date | None = None
    assessor_role: str = ""
    assessor_name: str = ""
    agency: str = ""
    agency_kind: str = ""
    lead_agency: str = ""
    lead_agency_kind: str = ""
    lead_name: str = ""
    level: str = ""
    needs: list[str] = field(default_factory=list)
    other_needs: list[str] = field(default_factory=list)
    consent: str = ""
    consent_words: str = ""
    closed_on: dt.date | None = None
    closure_reason: str = ""
    notes: str = ""
    unknown: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict:
        """The facts as plain JSON values; dates as ISO text."""
        return {
            key: value.isoformat() if isinstance(value, dt.date) else value
            for key, value in vars(self).items()
            if value not in (None, "", [], {})
        }

    @classmethod
    def from_json(cls, stored: dict) -> "Facts":
        """The facts that `as_json` stored."""
        dates = {"born_on", "due_on", "registered_on", "completed_on", "closed_on"}
        return cls(
            **{key: dt.date.fromisoformat(value) if key in dates else value for key, value in stored.items()}
        )

    @property
    def fingerprint(self) -> str:
        """The same for two lines that say the same, however their dates and codes are written."""
        said = {
            key: " ".join(value.casefold().split()) if isinstance(value, str) else value
            for key, value in self.as_json().items()
            if key not in ("consent_words",)
        }
        said["needs"] = sorted(self.needs)
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass
class Verdict:
    """What was decided about one line. `original` is the line as written, heading -> text."""

    line: int
    outcome: Outcome
    original: dict[str, str]
    facts: Facts = field(default_factory=Facts)
    refusals: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    repeats: str = ""
    fingerprint: str = ""

    @property
    def reasons(self) -> str:
        """All reasons of the line in the words of the answer, joined by semicolons."""
        return "; ".join(remark.reason for remark in (self.refusals or self.warnings))


@dataclass(frozen=True)
class Counts:
    """How many lines went where. They always add up: rows = taken + refused + repeated + blank."""

    rows: int = 0
    taken: int = 0
    warned: int = 0
    refused: int = 0
    repeated: int = 0
    blank: int = 0

    @classmethod
    def of(cls, verdicts: list[Verdict]) -> "Counts":
        """Count verdicts. `warned` are among the taken."""
        by = {outcome: sum(v.outcome is outcome for v in verdicts) for outcome in Outcome}
        return cls(
            rows=len(verdicts),
            taken=by[Outcome.TAKEN],
            refused=by[Outcome.REFUSED],
            repeated=by[Outcome.REPEATED],
            blank=by[Outcome.BLANK],
            warned=sum(v.outcome is Outcome.TAKEN and bool(v.warnings) for v in verdicts),
        )
