"""For whom the list of looks is made, and what is left out of it."""

from __future__ import annotations

from django import forms

from cases.reading_log import Line
from earlyhelp.web.forms import FilterForm, Look


class ReaderForm(FilterForm):
    """Sent by GET, with ids: no name stands in an address."""

    person = forms.ChoiceField(label="Who will read it?", required=False, widget=forms.RadioSelect)
    leave_out = forms.MultipleChoiceField(
        label="Leave out, because telling would put somebody at risk",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    looks = {"person": Look(label_size="s", small=True), "leave_out": Look(label_size="s", small=True)}

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [
            *((str(each.pk), each.called) for each in people),
            ("", "The whole family together"),
        ]
        self.fields["leave_out"].choices = []

    def offer(self, lines: list[Line]) -> None:
        """The lines that may be left out: those of the list before anything was."""
        self.fields["leave_out"].choices = [
            (line.key, ", ".join(word for word in (line.agency, line.job, line.name) if word))
            for line in lines
        ]
        self.full_clean()
