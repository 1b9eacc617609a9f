"""Forms about sharing that are not the family's own answer: who decides, two who disagree, sharing by law."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.conf import settings
from django.utils import timezone

from cases.models import Harm, LawfulBasis
from cases.rules.sharing_people import Disagreement
from earlyhelp.web.forms import Form, Look, NearDateField
from hubs.models import Agency, Category

# What a practitioner considers (Gillick competence): (name, question, as it stands in the note).
QUESTIONS = (
    ("what", "Do they understand what would be shared?", "Understands what would be shared"),
    ("whom", "Do they understand with whom?", "Understands with whom"),
    (
        "then",
        "Do they understand what may follow if they say yes, and if they say no?",
        "Understands what may follow",
    ),
    (
        "weigh",
        "Can they weigh this up and tell you what they want, in their own way?",
        "Can weigh it up and say it",
    ),
)
YES_NO = [("yes", "Yes"), ("no", "No, not yet")]


def _question(words: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=words, choices=YES_NO, widget=forms.RadioSelect, coerce=lambda value: value == "yes"
    )


class DecidingForm(Form):
    """Whether a child decides for themself about sharing: four questions and the reason."""

    what = _question(QUESTIONS[0][1])
    whom = _question(QUESTIONS[1][1])
    then = _question(QUESTIONS[2][1])
    weigh = _question(QUESTIONS[3][1])
    reason = forms.CharField(
        label="How can you tell? Write what they said or did",
        widget=forms.Textarea,
        error_messages={"required": "Write how you can tell"},
    )
    assessed_on = NearDateField(label="Date you talked about it", not_after=timezone.localdate)
    looks = {name: Look(label_size="s", inline=True) for name, *_ in QUESTIONS} | {"reason": Look(rows=4)}

    @property
    def able(self) -> bool:
        """All four, or they do not decide alone yet."""
        return all(self.cleaned_data[name] for name, *_ in QUESTIONS)

    @property
    def note(self) -> str:
        """Questions, answers and reason, as they are kept."""
        lines = [
            f"{words}: {'yes' if self.cleaned_data[name] else 'not yet'}." for name, _, words in QUESTIONS
        ]
        return "\n".join([*lines, self.cleaned_data["reason"]])


class SettleForm(Form):
    """Which of two answers is followed, and why."""

    follow = forms.ChoiceField(
        label="Which answer is followed?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select the answer that is followed"},
    )
    reason = forms.CharField(
        label="Why? Say what is best for the child and what the child wants",
        widget=forms.Textarea,
        error_messages={"required": "Write why"},
    )
    has_order = forms.ChoiceField(
        label="Is there a court order about this?",
        choices=[("no", "No"), ("yes", "Yes")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select yes if there is a court order about this"},
    )
    order = forms.CharField(
        label="What does it say, and of which date is it?", widget=forms.Textarea, required=False
    )
    looks = {
        "follow": Look(label_size="s"),
        "reason": Look(rows=4),
        "has_order": Look(label_size="s", reveals={"yes": "order"}),
        "order": Look(rows=2, needed="Write what the court order says"),
    }

    def __init__(self, *args, disagreement: Disagreement, **kwargs):
        super().__init__(*args, **kwargs)
        agency = disagreement.agency.name
        self.fields["follow"].choices = [
            ("yes", f"The yes: {agency} may know what was agreed"),
            ("no", f"The no: {agency} is told nothing about {disagreement.person.called}"),
        ]


class LawfulShareForm(Form):
    """Sharing without agreement: the questions of the national advice (domain.md 6.1)."""

    agency = forms.ModelChoiceField(
        label="Which agency needs to know?", queryset=Agency.objects.none(), empty_label="Choose an agency"
    )
    harm = forms.ChoiceField(
        label="What harm are you worried about?", choices=Harm.choices, widget=forms.RadioSelect
    )
    basis = forms.ChoiceField(
        label="What does the law say?", choices=LawfulBasis.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="Why did you not ask the family, or why do you share although they said no?",
        widget=forms.Textarea,
        error_messages={"required": "Write why you share without the family’s agreement"},
    )
    categories = forms.TypedMultipleChoiceField(
        label="Which topics do they need?",
        choices=Category.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Select only what they need to keep somebody safe. You can add more later.",
        error_messages={"required": "Select at least one topic they need"},
    )
    what = forms.CharField(
        label="What do you tell them?",
        widget=forms.Textarea,
        error_messages={"required": "Write what you tell them"},
    )
    manager_consulted = forms.CharField(
        label="Manager or safeguarding lead you asked",
        max_length=120,
        help_text="If nobody can be reached and it is urgent, write that.",
    )
    family_told = forms.ChoiceField(
        label="Have you told the family?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select yes if you have told the family"},
    )
    told_why_not = forms.CharField(
        label="Why not?",
        widget=forms.Textarea,
        required=False,
        help_text="For example: it would put somebody at more risk",
    )
    ends_on = NearDateField(
        label="Look at this again by",
        help_text="It ends after this day. You can share again if it is still needed.",
    )
    looks = {
        "agency": Look(search=True),
        "harm": Look(label_size="s", small=True),
        "basis": Look(label_size="s", small=True),
        "reason": Look(rows=4),
        "categories": Look(label_size="s", small=True),
        "what": Look(rows=3),
        "family_told": Look(label_size="s", reveals={"no": "told_why_not"}),
        "told_why_not": Look(rows=2, needed="Write why you have not told the family"),
    }

    def __init__(self, *args, **kwargs):
        review = timezone.localdate() + dt.timedelta(days=settings.EARLY_HELP["LAWFUL_SHARE_DAYS"])
        kwargs["initial"] = {"ends_on": review} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.covered().active().order_by("name")

    def clean_ends_on(self):
        ends_on = self.cleaned_data["ends_on"]
        if ends_on < timezone.localdate():
            raise forms.ValidationError("The day must be today or later")
        return ends_on

    def facts(self) -> dict:
        """As share_on_lawful_basis takes it."""
        return self.cleaned_data | {"family_told": self.cleaned_data["family_told"] == "yes"}
