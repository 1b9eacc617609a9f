"""Registering: who is in the family, what they agreed to. What is typed is kept from page to page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assessments.actions import check_others, keep_draft, register_assessment
from assessments.forms.registration import AgreedForm, HomeForm, StatementForm, Tier4Form
from assessments.models import DEFAULT_FORM, MatchCheck
from assessments.rules import can_help_again, check_can_register
from assessments.views.cards import (
    Cards,
    asks_for_more,
    cards_of,
    children_to_look_for,
    forms_in_use,
    open_hubs,
    typed_cards,
    with_days,
)
from assessments.views.common import words_of
from assessments.views.match import get_check_for
from cases.actions import AddressDetails, PersonDetails
from cases.models import Case, LevelOfNeed, Person
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from hubs.models import Hub


def get_cleared_check_for(request: HttpRequest, pk: uuid.UUID) -> MatchCheck:
    """A check that found nothing, or that this person answered. Raises Http404 for any other."""
    check = get_check_for(request, pk)
    if check.cleared_at is None:
        raise Http404
    return check


def closed_case_of(request: HttpRequest, check: MatchCheck) -> Case | None:
    """The closed case whose family is to be helped again; None when the family is new.

    Raises Http404 when this person no longer sees it.
    """
    if "again" not in check.asked:
        return None
    case = Case.objects.granted_to(request.actor).with_record_data().filter(pk=check.asked["again"]).first()
    if case is None:
        raise Http404
    return case


@access(Permission.CASE_REGISTER)
def family(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Who is in this family? A card for each child and each adult; more can be added without JavaScript."""
    check = get_cleared_check_for(request, pk)
    check_can_register(request.actor)
    known = closed_case_of(request, check)
    if known is not None:
        return redirect("assessment-help-again", known.reference)
    if request.method == "POST":
        cards = typed_cards(request, home=_home(request.POST))
        if asks_for_more(request):
            return _family_page(request, check, cards, status=200)
        if cards.are_valid():
            if cards.names_a_child:
                check = keep_draft(check=check, draft=cards.to_json(), by=request.actor)
                others = children_to_look_for(check.asked["draft"])
                if check_others(check=check, others=others, by=request.actor):
                    return redirect("assessment-check-result", check.pk)
                return redirect("assessment-statement", check.pk)
            cards.children[0].add_error("first_name", "Enter at least one child, or a baby not born yet")
        return _family_page(request, check, cards, status=422)
    return _family_page(request, check, _cards_of(request, check), status=200)


def _family_page(request: HttpRequest, check: MatchCheck, cards: Cards, status: int) -> HttpResponse:
    context = {"check": check, "cards": cards, "nav": "find", "forms": cards.forms}
    return render(request, "assessments/register_family.html", context, status=status)


def _home(data=None, initial=None) -> HomeForm:
    return HomeForm(data, initial=initial, hubs=open_hubs(), kinds=forms_in_use(), prefix="home")


def _cards_of(request: HttpRequest, check: MatchCheck) -> Cards:
    """The cards as the draft has them, or with what the check was asked."""
    draft = check.asked.get("draft", {})
    home = {"hub": str(request.actor.agency.hub_id or request.actor.membership.hub_id or "")}
    if draft:
        home |= draft["home"]
        people = {"children": draft["children"] or [{}], "adults": draft["adults"]}
    else:
        asked = check.asked
        home |= {"family_name": asked.get("last_name", ""), "postcode": asked.get("postcode", "")}
        names = ("first_name", "last_name", "known_as", "born_on", "nhs_number", "upn")
        people = {"children": [{name: asked[name] for name in names if name in asked}], "adults": []}
    people["adults"] = people["adults"] or [{"lives_with_family": True}]
    return cards_of(people, home=_home(initial=home))


@access(Permission.CASE_REGISTER)
def statement(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Has the family agreed? The two statements are exclusive, and without either nothing is registered."""
    check = get_cleared_check_for(request, pk)
    known = closed_case_of(request, check)
    if "draft" not in check.asked:
        return redirect("assessment-register", check.pk)
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(f"assessment-{form.cleaned_data['statement']}", check.pk)
    back = ("assessment-help-again", known.reference) if known else ("assessment-register", check.pk)
    return render(
        request, "assessments/statement.html", {"form": form, "back": back, "nav": "find", "roomy": True}
    )


@access(Permission.CASE_REGISTER)
def neither(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Without agreement or a tier 4 issue: what to do instead. Nothing is registered."""
    check = get_cleared_check_for(request, pk)
    return render(request, "assessments/neither.html", {"check": check, "nav": "find", "roomy": True})


@access(Permission.CASE_REGISTER)
def agreed(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Statement (a), and registration of a new case."""
    return _register_new(request, pk, AgreedForm, "assessments/agreed.html", "agreed")


@access(Permission.CASE_REGISTER)
def tier4(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Statement (b), and registration of a new case."""
    return _register_new(request, pk, Tier4Form, "assessments/tier4.html", "tier4")


def _register_new(request: HttpRequest, pk: uuid.UUID, form_class, template: str, code: str) -> HttpResponse:
    check = get_cleared_check_for(request, pk)
    draft = check.asked.get("draft")
    if not draft:
        return redirect("assessment-register", check.pk)
    before = closed_case_of(request, check)
    known = _known_people(draft, before) if before else []
    adults = [person.full_name for person in known if not person.is_child]
    adults += [_name(adult, draft) for adult in draft["adults"]]
    form = statement_form(form_class, request, adults)
    if request.method == "POST" and form.is_valid():
        people, responsible = _people(draft, known, agreed=form.places if code == "agreed" else [])
        home = draft["home"]
        try:
            made = register_assessment(
                check=check,
                hub=Hub.objects.open().get(pk=home["hub"]),
                people=people,
                statement=code,
                facts=facts_of(form, code),
                family=before.family if before else None,
                family_name=home["family_name"],
                address=_address(home),
                level=LevelOfNeed.objects.filter(pk=home["level"]).first() if "level" in home else None,
                responsible=responsible,
                form_code=home.get("form") or DEFAULT_FORM,
                by=request.actor,
            )
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            if before:
                messages.success(
                    request,
                    "Registered. If something about somebody has changed, put it right on the people page.",
                )
            return redirect("assessment", made.pk)
    back = ("assessment-statement", check.pk)
    return render(request, template, {"form": form, "back": back, "nav": "find", "roomy": True})


def statement_form(form_class, request: HttpRequest, adults: list[str]):
    """The form of one statement; the one about agreement offers the adults by name."""
    if form_class is AgreedForm:
        return AgreedForm(request.POST or None, adults=adults)
    return form_class(request.POST or None)


def facts_of(form, code: str) -> dict[str, Any]:
    """What the statement says. Only after its form was found valid."""
    if code == "agreed":
        return form.facts()
    return {name: form.cleaned_data[name] for name in ("tier4_reason", "manager_consulted")}


def _name(person: dict[str, Any], draft: dict[str, Any]) -> str:
    return f"{person.get('first_name', '')} {person.get('last_name') or draft['home']['family_name']}".strip()


def _address(home: dict[str, Any]) -> AddressDetails | None:
    if not (home.get("address") or home.get("postcode")):
        return None
    return AddressDetails(
        lines=home.get("address", ""),
        postcode=home.get("postcode", ""),
        is_confidential=bool(home.get("is_confidential")),
    )


def _known_people(draft: dict[str, Any], before: Case) -> list[Person]:
    """Those of the family on record whom the draft says are part of it now, as far as this person sees them."""
    ids = [item["person"] for item in draft.get("known", []) if item["included"]]
    return list(Person.objects.filter(family=before.family_id, pk__in=ids))


def _people(
    draft: dict[str, Any], known: list[Person], *, agreed: list[int]
) -> tuple[list[PersonDetails], list[int]]:
    """The people to register, and the places of adults with parental responsibility.

    First those on record, then the draft's cards. The statement speaks for the children and for those adults
    who were asked and agreed (`agreed`, by their place among the adults).
    """
    people: list[PersonDetails] = []
    responsible: list[int] = []
    surname = draft["home"]["family_name"]
    ticked = {item["person"] for item in draft.get("known", []) if item.get("has_responsibility")}
    asked = 0  # how many adults were named so far: their places on the form about agreement
    for person in known:
        if str(person.pk) in ticked:
            responsible.append(len(people))
        people.append(
            PersonDetails(
                existing=person,
                is_child=person.is_child,
                role_in_household=person.role_in_household,
                agreed=person.is_child or asked in agreed,
            )
        )
        asked += not person.is_child
    for child in draft["children"]:
        facts = with_days(child)
        facts.pop("person_id", None)
        facts["last_name"] = facts.get("last_name") or surname
        facts["first_name"] = facts.get("first_name") or "Unborn baby"
        people.append(PersonDetails(is_child=True, **facts))
    for place, adult in enumerate(draft["adults"], start=asked):
        facts = with_days(adult)
        facts.pop("person_id", None)
        if facts.pop("has_responsibility", False):
            responsible.append(len(people))
        facts["last_name"] = facts.get("last_name") or surname
        facts["lives_with_family"] = bool(facts.get("lives_with_family"))
        people.append(PersonDetails(is_child=False, agreed=place in agreed, **facts))
    return people, responsible


@access(Permission.CASE_REGISTER)
def known_family(request: HttpRequest, pk: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    """A person found by the check is the one: go to their family's open case, or help the family again."""
    check = get_check_for(request, pk)
    found = Person.objects.filter(pk=person).select_related("family").first()
    if found is None or str(person) not in {
        item["id"] for item in (check.candidates or {}).get("people", [])
    }:
        raise Http404
    open_case = Case.objects.granted_to(request.actor).filter(family=found.family_id).open().first()
    if open_case is not None:
        return redirect("record-assessments", open_case.reference)
    latest = Case.objects.granted_to(request.actor).latest_of(found.family_id)
    if latest is None:
        raise Http404
    record_look(request.actor, "Chose a known family", case=latest, level="results")
    if can_help_again(request.actor, latest):
        return redirect("assessment-help-again", latest.reference)
    return redirect("record-overview", latest.reference)
