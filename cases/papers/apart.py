"""Opening files of strangers in a process apart, with limits of time, memory and pages: cases/papers/draw.py.

Whatever such a file does to the program that reads it, web and workers go on. What comes back is looked at again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from PIL import Image

from cases.papers import draw

PROGRAM = Path(draw.__file__)
PICTURE_SECONDS = 20  # somebody waits for it on a page
MOST_PAGE_BYTES = 4 * 1024 * 1024
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")  # no password, no address


class CouldNot(Exception):
    """The program gave nothing that can be used: the file is broken, or does harm, or is too large."""


@dataclass(frozen=True)
class DrawnPage:
    """One page as a JPEG picture, with the words on it."""

    number: int
    data: bytes
    width: int
    height: int
    text: str


def draw_pages(data: bytes, kind: str) -> tuple[int, list[DrawnPage]]:
    """How many pages a file has, and the first of them as pictures (DOCUMENT_PREVIEW_PAGES at most).

    `kind`: its content type, one of draw.DRAW. Raises CouldNot.
    """
    with _made("pages", data, kind) as folder:
        pages = [_page(path, number) for number, path in enumerate(sorted(folder.glob("page-*.jpg")), 1)]
        try:
            in_all = int(json.loads((folder / "done.json").read_text())["pages"])
        except (ValueError, KeyError, TypeError) as problem:
            raise CouldNot("no count") from problem
    if not pages or not len(pages) <= in_all <= 1_000_000:
        raise CouldNot("no pages")
    return in_all, pages


def draw_picture_anew(data: bytes, kind: str) -> bytes:
    """The same picture without what came with it, such as where it was taken. Raises CouldNot."""
    with _made("picture", data, kind) as folder:
        return (folder / "picture").read_bytes()


@contextmanager
def _made(what: str, data: bytes, kind: str) -> Iterator[Path]:
    """Run the program on a file; the folder with what it made. Raises CouldNot."""
    numbers = settings.EARLY_HELP
    seconds = numbers["DOCUMENT_PREVIEW_SECONDS"]
    if what == "picture":
        seconds = min(seconds, PICTURE_SECONDS)
    with tempfile.TemporaryDirectory(prefix="paper-") as place:
        folder = Path(place) / "made"
        folder.mkdir()
        file = Path(place) / "file"
        file.write_bytes(data)
        command = [
            *(sys.executable, "-I", str(PROGRAM), what, kind, str(file), str(folder)),
            *(
                str(numbers["DOCUMENT_PREVIEW_PAGES"]),
                str(seconds),
                str(numbers["DOCUMENT_PREVIEW_MEMORY_MB"]),
            ),
        ]
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "MALLOC_ARENA_MAX": "2",
            "TMPDIR": str(folder),
        }
        running = subprocess.Popen(  # noqa: S603 - our own program, with paths of our own
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=True,
        )
        try:
            ended = running.wait(timeout=seconds + 5)
        except subprocess.TimeoutExpired:
            raise CouldNot("too slow") from None
        finally:
            _end(running)
        if ended != 0 or not (folder / "done.json").is_file():
            raise CouldNot(f"ended with {ended}")
        yield folder


def _end(running: subprocess.Popen) -> None:
    """Nothing that the program started stays."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def _page(path: Path, number: int) -> DrawnPage:
    """What the program made is not trusted either: a JPEG of a page's size, and plain text."""
    if path.is_symlink() or path.stat().st_size > MOST_PAGE_BYTES:
        raise CouldNot("not a page")
    try:
        with Image.open(path, formats=["JPEG"]) as picture:
            width, height = picture.size
    except (OSError, ValueError, SyntaxError) as problem:
        raise CouldNot("not a picture") from problem
    if not (0 < width <= draw.WIDTH + 1 and 0 < height <= draw.HEIGHT + 1):
        raise CouldNot("not a page's size")
    words = path.with_suffix(".txt")
    text = (
        words.read_text(encoding="utf-8", errors="replace")
        if words.is_file() and not words.is_symlink()
        else ""
    )
    return DrawnPage(number, path.read_bytes(), width, height, _plain(text)[: draw.MOST_TEXT])


def _plain(text: str) -> str:
    """Without characters that a page or the database cannot hold."""
    return "".join(
        c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c == "\n" or c.isprintable()
    ).strip()
