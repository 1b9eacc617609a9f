"""What people type about agencies and people."""

from __future__ import annotations

from django import forms

from earlyhelp.access import Role
from earlyhelp.web.forms import FilterForm, Form, Look
from hubs.models import Agency, AgencyKind, Hub


class DirectoryFilter(FilterForm):
    words = forms.CharField(label="Name, job or agency", required=False, max_length=80)
    kind = forms.ChoiceField(
        label="Kind of agency", required=False, choices=[("", "All"), *AgencyKind.choices]
    )
    hub = forms.ModelChoiceField(label="Hub", queryset=Hub.objects.none(), required=False, empty_label="All")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["hub"].queryset = Hub.objects.open()


class AgencyForm(Form):
    name = forms.CharField(label="Name", max_length=120)
    kind = forms.ChoiceField(label="Kind of agency", choices=AgencyKind.choices)
    hub = forms.ModelChoiceField(
        label="Hub", queryset=Hub.objects.none(), required=False, empty_label="The whole county"
    )
    phone = forms.CharField(label="Phone", max_length=30, required=False)
    email = forms.EmailField(label="E-mail", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["hub"].queryset = Hub.objects.open()

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if Agency.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError("There is an agency of this name already")
        return name


class MembershipForm(Form):
    agency = forms.ModelChoiceField(
        label="Agency", queryset=Agency.objects.none(), empty_label="Choose an agency"
    )
    job_title = forms.CharField(label="Job title", max_length=80)
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Role.PRACTITIONER.value],
    )
    hub = forms.ModelChoiceField(
        label="Hub they run",
        queryset=Hub.objects.none(),
        required=False,
        empty_label="None",
        help_text="Needed for a hub coordinator. A hub manager without one manages all hubs.",
    )
    phone = forms.CharField(label="Work phone", max_length=30, required=False)
    looks = {
        "agency": Look(search=True),
        "roles": Look(hints={role.value: role.description for role in Role}),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.active().order_by("name")
        self.fields["hub"].queryset = Hub.objects.open()

    def clean(self):
        data = super().clean()
        if Role.HUB_COORDINATOR.value in data.get("roles", []) and not data.get("hub"):
            self.add_error("hub", "Choose the hub that the coordinator runs")
        return data
