"""Ending a case."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from cases.models import Case, ClosureReason
from earlyhelp.web.forms import Form, Look, NearDateField

# A case that is stepped up is closed by social care's acceptance, not here.
_REASONS = [(reason.value, reason.label) for reason in ClosureReason if reason != ClosureReason.STEPPED_UP]


class CloseForm(Form):
    reason = forms.ChoiceField(label="Why does early help end?", choices=_REASONS, widget=forms.RadioSelect)
    note = forms.CharField(
        label="What has changed for the family, and what comes next?",
        widget=forms.Textarea,
        required=False,
        help_text="Say what the children and the adults think of it.",
    )
    closed_on = NearDateField(label="Last day", not_after=timezone.localdate)
    looks = {"reason": Look(label_size="s"), "note": Look(rows=4)}

    def __init__(self, *args, case: Case, **kwargs):
        kwargs["initial"] = {"closed_on": timezone.localdate()}
        super().__init__(*args, **kwargs)
        self.case = case

    def clean_closed_on(self):
        day = self.cleaned_data["closed_on"]
        if day < self.case.opened_on:
            raise forms.ValidationError("The last day must be on or after the day the case was opened")
        return day
