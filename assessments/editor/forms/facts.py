"""The form itself, its headings, sections and clocks, and what is asked before it is published."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.editor.forms.common import Line, Text, ThingForm
from assessments.editor.words import STARTS
from assessments.spec import FormSpec
from earlyhelp.accounts.proof import ProvenForm
from earlyhelp.web.forms import Form, Look

LONGEST_CLOCK = 730  # days (assessments.spec.soundness)


def _title(label: str, hint: str = "", longest: int = 120) -> Line:
    return Line(label=label, help_text=hint, max_length=longest)


def _about() -> Text:
    return Text(
        label="When to choose it",
        help_text="One or two sentences. People read this when they choose between forms.",
        max_length=400,
        required=False,
        widget=forms.Textarea,
    )


class NewFormForm(Form):
    """A form from nothing."""

    title = _title("What is the form called?")
    about = _about()
    looks = {"about": Look(rows=3)}


class CopyForm(NewFormForm):
    """Another form that begins as a copy."""

    taken_from: str

    def __init__(self, *args: Any, taken_from: str, **kwargs: Any):
        self.taken_from = taken_from
        super().__init__(*args, **kwargs)

    def clean_title(self):
        title = self.cleaned_data["title"]
        if title.casefold() == self.taken_from.casefold():
            raise forms.ValidationError(
                "Give the copy a title of its own, so that people can tell them apart"
            )
        return title


class FactsForm(ThingForm):
    """The form's own facts."""

    title = _title("Title")
    about = _about()
    countersigned = forms.BooleanField(
        label="A manager signs each assessment after its author", required=False
    )
    looks = {"about": Look(rows=3)}
    settings = ("about", "countersigned")


class GroupForm(ThingForm):
    """A heading of the list of pages."""

    title = _title("Heading", "The list of pages is ordered by headings, such as “What is going well”.")


class SectionForm(ThingForm):
    """A numbered section."""

    title = _title("Title of the section", "As on the paper form. Sections are numbered by themselves.", 200)


class StageForm(ThingForm):
    """A clock of the form."""

    title = _title("What has to be finished?", "For example: Initial assessment.")
    days = forms.IntegerField(
        label="Within how many days?",
        min_value=0,
        max_value=LONGEST_CLOCK,
        error_messages={
            "min_value": "Enter 0 days or more",
            "max_value": f"Enter {LONGEST_CLOCK} days or fewer",
        },
    )
    working = forms.ChoiceField(
        label="Which days count?",
        choices=[("yes", "Working days: Monday to Friday, without bank holidays"), ("no", "Every day")],
        widget=forms.RadioSelect,
        initial="yes",
    )
    after = forms.ChoiceField(label="From when does it run?", widget=forms.RadioSelect, initial="registered")
    looks = {"days": Look(width=4), "working": Look(small=True), "after": Look(small=True)}
    settings = ("days", "working", "after")

    def __init__(self, *args: Any, spec: FormSpec, thing: Any = None, **kwargs: Any):
        super().__init__(*args, spec=spec, thing=thing, **kwargs)
        earlier = []
        for stage in spec.stages:
            if thing is not None and stage.key == thing.key:
                break
            earlier.append((stage.key, f"When “{stage.title}” is finished"))
        starts = [(key, f"When {words}") for key, words in STARTS.items()]
        self.fields["after"].choices = [*starts, *earlier]

    def start(self) -> dict[str, Any]:
        found = super().start()
        if self.thing is not None:
            found["working"] = "yes" if self.thing.working else "no"
        return found

    def clean_working(self):
        return self.cleaned_data["working"] == "yes"


class PublishForm(ProvenForm):
    """What changed and why, that the pages were looked at, and a fresh code."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    note = Text(
        label="What changed, and why?",
        help_text="Colleagues read this in the list of versions. Name no family.",
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"required": "Say what changed, and why"},
    )
    looks = {"note": Look(rows=4, count=1000), "code": Look(width=10)}
