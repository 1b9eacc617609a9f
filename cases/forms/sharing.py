"""Forms about what a family agrees to."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from cases.models import Case, ConsentAnswer, ConsentMethod, LawfulBasis, Person
from earlyhelp.web.forms import Form, Look, NearDateField
from hubs.models import Agency, Category, Membership

METHODS = [(method.value, method.label) for method in ConsentMethod if method != ConsentMethod.REGISTER]


class ConsentForm(Form):
    """One or more people's answer about one agency."""

    people = forms.ModelMultipleChoiceField(
        label="Whose answer is it?",
        queryset=Person.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one person"},
    )
    agency = forms.ModelChoiceField(
        label="Which agency did you ask about?",
        queryset=Agency.objects.none(),
        empty_label="Choose an agency",
    )
    answer = forms.ChoiceField(
        label="What did they say?", choices=ConsentAnswer.choices, widget=forms.RadioSelect
    )
    topics = forms.TypedMultipleChoiceField(
        label="What is the answer about?",
        choices=[("all", "Everything the agreement lets this agency have"), *Category.choices],
        widget=forms.CheckboxSelectMultiple,
        initial=["all"],
        help_text="A refusal of one topic hides it even when everything else is agreed.",
        error_messages={"required": "Select what the answer is about"},
    )
    given_by = forms.ModelChoiceField(
        label="Who answered?",
        queryset=Person.objects.none(),
        required=False,
        empty_label="Each person for themselves",
        help_text="A parent or carer can answer for a young child.",
    )
    method = forms.ChoiceField(label="How did you ask?", choices=METHODS, widget=forms.RadioSelect)
    given_on = NearDateField(
        label="Date they answered",
        not_after=timezone.localdate,
        error_messages={"required": "Enter the date they answered"},
    )
    valid_until = NearDateField(label="Date to ask again", required=False)
    words = forms.CharField(
        label="What did they say, in their own words?", widget=forms.Textarea, required=False
    )

    looks = {
        "people": Look(label_size="s"),
        "answer": Look(label_size="s", inline=True),
        "topics": Look(label_size="s", small=True, dividers={}),
        "method": Look(label_size="s", inline=True),
        "agency": Look(search=True),
        "words": Look(rows=3),
    }

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        family = Person.objects.filter(family=case.family_id)
        self.fields["people"].queryset = family
        self.fields["given_by"].queryset = family.filter(is_child=False)
        self.fields["agency"].queryset = Agency.objects.active().order_by("name")

    def clean(self):
        data = super().clean()
        given_on, until = data.get("given_on"), data.get("valid_until")
        if given_on and until and until <= given_on:
            self.add_error("valid_until", "The date to ask again must be after the date they answered")
        return data

    @property
    def categories(self) -> list[int | None]:
        """The categories answered about; None stands for all."""
        topics = self.cleaned_data["topics"]
        return [None] if "all" in topics else [int(topic) for topic in topics]


class WithdrawForm(Form):
    words = forms.CharField(label="What did they say?", widget=forms.Textarea, required=False)
    looks = {"words": Look(rows=2)}


class LawfulShareForm(Form):
    """Sharing without agreement: the questions of the national advice (domain.md 6.1)."""

    agency = forms.ModelChoiceField(
        label="Which agency needs to know?", queryset=Agency.objects.none(), empty_label="Choose an agency"
    )
    basis = forms.ChoiceField(
        label="Why may it be shared without agreement?", choices=LawfulBasis.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="What is the risk or the duty, and why was agreement not sought or overridden?",
        widget=forms.Textarea,
    )
    manager_consulted = forms.CharField(label="Manager or safeguarding lead you consulted", max_length=120)
    family_told = forms.TypedChoiceField(
        label="Has the family been told?",
        choices=[("yes", "Yes"), ("no", "No, it would raise the risk")],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )
    ends_on = NearDateField(
        label="Until when", required=False, help_text="Leave empty if you do not know yet."
    )
    looks = {
        "agency": Look(search=True),
        "basis": Look(label_size="s"),
        "reason": Look(rows=4),
        "family_told": Look(label_size="s", inline=True),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.covered().active().order_by("name")

    def clean_ends_on(self):
        ends_on = self.cleaned_data["ends_on"]
        if ends_on and ends_on < timezone.localdate():
            raise forms.ValidationError("The last day must be today or later")
        return ends_on


class TeamForm(Form):
    membership = forms.ModelChoiceField(
        label="Who is joining?", queryset=Membership.objects.none(), empty_label="Choose a person"
    )
    helps_with = forms.CharField(label="What will they help with?", max_length=160, required=False)
    looks = {"membership": Look(search=True)}

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = (
            Membership.objects.live()
            .with_people()
            .filter(agency__in=agencies)
            .order_by("agency__name", "user__last_name", "user__first_name")
        )


class LeaveForm(Form):
    reason = forms.CharField(label="Why are they leaving the team?", max_length=200)
