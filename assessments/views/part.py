"""One page of an assessment: filled in, saved by itself, saved by a button."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments import known
from assessments.actions import save_answers
from assessments.actions.answers import category_of
from assessments.answers import Outcome, Page, digest
from assessments.family.beside import beside, onward
from assessments.forms.part import ALL_STILL_RIGHT, PartForm
from assessments.forms.questions import raw
from assessments.household import Subject, told
from assessments.live import address_of_part
from assessments.models import Assessment, Section, SectionStatus
from assessments.pages import Book, PageOf, neighbours, next_to_do, read_page, stored_page
from assessments.rules import can_write, check_can_write, open_categories
from assessments.spec import Part, Shows, Source
from assessments.views.common import ADDRESS_TYPED, ANOTHERS, get_assessment_for, new_writer, part_of
from assessments.views.finish import page_id
from assessments.views.record import part_url
from assessments.views.siblings import copy_ticked, siblings_of, ticks
from cases.addresses import mentions_protected_address
from cases.models import Consent, Person
from cases.rules import NotAllowed
from earlyhelp.access import Permission, access
from earlyhelp.accounts.kept import is_anothers
from earlyhelp.audit import record_look
from earlyhelp.web.dates import clock
from hubs.models import Agency, Agreement, Category


@access(Permission.CASE_READ)
def part(
    request: HttpRequest, pk: uuid.UUID, key: str, person: uuid.UUID | None = None, round: int = 1
) -> HttpResponse:
    """Show one page, or save what was sent and go on. Without JavaScript this is all there is."""
    assessment = get_assessment_for(request, pk, verb="Opened a part of an assessment", part=key)
    spec = part_of(assessment, key)
    if spec.source is not Source.ANSWERS:
        raise Http404
    book, page = _read(assessment, spec, person, request, round)
    is_shared = category_of(spec) in open_categories(assessment.case)
    if request.method == "POST":
        if is_anothers(request):
            messages.error(request, ANOTHERS)
            return redirect(request.get_full_path())
        return _save(request, assessment, book, page, is_shared)
    form = _form(page, book, is_shared)
    return _show(request, assessment, book, page, form, is_shared)


def _read(
    assessment: Assessment, spec: Part, person: uuid.UUID | None, request: HttpRequest, round: int
) -> tuple[Book, PageOf]:
    try:
        return read_page(assessment, spec, person, request.actor, round)
    except KeyError:
        raise Http404 from None


def _form(page: PageOf, book: Book, is_shared: bool, data: Any = None, **more: Any) -> PartForm:
    section = page.editable(is_shared=is_shared)
    return PartForm(
        data,
        part=page.part,
        subject=page.subject,
        household=book.household,
        page=stored_page(section),
        writer=more.pop("writer", "") or new_writer(),
        is_done=section is not None and section.status == SectionStatus.COMPLETED,
        also=page.also(is_shared=is_shared),
        earlier=known.earlier_answers(book, page, known.offered(section, page.part, data)),
        notes=book.notes(section),
        **more,
    )


def _save(
    request: HttpRequest, assessment: Assessment, book: Book, page: PageOf, is_shared: bool
) -> HttpResponse:
    form = _form(page, book, is_shared, request.POST)
    saved = save_answers(
        assessment=assessment,
        part=page.part,
        person=_person(book, page),
        sent=form.sent(),
        writer=form.data.get("writer", ""),
        turn=_turn(request),
        round=page.round,
        done=bool(request.POST.get("done")),
        by=request.actor,
    )
    if form.errors:
        if is_shared:
            page.shared = saved.section
        else:
            page.own = saved.section
        typed = _as_typed(request.POST, form, saved.page)
        again = _form(page, book, is_shared, typed, writer=form.data.get("writer", ""))
        return _show(request, assessment, book, page, again, is_shared, section=saved.section, status=422)
    copy_ticked(request, book, page, saved.page.answers, is_shared=is_shared)
    if _has_protected_address(request, assessment):
        messages.warning(request, ADDRESS_TYPED)
    if saved.outcome.kept:
        return redirect(f"{part_url(assessment, page.part, page.subject, page.round)}#two-versions")
    if request.GET.get("from") == "check":
        spot = page_id(page.part, page.subject, page.round)
        return redirect(f"{reverse('assessment-check', args=[assessment.pk])}#p-{spot}")
    if added := onward(page, book, request.POST.get("go", "")):
        return redirect(added)
    if request.POST.get("go") == ALL_STILL_RIGHT:
        return redirect(request.get_full_path())
    if request.POST.get("go") == "next":
        following = next_to_do(book, page)
        if following is not None:
            return redirect(part_url(assessment, following.part, following.subject))
    return redirect("assessment", assessment.pk)


def _has_protected_address(request: HttpRequest, assessment: Assessment) -> bool:
    """Whether somebody has just written a protected address into an answer. It is saved all the same."""
    words = [text for _name, texts in request.POST.lists() for text in texts]
    if not mentions_protected_address(assessment.case, words):
        return False
    record_look(request.actor, "Was warned of a protected address", case=assessment.case, level="section")
    return True


def _as_typed(sent: Any, form: PartForm, page: Page) -> Any:
    """What was sent, for the boxes that were refused; what is stored, for all others.

    Nothing typed is lost.
    """
    data = sent.copy()
    bases = {}
    for slot in form.slots:
        current = page.answers.get(slot.name)
        bases[slot.name] = [digest(current), page.versions_digest(slot.name)]
        if slot.name in form.errors:
            continue
        for name in [key for key in data if key == slot.name or key in _companions(slot.name)]:
            del data[name]
        offered = form.earlier.get(slot.name) if current is None else None
        for name, values in raw(slot, offered.value if offered else current).items():
            data.setlist(name, values)
    shown = form.shown_bases()
    data["base"] = json.dumps(bases | {name: shown[name] for name in form.errors if name in shown})
    return data


def _companions(name: str) -> set[str]:
    return {f"{name}__nk", f"{name}__still", f"{name}_day", f"{name}_month", f"{name}_year"}


def _person(book: Book, page: PageOf) -> Person | None:
    return book.people[page.subject.id] if page.subject else None


def _show(
    request: HttpRequest,
    assessment: Assessment,
    book: Book,
    page: PageOf,
    form: PartForm,
    is_shared: bool,
    *,
    section: Section | None = None,
    status: int = 200,
) -> HttpResponse:
    section = section or page.editable(is_shared=is_shared)
    subject = page.subject
    before, after = neighbours(book, page)
    numbered = book.form.section_of(page.part.key)
    somebody = Subject(id="", name="one child" if subject and subject.is_child else "one adult")
    context = {
        "assessment": assessment,
        "part": page.part,
        "subject": subject,
        "form": form,
        "heading": told(page.part.question or page.part.title, subject),
        "title": told(page.part.title, somebody),
        "caption": f"{numbered.number}. {numbered.title}" + (f" ({page.round})" if page.round > 1 else ""),
        "intro": told(page.part.intro, subject),
        "all_optional": all(question.optional for question in page.part.questions),
        "saved_at": section.saved_at if section and section.version else None,
        "saved_by": section.saved_by if section and section.version else None,
        "other_writers": _others(page, request),
        "is_shared": is_shared,
        "category": Category(category_of(page.part)),
        "may_write": can_write(request.actor, assessment, page.part),
        "rows": book.words(page),
        "beside": beside(book, page),
        "save_url": f"{part_url(assessment, page.part, subject, page.round)}save/",
        "live_address": address_of_part(assessment, page.part.key, _person(book, page), page.round),
        "live_port": settings.LIVE_PORT,
        "before": before,
        "after": after,
        "from_check": request.GET.get("from") == "check",
        "nav": "work",
        "roomy": True,
    }
    context["readers"], context["not_readers"] = readers(assessment, category_of(page.part))
    context |= _known(book, page)
    context["siblings"] = ticks(siblings_of(request, book, page, is_shared=is_shared))
    if not context["may_write"]:
        context["why_not"] = why_not(request, assessment, page.part)
    template = "assessments/part.html" if context["may_write"] else "assessments/part_read.html"
    return render(request, template, context, status=status)


def _known(book: Book, page: PageOf) -> dict[str, Any]:
    """What the record already says of this page's subject, so that nobody is asked again."""
    assessment = book.assessment
    reference = assessment.case.reference
    match page.part.shows:
        case Shows.ASSESSOR:
            facts, url, change = known.of_assessor(assessment), "", ""
        case Shows.TEAM:
            facts, url, change = known.of_team(assessment.case), "record-team", "Change the team"
        case Shows.PERSON:
            facts, url, change = known.of_person(_person(book, page)), "record-people", "Change these details"
        case _:
            return {"facts": []}
    return {
        "facts": facts,
        "facts_url": reverse(url, args=[reference]) if url else "",
        "facts_change": change,
    }


def why_not(request: HttpRequest, assessment: Assessment, spec: Part) -> str:
    """Why this reader cannot write here, in the rule's own words."""
    try:
        check_can_write(request.actor, assessment, spec)
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def _others(page: PageOf, request: HttpRequest) -> list[tuple[str, Any]]:
    """Who else wrote on this page, and when, from the marks beside the answers."""
    latest: dict[str, str] = {}
    for row in page.rows:
        for mark in row.marks.values():
            if mark.get("m") != request.actor.membership.pk:
                latest[mark["name"]] = max(latest.get(mark["name"], ""), mark["at"])
    return [(name, dt.datetime.fromisoformat(at)) for name, at in sorted(latest.items())]


def readers(assessment: Assessment, category: int) -> tuple[list[str], list[str]]:
    """Agencies on the team whose people may read this category, and those whose people may not, by the facts."""
    agencies = list(Agency.objects.filter(memberships__teams__in=assessment.case.team.current()).distinct())
    agreement = Agreement.objects.live()
    kinds, covered = set(), set()
    if agreement is not None:
        kinds = set(agreement.matrix.filter(category=category).values_list("agency_kind", flat=True))
        signatures = agreement.signatures.filter(agency__in=[each.pk for each in agencies])
        covered = {signature.agency_id for signature in signatures if signature.is_live}
    refused = set(
        Consent.objects.in_force()
        .filter(case=assessment.case, answer="refused", category=category)
        .values_list("agency_id", flat=True)
    )
    may, may_not = [], []
    for each in agencies:
        (may if each.kind in kinds and each.pk in covered - refused else may_not).append(each.name)
    return may, may_not


@access(Permission.CASE_WRITE)
@require_POST
def save(
    request: HttpRequest, pk: uuid.UUID, key: str, person: uuid.UUID | None = None, round: int = 1
) -> JsonResponse:
    """Save the boxes that changed, as the page asks while somebody types. Answers what is stored now.

    Sends back: when it was saved; for each box what it now holds in short (`bases`); boxes that somebody else
    changed meanwhile and that were not touched here (`newer`, with their values); for boxes where both
    versions are kept, the words of each (`versions`, as HTML); what is wrong with a box (`errors`). Without
    a question nothing is saved, and the page hears what others have written.
    """
    if is_anothers(request):
        return JsonResponse({"anothers": True}, status=409)
    assessment = get_assessment_for(request, pk)
    spec = part_of(assessment, key)
    book, page = _read(assessment, spec, person, request, round)
    categories = open_categories(assessment.case)
    is_shared = category_of(spec) in categories
    questions = frozenset(request.POST.getlist("question"))
    form = _form(page, book, is_shared, request.POST, only=questions)
    if not questions:
        return JsonResponse(_answer(request, book, page, form, page.editable(is_shared=is_shared), Outcome()))
    saved = save_answers(
        assessment=assessment,
        part=spec,
        person=_person(book, page),
        sent=form.sent(),
        writer=form.data.get("writer", ""),
        turn=_turn(request),
        round=page.round,
        categories=categories,
        by=request.actor,
    )
    return JsonResponse(
        _answer(request, book, page, form, saved.section, saved.outcome)
        | {"notice": ADDRESS_TYPED if _has_protected_address(request, assessment) else ""}
    )


def _turn(request: HttpRequest) -> int:
    """Which save of its page this is; 0 when the page does not count."""
    words = request.POST.get("turn", "")
    return int(words) if words.isdecimal() and len(words) <= 15 else 0


def _answer(
    request: HttpRequest,
    book: Book,
    page: PageOf,
    form: PartForm,
    section: Section | None,
    outcome: Outcome,
) -> dict[str, Any]:
    shown = form.shown_bases()
    now = stored_page(section)
    writer = form.data.get("writer", "")
    touched = {slot.name for slot in form.slots if slot.name in form.fields}
    bases, newer = {}, {}
    for slot in form.slots:
        current = digest(now.answers.get(slot.name))
        # What this page wrote is kept as another version: its box goes on showing that, and nothing in its place.
        is_aside = any(entry.get("writer") == writer for entry in now.differing.get(slot.name, []))
        if is_aside or slot.name in outcome.kept or slot.name in form.errors:
            bases[slot.name] = [shown.get(slot.name, ("-", ""))[0], now.versions_digest(slot.name)]
            continue
        if current != shown.get(slot.name, ("-", ""))[0] and (
            slot.name not in touched or slot.name in outcome.newer
        ):
            newer[slot.name] = raw(slot, now.answers.get(slot.name))
        bases[slot.name] = [current, now.versions_digest(slot.name)]
    fresh = PartForm(
        part=page.part,
        subject=page.subject,
        household=book.household,
        page=now,
        writer=writer,
    )
    fresh.typed_by = writer
    versions = {
        name: render_to_string(
            "assessments/parts/versions.html",
            {"name": name, "current": current, "versions": found},
            request=request,
        )
        for line in fresh.lines()
        for name, current, found in line.versions
    }
    return {
        "saved": clock(section.saved_at) if section and section.version else "",
        "version": section.version if section else 0,
        "bases": bases,
        "newer": newer,
        "versions": versions,
        "kept": outcome.kept,
        "errors": {name: " ".join(errors) for name, errors in form.errors.items()},
    }
