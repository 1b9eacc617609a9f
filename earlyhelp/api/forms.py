"""Asking for a key."""

from __future__ import annotations

from django import forms

from earlyhelp.accounts.proof import ProvenForm
from earlyhelp.api.models import Scope
from earlyhelp.web.forms import Look

DAYS = (("30", "30 days"), ("90", "90 days"), ("180", "6 months"), ("365", "A year"))


class KeyForm(ProvenForm):
    """The second factor is proved here too: a key outlives the session."""

    name = forms.CharField(
        label="What is the key for?",
        max_length=60,
        help_text="For example “School records system”. Do not write a family’s name.",
        error_messages={"required": "Say what the key is for"},
    )
    scope = forms.ChoiceField(
        label="What may the program do?", choices=Scope.choices, widget=forms.RadioSelect, initial=Scope.READ
    )
    days = forms.TypedChoiceField(
        label="How long is it needed?", choices=DAYS, coerce=int, widget=forms.RadioSelect, initial="90"
    )
    looks = ProvenForm.looks | {
        "scope": Look(
            label_size="s",
            hints={
                "read": "See what you see",
                "write": "Also add to records, in your name, and ask for confidential addresses",
            },
        ),
        "days": Look(label_size="s", inline=True),
    }
