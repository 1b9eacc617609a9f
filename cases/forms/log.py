"""The access log's filter."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from earlyhelp.audit.models import Level
from earlyhelp.web.forms import FilterForm, NearDateField
from hubs.models import Agency


class AccessLogFilter(FilterForm):
    level = forms.ChoiceField(label="Show", required=False, choices=[("", "Everything"), *Level.choices])
    agency = forms.ModelChoiceField(
        label="Agency", queryset=Agency.objects.order_by("name"), required=False, empty_label="All agencies"
    )
    since = NearDateField(label="From", required=False)
    until = NearDateField(label="To", required=False)

    def narrow(self, events):
        """The events that were asked for; the last day is included."""
        data = self.cleaned_data
        if data.get("level"):
            events = events.filter(level=data["level"])
        if data.get("agency"):
            events = events.filter(agency_id=data["agency"].pk)
        if data.get("since"):
            events = events.filter(at__gte=_midnight(data["since"]))
        if data.get("until"):
            events = events.filter(at__lt=_midnight(data["until"] + dt.timedelta(days=1)))
        return events


class DayFilter(FilterForm):
    """Unusual looks of one day; today when none is given."""

    day = NearDateField(label="Day", required=False, not_after=timezone.localdate)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
