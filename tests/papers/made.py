"""Small real files for tests of documents: a PDF, a Word document, pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from PIL import Image

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="word/document.xml"/></Relationships>'
)


def docx(*paragraphs: str, extra: Iterable[tuple[str, str | bytes]] = (), parts: dict | None = None) -> bytes:
    """A Word document. `extra`: more parts; `parts`: parts that take the place of the usual ones."""
    body = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs or ("Dear all",))
    usual = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS,
        "word/document.xml": f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*(usual | (parts or {})).items(), *extra]:
            archive.writestr(name, data)
    return written.getvalue()


def pdf(*pages: str, extra: Iterable[bytes] = (), catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF with a line of words on each page. `extra`: more objects, numbered from 100; the others: more entries."""
    pages = pages or ("Hello",)
    kids = b" ".join(b"%d 0 R" % (10 + 2 * n) for n in range(len(pages)))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        2: b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % len(pages),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for n, words in enumerate(pages):
        content = b"BT /F1 24 Tf 72 700 Td (" + words.encode("latin-1") + b") Tj ET"
        objects[10 + 2 * n] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (11 + 2 * n)
        )
        objects[11 + 2 * n] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    for n, words in enumerate(extra):
        objects[100 + n] = words
    written, places = bytearray(b"%PDF-1.7\n"), {}
    for number, data in objects.items():
        places[number] = len(written)
        written += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    start = len(written)
    written += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in sorted(places.items()):
        written += b"%d 1\n%010d 00000 n \n" % (number, place)
    written += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        max(places) + 1,
        trailer,
        start,
    )
    return bytes(written)


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), colour: str = "teal") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, kind)
    return written.getvalue()
