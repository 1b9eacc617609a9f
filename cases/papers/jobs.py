"""What jobs do about a file that was kept: the scanner's answer, pictures of its pages, and files that nothing needs.

What has to be done is in the document's row (`work_due_at`). A job takes one in hand for a while, so no other does,
and whatever is lost on the way is found again by the scheduler. A job has nobody's eyes: it works through functions of
the database that give ids, keys and sizes (cases/sql/papers_v1.sql).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Document, DocumentStatus, Preview, WhyRefused
from cases.papers import scanner
from cases.papers.apart import CouldNot, DrawnPage, draw_pages
from cases.papers.draw import DRAW
from cases.papers.scanner import ScannerAway, Verdict
from cases.rules.document import may_serve_unscanned
from earlyhelp.access.context import clear_request
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.models import Membership

log = logging.getLogger("earlyhelp.documents")
IN_HAND_SECONDS = 15 * 60  # longer than a job may take (CELERY_TASK_TIME_LIMIT): after that it is lost
WAIT_SECONDS = (30, 60, 120, 300, 600)  # until the scanner is asked again, try by try
MOST_TRIES = 3  # to draw a document, when the job is killed on the way
AT_ONCE = 50  # documents that the scheduler hands out at a time
FOLDERS = ("documents", "previews")
ORPHAN_HOURS = 24


@dataclass(frozen=True)
class Claimed:
    """One document in hand. No title, no name."""

    pk: str
    case_id: UUID
    reference: str
    storage_key: str
    content_type: str
    size: int
    sha256: str
    status: str
    preview: str
    tries: int
    uploaded_by: int | None


def due() -> list[str]:
    """Ids of documents that a job should look at now."""
    with transaction.atomic():
        clear_request()
        return [str(pk) for (pk,) in _rows("select app.papers_due(%s, %s)", scanner.is_set_up(), AT_ONCE)]


def look_after(document: str) -> str:
    """Do the next thing about one document: have it scanned, then draw its pages. Safe to run twice, and at once.

    Gives what was done, for the log: "clean", "refused", "waits", "drawn", "not drawn" or "nothing".
    """
    with transaction.atomic():
        clear_request()
        found = _rows(
            "select * from app.claim_paper(%s, %s, %s)", document, scanner.is_set_up(), IN_HAND_SECONDS
        )
    if not found:
        return "nothing"
    paper = Claimed(str(document), *found[0])
    if paper.status in (DocumentStatus.QUARANTINED, DocumentStatus.NOT_SCANNED) and scanner.is_set_up():
        done = _have_scanned(paper)
        if done == "clean" and paper.preview == Preview.WAITING:
            return look_after(document)
        return done
    if paper.status == DocumentStatus.QUARANTINED:
        return _put_off(paper, scanner_is_away=True)  # the scanner was taken away: nothing is let out unseen
    return _draw(paper)


def _have_scanned(paper: Claimed) -> str:
    try:
        data = _read(paper)
        verdict = scanner.scan(io.BytesIO(data))
    except ScannerAway as problem:
        log.warning("the virus scanner gave no answer about document %s: %s", paper.pk, problem)
        return _put_off(paper, scanner_is_away=True)
    except OSError:
        log.exception("the file of document %s could not be read", paper.pk)
        return _put_off(paper, scanner_is_away=False)
    why = {Verdict.CLEAN: "", Verdict.VIRUS: WhyRefused.VIRUS, Verdict.TOO_LARGE: WhyRefused.TOO_LARGE}[
        verdict
    ]
    status = DocumentStatus.REFUSED if why else DocumentStatus.CLEAN
    with transaction.atomic():
        clear_request()
        [(gone,)] = _rows("select app.settle_scan(%s, %s, %s)", paper.pk, status.value, str(why))
        if gone is None:
            return "nothing"
        case, row = Case(pk=paper.case_id), Document(pk=paper.pk)
        if status == DocumentStatus.CLEAN:
            record_change(None, "A document passed the virus scanner", case=case, obj=row)
        else:
            record_change(None, "The virus scanner refused a document", case=case, obj=row, why=str(why))
            _tell_uploader(paper)
    for (
        key
    ) in gone:  # after the commit: what was refused is closed already, and found again by remove_orphans
        _delete(key)
    return str(status.value)


def _tell_uploader(paper: Claimed) -> None:
    uploader = Membership.objects.filter(pk=paper.uploaded_by).first() if paper.uploaded_by else None
    if uploader is not None:
        link = reverse("document", args=[paper.reference, paper.pk])
        notify("document-refused", to=uploader, key=f"document-refused:{paper.pk}", link=link)


def _read(paper: Claimed) -> bytes:
    """The bytes that were checked when they came, or OSError."""
    with default_storage.open(paper.storage_key, "rb") as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != paper.sha256:
        raise OSError("the stored bytes are not those that were taken")
    return data


def _put_off(paper: Claimed, *, scanner_is_away: bool) -> str:
    seconds = WAIT_SECONDS[min(paper.tries, len(WAIT_SECONDS)) - 1]
    with transaction.atomic():
        clear_request()
        _rows("select app.put_off_paper(%s, %s, %s)", paper.pk, seconds, scanner_is_away)
    return "waits"


def _draw(paper: Claimed) -> str:
    """Draw the pages of a file that may be given out. One that kills its job again and again is given up."""
    if paper.preview != Preview.WAITING:
        return "nothing"
    if paper.status != DocumentStatus.CLEAN and not may_serve_unscanned():
        return _keep(paper, Preview.NONE, 0, [])
    if paper.content_type not in DRAW:
        return _keep(paper, Preview.NONE, 0, [])
    if paper.tries > MOST_TRIES:
        return _keep(paper, Preview.FAILED, 0, [])
    try:
        in_all, pages = draw_pages(_read(paper), paper.content_type)
    except CouldNot as problem:
        log.info("no preview of document %s: %s", paper.pk, problem)
        return _keep(paper, Preview.FAILED, 0, [])
    except OSError:
        log.exception("the file of document %s could not be read", paper.pk)
        return _put_off(paper, scanner_is_away=False)
    return _keep(paper, Preview.READY, in_all, pages)


def _keep(paper: Claimed, how: str, in_all: int, pages: list[DrawnPage]) -> str:
    kept = []
    for page in pages:
        key = secrets.token_urlsafe(32)
        stored = default_storage.save(f"previews/{key[:2]}/{key}", ContentFile(page.data))
        kept.append(
            {
                "number": page.number,
                "storage_key": stored,
                "width": page.width,
                "height": page.height,
                "text": page.text,
            }
        )
    with transaction.atomic():
        clear_request()
        [(is_kept,)] = _rows(
            "select app.keep_preview(%s, %s, %s, %s::jsonb)", paper.pk, str(how), in_all, json.dumps(kept)
        )
    if not is_kept:
        for page in kept:
            _delete(page["storage_key"])
        return "nothing"
    return "drawn" if pages else "not drawn"


def remove_orphans() -> int:
    """Delete stored files that no document needs, once they are a day old. Gives how many went.

    A file is stored before its row is committed, so a young one may still find its row.
    """
    before = timezone.now() - dt.timedelta(hours=ORPHAN_HOURS)
    old = [key for folder in FOLDERS for key in stored_in(folder) if _stored_before(key, before)]
    gone = 0
    for start in range(0, len(old), 500):
        with transaction.atomic():
            clear_request()
            unknown = [key for (key,) in _rows("select app.unknown_files(%s)", old[start : start + 500])]
        gone += sum(_delete(key) for key in unknown)
    return gone


def stored_in(folder: str) -> Iterator[str]:
    """The keys of all files under a folder of the store."""
    if not default_storage.exists(folder):
        return
    folders, files = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for inside in folders:
        yield from stored_in(f"{folder}/{inside}")


def _stored_before(key: str, moment: dt.datetime) -> bool:
    try:
        return default_storage.get_modified_time(key) < moment
    except OSError:  # gone meanwhile
        return False


def _delete(key: str) -> bool:
    try:
        default_storage.delete(key)
    except OSError:
        log.exception("a stored file could not be deleted; it is tried again each night")
        return False
    return True


def _rows(sql: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
