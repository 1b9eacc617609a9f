"""From a question of a form's definition to the field that asks it, and back to what a browser sends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from assessments import school_years
from assessments.answers import LONGEST_LONG_TEXT, LONGEST_TEXT, NOT_KNOWN_VALUE, Value, is_blank
from assessments.domains import NEEDS, NO_NEEDS
from assessments.forms.fields import CountField, PartialDateField, RatingField, SchoolYearField, Words
from assessments.household import Household, Slot, Subject, told
from assessments.spec import NOT_KNOWN, Kind, Question
from earlyhelp.web.forms import Look

NOT_KNOWN_SUFFIX = "__nk"
_WRITTEN_OUT = {Kind.TEXT, Kind.LONG_TEXT, Kind.NUMBER, Kind.DATE, Kind.PERSON}
Choices = list[tuple[str, str]]


def field_for(slot: Slot, subject: Subject | None, household: Household, stored: Value) -> forms.Field:
    """The form field of one box, with what is stored in it and how it is drawn (`field.look`)."""
    question = slot.question
    label = slot.rater.label if slot.rater else told(question.label, subject)
    common = {
        "label": label,
        "required": False,
        "help_text": "" if slot.rater else told(question.hint, subject),
        "initial": None if stored == NOT_KNOWN_VALUE else stored,
    }
    made, look = _made(question, common, subject, household)
    made.look = look
    return made


def _made(
    question: Question, common: dict[str, Any], subject: Subject | None, household: Household
) -> tuple[forms.Field, Look]:
    size = "s"
    match question.kind:
        case Kind.TEXT:
            return Words(longest=LONGEST_TEXT, **common), Look(label_size=size)
        case Kind.LONG_TEXT:
            widget = forms.Textarea(attrs={"dir": "auto"})
            return Words(longest=LONGEST_LONG_TEXT, widget=widget, **common), Look(label_size=size, rows=3)
        case Kind.NUMBER:
            widget = forms.TextInput(attrs={"inputmode": "numeric"})
            return CountField(widget=widget, **common), Look(label_size=size, width=4)
        case Kind.DATE:
            common["help_text"] = (
                common["help_text"] or "Leave out the day, or the day and month, if unknown."
            )
            return PartialDateField(not_after=timezone.localdate, **common), Look(label_size=size)
        case Kind.SCHOOL_YEAR:
            return _school_year(question, common, subject), Look(label_size=size)
        case Kind.SCALE:
            ends = (told(question.low, subject), told(question.high, subject))
            return RatingField(ends=ends, **common), Look()
        case Kind.MULTI | Kind.PEOPLE | Kind.NEEDS:
            return _several(question, common, household), _several_look(question)
    return _one(question, common, household), _one_look(question, household)


def _school_year(question: Question, common: dict[str, Any], subject: Subject | None) -> forms.Field:
    not_known = [(NOT_KNOWN, "I do not know")] if question.may_be_unknown else []
    choices = [("", "Select a school year"), *school_years.CHOICES, *not_known]
    return SchoolYearField(choices=choices, subject=subject, **common)


def _one(question: Question, common: dict[str, Any], household: Household) -> forms.Field:
    if common["initial"] is not None:
        common["initial"] = str(common["initial"])
    return forms.ChoiceField(choices=_choices(question, household), widget=forms.RadioSelect, **common)


def _several(question: Question, common: dict[str, Any], household: Household) -> forms.Field:
    wanted = Needs if question.kind is Kind.NEEDS else Several
    return wanted(choices=_choices(question, household), **common)


def _choices(question: Question, household: Household) -> Choices:
    match question.kind:
        case Kind.YES_NO:
            return [("yes", "Yes"), ("no", "No"), (NOT_KNOWN, "I do not know")]
        case Kind.CHOICE:
            offered = [(option.value, option.label) for option in question.options]
            return [*offered, (NOT_KNOWN, "I do not know")] if question.may_be_unknown else offered
        case Kind.MULTI:
            return [(option.value, option.label) for option in question.options]
        case Kind.NEEDS:
            return [*(household.needs or NEEDS), (NO_NEEDS, "No needs")]
        case Kind.LEVEL:
            return [(str(level.number), f"Level {level.number} {level.name}") for level in household.levels]
    return [(person.id, person.full_name or person.name) for person in household.people]


def _one_look(question: Question, household: Household) -> Look:
    hints = {option.value: option.hint for option in question.options if option.hint}
    if question.kind is Kind.LEVEL:
        hints = {str(level.number): level.description for level in household.levels if level.description}
    inline = question.kind is Kind.YES_NO
    return Look(label_size="s", inline=inline, small=not hints, hints=hints, reveals={})


def _several_look(question: Question) -> Look:
    hints = {option.value: option.hint for option in question.options if option.hint}
    if question.kind is Kind.NEEDS:
        return Look(
            label_size="s",
            small=True,
            behaviour={NO_NEEDS: "exclusive"},
            dividers={NO_NEEDS: "or"},
            classes="app-needs",
        )
    return Look(label_size="s", small=True, hints=hints, reveals={})


class Several(forms.MultipleChoiceField):
    """Any number of the offered answers, in the order they are offered. Gives a list or None."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value):
        chosen = set(super().clean(value))
        return [value for value, _ in self.choices if value in chosen] or None


class Needs(Several):
    """Needs, or "No needs": never both."""

    def clean(self, value):
        chosen = super().clean(value)
        if chosen and NO_NEEDS in chosen and len(chosen) > 1:
            raise forms.ValidationError("Select the needs, or select “No needs”, not both", code="both")
        return chosen


def raw(slot: Slot, value: Value) -> dict[str, list[str]]:
    """A stored value as a browser would send it: what `PartForm` reads back to the same value."""
    name = slot.name
    if slot.question.kind is Kind.DATE and value != NOT_KNOWN_VALUE:
        day, month, year = PartialDateField.widget().decompress(value)
        return {f"{name}_day": [day], f"{name}_month": [month], f"{name}_year": [year]}
    if value == NOT_KNOWN_VALUE:
        return {name + NOT_KNOWN_SUFFIX: ["on"]}
    if is_blank(value):
        return {}
    return {name: [str(item) for item in value] if isinstance(value, list) else [str(value)]}


def can_be_not_known(question: Question) -> bool:
    return question.may_be_unknown and question.kind in _WRITTEN_OUT
