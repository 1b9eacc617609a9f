"""Forms for saying when one can come, for links by e-mail, and for meetings that recur."""

from __future__ import annotations

from django import forms

from cases.models import TimeAnswerKind
from earlyhelp.web.dates import clock, weekday
from earlyhelp.web.forms import Form, Look


class WhenForm(Form):
    """At which of the proposed times somebody can come."""

    def __init__(self, *args, times, **kwargs):
        """`times`: (id, start, end, code of the answer so far or None) of each proposed time to come."""
        super().__init__(*args, **kwargs)
        self.names = {f"time_{pk}": pk for pk, *_rest in times}
        for pk, start, end, answer in times:
            when = f"{weekday(start)}, {clock(start)} to {clock(end)}"
            field = forms.ChoiceField(
                label=when,
                choices=TimeAnswerKind.choices,
                widget=forms.RadioSelect,
                initial=answer,
                error_messages={"required": f"Say whether {when} is possible"},
            )
            field.look = Look(inline=True, small=True, label_size="s")
            self.fields[f"time_{pk}"] = field

    @property
    def answers(self) -> dict:
        """A code of TimeAnswerKind by the id of each time."""
        return {pk: self.cleaned_data[name] for name, pk in self.names.items()}


class ComeForm(Form):
    """Whether somebody without an account will come."""

    answer = forms.ChoiceField(
        label="Will you come?",
        widget=forms.RadioSelect,
        choices=[("accepted", "Yes"), ("declined", "No")],
    )
    looks = {"answer": Look(label_size="m", inline=True)}


class LinkForm(Form):
    """Where a family member is e-mailed."""

    email = forms.EmailField(label="Email address")
    agreed = forms.BooleanField(
        label="They agreed to get emails about meetings at this address",
        error_messages={"required": "Ask them first, then tick that they agreed"},
    )
    looks = {"email": Look(label_size="s", width=20), "agreed": Look(small=True)}


class SeriesForm(Form):
    """Which meetings follow one."""

    weeks = forms.TypedChoiceField(
        label="How often?",
        choices=[(n, f"Every {n} weeks" if n > 1 else "Every week") for n in (1, 2, 3, 4, 6, 8, 10, 12)],
        coerce=int,
        initial=6,
    )
    number = forms.IntegerField(label="How many more meetings?", min_value=1, max_value=12, initial=4)
    skip = forms.BooleanField(label="Not in school holidays", required=False, initial=True)
    looks = {
        "weeks": Look(label_size="s"),
        "number": Look(label_size="s", width=3),
        "skip": Look(small=True),
    }

    def facts(self) -> dict:
        data = self.cleaned_data
        return {"weeks": data["weeks"], "number": data["number"], "skip_school_holidays": data["skip"]}
