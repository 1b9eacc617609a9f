"""Forms about who leads."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from cases.forms.who import professional
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


class AskToLeadForm(Form):
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
    looks = {
        "membership": Look(label_size="s", search=True),
        "note": Look(label_size="s", rows=5),
        "answer_by": Look(label_size="s"),
        "stays": Look(label_size="s", inline=True),
    }

    def __init__(self, *args, memberships, workload, former_days: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].offer(memberships, workload)
        self.fields["stays"].help_text = f"If not, they can still read the record for {former_days} days."


class AssignLeadForm(Form):
    """Name somebody on the team when nobody leads."""

    membership = MembershipField(label="Who leads from now on?")
    looks = {"membership": Look(label_size="s")}

    def __init__(self, *args, memberships, workload, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].offer(memberships, workload)


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
