"""Answering for a look, following it up, signing a month off."""

from __future__ import annotations

from django import forms

from cases.models import LookAnswer
from earlyhelp.web.forms import FilterForm, Form, Look


class AnswerForm(Form):
    answer = forms.ChoiceField(
        label="Was it part of their work?", choices=LookAnswer.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label="How do you know?",
        widget=forms.Textarea,
        help_text="For example “She was asked to the meeting on the 9th”. Do not write a family’s name.",
    )
    looks = {"answer": Look(label_size="s"), "words": Look(rows=3)}


class FollowUpForm(Form):
    words = forms.CharField(
        label="What did you find and do?",
        widget=forms.Textarea,
        help_text="Whom you spoke to, and what follows for the person and the family. Do not write a family’s name.",
    )
    looks = {"words": Look(rows=3)}


class SignOffForm(Form):
    note = forms.CharField(label="Anything to note about this month", widget=forms.Textarea, required=False)
    looks = {"note": Look(rows=2)}


class MonthFilter(FilterForm):
    month = forms.ChoiceField(label="Month", required=False)

    def __init__(self, *args, months, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = [(each.isoformat(), f"{each:%B %Y}") for each in months]
