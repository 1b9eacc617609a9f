"""Forms about who leads."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from cases.actions.lead import Agreed
from cases.forms.who import professional
from cases.models import AgreedHow
from earlyhelp.web.forms import Form, Look, NearDateField


def with_workload(memberships, workload) -> list[tuple[str, str]]:
    """Choices that say how many families each person leads already."""
    choices = [("", "Select a person")]
    for membership in memberships:
        count = workload.get(membership.pk, 0)
        words = "leads no family" if not count else f"leads {count} {'family' if count == 1 else 'families'}"
        choices.append((str(membership.pk), f"{professional(membership)} ({words})"))
    return choices


class MembershipField(forms.ChoiceField):
    """One of the memberships given to the form."""

    def offer(self, memberships, workload):
        self._by_key = {str(m.pk): m for m in memberships}
        self.choices = with_workload(memberships, workload)

    def clean(self, value):
        return self._by_key.get(super().clean(value))


def agreed_fields(label: str = "How did the family agree?") -> tuple[forms.ChoiceField, NearDateField]:
    """How and when a family said whom it wants as its lead: optional, unless the form makes it compulsory."""
    how = forms.ChoiceField(label=label, required=False, choices=[("", "Select how"), *AgreedHow.choices])
    return how, NearDateField(label="When did they agree?", required=False, not_after=timezone.localdate)


class AgreedMixin:
    """For a form with agreed_how and agreed_on: what they say together."""

    def agreed(self) -> Agreed | None:
        """How and when the family agreed; None where neither was filled in."""
        how, on = self.cleaned_data.pop("agreed_how"), self.cleaned_data.pop("agreed_on")
        return Agreed(how, on) if how and on else None


class AskToLeadForm(AgreedMixin, Form):
    """Ask somebody to lead."""

    membership = MembershipField(label="Who do you ask?")
    note = forms.CharField(
        label="Hand-over note",
        widget=forms.Textarea,
        help_text="What the next lead needs to know: what works, what to watch, what was promised.",
    )
    answer_by = NearDateField(label="Answer needed by", required=False, not_before=timezone.localdate)
    stays = forms.ChoiceField(
        label="Does the lead who hands over stay on the team?",
        widget=forms.RadioSelect,
        initial="yes",
        choices=[("yes", "Yes"), ("no", "No")],
    )
    family_agrees = forms.BooleanField(
        label="The family was asked whom they want, and agrees",
        error_messages={"required": "Ask the family first. They have a say in who leads."},
    )
    agreed_how, agreed_on = agreed_fields()
    looks = {
        "agreed_how": Look(label_size="s"),
        "agreed_on": Look(label_size="s"),
        "membership": Look(label_size="s", search=True),
        "note": Look(label_size="s", rows=5),
        "answer_by": Look(label_size="s"),
        "stays": Look(label_size="s", inline=True),
    }

    def __init__(self, *args, memberships, workload, former_days: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].offer(memberships, workload)
        self.fields[
            "stays"
        ].help_text = f"If not, they can still read the record for {former_days} days, and not write in it."
        for name, words in (
            ("agreed_how", "Select how they agreed"),
            ("agreed_on", "Enter the day they agreed"),
        ):
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = words


class AssignLeadForm(AgreedMixin, Form):
    """Name somebody on the team when nobody leads."""

    membership = MembershipField(label="Who leads from now on?")
    agreed_how, agreed_on = agreed_fields()
    looks = {
        "membership": Look(label_size="s"),
        "agreed_how": Look(label_size="s"),
        "agreed_on": Look(label_size="s"),
    }

    def __init__(self, *args, memberships, workload, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].offer(memberships, workload)

    def clean(self):
        data = super().clean()
        if bool(data.get("agreed_how")) != bool(data.get("agreed_on")):
            name = "agreed_on" if data.get("agreed_how") else "agreed_how"
            self.add_error(name, "Say both how and when the family agreed, or leave both empty.")
        return data


class AnswerLeadForm(Form):
    """Accept or decline the lead."""

    answer = forms.ChoiceField(
        label="Will you lead?",
        widget=forms.RadioSelect,
        choices=[("accept", "Yes, I accept"), ("decline", "No, I cannot")],
    )
    reason = forms.CharField(
        label="Why not?",
        widget=forms.Textarea,
        required=False,
        help_text="The person who asked you will read this.",
    )
    looks = {
        "answer": Look(label_size="m", reveals={"decline": "reason"}),
        "reason": Look(rows=3, needed="Say why you cannot lead"),
    }
