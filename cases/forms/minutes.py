"""One entry of the minutes, changed as a form."""

from __future__ import annotations

from django import forms

from cases.minutes.strokes import LONGEST
from earlyhelp.web.forms import Form, Look


class MinuteTextForm(Form):
    """What an entry says. `shown`: the last update that the form was drawn from, so that nobody's words are lost."""

    text = forms.CharField(label="What the minutes say", widget=forms.Textarea, max_length=LONGEST)
    shown = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**6)
    looks = {"text": Look(label_size="s", rows=6)}
