"""The working copy as the officer reads it: items with what is pointed out, marked in the text."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reporting.models import Redaction, RedactionStatus, SubjectItem, SubjectRequest, Why
from reporting.subject.inventory import CHAPTERS


@dataclass(frozen=True)
class Marked:
    """How many items and how many decisions there are."""

    items: int
    proposed: int
    withheld: int
    given: int

    @classmethod
    def counted(cls, request: SubjectRequest) -> Marked:
        """Two queries."""
        statuses = dict(
            request.redactions.order_by()
            .values_list("status")
            .annotate(n=Count("pk"))
            .values_list("status", "n")
        )
        return cls(
            request.items.count(),
            statuses.get(RedactionStatus.PROPOSED, 0),
            statuses.get(RedactionStatus.ACCEPTED, 0),
            statuses.get(RedactionStatus.REMOVED, 0),
        )


@dataclass
class ItemView:
    """One item with its lines as HTML: what is withheld is struck through, what is to decide stands in a mark."""

    item: SubjectItem
    lines: list[tuple[str, SafeString]] = field(default_factory=list)
    whole: list[Redaction] = field(default_factory=list)
    to_decide: int = 0

    @property
    def is_withheld(self) -> bool:
        return any(each.status == RedactionStatus.ACCEPTED for each in self.whole)


HIDDEN = "Protected address: open the item to see it"


def is_protected(item: SubjectItem) -> bool:
    """Whether the item is, or holds, an address that is masked until somebody asks to see it."""
    if item.source == "cases_address":
        return item.words_of("is_confidential") == "Yes"
    return any(each.why == Why.ADDRESS and each.field for each in item.redactions.all())


def view_of(item: SubjectItem, *, opened: bool = False) -> ItemView:
    """An item with its redactions (prefetched). In a list protected addresses are masked; `opened`: they are not."""
    masked = not opened and item.source == "cases_address" and is_protected(item)
    redactions = list(item.redactions.all())
    view = ItemView(item, whole=[each for each in redactions if not each.field])
    view.to_decide = sum(1 for each in redactions if each.status == RedactionStatus.PROPOSED)
    for name, label, words in item.lines:
        mine = [each for each in redactions if each.field == name and each.status != RedactionStatus.REMOVED]
        if masked and name in ("lines", "postcode"):
            view.lines.append((label, format_html("{}", HIDDEN)))
        else:
            view.lines.append((label, _marked(words, mine, opened)))
    return view


def _marked(words: str, redactions: list[Redaction], opened: bool) -> SafeString:
    """The words with each passage marked, in words too: colour alone says nothing."""
    pieces: list[tuple[SafeString | str]] = []
    at = 0
    for each in sorted(redactions, key=lambda one: (one.starts, -one.ends)):
        if each.starts < at:
            continue
        pieces.append((words[at : each.starts],))
        passage = words[each.starts : each.ends]
        if each.why == Why.ADDRESS and not opened:
            passage = HIDDEN
        if each.status == RedactionStatus.ACCEPTED:
            pieces.append((format_html('<del>{}</del><span class="app-small"> (withheld)</span>', passage),))
        else:
            pieces.append(
                (format_html('<mark>{}</mark><span class="app-small"> (to decide)</span>', passage),)
            )
        at = each.ends
    pieces.append((words[at:],))
    return format_html_join("", "{}", pieces)


def chapters_of(request: SubjectRequest) -> list[tuple[str, str, int, int]]:
    """(code, title, items, proposals to decide) of each chapter that has something."""
    counts = {
        chapter: (items, waiting)
        for chapter, items, waiting in request.items.order_by()
        .values_list("chapter")
        .annotate(
            n=Count("pk", distinct=True),
            waiting=Count("redactions", filter=Q(redactions__status=RedactionStatus.PROPOSED), distinct=True),
        )
    }
    return [(code, title, *counts[code]) for code, title in CHAPTERS.items() if code in counts]


def groups_to_decide(request: SubjectRequest) -> list[tuple[str, str]]:
    """Choices for deciding many at once: a reason, or a reason and the agency that wrote them."""
    groups = (
        request.redactions.filter(status=RedactionStatus.PROPOSED)
        .order_by("why", "item__agency__name")
        .values_list("why", "item__agency_id", "item__agency__name")
        .annotate(n=Count("pk"))
    )
    totals: dict[str, int] = {}
    by_agency = []
    for why, agency, name, number in groups:
        totals[why] = totals.get(why, 0) + number
        if agency and why in (Why.PARTNER, Why.POLICE, Why.SAFEGUARDING):
            by_agency.append((f"{why}:{agency}", f"{Why(why).label}: {name} ({number})"))
    return [(f"{why}:", f"{Why(why).label} ({number})") for why, number in totals.items()] + by_agency
