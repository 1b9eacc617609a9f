"""Forms for stepping up: the planned way, an incident, the decision, and advice that was asked for."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from cases.models import Asked, ConsultationStatus, Meeting, StepUpBasis, Threshold
from cases.pack import ALWAYS
from earlyhelp.web.dates import day, moment_from
from earlyhelp.web.forms import ClockField, Form, Look, NearDateField
from hubs.models import Agency, Category

NO_MEETING = "none"
CHOSEN = [(int(each), each.label) for each in Category if each not in ALWAYS]


class _SentToSocialCare(Form):
    """What both flows ask: who decides, and whether the family knows."""

    to_agency = forms.ModelChoiceField(label="Who decides?", queryset=Agency.objects.none())
    told = forms.ChoiceField(
        label="Does the family know?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        help_text="Tell them, unless that would put somebody at more risk.",
    )
    why_family_not_told = forms.CharField(label="Why not?", widget=forms.Textarea, required=False)

    looks = {
        "to_agency": Look(label_size="m"),
        "told": Look(label_size="m", reveals={"no": "why_family_not_told"}),
        "why_family_not_told": Look(rows=2, needed="Say why the family has not been told"),
    }

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_agency"].queryset = agencies
        if len(agencies) == 1:
            self.fields["to_agency"].initial = agencies[0]

    def facts(self) -> dict:
        data = dict(self.cleaned_data)
        return data | {"family_told": data.pop("told") == "yes"}


class StepUpForm(_SentToSocialCare):
    """A planned escalation. What is typed is shown once more, with the pack, before it is sent."""

    threshold = forms.MultipleChoiceField(
        label="What worries you?",
        choices=Threshold.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Select all that apply.",
        error_messages={"required": "Select what worries you"},
    )
    reason = forms.CharField(
        label="What is it like for each child?",
        widget=forms.Textarea,
        help_text="Facts first, with dates. Then what you make of them.",
        error_messages={"required": "Say what it is like for each child"},
    )
    tried = forms.CharField(
        label="What has been tried, and what came of it?",
        widget=forms.Textarea,
        help_text="The plan, who did what, and why it was not enough.",
        error_messages={"required": "Say what has been tried, and what came of it"},
    )
    working_well = forms.CharField(label="What is working well?", widget=forms.Textarea, required=False)
    meeting = forms.ChoiceField(
        label="Where was this talked over with the family and the team?", widget=forms.RadioSelect
    )
    why_no_meeting = forms.CharField(label="Why was there no meeting?", widget=forms.Textarea, required=False)
    basis = forms.ChoiceField(
        label="Why may you share this?",
        choices=StepUpBasis.choices,
        widget=forms.RadioSelect,
        help_text="You do not need the family’s agreement when a child is at risk of harm.",
    )
    categories = forms.TypedMultipleChoiceField(
        label="What goes with it?",
        choices=CHOSEN,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=[code for code, _words in CHOSEN],
        help_text="Family and safeguarding always go. Send only what social care needs to decide.",
    )

    field_order = ["threshold", "reason", "tried", "working_well", "meeting", "why_no_meeting", "basis", "categories",
                   "to_agency", "told", "why_family_not_told"]  # fmt: skip
    looks = _SentToSocialCare.looks | {
        "threshold": Look(label_size="m", small=True),
        "reason": Look(label_size="m", rows=7),
        "tried": Look(label_size="m", rows=4),
        "working_well": Look(label_size="m", rows=3),
        "meeting": Look(label_size="m", reveals={NO_MEETING: "why_no_meeting"}),
        "why_no_meeting": Look(rows=2, needed="Say why there was no meeting"),
        "basis": Look(
            label_size="m",
            hints={
                "consent": "Recorded under Sharing for children’s social care",
                "risk_of_harm": "Recorded now as the basis for sharing, with your reasons",
            },
        ),
        "categories": Look(label_size="m", small=True),
    }

    def __init__(self, *args, meetings: list[Meeting], **kwargs):
        super().__init__(*args, **kwargs)
        self._meetings = {str(each.pk): each for each in meetings}
        self.fields["meeting"].choices = [
            *((key, f"{each.title}, {day(each.starts_at)}") for key, each in self._meetings.items()),
            (NO_MEETING, "There was no meeting"),
        ]
        if not meetings:
            self.fields["meeting"].initial = NO_MEETING

    def facts(self) -> dict:
        """What was typed, for cases.actions.step_up.send_step_up."""
        data = super().facts()
        return data | {"meeting": self._meetings.get(data["meeting"])}


class IncidentForm(_SentToSocialCare):
    """Something has happened. As few questions as can be, and no second page: it goes as soon as it is sent."""

    reason = forms.CharField(
        label="What has happened?",
        widget=forms.Textarea,
        help_text="Who was there, what you saw or were told, and by whom.",
        error_messages={"required": "Say what has happened"},
    )
    happened_on = NearDateField(
        label="Day it happened",
        not_after=timezone.localdate,
        help_text="If you are not sure, the day you were told.",
    )
    happened_time = ClockField(label="Time it happened", help_text="For example, 9:30pm. Roughly is enough.")
    safe_now = forms.CharField(
        label="Who is safe now, and where?",
        widget=forms.Textarea,
        help_text="Each child, and who is with them. If you do not know, write that.",
        error_messages={"required": "Say who is safe now. If you do not know, write that"},
    )
    threshold = forms.MultipleChoiceField(
        label="What worries you?",
        choices=Threshold.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    rang_whom = forms.CharField(
        label="If you have rung them: who did you speak to?", max_length=120, required=False
    )
    rang_time = ClockField(label="At what time?", required=False)

    field_order = ["reason", "happened_on", "happened_time", "safe_now", "rang_whom", "rang_time", "to_agency", "told",
                   "why_family_not_told", "threshold"]  # fmt: skip
    looks = _SentToSocialCare.looks | {
        "reason": Look(label_size="m", rows=6),
        "happened_on": Look(label_size="s"),
        "happened_time": Look(label_size="s", width=5),
        "safe_now": Look(label_size="m", rows=3),
        "rang_whom": Look(label_size="s", width=20),
        "rang_time": Look(label_size="s", width=5),
        "threshold": Look(label_size="m", small=True),
    }

    def clean(self):
        data = super().clean()
        if data.get("rang_whom") and not data.get("rang_time") and "rang_time" not in self.errors:
            self.add_error("rang_time", "Enter the time you rang them")
        if data.get("happened_on") and data.get("happened_time") and self._happened() > timezone.now():
            self.add_error("happened_time", "Enter a time that is not ahead")
        return data

    def _happened(self) -> dt.datetime:
        return moment_from(self.cleaned_data["happened_on"], self.cleaned_data["happened_time"])

    def facts(self) -> dict:
        """What was typed, for cases.actions.step_up.tell_incident."""
        data = super().facts() | {"happened_at": self._happened()}
        data.pop("happened_on")
        data.pop("happened_time")
        clock = data.pop("rang_time")
        return data | {"rang_at": latest_moment(clock) if clock and data["rang_whom"] else None}


def latest_moment(clock: dt.time) -> dt.datetime:
    """The last time it was this o'clock: today, or yesterday when that lies ahead."""
    found = moment_from(timezone.localdate(), clock)
    return found if found <= timezone.now() else found - dt.timedelta(days=1)


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


class ConsultationForm(Form):
    """Advice that somebody asked for."""

    asked = forms.ChoiceField(label="Whom did you ask?", choices=Asked.choices, widget=forms.RadioSelect)
    adviser = forms.CharField(
        label="Name and role of who gave the advice",
        max_length=160,
        error_messages={"required": "Enter who gave the advice"},
    )
    asked_on = NearDateField(label="Day", not_after=timezone.localdate)
    asked_time = ClockField(label="Time")
    named = forms.ChoiceField(
        label="Did you name the family?",
        widget=forms.RadioSelect,
        choices=[("yes", "Yes"), ("no", "No, I asked in general terms")],
    )
    question = forms.CharField(
        label="What did you ask?",
        widget=forms.Textarea,
        error_messages={"required": "Say what you asked"},
    )
    advice = forms.CharField(
        label="What did they advise?",
        widget=forms.Textarea,
        error_messages={"required": "Say what they advised"},
    )
    looks = {
        "asked": Look(label_size="s"),
        "adviser": Look(label_size="s", width=20),
        "asked_on": Look(label_size="s"),
        "asked_time": Look(label_size="s", width=5),
        "named": Look(label_size="s"),
        "question": Look(label_size="s", rows=4),
        "advice": Look(label_size="s", rows=4),
    }

    def clean(self):
        data = super().clean()
        if data.get("asked_on") and data.get("asked_time") and self._asked_at() > timezone.now():
            self.add_error("asked_time", "Enter a time that is not ahead")
        return data

    def _asked_at(self) -> dt.datetime:
        return moment_from(self.cleaned_data["asked_on"], self.cleaned_data["asked_time"])

    def facts(self) -> dict:
        """What was typed, for cases.actions.consultation.record_consultation."""
        data = dict(self.cleaned_data) | {"asked_at": self._asked_at()}
        data.pop("asked_on")
        data.pop("asked_time")
        return data | {"family_named": data.pop("named") == "yes"}


class AdviceForm(Form):
    """What was done about advice."""

    status = forms.ChoiceField(
        label="Did you follow the advice?",
        widget=forms.RadioSelect,
        choices=[
            (ConsultationStatus.FOLLOWED, "Yes"),
            (ConsultationStatus.PARTLY, "In part"),
            (ConsultationStatus.NOT_FOLLOWED, "No"),
        ],
    )
    why = forms.CharField(
        label="What did you do, and why?",
        widget=forms.Textarea,
        required=False,
        help_text="Needed when you did something else.",
    )
    looks = {"status": Look(label_size="s"), "why": Look(label_size="s", rows=4)}

    def clean(self):
        data = super().clean()
        if data.get("status") in (
            ConsultationStatus.PARTLY,
            ConsultationStatus.NOT_FOLLOWED,
        ) and not data.get("why"):
            self.add_error("why", "Say what you did instead, and why")
        return data
