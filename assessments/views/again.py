"""Helping a known family again: another assessment of an open case, or a new case after the last one closed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from assessments.actions import check_others, keep_again, register_assessment
from assessments.forms.again import AgainForm, KnownForm
from assessments.forms.registration import AgreedForm, StatementForm, Tier4Form
from assessments.matching import helped_elsewhere
from assessments.models import DEFAULT_FORM, MatchCheck
from assessments.rules import check_can_help_again, check_can_register
from assessments.views.cards import (
    Cards,
    asks_for_more,
    cards_of,
    children_to_look_for,
    forms_in_use,
    open_hubs,
    typed_cards,
)
from assessments.views.common import words_of
from assessments.views.register import facts_of, statement_form
from cases.actions import PersonDetails
from cases.models import Address, Case, LevelOfNeed, Person
from cases.rereferral import ended_lately
from cases.views.common import get_case_for
from earlyhelp.access import Permission, access
from hubs.querysets import in_force


@access(Permission.CASE_REGISTER)
def help_again(request: HttpRequest, reference: str) -> HttpResponse:
    """A family whose help ended: who of those on record is part of it now, who is new, which hub and level."""
    case = get_case_for(request, reference, "assessments")
    newest = Case.objects.granted_to(request.actor).latest_of(case.family_id)
    if case.is_open or newest.pk != case.pk:
        return redirect("record-assessments", newest.reference)
    check_can_help_again(request.actor, case)
    if request.method == "POST":
        cards = typed_cards(request, home=_home(request.POST), known=_known(case, request.POST), least=0)
        if asks_for_more(request):
            return _again_page(request, case, cards, status=200)
        if cards.are_valid():
            if cards.names_a_child:
                return _go_on(request, case, cards)
            cards.home.add_error(None, "Tick or add at least one child, or a baby not born yet")
        return _again_page(request, case, cards, status=422)
    kept = MatchCheck.objects.again(request.actor, case)
    draft = kept.asked["draft"] if kept else None
    return _again_page(request, case, _cards_of(case, draft), status=200)


def _go_on(request: HttpRequest, case: Case, cards: Cards) -> HttpResponse:
    draft = cards.to_json()
    draft["home"]["family_name"] = case.family.name
    check = keep_again(case=case, draft=draft, by=request.actor)
    others = children_to_look_for(draft)
    if others and check_others(check=check, others=others, family=case.family, by=request.actor):
        return redirect("assessment-check-result", check.pk)
    return redirect("assessment-statement", check.pk)


def _again_page(request: HttpRequest, case: Case, cards: Cards, status: int) -> HttpResponse:
    addresses = Address.objects.filter(family=case.family_id, person=None, ends_on=None)
    context = {
        "case": case,
        "cards": cards,
        "forms": cards.forms,
        "elsewhere": helped_elsewhere(case.family),
        "addresses": list(addresses),
        "is_rereferral": ended_lately(case),
        "nav": "find",
    }
    return render(request, "assessments/help_again.html", context, status=status)


def _home(data=None, initial=None) -> AgainForm:
    levels = LevelOfNeed.objects.filter(in_force()).order_by("number")
    return AgainForm(
        data, initial=initial, hubs=open_hubs(), kinds=forms_in_use(), levels=list(levels), prefix="home"
    )


def _known(case: Case, data=None, draft: dict | None = None) -> list[KnownForm]:
    """A card for everybody of the family whom this person sees."""
    before = {item["person"]: item for item in (draft or {}).get("known", [])}
    people = Person.objects.filter(family=case.family_id).prefetch_related("relationships__to_person")
    return [KnownForm(data, person=person, initial=before.get(str(person.pk))) for person in people]


def _cards_of(case: Case, draft: dict | None) -> Cards:
    """The cards as this person left them, or as the record has the family."""
    home = draft["home"] if draft else {"hub": str(case.hub_id)}
    people = draft or {"children": [], "adults": []}
    return cards_of(people, home=_home(initial=home), known=_known(case, draft=draft))


@access(Permission.CASE_REGISTER)
def again(request: HttpRequest, reference: str) -> HttpResponse:
    """Another assessment of a family whose case is open: the same question about agreement, asked anew."""
    case = get_case_for(request, reference, "assessments")
    _check_open(request, case)
    form = StatementForm(request.POST or None, kinds=forms_in_use(), hubs=[case.hub])
    if request.method == "POST" and form.is_valid():
        to = reverse(f"assessment-again-{form.cleaned_data['statement']}", args=[case.reference])
        chosen = form.cleaned_data.get("form")
        return redirect(f"{to}?form={chosen}" if chosen else to)
    back = ("record-assessments", case.reference)
    return render(
        request, "assessments/statement.html", {"form": form, "back": back, "nav": "work", "roomy": True}
    )


@access(Permission.CASE_REGISTER)
def again_neither(request: HttpRequest, reference: str) -> HttpResponse:
    """Without agreement or a tier 4 issue nothing is registered: what to do instead."""
    case = get_case_for(request, reference, "assessments")
    return render(request, "assessments/neither.html", {"case": case, "nav": "work", "roomy": True})


@access(Permission.CASE_REGISTER)
def again_agreed(request: HttpRequest, reference: str) -> HttpResponse:
    """Statement (a) for another assessment of the same family."""
    return _register_again(request, reference, AgreedForm, "assessments/agreed.html", "agreed")


@access(Permission.CASE_REGISTER)
def again_tier4(request: HttpRequest, reference: str) -> HttpResponse:
    """Statement (b) for another assessment of the same family."""
    return _register_again(request, reference, Tier4Form, "assessments/tier4.html", "tier4")


def _register_again(
    request: HttpRequest, reference: str, form_class, template: str, code: str
) -> HttpResponse:
    case = get_case_for(request, reference, "assessments")
    _check_open(request, case)
    people = list(Person.objects.filter(family=case.family_id))
    adults = [person for person in people if not person.is_child]
    form = statement_form(form_class, request, [adult.full_name for adult in adults])
    if request.method == "POST" and form.is_valid():
        try:
            made = register_assessment(
                check=None,
                hub=case.hub,
                statement=code,
                facts=facts_of(form, code),
                case=case,
                form_code=_chosen_form(request, case),
                people=_spoken_for(people, [adults[n] for n in form.places] if code == "agreed" else []),
                by=request.actor,
            )
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            return redirect("assessment", made.pk)
    back = ("assessment-again", case.reference)
    return render(request, template, {"form": form, "back": back, "nav": "work", "roomy": True})


def _chosen_form(request: HttpRequest, case: Case) -> str:
    """The form chosen on the page before, if it is in use; else the hub's usual one."""
    codes = [kind.code for kind in forms_in_use()]
    wanted = (request.GET.get("form", ""), case.hub.usual_form)
    return next((code for code in wanted if code in codes), DEFAULT_FORM)


def _spoken_for(people: list[Person], agreed: list[Person]) -> list[PersonDetails]:
    """The statement speaks for the children, and for those adults who were asked and agreed."""
    return [
        PersonDetails(existing=each, is_child=each.is_child, agreed=each.is_child or each in agreed)
        for each in people
    ]


def _check_open(request: HttpRequest, case: Case) -> None:
    check_can_register(request.actor)
    if not case.is_open:
        raise Http404
