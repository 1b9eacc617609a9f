"""Forms of a meeting: answering, writing, cancelling and ending it. Arranging one: cases.scheduling.forms."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from cases.forms.plan import ActionForm, category_field
from cases.forms.who import WhoField
from cases.models import AgendaItem, Attendance, Case, Invitation, InvitationAnswer, Meeting, MinuteKind
from cases.scheduling.arranging import which_field
from earlyhelp.web.dates import moment_from
from earlyhelp.web.forms import ClockField, Form, Look, NearDateField


class AnswerForm(Form):
    """Whether somebody comes. Who cannot may write down what they want to say."""

    answer = forms.ChoiceField(
        label="Will you come?",
        widget=forms.RadioSelect,
        choices=[(InvitationAnswer.ACCEPTED, "Yes"), (InvitationAnswer.DECLINED, "No, I send apologies")],
    )
    note = forms.CharField(
        label="Anything to add?",
        max_length=200,
        required=False,
        help_text="For example: by phone, or only from 2pm",
    )
    contribution = forms.CharField(
        label="What would you like the meeting to know?",
        widget=forms.Textarea,
        required=False,
        help_text="It is read with the minutes, in your name.",
    )
    item = forms.ModelChoiceField(
        label="Which part of the agenda is it about?",
        queryset=AgendaItem.objects.none(),
        required=False,
        empty_label="The meeting as a whole",
        help_text="It is read when the meeting comes to it, by those who may see that part.",
    )
    category = category_field()
    looks = {
        "answer": Look(label_size="s", inline=True),
        "note": Look(label_size="s"),
        "contribution": Look(label_size="s", rows=4),
        "item": Look(label_size="s"),
        "category": Look(label_size="s"),
    }

    def __init__(self, *args, meeting: Meeting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = meeting.agenda.filter(removed_at=None)


class FamilyAnswerForm(Form):
    """What a member of the family answered."""

    answer = forms.ChoiceField(
        label="Will they come?",
        widget=forms.RadioSelect,
        choices=[(InvitationAnswer.ACCEPTED, "Yes"), (InvitationAnswer.DECLINED, "No")],
    )
    note = forms.CharField(
        label="Anything to add?",
        max_length=200,
        required=False,
        help_text="For example: by phone, or brings a friend",
    )
    looks = {"answer": Look(label_size="s", inline=True), "note": Look(label_size="s")}


class MinuteForm(Form):
    """One entry of the minutes, a decision, or the words of an action."""

    text = forms.CharField(label="Add to the minutes", widget=forms.Textarea)
    kind = forms.ChoiceField(
        label="This is",
        widget=forms.RadioSelect,
        initial=MinuteKind.FACT,
        choices=[("fact", "a fact"), ("said", "what someone said"), ("view", "a professional view")],
    )
    who = forms.CharField(label="Who said it, or who agreed?", max_length=120, required=False)
    looks = {
        "text": Look(label_size="s", rows=3),
        "kind": Look(inline=True, small=True),
        "who": Look(width=20),
    }


class AgreedActionForm(ActionForm):
    """An action that the meeting agrees."""


class InviteForm(Form):
    someone = WhoField(label="Who else?")
    looks = {"someone": Look(label_size="s")}

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["someone"].offer(case, guests=True)


class CancelForm(Form):
    reason = forms.CharField(label="Why is it cancelled?", max_length=200)
    which = which_field()
    looks = {"reason": Look(label_size="s"), "which": Look(label_size="s")}

    def __init__(self, *args, has_following: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if not has_following:
            del self.fields["which"]


def attendance_so_far(invitation: Invitation, *, was_noted: bool) -> str | None:
    """What the end of a meeting proposes: whoever came into the room was there; of the others, what they answered.

    Args:
        was_noted: whether anybody's arrival was noted; then whoever meant to come and is not among them was not there.
    """
    if invitation.arrived_at:
        return Attendance.ATTENDED
    if invitation.answer == InvitationAnswer.DECLINED:
        return Attendance.APOLOGIES
    if invitation.answer == InvitationAnswer.ACCEPTED:
        return Attendance.ABSENT if was_noted else Attendance.ATTENDED
    return None


class EndForm(Form):
    """Who was there, and when people meet next."""

    next_on = NearDateField(
        label="Day of the next meeting",
        required=False,
        not_before=timezone.localdate,
        help_text="It is arranged at once with the same people, and its agenda drafted from the plan. "
        "For example, 27/3/2026",
    )
    next_time = ClockField(label="Start time", required=False)
    looks = {"next_on": Look(label_size="s"), "next_time": Look(label_size="s", width=5)}

    def __init__(self, *args, meeting: Meeting, invitations, **kwargs):
        super().__init__(*args, **kwargs)
        self.invitations = {f"was_{i.pk}": i for i in invitations}
        was_noted = any(i.arrived_at for i in invitations)
        asked = {}
        for name, invitation in self.invitations.items():
            initial = attendance_so_far(invitation, was_noted=was_noted)
            field = forms.ChoiceField(
                label=invitation.name,
                choices=Attendance.choices,
                widget=forms.RadioSelect,
                initial=initial,
                error_messages={"required": f"Say whether {invitation.name} was there"},
            )
            field.look = Look(inline=True, small=True, label_size="s")
            asked[name] = field
        self.fields = asked | self.fields

    def clean(self):
        data = super().clean()
        if data.get("next_on") and not data.get("next_time") and "next_time" not in self.errors:
            self.add_error("next_time", "Enter the start time of the next meeting")
        return data

    def facts(self) -> dict:
        data = self.cleaned_data
        return {
            "attendance": {invitation: data[name] for name, invitation in self.invitations.items()},
            "next_starts_at": moment_from(data["next_on"], data["next_time"])
            if data.get("next_on")
            else None,
        }
