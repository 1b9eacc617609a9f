"""Which lines say what an earlier line said, in this file or in one loaded before."""

from dataclasses import dataclass, field

from cases.matching import Candidate, compare

from .facts import Facts
from .fields import BY_KEY

# More children under one reference than this, and it is no reference ("2015", "School").
MOST_SHARING = 12


@dataclass(frozen=True)
class Clash:
    """An earlier line with the same reference for the same child: where it is, and which facts differ."""

    where: str
    differences: str


def candidate_of(facts: Facts) -> Candidate:
    """The child of a line as the match check compares people."""
    return Candidate(
        first_name=facts.forenames,
        last_name=facts.surname,
        known_as=facts.known_as,
        born_on=facts.born_on,
        postcode=facts.postcode,
        address=facts.address,
        nhs_number=facts.nhs_number,
        upn=facts.upn,
        sex=facts.sex,
    )


@dataclass
class Repeats:
    """Lines seen so far. `by_fingerprint` fingerprint -> where; `by_reference` reference -> [(where, facts)]."""

    by_fingerprint: dict[str, str] = field(default_factory=dict)
    by_reference: dict[str, list[tuple[str, Facts]]] = field(default_factory=dict)

    def add(self, facts: Facts, where: str, fingerprint: str) -> None:
        """Remember a line that was taken."""
        self.by_fingerprint[fingerprint] = where
        if facts.reference:
            sharing = self.by_reference.setdefault(facts.reference.casefold(), [])
            if len(sharing) < MOST_SHARING:
                sharing.append((where, facts))

    def add_refused(self, where: str, fingerprint: str) -> None:
        """Remember a refused line, so that the same refusal is told once."""
        self.by_fingerprint.setdefault(fingerprint, where)

    def same(self, fingerprint: str) -> str:
        """Where a line that says the same stands, or ""."""
        return self.by_fingerprint.get(fingerprint, "")

    def clash(self, facts: Facts) -> Clash | None:
        """An earlier line with the same reference and child but other details."""
        for where, earlier in (
            self.by_reference.get(facts.reference.casefold(), ()) if facts.reference else ()
        ):
            if same_child(facts, earlier):
                return Clash(place(where), differences(facts, earlier))
        return None

    def shared(self, facts: Facts) -> str:
        """Where the same reference stands for another child, or "". Some counties number families, not children."""
        for where, earlier in (
            self.by_reference.get(facts.reference.casefold(), ()) if facts.reference else ()
        ):
            if not same_child(facts, earlier):
                return place(where)
        return ""


def place(where: str) -> str:
    return f"Line {where}" if where.isdigit() else where


def same_child(one: Facts, other: Facts) -> bool:
    """Whether two lines under one reference are about one child: the names or the birth date must speak for it."""
    return compare(candidate_of(one), candidate_of(other)).is_likely or (
        one.surname.casefold() == other.surname.casefold()
        and one.forenames.casefold() == other.forenames.casefold()
    )


def differences(one: Facts, other: Facts) -> str:
    """Labels of the facts in which two lines differ."""
    left, right = one.as_json(), other.as_json()
    keys = [key for key in BY_KEY if left.get(key) != right.get(key)]
    return ", ".join(BY_KEY[key].label.lower() for key in keys) or "words only"
