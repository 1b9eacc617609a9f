"""Forms of a meeting, before, during and after."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from cases.forms.plan import ActionForm, category_field
from cases.forms.who import WhoField, family_of, key_of, professional, relative, team_of
from cases.models import Attendance, Case, InvitationAnswer, Meeting, MeetingKind, MinuteKind
from earlyhelp.web.forms import ClockField, Form, Look, NearDateField


def moment_from(day: dt.date, time: dt.time) -> dt.datetime:
    """A day and a time of day in England as one moment."""
    return timezone.make_aware(dt.datetime.combine(day, time))


class MeetingForm(Form):
    """When, where and who chairs; on a new meeting also whom to ask and what to talk about, all on one page."""

    kind = forms.ChoiceField(
        label="What kind of meeting is it?", choices=MeetingKind.choices, initial=MeetingKind.REVIEW
    )
    title = forms.CharField(
        label="Title", max_length=120, help_text="Without names: it is shown in calendars"
    )
    on = NearDateField(label="Day", not_before=timezone.localdate)
    starts = ClockField(label="Start time")
    ends = ClockField(label="End time")
    place = forms.CharField(label="Place", max_length=200, required=False)
    call_link = forms.URLField(
        label="Link to the call",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="From Teams, Zoom or whatever your partnership uses",
    )
    chair = WhoField(label="Who chairs?")
    purpose = forms.CharField(label="What is it for?", widget=forms.Textarea, required=False)
    team = forms.MultipleChoiceField(
        label="Who to ask from the team", widget=forms.CheckboxSelectMultiple, required=False
    )
    family = forms.MultipleChoiceField(
        label="Who to ask from the family", widget=forms.CheckboxSelectMultiple, required=False
    )
    agenda = forms.MultipleChoiceField(
        label="Agenda",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Drafted from the plan. Take out what you do not need.",
    )
    more = forms.CharField(
        label="Anything else to talk about?",
        widget=forms.Textarea,
        required=False,
        help_text="One item a line",
    )

    looks = {
        "kind": Look(label_size="s"),
        "title": Look(label_size="s"),
        "on": Look(label_size="s"),
        "starts": Look(label_size="s", width=5),
        "ends": Look(label_size="s", width=5),
        "place": Look(label_size="s"),
        "call_link": Look(label_size="s"),
        "chair": Look(label_size="s"),
        "purpose": Look(label_size="s", rows=2),
        "team": Look(label_size="s", small=True),
        "family": Look(label_size="s", small=True),
        "agenda": Look(label_size="s", small=True),
        "more": Look(label_size="s", rows=2),
    }

    def __init__(self, *args, case: Case, drafts=(), meeting: Meeting | None = None, actor=None, **kwargs):
        self.case, self.drafts = case, {draft.key: draft for draft in drafts}
        if meeting:
            start, end = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
            kwargs["initial"] = {
                "title": meeting.title,
                "on": start.date(),
                "starts": start.time(),
                "ends": end.time(),
                "place": meeting.place,
                "call_link": meeting.call_link,
                "purpose": meeting.purpose,
                "chair": key_of(meeting.chair),
            }
        super().__init__(*args, **kwargs)
        self.fields["chair"].offer(case, family=False)
        if meeting:
            for name in ("kind", "team", "family", "agenda", "more"):
                del self.fields[name]
            return
        team, family = team_of(case), family_of(case)
        self._people = {key_of(someone): someone for someone in [*team, *family]}
        self.fields["team"].choices = [(key_of(m), professional(m)) for m in team]
        self.fields["family"].choices = [(key_of(p), relative(p)) for p in family]
        self.fields["agenda"].choices = [(d.key, f"{d.title} ({d.minutes} minutes)") for d in drafts]
        # Who only decides on a step-up is not asked to meetings unless somebody wants that.
        deciding = set(case.step_ups.waiting().values_list("seat__membership", flat=True))
        mine = next((key_of(m) for m in team if actor and m.pk == actor.membership.pk), "")
        self.initial = {
            "kind": MeetingKind.REVIEW,
            "title": "Review meeting",
            "chair": mine,
            "team": [key_of(m) for m in team if m.pk not in deciding],
            "family": [key_of(p) for p in family if not p.is_child],
            "agenda": list(self.drafts),
        } | self.initial

    def clean(self):
        data = super().clean()
        if data.get("starts") and data.get("ends") and data["ends"] <= data["starts"]:
            self.add_error("ends", "End time must be after the start time")
        return data

    def facts(self) -> dict:
        """What was typed, for cases.actions.meeting.arrange_meeting or change_meeting."""
        data = self.cleaned_data
        facts = {name: data[name] for name in ("title", "place", "call_link", "purpose", "chair")}
        facts |= {
            "starts_at": moment_from(data["on"], data["starts"]),
            "ends_at": moment_from(data["on"], data["ends"]),
        }
        if "agenda" not in self.fields:
            return facts
        from cases.agenda import AgendaDraft
        from cases.models import AgendaKind

        more = [line.strip()[:160] for line in data["more"].splitlines() if line.strip()]
        return facts | {
            "kind": data["kind"],
            "invite": [self._people[key] for key in [*data["team"], *data["family"]]],
            "agenda": [self.drafts[key] for key in self.drafts if key in data["agenda"]]
            + [AgendaDraft(f"more-{n}", line, AgendaKind.NEW, 5) for n, line in enumerate(more)],
        }


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
    category = category_field()
    looks = {
        "answer": Look(label_size="s", inline=True),
        "note": Look(label_size="s"),
        "contribution": Look(label_size="s", rows=4),
        "category": Look(label_size="s"),
    }


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


class AgendaItemForm(Form):
    title = forms.CharField(label="What do you want to talk about?", max_length=160)
    minutes_planned = forms.IntegerField(label="How long, in minutes?", min_value=1, max_value=120, initial=5)
    category = category_field()
    looks = {
        "title": Look(label_size="s"),
        "minutes_planned": Look(label_size="s", width=3),
        "category": Look(label_size="s"),
    }


class InviteForm(Form):
    someone = WhoField(label="Who else?")
    looks = {"someone": Look(label_size="s")}

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["someone"].offer(case)


class CancelForm(Form):
    reason = forms.CharField(label="Why is it cancelled?", max_length=200)
    looks = {"reason": Look(label_size="s")}


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
        asked = {}
        for name, invitation in self.invitations.items():
            initial = {
                InvitationAnswer.ACCEPTED: Attendance.ATTENDED,
                InvitationAnswer.DECLINED: Attendance.APOLOGIES,
            }.get(invitation.answer)
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
