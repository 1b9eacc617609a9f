"""Versions of the agreement as the pages show them: where each stands, its matrix, who has signed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from earlyhelp.access import Actor, Permission
from hubs.comparison import said_of_basis, said_of_cell
from hubs.models import Agency, AgencyKind, Agreement, Article6, Article9, Category, Signature
from hubs.terms import Terms

DRAFT, ASKED, COMING, LIVE, REPLACED, ENDED = "draft", "asked", "coming", "live", "replaced", "ended"
_TAGS = {
    DRAFT: ("Draft", "grey"),
    ASKED: ("Waits for activation", "yellow"),
    COMING: ("Coming", "blue"),
    LIVE: ("In force", "green"),
    REPLACED: ("Replaced", "grey"),
    ENDED: ("Ended", "grey"),
}


def versions_for(actor: Actor) -> QuerySet[Agreement]:
    """Versions that this person may read: all of them for those who prepare them, activated ones for everybody else."""
    if actor.may(Permission.AGREEMENT_MANAGE) or actor.may(Permission.AGREEMENT_CONFIRM):
        return Agreement.objects.all()
    return Agreement.objects.activated()


def standing(agreement: Agreement, live: Agreement | None, today: dt.date | None = None) -> str:
    """Where a version stands today, as one of the codes above."""
    today = today or timezone.localdate()
    if not agreement.is_activated:
        return ASKED if agreement.is_asked else DRAFT
    if live is not None and agreement.pk == live.pk:
        return LIVE
    if agreement.starts_on > today and (live is None or agreement.version > live.version):
        return COMING
    return ENDED if agreement.ends_on and agreement.ends_on < today else REPLACED


def tag_of(code: str) -> tuple[str, str]:
    """The words and the colour of a standing's tag."""
    return _TAGS[code]


@dataclass(frozen=True)
class MatrixCell:
    """One cell as a reader reads it: "Yes", "No", or the purposes it is narrowed to."""

    category: str
    given: bool
    only: str


@dataclass(frozen=True)
class KindRow:
    """What one kind of agency may receive, and on which lawful basis."""

    kind: str
    code: str
    cells: list[MatrixCell]
    article_6: str
    article_9: str
    gateway: str
    responsibilities: str
    basis: str

    @property
    def gives(self) -> list[bool]:
        return [cell.given for cell in self.cells]

    @property
    def is_empty(self) -> bool:
        return not any(self.gives)


def rows_of(terms: Terms) -> list[KindRow]:
    """The matrix with the lawful bases, a row for each kind of agency."""
    stated = {each.code for each in terms.stated}
    rows = []
    for kind in AgencyKind:
        basis = terms.bases.get(kind.value)
        cells = []
        for category in Category:
            purposes = terms.cells.get((kind.value, category.value), frozenset())
            only = said_of_cell(purposes, stated) if purposes and stated and not stated <= purposes else ""
            cells.append(MatrixCell(category.label, bool(purposes), only))
        rows.append(
            KindRow(
                kind.label,
                kind.value,
                cells,
                Article6(basis.article_6).label if basis else "",
                Article9(basis.article_9).label if basis and basis.article_9 != Article9.NONE else "",
                basis.gateway if basis else "",
                basis.responsibilities if basis else "",
                said_of_basis(basis),
            )
        )
    return rows


def agencies_of(agreement: Agreement, terms: Terms) -> QuerySet[Agency]:
    """Agencies that the version concerns: active ones of a kind it gives something, and whoever has signed it."""
    signed = Signature.objects.filter(agreement=agreement, agency=OuterRef("pk"))
    return Agency.objects.filter(Q(is_active=True, kind__in=terms.kinds) | Exists(signed)).order_by("name")


def filtered(agencies: QuerySet[Agency], agreement: Agreement, show: str, words: str) -> QuerySet[Agency]:
    """Agencies whose name holds `words` and whose signature stands as `show` says (hubs.forms.SignatureFilter)."""
    mine = Signature.objects.filter(agreement=agreement, agency=OuterRef("pk"))
    counting = mine.filter(suspended_at__isnull=True, withdrawn_at__isnull=True)
    if words:
        agencies = agencies.filter(name__icontains=words)
    if show == "missing":
        return agencies.filter(~Exists(mine))
    if show == "signed":
        return agencies.filter(Exists(counting))
    if show == "stopped":
        return agencies.filter(Exists(mine) & ~Exists(counting))
    return agencies
