"""Recordings: what a sound file really is, and taking out what a phone wrote beside the sound, such as the place.

A file is taken only when its own structure says that it holds sound and no film. Formats: RFC 3533 (Ogg), RFC 3003 and
ISO 11172-3 (MP3), ISO 14496-12 (MP4), RIFF/WAVE, RFC 8794 and 9559 (WebM).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

TYPES = {
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "audio/webm",
}
_BRANDS = {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso5", b"iso6", b"dash", b"3gp4", b"3gp5"}
_OGG_SOUND = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # kbit/s, MPEG 1 layer III
_LOW_BITRATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)  # MPEG 2 and 2.5 layer III
_RATES = (44100, 48000, 32000)  # samples a second, MPEG 1


class NotThis(ValueError):
    """The bytes are not a recording of this kind."""


def _mp3(data: bytes) -> bytes:
    """The frames alone: tags before and after them go, with whatever they said."""
    start = 0
    while data[start : start + 3] == b"ID3" and len(data) >= start + 10:
        size = 0
        for byte in data[start + 6 : start + 10]:
            size = size << 7 | byte & 0x7F
        start += 10 + size + (10 if data[start + 5] & 0x10 else 0)
    while data[start : start + 1] == b"\0":  # padding after a tag
        start += 1
    end = len(data) - 128 if data[-128:-125] == b"TAG" else len(data)
    place = start
    for _frame in range(2):  # one could be chance
        length = _frame_length(data[place : place + 4])
        if not length or place + length > end:
            raise NotThis
        place += length
        if place == end and _frame == 0:
            raise NotThis
    return data[start:end]


def _frame_length(head: bytes) -> int:
    """Bytes of one MPEG layer III frame, 0 when this is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version = head[1] >> 3 & 3  # 3 is MPEG 1, 2 MPEG 2, 0 MPEG 2.5
    rate, place = head[2] >> 2 & 3, head[2] >> 4
    if version == 1 or rate == 3 or place in (0, 15):
        return 0
    samples = _RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    kbits = (_BITRATES if version == 3 else _LOW_BITRATES)[place]
    return (144 if version == 3 else 72) * kbits * 1000 // samples + (head[2] >> 1 & 1)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes of an MP4 file from start to end: (type, where its content starts, where it ends)."""
    while start + 8 <= end:
        size, content = int.from_bytes(data[start : start + 4], "big"), start + 8
        if size == 1:
            size, content = int.from_bytes(data[start + 8 : start + 16], "big"), start + 16
        size = end - start if size == 0 else size
        if size < content - start or start + size > end:
            raise NotThis
        yield data[start + 4 : start + 8], content, start + size
        start += size


def _mp4(data: bytes) -> bytes:
    """The file with its notes emptied: a phone writes the place and its owner's name there."""
    if data[4:8] != b"ftyp" or data[8:12] not in _BRANDS:
        raise NotThis
    kept = bytearray(data)
    handlers: list[bytes] = []
    _walk_mp4(data, kept, handlers, 0, len(data))
    if b"soun" not in handlers or b"vide" in handlers:
        raise NotThis
    return bytes(kept)


def _walk_mp4(
    data: bytes, kept: bytearray, handlers: list[bytes], start: int, end: int, depth: int = 0
) -> None:
    for kind, content, close in _boxes(data, start, end):
        if kind in (b"udta", b"meta", b"uuid"):
            # The same length and another name: nothing after it moves.
            kept[content - 4 : content] = b"free"
            kept[content:close] = bytes(close - content)
        elif kind == b"hdlr":
            handlers.append(data[content + 8 : content + 12])
        elif kind in (b"moov", b"trak", b"mdia") and depth < 4:
            _walk_mp4(data, kept, handlers, content, close, depth + 1)


def _ogg(data: bytes) -> bytes:
    first = data[:512]
    if not first.startswith(b"OggS") or not any(name in first for name in _OGG_SOUND) or b"theora" in first:
        raise NotThis
    return data


def _wav(data: bytes) -> bytes:
    """The file with its list of notes emptied."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise NotThis
    kept, place, found = bytearray(data), 12, set()
    while place + 8 <= len(data):
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        found.add(kind)
        if kind in (b"LIST", b"id3 ", b"bext", b"iXML"):
            kept[place : place + 4] = b"JUNK"
            kept[place + 8 : place + 8 + size] = bytes(min(size, len(data) - place - 8))
        place += 8 + size + (size & 1)
    if not {b"fmt ", b"data"} <= found:
        raise NotThis
    return bytes(kept)


def _webm(data: bytes) -> bytes:
    if data[:4] != b"\x1a\x45\xdf\xa3" or b"webm" not in data[:64]:
        raise NotThis
    codecs = re.findall(rb"\x86[\x81-\x90]([AV]_[A-Z0-9]+)", data[:65536])
    if not codecs or any(not codec.startswith(b"A_") for codec in codecs):
        raise NotThis
    return data


READERS: dict[str, Callable[[bytes], bytes]] = {
    "audio/mpeg": _mp3,
    "audio/mp4": _mp4,
    "audio/ogg": _ogg,
    "audio/wav": _wav,
    "audio/webm": _webm,
}
