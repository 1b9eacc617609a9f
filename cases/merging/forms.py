"""Comparing two records, linking them, proposing a merge, answering and undoing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from cases.merging.reading import differences, with_companions
from cases.models import Family, LinkVerdict, Person
from earlyhelp.web.forms import Form, Look

REFERENCE = 20


class CompareForm(Form):
    """Two records, or one in which somebody stands twice."""

    one = forms.CharField(
        label="Reference of one record", max_length=REFERENCE, help_text="For example, WM-20001"
    )
    other = forms.CharField(
        label="Reference of the other record",
        max_length=REFERENCE,
        help_text="The same again, if somebody is in one record twice.",
    )
    looks = {"one": Look(width=10), "other": Look(width=10)}

    def clean_one(self) -> str:
        return self.cleaned_data["one"].strip().upper()

    def clean_other(self) -> str:
        return self.cleaned_data["other"].strip().upper()


class LinkForm(Form):
    """What two records are to each other, and how one knows."""

    about = forms.ChoiceField(label="What is this about?", widget=forms.RadioSelect)
    verdict = forms.ChoiceField(label="What do you think?", choices=LinkVerdict, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="How do you know?",
        max_length=300,
        widget=forms.Textarea,
        help_text="For example: the school says it is one boy, his name was spelled in two ways.",
        error_messages={"required": "Enter how you know"},
    )
    looks = {
        "about": Look(label_size="s"),
        "verdict": Look(
            label_size="s",
            hints={"different": "They are not suggested again."},
        ),
        "reason": Look(rows=3, label_size="s"),
    }

    def __init__(self, data: Any = None, *, same_family: bool) -> None:
        super().__init__(data)
        if same_family:
            del self.fields["about"]
        else:
            about = cast(forms.ChoiceField, self.fields["about"])
            about.choices = [("person", "This person"), ("family", "The whole family")]


class ReasonForm(Form):
    """Why something is taken back."""

    reason = forms.CharField(
        label="Why?", max_length=300, widget=forms.Textarea, error_messages={"required": "Enter why"}
    )
    looks = {"reason": Look(rows=3, label_size="s")}


class DecideForm(Form):
    """The second person's word."""

    looked = forms.BooleanField(
        label="I have looked at both records, and read who would see more",
        error_messages={"required": "Tick that you have looked at both records"},
    )
    note = forms.CharField(label="Anything to add?", max_length=300, required=False, widget=forms.Textarea)
    looks = {"note": Look(rows=2, label_size="s")}


class ProposeForm(Form):
    """Who is in both records, which value is kept where they differ, and how one knows.

    Args:
        pairs: (who stays, who was recorded twice); the first is what the proposal is about, each other is asked.
        families: the families, when their names or strengths differ.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        pairs: Sequence[tuple[Person, Person]],
        families: tuple[Family, Family] | None,
    ) -> None:
        super().__init__(data)
        self.pairs, self.families = pairs, families
        for place, (kept, gone) in enumerate(pairs):
            if place:
                self._add(
                    f"pair_{gone.pk}",
                    forms.BooleanField(
                        label=f"{kept.called} and {gone.called} are one person", required=False
                    ),
                    initial=True,
                )
            self._ask_about(str(gone.pk), kept, gone, kept.called)
        if families:
            self._ask_about("family", *families, "The family")
        self._add(
            "reason",
            forms.CharField(
                label="How do you know that they are the same?",
                max_length=300,
                widget=forms.Textarea,
                error_messages={"required": "Enter how you know that they are the same"},
            ),
            look=Look(rows=3, label_size="s"),
        )

    def _add(self, name: str, field: forms.Field, *, look: Look | None = None, initial: Any = None) -> None:
        field.initial = initial
        if look:
            field.look = look  # type: ignore[attr-defined]
        self.fields[name] = field

    def _ask_about(self, key: str, kept: Person | Family, gone: Person | Family, whose: str) -> None:
        for each in differences(kept, gone):
            choices = [("kept", f"{each.kept} (kept record)"), ("gone", f"{each.gone} (other record)")]
            self._add(
                f"take_{key}_{each.name}",
                forms.ChoiceField(
                    label=f"{whose}: {each.label.lower()}", choices=choices, widget=forms.RadioSelect
                ),
                look=Look(label_size="s", small=True),
                initial="gone" if each.is_gone_better else "kept",
            )

    def chosen(self) -> list[tuple[Person, Person]]:
        """The pairs that are one person. Only after the form was found valid."""
        return [
            (kept, gone)
            for place, (kept, gone) in enumerate(self.pairs)
            if not place or self.cleaned_data.get(f"pair_{gone.pk}")
        ]

    def taken(self) -> dict[str, list[str]]:
        """What is taken from the record that goes, as `app.merge_preview` wants it."""
        found: dict[str, list[str]] = {}
        keys = [str(gone.pk) for _, gone in self.chosen()] + (["family"] if self.families else [])
        for key in keys:
            start = f"take_{key}_"
            names = [
                name.removeprefix(start)
                for name, answer in self.cleaned_data.items()
                if name.startswith(start) and answer == "gone"
            ]
            if names:
                found[key] = names if key == "family" else with_companions(names)
        return found
