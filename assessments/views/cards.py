"""The cards of a registration: who is in the family, a form for each; more can be added without JavaScript."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from assessments.forms.again import KnownForm
from assessments.forms.registration import AdultForm, ChildForm, HomeForm
from assessments.matching import Asked
from assessments.models import FormVersion
from hubs.models import Hub

MOST_CARDS = 15
DAYS = {"born_on", "due_on"}


@dataclass
class Cards:
    """The cards of one page: the home, each child, each adult, and whoever is on record already."""

    home: HomeForm
    children: list[ChildForm]
    adults: list[AdultForm]
    known: list[KnownForm] = field(default_factory=list)

    @property
    def forms(self) -> list:
        return [*self.known, *self.children, *self.adults, self.home]

    @property
    def names_a_child(self) -> bool:
        """Whether somebody is helped: a child, or a baby not born yet. Only after the forms were found valid."""
        return any(not form.is_blank for form in self.children) or any(
            form.person.is_child and form.cleaned_data["included"] for form in self.known
        )

    def are_valid(self) -> bool:
        valid = [form.is_valid() for form in self.forms]  # every one, so that all errors are shown at once
        return all(valid)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the draft. Only after the forms were found valid."""
        home = self.home.cleaned_data
        return {
            "home": {name: value for name, value in home.items() if value not in ("", False)},
            "children": [form.to_json() for form in self.children if not form.is_blank],
            "adults": [form.to_json() for form in self.adults if not form.is_blank],
            "known": [form.to_json() for form in self.known],
        }


def typed_cards(
    request: HttpRequest, *, home: HomeForm, known: list[KnownForm] | None = None, least: int = 1
) -> Cards:
    """The cards as typed: as many as the page says it has, `least` at least, with one more if that was asked for."""

    def count(name: str) -> int:
        typed = request.POST.get(name, "")
        number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else least
        return min(max(number, least), MOST_CARDS)

    cards = Cards(
        home=home,
        children=[ChildForm(request.POST, prefix=f"child{n}") for n in range(count("children"))],
        adults=[AdultForm(request.POST, prefix=f"adult{n}") for n in range(count("adults"))],
        known=known or [],
    )
    if asks_for_more(request):
        _add_one(cards, request.POST["add"])
    return cards


def asks_for_more(request: HttpRequest) -> bool:
    """Whether the button for another card was pressed: then nothing is checked yet."""
    return request.POST.get("add") in {"child", "adult"}


def _add_one(cards: Cards, kind: str) -> None:
    if kind == "child" and len(cards.children) < MOST_CARDS:
        cards.children.append(ChildForm(prefix=f"child{len(cards.children)}"))
    elif kind == "adult" and len(cards.adults) < MOST_CARDS:
        cards.adults.append(
            AdultForm(prefix=f"adult{len(cards.adults)}", initial={"lives_with_family": True})
        )
    for form in cards.forms:
        form._errors = {}


def cards_of(draft: dict[str, Any], *, home: HomeForm, known: list[KnownForm] | None = None) -> Cards:
    """The cards as a draft has them."""
    return Cards(
        home=home,
        children=[
            ChildForm(initial=with_days(each), prefix=f"child{n}") for n, each in enumerate(draft["children"])
        ],
        adults=[
            AdultForm(initial=with_days(each), prefix=f"adult{n}") for n, each in enumerate(draft["adults"])
        ],
        known=known or [],
    )


def with_days(data: dict[str, Any]) -> dict[str, Any]:
    """A draft's texts, with its dates as dates."""
    return {name: dt.date.fromisoformat(value) if name in DAYS else value for name, value in data.items()}


def children_to_look_for(draft: dict[str, Any]) -> list[Asked]:
    """The children of a draft, as the check looks for them."""
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


def open_hubs() -> list[Hub]:
    return list(Hub.objects.open())


def forms_in_use() -> list[FormVersion]:
    """The county's forms that an assessment can be started with."""
    return list(FormVersion.objects.in_use())
