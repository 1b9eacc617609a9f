"""Forms about what a family agrees to."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django import forms
from django.conf import settings
from django.utils import timezone

from cases.answers import words_of
from cases.files import ALLOWED_WORDS
from cases.forms.plan import category_field
from cases.models import Case, Consent, ConsentMethod, Person, Relationship
from cases.rules import NotAllowed
from cases.rules.sharing_people import check_can_answer_for, is_adult, notes_on_deciding
from earlyhelp.access import Role
from earlyhelp.web.dates import day
from earlyhelp.web.forms import FilterForm, Form, Look, NearDateField
from hubs.models import Agency, Category, Membership

METHODS = [(method.value, method.label) for method in ConsentMethod if method != ConsentMethod.REGISTER]
THEMSELVES = "themselves"


def months_later(start: dt.date, months: int) -> dt.date:
    """The same day some months later, or the month's last day when it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(start.day, last))


def default_expiry() -> dt.date:
    """When to ask again, if nobody says otherwise (setting CONSENT_MONTHS)."""
    return months_later(timezone.localdate(), settings.EARLY_HELP["CONSENT_MONTHS"])


class ConsentForm(Form):
    """All that one or more people say about one agency."""

    people = forms.ModelMultipleChoiceField(
        label="Whose answer is it?",
        queryset=Person.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one person"},
    )
    given_by = forms.ChoiceField(
        label="Who answered?",
        widget=forms.RadioSelect,
        initial=THEMSELVES,
        help_text="An adult answers for themself. A parent with parental responsibility answers for a younger child.",
    )
    has_responsibility = forms.BooleanField(
        label="I have checked that they have parental responsibility for each child named above",
        required=False,
    )
    acts_for = forms.BooleanField(
        label="I have seen that they may decide for this adult, such as a lasting power of attorney",
        required=False,
    )
    agency = forms.ModelChoiceField(
        label="Which agency did you ask about?",
        queryset=Agency.objects.none(),
        empty_label="Choose an agency",
    )
    extent = forms.ChoiceField(
        label="What may this agency see?",
        choices=[
            ("all", "All that the agreement lets them see"),
            ("some", "Only some topics"),
            ("but", "All but some topics"),
            ("none", "Nothing. They said no"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Select what this agency may see"},
    )
    topics = forms.TypedMultipleChoiceField(
        label="Which topics may they see?",
        choices=Category.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    without = forms.TypedMultipleChoiceField(
        label="Which topics must they not see?",
        choices=Category.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    method = forms.ChoiceField(label="How did you ask?", choices=METHODS, widget=forms.RadioSelect)
    given_on = NearDateField(
        label="Date they answered",
        not_after=timezone.localdate,
        error_messages={"required": "Enter the date they answered"},
    )
    valid_until = NearDateField(
        label="Date to ask again",
        required=False,
        help_text="The answer runs out after this day. Clear it only if the answer has no end.",
    )
    words = forms.CharField(
        label="What did they say, in their own words?", widget=forms.Textarea, required=False
    )

    looks = {
        "people": Look(label_size="s", small=True),
        "given_by": Look(label_size="s", small=True),
        "extent": Look(
            label_size="s",
            reveals={"some": "topics", "but": "without"},
            hints={"but": "What they refuse is hidden even if others in the family agree to it"},
        ),
        "topics": Look(label_size="s", small=True, needed="Select the topics they may see"),
        "without": Look(label_size="s", small=True, needed="Select the topics they must not see"),
        "method": Look(label_size="s", inline=True, small=True),
        "agency": Look(search=True),
        "words": Look(rows=3),
    }

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.family = list(Person.objects.filter(family=case.family_id))
        self.fields["people"].queryset = Person.objects.filter(family=case.family_id)
        adults = [(str(person.pk), person.called) for person in self.family if is_adult(person)]
        self.fields["given_by"].choices = [(THEMSELVES, "Each of them for themself"), *adults]
        self.fields["agency"].queryset = Agency.objects.active().order_by("name")

    def clean_given_by(self) -> Person | None:
        wanted = self.cleaned_data["given_by"]
        return next((person for person in self.family if str(person.pk) == wanted), None)

    def clean(self):
        data = super().clean()
        given_on, until = data.get("given_on"), data.get("valid_until")
        if given_on and until and until <= given_on:
            self.add_error("valid_until", "The date to ask again must be after the date they answered")
        if data.get("people") and "given_by" in data:
            self._check_who_answers(data["people"], data["given_by"])
        return data

    def _check_who_answers(self, people, given_by: Person | None) -> None:
        notes = notes_on_deciding(people)
        responsible = set()
        if given_by:
            responsible = set(
                Relationship.objects.filter(person=given_by, has_parental_responsibility=True).values_list(
                    "to_person_id", flat=True
                )
            )
        for person in people:
            try:
                check_can_answer_for(
                    person,
                    given_by,
                    notes.get(person.pk),
                    has_responsibility=person.pk in responsible or self.cleaned_data["has_responsibility"],
                    acts_for=self.cleaned_data["acts_for"],
                )
            except NotAllowed as refusal:
                self.add_error("given_by", str(refusal))

    @property
    def given(self) -> list[int | None]:
        """The categories agreed to; None stands for all."""
        extent = self.cleaned_data["extent"]
        return {"all": [None], "but": [None], "some": self.cleaned_data["topics"]}.get(extent, [])

    @property
    def refused(self) -> list[int | None]:
        """The categories refused; None stands for all."""
        extent = self.cleaned_data["extent"]
        return {"none": [None], "but": self.cleaned_data["without"]}.get(extent, [])

    def facts(self) -> dict:
        """The answer as record_answer takes it."""
        names = ("agency", "method", "given_on", "valid_until", "given_by", "words")
        return {name: self.cleaned_data[name] for name in names} | {
            "people": list(self.cleaned_data["people"]),
            "given": self.given,
            "refused": self.refused,
        }


class EvidenceForm(Form):
    """The signed form, or a photo of it: shown where the answer is checked, and later on its own."""

    evidence = forms.FileField(label="Photo or scan of the signed form", required=False, max_length=200)
    evidence_category = category_field(required=False)
    looks = {"evidence": Look(label_size="s"), "evidence_category": Look(label_size="s")}
    mark_optional = False

    def __init__(self, *args, is_needed: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        most = settings.EARLY_HELP["DOCUMENT_MAX_MB"]
        field = self.fields["evidence"]
        field.required = is_needed
        field.help_text = f"{ALLOWED_WORDS[0].upper()}{ALLOWED_WORDS[1:]}, up to {most} MB."
        field.max_size_mb = most
        category = self.fields["evidence_category"]
        category.label = "What kind of information is the form?"
        category.help_text = "Only agencies that see this kind of information see the form."

    def clean_evidence_category(self) -> int:
        return self.cleaned_data["evidence_category"] or Category.FAMILY


class EvidenceLaterForm(EvidenceForm):
    """Which answers a form is about, besides the form itself."""

    answers = forms.MultipleChoiceField(
        label="Which answers is the form about?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one answer"},
    )
    field_order = ["answers", "evidence", "evidence_category"]
    looks = EvidenceForm.looks | {"answers": Look(label_size="s", small=True)}

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, is_needed=True, **kwargs)
        self.said_together: dict[str, list[Consent]] = defaultdict(list)
        found = Consent.objects.filter(case=case, ended_at=None).select_related(
            "person", "agency", "given_by"
        )
        first: dict[tuple, str] = {}
        for each in found.order_by("person", "agency__name", "given_by", "given_on", "category", "pk"):
            key = (each.person_id, each.agency_id, each.given_by_id, each.given_on)
            self.said_together[first.setdefault(key, str(each.pk))].append(each)
        self.fields["answers"].choices = [(pk, in_words(each)) for pk, each in self.said_together.items()]

    def clean_answers(self) -> list[Consent]:
        """Every answer of the lines that were ticked: one line is all that was said on a day about an agency."""
        return [each for pk in self.cleaned_data["answers"] for each in self.said_together[pk]]


def in_words(answers: list[Consent]) -> str:
    """Answers of one day on a line: Grace Okafor and Oak School: education, but not money. 14 January 2026."""
    one = answers[0]
    by = f", said by {one.given_by.called}" if one.given_by else ""
    return f"{one.person.called} and {one.agency.name}: {words_of(answers)}. {day(one.given_on)}{by}"


class WithdrawForm(Form):
    words = forms.CharField(label="What did they say?", widget=forms.Textarea, required=False)
    looks = {"words": Look(rows=2)}


# Who can be put on a team: those who do casework, and volunteers.
WORK_WITH_FAMILIES = [
    role.value
    for role in (Role.PRACTITIONER, Role.AGENCY_LEAD, Role.HUB_COORDINATOR, Role.HUB_MANAGER, Role.VOLUNTEER)
]


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
            .filter(agency__in=agencies, roles__overlap=WORK_WITH_FAMILIES)
            .order_by("agency__name", "user__last_name", "user__first_name")
        )


class CheckAgencyForm(FilterForm):
    """Which agency somebody would like to bring in."""

    agency = forms.ModelChoiceField(
        label="What does another agency need?", queryset=Agency.objects.none(), empty_label="Choose an agency"
    )
    looks = {"agency": Look(label_size="s", search=True)}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.active().order_by("name")


class PlaceForm(Form):
    """What somebody on the team helps with, and their last contact."""

    helps_with = forms.CharField(label="What do they help with?", max_length=160, required=False)
    last_contact_on = NearDateField(
        label="When did they last have contact with the family?",
        required=False,
        not_after=timezone.localdate,
    )


class LeaveForm(Form):
    reason = forms.CharField(label="Why are they leaving the team?", max_length=200)
