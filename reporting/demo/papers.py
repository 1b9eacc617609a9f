"""Documents of the first story: a plan for the move as a PDF in two versions, and a letter written in Word."""

from __future__ import annotations

import functools
import hashlib
import io
import secrets
import zipfile
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from cases.models import (
    Case,
    Document,
    DocumentPage,
    DocumentStatus,
    Meeting,
    MeetingPaper,
    MeetingStatus,
    Preview,
    TeamMember,
)
from cases.papers.apart import draw_pages
from cases.papers.draw import WORD
from hubs.models import Category, Membership

TIMETABLE = """<h1>Mornings: who does what</h1><p>Agreed with the family. Copy for the fridge.</p>
<table><thead><tr><th>When</th><th>What</th><th>Who</th></tr></thead><tbody>
<tr><td>7:15</td><td>Alarm, clothes are ready from the evening</td><td>At home</td></tr>
<tr><td>7:40</td><td>Breakfast</td><td>At home, or breakfast club from 8:00</td></tr>
<tr><td>8:25</td><td>Walk to school</td><td>{who}</td></tr></tbody></table>
<p>If it goes wrong: ring the school before 9:00. Nobody is cross.</p>
<h2 style="page-break-before: always">How it went</h2><p>{how}</p>"""
FIRST = {"who": "To be decided", "how": "To be filled in after two weeks."}
SECOND = {"who": "With the neighbour on Mondays and Fridays", "how": "Week one: four mornings out of five."}
LETTER = (
    "Dear family,",
    "Thank you for coming in last week. We said that school keeps a place at breakfast club until the end of term.",
    "It costs nothing. Nothing has to be booked: come when it helps.",
    "With best wishes, the pastoral team",
)
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="word/document.xml"/></Relationships>'
)


def tell_papers(case: Case) -> None:
    """Add the documents to one record, as if people of its team had. Runs past row-level security."""
    team = TeamMember.objects.filter(case=case, ends_on=None, membership__isnull=False).select_related(
        "membership__agency"
    )
    leads = case.leads.filter(until_at=None).select_related("membership__agency")
    lead = leads.get().membership
    other = next((seat.membership for seat in team if seat.membership.agency_id != lead.agency_id), lead)
    now = timezone.now()
    facts = {"case": case, "title": "Mornings: who does what", "original_name": "Mornings.pdf"}
    first = _keep(_pdf(0), "application/pdf", by=lead, at=now - timedelta(days=12), **facts)
    second = _keep(
        _pdf(1), "application/pdf", by=other, at=now - timedelta(days=3), first=first,
        version_note="Who walks to school, and how week one went", **facts,
    )  # fmt: skip
    _keep(
        _word(), WORD, by=lead, at=now - timedelta(days=5), case=case, title="Letter about breakfast club",
        original_name="Breakfast club.docx",
    )  # fmt: skip
    meeting = Meeting.objects.filter(case=case, status=MeetingStatus.PLANNED).order_by("starts_at").first()
    if meeting is not None:
        MeetingPaper.objects.create(
            case=case, meeting=meeting, document=second, agency=lead.agency, shared_by=lead
        )


def _keep(data: bytes, kind: str, *, by: Membership, at: datetime, **facts) -> Document:
    in_all, pages = _drawn(data, kind)
    document = Document.objects.create(
        category=Category.FAMILY,
        agency=by.agency,
        content_type=kind,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=_store("documents", data),
        status=DocumentStatus.NOT_SCANNED,
        preview=Preview.READY,
        pages=in_all,
        uploaded_by=by,
        uploaded_at=at,
        **facts,
    )
    for page in pages:
        DocumentPage.objects.create(
            case=document.case,
            document=document,
            number=page.number,
            storage_key=_store("previews", page.data),
            width=page.width,
            height=page.height,
            text=page.text,
        )
    return document


def _store(folder: str, data: bytes) -> str:
    key = secrets.token_urlsafe(32)
    return default_storage.save(f"{folder}/{key[:2]}/{key}", ContentFile(data))


@functools.cache
def _drawn(data: bytes, kind: str):
    return draw_pages(data, kind)


@functools.cache
def _pdf(version: int) -> bytes:
    from weasyprint import HTML

    words = TIMETABLE.format(**(FIRST, SECOND)[version])
    page = f"<html lang=en-GB><title>Mornings</title><style>td, th {{ padding: 6px; border: 1px solid }}</style>{words}"
    return HTML(string=page).write_pdf()


@functools.cache
def _word() -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{escape(words)}</w:t></w:r></w:p>" for words in LETTER)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr(
            "word/document.xml",
            '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body>{body}</w:body></w:document>",
        )
    return written.getvalue()
