"""What goes out: chapters of items with the withheld words taken out of the text itself, as PDF and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone

from earlyhelp.web.dates import day
from earlyhelp.web.pdf import render_pdf
from reporting.models import Redaction, RedactionStatus, SubjectItem, SubjectRequest, Why
from reporting.subject.inventory import CHAPTERS

WITHHELD = "[withheld]"


def without(words: str, places: Iterable[tuple[int, int]]) -> str:
    """The text with these places replaced; places that touch or overlap become one."""
    merged: list[list[int]] = []
    for starts, ends in sorted(places):
        if merged and (starts <= merged[-1][1] or not words[merged[-1][1] : starts].strip()):
            merged[-1][1] = max(merged[-1][1], ends)
        else:
            merged.append([starts, ends])
    for starts, ends in reversed(merged):
        words = words[:starts] + WITHHELD + words[ends:]
    return words


def as_given(item: SubjectItem, redactions: Iterable[Redaction]) -> dict[str, Any]:
    """One item as it goes out. An item that is withheld as a whole tells nothing but the reason."""
    accepted = [each for each in redactions if each.status == RedactionStatus.ACCEPTED]
    whole = next((each for each in accepted if not each.field), None)
    if whole:
        return {"heading": item.heading, "withheld": Why(whole.why).label, "date": "", "lines": []}
    lines = []
    for field, label, words in item.lines:
        places = [(each.starts, each.ends) for each in accepted if each.field == field]
        lines.append({"label": label, "words": without(words, places) if places else words})
    reasons = sorted({Why(each.why).label for each in accepted})
    return {
        "heading": item.heading,
        "withheld": "",
        "date": day(item.happened_on) if item.happened_on else "",
        "lines": lines,
        "reasons": reasons,
    }


def package(request: SubjectRequest, items: list[SubjectItem], redactions: list[Redaction]) -> dict[str, Any]:
    """Everything that goes out. Only accepted redactions count; the caller has seen to it that none is undecided."""
    of_item: dict[Any, list[Redaction]] = {}
    for redaction in redactions:
        of_item.setdefault(redaction.item_id, []).append(redaction)
    chapters = []
    for code, title in CHAPTERS.items():
        given = [as_given(item, of_item.get(item.pk, [])) for item in items if item.chapter == code]
        if given:
            chapters.append({"title": title, "items": given})
    return {
        "number": request.code,
        "partnership": settings.EARLY_HELP["PARTNERSHIP_NAME"],
        "about": request.about,
        "made_on": day(timezone.localdate()),
        "received_on": day(request.received_on),
        "chapters": chapters,
        "reasons": sorted(
            {Why(each.why).label for each in redactions if each.status == RedactionStatus.ACCEPTED}
        ),
    }


def as_json(found: dict[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def as_pdf(found: dict[str, Any]) -> bytes:
    """A tagged PDF (PDF/UA-1). About a second for ten pages."""
    return render_pdf("reporting/subject/copy_pdf.html", {"found": found})
