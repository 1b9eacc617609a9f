"""Registering: who is in the family, what they agreed to. What is typed is kept from page to page."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assessments.actions import check_others, keep_draft, register_assessment
from assessments.forms.registration import (
    AdultForm,
    AgreedForm,
    ChildForm,
    HomeForm,
    StatementForm,
    Tier4Form,
)
from assessments.matching import Asked
from assessments.models import MatchCheck
from assessments.rules import check_can_register
from assessments.views.common import words_of
from assessments.views.match import get_check_for
from cases.actions import AddressDetails, PersonDetails
from cases.models import Case, Person
from cases.views.common import get_case_for
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from hubs.models import Hub

MOST_CARDS = 15


def get_cleared_check_for(request: HttpRequest, pk: uuid.UUID) -> MatchCheck:
    """A check that found nothing, or that this person answered. Raises Http404 for any other."""
    check = get_check_for(request, pk)
    if check.cleared_at is None:
        raise Http404
    return check


@dataclass
class Cards:
    """The cards of one page: the home, each child, each adult."""

    home: HomeForm
    children: list[ChildForm]
    adults: list[AdultForm]

    @property
    def forms(self) -> list:
        return [self.home, *self.children, *self.adults]

    def are_valid(self) -> bool:
        valid = [form.is_valid() for form in self.forms]  # every one, so that all errors are shown at once
        return all(valid)


@access(Permission.CASE_REGISTER)
def family(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Who is in this family? A card for each child and each adult; more can be added without JavaScript."""
    check = get_cleared_check_for(request, pk)
    check_can_register(request.actor)
    if request.method == "POST":
        cards = _cards_from(request)
        add = request.POST.get("add")
        if add in {"child", "adult"}:
            return _family_page(request, check, _one_more(request, add), status=200)
        if cards.are_valid():
            if any(not form.is_blank for form in cards.children):
                check = keep_draft(check=check, draft=_draft(cards), by=request.actor)
                if check_others(check=check, others=_others(check), by=request.actor):
                    return redirect("assessment-check-result", check.pk)
                return redirect("assessment-statement", check.pk)
            cards.children[0].add_error("first_name", "Enter at least one child, or a baby not born yet")
        return _family_page(request, check, cards, status=422)
    return _family_page(request, check, _cards_of(request, check), status=200)


def _others(check: MatchCheck) -> list[Asked]:
    """The children of the draft, as the check looks for them. The one asked for first is among them again."""
    draft = check.asked["draft"]
    asked = []
    for child in draft["children"]:
        facts = {
            name: child[name]
            for name in ("first_name", "last_name", "known_as", "born_on", "nhs_number", "upn")
            if name in child
        }
        if not facts.get("first_name"):
            continue  # a baby not born yet has no name to look for
        home = {"postcode": draft["home"].get("postcode", ""), "last_name": draft["home"]["family_name"]}
        asked.append(Asked.from_json(home | facts))
    return asked


def _family_page(request: HttpRequest, check: MatchCheck, cards: Cards, status: int) -> HttpResponse:
    context = {"check": check, "cards": cards, "nav": "find", "forms": cards.forms}
    return render(request, "assessments/register_family.html", context, status=status)


def _counts(request: HttpRequest) -> tuple[int, int]:
    def count(name: str) -> int:
        typed = request.POST.get(name, "1")
        return (
            min(max(int(typed), 1), MOST_CARDS)
            if typed.isascii() and typed.isdecimal() and len(typed) < 4
            else 1
        )

    return count("children"), count("adults")


def _cards_from(request: HttpRequest) -> Cards:
    children, adults = _counts(request)
    return Cards(
        home=HomeForm(request.POST, hubs=_hubs(), prefix="home"),
        children=[ChildForm(request.POST, prefix=f"child{n}") for n in range(children)],
        adults=[AdultForm(request.POST, prefix=f"adult{n}") for n in range(adults)],
    )


def _one_more(request: HttpRequest, kind: str) -> Cards:
    """The same cards as typed, with an empty one more. Nothing is checked yet."""
    cards = _cards_from(request)
    if kind == "child" and len(cards.children) < MOST_CARDS:
        cards.children.append(ChildForm(prefix=f"child{len(cards.children)}"))
    elif kind == "adult" and len(cards.adults) < MOST_CARDS:
        cards.adults.append(
            AdultForm(prefix=f"adult{len(cards.adults)}", initial={"lives_with_family": True})
        )
    for form in cards.forms:
        form._errors = {}
    return cards


def _cards_of(request: HttpRequest, check: MatchCheck) -> Cards:
    """The cards as the draft has them, or with what the check was asked."""
    draft = check.asked.get("draft", {})
    home = {"hub": str(request.actor.agency.hub_id or request.actor.membership.hub_id or "")}
    if draft:
        home |= draft["home"]
        children, adults = draft["children"], draft["adults"]
    else:
        asked = check.asked
        home |= {"family_name": asked.get("last_name", ""), "postcode": asked.get("postcode", "")}
        names = ("first_name", "last_name", "known_as", "born_on", "nhs_number", "upn")
        children, adults = [{name: asked[name] for name in names if name in asked}], []
    return Cards(
        home=HomeForm(initial=home, hubs=_hubs(), prefix="home"),
        children=[
            ChildForm(initial=_days(each), prefix=f"child{n}") for n, each in enumerate(children or [{}])
        ],
        adults=[
            AdultForm(initial=_days(each), prefix=f"adult{n}")
            for n, each in enumerate(adults or [{"lives_with_family": True}])
        ],
    )


def _days(data: dict[str, Any]) -> dict[str, Any]:
    """A draft's texts, with its dates as dates."""
    return {
        name: dt.date.fromisoformat(value) if name in {"born_on", "due_on"} else value
        for name, value in data.items()
    }


def _draft(cards: Cards) -> dict[str, Any]:
    home = cards.home.cleaned_data
    return {
        "home": {name: value for name, value in home.items() if value not in ("", False)},
        "children": [form.to_json() for form in cards.children if not form.is_blank],
        "adults": [form.to_json() for form in cards.adults if not form.is_blank],
    }


def _hubs() -> list[Hub]:
    return list(Hub.objects.open())


@access(Permission.CASE_REGISTER)
def statement(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Has the family agreed? The two statements are exclusive, and without either nothing is registered."""
    check = get_cleared_check_for(request, pk)
    if "draft" not in check.asked:
        return redirect("assessment-register", check.pk)
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(f"assessment-{form.cleaned_data['statement']}", check.pk)
    back = ("assessment-register", check.pk)
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
    """Statement (a), and registration of a new family."""
    return _register_new(request, pk, AgreedForm, "assessments/agreed.html", "agreed")


@access(Permission.CASE_REGISTER)
def tier4(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Statement (b), and registration of a new family."""
    return _register_new(request, pk, Tier4Form, "assessments/tier4.html", "tier4")


def _register_new(request: HttpRequest, pk: uuid.UUID, form_class, template: str, code: str) -> HttpResponse:
    check = get_cleared_check_for(request, pk)
    draft = check.asked.get("draft")
    if not draft:
        return redirect("assessment-register", check.pk)
    form = _statement_form(form_class, request, [_name(adult, draft) for adult in draft["adults"]])
    if request.method == "POST" and form.is_valid():
        people, responsible = _people(draft, agreed=form.places if code == "agreed" else [])
        home = draft["home"]
        address = None
        if home.get("address") or home.get("postcode"):
            address = AddressDetails(
                lines=home.get("address", ""),
                postcode=home.get("postcode", ""),
                is_confidential=bool(home.get("is_confidential")),
            )
        try:
            made = register_assessment(
                check=check,
                hub=Hub.objects.open().get(pk=home["hub"]),
                people=people,
                statement=code,
                facts=_facts(form, code),
                family_name=home["family_name"],
                address=address,
                responsible=responsible,
                by=request.actor,
            )
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            return redirect("assessment", made.pk)
    back = ("assessment-statement", check.pk)
    return render(request, template, {"form": form, "back": back, "nav": "find", "roomy": True})


def _statement_form(form_class, request: HttpRequest, adults: list[str]):
    if form_class is AgreedForm:
        return AgreedForm(request.POST or None, adults=adults)
    return form_class(request.POST or None)


def _name(person: dict[str, Any], draft: dict[str, Any]) -> str:
    return f"{person.get('first_name', '')} {person.get('last_name') or draft['home']['family_name']}".strip()


def _facts(form, code: str) -> dict[str, Any]:
    if code == "agreed":
        return form.facts()
    return {name: form.cleaned_data[name] for name in ("tier4_reason", "manager_consulted")}


def _people(draft: dict[str, Any], *, agreed: list[int]) -> tuple[list[PersonDetails], list[int]]:
    """The draft's cards as the people to register, and the places of adults with parental responsibility.

    The statement speaks for the children and for those adults who were asked and agreed (`agreed`, by their
    place).
    """
    people: list[PersonDetails] = []
    responsible: list[int] = []
    surname = draft["home"]["family_name"]
    for child in draft["children"]:
        facts = _days(child)
        facts.pop("person_id", None)
        facts["last_name"] = facts.get("last_name") or surname
        facts["first_name"] = facts.get("first_name") or "Unborn baby"
        people.append(PersonDetails(is_child=True, **facts))
    for place, adult in enumerate(draft["adults"]):
        facts = _days(adult)
        facts.pop("person_id", None)
        if facts.pop("has_responsibility", False):
            responsible.append(len(people))
        facts["last_name"] = facts.get("last_name") or surname
        facts["lives_with_family"] = bool(facts.get("lives_with_family"))
        people.append(PersonDetails(is_child=False, agreed=place in agreed, **facts))
    return people, responsible


@access(Permission.CASE_REGISTER)
def again(request: HttpRequest, reference: str) -> HttpResponse:
    """Another assessment of a family whose case is open: the same question about agreement, asked anew."""
    case = get_case_for(request, reference, "assessments")
    _check_open(request, case)
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect(f"assessment-again-{form.cleaned_data['statement']}", case.reference)
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
    adults = Person.objects.filter(family=case.family_id).adults()
    form = _statement_form(form_class, request, [adult.full_name for adult in adults])
    if request.method == "POST" and form.is_valid():
        try:
            made = register_assessment(
                check=None,
                hub=case.hub,
                statement=code,
                facts=_facts(form, code),
                case=case,
                by=request.actor,
            )
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            return redirect("assessment", made.pk)
    back = ("assessment-again", case.reference)
    return render(request, template, {"form": form, "back": back, "nav": "work", "roomy": True})


def _check_open(request: HttpRequest, case: Case) -> None:
    check_can_register(request.actor)
    if not case.is_open:
        raise Http404


@access(Permission.CASE_REGISTER)
def known_family(request: HttpRequest, pk: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    """A person found by the check is the one: go to their family's open case, or open it again."""
    check = get_check_for(request, pk)
    found = Person.objects.filter(pk=person).select_related("family").first()
    if found is None or str(person) not in {
        item["id"] for item in (check.candidates or {}).get("people", [])
    }:
        raise Http404
    open_case = Case.objects.granted_to(request.actor).filter(family=found.family_id).open().first()
    if open_case is not None:
        return redirect("record-assessments", open_case.reference)
    latest = (
        Case.objects.granted_to(request.actor).filter(family=found.family_id).order_by("-opened_on").first()
    )
    if latest is None:
        raise Http404
    record_look(request.actor, "Chose a known family", case=latest, level="results")
    return redirect("record-overview", latest.reference)
