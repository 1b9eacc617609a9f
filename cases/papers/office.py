"""Whether bytes are an ordinary Word document (ECMA-376): one archive, no macro, no other file, no password.

Parts are unpacked one by one, each up to a limit, and read as text alone: no XML parser meets them here.
"""

from __future__ import annotations

import io
import re
import zipfile

MOST_PARTS = 5_000
MOST_UNPACKED = 200 * 1024 * 1024  # bytes of the whole document
MOST_XML = 20 * 1024 * 1024  # bytes of one part of text
MOST_RELATIONS = 1024 * 1024  # bytes of the list of what a part points to
MOST_TIMES = 250  # how much larger a part of more than a megabyte may be than it is packed
MAIN = b"wordprocessingml.document.main+xml"
_FORBIDDEN = re.compile(
    r"(vbaproject\.bin|vbadata\.xml|activex/|embeddings/.*(?<!\.xlsx)$|\.(exe|dll|js|jse|vbs|vbe|wsf|hta|lnk|bat|cmd|com|scr|"
    r"ps1|jar|msi|zip|7z|rar|docm|dotm|xlsm|html?|svg|swf)$)"
)
_DRAWN_INTO = re.compile(rb"<!\s{0,100}(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FIELD = re.compile(rb"(?<![A-Z])(?:DDE|DDEAUTO|INCLUDETEXT|IMPORT)(?![A-Z])", re.IGNORECASE)
_RELATION = re.compile(rb"<Relationship\b[^>]{0,2000}>", re.IGNORECASE)
_OUTSIDE = re.compile(rb"TargetMode\s*=\s*[\"']External[\"']", re.IGNORECASE)
_TO_A_PAGE = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", re.IGNORECASE)
_RUNS = re.compile(rb"Target\s*=\s*[\"']\s*(?:javascript|vbscript|data|file|ms-[a-z]+):", re.IGNORECASE)


class NotThis(ValueError):
    """The bytes are not a Word document, or not only one."""


class Locked(NotThis):
    """A document with a password."""


class HoldsMore(NotThis):
    """A document with macros, another file, or a link that is opened by itself."""


def look_at(data: bytes) -> None:
    """Raise NotThis, Locked, HoldsMore or zipfile.BadZipFile unless this is an ordinary Word document."""
    if data.startswith(b"\xd0\xcf\x11\xe0") and b"E\0n\0c\0r\0y\0p\0t\0e\0d" in data:
        raise Locked  # Word keeps a document with a password in an older kind of file
    # One archive from the first byte to the last: nothing stands before or after it.
    if not data.startswith(b"PK\x03\x04") or data[-22:-18] != b"PK\x05\x06" or data[-2:] != b"\0\0":
        raise NotThis
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _parts(archive, len(data))
    except (NotImplementedError, RuntimeError, EOFError, OverflowError, UnicodeError) as problem:
        raise NotThis from problem


def _parts(archive: zipfile.ZipFile, size: int) -> None:
    entries = archive.infolist()
    names = [entry.filename.lower() for entry in entries]
    if len(entries) > MOST_PARTS or len(set(names)) != len(names):
        raise NotThis
    if "word/document.xml" not in names or "[content_types].xml" not in names:
        raise NotThis
    if any(entry.flag_bits & 1 for entry in entries):
        raise Locked
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if packed > size or unpacked > MOST_UNPACKED:  # more packed than there is: parts that share their bytes
        raise NotThis
    for entry, name in zip(entries, names, strict=True):
        _name(entry, name)
        if name.endswith((".xml", ".rels")):
            _text(archive, entry, name)


def _name(entry: zipfile.ZipInfo, name: str) -> None:
    is_link = entry.external_attr >> 28 == 0xA
    if is_link or name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        raise NotThis
    if entry.file_size > 1024 * 1024 and entry.file_size > MOST_TIMES * max(entry.compress_size, 1):
        raise NotThis
    if _FORBIDDEN.search(name):
        raise HoldsMore


def _text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    with archive.open(entry) as part:
        words = part.read(MOST_XML + 1)
    most = MOST_RELATIONS if name.endswith(".rels") else MOST_XML
    if len(words) > most or words[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in words[:64]:
        raise NotThis
    if _DRAWN_INTO.search(words):
        raise NotThis
    if name == "[content_types].xml" and MAIN not in words:
        raise HoldsMore if b"macroEnabled" in words else NotThis
    if _FIELD.search(_fields(words)):
        raise HoldsMore
    if name.endswith(".rels"):
        for relation in _RELATION.findall(words):
            if _OUTSIDE.search(relation) and (not _TO_A_PAGE.search(relation) or _RUNS.search(relation)):
                raise HoldsMore


def _fields(words: bytes) -> bytes:
    """The words of a document's fields, put together: Word lets one be written in pieces."""
    found = []
    for piece in words.split(b"instrText")[1:]:
        found.append(piece.partition(b">")[2].partition(b"<")[0])
        if b"fldChar" in piece:
            found.append(b" ")
    found += [b" " + piece[:300].strip(b"\"'").partition(b'"')[0] for piece in words.split(b":instr=")[1:]]
    return b"".join(found)
