"""Changing a draft, one thing at a time: its facts, headings, clocks, sections, pages, questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments.editor import actions, tree
from assessments.editor.comparison import differences_of_thing
from assessments.editor.forms import (
    FactsForm,
    GroupForm,
    PartForm,
    QuestionForm,
    SectionForm,
    StageForm,
)
from assessments.editor.forms.common import ThingForm
from assessments.editor.problems import problems_with
from assessments.editor.reading import definition_of, state_of
from assessments.editor.rules import check_can_change
from assessments.editor.tree import Gone, What
from assessments.editor.views.common import frame, or_back, outline_url, too_late, version_for
from assessments.editor.words import title_of
from assessments.models import FormVersion
from assessments.spec import FormSpec, Part
from earlyhelp.access import NotAllowed, Permission, access

FORMS: dict[What | None, type[ThingForm]] = {
    None: FactsForm,
    What.GROUP: GroupForm,
    What.STAGE: StageForm,
    What.SECTION: SectionForm,
    What.PART: PartForm,
    What.QUESTION: QuestionForm,
}
NAMES = {
    None: "the form",
    What.GROUP: "heading",
    What.STAGE: "clock",
    What.SECTION: "section",
    What.PART: "page",
    What.QUESTION: "question",
}
GONE = "Somebody has taken this {name} out of the draft."
LOOSE = {What.GROUP, What.STAGE, What.SECTION}


def _what(text: str, among: set[What]) -> What:
    if text not in among:
        raise Http404
    return What(text)


@access(Permission.FORM_EDIT)
def facts(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Change the form's title, when to choose it, who signs."""
    return _change(request, code, version, None, "")


@access(Permission.FORM_EDIT)
def add(request: HttpRequest, code: str, version: int, what: str) -> HttpResponse:
    """Add a heading, a clock or a section."""
    return _add(request, code, version, _what(what, LOOSE), "")


@access(Permission.FORM_EDIT)
def add_page(request: HttpRequest, code: str, version: int, inside: str) -> HttpResponse:
    """Add a page to a section."""
    return _add(request, code, version, What.PART, inside)


@access(Permission.FORM_EDIT)
def add_question(request: HttpRequest, code: str, version: int, inside: str) -> HttpResponse:
    """Add a question to a page."""
    return _add(request, code, version, What.QUESTION, inside)


@access(Permission.FORM_EDIT)
def change(request: HttpRequest, code: str, version: int, what: str, key: str) -> HttpResponse:
    """Change a heading, a clock, a section or a page."""
    return _change(request, code, version, _what(what, {*LOOSE, What.PART}), key)


@access(Permission.FORM_EDIT)
def question(request: HttpRequest, code: str, version: int, part: str, key: str) -> HttpResponse:
    """Change a question."""
    return _change(request, code, version, What.QUESTION, f"{part}.{key}")


@access(Permission.FORM_EDIT)
@or_back
def remove(request: HttpRequest, code: str, version: int, what: str, key: str) -> HttpResponse:
    """Remove a heading, a clock, a section or a page, after asking."""
    return _remove(request, code, version, _what(what, {*LOOSE, What.PART}), key)


@access(Permission.FORM_EDIT)
@or_back
def remove_question(request: HttpRequest, code: str, version: int, part: str, key: str) -> HttpResponse:
    """Remove a question, after asking."""
    return _remove(request, code, version, What.QUESTION, f"{part}.{key}")


@access(Permission.FORM_EDIT)
@require_POST
@or_back
def move(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Let a thing and its neighbour change places. Sent: move="question:child.gp:up"."""
    found = version_for(code, version)
    name, _, rest = request.POST.get("move", "").partition(":")
    key, _, way = rest.partition(":")
    if name not in set(What) or way not in ("up", "down"):
        raise Http404
    what = What(name)
    try:
        actions.move_thing(version=found, what=what, key=key, up=way == "up", by=request.actor)
    except Gone:
        messages.error(request, GONE.format(name=NAMES[what]))
        return redirect(outline_url(found))
    return redirect(outline_url(found, what, key))


def _open(request: HttpRequest, code: str, number: int) -> tuple[FormVersion | None, FormSpec | None, str]:
    """The draft and what it says; without the latter the reason why it cannot be changed."""
    version = FormVersion.objects.filter(code=code, version=number).first()
    if version is None:
        return None, None, "Somebody has thrown this draft away."
    try:
        check_can_change(version, request.actor)
    except NotAllowed as refusal:
        return version, None, str(refusal)
    return version, definition_of(version), ""


def _form(
    what: What | None, spec: FormSpec, key: str, thing: Any, data: Any = None, **more: Any
) -> ThingForm:
    """The form of one thing. `key` says where it stands: "part.question", or the section of a new page."""
    if what is What.QUESTION:
        more["page"] = tree.find(spec, What.PART, key.partition(".")[0])
    if what is What.PART and thing is None:
        more["section"] = key
    return FORMS[what](data, spec=spec, thing=thing, **more)


def _labels(what: What | None) -> dict[str, str]:
    return {name: str(field.label) for name, field in FORMS[what].base_fields.items()}


def _add(request: HttpRequest, code: str, number: int, what: What, inside: str) -> HttpResponse:
    version, spec, reason = _open(request, code, number)
    if version is None or spec is None:
        return too_late(request, version, reason, _labels(what))
    try:
        form = _form(what, spec, inside, None, request.POST or None)
        if what is What.PART:
            tree.find(spec, What.SECTION, inside)
    except Gone:
        return too_late(request, version, _gone_around(what), _labels(what))
    if request.method == "POST" and form.is_valid():
        facts = form.facts() | ({"number": 0} if what is What.SECTION else {})
        where = form.cleaned_data["section"] if what is What.PART else inside
        try:
            key = actions.add_thing(
                version=version,
                what=what,
                words=form.cleaned_data[form.called],
                inside=where,
                facts=facts,
                needed=bool(form.cleaned_data.get("needed")),
                by=request.actor,
            )
        except NotAllowed as refusal:
            return too_late(request, version, str(refusal), _labels(what))
        except Gone:
            return too_late(request, version, _gone_around(what), _labels(what))
        messages.success(request, f"The {NAMES[what]} is in the draft.")
        if request.POST.get("go") == "another":
            return redirect(request.path)
        return redirect(outline_url(version, what, key))
    return _show(request, version, spec, what, inside, form)


def _gone_around(what: What) -> str:
    return GONE.format(name="page" if what is What.QUESTION else "section")


def _change(request: HttpRequest, code: str, number: int, what: What | None, key: str) -> HttpResponse:
    version, spec, reason = _open(request, code, number)
    if version is None or spec is None:
        return too_late(request, version, reason, _labels(what))
    try:
        thing = spec if what is None else tree.find(spec, what, key)
        form = _form(what, spec, key, thing, request.POST or None, seen=state_of(spec, what, key))
        if request.method == "POST" and form.is_valid():
            now = _save(request, version, what, key, form)
            messages.success(request, "Saved.")
            return redirect(outline_url(version, what, now))
    except actions.ChangedMeanwhile as meanwhile:
        return _both(request, meanwhile, what, key, form)
    except NotAllowed as refusal:
        return too_late(request, version, str(refusal), _labels(what))
    except Gone:
        return too_late(request, version, GONE.format(name=NAMES[what]), _labels(what))
    return _show(request, version, spec, what, key, form, thing=thing)


def _save(request: HttpRequest, version: FormVersion, what: What | None, key: str, form: ThingForm) -> str:
    data, seen = form.cleaned_data, form.cleaned_data["seen"]
    facts = form.facts() | {form.called: data[form.called]}
    if what is None:
        actions.change_facts(version=version, facts=facts, seen=seen, by=request.actor)
        return ""
    inside = {What.PART: "section", What.QUESTION: "part"}.get(what, "")
    return actions.change_thing(
        version=version,
        what=what,
        key=key,
        facts=facts,
        inside=data.get(inside) or "",
        needed=data["needed"] if what is What.QUESTION else None,
        seen=seen,
        by=request.actor,
    )


def _both(
    request: HttpRequest,
    meanwhile: actions.ChangedMeanwhile,
    what: What | None,
    key: str,
    form: ThingForm,
) -> HttpResponse:
    """Two people changed the same thing: what was typed stays in the boxes, what the other one saved stands above."""
    spec = meanwhile.form
    theirs = spec if what is None else tree.find(spec, what, key)
    mine = replace(theirs, **form.facts(), **{form.called: form.cleaned_data[form.called]})
    page = tree.find(spec, What.PART, key.partition(".")[0]) if what is What.QUESTION else None
    data = request.POST.copy()
    data["seen"] = state_of(spec, what, key)
    again = _form(what, spec, key, theirs, data)
    context = {
        "other": meanwhile.version.edited_by,
        "changed_at": meanwhile.version.edited_at,
        "differences": differences_of_thing(spec, theirs, mine, page),
    }
    return _show(request, meanwhile.version, spec, what, key, again, thing=theirs, status=409, **context)


def _show(
    request: HttpRequest,
    version: FormVersion,
    spec: FormSpec,
    what: What | None,
    key: str,
    form: ThingForm,
    *,
    thing: Any = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    page = tree.find(spec, What.PART, key.partition(".")[0]) if what is What.QUESTION else None
    is_new = thing is None
    problems = [] if is_new or what is None else problems_with(spec, what, key)
    context = frame(version) | {
        "form": form,
        "what": str(what or "form"),
        "name": NAMES[what],
        "is_new": is_new,
        "page": page,
        "page_title": title_of(page) if page is not None else "",
        "problems": problems if request.method == "GET" else [],
        "back": _back(version, what, key, is_new),
        "preview": _preview(version, what, key, thing),
        "other": None,
        "roomy": True,
    }
    return render(request, "assessments/editor/change.html", context | more, status=status)


def _back(version: FormVersion, what: What | None, key: str, is_new: bool) -> str:
    if is_new and what is What.PART:
        return outline_url(version, What.SECTION, key)
    if is_new and what is What.QUESTION:
        return outline_url(version, What.PART, key)
    return outline_url(version, None if is_new else what, "" if is_new else key)


def _preview(version: FormVersion, what: What | None, key: str, thing: Any) -> str:
    part = key.partition(".")[0]
    if what not in (What.PART, What.QUESTION) or thing is None and what is What.PART:
        return ""
    return reverse("form-try-page", args=[version.code, version.version, part])


def _remove(request: HttpRequest, code: str, number: int, what: What, key: str) -> HttpResponse:
    version = version_for(code, number)
    check_can_change(version, request.actor)
    spec = definition_of(version)
    try:
        thing = tree.find(spec, what, key)
        if request.method == "POST":
            actions.remove_thing(version=version, what=what, key=key, by=request.actor)
    except Gone:
        messages.error(request, GONE.format(name=NAMES[what]))
        return redirect(outline_url(version))
    if request.method == "POST":
        messages.success(request, f"The {NAMES[what]} has been taken out of the draft.")
        around = key.partition(".")[0]
        return redirect(
            outline_url(version, What.PART, around) if what is What.QUESTION else outline_url(version)
        )
    context = frame(version) | {
        "name": NAMES[what],
        "title": _title(spec, what, key, thing),
        "goes": _what_goes(spec, what, key, thing),
        "back": outline_url(version, what, key),
    }
    return render(request, "assessments/editor/remove.html", context)


def _title(spec: FormSpec, what: What, key: str, thing: Any) -> str:
    if what is What.QUESTION:
        return thing.label.replace("{name}", "…")
    return title_of(thing) if isinstance(thing, Part) else thing.title


def _what_goes(spec: FormSpec, what: What, key: str, thing: Any) -> list[str]:
    """What else a removal does, a sentence each."""
    if what is What.QUESTION:
        asked = [f"“{each.label}” will be asked every time." for each in tree.depend_on(spec, key)]
        return asked + (["It no longer has to be answered before sign-off."] if key in spec.minimum else [])
    parts = thing.parts if what is What.SECTION else (thing,) if what is What.PART else ()
    count = sum(len(part.questions) for part in parts)
    goes = [f"The page “{title_of(part)}” goes with it." for part in parts] if what is What.SECTION else []
    if count:
        goes.append("Its question goes with it." if count == 1 else f"Its {count} questions go with it.")
    if what is What.STAGE:
        goes += [f"The page “{title_of(part)}” will have no clock." for part in spec.parts_of(thing)]
    return goes
