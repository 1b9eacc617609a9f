"""What people type about a report."""

from __future__ import annotations

from django import forms

from earlyhelp.web.forms import Form, Look
from reporting.actions import RemarkFacts
from reporting.models import Rating

MEASURES = (
    "assessments_initiated",
    "assessments_completed",
    "conversion",
    "timeliness",
    "median_days",
    "open_cases",
    "step_ups",
    "step_downs",
    "re_referral_rate",
    "cases_closed",
    "needs",
    "consent",
)


class SummaryForm(Form):
    """ "In short": the first thing the board reads."""

    summary = forms.CharField(
        label="In short",
        widget=forms.Textarea,
        help_text="One point on each line, three or four in all. Do not write a number that the report hides.",
        error_messages={"required": "Enter what the board should know first"},
        max_length=1500,
    )
    looks = {"summary": Look(label_size="m", rows=6, count=1500)}


class RemarkForm(Form):
    """One row of "What the board should know". Left blank altogether, it is no row."""

    measure = forms.ChoiceField(label="Measure", required=False)
    rating = forms.ChoiceField(
        label="Rating", choices=Rating.choices, widget=forms.RadioSelect, required=False
    )
    happened = forms.CharField(
        label="What happened and why", widget=forms.Textarea, required=False, max_length=600
    )
    next_step = forms.CharField(
        label="What happens next",
        widget=forms.Textarea,
        required=False,
        max_length=600,
        help_text="Say who will do it and by when.",
    )
    looks = {
        "rating": Look(inline=True, small=True),
        "happened": Look(rows=3),
        "next_step": Look(rows=2),
    }
    needed = {
        "measure": "Select the measure this is about",
        "rating": "Select a rating",
        "happened": "Enter what happened and why",
        "next_step": "Enter what happens next",
    }

    def __init__(self, *args, titles: dict[str, str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [
            ("", "Select a measure"),
            *((code, titles[code]) for code in MEASURES),
        ]

    @property
    def is_blank(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in self.needed)

    def clean(self):
        data = super().clean()
        if not self.is_blank:
            for name, message in self.needed.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, message)
        return data

    def facts(self) -> RemarkFacts:
        return RemarkFacts(**{name: self.cleaned_data[name].strip() for name in self.needed})


class BaseRemarkFormSet(forms.BaseFormSet):
    """The rows of "What the board should know"."""

    def facts(self) -> list[RemarkFacts]:
        return [form.facts() for form in self.forms if not form.is_blank]


def remark_forms(data, remarks, titles: dict[str, str]) -> BaseRemarkFormSet:
    """A form for each row there is, and blank ones up to at least four."""
    initial = [
        {"measure": r.measure, "rating": r.rating, "happened": r.happened, "next_step": r.next_step}
        for r in remarks
    ]
    formset = forms.formset_factory(
        RemarkForm, formset=BaseRemarkFormSet, extra=max(2, 4 - len(initial)), max_num=12, absolute_max=12
    )
    return formset(data, initial=initial, prefix="remark", form_kwargs={"titles": titles})


class WithdrawForm(Form):
    reason = forms.CharField(
        label="Why is it taken back?",
        widget=forms.Textarea,
        max_length=600,
        help_text="The board's members no longer see the report. A corrected one can then be made.",
        error_messages={"required": "Enter why the report is taken back"},
    )
    looks = {"reason": Look(rows=3, count=600)}
