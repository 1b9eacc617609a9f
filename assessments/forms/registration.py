"""Registering an assessment: who is in the family, what the family agreed to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from assessments.forms.match import NAME_LENGTH
from assessments.models import DEFAULT_FORM
from cases.forms.numbers import NumbersForm
from cases.forms.people import EARLIEST_BIRTH, TOO_OLD, TOO_YOUNG, is_too_old, is_too_young
from cases.models import Ethnicity, Sex
from earlyhelp.web.dates import moment_from
from earlyhelp.web.forms import ClockField, DatePartsField, Form, Look, NearDateField, OneLineField

LATEST_DUE_DAYS = 300


def _latest_due() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=LATEST_DUE_DAYS)


def _earliest_due() -> dt.date:
    return timezone.localdate() - dt.timedelta(days=30)


def which_form() -> forms.ChoiceField:
    """The question which form to use; `offer_forms` fills in the answers."""
    return forms.ChoiceField(
        label="Which form will you use?",
        required=False,
        widget=forms.RadioSelect,
        help_text="The hub’s usual form is chosen for you.",
    )


def offer_forms(form: Form, kinds: Sequence[Any], hubs: Sequence[Any]) -> None:
    """Ask which of the county's forms to use, with the hub's usual one chosen; not when only one is in use.

    Args:
        kinds: the forms in use (FormVersion.objects.in_use()). hubs: those that the form's "hub" offers, or the one
        it is about.
    """
    codes = [kind.code for kind in kinds]
    form.usual = {str(hub.pk): hub.usual_form for hub in hubs if hub.usual_form in codes}
    if len(kinds) < 2:
        del form.fields["form"]
        return
    hub = str(form.initial.get("hub", "")) if "hub" in form.fields else next(iter(form.usual), "")
    asked = form.fields["form"]
    asked.choices = [(kind.code, kind.title) for kind in kinds]
    asked.initial = form.usual.get(hub) or (DEFAULT_FORM if DEFAULT_FORM in codes else codes[0])
    about = {kind.code: kind.about for kind in kinds if kind.about}
    asked.look = Look(label_size="s", hints=about, needed="Select which form you will use")


class HomeForm(Form):
    """The family and where it lives."""

    family_name = OneLineField(label="Family name", max_length=NAME_LENGTH)
    address = OneLineField(label="Address", required=False, max_length=300)
    postcode = forms.CharField(label="Postcode", required=False, max_length=12)
    is_confidential = forms.BooleanField(
        label="Keep this address confidential",
        required=False,
        help_text="For a refuge, or when somebody must not find the family. It is masked on every page.",
    )
    hub = forms.ChoiceField(label="Hub", help_text="The district where the family lives.")
    form = which_form()
    looks = {"postcode": Look(width=10), "family_name": Look(width=20)}

    def __init__(self, *args, hubs: list[Any], kinds: Sequence[Any] = (), **kwargs):
        super().__init__(*args, **kwargs)
        offer_forms(self, kinds, hubs)
        self.fields["hub"].choices = [("", "Choose a hub"), *((str(hub.pk), hub.name) for hub in hubs)]
        self._word("hub", self.fields["hub"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("form"):
            data["form"] = self.usual.get(data.get("hub", ""), "")
        return data

    def clean_postcode(self) -> str:
        return " ".join(self.cleaned_data["postcode"].upper().split())


class _PersonForm(Form):
    person_id = forms.CharField(required=False, widget=forms.HiddenInput)
    first_name = OneLineField(label="First name", max_length=NAME_LENGTH, required=False)
    last_name = OneLineField(label="Family name", max_length=NAME_LENGTH, required=False)
    known_as = OneLineField(label="Known as", max_length=NAME_LENGTH, required=False)
    mark_optional = False
    looks = {
        "first_name": Look(width=20),
        "last_name": Look(width=20),
        "known_as": Look(width=20),
        "nhs_number": Look(width=10),
        "upn": Look(width=20),
        "phone": Look(width=20),
        "sex": Look(inline=True, small=True),
    }
    said_nothing = ("person_id", "sex", "ethnicity", "lives_with_family")

    @property
    def is_blank(self) -> bool:
        """Whether this card was left empty, so that it does not count."""
        return not any(value for name, value in self.cleaned_data.items() if name not in self.said_nothing)

    def to_json(self) -> dict[str, Any]:
        """Plain data for the draft. Only after the form was found valid."""
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name, value in self.cleaned_data.items()
            if value not in ("", None, False)
        }


class ChildForm(NumbersForm, _PersonForm):
    """One child, or a baby not born yet."""

    born_on = DatePartsField(label="Date of birth", required=False, not_after=timezone.localdate)
    due_on = DatePartsField(
        label="Due date, if not born yet", required=False, not_before=_earliest_due, not_after=_latest_due
    )
    sex = forms.ChoiceField(label="Sex", choices=Sex, widget=forms.RadioSelect, required=False)
    ethnicity = forms.ChoiceField(
        label="Ethnicity",
        choices=[("", "Not yet asked"), *Ethnicity.choices[:-1]],
        required=False,
        help_text="The family says, not you.",
    )
    school = OneLineField(label="School, nursery or college", max_length=120, required=False)
    nhs_number = forms.CharField(label="NHS number", max_length=20, required=False)
    upn = forms.CharField(label="Unique pupil number (UPN)", max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors or self.is_blank:
            return data
        born, due = data.get("born_on"), data.get("due_on")
        if born and due:
            self.add_error("due_on", "Enter a date of birth or a due date, not both")
        elif not born and not due:
            self.add_error("born_on", "Enter the date of birth, or the due date of a baby not born yet")
        elif born and is_too_old(born):
            self.add_error("born_on", TOO_OLD)
        if not data.get("first_name") and not due:
            self.add_error("first_name", "Enter the child’s first name")
        return data


class AdultForm(_PersonForm):
    """One adult who lives with the children or matters to them."""

    role_in_household = OneLineField(
        label="What are they to the children?", max_length=80, required=False, help_text="For example, mother"
    )
    born_on = DatePartsField(
        label="Date of birth", required=False, not_before=EARLIEST_BIRTH, not_after=timezone.localdate
    )
    phone = forms.CharField(label="Phone", max_length=30, required=False)
    has_responsibility = forms.BooleanField(label="Has parental responsibility", required=False)
    lives_with_family = forms.BooleanField(label="Lives with the family", required=False)
    said_nothing = (*_PersonForm.said_nothing, "lives_with_family")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not self.is_blank and not data.get("first_name"):
            self.add_error("first_name", "Enter the adult’s first name")
        if data.get("born_on") and is_too_young(data["born_on"]):
            self.add_error("born_on", TOO_YOUNG)
        return data


class StatementForm(Form):
    """The two statements of the form, of which exactly one may be made; or neither.

    `kinds` asks which form to use as well: for another assessment of a family whose hub is known.
    """

    statement = forms.ChoiceField(
        label="Has the family agreed to this assessment?",
        choices=[
            ("agreed", "Yes, I talked to them and they agreed"),
            ("tier4", "I have identified a tier 4 safeguarding issue"),
            ("neither", "No, or not yet"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether the family has agreed"},
    )
    looks = {
        "statement": Look(
            page_heading=True,
            label_size="l",
            hints={
                "agreed": "You discussed the information with a person who has parental responsibility.",
                "tier4": "Asking for agreement would place a child at risk. You will be asked why.",
            },
            dividers={"neither": "or"},
        )
    }
    form = which_form()

    def __init__(self, *args, hubs: Sequence[Any] = (), kinds: Sequence[Any] = (), **kwargs):
        super().__init__(*args, **kwargs)
        offer_forms(self, kinds, hubs)


class AgreedForm(Form):
    """Statement (a): who was it discussed with, the child, when and where."""

    agreed_by = forms.MultipleChoiceField(
        label="Who with parental responsibility agreed?",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Only those you talked to. Somebody you did not ask has not agreed.",
    )
    consent_with = forms.CharField(
        label="Somebody else with parental responsibility who agreed",
        max_length=200,
        required=False,
        help_text="Name them and say what they are to the child.",
    )
    child = forms.ChoiceField(
        label="Did you talk about it with the child or children?",
        choices=[("yes", "Yes"), ("no", "No, not discussed")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether you talked to the child"},
    )
    consent_child = forms.CharField(label="Which children?", max_length=180, required=False)
    consent_on = NearDateField(
        label="Date they agreed",
        not_after=timezone.localdate,
        error_messages={"required": "Enter the date they agreed"},
    )
    consent_time = ClockField(label="Time", error_messages={"required": "Enter the time, for example 9:30am"})
    consent_place = forms.CharField(
        label="Where?",
        max_length=200,
        help_text="For example: at school, on the phone.",
        error_messages={"required": "Enter where you talked"},
    )
    method = forms.ChoiceField(
        label="How did they agree?",
        choices=[
            ("face_to_face", "Face to face"),
            ("phone", "By phone"),
            ("video", "By video call"),
            ("signed_form", "On a signed form"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Select how they agreed"},
    )
    looks = {
        "agreed_by": Look(small=True, needed="Select who agreed"),
        "child": Look(reveals={"yes": "consent_child"}),
        "consent_child": Look(needed="Enter which children you talked to"),
        "consent_time": Look(width=5),
        "method": Look(small=True),
    }

    def __init__(self, *args, adults: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agreed_by"].choices = [(str(place), name) for place, name in enumerate(adults)]
        if not adults:
            del self.fields["agreed_by"]
            self.fields["consent_with"].label = "Who with parental responsibility agreed?"
            self.fields["consent_with"].required = True
            self.fields["consent_with"].error_messages["required"] = "Enter who agreed"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "agreed_by" in self.fields and not (data.get("agreed_by") or data.get("consent_with")):
            self.add_error("agreed_by", "Select who agreed")
        day, clock = data.get("consent_on"), data.get("consent_time")
        if day and clock and moment_from(day, clock) > timezone.now():
            self.add_error("consent_time", "Enter a time in the past")
        return data

    @property
    def places(self) -> list[int]:
        """Which of the adults offered agreed, by their place."""
        return [int(place) for place in self.cleaned_data.get("agreed_by", [])]

    def facts(self) -> dict[str, Any]:
        """What the statement says. Only after the form was found valid."""
        data = self.cleaned_data
        names = [name for value, name in self._adults() if value in data.get("agreed_by", [])]
        return {
            "consent_with": " and ".join(filter(None, [*names, data["consent_with"]]))[:200],
            "consent_child": data["consent_child"] or "not discussed",
            "consent_at": moment_from(data["consent_on"], data["consent_time"]),
            "consent_place": data["consent_place"],
            "method": data["method"],
        }

    def _adults(self) -> list[tuple[str, str]]:
        return self.fields["agreed_by"].choices if "agreed_by" in self.fields else []


class Tier4Form(Form):
    """Statement (b): why asking would place a child at risk."""

    tier4_reason = forms.CharField(
        label="What is the safeguarding issue, and why would asking place a child at risk?",
        widget=forms.Textarea,
        max_length=4000,
        error_messages={
            "required": "Enter the safeguarding issue and why asking would place a child at risk"
        },
    )
    manager_consulted = forms.CharField(
        label="Which manager or safeguarding lead did you talk to?",
        max_length=120,
        error_messages={"required": "Enter whom you talked to"},
    )
    told_social_care = forms.BooleanField(
        label="I have told children’s social care, or will today",
        error_messages={"required": "Tell children’s social care today, then tick to confirm"},
    )
    looks = {"tier4_reason": Look(rows=6)}


class WithdrawForm(Form):
    """Why an assessment stops before it is complete."""

    reason = forms.CharField(
        label="Why is this assessment withdrawn?",
        widget=forms.Textarea,
        max_length=2000,
        help_text="The family may read this.",
        error_messages={"required": "Enter why this assessment is withdrawn"},
    )
    looks = {"reason": Look(rows=4)}


class SignOffForm(Form):
    """Signing off, with what the assessor stands for."""

    shared = forms.BooleanField(
        label="I have shown this to the family, or told them what it says",
        error_messages={"required": "Show it to the family or tell them what it says, then tick to confirm"},
    )


class TakeBackForm(Form):
    """Taking a sign-off back, to correct something."""

    reason = forms.CharField(
        label="What must be corrected?",
        widget=forms.Textarea,
        max_length=1000,
        error_messages={"required": "Enter what must be corrected"},
    )
    looks = {"reason": Look(rows=3)}
