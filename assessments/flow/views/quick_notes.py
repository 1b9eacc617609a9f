"""Quick notes: written in two taps, listed with their age, sorted into an answer or the timeline."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments.flow import quick_notes as actions
from assessments.flow.forms import QuickNoteForm
from assessments.flow.reading import families_at_hand
from assessments.models import QuickNote
from assessments.views.common import words_of
from cases.forms.record import NoteForm
from cases.log import ids_of
from cases.models import Case, NoteKind
from cases.rules.case import check_can_write
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.dates import clock
from earlyhelp.web.ids import new_id


@access(Permission.CASE_WRITE)
def write(request: HttpRequest) -> HttpResponse:
    """The first tap opens this page with one box; the second saves. A family may be chosen, now or later."""
    wanted = request.POST.get("family") or request.GET.get("family", "")
    families = _with(families_at_hand(request.actor), wanted, request)
    form = QuickNoteForm(request.POST or None, families=families, initial={"family": wanted})
    if request.method == "POST" and form.is_valid():
        try:
            actions.keep_quick_note(
                note=_id_of(request.POST.get("note", "")),
                body=form.cleaned_data["body"],
                case=form.case,
                by=request.actor,
            )
        except ValidationError as refusal:
            form.add_error("body", words_of(refusal))
        else:
            messages.success(request, "Saved. Sort it when you have time.")
            return redirect("quick-notes")
    record_look(
        request.actor,
        "Opened a new quick note",
        level="results",
        cases=ids_of(case.pk for case in families),
    )
    context = {
        "form": form,
        "note_id": _id_of(request.POST.get("note", "")),
        "nav": "quick-note",
        "roomy": True,
    }
    return render(request, "assessments/flow/quick_note.html", context)


@access(Permission.CASE_WRITE)
@require_POST
def save(request: HttpRequest) -> JsonResponse:
    """Save a quick note while it is being typed. Answers when it was saved, or what is wrong (WEB.md, autosave).

    Only what changed is sent: the rest is as it was kept.
    """
    note = _id_of(request.POST.get("note", ""))
    kept = QuickNote.objects.of(request.actor).unsorted().select_related("case").filter(pk=note).first()
    sent = {
        "body": request.POST.get("body", kept.body if kept else ""),
        "family": request.POST.get("family", kept.case.reference if kept and kept.case else ""),
    }
    form = QuickNoteForm(sent, families=_with([], sent["family"], request))
    if not form.is_valid():
        return JsonResponse({"message": "Write a word or two first."}, status=422)
    actions.keep_quick_note(note=note, body=form.cleaned_data["body"], case=form.case, by=request.actor)
    return JsonResponse({"saved_at": clock(timezone.now())})


@access(Permission.CASE_WRITE)
def listed(request: HttpRequest) -> HttpResponse:
    """One's own notes: those still to sort with their age, and what the others became."""
    notes = QuickNote.objects.of(request.actor).select_related("case__family", "note", "section__assessment")
    unsorted, done = list(notes.unsorted()), list(notes.sorted_lately()[:20])
    shown = ids_of(each.case_id for each in (*unsorted, *done) if each.case_id)
    record_look(request.actor, "Saw their quick notes", level="results", cases=shown)
    context = {"unsorted": unsorted, "done": done, "nav": "quick-note", "today": timezone.localdate()}
    return render(request, "assessments/flow/quick_notes.html", context)


@access(Permission.CASE_WRITE)
def sort(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One note: change it, say which family it is about, and where it goes."""
    note = _note(request, pk)
    record_look(request.actor, "Opened a quick note", case=note.case, level="section")
    go = request.POST.get("go", "")
    here = note.case.reference if note.case else ""
    families = _with(families_at_hand(request.actor), request.POST.get("family") or here, request)
    form = QuickNoteForm(
        request.POST or None,
        families=families,
        wants_family=go in {"timeline", "answer"},
        initial={"body": note.body, "family": here},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.keep_quick_note(
                note=note.pk, body=form.cleaned_data["body"], case=form.case, by=request.actor
            )
        except ValidationError as refusal:
            form.add_error("body", words_of(refusal))
        else:
            if go in {"timeline", "answer"}:
                return redirect(f"quick-note-{go}", note.pk)
            messages.success(request, "Note saved.")
            return redirect("quick-notes")
    context = {"note": note, "form": form, "nav": "quick-note", "roomy": True}
    return render(request, "assessments/flow/sort.html", context)


@access(Permission.CASE_WRITE)
@require_POST
def keep(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep an unsorted note for another while."""
    actions.keep_longer(note=_note(request, pk), by=request.actor)
    messages.success(request, "The note is kept longer.")
    return redirect("quick-notes")


@access(Permission.CASE_WRITE)
@require_POST
def throw_away(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete a note that is not needed."""
    actions.throw_away(note=_note(request, pk), by=request.actor)
    messages.success(request, "The note is gone.")
    return redirect("quick-notes")


@access(Permission.CASE_WRITE)
def timeline(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let a note become an entry of the timeline: what kind, which category, on what day."""
    note, case = note_of_family(request, pk, "timeline")
    form = NoteForm(
        request.POST or None,
        case=case,
        actor=request.actor,
        initial={
            "kind": NoteKind.FACT,
            "body": note.body,
            "happened_on": timezone.localdate(note.written_at),
            "happened_time": timezone.localtime(note.written_at).time(),
        },
    )
    if request.method == "POST" and form.is_valid():
        actions.put_on_timeline(note=note, case=case, facts=form.facts(), by=request.actor)
        messages.success(request, "Added to the timeline.")
        return redirect("record-timeline", case.reference)
    context = {"form": form, "note": note}
    return render_record(request, "assessments/flow/to_timeline.html", case, "timeline", context)


def _note(request: HttpRequest, pk: uuid.UUID) -> QuickNote:
    """An unsorted note of one's own. Raises Http404: somebody else's answers like one that does not exist."""
    found = (
        QuickNote.objects.of(request.actor).unsorted().select_related("case__family").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def note_of_family(request: HttpRequest, pk: uuid.UUID, section: str) -> tuple[QuickNote, Case]:
    """A note about a family that may still be written in, with the look recorded. Raises Http404."""
    note = _note(request, pk)
    if note.case is None:
        raise Http404
    case = get_case_for(request, note.case.reference, section)
    check_can_write(request.actor, case)
    return note, case


def _with(families: list[Case], reference: str, request: HttpRequest) -> list[Case]:
    """The families to choose from, and the one that was asked for, if this person sees it."""
    if not reference or "\0" in reference or any(case.reference == reference for case in families):
        return families
    asked = Case.objects.granted_to(request.actor).select_related("family").filter(reference=reference)
    return [*asked, *families]


def _id_of(text: str) -> uuid.UUID:
    """The id that the open page gave its note, or a new one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return new_id()
