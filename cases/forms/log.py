"""The access log's filter, and asking for it as a file."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from cases.log import about_record, case_with_reference
from earlyhelp.accounts.proof import ProvenForm
from earlyhelp.audit.models import Level
from earlyhelp.web.dates import midnight
from earlyhelp.web.forms import FilterForm, Look, NearDateField
from hubs.models import Agency, Membership


class AccessLogFilter(FilterForm):
    """Sent by GET. A person is chosen by number, so that no name stands in an address."""

    person = forms.ChoiceField(label="Person", required=False)
    agency = forms.ModelChoiceField(
        label="Agency", queryset=Agency.objects.order_by("name"), required=False, empty_label="All agencies"
    )
    reference = forms.CharField(label="Record", required=False, max_length=20)
    level = forms.ChoiceField(label="How close", required=False, choices=[("", "Everything"), *Level.choices])
    since = NearDateField(label="From", required=False)
    until = NearDateField(label="To", required=False)
    looks = {"person": Look(search=True), "reference": Look(width=10)}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Everybody"), *_people()]
        self.case_id = None

    @property
    def is_usable(self) -> bool:
        """Whether there is something to show: nothing was asked, or everything asked makes sense."""
        return not self.is_bound or self.is_valid()

    def clean_reference(self):
        typed = self.cleaned_data["reference"].strip().upper()
        if typed:
            self.case_id = case_with_reference(typed)
            if self.case_id is None:
                raise forms.ValidationError("No record has this reference. Enter one such as WM-20418.")
        return typed

    def clean(self):
        data = super().clean()
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", "The last day must be the same as or after the first.")
        return data

    def narrow(self, events):
        """The events that were asked for; the last day is included."""
        data = self.cleaned_data if self.is_bound else {}
        if data.get("person"):
            events = events.filter(user_id=int(data["person"]))
        if data.get("agency"):
            events = events.filter(agency_id=data["agency"].pk)
        if self.case_id:
            events = events.filter(about_record(self.case_id))
        if data.get("level"):
            events = events.filter(level=data["level"])
        if data.get("since"):
            events = events.filter(at__gte=midnight(data["since"]))
        if data.get("until"):
            events = events.filter(at__lt=midnight(data["until"] + dt.timedelta(days=1)))
        return events

    def facts(self) -> dict:
        """What was asked for, in ids and codes: for the event that says somebody read the log."""
        if not self.is_bound or not self.is_valid():
            return {}
        data = self.cleaned_data
        found = {
            "person": int(data["person"]) if data.get("person") else None,
            "agency": data["agency"].pk if data.get("agency") else None,
            "case": str(self.case_id) if self.case_id else None,
            "level": data.get("level") or None,
            "since": data["since"].isoformat() if data.get("since") else None,
            "until": data["until"].isoformat() if data.get("until") else None,
        }
        return {key: value for key, value in found.items() if value}


def _people() -> list[tuple[str, str]]:
    """Everybody who works or worked here, once each, with the agency of their latest place."""
    rows = Membership.objects.order_by("user__last_name", "user__first_name", "user_id", "-starts_on")
    found: dict[int, str] = {}
    for user, last, first, agency in rows.values_list(
        "user_id", "user__last_name", "user__first_name", "agency__name"
    ):
        found.setdefault(user, f"{first} {last}, {agency}")
    return [(str(user), words) for user, words in found.items()]


class ExportForm(ProvenForm):
    """Nothing but a fresh code: what is exported was chosen on the page before."""


class DayFilter(FilterForm):
    """Unusual looks of one day; today when none is given."""

    day = NearDateField(label="Day", required=False, not_after=timezone.localdate)
