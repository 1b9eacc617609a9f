"""Drawings on paper: the pictures of a copy, small enough to print and to send."""

from __future__ import annotations

import io

from django.core.files.storage import default_storage
from PIL import Image

MOST = 1200  # px on the longer side: enough for half a page
MOST_PICTURES = 40  # on one paper; the words of all stand there anyway


def pictures_of(groups: list[tuple[str, list[dict]]]) -> dict[str, bytes]:
    """The drawings shown on these pages (views.finish.in_words with put_beside) as JPEG, by the name a paper uses.

    One that the store has lost is left out, and so is its picture: what it shows is said in words beside it.
    """
    found: dict[str, bytes] = {}
    for _title, pages in groups:
        for page in pages:
            for told in page["voices"]:
                if not told.is_picture:
                    continue
                told.is_lost = len(found) >= MOST_PICTURES
                try:
                    if not told.is_lost:
                        found[str(told.voice.pk)] = _small(told.voice.document.storage_key)
                except OSError:
                    told.is_lost = True
    return found


def _small(key: str) -> bytes:
    with default_storage.open(key, "rb") as file, Image.open(file, formats=["JPEG", "PNG"]) as picture:
        picture.thumbnail((MOST, MOST))
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.getchannel("A") if picture.mode in ("RGBA", "LA") else None)
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=85)
    return out.getvalue()
