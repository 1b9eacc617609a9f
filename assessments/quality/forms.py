"""What a manager and an author write: a countersign, a draw, a check, an answer, something to do."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone

from assessments.models import QualityAudit
from assessments.models.quality import DOES_NOT_APPLY, Grade
from assessments.quality.rubric import criteria_of
from assessments.quality.sample import Scope, quarter_words
from earlyhelp.web.forms import Form, Look, NearDateField


class CountersignForm(Form):
    answer = forms.ChoiceField(
        label="Is this a fair and complete picture of the family?",
        choices=[("agree", "Yes, countersign it"), ("send_back", "Not yet, send it back to be changed")],
        widget=forms.RadioSelect,
        error_messages={"required": "Select whether you countersign it or send it back"},
    )
    words = forms.CharField(
        label="What must be changed?",
        widget=forms.Textarea,
        required=False,
        max_length=4000,
        help_text="Name the page and what is missing or unclear. The author sees this.",
    )
    looks = {
        "answer": Look(label_size="s", reveals={"send_back": "words"}),
        "words": Look(rows=4, needed="Enter what must be changed"),
    }


class DrawForm(Form):
    """Which quarter, of what, how many. Nobody chooses which assessments."""

    scope = forms.ChoiceField(
        label="Draw from", widget=forms.RadioSelect, error_messages={"required": "Select what to draw from"}
    )
    quarter = forms.ChoiceField(
        label="Completed in", widget=forms.RadioSelect, error_messages={"required": "Select a quarter"}
    )
    number = forms.IntegerField(
        label="How many assessments?",
        min_value=1,
        max_value=50,
        initial=5,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "Enter a number, like 5",
            "min_value": "Enter a number from 1 to 50",
            "max_value": "Enter a number from 1 to 50",
        },
    )
    each_agency = forms.BooleanField(
        label="So many of each agency", required=False, help_text="So that small agencies are checked too."
    )
    looks = {
        "scope": Look(label_size="s"),
        "quarter": Look(label_size="s"),
        "number": Look(label_size="s", width=3),
    }

    def __init__(self, *args, scopes: list[Scope], quarters: list[dt.date], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = [(each.code, each.name) for each in scopes]
        self.fields["quarter"].choices = [(each.isoformat(), quarter_words(each)) for each in quarters]
        if len(scopes) == 1:
            self.fields["scope"].initial = scopes[0].code
        self.fields["quarter"].initial = quarters[0].isoformat()
        self.scopes = {each.code: each for each in scopes}

    def chosen(self) -> dict:
        """What `sample.draw` takes."""
        given = self.cleaned_data
        return {
            "scope": self.scopes[given["scope"]],
            "quarter": dt.date.fromisoformat(given["quarter"]),
            "number": given["number"],
            "each_agency": given["each_agency"],
        }


class CheckForm(Form):
    """A check by a rubric: a grade and what was seen for each question, then the whole. May be kept unfinished."""

    mark_optional = False
    overall = forms.ChoiceField(
        label="Overall grade", required=False, choices=Grade.choices, widget=forms.RadioSelect
    )
    done_well = forms.CharField(
        label="What was done well?",
        required=False,
        max_length=4000,
        widget=forms.Textarea,
        help_text="The author reads this first.",
    )
    to_improve = forms.CharField(
        label="What would make it better?", required=False, max_length=4000, widget=forms.Textarea
    )
    looks = {
        "overall": Look(label_size="m"),
        "done_well": Look(label_size="s", rows=4),
        "to_improve": Look(label_size="s", rows=4),
    }

    def __init__(self, *args, audit: QualityAudit, **kwargs):
        self.criteria = criteria_of(audit.rubric)
        initial = {
            "overall": audit.overall,
            "done_well": audit.done_well,
            "to_improve": audit.to_improve,
        }
        for each in self.criteria:
            given = audit.grades.get(each.key, {})
            initial |= {f"g_{each.key}": given.get("grade", ""), f"w_{each.key}": given.get("words", "")}
        super().__init__(*args, initial=initial, **kwargs)
        for each in self.criteria:
            grade = forms.ChoiceField(
                label=each.question,
                required=False,
                choices=[*Grade.choices, (DOES_NOT_APPLY, "Does not apply to this family")],
                widget=forms.RadioSelect,
            )
            grade.look = Look(label_size="s", hints=each.looks, dividers={DOES_NOT_APPLY: "or"})
            words = forms.CharField(
                label=f"What did you see? ({each.title})",
                required=False,
                max_length=4000,
                widget=forms.Textarea,
            )
            words.look = Look(rows=3)
            self.fields[f"g_{each.key}"], self.fields[f"w_{each.key}"] = grade, words

    def by_criterion(self):
        """(criterion, grade, words) for the page, in the rubric's order."""
        return [(each, self[f"g_{each.key}"], self[f"w_{each.key}"]) for each in self.criteria]

    def written(self) -> dict:
        """What `checks.save_check` and `checks.share` take."""
        given = self.cleaned_data
        return {
            "grades": {
                each.key: {"grade": given[f"g_{each.key}"], "words": given[f"w_{each.key}"]}
                for each in self.criteria
            },
            "overall": given["overall"],
            "done_well": given["done_well"],
            "to_improve": given["to_improve"],
        }

    def require_all(self) -> bool:
        """Put an error at every field that sharing needs. Returns whether nothing is missing."""
        for each in self.criteria:
            if not self.cleaned_data[f"g_{each.key}"]:
                self.add_error(f"g_{each.key}", f"Select a grade for “{each.title}”")
            elif not self.cleaned_data[f"w_{each.key}"]:
                self.add_error(f"w_{each.key}", f"Enter what you saw for “{each.title}”")
        if not self.cleaned_data.get("overall"):
            self.add_error("overall", "Select an overall grade")
        if not self.cleaned_data.get("done_well"):
            self.add_error("done_well", "Enter what was done well")
        return not self.errors


class SetAsideForm(Form):
    reason = forms.CharField(
        label="Why is it not checked?",
        widget=forms.Textarea,
        max_length=1000,
        help_text="It was drawn by chance, so this stays with the sample for others to see.",
        error_messages={"required": "Enter why it is not checked"},
    )
    looks = {"reason": Look(rows=3)}


class AnswerForm(Form):
    words = forms.CharField(
        label="Anything you want to say to it",
        required=False,
        widget=forms.Textarea,
        max_length=4000,
        help_text="What you would do again, what you see differently, what would help you.",
    )
    looks = {"words": Look(label_size="s", rows=4)}


class FollowUpForm(Form):
    what = forms.CharField(
        label="What is to be done?",
        widget=forms.Textarea,
        max_length=1000,
        help_text="For example “Ask Ellie herself at the next visit and add her words”.",
        error_messages={"required": "Enter what is to be done"},
    )
    owner = forms.ChoiceField(
        label="Who does it?", widget=forms.RadioSelect, error_messages={"required": "Select who does it"}
    )
    due_on = NearDateField(label="By when?", not_before=timezone.localdate)
    looks = {
        "what": Look(label_size="s", rows=3),
        "owner": Look(label_size="s"),
        "due_on": Look(label_size="s"),
    }

    def __init__(self, *args, owners, **kwargs):
        super().__init__(*args, **kwargs)
        self.owners = {str(each.pk): each for each in owners}
        self.fields["owner"].choices = [
            (code, f"{each.user.full_name}, {each.job_title}") for code, each in self.owners.items()
        ]

    def clean_owner(self):
        return self.owners[self.cleaned_data["owner"]]


class DoneForm(Form):
    words = forms.CharField(
        label="What was done?",
        widget=forms.Textarea,
        max_length=1000,
        error_messages={"required": "Enter what was done"},
    )
    looks = {"words": Look(label_size="s", rows=3)}
