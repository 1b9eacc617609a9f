"""What a coordinator fills in about a register: the file, its columns, and who is whom."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from earlyhelp.web.forms import Form, Look
from hubs.models import Hub
from reporting.models import DuplicateDecision

from .fields import FIELDS
from .grid import MAX_BYTES
from .mapping import Guess, Mapping

NOT_TAKEN = ("", "Not taken")
ORDERS = [("", "As the dates show"), ("dmy", "Day first: 23/06/2015"), ("mdy", "Month first: 06/23/2015")]


class UploadForm(Form):
    """The file. Its name is kept, its kind is found out from what is in it."""

    file = forms.FileField(
        label="Register",
        help_text="Excel workbook (.xlsx) or CSV, with one line for each assessment and the headings above them.",
        error_messages={"required": "Select the file of the register", "empty": "The file is empty"},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"The file must be smaller than {MAX_BYTES // 1_000_000} MB")
        return file


class ColumnsForm(Form):
    """Which fact each column holds, how its dates are read, and the district when no column has one."""

    mark_optional = False

    def __init__(self, data=None, *, guesses: Iterable[Guess], mapping: Mapping, hubs: Iterable[Hub]) -> None:
        super().__init__(data)
        self.guesses = list(guesses)
        self.before = mapping
        choices = [NOT_TAKEN, *((f.key, f.label) for f in FIELDS)]
        for position, guess in enumerate(self.guesses):
            column = forms.ChoiceField(
                label=f"What the column {guess.heading} holds", choices=choices, required=False,
                initial=mapping.columns.get(guess.heading, ""),
            )
            column.look = Look(hide_label=True)
            self.fields[f"column_{position}"] = column
        self.fields["order"] = forms.ChoiceField(
            label="Dates in figures are written", choices=ORDERS, required=False,
            initial=next(iter(mapping.date_orders.values()), ""),
            help_text="Leave this unless the dates come out wrong. Each column is read as its own dates prove.",
        )
        self.fields["hub"] = forms.ChoiceField(
            label="District of every line", required=False, initial=mapping.hub,
            choices=[("", "A column holds it"), *((hub.name, hub.name) for hub in hubs)],
            help_text="Only for a register without a column for the district.",
        )

    @property
    def rows(self) -> list[tuple[Guess, forms.BoundField]]:
        """Each column with its control, for the table."""
        return [(guess, self[f"column_{position}"]) for position, guess in enumerate(self.guesses)]

    def clean(self):
        data = super().clean()
        mapping = self.mapping
        for label in mapping.missing():
            self.add_error(None, f"Say which column holds: {label}")
        for label in mapping.doubled():
            self.add_error(None, f"Only one column can hold: {label}")
        return data

    @property
    def mapping(self) -> Mapping:
        """The mapping as filled in. What only a mapping file can say (values) is kept."""
        data = self.cleaned_data
        columns = {guess.heading: data.get(f"column_{n}", "") for n, guess in enumerate(self.guesses)}
        order = data.get("order", "")
        orders = {f.key: order for f in FIELDS if f.kind == "date"} if order else {}
        return Mapping(columns, orders, self.before.values, data.get("hub", ""), self.before.sheet)


class DecisionForm(Form):
    """Whether two records are about one child."""

    decision = forms.ChoiceField(
        label="Are they the same child?", widget=forms.RadioSelect,
        choices=[
            (DuplicateDecision.SAME, "Yes, the same child"), (DuplicateDecision.DIFFERENT, "No, different children")
        ],
    )
    reason = forms.CharField(label="How do you know?", required=False, max_length=1000)
    looks = {
        "decision": Look(
            reveals={DuplicateDecision.DIFFERENT: "reason"},
            hints={DuplicateDecision.SAME: "Both records stay until somebody joins them; nothing is merged now."},
        ),
        "reason": Look(needed="Enter how you know that they are different children"),
    }
