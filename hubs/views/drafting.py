"""Preparing a version of the agreement: drafting, changing, importing, asking, activating."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from earlyhelp.access import NotAllowed, Permission, access
from hubs.actions import (
    activate,
    ask_to_activate,
    change_kind,
    change_words,
    draft_version,
    import_version,
    take_back,
    throw_away,
)
from hubs.comparison import compare
from hubs.effect import effect_of_version
from hubs.forms import ActivateForm, ImportForm, KindForm, WordsForm
from hubs.models import AgencyKind, Agreement
from hubs.rules import check_can_activate, check_can_ask, check_can_change, check_can_draft
from hubs.sharing_policy import PolicyProblems, read_policy
from hubs.terms import terms_of
from hubs.views.agreement import back_to, frame, or_back, version_for


@access(Permission.AGREEMENT_MANAGE)
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a new version from the newest."""
    try:
        begun = draft_version(by=request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("agreement-versions")
    messages.success(request, f"Version {begun.version} is a draft. It says what the newest version says.")
    return back_to(begun)


@access(Permission.AGREEMENT_MANAGE)
@or_back
def words(request: HttpRequest, version: int) -> HttpResponse:
    """Change a draft's dates, purposes and clauses."""
    found = version_for(request.actor, version)
    check_can_change(found, request.actor)
    form = WordsForm(request.POST or None, terms=terms_of(found))
    if request.method == "POST" and form.is_valid():
        change_words(agreement=found, by=request.actor, **form.facts())
        messages.success(request, "Saved.")
        return back_to(found)
    context = frame(request, found, "says") | {"form": form}
    return render(request, "hubs/agreement/words.html", context)


@access(Permission.AGREEMENT_MANAGE)
@or_back
def kind(request: HttpRequest, version: int, kind: str) -> HttpResponse:
    """Change what a draft gives one kind of agency."""
    found = version_for(request.actor, version)
    if kind not in AgencyKind.values:
        raise Http404
    check_can_change(found, request.actor)
    form = KindForm(request.POST or None, terms=terms_of(found), kind=kind)
    if request.method == "POST" and form.is_valid():
        change_kind(agreement=found, kind=kind, gives=form.gives(), basis=form.basis(), by=request.actor)
        messages.success(request, "Saved.")
        return back_to(found)
    context = frame(request, found, "says") | {"form": form, "kind": AgencyKind(kind).label}
    return render(request, "hubs/agreement/kind.html", context)


@access(Permission.AGREEMENT_MANAGE)
@or_back
def discard(request: HttpRequest, version: int) -> HttpResponse:
    """Throw a draft away, after asking."""
    found = version_for(request.actor, version)
    check_can_change(found, request.actor)
    if request.method == "POST":
        throw_away(agreement=found, by=request.actor)
        messages.success(request, f"Version {version} has been thrown away.")
        return redirect("agreement-versions")
    return render(request, "hubs/agreement/discard.html", frame(request, found, "says"))


@access(Permission.AGREEMENT_MANAGE)
@or_back
def ask(request: HttpRequest, version: int) -> HttpResponse:
    """Ask for a draft to take effect, with what it would do in view."""
    found = version_for(request.actor, version)
    check_can_ask(found, terms_of(found), request.actor)
    if request.method == "POST":
        ask_to_activate(agreement=found, by=request.actor)
        messages.success(request, "Asked. A second person has to activate it.")
        return back_to(found)
    return render(request, "hubs/agreement/ask.html", _in_view(request, found))


@access(Permission.AGREEMENT_MANAGE, Permission.AGREEMENT_CONFIRM)
@require_POST
@or_back
def send_back(request: HttpRequest, version: int) -> HttpResponse:
    """Take back the request for a version, so that it can be changed."""
    found = version_for(request.actor, version)
    take_back(agreement=found, by=request.actor)
    messages.success(request, "Taken back. The version is a draft again.")
    return back_to(found)


@access(Permission.AGREEMENT_CONFIRM)
@or_back
def confirm(request: HttpRequest, version: int) -> HttpResponse:
    """Activate a version as the second person, with a fresh code."""
    found = version_for(request.actor, version)
    check_can_activate(found, request.actor)
    form = ActivateForm(
        request.POST or None, request=request, initial={"asked_at": found.asked_at.isoformat()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            activate(agreement=found, asked_at=form.cleaned_data["asked_at"], by=request.actor)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Activated. Agencies can sign it now.")
            return redirect("agreement-signatures", version)
    return render(request, "hubs/agreement/activate.html", _in_view(request, found) | {"form": form})


def _in_view(request: HttpRequest, found: Agreement) -> dict:
    """What somebody has to have seen before they decide: what differs from today, and what that does."""
    replaced = Agreement.objects.in_force_without(found, found.starts_on)
    return frame(request, found, "says") | {
        "other": replaced,
        "comparison": compare(terms_of(replaced), terms_of(found)) if replaced else None,
        "effect": effect_of_version(found, found.starts_on),
        "on": found.starts_on,
    }


@access(Permission.AGREEMENT_MANAGE)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Import a sharing policy as a draft. Every problem in it is named by its field."""
    form = ImportForm(request.POST or None, request.FILES or None)
    problems: list = []
    if request.method == "POST" and form.is_valid():
        try:
            check_can_draft(request.actor)
            terms, notes = read_policy(form.cleaned_data["file"].read())
            begun = import_version(terms=terms, by=request.actor)
        except PolicyProblems as refused:
            problems = refused.problems
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"Imported as version {begun.version}, a draft. Check it before you ask."
            )
            for note in notes:
                messages.info(request, note)
            return back_to(begun)
    context = {"form": form, "problems": problems, "nav": "agreement"}
    return render(request, "hubs/agreement/import.html", context)
