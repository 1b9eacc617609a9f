"""Keeping files with a family's record."""

from __future__ import annotations

import datetime as dt
import secrets
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.lead import lock_case
from cases.actions.notes import write_event
from cases.files import DOCUMENTS, CleanFile, RefusedFile, Take, examine
from cases.live_room.signals import tell_room
from cases.models import Case, Document, DocumentPage, DocumentStatus, Meeting, MeetingPaper, Person, Preview
from cases.papers import scanner
from cases.papers.draw import DRAW
from cases.papers.tasks import wake
from cases.rules import NotAllowed
from cases.rules.document import (
    check_can_add_document,
    check_can_add_version,
    check_can_be_given_out,
    check_can_change_category,
    check_can_put_before,
)
from earlyhelp.access import Actor
from earlyhelp.audit import record_change, record_look
from earlyhelp.outbox import notify
from hubs.models import Category

MB = 1024 * 1024  # bytes


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

    Raises cases.rules.NotAllowed, cases.files.RefusedFile (also when there is no room), or ValueError when person or
    meeting is another family's.
    """
    check_can_add_document(by, case)
    if about is not None and about.family_id != case.family_id:
        raise ValueError("That person is not in this family.")
    if meeting is not None:
        if meeting.case_id != case.pk:
            raise ValueError("That meeting is not this family’s.")
        check_can_put_before(by, meeting)
    clean = examine(upload, take)
    document = _keep(
        clean,
        verb="Added a document",
        by=by,
        case=case,
        category=category,
        about=about,
        meeting=meeting,
        title=title,
    )
    write_event(case=case, title="A document was added", category=category, about=about, by=by)
    if meeting is not None:
        tell_room(meeting, "documents")
    return document


@transaction.atomic
def add_version(
    *, document: Document, upload, note: str, seen: UUID | None = None, by: Actor
) -> tuple[Document, Document | None]:
    """Keep a new version of a document. It stands in its place from now on; earlier ones stay readable.

    Args:
        document: any version of it.
        note: what is different.
        seen: the version that the writer had before them, to tell both when somebody else was quicker.

    Returns the new version, and the one that came in between, if any. Both are kept, in the order in which they came.
    Raises cases.rules.NotAllowed or cases.files.RefusedFile.
    """
    check_can_add_version(by, document)
    clean = examine(upload, DOCUMENTS)
    lock_case(document.case)
    versions = Document.objects.filter(case=document.case).in_series().filter(series=document.series_id)
    latest = versions.select_related("uploaded_by").order_by("-uploaded_at", "-pk").first() or document
    crossed = latest if seen is not None and latest.pk != seen else None
    version = _keep(
        clean,
        verb="Added a version of a document",
        by=by,
        case=document.case,
        category=latest.category,
        about=latest.about,
        meeting=latest.meeting,
        title=latest.title,
        first_id=document.series_id,
        version_note=note.strip(),
        uploaded_at=max(timezone.now(), latest.uploaded_at + dt.timedelta(microseconds=1)),
    )
    write_event(
        case=document.case,
        title="A new version of a document was added",
        category=latest.category,
        about=latest.about,
        by=by,
    )
    if crossed is not None and crossed.uploaded_by is not None and crossed.uploaded_by.user_id != by.user.pk:
        notify(
            "document-versions-crossed",
            to=crossed.uploaded_by,
            key=f"document-versions-crossed:{version.pk}",
            link=reverse("document", args=[document.case.reference, version.pk]),
        )
    for meeting in Meeting.objects.filter(documents__in=versions) | Meeting.objects.filter(
        papers__document__in=versions
    ):
        tell_room(meeting, "documents")
    return version, crossed


def _keep(clean: CleanFile, *, verb: str, by: Actor, case: Case, **facts) -> Document:
    """Store a file that was looked at, with its row and the event, and have jobs look after it."""
    _check_room(case, len(clean.data))
    is_drawn = clean.content_type in DRAW
    key = secrets.token_urlsafe(32)
    stored = default_storage.save(f"documents/{key[:2]}/{key}", ContentFile(clean.data))
    try:
        with transaction.atomic():
            document = Document.objects.create(
                case=case,
                agency=by.agency,
                original_name=clean.name,
                content_type=clean.content_type,
                size=len(clean.data),
                sha256=clean.sha256,
                storage_key=stored,
                status=DocumentStatus.QUARANTINED if scanner.is_set_up() else DocumentStatus.NOT_SCANNED,
                preview=Preview.WAITING if is_drawn else Preview.NONE,
                work_due_at=timezone.now() if is_drawn or scanner.is_set_up() else None,
                uploaded_by=by.membership,
                **facts,
            )
            record_change(
                by, verb, case=case, obj=document, content_type=clean.content_type, size=document.size
            )
    except Exception:
        default_storage.delete(stored)
        raise
    wake(str(document.pk))
    return document


def _check_room(case: Case, size: int) -> None:
    """Raise RefusedFile when a family's record, or an agency's day, is full."""
    family, day = (settings.EARLY_HELP[name] for name in ("DOCUMENT_FAMILY_MB", "DOCUMENT_AGENCY_DAY_MB"))
    with connection.cursor() as cursor:
        cursor.execute("select app.room_for_paper(%s, %s, %s, %s)", [case.pk, size, family * MB, day * MB])
        full = cursor.fetchone()[0]
    if full == "family":
        raise RefusedFile(
            f"This record’s documents fill the {family} MB that one family has. Add a smaller file, such as a PDF "
            "instead of photos, or ask your hub to make more room."
        )
    if full == "agency":
        raise RefusedFile(
            f"Your agency has added {day} MB of documents today, which is the most in one day. Add the file tomorrow. "
            "If it is urgent, ring your hub."
        )


@transaction.atomic
def change_category(*, document: Document, category: int, why: str, by: Actor) -> int:
    """Say that a document, in all its versions, holds another kind of information. Gives how many versions changed.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    check_can_change_category(by, document)
    if not why.strip():
        raise ValueError("Say why it holds another kind of information.")
    lock_case(document.case)
    with connection.cursor() as cursor:
        cursor.execute("select app.recategorise(%s, %s)", [document.pk, int(category)])
        changed = cursor.fetchone()[0]
    if changed:
        record_change(
            by,
            "Changed what kind of information a document holds",
            case=document.case,
            obj=document,
            before=document.category,
            after=int(category),
            versions=changed,
        )
        write_event(
            case=document.case,
            title="What kind of information a document holds was changed",
            body=why.strip(),
            category=int(category),
            about=document.about,
            by=by,
        )
        document.category = int(category)
    return changed


@transaction.atomic
def put_before(*, meeting: Meeting, document: Document, by: Actor) -> bool:
    """Put a document of the record before a meeting. Its own category goes on saying who sees it there.

    Returns False when it lies there already. Raises cases.rules.NotAllowed, or ValueError for another family's.
    """
    if document.case_id != meeting.case_id:
        raise ValueError("That document is not in this family’s record.")
    check_can_put_before(by, meeting)
    if document.status == DocumentStatus.REFUSED:
        raise NotAllowed("This file was refused and is deleted. Choose another one.")
    if document.meeting_id == meeting.pk:
        return False
    try:
        with transaction.atomic():
            paper = MeetingPaper.objects.create(
                case=meeting.case,
                meeting=meeting,
                document=document,
                agency=by.agency,
                shared_by=by.membership,
            )
    except IntegrityError:
        return False
    record_change(
        by, "Put a document before a meeting", case=meeting.case, obj=paper, document=str(document.pk)
    )
    tell_room(meeting, "documents")
    return True


def open_document(*, document: Document, by: Actor):
    """Record that a file is about to be given out, and open it.

    Raises cases.rules.NotAllowed while it may not be given out, FileNotFoundError when the store has lost it.
    """
    check_can_be_given_out(document)
    record_look(by, "Downloaded a document", case=document.case, level="section", document=str(document.pk))
    return default_storage.open(document.storage_key, "rb")


def open_page(*, page: DocumentPage, by: Actor):
    """Record that the picture of a page is about to be given out, and open it. Raises as open_document does."""
    check_can_be_given_out(page.document)
    record_look(
        by,
        "Read a page of a document",
        case=page.document.case,
        level="section",
        document=str(page.document_id),
        page=page.number,
    )
    return default_storage.open(page.storage_key, "rb")
