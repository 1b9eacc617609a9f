"""The form on which somebody chooses how they are told."""

from __future__ import annotations

from django import forms

from earlyhelp.outbox.kinds import Topic
from earlyhelp.outbox.models import How, MessageChoice
from earlyhelp.web.forms import Form, Look

HOURS = [(7, "7am"), (8, "8am"), (12, "midday"), (16, "4pm"), (18, "6pm")]


class ChoiceForm(Form):
    """How often, when, and about what at once."""

    how = forms.ChoiceField(
        label="How do you want to be told?",
        choices=How.choices,
        widget=forms.RadioSelect,
        help_text="Everything that waits for you is on My work, whatever you choose.",
        error_messages={"required": "Select how you want to be told"},
    )
    hour = forms.TypedChoiceField(
        label="When does the daily e-mail suit you?",
        choices=HOURS,
        coerce=int,
        error_messages={"required": "Select a time"},
    )
    working_days_only = forms.BooleanField(label="On working days only", required=False)
    at_once_about = forms.MultipleChoiceField(
        label="Tell me at once about",
        choices=Topic.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Emergencies, and what cannot wait until tomorrow, always come at once.",
    )

    looks = {"how": Look(label_size="m"), "at_once_about": Look(label_size="m")}

    @staticmethod
    def facts_of(choice: MessageChoice) -> dict:
        """What the form shows of a choice."""
        return {name: getattr(choice, name) for name in ("how", "hour", "working_days_only", "at_once_about")}
