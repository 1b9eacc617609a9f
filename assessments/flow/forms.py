"""What is asked while a draft is handed on, and when a quick note is written and sorted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from assessments.answers import LONGEST_LONG_TEXT
from cases.forms.lead import MembershipField
from cases.forms.who import professional
from cases.models import Case
from earlyhelp.web.dates import moment_from
from earlyhelp.web.forms import ClockField, Form, Look, NearDateField
from hubs.models import Membership

NO_FAMILY_YET = ""


class ColleagueField(MembershipField):
    """One of the colleagues given to the form, without how many families each leads."""

    def offer_people(self, memberships: Sequence[Membership]) -> None:
        self._by_key = {str(each.pk): each for each in memberships}
        self.choices = [("", "Select a person")] + [
            (key, professional(each)) for key, each in self._by_key.items()
        ]


class HandOnForm(Form):
    """Ask a colleague to go on with a draft."""

    membership = ColleagueField(label="Who do you ask?", error_messages={"required": "Select whom you ask"})
    note = forms.CharField(
        label="Hand-over note",
        widget=forms.Textarea,
        help_text="What is done, what is left, what the family expects.",
        error_messages={"required": "Enter what your colleague needs to know"},
    )
    looks = {"membership": Look(label_size="s", search=True), "note": Look(label_size="s", rows=5)}

    def __init__(self, *args, people: Sequence[Membership], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership"].offer_people(people)


class GiveForm(Form):
    """Give a draft to somebody because its assessor is away."""

    membership = ColleagueField(
        label="Who finishes it?", error_messages={"required": "Select who finishes it"}
    )
    reason = forms.CharField(
        label="Why is it given to somebody else?",
        widget=forms.Textarea,
        help_text="For example: away until March. Both people read this.",
        error_messages={"required": "Enter why it is given to somebody else"},
    )
    looks = {"membership": Look(label_size="s", search=True), "reason": Look(label_size="s", rows=3)}

    def __init__(self, *args, people: Sequence[Membership], **kwargs):
        super().__init__(*args, prefix="give", **kwargs)
        self.fields["membership"].offer_people(people)


class AnswerForm(Form):
    """Accept a draft, or decline it with a reason."""

    answer = forms.ChoiceField(
        label="Will you go on with it?",
        widget=forms.RadioSelect,
        choices=[("accept", "Yes, I take it over"), ("decline", "No, I cannot")],
        error_messages={"required": "Select yes or no"},
    )
    reason = forms.CharField(
        label="Why not?",
        widget=forms.Textarea,
        required=False,
        help_text="The person who asked you will read this.",
    )
    looks = {
        "answer": Look(label_size="m", reveals={"decline": "reason"}),
        "reason": Look(rows=3, needed="Enter why you cannot"),
    }


class QuickNoteForm(Form):
    """A few words, and which family they are about: one of those at hand, or none yet."""

    body = forms.CharField(
        label="Your note",
        widget=forms.Textarea,
        max_length=LONGEST_LONG_TEXT,
        error_messages={"required": "Enter a word or two"},
    )
    family = forms.ChoiceField(label="Which family?", required=False, widget=forms.RadioSelect)
    looks = {"body": Look(label_size="s", rows=6), "family": Look(label_size="s", small=False)}

    def __init__(self, *args, families: Sequence[Case], wants_family: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.families = {case.reference: case for case in families}
        choices = [(reference, f"{case.family}, {reference}") for reference, case in self.families.items()]
        self.fields["family"].choices = [(NO_FAMILY_YET, "None yet: keep it for me")] + choices
        self.wants_family = wants_family
        self.mark_optional = False

    def clean(self):
        data = super().clean()
        if self.wants_family and not data.get("family") and "family" not in self.errors:
            self.add_error("family", "Select the family that the note is about")
        return data

    @property
    def case(self) -> Case | None:
        """The family that was chosen."""
        return self.families.get(self.cleaned_data.get("family") or "")


class PageForm(Form):
    """Which page of which assessment a note belongs to."""

    page = forms.ChoiceField(
        label="Which part does it belong to?", error_messages={"required": "Select a part"}
    )
    looks = {"page": Look(label_size="s")}

    def __init__(self, *args, pages: Sequence[tuple[str, list[tuple[str, str]]]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["page"].choices = [("", "Select a part"), *pages]


class IntoAnswerForm(Form):
    """Which question of a page takes the words, and the words as they are to stand."""

    question = forms.ChoiceField(
        label="Which question?", widget=forms.RadioSelect, error_messages={"required": "Select a question"}
    )
    words = forms.CharField(
        label="What to add to the answer",
        widget=forms.Textarea,
        max_length=LONGEST_LONG_TEXT,
        error_messages={"required": "Enter the words to add"},
    )
    looks = {"question": Look(label_size="s"), "words": Look(label_size="s", rows=6)}

    def __init__(self, *args, questions: Sequence[tuple[str, str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = [(key, label) for key, label, _now in questions]
        hints = {key: f"There now: {now}" for key, _label, now in questions if now}
        self.fields["question"].look = Look(label_size="s", hints=hints)


class ReasonForm(Form):
    """Why something is put right."""

    reason = forms.CharField(
        label="Why is it put right?",
        widget=forms.Textarea,
        help_text="Whoever reads the answer reads this too. What stood there before is kept.",
        error_messages={"required": "Enter why it is put right"},
    )
    looks = {"reason": Look(label_size="s", rows=3)}


class RegistrationForm(ReasonForm):
    """Facts of a registration: those that this assessment has."""

    initiated_on = NearDateField(label="Date the assessment was started", not_after=timezone.localdate)
    consent_with = forms.CharField(label="Who was it discussed with?", max_length=200)
    consent_child = forms.CharField(label="Which child was it discussed with?", max_length=200)
    consent_on = NearDateField(label="Date it was discussed", not_after=timezone.localdate)
    consent_time = ClockField(label="Time it was discussed")
    consent_place = forms.CharField(label="Where was it discussed?", max_length=200)
    assessor_role = forms.CharField(label="Assessor’s job", max_length=80, required=False)
    looks = ReasonForm.looks | {"consent_time": Look(width=5)}
    field_order = [
        "initiated_on",
        "consent_with",
        "consent_child",
        "consent_on",
        "consent_time",
        "consent_place",
        "assessor_role",
        "reason",
    ]

    def __init__(self, *args, facts: Mapping[str, Any], **kwargs):
        talked = facts.get("consent_at")
        known = dict(facts)
        if talked:
            local = timezone.localtime(talked)
            known |= {"consent_on": local.date(), "consent_time": local.time().replace(microsecond=0)}
        super().__init__(*args, initial=known, **kwargs)
        self.stands = facts
        for name in set(self.fields) - set(known) - {"reason"}:
            del self.fields[name]

    def facts(self) -> dict[str, Any]:
        """The facts as they should be, by the names of assessments.flow.registration.FACTS."""
        found = {name: self.cleaned_data[name] for name in self.stands if name in self.cleaned_data}
        if "consent_at" in self.stands:
            found["consent_at"] = self._talked()
        return found

    def _talked(self) -> dt.datetime:
        """When it was discussed. To the minute: what was not touched stays as it stands to the second."""
        stands = timezone.localtime(self.stands["consent_at"])
        on, at = self.cleaned_data["consent_on"], self.cleaned_data["consent_time"]
        if (on, at.hour, at.minute) == (stands.date(), stands.hour, stands.minute):
            return self.stands["consent_at"]
        return moment_from(on, at)


class WrongPersonForm(ReasonForm):
    """Which page of answers stands under the wrong person, and whose it is."""

    page = forms.ChoiceField(
        label="Which answers stand under the wrong person?", error_messages={"required": "Select a part"}
    )
    to = forms.ChoiceField(
        label="Whom are they about?",
        help_text="If that page holds answers already, the two pages change places.",
        error_messages={"required": "Select whom they are about"},
    )
    looks = ReasonForm.looks | {"page": Look(label_size="s"), "to": Look(label_size="s")}
    field_order = ["page", "to", "reason"]

    def __init__(self, *args, pages: Sequence[tuple[str, str]], people: Sequence[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["page"].choices = [("", "Select a part"), *pages]
        self.fields["to"].choices = [("", "Select a person"), *people]
