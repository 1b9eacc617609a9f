"""Inviting somebody without an account, and the code at their door."""

from __future__ import annotations

import datetime as dt
import re

from django import forms
from django.utils import timezone

from cases.guests import agreed_to, topics_to_give
from cases.models import Case, Guest, Person
from earlyhelp.access import Actor
from earlyhelp.web.forms import Form, Look, NearDateField
from hubs.models import Category

USUAL_DAYS = 14


class GuestForm(Form):
    """Who is invited, why, to what and until when. Topics are those that the inviter's agency has of the record."""

    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Enter their name"})
    organisation = forms.CharField(
        label="Organisation, or how they know the family",
        max_length=120,
        help_text="For example Riverside Boxing Club, or grandmother. The access log shows this and not the name.",
        error_messages={"required": "Enter their organisation, or how they know the family"},
    )
    email = forms.EmailField(
        label="Email address",
        help_text="The link goes here. The email says nothing about the family.",
        error_messages={"required": "Enter their email address"},
    )
    phone = forms.CharField(
        label="Phone number",
        max_length=30,
        required=False,
        help_text="You tell them the code by phone. Use a number that you know is theirs.",
    )
    why = forms.CharField(
        label="Why do they need to read some of this record?",
        widget=forms.Textarea,
        error_messages={"required": "Enter why they need to read some of this record"},
    )
    topics = forms.TypedMultipleChoiceField(
        label="What may they read?",
        widget=forms.CheckboxSelectMultiple,
        coerce=int,
        help_text="Select as little as they need. You can give only what your agency has of this record.",
        error_messages={"required": "Select what they may read"},
    )
    agreed_by = forms.ModelChoiceField(
        label="Who in the family agreed to this?",
        queryset=Person.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        help_text="If this person takes back their agreement with your agency, the guest sees nothing from then on.",
        error_messages={"required": "Select who in the family agreed"},
    )
    until = NearDateField(
        label="Last day",
        not_before=timezone.localdate,
        not_after=lambda: timezone.localdate() + Guest.LONGEST,
        help_text=f"At most {Guest.LONGEST.days} days from today. For example, 27/3/2026",
        error_messages={"required": "Enter the last day"},
    )
    looks = {
        "email": Look(width=20),
        "phone": Look(width=20),
        "why": Look(rows=3),
        "topics": Look(label_size="s", small=True),
        "agreed_by": Look(label_size="s", small=True),
        "until": Look(width=10),
    }

    def __init__(self, *args, case: Case, actor: Actor, **kwargs):
        kwargs.setdefault("initial", {"until": timezone.localdate() + dt.timedelta(days=USUAL_DAYS)})
        super().__init__(*args, **kwargs)
        self.people = agreed_to(case, actor.agency)
        self.topics = topics_to_give(case, actor)
        self.fields["topics"].choices = [(topic.value, topic.label) for topic in self.topics]
        who = self.fields["agreed_by"]
        who.queryset = Person.objects.filter(pk__in=[person.pk for person in self.people]).order_by(
            "is_child", "born_on", "first_name", "pk"
        )
        who.label_from_instance = lambda person: person.called

    @property
    def can_be_sent(self) -> bool:
        """Whether anybody in the family can agree and the agency has something to give."""
        return bool(self.people and self.topics)

    @property
    def facts(self) -> dict:
        """What cases.actions.guest.invite_guest takes."""
        data = dict(self.cleaned_data)
        return data | {"categories": [Category(topic) for topic in data.pop("topics")]}


class GuestCodeForm(Form):
    """The six digits that somebody told the guest on the telephone."""

    code = forms.CharField(
        label="Code",
        max_length=12,
        help_text="6 digits. The person who invited you tells you by phone.",
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
        ),
        error_messages={"required": "Enter the code"},
    )
    looks = {"code": Look(width=5)}

    def clean_code(self) -> str:
        digits = re.sub(r"[\s-]", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise forms.ValidationError("The code is 6 digits, like 123456")
        return digits
