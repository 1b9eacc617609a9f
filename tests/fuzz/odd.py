"""Odd things to send: values that look like something else, files that are none, bodies that no browser makes."""

from __future__ import annotations

import json
import random
import re
from html import unescape
from urllib.parse import quote_plus, urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

ODD = [
    "", " ", "0", "-1", "1", "99999999999999999999", "9" * 400, "1e309", "NaN", "²", "٣", "0x10", "1_000", "+1", "1.5", "--1",
    "31/2/2026", "2026-13-45", "29/2/1900", "0/0/0", "31/12/9999", "1/1/1", "99/99/99999", "2026-03-29T01:30", "25:99", "24:00", "0:0am",
    "on", "true", "None", "null", "[]", "{}", "undefined", "all", "*", "' or 1=1 --", "'; drop table cases_case; --", "\\", "%", "_", "%00",
    "{{ 7*7 }}{% debug %}", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "../../etc/passwd", "%s%n", "${7*7}",
    "nul\x00byte", "\x00", "\x1b[31m", "\x7f", "\r\nBcc: somebody@example.org", "a\nb\tc", "\ufeff", "\u200b", "\u202eesrever", "\ud7ff\ue000",
    "Zoë O’Brien-Ågren", "שלום עליכם", "مرحبا", "e\u0301" * 50, "👩‍👩‍👧‍👦" * 20, "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\U0010ffff", "ﷺ" * 40,
    "a" * 5_000, "a" * 200_000, "-" * 3_000, "a@b", "x" * 300 + "@example.org", "javascript:alert(1)", "http://[", "//evil.example", "WM-1", "wm 50001",
    "00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000", "2147483648", "9223372036854775808", "-2147483649", "32768",
]  # fmt: skip
FIELD = re.compile(r"<(input|select|textarea)\b[^>]*?\bname=\"([^\"]+)\"[^>]*")
OPTION = re.compile(r'\bvalue="([^"]{1,60})"')
FORM = re.compile(r"<form\b[^>]*>", re.IGNORECASE)
ACTION = re.compile(r'\baction="([^"]*)"')


def files(chance: random.Random) -> SimpleUploadedFile:
    """A file that is empty, is not what it says, or has a name that no file should have."""
    name = chance.choice(
        [
            "a.pdf",
            "a.csv",
            "a.png",
            "../../x.txt",
            "a" * 300 + ".txt",
            "x\x00.pdf",
            "“ü”.docx",
            "con",
            "a.pdf.exe",
            " ",
        ]
    )
    body = chance.choice(
        [
            b"", b"\x00", b"%PDF-1.7\n%%EOF", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, b"PK\x03\x04", b"a,b\n1", b"\xff\xfe\x00",
            b'"' * 999, b"\n" * 5_000, "Name,Né\n=1+1,²\n".encode(), b"name\n" + b"x," * 20_000, b"GIF89a", b"\xef\xbb\xbf;;;\n;;",
        ]
    )  # fmt: skip
    return SimpleUploadedFile(
        name or "x", body, content_type=chance.choice(["text/csv", "image/png", "application/pdf", "x/y"])
    )


def answers_to(page: str, chance: random.Random) -> dict[str, list]:
    """Something for every field the page has, and for some that it has not; now and then what the page offers."""
    offered = [unescape(value) for value in OPTION.findall(page)] or ["1"]
    found: dict[str, list] = {}
    sane = chance.random() < 0.35  # most of it as offered, and one field odd: that gets past the first check
    for tag, name in sorted({(tag, unescape(name)) for tag, name in FIELD.findall(page)}):
        if name == "csrfmiddlewaretoken" or chance.random() < 0.06:
            continue
        if (
            tag == "input"
            and f'name="{name}"' in page
            and re.search(rf'type="file"[^>]*name="{re.escape(name)}"', page)
        ):
            found[name] = [files(chance) if chance.random() < 0.8 else chance.choice(ODD)]
            continue
        odd = chance.random() < (0.15 if sane else 0.55)
        found[name] = [
            chance.choice(ODD) if odd else _fitting(page, name, offered, chance)
            for _ in range(chance.choice([1, 1, 1, 1, 2, 30]) if odd else 1)
        ]
    for name in (
        "no_such_field",
        "id",
        "pk",
        "name[]",
        "name[0]",
        "__proto__",
        "author",
        "agency_id",
        "\x00",
    ):
        if chance.random() < 0.12:
            found[name] = [chance.choice(ODD)]
    return found


def _fitting(page: str, name: str, offered: list[str], chance: random.Random) -> str:
    """One of the values that this very field offers; else a word, a day or a time that might do."""
    place = page.find(f'name="{name}"')
    own = re.findall(rf'name="{re.escape(name)}"[^>]*\bvalue="([^"]{{1,80}})"', page)
    around = page[place : place + 4000]
    chosen = (
        around.partition("</select>")[0]
        if place > 0 and "<select" in page[max(0, place - 60) : place]
        else ""
    )
    own = [unescape(value) for value in own + OPTION.findall(chosen) if value]
    if own:
        return chance.choice(own)
    return chance.choice(
        [
            chance.choice(offered),
            "Some words",
            "21/11/2026",
            "1/2/2015",
            "10:30am",
            "5",
            "2",
            "person@example.org",
        ]
    )


def query(page: str, chance: random.Random) -> str:
    """Parameters for an address: the page's own fields, page numbers, and words that pages may read."""
    names = {unescape(name) for _tag, name in FIELD.findall(page)} | {
        "page", "q", "words", "show", "hub", "kind", "person", "consent", "next", "state", "meeting", "day", "read", "from", "to",
    }  # fmt: skip
    chosen = chance.sample(sorted(names), k=min(len(names), chance.choice([1, 2, 4])))
    pairs = [(name, chance.choice(ODD)[:2_000]) for name in chosen for _ in range(chance.choice([1, 1, 2]))]
    return urlencode(pairs)


def strange_bodies(chance: random.Random) -> tuple[bytes, str]:
    """A body and its type such as no page of ours sends."""
    text = "&".join(f"{quote_plus(name)}=%FF%FE%ED%A0%80" for name in ("title", "reference", "name", "code"))
    return chance.choice(
        [
            (b"", "application/x-www-form-urlencoded"),
            (b"\x00\xff\xfe", "application/x-www-form-urlencoded"),
            (text.encode(), "application/x-www-form-urlencoded"),
            (b"a=1&a=2&a[]=3&a[b]=4&=&&&=%", "application/x-www-form-urlencoded; charset=utf-7"),
            (b"a=1", "application/x-www-form-urlencoded; charset=nonsense"),
            (b"a=" * 3_000, "application/x-www-form-urlencoded"),
            (b"&".join(b"f%d=1" % n for n in range(2_500)), "application/x-www-form-urlencoded"),
            (json.dumps({"title": ["x"], "a": {"b": None}}).encode(), "application/json"),
            (b"<a/>", "text/xml"),
            (b"--x\r\n", "multipart/form-data; boundary=x"),
            (b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\x00\"\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x"),
            (b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x"),
            (b"nothing", "multipart/form-data"),
            (b"nothing", "multipart/form-data; boundary=" + "b" * 300),
            (b"a=1", ""),
        ]
    )  # fmt: skip
