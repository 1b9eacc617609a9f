"""What people type about agencies' signatures."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from earlyhelp.accounts.proof import ProvenForm
from earlyhelp.web.forms import FilterForm, Form, Look, NearDateField
from hubs.actions import Confirmation
from hubs.models import Agency, Agreement


class SignatureForm(Form):
    """A signature that an agency gave on paper."""

    version = forms.ModelChoiceField(label="Version", queryset=Agreement.objects.none(), empty_label=None)
    agency = forms.ModelChoiceField(
        label="Agency", queryset=Agency.objects.none(), empty_label="Choose an agency"
    )
    signatory_name = forms.CharField(label="Who signed for it?", max_length=120)
    signatory_role = forms.CharField(label="Their role", max_length=120)
    signed_on = NearDateField(label="Date signed", not_after=timezone.localdate)
    looks = {"agency": Look(search=True)}

    def __init__(self, *args, versions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = versions
        self.fields["version"].required = False
        self.default = versions.first()
        self.fields["agency"].queryset = Agency.objects.active().order_by("name")

    def clean(self):
        data = super().clean()
        data["version"] = data.get("version") or self.default
        agency = data.get("agency")
        if agency and data["version"].signatures.filter(agency=agency).exists():
            self.add_error("agency", "This agency has signed this version already")
        return data


class SuspendForm(Form):
    reason = forms.CharField(label="Why is the agency suspended?", max_length=300)


class WithdrawForm(ProvenForm):
    reason = forms.CharField(label="Why is the agency withdrawn?", max_length=300)


class SignForm(ProvenForm):
    """What the signatory confirms, statement by statement, and a fresh code."""

    confirmed = forms.MultipleChoiceField(
        label="For my agency I confirm:",
        choices=Confirmation.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick each statement, or do not sign"},
    )
    looks = {**ProvenForm.looks, "confirmed": Look(label_size="m")}

    def clean_confirmed(self):
        if set(self.cleaned_data["confirmed"]) != set(Confirmation.values):
            raise forms.ValidationError("Tick each statement, or do not sign")
        return self.cleaned_data["confirmed"]


class SignatureFilter(FilterForm):
    words = forms.CharField(label="Agency", required=False, max_length=80)
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "All agencies"),
            ("missing", "Not signed"),
            ("signed", "Signed"),
            ("stopped", "Suspended or withdrawn"),
        ],
    )
