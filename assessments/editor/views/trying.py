"""Trying a form out: its list of pages, and each page as a practitioner will see it. Nothing is saved."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from assessments.editor.preview import WHO, family, order_of, sheet_of, who_for
from assessments.editor.reading import definition_of
from assessments.editor.views.common import frame, version_for
from assessments.editor.words import CATEGORY_LABELS, SOURCES, WHOMS, title_of
from assessments.models import FormVersion
from assessments.spec import FormSpec, Part, Source
from earlyhelp.access import Permission, access


@access(Permission.FORM_EDIT)
def pages(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """The list of pages, by its headings, each with those for whom it can be tried out."""
    found = version_for(code, version)
    spec = definition_of(found)
    groups = [
        (group.title, [_row(found, part) for part in spec.parts if part.group == group.key])
        for group in spec.groups
    ]
    loose = [part for part in spec.parts if part.group not in {group.key for group in spec.groups}]
    if loose:
        groups.append(("Without a heading", [_row(found, part) for part in loose]))
    context = frame(found, "try") | {"groups": groups}
    return render(request, "assessments/editor/try.html", context)


def _row(version: FormVersion, part: Part) -> tuple[str, str, list[tuple[str, str]], str]:
    if part.source is not Source.ANSWERS:
        return title_of(part), part.hint, [], f"Kept on the record: {SOURCES[part.source].lower()}"
    links = [(WHO[who], _url(version, part.key, who)) for who in who_for(part)]
    return title_of(part), part.hint, links, "" if links else f"For nobody: {WHOMS[part.whom].lower()}"


def _url(version: FormVersion, part: str, who: str) -> str:
    return reverse("form-try-for", args=[version.code, version.version, part, who])


@access(Permission.FORM_EDIT)
def page(request: HttpRequest, code: str, version: int, part: str, who: str = "") -> HttpResponse:
    """One page as a practitioner will see it, for somebody of a family that does not exist."""
    found = version_for(code, version)
    spec = definition_of(found)
    try:
        wanted = spec.find(part)
    except KeyError:
        raise Http404 from None
    offered = who_for(wanted)
    if wanted.source is not Source.ANSWERS or not offered:
        return _nothing(request, found, wanted)
    who = who or offered[0]
    try:
        sheet = sheet_of(spec, wanted, who, family())
    except KeyError:
        raise Http404 from None
    before, after = _beside(spec, part, who)
    context = frame(found) | {
        "sheet": sheet,
        "title": title_of(wanted),
        "who": WHO[who],
        "others": [(WHO[each], _url(found, part, each), each == who) for each in offered],
        "category": CATEGORY_LABELS.get(wanted.category, wanted.category),
        "before": _url(found, *before) if before else "",
        "after": _url(found, *after) if after else "",
        "roomy": True,
    }
    return render(request, "assessments/editor/try_page.html", context)


def _nothing(request: HttpRequest, version: FormVersion, part: Part) -> HttpResponse:
    holds = SOURCES[part.source].lower() if part.source is not Source.ANSWERS else ""
    context = frame(version) | {"title": title_of(part), "holds": holds}
    return render(request, "assessments/editor/try_nothing.html", context)


def _beside(spec: FormSpec, part: str, who: str) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    order = order_of(spec)
    here = order.index((part, who))
    return order[here - 1] if here else None, order[here + 1] if here + 1 < len(order) else None
