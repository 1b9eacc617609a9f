"""What a version of the agreement says, as plain data: copied into drafts, compared, exported and imported."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from hubs.models import Agreement, AgreementCategory, AgreementParty, AgreementPurpose, Category, Purpose

# Lists of short statements, as the national draft's policy has them: field of Agreement -> its heading.
CLAUSES = {
    "permitted_use": "What information may be used for",
    "restrictions": "What nobody may do with it",
    "recipient_responsibilities": "What an agency that receives information must do",
    "security_measures": "How information is kept safe",
    "legal_compliance": "Laws and codes that everybody follows",
}


@dataclass(frozen=True)
class Basis:
    """On which lawful basis agencies of one kind take part, and what they take on."""

    article_6: str
    article_9: str
    gateway: str = ""
    responsibilities: str = ""


@dataclass(frozen=True)
class Stated:
    """A purpose in the version's own words."""

    code: str
    title: str
    words: str = ""


@dataclass(frozen=True)
class Terms:
    """Everything that a version says. Its number, and who asked for it and activated it, are not words of it."""

    title: str
    starts_on: dt.date
    review_on: dt.date
    ends_on: dt.date | None = None
    identifier: str = "early-help-information-sharing"
    identifier_system: str = "urn:early-help:sharing-policy"
    summary: str = ""
    purposes: str = ""
    permitted_use: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    recipient_responsibilities: tuple[str, ...] = ()
    security_measures: tuple[str, ...] = ()
    legal_compliance: tuple[str, ...] = ()
    contact_name: str = ""
    contact_email: str = ""
    stated: tuple[Stated, ...] = ()
    bases: dict[str, Basis] = field(default_factory=dict)
    cells: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict)

    def gives(self, kind: str) -> dict[Category, frozenset[str]]:
        """What agencies of this kind may receive, by category, with the purposes."""
        found = {category: self.cells.get((kind, category.value)) for category in Category}
        return {category: purposes for category, purposes in found.items() if purposes}

    @property
    def kinds(self) -> set[str]:
        """Kinds of agency that may receive anything at all."""
        return {kind for kind, _category in self.cells}


_WORDS = (
    "title", "starts_on", "review_on", "ends_on", "identifier", "identifier_system", "summary", "purposes",
    "contact_name", "contact_email",
)  # fmt: skip


def terms_of(agreement: Agreement) -> Terms:
    """Read a version: three queries, fewer when its parts are prefetched."""
    return Terms(
        **{name: getattr(agreement, name) for name in _WORDS},
        **{name: tuple(getattr(agreement, name)) for name in CLAUSES},
        stated=tuple(Stated(each.code, each.title, each.words) for each in agreement.stated_purposes.all()),
        bases={
            each.agency_kind: Basis(each.article_6, each.article_9, each.gateway, each.responsibilities)
            for each in agreement.parties.all()
        },
        cells={
            (each.agency_kind, each.category): frozenset(each.purposes) for each in agreement.matrix.all()
        },
    )


def write_terms(agreement: Agreement, terms: Terms) -> None:
    """Make a draft (new, or there already) say `terms` and nothing else. For hubs.actions.agreement alone."""
    for name in _WORDS:
        setattr(agreement, name, getattr(terms, name))
    for name in CLAUSES:
        setattr(agreement, name, list(getattr(terms, name)))
    agreement.save()
    for part in (agreement.stated_purposes, agreement.parties, agreement.matrix):
        part.all().delete()
    AgreementPurpose.objects.bulk_create(
        AgreementPurpose(agreement=agreement, code=each.code, title=each.title, words=each.words)
        for each in terms.stated
    )
    AgreementParty.objects.bulk_create(
        AgreementParty(
            agreement=agreement,
            agency_kind=kind,
            article_6=basis.article_6,
            article_9=basis.article_9,
            gateway=basis.gateway,
            responsibilities=basis.responsibilities,
        )
        for kind, basis in terms.bases.items()
    )
    AgreementCategory.objects.bulk_create(
        AgreementCategory(
            agreement=agreement, agency_kind=kind, category=category, purposes=in_order(purposes)
        )
        for (kind, category), purposes in sorted(terms.cells.items())
    )


def in_order(purposes) -> list[str]:
    """Codes of purposes in the order in which the pages name them."""
    return [code for code in Purpose.values if code in purposes]
