"""Forms about what happens after a meeting."""

from __future__ import annotations

from django import forms

from cases.forms.plan import category_field
from cases.models import AgendaItem, Meeting
from earlyhelp.web.forms import Form, Look


class AddendumForm(Form):
    """One correction of signed minutes."""

    text = forms.CharField(
        label="What is to be put right?",
        widget=forms.Textarea,
        max_length=4000,
        help_text="Say what the minutes say and what is right. The minutes stay as they were signed.",
    )
    item = forms.ModelChoiceField(
        label="Which item is it about?",
        queryset=AgendaItem.objects.none(),
        required=False,
        empty_label="The minutes as a whole",
    )
    category = category_field()
    looks = {
        "text": Look(label_size="s", rows=5, count=4000),
        "item": Look(label_size="s"),
        "category": Look(label_size="s"),
    }

    def __init__(self, *args, meeting: Meeting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = AgendaItem.objects.filter(meeting=meeting, removed_at=None)
