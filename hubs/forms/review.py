"""Confirming a colleague's access."""

from __future__ import annotations

from django import forms

from earlyhelp.web.forms import Form, Look, NearDateField
from hubs.models import ReviewAnswer


class ReviewForm(Form):
    """`may_end`: whether the reader may end the membership themself."""

    answer = forms.ChoiceField(label="What should happen?", widget=forms.RadioSelect)
    words = forms.CharField(
        label="What should an administrator change?",
        required=False,
        max_length=300,
        widget=forms.Textarea,
        help_text="For example “She is no longer agency lead”.",
    )
    ends_on = NearDateField(
        label="Their last day", required=False, help_text="A day in the past ends it at once."
    )
    looks = {
        "answer": Look(label_size="s", reveals={"change": "words", "end": "ends_on"}),
        "words": Look(rows=2, needed="Say what to change"),
        "ends_on": Look(needed="Enter their last day"),
    }

    def __init__(self, *args, may_end: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [
            choice for choice in ReviewAnswer.choices if may_end or choice[0] != ReviewAnswer.END
        ]
