"""Filters of the list of families, and finding one."""

from __future__ import annotations

from django import forms

from earlyhelp.access import Actor
from earlyhelp.web.forms import DatePartsField, FilterForm, Form, Look
from hubs.models import Hub

SHOW = [
    ("", "All open families"),
    ("mine", "Families I work with"),
    ("late", "Review overdue"),
    ("no_lead", "Nobody leads"),
    ("drifting", "May be drifting, led by me or in my hub"),
    ("stepped_up", "With children’s social care"),
    ("closed", "Closed"),
]


class FamilyListFilter(FilterForm):
    show = forms.ChoiceField(label="Show", choices=SHOW, required=False)
    hub = forms.ModelChoiceField(
        label="Hub", queryset=Hub.objects.none(), required=False, empty_label="All hubs"
    )

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor = actor
        if len(actor.hub_ids) > 1:
            self.fields["hub"].queryset = Hub.objects.filter(pk__in=actor.hub_ids)
        else:
            del self.fields["hub"]


class FindForm(Form):
    """Whom are you looking for? Sent by POST: no name stands in an address."""

    words = forms.CharField(
        label="Name or reference",
        max_length=120,
        required=False,
        help_text="Any part of a name, in any order, or a reference such as WM-20418",
    )
    born_on = DatePartsField(label="Date of birth", required=False)
    postcode = forms.CharField(label="Postcode", max_length=12, required=False)
    number = forms.CharField(label="NHS number or UPN", max_length=20, required=False)
    looks = {
        "words": Look(width=20),
        "postcode": Look(width=10),
        "number": Look(width=20),
        "born_on": Look(label_size="s"),
    }

    def clean(self):
        data = super().clean()
        if not any(data.get(name) for name in ("words", "number")) and not self.errors:
            self.add_error("words", "Enter a name, a reference or a number")
        return data
