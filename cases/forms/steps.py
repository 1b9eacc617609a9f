"""Forms for stepping down from children's social care, and for a service that steps in."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from cases.forms.lead import MembershipField
from cases.models import SocialCareClosure
from earlyhelp.web.dates import moment_from
from earlyhelp.web.forms import ClockField, Form, Look, NearDateField
from hubs.models import Agency


class StepDownForm(Form):
    """Handing a family back to early help."""

    reason = forms.CharField(
        label="Why is early help now enough?",
        widget=forms.Textarea,
        help_text="What is safer for each child, and what shows it.",
    )
    outstanding = forms.CharField(
        label="What still has to be done?",
        widget=forms.Textarea,
        required=False,
        help_text="One thing a line. Each becomes an action of the plan.",
    )
    final_on = NearDateField(label="Day of the last child in need meeting", required=False)
    final_time = ClockField(label="Time", required=False)
    final_meeting_place = forms.CharField(
        label="Where it is",
        max_length=200,
        required=False,
        help_text="If somebody takes over before that day, it becomes the hand-over meeting here.",
    )
    proposed_lead = MembershipField(
        label="Who should lead?",
        required=False,
        help_text="They read the record before they answer. Leave empty if the hub should find somebody.",
    )
    agreed_on = NearDateField(
        label="When did the family agree?", not_after=timezone.localdate, initial=timezone.localdate
    )
    family_said = forms.CharField(
        label="What did they say?",
        widget=forms.Textarea,
        required=False,
        help_text="Their own words, and those of each child where you have them.",
    )
    family_agrees = forms.BooleanField(
        label="The family agrees to early help",
        error_messages={
            "required": "Early help needs the family’s agreement. Ask them before you hand over."
        },
    )
    looks = {
        "reason": Look(label_size="s", rows=5),
        "outstanding": Look(label_size="s", rows=4),
        "final_on": Look(label_size="s"),
        "final_time": Look(label_size="s", width=5),
        "final_meeting_place": Look(label_size="s", width=20),
        "agreed_on": Look(label_size="s"),
        "family_said": Look(label_size="s", rows=3),
        "proposed_lead": Look(label_size="s"),
    }

    def __init__(self, *args, memberships, workload, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["proposed_lead"].offer(memberships, workload)

    def clean(self):
        data = super().clean()
        if data.get("final_on") and not data.get("final_time") and "final_time" not in self.errors:
            self.add_error("final_time", "Enter the time of the meeting")
        return data

    def facts(self) -> dict:
        """What was typed, for cases.actions.step_down.propose_step_down."""
        data = dict(self.cleaned_data)
        on, time = data.pop("final_on"), data.pop("final_time")
        return data | {"final_meeting_at": moment_from(on, time) if on else None}


class HubAnswerForm(Form):
    """The hub's answer to a hand-back: name who leads, or return it."""

    answer = forms.ChoiceField(
        label="What does the hub answer?",
        widget=forms.RadioSelect,
        choices=[
            ("name", "Accept, and ask somebody to lead"),
            ("return", "Return it to children’s social care"),
        ],
    )
    lead = MembershipField(label="Who is asked to lead?", required=False)
    reason = forms.CharField(
        label="Reason", widget=forms.Textarea, required=False, help_text="Children’s social care reads this."
    )
    looks = {
        "answer": Look(label_size="s", reveals={"name": "lead", "return": "reason"}),
        "lead": Look(needed="Select who is asked to lead"),
        "reason": Look(rows=3, needed="Give the reason"),
    }

    def __init__(self, *args, memberships, workload, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lead"].offer(memberships, workload)


class CloseForm(Form):
    """Social care's own closure."""

    code = forms.ChoiceField(
        label="Why is social care’s case closed?",
        choices=SocialCareClosure.choices,
        widget=forms.RadioSelect,
        initial=SocialCareClosure.STEPPED_ACROSS,
        help_text="“Stepping across to early help” is RC9.",
    )
    looks = {"code": Look(label_size="s")}


class StepInForm(Form):
    """Asking a service to join."""

    to_agency = forms.ModelChoiceField(label="Which service do you ask?", queryset=Agency.objects.none())
    asked_for = forms.CharField(
        label="What do you ask them to do?",
        widget=forms.Textarea,
        help_text="They read this, and nothing of the record until they join.",
        error_messages={"required": "Say what you ask them to do"},
    )
    reason = forms.CharField(
        label="Why now?",
        widget=forms.Textarea,
        help_text="What has changed for the family.",
        error_messages={"required": "Say why now"},
    )
    family_agrees = forms.BooleanField(
        label="The family was asked and wants this help",
        error_messages={"required": "Ask the family first. Help is theirs to accept."},
    )
    looks = {
        "to_agency": Look(label_size="s", search=True),
        "asked_for": Look(label_size="s", rows=4),
        "reason": Look(label_size="s", rows=3),
    }

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_agency"].queryset = agencies


class AnswerStepInForm(Form):
    """The service's answer: a named worker, something else, or no."""

    answer = forms.ChoiceField(
        label="What do you answer?",
        widget=forms.RadioSelect,
        choices=[
            ("join", "We help: this person joins the team"),
            ("offer", "We offer something else"),
            ("decline", "We cannot help"),
        ],
    )
    worker = MembershipField(label="Who joins?", required=False)
    offer = forms.CharField(label="What do you offer instead?", widget=forms.Textarea, required=False)
    reason = forms.CharField(label="Why not?", widget=forms.Textarea, required=False)
    looks = {
        "answer": Look(label_size="s", reveals={"join": "worker", "offer": "offer", "decline": "reason"}),
        "worker": Look(needed="Select who joins the team"),
        "offer": Look(rows=3, needed="Say what you can offer instead"),
        "reason": Look(rows=3, needed="Say why you cannot help"),
    }

    def __init__(self, *args, memberships, workload, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["worker"].offer(memberships, workload)
