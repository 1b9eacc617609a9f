"""What a file really is, whatever it is called: an allow-list by content, and pictures made anew without their data."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import puremagic
from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from cases import audio

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ALLOWED_WORDS = "a PDF, a Word document (.docx), a picture (.jpg or .png) or a text file (.txt)"
_PICTURE_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
MOST_PIXELS = 50_000_000  # a phone's largest pictures; more is an attack on memory
MOST_UNPACKED = 200 * 1024 * 1024  # bytes of a Word document once unpacked


class RefusedFile(ValueError):
    """A file that is not taken. The message says what to do instead."""


@dataclass(frozen=True)
class Take:
    """Which kinds of file are taken in one place: content types by ending, and the sentence that names them."""

    types: Mapping[str, str]
    words: str


PICTURES = Take(_PICTURE_TYPES, "a picture (.jpg or .png)")
AUDIO = Take(audio.TYPES, "a recording (.m4a, .mp3, .ogg, .wav or .webm)")
DOCUMENTS = Take(
    {".pdf": "application/pdf", ".docx": WORD, ".txt": "text/plain"} | _PICTURE_TYPES,
    ALLOWED_WORDS,
)


@dataclass(frozen=True)
class CleanFile:
    """A file as it will be stored."""

    name: str
    content_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def examine(upload, take: Take = DOCUMENTS) -> CleanFile:
    """Read an uploaded file, check that its content is what its name says, and give back what may be stored.

    Pictures are drawn anew, which drops where and when they were taken and anything hidden in them; recordings lose
    what a phone wrote beside the sound (cases.audio). `take` says which kinds are taken.
    Raises RefusedFile. Source of the list: issue 2 D; the most bytes are settings.EARLY_HELP["DOCUMENT_MAX_MB"].
    """
    most = settings.EARLY_HELP["DOCUMENT_MAX_MB"]
    if upload.size > most * 1024 * 1024:
        raise RefusedFile(f"The file must be smaller than {most} MB.")
    if not upload.size:
        raise RefusedFile("The file is empty.")
    name = PurePath(upload.name.replace("\\", "/")).name[-200:]
    content_type = take.types.get(PurePath(name).suffix.lower())
    if content_type is None:
        raise RefusedFile(f"The file must be {take.words}.")
    data = upload.read()
    check = {"application/pdf": _pdf, WORD: _word, "text/plain": _text}.get(content_type)
    if check:
        check(data)
    elif content_type in audio.READERS:
        data = _recording(data, content_type)
    else:
        data = _picture(data, content_type)
    return CleanFile(name=name, content_type=content_type, data=data)


def _not_what_it_says() -> RefusedFile:
    return RefusedFile("The file’s content does not match its name. Save it again as " + ALLOWED_WORDS + ".")


def _recording(data: bytes, content_type: str) -> bytes:
    try:
        return audio.READERS[content_type](data)
    except audio.NotThis:
        raise RefusedFile(
            f"The file is not a recording of the kind its name says. Save it again as {AUDIO.words}."
        ) from None


def _magic(data: bytes) -> set[str]:
    try:
        return {match.mime_type for match in puremagic.magic_string(data)}
    except (puremagic.PureError, ValueError):
        return set()


def _pdf(data: bytes) -> None:
    if not data.startswith(b"%PDF-") or "application/pdf" not in _magic(data):
        raise _not_what_it_says()
    if b"/Encrypt" in data[-4096:]:
        raise RefusedFile("The PDF is locked with a password. Save it without one.")


def _word(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise _not_what_it_says() from None
    if "word/document.xml" not in names or "[Content_Types].xml" not in names or unpacked > MOST_UNPACKED:
        raise _not_what_it_says()
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise RefusedFile("The document holds macros. Save it as an ordinary Word document (.docx).")


def _text(data: bytes) -> None:
    if b"\0" in data or data[:5] in (b"%PDF-",) or data[:2] in (b"PK", b"MZ"):
        raise _not_what_it_says()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            data.decode("cp1252")
        except UnicodeDecodeError:
            raise _not_what_it_says() from None


def _picture(data: bytes, content_type: str) -> bytes:
    kind = "PNG" if content_type == "image/png" else "JPEG"
    if content_type not in _magic(data):
        raise _not_what_it_says()
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise RefusedFile("The picture is too large. Make it smaller than 50 million pixels.")
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            if kind == "JPEG":
                upright = upright.convert("RGB")
            elif upright.mode not in ("RGB", "RGBA", "L", "LA", "P"):
                upright = upright.convert("RGBA")
            # A new picture with the same pixels: nothing that came with the old one comes along.
            fresh = Image.new(upright.mode, upright.size)
            if upright.mode == "P":
                fresh.putpalette(upright.getpalette())
            fresh.paste(upright)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, RefusedFile):
            raise
        raise _not_what_it_says() from None
    written = io.BytesIO()
    fresh.save(written, kind, **({"quality": 88} if kind == "JPEG" else {}))
    return written.getvalue()
