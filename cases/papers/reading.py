"""Reading documents: their versions, and which may be put before a meeting."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from cases.models import Case, Document, DocumentStatus, Meeting


def versions_of(document: Document) -> list[Document]:
    """All versions of a document that this reader may see, newest first, each with `number`: 1 for the oldest of them.

    Numbered by what is seen: a gap would tell of a version that is hidden.
    """
    found = list(
        Document.objects.filter(case=document.case_id)
        .in_series()
        .filter(series=document.series_id)
        .select_related("uploaded_by__user", "agency")
        .order_by("-uploaded_at", "-pk")
    )
    for place, version in enumerate(found):
        version.number = len(found) - place
    return found


def count_versions(case: Case, documents: Iterable[Document]) -> None:
    """Give each document `earlier`: how many other versions of it this reader may see. One query."""
    documents = list(documents)
    counted = dict(
        Document.objects.filter(case=case)
        .in_series()
        .filter(series__in=[document.series_id for document in documents])
        .order_by()
        .values_list("series")
        .annotate(versions=Count("pk"))
    )
    for document in documents:
        document.earlier = counted.get(document.series_id, 1) - 1


def papers_of(meeting: Meeting) -> list[Document]:
    """The documents that lie before a meeting, as far as this reader may see them, each in its newest version."""
    return list(_before(meeting).with_list_data().order_by("uploaded_at", "pk"))


def choices_for(meeting: Meeting) -> QuerySet[Document]:
    """Documents of the record that do not lie before the meeting yet."""
    there = [document.series_id for document in _before(meeting).only("pk", "first")]
    return (
        Document.objects.filter(case=meeting.case_id)
        .current()
        .exclude(status=DocumentStatus.REFUSED)
        .exclude(content_type__startswith="audio/")
        .exclude(series__in=there)
        .order_by("-uploaded_at", "-pk")
    )


def _before(meeting: Meeting) -> QuerySet[Document]:
    here = (
        Document.objects.filter(case=meeting.case_id)
        .in_series()
        .filter(Q(meeting=meeting) | Q(shown_at__meeting=meeting))
        .order_by()
        .values("series")
    )
    return Document.objects.filter(case=meeting.case_id).current().filter(series__in=here)
