"""Forms of the overview, the people and the timeline."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from cases.actions.open import PersonDetails
from cases.forms.kept import KeptFrom, KeptFromField
from cases.forms.numbers import NumbersForm
from cases.forms.people import EARLIEST_BIRTH, TOO_OLD, TOO_YOUNG, is_too_old, is_too_young
from cases.models import Case, Ethnicity, NoteKind, Person, RelationshipKind, Sex
from earlyhelp.access import Actor
from earlyhelp.web.dates import moment_from
from earlyhelp.web.forms import (
    ClockField,
    DatePartsField,
    FilterForm,
    Form,
    Look,
    NearDateField,
    OneLineField,
)
from hubs.models import Category

NOTE_KINDS = [(kind.value, kind.label) for kind in NoteKind if kind != NoteKind.EVENT]


class PersonForm(NumbersForm, Form):
    """One child or adult. An unborn baby has a due date instead of a birth date."""

    is_child = forms.TypedChoiceField(
        label="Is this a child or an adult?",
        choices=[("yes", "A child or young person"), ("no", "An adult")],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )
    first_name = OneLineField(label="First names", max_length=120, required=False)
    last_name = OneLineField(label="Family name", max_length=120, required=False)
    known_as = OneLineField(label="Known as", max_length=120, required=False)
    born_on = DatePartsField(
        label="Date of birth", required=False, not_before=EARLIEST_BIRTH, not_after=timezone.localdate
    )
    due_on = DatePartsField(label="Due date, if not yet born", required=False)
    sex = forms.ChoiceField(label="Sex", choices=Sex.choices, widget=forms.RadioSelect, initial=Sex.UNKNOWN)
    ethnicity = forms.ChoiceField(label="Ethnicity", choices=Ethnicity.choices, initial=Ethnicity.NOBT)
    role_in_household = OneLineField(label="Relationship to the children", max_length=80, required=False)
    lives_with_family = forms.BooleanField(label="Lives with the family", required=False, initial=True)
    language = OneLineField(label="First language", max_length=60, required=False)
    interpreter_needed = forms.BooleanField(label="Needs an interpreter", required=False)
    school = OneLineField(label="School, nursery or college", max_length=120, required=False)
    phone = forms.CharField(label="Phone", max_length=30, required=False)
    contact_advice = forms.CharField(label="How and when to contact", max_length=200, required=False)
    nhs_number = forms.CharField(label="NHS number", max_length=20, required=False)
    upn = forms.CharField(label="Unique pupil number (UPN)", max_length=20, required=False)
    reason = forms.CharField(label="Why are you changing this?", max_length=300)

    looks = {
        "known_as": Look(hints={}),
        "born_on": Look(label_size="s"),
        "due_on": Look(label_size="s"),
        "sex": Look(inline=True, label_size="s"),
        "is_child": Look(inline=True, label_size="s"),
        "nhs_number": Look(width=10),
        "upn": Look(width=20),
        "phone": Look(width=20),
    }

    def __init__(self, *args, person: Person | None = None, **kwargs):
        if person:
            initial = {name: getattr(person, name) for name in self.base_fields if hasattr(person, name)}
            kwargs["initial"] = initial | {"is_child": "yes" if person.is_child else "no"}
        super().__init__(*args, **kwargs)
        if person is None:
            del self.fields["reason"]

    def clean(self):
        data = super().clean()
        if not data.get("first_name") and not data.get("last_name"):
            self.add_error("first_name", "Enter a first name or a family name")
        if data.get("born_on") and data.get("due_on"):
            self.add_error("due_on", "Enter a date of birth or a due date, not both")
        if data.get("is_child") is False and data.get("born_on") and is_too_young(data["born_on"]):
            self.add_error("born_on", TOO_YOUNG)
        if data.get("is_child") and data.get("born_on") and is_too_old(data["born_on"]):
            self.add_error("born_on", TOO_OLD)
        return data

    def details(self) -> PersonDetails:
        """What was typed, for the actions."""
        return PersonDetails(**{name: value for name, value in self.cleaned_data.items() if name != "reason"})


class StrengthsForm(Form):
    strengths = forms.CharField(
        label="What is going well in this family?",
        widget=forms.Textarea,
        required=False,
        help_text="One strength a line, in words the family would use.",
    )
    looks = {"strengths": Look(label_size="m", rows=6)}


class NoteForm(Form):
    """One entry of the timeline. Fact, what was said and professional view are different things."""

    kind = forms.ChoiceField(label="What are you adding?", choices=NOTE_KINDS, widget=forms.RadioSelect)
    about = forms.ModelChoiceField(
        label="Who is it about?",
        queryset=Person.objects.none(),
        required=False,
        empty_label="The whole family",
    )
    title = forms.CharField(label="In a few words", max_length=160)
    body = forms.CharField(label="What happened", widget=forms.Textarea, required=False)
    how_asked = forms.CharField(
        label="Who asked, and how",
        max_length=120,
        required=False,
        help_text="For a child’s words: for example, while drawing together",
    )
    category = forms.TypedChoiceField(
        label="What kind of information is it?",
        choices=Category.choices,
        coerce=int,
        help_text="This decides which agencies can read it.",
    )
    happened_on = NearDateField(label="Day it happened", not_after=timezone.localdate)
    happened_time = ClockField(label="Time", required=False)
    keep_from = KeptFromField(
        label="Keep this from…",
        required=False,
        help_text="Nobody else is told that there is an entry. Leave empty if the team may read it.",
    )

    looks = {
        "kind": Look(
            label_size="m",
            hints={
                "fact": "Something seen or checked",
                "said": "Words of an adult, as close as you can",
                "view": "What you make of it, and why",
                "voice": "A child’s own words",
            },
        ),
        "body": Look(rows=5),
        "happened_time": Look(width=5),
        "keep_from": Look(label_size="s", small=True),
    }

    def __init__(self, *args, case: Case, actor: Actor | None = None, **kwargs):
        kwargs["initial"] = {"happened_on": timezone.localdate(), "category": Category.FAMILY} | (
            kwargs.get("initial") or {}
        )
        super().__init__(*args, **kwargs)
        self.fields["about"].queryset = Person.objects.filter(family=case.family_id)
        self.fields["keep_from"].offer(case, actor)
        if not self.fields["keep_from"].choices:
            del self.fields["keep_from"]

    def facts(self) -> dict:
        """The cleaned answers as write_note takes them."""
        data = dict(self.cleaned_data)
        on, at = data.pop("happened_on"), data.pop("happened_time")
        aware = moment_from(on, at or dt.time(12, 0))
        if on == timezone.localdate() and at is None:
            aware = timezone.now()
        kept = data.pop("keep_from", KeptFrom())
        return data | {"happened_at": aware, "not_for": kept.agencies, "not_for_members": kept.members}


class TimelineFilter(FilterForm):
    kind = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[("", "Everything"), *NOTE_KINDS, (NoteKind.EVENT.value, "Events")],
    )
    category = forms.ChoiceField(
        label="About", required=False, choices=[("", "Any topic"), *Category.choices]
    )

    def narrow(self, notes):
        """The notes that were asked for."""
        if self.cleaned_data.get("kind"):
            notes = notes.filter(kind=self.cleaned_data["kind"])
        if self.cleaned_data.get("category"):
            notes = notes.filter(category=self.cleaned_data["category"])
        return notes


class AddressForm(Form):
    """Where the family, or one person of it, lives."""

    person = forms.ModelChoiceField(
        label="Who lives there?", queryset=Person.objects.none(), required=False, empty_label="The family"
    )
    lines = forms.CharField(label="Address", max_length=300, widget=forms.Textarea)
    postcode = forms.CharField(label="Postcode", max_length=12, required=False)
    starts_on = NearDateField(label="From", required=False)
    is_confidential = forms.BooleanField(
        label="This address is confidential",
        required=False,
        help_text="It is masked everywhere until somebody asks to see it, and that is recorded.",
    )
    hidden_from = forms.ModelChoiceField(
        label="Who must not learn it?",
        queryset=Person.objects.none(),
        required=False,
        empty_label="Nobody in particular",
    )
    ends_earlier = forms.BooleanField(
        label="They have moved: earlier addresses ended that day", required=False
    )
    looks = {"lines": Look(rows=3), "postcode": Look(width=10)}

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        family = Person.objects.filter(family=case.family_id)
        self.fields["person"].queryset = family
        self.fields["hidden_from"].queryset = family.filter(is_child=False)

    def clean(self):
        data = super().clean()
        data["lines"] = ", ".join(
            part.strip(" ,") for part in data.get("lines", "").splitlines() if part.strip(" ,")
        )
        data["postcode"] = " ".join(data.get("postcode", "").upper().split())
        if data.get("hidden_from") and not data.get("is_confidential"):
            self.add_error("is_confidential", "Mark the address as confidential to keep it from somebody")
        if data.get("ends_earlier") and not data.get("starts_on"):
            self.add_error("starts_on", "Enter the day they moved")
        return data


class RelationshipForm(Form):
    """How two people of a family are related: Grace is the parent of Amara."""

    person = forms.ModelChoiceField(
        label="Who?", queryset=Person.objects.none(), empty_label="Choose a person"
    )
    kind = forms.ChoiceField(label="Is the", choices=RelationshipKind.choices)
    to_person = forms.ModelChoiceField(
        label="Of whom?", queryset=Person.objects.none(), empty_label="Choose a person"
    )
    has_parental_responsibility = forms.BooleanField(label="Has parental responsibility", required=False)

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        family = Person.objects.filter(family=case.family_id)
        self.fields["person"].queryset = family
        self.fields["to_person"].queryset = family

    def clean(self):
        data = super().clean()
        if data.get("person") and data.get("person") == data.get("to_person"):
            self.add_error("to_person", "Choose two different people")
        return data
