"""The program that opens files of strangers: draws pages as pictures, or a picture anew. Started by cases.papers.apart.

It runs by itself, without Django, settings, passwords or a database, and puts limits on itself before it reads a byte.
Arguments: what to do (pages, picture), kind of file, file, folder for what it makes, most pages, seconds, megabytes.
It leaves page-0001.jpg, page-0001.txt, ... and, when all went well, done.json: {"pages": how many the file has}.
"""

from __future__ import annotations

import base64
import html
import json
import resource
import signal
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

WIDTH, HEIGHT = 1100, 2200  # px, the most of a page
QUALITY = 80  # of JPEG
MOST_TEXT = 20_000  # characters of a page
MOST_LETTERS = 400_000  # characters of a text file that are drawn
MOST_PIXELS = 50_000_000  # a phone's largest pictures
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "@page { size: A4; margin: 20mm } body { font: 11pt/1.4 sans-serif } img { max-width: 100% } \
table { border-collapse: collapse } td, th { border: 0.5pt solid #777; padding: 2pt 4pt } \
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 10pt/1.4 monospace }"
KEPT_TAGS = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "sup", "sub", "br", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "td", "th", "img"),
}


class Refused(Exception):
    """The file cannot be drawn."""


def limit(seconds: int, megabytes: int) -> None:
    """Bound time by the clock and by the processor, memory, files, and what may be written."""
    signal.alarm(seconds + 5)  # also when whoever started this is gone
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
        (resource.RLIMIT_FSIZE, 64 * 1024 * 1024),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def draw_pdf(source, folder: Path, most: int, until: float) -> int:
    """Draw the pages of a PDF (a path or bytes) until `until` (time.monotonic); how many pages it has."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(source)
    in_all = len(pdf)
    for number in range(1, min(in_all, most) + 1):
        if time.monotonic() > until and number > 1:
            break
        page = pdf[number - 1]
        width, height = page.get_size()
        bitmap = page.render(scale=min(WIDTH / max(width, 1), HEIGHT / max(height, 1)))
        keep_page(folder, number, bitmap.to_pil(), page.get_textpage().get_text_bounded())
        page.close()
    return in_all


def keep_page(folder: Path, number: int, picture, text: str) -> None:
    """Write one page: its picture, and the words on it."""
    picture.convert("RGB").save(folder / f"page-{number:04}.jpg", "JPEG", quality=QUALITY)
    (folder / f"page-{number:04}.txt").write_text(text[:MOST_TEXT], encoding="utf-8", errors="replace")


class Kept(HTMLParser):
    """Puts HTML together anew from a short list of tags, without any attribute but pictures inside the document."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.skipping = 0

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style"):
            self.skipping += 1
        elif tag == "img":
            source = dict(attrs).get("src") or ""
            if source.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")):
                self.parts.append(f'<img src="{html.escape(source)}" alt="">')
        elif tag in KEPT_TAGS:
            spans = "".join(
                f' {name}="{value}"'
                for name, value in attrs
                if name in ("colspan", "rowspan") and value and value.isdecimal() and len(value) < 4
            )
            self.parts.append(f"<{tag}{spans}>")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.skipping = max(self.skipping - 1, 0)
        elif tag in KEPT_TAGS - {"img", "br"}:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data):
        if not self.skipping:
            self.parts.append(html.escape(data))


def only_kept(page: str) -> str:
    """HTML of the tags on the list alone."""
    kept = Kept()
    kept.feed(page)
    kept.close()
    return "".join(kept.parts)


def draw_html(body: str, folder: Path, most: int, until: float) -> int:
    """Set HTML on A4 and draw it. Nothing is fetched: no file, no address."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Inside(URLFetcher):
        """Pictures that stand in the document itself, and nothing else."""

        def fetch(self, url, headers=None):
            kind, comma, data = url.partition(";base64,")
            if not comma or kind not in ("data:image/png", "data:image/jpeg"):
                raise ValueError("nothing is fetched")
            return URLFetcherResponse(
                url, body=base64.b64decode(data), headers={"Content-Type": kind.removeprefix("data:")}
            )

    page = f"<!doctype html><html lang=en-GB><meta charset=utf-8><style>{SHEET}</style><body>{body}</body></html>"
    pdf = HTML(string=page, base_url=None, url_fetcher=Inside()).write_pdf()
    return draw_pdf(pdf, folder, most, until)


def draw_word(path: Path, folder: Path, most: int, until: float) -> int:
    """A Word document, as plain paragraphs, lists, tables and pictures."""
    import mammoth

    with path.open("rb") as file:
        found = mammoth.convert_to_html(file, external_file_access=False)
    return draw_html(only_kept(found.value), folder, most, until)


def draw_text(path: Path, folder: Path, most: int, until: float) -> int:
    """A text file."""
    data = path.read_bytes()[: MOST_LETTERS * 4]
    try:
        words = data.decode("utf-8")
    except UnicodeDecodeError:
        words = data.decode("cp1252", errors="replace")
    return draw_html(f"<pre>{html.escape(words[:MOST_LETTERS])}</pre>", folder, most, until)


def draw_picture(path: Path, folder: Path, most: int, until: float) -> int:
    """A picture, small enough for a page."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(path, formats=["JPEG", "PNG"]) as picture:
        picture.draft("RGB", (WIDTH, HEIGHT))
        picture.thumbnail((WIDTH, HEIGHT))
        seen = picture.convert("RGBA")
    flat = Image.new("RGB", seen.size, "white")
    flat.paste(seen, mask=seen.getchannel("A"))
    keep_page(folder, 1, flat, "")
    return 1


def redraw(path: Path, kind: str, folder: Path) -> None:
    """The same picture without anything that came with it, upright: written as `picture`."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    form = "PNG" if kind == "image/png" else "JPEG"
    with Image.open(path, formats=[form]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused("too many pixels")
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    if form == "JPEG":
        upright = upright.convert("RGB")
    elif upright.mode not in ("RGB", "RGBA", "L", "LA", "P"):
        upright = upright.convert("RGBA")
    # A new picture with the same pixels: nothing that came with the old one comes along.
    fresh = Image.new(upright.mode, upright.size)
    if upright.mode == "P":
        fresh.putpalette(upright.getpalette())
    fresh.paste(upright)
    del upright
    fresh.save(folder / "picture", form, **({"quality": 88} if form == "JPEG" else {}))


DRAW = {
    "application/pdf": draw_pdf,
    WORD: draw_word,
    "text/plain": draw_text,
    "image/png": draw_picture,
    "image/jpeg": draw_picture,
}


def main(what: str, kind: str, file: str, folder: str, most: str, seconds: str, megabytes: str) -> None:
    limit(int(seconds), int(megabytes))
    until = time.monotonic() + int(seconds) * 0.7
    pages = 0
    if what == "picture":
        redraw(Path(file), kind, Path(folder))
    else:
        pages = DRAW[kind](Path(file), Path(folder), int(most), until)
    (Path(folder) / "done.json").write_text(json.dumps({"pages": pages}))


if __name__ == "__main__":
    main(*sys.argv[1:])
