"""Helping a family again: who of it, which hub, where they live now."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.forms.registration import HomeForm
from cases.models import LevelOfNeed, Person
from earlyhelp.web.forms import Form, Look


class KnownForm(Form):
    """Somebody who is on record already: whether they are part of the family now."""

    included = forms.BooleanField(label="Part of the family now", required=False, initial=True)
    has_responsibility = forms.BooleanField(
        label="Has parental responsibility for a child added below", required=False
    )

    def __init__(self, *args, person: Person, **kwargs):
        super().__init__(*args, prefix=f"known{person.pk.hex}", **kwargs)
        self.person = person
        if person.is_child:
            del self.fields["has_responsibility"]

    def to_json(self) -> dict[str, Any]:
        """Plain data for the draft. Only after the form was found valid."""
        return {"person": str(self.person.pk), **self.cleaned_data}


class AgainForm(HomeForm):
    """Which hub and level the new record starts with, and the home if the family moved."""

    field_order = ["hub", "level", "form", "address", "postcode", "is_confidential"]
    family_name = None
    level = forms.ChoiceField(label="Level of need", required=False)
    looks = {"postcode": Look(width=10)}

    def __init__(self, *args, levels: list[LevelOfNeed], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [
            ("", "Not known yet"),
            *((str(level.pk), f"Level {level.number}: {level.name}") for level in levels),
        ]
        self.fields["address"].label = "New address, if they have moved"
        self.fields["hub"].help_text = "The district where the family lives now."
