"""For whom a copy on paper is."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from cases.models import Person
from earlyhelp.web.forms import FilterForm


class CopyForm(FilterForm):
    """One person of the family, from those whom the maker of the copy may see. Gives the Person."""

    person = forms.ChoiceField(
        label="Who is this copy for?",
        widget=forms.RadioSelect,
        help_text="It leaves out what is about another adult, and what could harm somebody.",
        error_messages={
            "required": "Select who this copy is for",
            "invalid_choice": "Select who this copy is for",
        },
    )

    def __init__(self, *args, people: Iterable[Person], **kwargs):
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person in people}
        self.fields["person"].choices = [(key, person.full_name) for key, person in self._people.items()]

    def clean_person(self) -> Person:
        return self._people[self.cleaned_data["person"]]
