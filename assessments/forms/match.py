"""The check for an existing record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from assessments.matching import Asked
from cases.forms.numbers import NumbersForm
from cases.forms.people import EARLIEST_BIRTH
from earlyhelp.web.forms import DatePartsField, Form, Look, OneLineField

NAME_LENGTH = 120


class MatchForm(NumbersForm, Form):
    """Who is it? Names as the family says them; the more is known, the surer the answer."""

    first_name = OneLineField(label="First name", max_length=NAME_LENGTH)
    last_name = OneLineField(label="Family name", max_length=NAME_LENGTH)
    known_as = OneLineField(
        label="Known as",
        required=False,
        max_length=NAME_LENGTH,
        help_text="Another name people use for them.",
    )
    born_on = DatePartsField(
        label="Date of birth",
        required=False,
        not_before=EARLIEST_BIRTH,
        not_after=timezone.localdate,
        help_text="For example, 27 3 2016",
    )
    postcode = forms.CharField(label="Postcode", required=False, max_length=12)
    nhs_number = forms.CharField(
        label="NHS number", required=False, max_length=20, help_text="10 numbers. Spaces are fine."
    )
    upn = forms.CharField(
        label="Unique pupil number (UPN)",
        required=False,
        max_length=20,
        help_text="The school has it. 13 characters.",
    )
    looks = {
        "first_name": Look(width=20),
        "last_name": Look(width=20),
        "known_as": Look(width=20),
        "postcode": Look(width=10),
        "nhs_number": Look(width=10),
        "upn": Look(width=20),
    }

    def clean_postcode(self) -> str:
        return " ".join(self.cleaned_data["postcode"].upper().split())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        known = ("born_on", "postcode", "nhs_number", "upn")
        if not self.errors and not any(data.get(name) for name in known):
            self.add_error(
                "born_on", "Enter a date of birth, a postcode or a number: a name alone finds too many"
            )
        return data

    def asked(self) -> Asked:
        """What to look for. Only after the form was found valid."""
        return Asked(**self.cleaned_data)


class NotAMatchForm(Form):
    """Nobody found is the one: why not, of each person who was not answered before. With hubs: what they said.

    Args:
        people: what `assessments.matching.results` gave. hubs: whether a record may exist elsewhere.
    """

    def __init__(self, data: Any = None, *, people: list[dict[str, Any]], hubs: bool) -> None:
        super().__init__(data)
        self.asks = [item for item in people if not item.get("not")]
        for item in self.asks:
            name = item["person"].called
            field = forms.CharField(
                label=f"Why is {name} not the one?",
                max_length=300,
                help_text="For example: another birth date, or a cousin of the same name.",
                error_messages={"required": f"Enter why {name} is not the one"},
            )
            field.look = Look(label_size="s")  # type: ignore[attr-defined]
            self.fields[f"not_{item['id']}"] = field
        if hubs:
            self.fields["reason"] = forms.CharField(
                label="What did the hub say?",
                max_length=300,
                widget=forms.Textarea,
                help_text="Ring first. Say whom you spoke to and why a new record is right.",
                error_messages={"required": "Enter what the hub said"},
            )
            self.fields["reason"].look = Look(rows=3, label_size="s")  # type: ignore[attr-defined]

    def not_them(self) -> dict[str, str]:
        """The reason given for each person, by id. Only after the form was found valid."""
        return {item["id"]: self.cleaned_data[f"not_{item['id']}"] for item in self.asks}
