"""What the forms for the things of a form share: their settings, and those that are folded away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from assessments.answers import tidy
from assessments.spec import FormSpec
from earlyhelp.web.forms import Form


class Text(forms.CharField):
    """Text without control characters, at most `max_length` characters."""

    def to_python(self, value):
        return tidy(super().to_python(value) or "").replace("\r\n", "\n").strip()


class Line(Text):
    """Text on one line: a pasted line break becomes a space."""

    def to_python(self, value):
        return " ".join(super().to_python(value).split())


@dataclass(frozen=True)
class Folded:
    """Settings that are rarely changed. `says` tells how they are set; open when one of them was refused."""

    title: str
    says: str
    boxes: list[BoundField]

    @property
    def is_open(self) -> bool:
        return any(box.errors for box in self.boxes) or any(
            inner.revealed.errors
            for box in self.boxes
            if box.look.reveals
            for inner in box.options
            if inner.revealed is not None
        )


class ThingForm(Form):
    """The settings of one thing of a form.

    Args:
        spec: the whole form as it is now.
        thing: what is changed; None to add one.
        seen: the print of the thing on the page that is shown (`reading.state_of`).

    `called` is the name of the field with its title or question.
    """

    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    called = "title"
    settings: Sequence[str] = ()

    def __init__(self, data: Any = None, *, spec: FormSpec, thing: Any = None, seen: str = "", **more: Any):
        self.spec, self.thing = spec, thing
        initial = {"seen": seen, **self.start()}
        super().__init__(data, initial=initial, **more)

    def start(self) -> dict[str, Any]:
        """What the boxes hold at first."""
        if self.thing is None:
            return {}
        return {name: getattr(self.thing, name) for name in (self.called, *self.settings)}

    def facts(self) -> dict[str, Any]:
        """The settings as the action takes them, without the title or the question."""
        return {name: self.cleaned_data[name] for name in self.settings}

    def top(self) -> list[BoundField]:
        """Boxes that are always in sight."""
        hidden = {box.name for each in self.folded() for box in each.boxes} | self.revealed_names
        return [box for box in self.visible_fields() if box.name not in hidden]

    def folded(self) -> list[Folded]:
        """Boxes that are folded away, by subject."""
        return []

    def _fold(self, title: str, says: str, *names: str) -> Folded:
        return Folded(title, says, [self[name] for name in names if name in self.fields])


def choose(choices: dict[Any, str]) -> list[tuple[str, str]]:
    """Choices of a field from a table of words."""
    return [(str(value), label) for value, label in choices.items()]


def refuse(message: str, code: str) -> ValidationError:
    """A message that says how to fix it, whatever percent signs are in it."""
    return ValidationError(message.replace("%", "%%"), code=code, params={})
