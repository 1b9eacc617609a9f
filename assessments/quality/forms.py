"""What a manager and an author write: a countersign, a draw, a check, an answer, something to do."""

from __future__ import annotations

from django import forms

from earlyhelp.web.forms import Form, Look


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
