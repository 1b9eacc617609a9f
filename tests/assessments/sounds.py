"""Recordings and pictures made by hand for tests: small, real in structure, and with a place written into them."""

from __future__ import annotations

import io
import struct
import wave

from PIL import Image

PLACE = b"+51.0632-003.0064/"


def box(kind: bytes, content: bytes) -> bytes:
    """One box of an MP4 file."""
    return struct.pack(">I", len(content) + 8) + kind + content


def mp4(*, handler: bytes = b"soun", brand: bytes = b"M4A ") -> bytes:
    """A file of one track, with the place a phone writes into its notes."""
    track = box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12)))
    notes = box(b"udta", box(b"\xa9xyz", PLACE))
    return box(b"ftyp", brand + b"\0\0\0\0" + brand) + box(b"moov", track + notes) + box(b"mdat", b"sound" * 20)


def mp3() -> bytes:
    """Three silent frames of MPEG 1 layer III, 128 kbit/s at 44.1 kHz, between two tags."""
    frame = b"\xff\xfb\x90\x00" + b"\0" * 413
    text = b"TXXX" + struct.pack(">I", len(PLACE)) + b"\0\0" + PLACE
    return b"ID3\x03\0\0" + bytes([0, 0, 0, len(text)]) + text + frame * 3 + b"TAG" + PLACE.ljust(125, b"\0")


def wav(seconds: float = 0.1) -> bytes:
    """Silence with a list of notes."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds))
    notes = b"INFOICMT" + struct.pack("<I", len(PLACE)) + PLACE
    data = out.getvalue() + b"LIST" + struct.pack("<I", len(notes)) + notes
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def ogg(codec: bytes = b"OpusHead") -> bytes:
    return b"OggS\0\x02" + b"\0" * 20 + b"\x01\x13" + codec + b"\x01\x01" + b"\0" * 40


def webm(codec: bytes = b"A_OPUS") -> bytes:
    head = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"
    return head + b"\x18\x53\x80\x67\xff\x86" + bytes([0x80 | len(codec)]) + codec + b"\0" * 40


def photo() -> bytes:
    """A phone's photograph of a drawing, with the place and the phone's name in it."""
    exif = Image.Exif()
    exif[0x0110] = "Phone of Dana"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (51.0, 3.0, 47.0)
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "#f2b441").save(out, "JPEG", exif=exif)
    return out.getvalue()
