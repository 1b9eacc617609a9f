"""The form of one page, drawn from its definition:

every kind of question, what is already there, what differs.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.boundfield import BoundField

from assessments.answers import (
    NOT_KNOWN_VALUE,
    Page,
    Sent,
    Value,
    digest,
    is_blank,
    is_not_known,
)
from assessments.forms.questions import NOT_KNOWN_SUFFIX, can_be_not_known, field_for
from assessments.household import Household, Slot, Subject, slots, told
from assessments.review import in_words, is_asked
from assessments.spec import Kind, Nature, Part, Question
from earlyhelp.web.forms import Form, Look

if TYPE_CHECKING:
    from assessments.known import Earlier

STILL_SUFFIX = "__still"
OFFER_SUFFIX = "__offer"
ALL_STILL_RIGHT = "known"  # the value of the page's "go" button that confirms all that was not marked


@dataclass(frozen=True, kw_only=True)
class Version:
    """Another version of an answer, still to be settled."""

    lines: tuple[str, ...]
    name: str
    when: dt.datetime


@dataclass(kw_only=True)
class Line:
    """One question as the page draws it: its boxes, and what stands beside them."""

    question: Question
    question_label: str
    heading: str
    hint: str
    help: str
    boxes: list[BoundField]
    not_known: BoundField | None = None
    versions: list[tuple[str, str, list[Version]]] = field(default_factory=list)
    also: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    shown_when: str = ""
    said: bool = False
    note: str = ""

    @property
    def is_scale(self) -> bool:
        return self.question.kind is Kind.SCALE


@dataclass(frozen=True, kw_only=True)
class Known:
    """An answer given before: what it says, where it stands, "Still right?", and the question's own boxes.

    `offer` is the hidden field that says which words the reader had before them when they answered.
    """

    key: str
    label: str
    heading: str
    lines: tuple[str, ...]
    source: str
    is_quote: bool
    is_open: bool
    box: BoundField
    offer: BoundField
    line: Line


class PartForm(Form):
    """One page of an assessment, for one person or for the family.

    Args:
        part, subject, household: what is asked, about whom.
        page: what is stored now.
        data: what was sent; `only` limits it to these questions (autosave sends the changed ones).
        also: what other agencies wrote on this page, as (agency, answers).
        earlier: answers given before (assessments.known), offered with "Still right?" while nothing is
        answered here. Their words stand in the boxes, to be changed; they are stored only when somebody says
        that they are still right.
        notes: by box, where an answer comes from that was confirmed or copied.
    """

    typed_by = ""  # the open page in which versions are shown, beside what was typed there

    mark_optional = False
    base = forms.CharField(required=False, widget=forms.HiddenInput)
    writer = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    done = forms.BooleanField(required=False, label="I have finished this part")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        part: Part,
        subject: Subject | None,
        household: Household,
        page: Page,
        writer: str = "",
        is_done: bool = False,
        only: frozenset[str] | None = None,
        also: tuple[tuple[str, Mapping[str, Value]], ...] = (),
        earlier: Mapping[str, Earlier] | None = None,
        notes: Mapping[str, str] | None = None,
    ):
        self.part, self.subject, self.household, self.page = part, subject, household, page
        self.only, self.also, self.notes = only, also, notes or {}
        given = earlier or {}
        self.earlier = {key: given[key] for key in given if data is not None or key not in page.answers}
        self.slots = slots(part, subject, household, page.answers)
        super().__init__(data, initial={"writer": writer, "done": is_done, "base": self.bases()})
        self.fields["done"].look = Look()
        marks_optional = any(not question.optional for question in part.questions)
        for slot in self.slots:
            if only is not None and slot.question.key not in only:
                continue
            stored = page.answers.get(slot.name)
            if stored is None and slot.name in self.earlier:
                stored = self.earlier[slot.name].value
            made = field_for(slot, subject, household, stored)
            if marks_optional and slot.question.optional and slot.rater is None:
                made.label = f"{made.label} (optional)"
            self.fields[slot.name] = made
            self._word(slot.name, made)
            if can_be_not_known(slot.question):
                known = forms.BooleanField(required=False, label="I do not know")
                known.initial = is_not_known(page.answers.get(slot.name))
                known.look = Look(small=True, classes="app-not-known")
                self.fields[slot.name + NOT_KNOWN_SUFFIX] = known
            if slot.name in self.earlier:
                self.fields[slot.name + STILL_SUFFIX] = _still(self.earlier[slot.name])
                shown = digest(self.earlier[slot.name].value)
                self.fields[slot.name + OFFER_SUFFIX] = forms.CharField(
                    required=False, initial=shown, widget=forms.HiddenInput
                )
        self._reveal()

    def known(self) -> list[Known]:
        """What was answered before and not here yet, each with its "Still right?"."""
        found, heading = [], ""
        for question in self.part.questions:
            heading = told(question.heading, self.subject) or (heading if question.item else "")
            if not self._is_offered(question):
                continue
            given = self.earlier[question.key]
            line = self._line(question, [self[question.key]])
            line.heading = ""
            lines = in_words(question, {question.key: given.value}, self.household, self.subject)
            found.append(
                Known(
                    key=question.key,
                    label=told(question.label, self.subject),
                    heading=heading,
                    lines=tuple(lines),
                    source=given.source,
                    is_quote=given.is_quote,
                    is_open=self[question.key + STILL_SUFFIX].value() == "no",
                    box=self[question.key + STILL_SUFFIX],
                    offer=self[question.key + OFFER_SUFFIX],
                    line=line,
                )
            )
        return found

    def _is_offered(self, question: Question) -> bool:
        """Whether a question is drawn with what was answered before, not among those still to answer."""
        return question.key + STILL_SUFFIX in self.fields and question.key not in self.page.answers

    def bases(self) -> str:
        """What this page shows of each box, in short, so that a save can tell whether somebody wrote
        meanwhile.
        """
        shown = {
            slot.name: [digest(self.page.answers.get(slot.name)), self.page.versions_digest(slot.name)]
            for slot in self.slots
        }
        return json.dumps(shown, separators=(",", ":"))

    def shown_bases(self) -> dict[str, tuple[str, str]]:
        """What the page that was sent had shown of each box, as (answer, all versions)."""
        return _read_bases(self.data.get("base", ""))

    def sent(self) -> dict[str, Sent]:
        """Every box that arrived and can be stored. Boxes with an error are left as they are."""
        self.full_clean()
        bases = self.shown_bases()
        settled = set(_many(self.data, "settle"))
        found = {}
        for slot in self.slots:
            if slot.name not in self.fields or slot.name in self.errors:
                continue
            value, source = self._value(slot)
            base, seen = bases.get(slot.name, ("-", ""))
            found[slot.name] = Sent(
                value=None if is_blank(value) else value,
                base=base,
                seen=seen,
                settle=slot.name in settled,
                origin=source,
            )
        return found

    def _value(self, slot: Slot) -> tuple[Value, Mapping[str, Any] | None]:
        """The answer that one box sent, and where it comes from if it was only confirmed.

        Words of an earlier answer that stand in the box unchanged were not typed: they count when somebody says
        that they are still right, having had these very words before them, and else not at all. When this page has
        stored other words meanwhile, its writer has put these back, and they count.
        """
        value = self.cleaned_data.get(slot.name)
        not_known = self.cleaned_data.get(slot.name + NOT_KNOWN_SUFFIX)
        shown = self.data.get(slot.name + OFFER_SUFFIX)
        if shown and (is_blank(value) or digest(value) == shown):
            given = self.earlier.get(slot.name)
            still = self.data.get(slot.name + STILL_SUFFIX)
            if not still and self.data.get("go") == ALL_STILL_RIGHT:
                still = "yes"
            if still == "yes" and not not_known and given is not None and digest(given.value) == shown:
                return given.value, given.origin
            stored = self.page.answers.get(slot.name)
            writer = self.data.get("writer")
            is_own = bool(writer) and self.page.marks.get(slot.name, {}).get("writer") == writer
            was_put_back = is_own and digest(stored) not in ("-", shown)
            is_kept = digest(stored) == digest(value) and still != "no"
            if not was_put_back:
                value = stored if is_kept and not not_known else None
        if is_blank(value) and not_known:
            value = NOT_KNOWN_VALUE
        return value, None

    def lines(self) -> list[Line]:
        """The page's questions in order, each with its boxes."""
        found: list[Line] = []
        inside = self.revealed_names
        left, item = "", ""  # the heading of a question that is drawn above, for the next one about its item
        for question in self.part.questions:
            if self._is_offered(question) and question.heading:
                left, item = told(question.heading, self.subject), question.item
            boxes = [
                self[slot.name]
                for slot in self.slots
                if slot.question is question and slot.name in self.fields
            ]
            if not boxes or boxes[0].name in inside or self._is_offered(question):
                continue
            line = self._line(question, boxes)
            if not line.heading and question.item and question.item == item:
                line.heading, left = left, ""
            found.append(line)
        return found

    def _line(self, question: Question, boxes: list[BoundField]) -> Line:
        not_known = question.key + NOT_KNOWN_SUFFIX
        return Line(
            question=question,
            question_label=told(question.label, self.subject),
            hint=told(question.hint, self.subject),
            heading=told(question.heading, self.subject),
            help=told(question.help, self.subject),
            boxes=boxes,
            not_known=self[not_known] if not_known in self.fields else None,
            versions=[v for box in boxes if (v := self._versions(question, box.name)) is not None],
            also=self._also(question),
            shown_when=_condition(question),
            said=question.nature is Nature.SAID,
            note=self.notes.get(question.key, ""),
        )

    def _versions(self, question: Question, name: str) -> tuple[str, str, list[Version]] | None:
        entries = self.page.differing.get(name)
        if not entries:
            return None
        mark = self.page.marks.get(name, {})
        in_the_box = mark.get("name", "")
        if self.typed_by and any(entry["writer"] == self.typed_by for entry in entries):
            # In that page's box stands its own version: what is stored as the answer must be seen beside it.
            entries = [entry for entry in entries if entry["writer"] != self.typed_by]
            if mark and not is_blank(self.page.answers.get(name)):
                entries = [{"value": self.page.answers[name], **mark}, *entries]
            in_the_box = "you"
        versions = [
            Version(
                lines=tuple(in_words(question, {name: entry["value"]}, self.household, self.subject)),
                name=entry["name"],
                when=dt.datetime.fromisoformat(entry["at"]),
            )
            for entry in entries
        ]
        return name, in_the_box, versions

    def _also(self, question: Question) -> list[tuple[str, tuple[str, ...]]]:
        found = []
        for agency, answers in self.also:
            if lines := tuple(in_words(question, answers, self.household, self.subject)):
                found.append((agency, lines))
        return found

    def _reveal(self) -> None:
        """Draw a conditional question inside the radio or checkbox that asks for it:

        the first one for each answer.
        """
        for question in self.part.questions:
            rule = question.shown_when
            if rule is None or rule.question not in self.fields or question.key not in self.fields:
                continue
            if self._is_offered(question) or rule.question + STILL_SUFFIX in self.fields:
                continue
            if self._stands_alone(question):
                continue
            if question.kind not in {Kind.TEXT, Kind.LONG_TEXT, Kind.NUMBER} or len(rule.any_of) != 1:
                continue
            asking = self.fields[rule.question]
            if rule.any_of[0] in asking.look.reveals or self.page.differing.get(question.key):
                continue
            asking.look.reveals[rule.any_of[0]] = question.key
            asking.look = _without_inline(asking.look)

    def _stands_alone(self, question: Question) -> bool:
        """Whether a conditional question holds something that a closed box would hide: an answer whose condition is
        not met, or what another agency wrote.
        """
        answers = self.page.answers
        return bool(self._also(question)) or (
            not is_blank(answers.get(question.key))
            and not is_asked(question, {**answers, question.key: None}, self.subject)
        )

    def _clean_revealed(self) -> None:
        """Nothing typed is dropped:

        an answer whose question does not apply any more is stored and not shown.
        """


def _still(given: Earlier) -> forms.Field:
    """One click instead of writing it again."""
    asked = forms.ChoiceField(
        label=given.asks,
        required=False,
        widget=forms.RadioSelect,
        choices=[("yes", "Yes"), ("no", "No, change it")],
    )
    asked.look = Look(inline=True, small=True)
    return asked


def _condition(question: Question) -> str:
    rule = question.shown_when
    return "" if rule is None else json.dumps({"name": rule.question, "any": list(rule.any_of)})


def _without_inline(look: Look) -> Look:
    """A revealed box has no room beside radios on one line."""
    return Look(label_size=look.label_size, small=look.small, hints=look.hints, reveals=look.reveals)


def _many(data: Mapping[str, Any], name: str) -> list[str]:
    getlist = getattr(data, "getlist", None)
    if getlist is not None:
        return list(getlist(name))
    found = data.get(name, [])
    return [found] if isinstance(found, str) else list(found)


def _read_bases(text: str) -> dict[str, tuple[str, str]]:
    """The hidden field, as far as it makes sense.

    A page without one is taken to have shown every box empty.
    """
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(name): (str(pair[0]), str(pair[1]))
        for name, pair in found.items()
        if isinstance(pair, list) and len(pair) == 2
    }
