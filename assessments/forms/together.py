"""The form of one sitting for all children: each shared question once, with whom it is true of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from assessments.actions.siblings import Sibling, shared_questions
from assessments.answers import NOT_KNOWN_VALUE, Value, digest, is_blank, is_not_known
from assessments.forms.questions import NOT_KNOWN_SUFFIX, can_be_not_known, field_for
from assessments.household import Household, Slot, Subject, told
from assessments.review import in_words
from assessments.spec import Part
from earlyhelp.web.forms import Form, Look

TO_SUFFIX = "__to"


class TogetherForm(Form):
    """The questions of a part that brothers and sisters usually answer alike, each with a tick for every child.

    Args:
        everyone: whom the part is about (assessments.actions.siblings.everybody). Whoever has an answer already
        is named with it, and not ticked.
    """

    mark_optional = False

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        part: Part,
        household: Household,
        everyone: list[Sibling],
    ):
        super().__init__(data)
        self.part, self.everyone, self.household = part, everyone, household
        all_of_them = Subject(id="", name="each child")
        self.asked = []
        for question in shared_questions(part):
            missing = [each.subject for each in everyone if question in each.open]
            if not missing:
                continue
            self.asked.append(question)
            slot = Slot(name=question.key, question=question)
            self.fields[question.key] = field_for(slot, all_of_them, household, self._common(question.key))
            self._word(question.key, self.fields[question.key])
            if can_be_not_known(question):
                known = forms.BooleanField(required=False, label="I do not know")
                known.look = Look(small=True)
                self.fields[question.key + NOT_KNOWN_SUFFIX] = known
            ticks = forms.MultipleChoiceField(
                label="True of",
                required=False,
                choices=[(subject.id, subject.name) for subject in missing],
                initial=[subject.id for subject in missing],
                widget=forms.CheckboxSelectMultiple,
            )
            ticks.look = Look(inline=True, small=True)
            self.fields[question.key + TO_SUFFIX] = ticks

    def _common(self, key: str) -> Value:
        """The answer to start with: the one that everybody gave who has one."""
        given = [value for each in self.everyone for question, value in each.answered if question.key == key]
        known = [value for value in given if not is_not_known(value)]
        return known[0] if known and len({digest(value) for value in known}) == 1 else None

    def lines(self) -> list[dict[str, Any]]:
        """Each question with its box, its ticks, and who has an answer already, in words."""
        found = []
        for question in self.asked:
            there = [
                (
                    each.subject.name,
                    ", ".join(in_words(question, {question.key: value}, self.household, None)),
                )
                for each in self.everyone
                for answered, value in each.answered
                if answered is question
            ]
            not_known = question.key + NOT_KNOWN_SUFFIX
            found.append(
                {
                    "label": told(question.label, Subject(id="", name="each child")),
                    "box": self[question.key],
                    "not_known": self[not_known] if not_known in self.fields else None,
                    "to": self[question.key + TO_SUFFIX],
                    "there": there,
                }
            )
        return found

    def values(self) -> dict[str, Value]:
        """The answers that can be stored, by question key."""
        found = {}
        for question in self.asked:
            value = self.cleaned_data.get(question.key)
            if is_blank(value) and self.cleaned_data.get(question.key + NOT_KNOWN_SUFFIX):
                value = NOT_KNOWN_VALUE
            if not is_blank(value):
                found[question.key] = value
        return found

    def ticked(self) -> dict[str, set[str]]:
        """Which questions were ticked for whom: question keys by person id."""
        found: dict[str, set[str]] = {}
        for question in self.asked:
            for person in self.cleaned_data.get(question.key + TO_SUFFIX) or ():
                found.setdefault(person, set()).add(question.key)
        return found
