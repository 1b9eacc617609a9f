"""Asking for emergency access, and signing it off."""

from __future__ import annotations

from django import forms
from django.db import models

from earlyhelp.accounts.proof import ProvenForm
from earlyhelp.web.forms import Form, Look


class Harm(models.TextChoices):
    """Why it cannot wait for the hub."""

    INJURY = "injury", "A child or adult may be badly hurt"
    MISSING = "missing", "A child is missing"
    MEDICAL = "medical", "Somebody needs treatment now"
    ABUSE = "abuse", "Somebody may be abused or exploited today"


class EmergencyForm(ProvenForm):
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
    looks = {
        "reference": Look(width=10),
        "harm": Look(label_size="s"),
        "reason": Look(rows=3),
        "code": Look(width=10),
    }


class CheckForm(Form):
    note = forms.CharField(
        label="What did you find?",
        widget=forms.Textarea,
        help_text="Whether it was needed, whom you spoke to, and what follows.",
    )
    looks = {"note": Look(rows=3)}
