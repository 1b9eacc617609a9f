"""Asking for emergency access, and signing it off."""

from __future__ import annotations

from django import forms
from django.db import models

from earlyhelp.accounts import actions, second_factor, throttle
from earlyhelp.accounts.adapter import TOO_MANY
from earlyhelp.accounts.forms import INCORRECT_CODE, code_field
from earlyhelp.web.forms import Form, Look


class Harm(models.TextChoices):
    """Why it cannot wait for the hub."""

    INJURY = "injury", "A child or adult may be badly hurt"
    MISSING = "missing", "A child is missing"
    MEDICAL = "medical", "Somebody needs treatment now"
    ABUSE = "abuse", "Somebody may be abused or exploited today"


class EmergencyForm(Form):
    """The second factor is proved here, with the reason: a screen left open is not enough."""

    reference = forms.CharField(
        label="Reference of the record",
        max_length=20,
        help_text="For example WM-20418. The hub can tell you, or a colleague who has it.",
    )
    harm = forms.ChoiceField(label="What may happen?", choices=Harm.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="What do you need to know, and why can it not wait?",
        widget=forms.Textarea,
        help_text="A manager reads this. Do not write a name.",
    )
    code = code_field("6 digits, from the authenticator app on your phone")
    looks = {
        "reference": Look(width=10),
        "harm": Look(label_size="s"),
        "reason": Look(rows=3),
        "code": Look(width=10),
    }

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["code"].error_messages["required"] = "Enter the code"

    def clean(self):
        data = super().clean()
        # A code works once, so it is used only when everything else is there.
        if not self.errors:
            self._prove_second_factor(data["code"])
        return data

    def _prove_second_factor(self, code: str) -> None:
        user = self.request.user
        counted = throttle.count_code(self.request, user)
        if not counted:
            actions.note_too_many_codes(user)
            self.add_error("code", TOO_MANY)
        elif second_factor.use_code(user, code) is None:
            actions.note_wrong_code(user)
            self.add_error("code", INCORRECT_CODE)
        else:
            counted.rollback()


class CheckForm(Form):
    note = forms.CharField(
        label="What did you find?",
        widget=forms.Textarea,
        help_text="Whether it was needed, whom you spoke to, and what follows.",
    )
    looks = {"note": Look(rows=3)}
