"""A photo of a form that somebody signed, drawn here: an invented sheet on a table, with lines and a name by hand."""

from __future__ import annotations

import functools
import hashlib
import io
import math
import secrets
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageFont

from cases.models import Case, Document, DocumentStatus
from hubs.models import Category, Membership

SIZE = (620, 820)
TABLE, PAPER, INK, LINE = (126, 98, 74), (250, 249, 244), (38, 52, 110), (150, 150, 150)
WORDS = (
    "What we may share, and with whom",
    "I have read this, or somebody read it to me.",
    "I know that I can change my mind at any time.",
    "Signed:",
)


def keep_signed_form(*, case: Case, by: Membership, at: datetime) -> Document:
    """Keep the photo with the record, as if it had been added at that moment."""
    data = _photo()
    key = secrets.token_urlsafe(32)
    return Document.objects.create(
        case=case,
        category=Category.FAMILY,
        agency=by.agency,
        title="Signed form about sharing",
        original_name="signed-form.jpg",
        content_type="image/jpeg",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=default_storage.save(f"documents/{key[:2]}/{key}", ContentFile(data)),
        status=DocumentStatus.NOT_SCANNED,
        uploaded_by=by,
        uploaded_at=at,
    )


@functools.cache
def _photo() -> bytes:
    """The same picture for every form: a sheet, a little askew, signed with a squiggle that spells nothing."""
    sheet = Image.new("RGB", (500, 690), PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, words in enumerate(WORDS):
        draw.text(
            (40, (40, 420, 452, 540)[number]),
            words,
            fill=(30, 30, 30),
            font=ImageFont.load_default(22 if number == 0 else 17),
        )
    for row in range(9):
        y = 110 + row * 32
        draw.rectangle((40, y, 56, y + 16), outline=LINE, width=2)
        draw.line((72, y + 12, 330 + row * 37 % 120, y + 12), fill=LINE, width=3)
        if row != 5:
            draw.line((42, y + 8, 47, y + 15, 60, y - 5), fill=INK, width=3)
    draw.line((40, 610, 440, 610), fill=LINE, width=2)
    pen = [(120 + x, 590 - 26 * math.sin(x / 9) * math.cos(x / 41)) for x in range(0, 230, 2)]
    draw.line(pen, fill=INK, width=3)
    table = Image.new("RGB", SIZE, TABLE)
    turned = sheet.convert("RGBA").rotate(2.4, expand=True, resample=Image.Resampling.BICUBIC)
    table.paste(turned, ((SIZE[0] - turned.width) // 2, (SIZE[1] - turned.height) // 2), turned)
    kept = io.BytesIO()
    table.save(kept, "JPEG", quality=80)
    return kept.getvalue()
