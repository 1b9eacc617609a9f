"""What a file really is, whatever it is called: an allow-list by content, and pictures made anew without their data."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import puremagic
from django.conf import settings
from PIL import Image, UnidentifiedImageError

from cases import audio
from cases.papers import office, pdf
from cases.papers.apart import CouldNot, draw_picture_anew

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ALLOWED_WORDS = "a PDF, a Word document (.docx), a picture (.jpg or .png) or a text file (.txt)"
_PICTURE_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
MOST_PIXELS = 50_000_000  # a phone's largest pictures; more is an attack on memory
# In a file's name: control characters, and signs that turn the direction of writing and so hide its ending
_NOT_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_NOT_IN_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile(
    rb"\s*(?:<(?:!--|!doctype|\?(?:xml|php)|html|head|body|script|svg|iframe|meta|object)|#!|\{\\rtf)", re.I
)


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

    Pictures are drawn anew in a process apart, which drops where and when they were taken and anything hidden in them;
    recordings lose what a phone wrote beside the sound (cases.audio). `take` says which kinds are taken.
    Raises RefusedFile. Source of the list: issue 2 D; the most bytes are settings.EARLY_HELP["DOCUMENT_MAX_MB"].
    """
    most = settings.EARLY_HELP["DOCUMENT_MAX_MB"]
    if upload.size > most * 1024 * 1024:
        raise RefusedFile(f"The file must be smaller than {most} MB.")
    if not upload.size:
        raise RefusedFile("The file is empty.")
    name = _NOT_IN_NAMES.sub("", PurePath(upload.name.replace("\\", "/")).name)[-200:]
    content_type = take.types.get(PurePath(name).suffix.lower())
    if content_type is None:
        raise RefusedFile(f"The file must be {take.words}.")
    data = upload.read()
    if content_type == "application/pdf":
        _pdf(data)
    elif content_type == WORD:
        _word(data)
    elif content_type == "text/plain":
        data = _text(data)
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
    if "application/pdf" not in _magic(data):
        raise _not_what_it_says()
    try:
        pdf.look_at(data)
    except pdf.Locked:
        raise RefusedFile("The PDF is locked with a password. Save it without one.") from None
    except pdf.HoldsMore:
        raise RefusedFile(
            "The PDF holds a program or another file inside. Print it to a new PDF, and add that."
        ) from None
    except pdf.NotThis:
        raise _not_what_it_says() from None


def _word(data: bytes) -> None:
    try:
        office.look_at(data)
    except office.Locked:
        raise RefusedFile("The document is locked with a password. Save it without one.") from None
    except office.HoldsMore:
        raise RefusedFile(
            "The document holds macros, another file or a link to one. Save it as an ordinary Word document (.docx) "
            "without them, or as a PDF."
        ) from None
    except (office.NotThis, zipfile.BadZipFile):
        raise _not_what_it_says() from None


def _text(data: bytes) -> bytes:
    """The words in UTF-8 where they came in UTF-16, as an older Windows writes them; else as they came."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            raise _not_what_it_says() from None
    start = data[3:] if data.startswith(b"\xef\xbb\xbf") else data
    if (
        _NOT_IN_TEXT.search(data)
        or start[:5] == b"%PDF-"
        or start[:2] in (b"PK", b"MZ")
        or _MARKUP.match(start)
    ):
        raise _not_what_it_says()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            data.decode("cp1252")
        except UnicodeDecodeError:
            raise _not_what_it_says() from None
    return data


def _picture(data: bytes, content_type: str) -> bytes:
    kind = "PNG" if content_type == "image/png" else "JPEG"
    if content_type not in _magic(data):
        raise _not_what_it_says()
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:  # reads its head alone
            pixels = picture.width * picture.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pixels = MOST_PIXELS + 1
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise _not_what_it_says() from None
    if pixels > MOST_PIXELS:
        raise RefusedFile("The picture is too large. Make it smaller than 50 million pixels.")
    try:
        return draw_picture_anew(data, content_type)
    except CouldNot:
        raise _not_what_it_says() from None
