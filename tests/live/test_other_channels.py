"""Beside the live connection: what else is open when consent ends. A download that has begun may finish; none begins after."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cases.actions.document import add_document
from cases.models import CaseNote, Consent, Document
from earlyhelp.access.context import acting_as, as_system
from hubs.models import Category

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = b"Minutes of the meeting. " * 5000


@pytest.fixture
def document(people, settings, tmp_path):
    """A file that Alice keeps with the record, big enough to be given out in several pieces."""
    with acting_as(people.alice) as actor:
        add_document(
            case=people.case,
            title="Minutes",
            category=Category.FAMILY,
            upload=SimpleUploadedFile("minutes.txt", WORDS),
            by=actor,
        )
    with as_system():
        return Document.objects.get()


def withdraw(agency):
    with as_system():
        Consent.objects.filter(agency=agency, ended_at=None).update(
            ended_at=timezone.now(), end_reason="withdrawn"
        )


def test_pages_forms_and_downloads_end_on_the_next_click(people, tom, document, signed_in_as):
    police, reference = signed_in_as(tom), people.case.reference
    download = reverse("document-download", args=[reference, document.pk])
    pages = [
        reverse(name, args=[reference])
        for name in ("record-overview", "record-timeline", "record-plan", "plan-copy")
    ]
    assert [police.get(page).status_code for page in pages] == [200] * len(pages)
    begun = police.get(download)
    pieces = iter(begun.streaming_content)
    first = next(pieces)
    withdraw(tom.agency)
    # What has begun is a file that was opened, and recorded, while it was allowed.
    assert first + b"".join(pieces) == WORDS
    assert police.get(download).status_code == 404
    assert [police.get(page).status_code for page in pages] == [404] * len(pages)
    note = {"title": "Seen", "body": "Words", "kind": "fact", "category": Category.FAMILY}
    assert police.post(reverse("record-note", args=[reference]), note).status_code == 404
    with as_system():
        assert not CaseNote.objects.filter(title="Seen").exists()
