"""Who can see this record, and why; what the family agreed to and takes back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from cases.actions.sharing import record_consent, share_on_lawful_basis, withdraw_consent
from cases.explain import answers_of, effect_of_ending, explain
from cases.forms.sharing import ConsentForm, LawfulShareForm, WithdrawForm
from cases.models import Case, Consent, LawfulShare, Person
from cases.protect import protection_of
from cases.rules.sharing import can_change_sharing, check_can_change_sharing
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from hubs.models import Category


@access(Permission.CASE_READ)
def sharing(request: HttpRequest, reference: str) -> HttpResponse:
    """Every agency by topic with the reason, and every person's answers."""
    case = get_case_for(request, reference, "sharing")
    lines = explain(case)
    seeing = [line for line in lines if line.sees_something]
    protection = protection_of(case)
    by_name = {each.pk for each in protection.named} | {
        each.membership_id for each in protection.emergencies if each.expires_at > timezone.now()
    }
    context = {
        "lines": lines,
        "topics": Category.labels,
        "agency_count": len(seeing),
        "people_count": len(by_name | {person.pk for line in seeing for person in line.people}),
        "answers": answers_of(case),
        "lawful_shares": LawfulShare.objects.filter(case=case).select_related("agency", "recorded_by__user"),
        "now": timezone.now(),
        "may_change": can_change_sharing(request.actor, case),
        "protection": protection,
    }
    return render_record(request, "cases/sharing/sharing.html", case, "sharing", context)


@access(Permission.SHARING_CHANGE)
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what somebody said about sharing with one agency."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    form = ConsentForm(
        request.POST or None,
        case=case,
        initial={
            "given_on": timezone.localdate(),
            "topics": ["all"],
            "people": request.GET.getlist("person"),
        },
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        for category in form.categories:
            record_consent(
                case=case,
                people=data["people"],
                agency=data["agency"],
                answer=data["answer"],
                category=category,
                method=data["method"],
                given_on=data["given_on"],
                valid_until=data["valid_until"],
                given_by=data["given_by"],
                words=data["words"],
                by=request.actor,
            )
        messages.success(request, "Answer recorded. It counts from now.")
        return back_to(case, request)
    return render_record(request, "cases/sharing/answer.html", case, "sharing", {"form": form})


@access(Permission.SHARING_CHANGE)
def withdraw(request: HttpRequest, reference: str, person) -> HttpResponse:
    """Take back somebody's agreement: first who will lose sight, then it is done."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    who = get_object_or_404(Person, pk=person, family=case.family_id)
    given = list(
        Consent.objects.in_force()
        .filter(case=case, person=who, answer="given")
        .select_related("agency")
        .order_by("agency__name", "category")
    )
    wanted = request.POST.getlist("consent") if request.method == "POST" else request.GET.getlist("consent")
    chosen = [consent for consent in given if str(consent.pk) in wanted] or ([] if wanted else given)
    form = WithdrawForm(request.POST if request.POST.get("confirm") else None)
    if request.method == "POST" and request.POST.get("confirm") and chosen and form.is_valid():
        withdraw_consent(case=case, consents=chosen, words=form.cleaned_data["words"], by=request.actor)
        messages.success(request, "Consent withdrawn. It counts from now.")
        return back_to(case, request)
    context = {
        "person": who,
        "given": given,
        "chosen": chosen,
        "form": form,
        "chosen_ids": {consent.pk for consent in chosen},
        "effect": effect_of_ending(case, chosen) if chosen else None,
    }
    return render_record(request, "cases/sharing/withdraw.html", case, "sharing", context)


@access(Permission.SHARING_CHANGE)
def lawful(request: HttpRequest, reference: str) -> HttpResponse:
    """Share without the family's agreement, with the reason recorded."""
    case = get_case_for(request, reference, "sharing")
    check_can_change_sharing(request.actor, case)
    form = LawfulShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        share_on_lawful_basis(case=case, by=request.actor, **form.cleaned_data)
        messages.success(
            request, "Recorded. Add the agency’s people to the team so that they can see the record."
        )
        return redirect("record-team", case.reference)
    return render_record(request, "cases/sharing/lawful.html", case, "sharing", {"form": form})


@access(Permission.CASE_READ)
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """A page to print for the family: what they agreed to, who sees it, how to change it."""
    case = get_case_for(request, reference, "sharing")
    context = {
        "lines": [line for line in explain(case) if line.sees_something],
        "answers": answers_of(case),
        "today": timezone.localdate(),
    }
    return render_record(request, "cases/sharing/receipt.html", case, "sharing", context)


def back_to(case: Case, request: HttpRequest) -> HttpResponse:
    """The sharing page, or My work when the change took away the sight of the person who made it."""
    if Case.objects.granted_to(request.actor).filter(pk=case.pk).exists():
        return redirect("record-sharing", case.reference)
    messages.info(request, "Your agency can no longer see that record.")
    return redirect("my-work")
