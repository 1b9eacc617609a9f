"""Keeping files with a family's record."""

from __future__ import annotations

import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from cases.actions.notes import write_event
from cases.files import DOCUMENTS, Take, examine
from cases.models import Case, Document, DocumentStatus, Meeting, Person
from cases.rules.document import check_can_add_document, check_can_be_given_out
from earlyhelp.access import Actor
from earlyhelp.audit import record_change, record_look
from hubs.models import Category


@transaction.atomic
def add_document(
    *,
    case: Case,
    upload,
    title: str,
    category: int = Category.FAMILY,
    about: Person | None = None,
    meeting: Meeting | None = None,
    take: Take = DOCUMENTS,
    by: Actor,
) -> Document:
    """Check an uploaded file by its content and keep it under a key that nobody can guess.

    Args:
        upload: Django's UploadedFile.
        category: who may read it follows from the agreement and the family's consent for this category.
        take: which kinds of file are taken (cases.files).

    Raises cases.rules.NotAllowed, cases.files.RefusedFile, or ValueError when person or meeting is another family's.
    """
    check_can_add_document(by, case)
    if about is not None and about.family_id != case.family_id:
        raise ValueError("That person is not in this family.")
    if meeting is not None and meeting.case_id != case.pk:
        raise ValueError("That meeting is not this family’s.")
    clean = examine(upload, take)
    key = secrets.token_urlsafe(32)
    stored = default_storage.save(f"documents/{key[:2]}/{key}", ContentFile(clean.data))
    try:
        with transaction.atomic():
            document = Document.objects.create(
                case=case,
                category=category,
                agency=by.agency,
                about=about,
                meeting=meeting,
                title=title,
                original_name=clean.name,
                content_type=clean.content_type,
                size=len(clean.data),
                sha256=clean.sha256,
                storage_key=stored,
                status=DocumentStatus.NOT_SCANNED,
                uploaded_by=by.membership,
            )
            record_change(
                by,
                "Added a document",
                case=case,
                obj=document,
                content_type=clean.content_type,
                size=document.size,
            )
            write_event(case=case, title="A document was added", category=category, about=about, by=by)
    except Exception:
        default_storage.delete(stored)
        raise
    return document


def open_document(*, document: Document, by: Actor):
    """Record that a file is about to be given out, and open it.

    Raises cases.rules.NotAllowed while it may not be given out, FileNotFoundError when the store has lost it.
    """
    check_can_be_given_out(document)
    record_look(by, "Downloaded a document", case=document.case, level="section", document=str(document.pk))
    return default_storage.open(document.storage_key, "rb")
