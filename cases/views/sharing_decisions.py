"""Who decides for themself, what two people disagree about, and what is shared without agreement."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from cases.actions.sharing_decisions import (
    end_lawful_share,
    note_deciding,
    settle_disagreement,
    share_on_lawful_basis,
    take_back_note,
)
from cases.answers import answers_of
from cases.forms.sharing_decisions import DecidingForm, LawfulShareForm, SettleForm
from cases.models import Case, DecidesForSelf, LawfulShare, Person
from cases.preview import Change, effect_of
from cases.rules.sharing import check_can_change_sharing
from cases.rules.sharing_people import Disagreement, age_of, check_can_settle, is_adult
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from cases.views.sharing import back_to
from earlyhelp.access import Permission, access
from hubs.models import Category


@access(Permission.SHARING_CHANGE)
def deciding(request: HttpRequest, reference: str, person) -> HttpResponse:
    """Note whether a child decides for themself about sharing, with what that would change named first."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    who = get_object_or_404(Person, pk=person, family=case.family_id)
    if is_adult(who):
        raise Http404
    note = (
        DecidesForSelf.objects.filter(person=who, ended_at=None).select_related("assessed_by__user").first()
    )
    form = DecidingForm(request.POST or None, initial={"assessed_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form,
            note_deciding,
            case=case,
            person=who,
            able=form.able,
            note=form.note,
            assessed_on=form.cleaned_data["assessed_on"],
            by=request.actor,
        )
        if done:
            messages.success(request, "Noted. It counts from now.")
            return back_to(case, request)
    context = {
        "form": form,
        "person": who,
        "age": age_of(who),
        "note": note,
        "earlier": DecidesForSelf.objects.filter(person=who, ended_at__isnull=False).select_related(
            "assessed_by__user"
        ),
        "effect": effect_of(case, Change.deciding(who, able=True)),
    }
    return render_record(request, "cases/sharing/deciding.html", case, "sharing", context)


@access(Permission.SHARING_CHANGE)
def deciding_end(request: HttpRequest, reference: str, person) -> HttpResponse:
    """Take a note on who decides back: answers of others count again."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    who = get_object_or_404(Person, pk=person, family=case.family_id)
    note = get_object_or_404(DecidesForSelf, person=who, ended_at=None)
    if request.method == "POST":
        take_back_note(case=case, note=note, by=request.actor)
        messages.success(request, "The note is taken back. It counts from now.")
        return back_to(case, request)
    context = {"person": who, "note": note, "effect": effect_of(case, Change.deciding(who, able=None))}
    return render_record(request, "cases/sharing/deciding_end.html", case, "sharing", context)


@access(Permission.SHARING_CHANGE)
def settle(request: HttpRequest, reference: str, person, agency: int) -> HttpResponse:
    """Settle what two people disagree about, with what each way would change."""
    case = get_case_for(request, reference, "sharing")
    disagreement = _disagreement(case, person, agency)
    check_can_settle(request.actor, case, disagreement)
    form = SettleForm(request.POST or None, disagreement=disagreement)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form,
            settle_disagreement,
            case=case,
            disagreement=disagreement,
            follow=form.cleaned_data["follow"],
            reason=form.cleaned_data["reason"],
            court_order=form.cleaned_data["order"] or "",
            by=request.actor,
        )
        if done:
            messages.success(request, "Settled. It counts from now.")
            return back_to(case, request)
    context = {
        "form": form,
        "disagreement": disagreement,
        "if_yes": effect_of(case, Change.ending(disagreement.no)),
        "if_no": effect_of(case, Change.ending(disagreement.yes)),
    }
    return render_record(request, "cases/sharing/settle.html", case, "sharing", context)


def _disagreement(case: Case, person, agency: int) -> Disagreement:
    for found in answers_of(case).disagreements:
        if found.person.pk == person and found.agency.pk == agency:
            return found
    raise Http404


@access(Permission.SHARING_CHANGE)
def lawful(request: HttpRequest, reference: str) -> HttpResponse:
    """Share without the family's agreement, with the reason recorded. What it would change is named first."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    form = LawfulShareForm(request.POST or None)
    step = request.POST.get("step")
    if request.method != "POST" or step == "change" or not form.is_valid():
        return render_record(request, "cases/sharing/lawful.html", case, "sharing", {"form": form})
    facts = form.facts()
    if step == "record":
        done, _ = attempt(form, share_on_lawful_basis, case=case, by=request.actor, **facts)
        if done:
            if case.team.current().filter(membership__agency=facts["agency"]).exists():
                messages.success(request, "Recorded. The agency sees what you chose from now.")
                return redirect("record-sharing", case.reference)
            messages.success(
                request, "Recorded. Add the agency’s people to the team so that they can see the record."
            )
            return redirect("record-team", case.reference)
    change = Change.sharing_lawfully(facts["agency"], facts["categories"], facts["ends_on"])
    context = {
        "form": form,
        "facts": facts,
        "topics": [Category(category).label for category in facts["categories"]],
        "effect": effect_of(case, change),
        "on_team": case.team.current().filter(membership__agency=facts["agency"]).exists(),
    }
    return render_record(request, "cases/sharing/lawful_check.html", case, "sharing", context)


@access(Permission.SHARING_CHANGE)
def lawful_end(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """End sharing without agreement, with who loses sight named first."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    share = get_object_or_404(LawfulShare.objects.select_related("agency"), pk=pk, case=case)
    is_over = share.ends_on is not None and share.ends_on < timezone.localdate()
    if request.method == "POST" and not is_over:
        end_lawful_share(case=case, share=share, by=request.actor)
        messages.success(request, "Ended. It counts from now.")
        return back_to(case, request)
    context = {
        "share": share,
        "is_over": is_over,
        "effect": None if is_over else effect_of(case, Change.ending_lawful(share)),
    }
    return render_record(request, "cases/sharing/lawful_end.html", case, "sharing", context)
