"""Forms for stepping up to children's social care and down again."""

from __future__ import annotations

from django import forms

from cases.forms.lead import MembershipField
from cases.models import StepUpBasis, StepUpKind, Threshold
from earlyhelp.web.forms import ClockField, Form, Look, NearDateField
from hubs.models import Agency


class StepUpForm(Form):
    """Why children's social care is needed. What is typed is shown once more before it is sent."""

    kind = forms.ChoiceField(
        label="What has led to this?", choices=StepUpKind.choices, widget=forms.RadioSelect
    )
    to_agency = forms.ModelChoiceField(label="Who decides?", queryset=Agency.objects.none())
    threshold = forms.MultipleChoiceField(
        label="What worries you?",
        choices=Threshold.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Select all that apply.",
        error_messages={"required": "Select what worries you"},
    )
    reason = forms.CharField(
        label="What has happened, and what is it like for each child?",
        widget=forms.Textarea,
        help_text="Facts first, with dates. Then what you make of them.",
    )
    working_well = forms.CharField(label="What is working well?", widget=forms.Textarea, required=False)
    tried = forms.CharField(
        label="What has been tried, and what came of it?", widget=forms.Textarea, required=False
    )
    basis = forms.ChoiceField(
        label="Why may you share this?",
        choices=StepUpBasis.choices,
        widget=forms.RadioSelect,
        help_text="You do not need the family’s agreement when a child is at risk of harm.",
    )
    told = forms.ChoiceField(
        label="Does the family know?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        help_text="Tell them, unless that would put somebody at more risk.",
    )
    why_family_not_told = forms.CharField(label="Why not?", widget=forms.Textarea, required=False)

    looks = {
        "kind": Look(label_size="m"),
        "to_agency": Look(label_size="m"),
        "threshold": Look(label_size="m", small=True),
        "reason": Look(label_size="m", rows=7),
        "working_well": Look(label_size="m", rows=3),
        "tried": Look(label_size="m", rows=3),
        "basis": Look(
            label_size="m",
            hints={
                "consent": "Recorded under Sharing for children’s social care",
                "risk_of_harm": "Recorded now as the basis for sharing, with your reasons",
            },
        ),
        "told": Look(label_size="m", reveals={"no": "why_family_not_told"}),
        "why_family_not_told": Look(rows=2, needed="Say why the family has not been told"),
    }

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_agency"].queryset = agencies
        if len(agencies) == 1:
            self.fields["to_agency"].initial = agencies[0]

    def facts(self) -> dict:
        """What was typed, for cases.actions.step_up.send_step_up."""
        data = dict(self.cleaned_data)
        return data | {"family_told": data.pop("told") == "yes"}


class DecideForm(Form):
    """The answer of children's social care."""

    answer = forms.ChoiceField(
        label="What do you decide?",
        widget=forms.RadioSelect,
        choices=[
            ("accept", "Accept: children’s social care takes the case on"),
            ("return", "Return it: early help goes on"),
        ],
    )
    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea,
        help_text="The sender reads this. Say what should happen next.",
    )
    looks = {"answer": Look(label_size="s"), "reason": Look(label_size="s", rows=4)}


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
    proposed_lead = MembershipField(
        label="Who should lead?",
        required=False,
        help_text="They read the record before they answer. Leave empty if the hub should find somebody.",
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
        from cases.forms.meeting import moment_from

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
