"""Forms of panels: the panel itself, its members, its dates and general notes."""

from __future__ import annotations

import re

from django import forms
from django.utils import timezone

from cases.forms.who import professional
from cases.models import (
    Attendance,
    Panel,
    PanelKind,
    PanelRhythm,
    Sitting,
)
from cases.scheduling.arranging import call_link_field
from earlyhelp.web.dates import moment_from
from earlyhelp.web.forms import ClockField, Form, Look, NearDateField
from hubs.models import Membership

TERMS = (
    "The panel hears requests for help that families agreed to, says which services can help, and suggests a plan. "
    "The family decides what help it accepts."
)
YES_NO = [("yes", "Yes"), ("no", "No")]


class MembershipField(forms.ChoiceField):
    """One of the memberships offered to the form; gives a Membership. Call `offer(memberships)` first."""

    def offer(self, memberships) -> None:
        self._by_key = {str(each.pk): each for each in memberships}
        self.choices = [("", "Select a person"), *((k, professional(m)) for k, m in self._by_key.items())]

    def clean(self, value):
        return self._by_key.get(super().clean(value))


class PanelForm(Form):
    """A panel's name, how often it sits and what it is for. Where it belongs is asked when it is started."""

    kind = forms.ChoiceField(
        label="What kind of panel is it?",
        widget=forms.RadioSelect,
        choices=PanelKind.choices,
        initial=PanelKind.ALLOCATION,
    )
    name = forms.CharField(label="Name", max_length=120)
    hub = forms.ChoiceField(label="District")
    agency = forms.ChoiceField(label="School", required=False)
    rhythm = forms.ChoiceField(label="How often does it sit?", choices=PanelRhythm.choices)
    chair = MembershipField(label="Who chairs it?")
    terms = forms.CharField(label="Terms of reference", widget=forms.Textarea, initial=TERMS)
    needs_assessment = forms.ChoiceField(
        label="Does it take only families with a registered assessment?",
        widget=forms.RadioSelect,
        choices=YES_NO,
        initial="no",
    )
    looks = {
        "kind": Look(
            label_size="s",
            hints={
                "school": "Several pupils of one school and their families",
                "allocation": "Managers of a district’s services say who can help",
            },
            reveals={"school": "agency"},
        ),
        "name": Look(label_size="s"),
        "hub": Look(label_size="s"),
        "agency": Look(label_size="s", needed="Select the school", search=True),
        "rhythm": Look(label_size="s"),
        "chair": Look(label_size="s", search=True),
        "terms": Look(label_size="s", rows=5),
        "needs_assessment": Look(label_size="s", inline=True),
    }

    def __init__(self, *args, hubs=(), schools=(), people=(), panel: Panel | None = None, **kwargs):
        if panel:
            kwargs["initial"] = {
                "name": panel.name,
                "rhythm": panel.rhythm,
                "terms": panel.terms,
                "chair": str(panel.chair_id),
                "needs_assessment": "yes" if panel.needs_assessment else "no",
            }
        super().__init__(*args, **kwargs)
        self.fields["chair"].offer(people)
        if panel:
            for name in ("kind", "hub", "agency"):
                del self.fields[name]
            return
        self._hubs = {str(each.pk): each for each in hubs}
        self._schools = {str(each.pk): each for each in schools}
        self.fields["hub"].choices = [(key, each.name) for key, each in self._hubs.items()]
        self.fields["agency"].choices = [
            ("", "Select a school"),
            *((key, each.name) for key, each in self._schools.items()),
        ]

    def facts(self) -> dict:
        """What was typed, for start_panel or change_panel."""
        data = {**self.cleaned_data, "needs_assessment": self.cleaned_data["needs_assessment"] == "yes"}
        if "hub" in data:
            data["hub"] = self._hubs[data["hub"]]
            is_school = data["kind"] == PanelKind.SCHOOL
            data["agency"] = self._schools.get(data.get("agency", "")) if is_school else None
        return data


class MemberForm(Form):
    """One more member."""

    membership = MembershipField(label="Who sits on the panel?")
    looks = {"membership": Look(label_size="s", search=True)}

    def __init__(self, *args, people=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].offer(people)


class SignForm(Form):
    """The confidentiality agreement, signed by a member for themself."""

    agreed = forms.BooleanField(
        label="I have read this and will keep to it",
        error_messages={"required": "Tick the box to sign. Without it you can read no item."},
    )


class SittingForm(Form):
    """When and where a panel sits."""

    on = NearDateField(label="Day", not_before=timezone.localdate)
    starts = ClockField(label="Start time")
    ends = ClockField(label="End time")
    place = forms.CharField(label="Place", max_length=200, required=False)
    call_link = call_link_field()
    looks = {
        "on": Look(label_size="s"),
        "starts": Look(label_size="s", width=5),
        "ends": Look(label_size="s", width=5),
        "place": Look(label_size="s"),
        "call_link": Look(label_size="s"),
    }

    def __init__(self, *args, sitting: Sitting | None = None, **kwargs):
        if sitting:
            start, end = timezone.localtime(sitting.starts_at), timezone.localtime(sitting.ends_at)
            kwargs["initial"] = {
                "on": start.date(),
                "starts": start.time(),
                "ends": end.time(),
                "place": sitting.place,
                "call_link": sitting.call_link,
            }
        super().__init__(*args, **kwargs)

    def clean(self):
        data = super().clean()
        if data.get("starts") and data.get("ends") and data["ends"] <= data["starts"]:
            self.add_error("ends", "End time must be after the start time")
        return data

    def facts(self) -> dict:
        """What was typed, for arrange_sitting or change_sitting."""
        data = self.cleaned_data
        return {
            "starts_at": moment_from(data["on"], data["starts"]),
            "ends_at": moment_from(data["on"], data["ends"]),
            "place": data["place"],
            "call_link": data["call_link"],
        }


class ReasonForm(Form):
    """Why something is cancelled or taken back."""

    reason = forms.CharField(label="Why?", max_length=200, widget=forms.Textarea)
    looks = {"reason": Look(label_size="s", rows=3)}


class AttendanceForm(Form):
    """Who came to a sitting: one question for each member."""

    def __init__(self, *args, members: list[Membership], **kwargs):
        self.members = {f"came_{each.pk}": each for each in members}
        super().__init__(*args, **kwargs)
        for name, membership in self.members.items():
            field = forms.ChoiceField(
                label=professional(membership),
                widget=forms.RadioSelect,
                choices=Attendance.choices,
                error_messages={"required": f"Say whether {membership.user.full_name} was there"},
            )
            field.look = Look(label_size="s", inline=True, small=True)  # type: ignore[attr-defined]
            self.fields[name] = field

    def attendance(self) -> dict[Membership, str]:
        return {membership: self.cleaned_data[name] for name, membership in self.members.items()}


class GeneralNoteForm(Form):
    """A note for everybody on the panel. Words that name a family on the agenda are asked about first."""

    text = forms.CharField(
        label="Add a general note",
        widget=forms.Textarea,
        help_text="Everybody on the panel reads it. Write nothing about a family here: use that family’s item.",
    )
    no_family = forms.BooleanField(
        label="It names no family on the agenda", required=False, widget=forms.CheckboxInput
    )
    looks = {"text": Look(label_size="s", rows=3)}

    def __init__(self, *args, names: set[str] = frozenset(), **kwargs):
        self.names = names
        super().__init__(*args, **kwargs)

    @property
    def asks(self) -> bool:
        """Whether the words look like a family's, and its writer has not said otherwise."""
        return bool(self.data) and bool(self.data.get("text", "").strip()) and "text" in self.errors

    def clean_text(self):
        text = self.cleaned_data["text"]
        words = {word.casefold() for word in re.findall(r"[\w’'-]+", text)}
        found = {word.removesuffix("’s").removesuffix("'s") for word in words} & set(self.names)
        if found and not self.data.get("no_family"):
            raise forms.ValidationError(
                "This looks like the name or reference of a family on the agenda. Write it under that family’s item, "
                "or tick that it names no family."
            )
        return text
