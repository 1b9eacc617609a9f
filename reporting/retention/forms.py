"""Forms of retention: shape and words."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from earlyhelp.accounts.proof import ProvenForm
from earlyhelp.web.forms import Form, Look, NearDateField


def tomorrow() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=1)


class FindForm(Form):
    reference = forms.CharField(
        label="Reference of a record", max_length=20, help_text="For example WM-20418"
    )
    looks = {"reference": Look(width=10)}


class HoldForm(Form):
    reason = forms.CharField(
        label="Why must it be kept?",
        widget=forms.Textarea,
        help_text="For example a court case, a complaint or an inquiry. Do not write a name.",
    )
    review_on = NearDateField(label="When do we look at this again?", help_text="Within a year.")
    looks = {"reason": Look(rows=3)}


class ReasonForm(Form):
    reason = forms.CharField(label="Why?", widget=forms.Textarea)
    looks = {"reason": Look(rows=3)}


class KeepForm(Form):
    until = NearDateField(label="Keep it until", help_text="Within five years. It is looked at again then.")
    reason = forms.CharField(
        label="Why is it kept for longer?", widget=forms.Textarea, help_text="Do not write a name."
    )
    looks = {"reason": Look(rows=3)}


class ProposeForm(Form):
    reason = forms.CharField(
        label="Why may it go?",
        widget=forms.Textarea,
        help_text="What you looked at. This stays when the record is gone, so do not write a name.",
    )
    looks = {"reason": Look(rows=3)}


class ConfirmForm(ProvenForm):
    """The second person types the reference and proves their second factor again: there is no way back."""

    reference = forms.CharField(label="Type the reference of the record that goes for good", max_length=20)
    looks = {"reference": Look(width=10)}

    def __init__(self, *args, references, **kwargs):
        super().__init__(*args, **kwargs)
        self.references = references

    def clean_reference(self):
        typed = self.cleaned_data["reference"].strip().upper()
        if typed not in self.references:
            raise forms.ValidationError("This is not the reference of the record")
        return typed
