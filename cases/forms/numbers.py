"""Numbers that carry a check digit: a slip is pointed out once, and what the letter says can be kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from django import forms

from cases.identifiers import check_nhs_number, check_upn

SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015/]")  # as people write them between groups of a number
KEEP = "If it is written like this, save again to keep it."


class NumbersForm(forms.Form):
    """A form with `nhs_number` and `upn`.

    A number of the wrong length is refused. One whose check digit is wrong is asked about once, at its field; sent
    again as it is, it is taken, because the source may be wrong and a person can put it right later (domain.md 4.5).
    """

    numbers_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_nhs_number(self) -> str:
        wrong = f"Check the NHS number: one of its numbers is wrong. {KEEP}"
        return self._as_written("nhs_number", check_nhs_number, 10, wrong, "10 numbers, like 943 476 5919")

    def clean_upn(self) -> str:
        wrong = f"Check the UPN: a letter or number is wrong. {KEEP}"
        return self._as_written("upn", check_upn, 13, wrong, "13 characters, like H801200001001")

    def clean(self):
        data = super().clean()
        data.pop("numbers_seen", None)
        return data

    def _as_written(
        self, name: str, check: Callable[[str], tuple[str, str]], length: int, wrong: str, example: str
    ) -> str:
        typed = SEPARATORS.sub("", unicodedata.normalize("NFKC", self.cleaned_data[name]))
        value, warning = check(typed)
        if not warning or value == self.initial.get(name):
            return value
        if len(typed) != length or not typed.isascii() or (name == "nhs_number" and not typed.isdecimal()):
            label = "an NHS number" if name == "nhs_number" else "a UPN"
            raise forms.ValidationError(f"Enter {label} that has {example}", code="length")
        asked = self.add_prefix("numbers_seen")
        seen = self.data.get(asked, "").split()
        if value in seen:
            return value
        self.data = self.data.copy()
        self.data[asked] = " ".join([*seen, value])
        raise forms.ValidationError(wrong, code="check_digit")
