"""Forms about joining, cover, handing on, and a volunteer's task."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from cases.actions.lead import Agreed
from cases.forms.lead import MembershipField, agreed_fields
from cases.forms.who import professional
from earlyhelp.web.dates import day
from earlyhelp.web.forms import Form, Look, NearDateField
from hubs.models import Hub


class SearchedForm(Form):
    """What was typed to find somebody, carried along in hidden fields: never in an address."""

    words = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)
    born_on = forms.DateField(required=False, widget=forms.HiddenInput)
    postcode = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    number = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    hub = forms.ModelChoiceField(queryset=Hub.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["hub"].queryset = Hub.objects.all()


class AskToJoinForm(SearchedForm):
    """Why somebody asks to join, and how soon an answer is needed."""

    reason = forms.CharField(
        label="Why do you ask to join?",
        widget=forms.Textarea,
        help_text="Say what you do for this family or know about it. The lead or the hub reads this.",
    )
    urgency = forms.ChoiceField(
        label="How soon do you need an answer?",
        widget=forms.RadioSelect,
        initial="usual",
        choices=[("usual", "In the usual time"), ("urgent", "It is urgent")],
    )
    looks = {"reason": Look(label_size="m", rows=5, count=2000), "urgency": Look(label_size="m")}

    def __init__(self, *args, days: int, hours: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["urgency"].look = Look(
            label_size="m",
            hints={
                "usual": f"Within {days} working days.",
                "urgent": f"Within {hours} hours. The lead and the hub are told at once.",
            },
        )


class DecideJoinForm(Form):
    """Take somebody in, or not."""

    answer = forms.ChoiceField(
        label="What do you decide?",
        widget=forms.RadioSelect,
        choices=[("accept", "They join the team"), ("decline", "They do not join")],
    )
    helps_with = forms.CharField(label="What will they help with?", max_length=160, required=False)
    reason = forms.CharField(
        label="Why?",
        widget=forms.Textarea,
        help_text="This stays in the record. The person who asked reads only yes or no.",
    )
    looks = {
        "answer": Look(label_size="m", reveals={"accept": "helps_with"}),
        "reason": Look(label_size="s", rows=3),
    }


class CoverForm(Form):
    """Who covers, and when."""

    other = MembershipField(label="Who covers?")
    holidays = forms.MultipleChoiceField(
        label="During which school holidays?", required=False, widget=forms.CheckboxSelectMultiple
    )
    starts_on = NearDateField(label="Other days: the first", required=False, not_before=timezone.localdate)
    ends_on = NearDateField(label="Other days: the last", required=False, not_before=timezone.localdate)
    note = forms.CharField(
        label="What do they need to know?",
        widget=forms.Textarea,
        required=False,
        help_text="Name no family here: they read each record itself.",
    )
    looks = {
        "other": Look(label_size="s", search=True),
        "holidays": Look(label_size="s", small=True),
        "note": Look(label_size="s", rows=3),
    }

    def __init__(self, *args, memberships, workload, holidays, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"].offer(memberships, workload)
        self._spans = {f"{first:%Y-%m-%d}": (first, last) for first, last in holidays}
        if holidays:
            self.fields["holidays"].choices = [
                (key, f"{day(first)} to {day(last)}") for key, (first, last) in self._spans.items()
            ]
        else:
            del self.fields["holidays"]
            self.fields["starts_on"].label, self.fields["ends_on"].label = "First day", "Last day"

    def clean(self):
        data = super().clean()
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "Enter a last day that is not before the first.")
        if bool(first) != bool(last) and "starts_on" not in self.errors and "ends_on" not in self.errors:
            self.add_error("ends_on" if first else "starts_on", "Enter the first day and the last day.")
        if not first and not last and not data.get("holidays") and not self.errors:
            words = "Tick a school holiday, or enter" if "holidays" in self.fields else "Enter"
            self.add_error("starts_on", f"{words} the first and the last day.")
        return data

    @property
    def spans(self) -> list[tuple[dt.date, dt.date]]:
        """Every stretch of days that was chosen, the first one first."""
        data = self.cleaned_data
        found = [self._spans[key] for key in data.get("holidays", [])]
        today = timezone.localdate()
        found = [(max(first, today), last) for first, last in found]
        if data.get("starts_on"):
            found.append((data["starts_on"], data["ends_on"]))
        return sorted(found)

    @property
    def is_of_holidays(self) -> bool:
        return bool(self.cleaned_data.get("holidays"))


class AnswerCoverForm(Form):
    """Cover, or not."""

    answer = forms.ChoiceField(
        label="Will you cover?",
        widget=forms.RadioSelect,
        choices=[("accept", "Yes, I cover"), ("decline", "No, I cannot")],
    )
    reason = forms.CharField(label="Why not?", widget=forms.Textarea, required=False)
    looks = {
        "answer": Look(label_size="m", reveals={"decline": "reason"}),
        "reason": Look(rows=3, needed="Say why you cannot cover"),
    }


LEAVE_IT = "stay"


class HandOnForm(Form):
    """To whom each family goes. One field for all, and one for each family that goes elsewhere or stays."""

    everything = MembershipField(label="Who takes over?", required=False)
    note = forms.CharField(
        label="Hand-over note",
        widget=forms.Textarea,
        required=False,
        help_text="Read by whoever is asked to lead. The same note goes with every family: name none here.",
    )
    agreed_how, agreed_on = agreed_fields("The families that are led: how did they agree to the new lead?")
    answer_by = NearDateField(label="Answer needed by", required=False, not_before=timezone.localdate)
    looks = {
        "everything": Look(label_size="m", search=True),
        "note": Look(label_size="s", rows=4),
        "agreed_how": Look(label_size="s"),
        "agreed_on": Look(label_size="s"),
        "answer_by": Look(label_size="s"),
    }

    def __init__(self, *args, held, people, workload, **kwargs):
        super().__init__(*args, **kwargs)
        self.held = held
        self.fields["everything"].offer(people, workload)
        self._people = {str(each.pk): each for each in people}
        names = [(str(each.pk), professional(each)) for each in people]
        self.is_leading = any(each.leads for each in held)
        for each in held:
            self.fields[f"to_{each.key}"] = forms.ChoiceField(
                label=f"{each.case.family.name} family: who takes over?",
                required=False,
                choices=[("", "As chosen for all"), (LEAVE_IT, "Leave as it is"), *names],
            )
            self.fields[f"to_{each.key}"].look = Look(label_size="s")
            if each.leads:
                self.fields[f"asked_{each.key}"] = forms.BooleanField(
                    label="This family was asked whom it wants, and agrees", required=False
                )
        if not self.is_leading:
            for name in ("note", "agreed_how", "agreed_on", "answer_by"):
                del self.fields[name]

    def rows(self):
        """Each family with its fields, for the template."""
        for each in self.held:
            asked = self[f"asked_{each.key}"] if each.leads else None
            yield each, self[f"to_{each.key}"], asked

    def clean(self):
        data = super().clean()
        chosen = [self._to(each) for each in self.held]
        if not any(chosen):
            self.add_error("everything", "Choose who takes over, for all families or for some.")
        is_asked = any(data.get(f"asked_{each.key}") and self._to(each) for each in self.held if each.leads)
        if is_asked:
            if not data.get("note", "").strip():
                self.add_error("note", "Enter what the next lead needs to know.")
            for name, words in (
                ("agreed_how", "Select how they agreed."),
                ("agreed_on", "Enter the day they agreed."),
            ):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return data

    def _to(self, held):
        chosen = self.cleaned_data.get(f"to_{held.key}")
        if chosen == LEAVE_IT:
            return None
        return self._people.get(chosen) or self.cleaned_data.get("everything")

    def choice(self, held):
        """(to whom, how and when the family agreed to a new lead or None), or None to leave it as it is."""
        to, data = self._to(held), self.cleaned_data
        if to is None:
            return None
        is_asked = held.leads and data.get(f"asked_{held.key}")
        return to, Agreed(data["agreed_how"], data["agreed_on"]) if is_asked else None


class TaskForm(Form):
    """How a volunteer's task stands."""

    status = forms.ChoiceField(
        label="How does it stand?",
        widget=forms.RadioSelect,
        choices=[("started", "I have begun"), ("done", "It is done"), ("not_done", "I could not do it")],
    )
    why_not = forms.CharField(label="Why not?", widget=forms.Textarea, required=False)
    looks = {
        "status": Look(label_size="m", reveals={"not_done": "why_not"}),
        "why_not": Look(rows=3, needed="Say why you could not do it"),
    }

    def __init__(self, *args, has_begun: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if has_begun:
            self.fields["status"].choices = self.fields["status"].choices[1:]
