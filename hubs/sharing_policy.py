"""A version of the agreement as the draft national machine-readable sharing policy, out and in.

Field names and shapes follow the draft's `SharingPolicy`: SocialCareData/information-governance on GitHub, dsa.json
(metadata version 0.1, status draft, effective 2025-10-01) and dsa.md. They are URI, Identifier {value, System}, Name,
Contact, Party [{Name, CatalogueID}], Data, Purpose, StartDate, EndDate, PermittedUse, Restrictions,
DataRecipientResponsibilities, SecurityMeasure and LegalCompliance.

The draft cannot yet say which party receives which data for which purpose, on which lawful basis, nor a review date:
these are in a member of our own beside it, `EarlyHelp`. A policy without that member gives every party all the data for
all the purposes it names, as the draft reads. The draft wants an EndDate: an agreement without one ends on 9999-12-31.
A party is a kind of agency, with a URN of ours as CatalogueID, because the draft's catalogue does not exist yet.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from hubs.models import AgencyKind, Article6, Article9, Category, Purpose
from hubs.terms import Basis, Stated, Terms, in_order

URN = "urn:early-help"
NO_END = dt.date(9999, 12, 31)
LISTS = {
    "PermittedUse": "permitted_use",
    "Restrictions": "restrictions",
    "DataRecipientResponsibilities": "recipient_responsibilities",
    "SecurityMeasure": "security_measures",
    "LegalCompliance": "legal_compliance",
}
CATEGORY_CODES = {category: category.name.lower() for category in Category}
_MAX_CLAUSES, _CLAUSE, _TEXT, _DEPTH = 100, 500, 5000, "Write it less deeply nested."


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field of an imported policy."""

    field: str
    words: str


class PolicyProblems(Exception):
    """A policy that cannot be read. `problems` names every field that is wrong."""

    def __init__(self, problems: list[Problem]):
        super().__init__("; ".join(f"{each.field}: {each.words}" for each in problems))
        self.problems = problems


# -- Out ------------------------------------------------------------------------------------------------------


def write_policy(terms: Terms, *, version: int, uri: str) -> dict[str, Any]:
    """The policy as plain data for JSON.

    Args:
        version: its number, in `EarlyHelp`, for readers; an import gives it the next free number.
        uri: where this copy is published.
    """
    kinds = [kind for kind in AgencyKind if kind.value in terms.kinds or kind.value in terms.bases]
    given = {category for _kind, category in terms.cells}
    policy = {
        "URI": uri,
        "Identifier": {"value": terms.identifier, "System": terms.identifier_system},
        "Name": terms.title,
        "Contact": _contact(terms),
        "Party": [{"Name": kind.label, "CatalogueID": [f"{URN}:agency-kind:{kind.value}"]} for kind in kinds],
        "Data": [_data(category) for category in Category if category.value in given],
        "Purpose": [_purpose(each.code) for each in terms.stated],
        "StartDate": terms.starts_on.isoformat(),
        "EndDate": (terms.ends_on or NO_END).isoformat(),
        **{name: list(getattr(terms, field)) for name, field in LISTS.items()},
    }
    return {
        "SharingPolicy": policy,
        "EarlyHelp": {
            "Version": version,
            "ReviewDate": terms.review_on.isoformat(),
            "Summary": terms.summary,
            "Aim": terms.purposes,
            "Purpose": [
                {"Purpose": _purpose(each.code), "Name": each.title, "Description": each.words}
                for each in terms.stated
            ],
            "Matrix": [
                {
                    "Party": f"{URN}:agency-kind:{kind}",
                    "Data": _data(Category(category)),
                    "Purpose": [_purpose(code) for code in in_order(purposes)],
                }
                for (kind, category), purposes in sorted(terms.cells.items())
            ],
            "LawfulBasis": [
                {
                    "Party": f"{URN}:agency-kind:{kind}",
                    "Article6": basis.article_6,
                    "Article9": basis.article_9,
                    "Gateway": basis.gateway,
                    "Responsibilities": basis.responsibilities,
                }
                for kind, basis in sorted(terms.bases.items())
            ],
        },
    }


def _contact(terms: Terms) -> str:
    if terms.contact_name and terms.contact_email:
        return f"{terms.contact_name} <{terms.contact_email}>"
    return terms.contact_name or terms.contact_email


def _data(category: Category) -> str:
    return f"{URN}:data:{CATEGORY_CODES[category]}"


def _purpose(code: str) -> str:
    return f"{URN}:purpose:{code}"


# -- In -------------------------------------------------------------------------------------------------------


def read_policy(content: bytes | str) -> tuple[Terms, list[str]]:
    """Read a policy. Returns what it says, and notes about what it could not say or what was left out.

    Raises PolicyProblems, with one Problem for each field that is wrong.
    """
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        document = json.loads(text, parse_constant=_refuse_constant)
    except (UnicodeDecodeError, ValueError) as problem:
        raise PolicyProblems([Problem("The file", "It is not JSON in UTF-8.")]) from problem
    except RecursionError as problem:
        raise PolicyProblems([Problem("The file", _DEPTH)]) from problem
    return _Reader().read(document)


def _refuse_constant(name: str):
    raise ValueError(name)


class _Reader:
    """Reads one document and gathers what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def wrong(self, field: str, words: str) -> None:
        self.problems.append(Problem(field, words))

    def read(self, document: Any) -> tuple[Terms, list[str]]:
        if not isinstance(document, dict):
            raise PolicyProblems([Problem("The file", "It must hold one object.")])
        policy = document.get("SharingPolicy", document if "Name" in document else None)
        if not isinstance(policy, dict):
            raise PolicyProblems([Problem("SharingPolicy", "It is missing.")])
        ours = document.get("EarlyHelp", {})
        if not isinstance(ours, dict):
            self.wrong("EarlyHelp", "It must be an object.")
            ours = {}
        facts = self.facts(policy, ours)
        kinds = self.parties(policy)
        categories = self.codes(policy, "Data", category_named, "a category of information")
        stated = self.stated(policy, ours)
        codes = [each.code for each in stated]
        if "Matrix" in ours:
            cells = self.matrix(ours, codes)
        else:
            cells = {
                (kind, category.value): frozenset(codes) for kind in kinds for category in categories if codes
            }
            self.notes.append("The policy does not say who receives what, so every party receives all of it.")
        bases = self.bases(ours) if "LawfulBasis" in ours else {}
        unused = {kind for kind, _category in cells} - set(kinds)
        if "Matrix" in ours and unused:
            self.wrong("EarlyHelp.Matrix", "It names a party that SharingPolicy.Party does not.")
        if self.problems:
            raise PolicyProblems(self.problems)
        return Terms(**facts, stated=tuple(stated), cells=cells, bases=bases), self.notes

    # -- Plain fields

    def facts(self, policy: dict, ours: dict) -> dict[str, Any]:
        self.text(policy, "SharingPolicy.URI", 2000, needed=True)
        identifier = policy.get("Identifier")
        if not isinstance(identifier, dict):
            self.wrong("SharingPolicy.Identifier", "It must be an object with value and System.")
            identifier = {"value": "x", "System": "x"}
        name, email = self.contact(policy)
        starts_on = self.date(policy, "SharingPolicy.StartDate")
        ends_on = self.date(policy, "SharingPolicy.EndDate")
        review_on = self.date(ours, "EarlyHelp.ReviewDate") if "ReviewDate" in ours else None
        if starts_on and ends_on and ends_on < starts_on:
            self.wrong("SharingPolicy.EndDate", "It is before StartDate.")
        if starts_on and review_on and review_on < starts_on:
            self.wrong("EarlyHelp.ReviewDate", "It is before StartDate.")
        if starts_on and review_on is None:
            # A year later is a date, whatever the year.
            review_on = dt.date.fromordinal(min(starts_on.toordinal() + 365, dt.date.max.toordinal()))
            self.notes.append("The policy has no review date, so it is reviewed after a year.")
        return {
            "identifier": self.text(identifier, "SharingPolicy.Identifier.value", 120, needed=True),
            "identifier_system": self.text(identifier, "SharingPolicy.Identifier.System", 200, needed=True),
            "title": self.text(policy, "SharingPolicy.Name", 120, needed=True),
            "contact_name": name,
            "contact_email": email,
            "starts_on": starts_on,
            "review_on": review_on,
            "ends_on": None if ends_on == NO_END else ends_on,
            "summary": self.text(ours, "EarlyHelp.Summary", _TEXT),
            "purposes": self.text(ours, "EarlyHelp.Aim", _TEXT),
            **{field: self.clauses(policy, name) for name, field in LISTS.items()},
        }

    def text(self, where: dict, path: str, most: int, *, needed: bool = False) -> str:
        return self.checked(where.get(path.rsplit(".", 1)[1], ""), path, most, needed=needed)

    def checked(self, value: Any, path: str, most: int, *, needed: bool = False) -> str:
        if not isinstance(value, str):
            self.wrong(path, "It must be text.")
        elif needed and not value.strip():
            self.wrong(path, "It is missing.")
        elif len(value) > most:
            self.wrong(path, f"It must be {most} characters or fewer.")
        elif any(
            (letter < " " and letter not in "\n\r\t") or "\ud800" <= letter <= "\udfff" for letter in value
        ):
            self.wrong(path, "It holds a character that cannot be stored.")
        else:
            return value
        return ""

    def contact(self, policy: dict) -> tuple[str, str]:
        value = self.text(policy, "SharingPolicy.Contact", 400)
        name, email = value, ""
        if value.endswith(">") and " <" in value:
            name, email = value[:-1].rsplit(" <", 1)
        elif "@" in value and " " not in value:
            name, email = "", value
        if email:
            try:
                validate_email(email)
            except ValidationError:
                self.wrong("SharingPolicy.Contact", "The e-mail address in it is not one.")
        if len(name) > 120 or len(email) > 254:
            self.wrong("SharingPolicy.Contact", "It must be 120 characters or fewer, and an e-mail address.")
        return name, email

    def date(self, where: dict, path: str) -> dt.date | None:
        value = where.get(path.rsplit(".", 1)[1])
        if value is None:
            self.wrong(path, "It is missing.")
            return None
        try:
            # The schema in the draft says dateTime, its table DateStamp: both are read, as a day.
            return dt.datetime.fromisoformat(value).date()
        except (TypeError, ValueError):
            self.wrong(path, "It must be a date, like 2026-11-22.")
            return None

    def items(self, where: dict, path: str, *, needed: bool = False) -> list:
        value = where.get(path.rsplit(".", 1)[1], [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list):
            self.wrong(path, "It must be a list.")
        elif needed and not value:
            self.wrong(path, "It must name at least one.")
        else:
            return value
        return []

    def clauses(self, policy: dict, name: str) -> tuple[str, ...]:
        path = f"SharingPolicy.{name}"
        found = self.items(policy, path)
        if len(found) > _MAX_CLAUSES:
            self.wrong(path, f"It must have {_MAX_CLAUSES} entries or fewer.")
            return ()
        for number, clause in enumerate(found, start=1):
            self.checked(clause, f"{path}[{number}]", _CLAUSE, needed=True)
        return tuple(clause for clause in found if isinstance(clause, str))

    # -- Codes

    def codes(self, where: dict, name: str, meaning, what: str) -> list:
        path = f"SharingPolicy.{name}"
        found = []
        for number, code in enumerate(self.items(where, path, needed=True), start=1):
            known = meaning(code) if isinstance(code, str) else None
            if known is None:
                self.wrong(f"{path}[{number}]", f"It is not {what} that this partnership knows.")
            elif known not in found:
                found.append(known)
        return found

    def parties(self, policy: dict) -> list[str]:
        path, found = "SharingPolicy.Party", []
        for number, party in enumerate(self.items(policy, path, needed=True), start=1):
            kind = _kind_of_party(party)
            if kind is None:
                self.wrong(f"{path}[{number}]", "It is not a kind of agency that this partnership knows.")
            elif kind not in found:
                found.append(kind)
        return found

    def stated(self, policy: dict, ours: dict) -> list[Stated]:
        codes = self.codes(policy, "Purpose", purpose_named, "a purpose")
        words = {}
        for number, each in enumerate(self.items(ours, "EarlyHelp.Purpose"), start=1):
            at = f"EarlyHelp.Purpose[{number}]"
            code = purpose_named(each.get("Purpose")) if isinstance(each, dict) else None
            if code is None:
                self.wrong(at, "It is not a purpose that this partnership knows.")
            else:
                title = self.text(each, f"{at}.Name", 120, needed=True)
                words[code] = (title, self.text(each, f"{at}.Description", _TEXT))
        return [Stated(code, *words.get(code, (Purpose(code).label, ""))) for code in codes]

    def matrix(self, ours: dict, codes: list[str]) -> dict[tuple[str, int], frozenset[str]]:
        cells: dict[tuple[str, int], frozenset[str]] = {}
        for number, row in enumerate(self.items(ours, "EarlyHelp.Matrix"), start=1):
            at = f"EarlyHelp.Matrix[{number}]"
            if not isinstance(row, dict):
                self.wrong(at, "It must be an object with Party, Data and Purpose.")
                continue
            kind, category = _kind_of(row.get("Party")), category_named(row.get("Data"))
            named = self.items(row, f"{at}.Purpose", needed=True)
            purposes = [purpose_named(each) for each in named]
            if kind is None:
                self.wrong(f"{at}.Party", "It is not a kind of agency that this partnership knows.")
            if category is None:
                self.wrong(f"{at}.Data", "It is not a category of information that this partnership knows.")
            if any(purpose not in codes for purpose in purposes):
                self.wrong(f"{at}.Purpose", "It names a purpose that SharingPolicy.Purpose does not.")
            elif kind and category and purposes:
                if (kind, category.value) in cells:
                    self.wrong(at, "This party and data are named twice.")
                cells[kind, category.value] = frozenset(each for each in purposes if each)
        return cells

    def bases(self, ours: dict) -> dict[str, Basis]:
        found: dict[str, Basis] = {}
        for number, row in enumerate(self.items(ours, "EarlyHelp.LawfulBasis"), start=1):
            at = f"EarlyHelp.LawfulBasis[{number}]"
            if not isinstance(row, dict):
                self.wrong(at, "It must be an object with Party, Article6 and Article9.")
                continue
            kind, six, nine = (
                _kind_of(row.get("Party")),
                row.get("Article6"),
                row.get("Article9", Article9.NONE.value),
            )
            if kind is None:
                self.wrong(f"{at}.Party", "It is not a kind of agency that this partnership knows.")
            elif kind in found:
                self.wrong(f"{at}.Party", "This party is named twice.")
            if six not in Article6.values:
                self.wrong(f"{at}.Article6", "It must be a basis of Article 6, like 6(1)(e).")
            if nine not in Article9.values:
                self.wrong(f"{at}.Article9", "It must be a condition of Article 9, like 9(2)(h), or none.")
            gateway = self.text(row, f"{at}.Gateway", 300)
            duties = self.text(row, f"{at}.Responsibilities", _TEXT)
            if kind and isinstance(six, str) and isinstance(nine, str):
                found[kind] = Basis(six, nine, gateway, duties)
        return found


def _last(value: Any) -> str:
    return value.rsplit(":", 1)[-1] if isinstance(value, str) else ""


def _kind_of(value: Any) -> str | None:
    if isinstance(value, str) and value in AgencyKind.labels:
        return AgencyKind.values[AgencyKind.labels.index(value)]
    return _last(value) if _last(value) in AgencyKind.values else None


def _kind_of_party(party: Any) -> str | None:
    if not isinstance(party, dict):
        return None
    catalogue = party.get("CatalogueID", [])
    for value in [*(catalogue if isinstance(catalogue, list) else [catalogue]), party.get("Name")]:
        if (kind := _kind_of(value)) is not None:
            return kind
    return None


def category_named(value: Any) -> Category | None:
    """The category of information that a policy's code or label names; None when it is none of ours."""
    for category, code in CATEGORY_CODES.items():
        if _last(value) == code or value == category.label:
            return category
    return None


def purpose_named(value: Any) -> str | None:
    """The code of the purpose that a policy's code or label names; None when it is none of ours."""
    if isinstance(value, str) and value in Purpose.labels:
        return Purpose.values[Purpose.labels.index(value)]
    return _last(value) if _last(value) in Purpose.values else None
