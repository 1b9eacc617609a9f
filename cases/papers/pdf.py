"""Whether bytes are an ordinary PDF: nothing that runs, no other file inside, no password, and not two files in one.

Only names of the format are looked for (ISO 32000-2), also written with `#` or packed in an object stream; nothing is
rendered or run.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

MOST_UNPACKED = 40 * 1024 * 1024  # bytes of object streams that are looked into
CHUNK = 64 * 1024  # bytes
# Every pattern has a bound, so that no file keeps one busy.
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT = re.compile(rb"\d\s{1,10}obj\b")
# Without /JS, which three bytes of a picture may spell: its action says /JavaScript too (ISO 32000-2, 12.6.4.17).
_RUNS = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|Movie|Sound|XFA|ImportData|GoToE)(?![A-Za-z0-9])"
)
_LOCKED = re.compile(rb"/Encrypt\s{0,10}(?:\d{1,10}\s{1,10}\d{1,5}\s{1,10}R|<<)")
_MARKUP = re.compile(rb"<\s{0,10}(?:!doctype|html|script|svg|iframe|body|\?php)", re.IGNORECASE)


class NotThis(ValueError):
    """The bytes are not a PDF, or not only one."""


class Locked(NotThis):
    """A PDF with a password."""


class HoldsMore(NotThis):
    """A PDF with a script, another file, or an action that opens something."""


def look_at(data: bytes) -> None:
    """Raise NotThis, Locked or HoldsMore unless this is an ordinary PDF."""
    if not data.startswith(b"%PDF-") or not _OBJECT.search(data):
        raise NotThis
    if b"trailer" not in data and b"startxref" not in data:
        raise NotThis
    ending = data.rfind(b"%%EOF")
    if (
        _MARKUP.search(data[:1024])
        or _MARKUP.search(data[max(ending, 0) :])
        or zipfile.is_zipfile(io.BytesIO(data))
    ):
        raise NotThis
    if _LOCKED.search(data):
        raise Locked
    plain = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)
    if plain.count(b"/ObjStm") != data.count(b"/ObjStm"):
        raise HoldsMore  # nobody hides that name for a good reason
    if _RUNS.search(plain):
        raise HoldsMore
    for part in _object_streams(data):
        if _RUNS.search(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)):
            raise HoldsMore


def _object_streams(data: bytes) -> Iterator[bytes]:
    """What object streams hold. Raises HoldsMore for one that is packed in an odd way, NotThis for too much."""
    left, place, last = MOST_UNPACKED, 0, -1
    while (place := data.find(b"/ObjStm", place)) >= 0:
        start = data.find(b"stream", place)
        end = data.find(b"endstream", start)
        if start < 0 or end < 0:
            return
        facts = data[max(0, place - 1000) : start]
        place += 1
        if start == last:
            continue
        last = start
        if b"/Predictor" in facts[facts.rfind(b"endobj") + 1 :]:
            raise HoldsMore
        part = _inflated(data[start + 6 : end].lstrip(b"\r\n"), left)
        left -= len(part)
        if left <= 0:
            raise NotThis
        if not part:
            raise HoldsMore
        yield part


def _inflated(packed: bytes, most: int) -> bytes:
    """As much as can be unpacked, up to `most` bytes: a reader forgives a broken end."""
    unpacking, found = zlib.decompressobj(), bytearray()
    for start in range(0, len(packed), CHUNK):
        try:
            found += unpacking.decompress(packed[start : start + CHUNK], most + 1 - len(found))
        except zlib.error:
            break
        if unpacking.eof or len(found) > most:
            break
    return bytes(found)
