"""One page of a form."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.editor.forms.common import Folded, Line, Text, ThingForm, choose
from assessments.editor.words import (
    CATEGORY_LABELS,
    OPENS,
    PERS,
    SHOWN,
    SOURCES,
    WHOMS,
    said_of_stage,
)
from assessments.spec import NAME, FormSpec, Opens, Per, Shows, Source, Whom
from earlyhelp.web.forms import Look

_NAME_HINT = f"Write {NAME} where the person’s first name is to stand."
_ABOUT_NOBODY = f"Take {NAME} out, or fill the page in for each child, adult or person"
_EACH_CHILD = {Per.CHILD, Per.PERSON}
_HINTS = {
    "safeguarding": "Read only by agencies that receive safeguarding information.",
    "family": "Read by every agency on the family’s team.",
}


class PartForm(ThingForm):
    """One page: what it is called, whom it is about, who may read it."""

    title = Line(
        label="Title of the page",
        help_text=_NAME_HINT,
        max_length=200,
        error_messages={"required": "Give the page a title"},
    )
    per = forms.ChoiceField(
        label="How often is it filled in?", choices=choose(PERS), widget=forms.RadioSelect, initial=Per.ONCE
    )
    category = forms.ChoiceField(
        label="What kind of information is it?",
        help_text="The information sharing agreement says which agencies read it.",
        choices=choose(CATEGORY_LABELS),
        widget=forms.RadioSelect,
        initial="family",
    )
    group = forms.ChoiceField(label="Under which heading of the list of pages?")
    section = forms.ChoiceField(label="In which section?")
    question = Line(
        label="Heading on the page",
        help_text="A question often works better than a title. Without one, the title stands there.",
        max_length=300,
        required=False,
    )
    intro = Text(label="Words at the top of the page", max_length=2000, required=False, widget=forms.Textarea)
    hint = Line(label="Hint in the list of pages", max_length=300, required=False)
    whom = forms.ChoiceField(
        label="For which children?",
        help_text="For pages that are filled in for each child.",
        choices=choose(WHOMS),
        widget=forms.RadioSelect,
        initial=Whom.ALL,
    )
    together = Line(
        label="One line in the list of pages for everybody’s page",
        help_text="For example: Strengths of each child. Without it each person has a line.",
        max_length=200,
        required=False,
    )
    opens = forms.ChoiceField(
        label="When can it be filled in?",
        choices=choose(OPENS),
        widget=forms.RadioSelect,
        initial=Opens.REGISTERED,
    )
    repeats = forms.BooleanField(label="It is filled in again each time, like a review", required=False)
    stage = forms.ChoiceField(
        label="Which clock does it belong to?",
        help_text="The clock stops when all its pages are finished.",
        required=False,
    )
    source = forms.ChoiceField(
        label="What does the page hold?",
        help_text="A page that is kept elsewhere on the record asks nothing and links there.",
        choices=choose(SOURCES),
    )
    shows = forms.ChoiceField(
        label="What does it show above the questions?", choices=choose(SHOWN), widget=forms.RadioSelect
    )
    looks = {
        "per": Look(small=True),
        "category": Look(small=True, hints=_HINTS),
        "intro": Look(rows=4),
        "whom": Look(small=True),
        "opens": Look(small=True),
        "shows": Look(small=True),
    }
    settings = (
        "per", "category", "group", "question", "intro", "hint", "whom", "together", "opens", "repeats", "stage",
        "source", "shows",
    )  # fmt: skip

    def __init__(self, *args: Any, spec: FormSpec, thing: Any = None, section: str = "", **kwargs: Any):
        self.inside = spec.section_of(thing.key).key if thing is not None else section
        super().__init__(*args, spec=spec, thing=thing, **kwargs)
        self.fields["group"].choices = [(group.key, group.title) for group in spec.groups]
        self.fields["section"].choices = [
            (each.key, f"{each.number}. {each.title}") for each in spec.sections
        ]
        self.fields["stage"].choices = [("", "None"), *((each.key, each.title) for each in spec.stages)]
        if not spec.stages:
            del self.fields["stage"]

    def start(self) -> dict[str, Any]:
        first = {"section": self.inside, "source": Source.ANSWERS, "shows": Shows.NOTHING}
        return first | super().start()

    def folded(self) -> list[Folded]:
        part = self.thing
        words = [
            label
            for name, label in (("question", "a heading"), ("intro", "words at the top"), ("hint", "a hint"))
            if part is not None and getattr(part, name)
        ]
        when = OPENS[part.opens] if part is not None else OPENS[Opens.REGISTERED]
        if part is not None and part.repeats:
            when = f"{when}, again each time"
        if part is not None and part.stage:
            when = f"{when}, clock “{said_of_stage(self.spec, part.stage)}”"
        whom = WHOMS[part.whom] if part is not None else WHOMS[Whom.ALL]
        holds = (
            "Answers to its questions"
            if part is None or part.source is Source.ANSWERS
            else SOURCES[part.source]
        )
        return [
            self._fold(
                "Words on the page",
                f"It has {', '.join(words)}" if words else "Only its title",
                "question", "intro", "hint",
            ),
            self._fold("Pages for each person", whom, "whom", "together"),
            self._fold("When it is filled in", when, "opens", "repeats", "stage"),
            self._fold("What the record already knows", holds, "source", "shows"),
        ]  # fmt: skip

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **{name: data[name] for name in self.settings if name in data},
            "per": Per(data["per"]),
            "whom": Whom(data["whom"]),
            "opens": Opens(data["opens"]),
            "source": Source(data["source"]),
            "shows": Shows(data["shows"]),
        }

    def clean(self):
        data = super().clean()
        per, source = data.get("per"), data.get("source")
        if per == Per.ONCE:
            for name in ("title", "question", "intro", "hint"):
                if NAME in (data.get(name) or ""):
                    self.add_error(name, _ABOUT_NOBODY)
            if data.get("together"):
                self.add_error("together", "Leave this empty: the page comes once")
            if data.get("shows") == Shows.PERSON:
                self.add_error("shows", "Choose something else: the page is about nobody")
        if per not in _EACH_CHILD and data.get("whom") not in (None, Whom.ALL):
            self.add_error("whom", "Choose all children, or fill the page in for each child")
        if source not in (None, Source.ANSWERS):
            if per != Per.ONCE:
                self.add_error("per", "Choose once: this page is kept elsewhere on the record")
            if data.get("repeats"):
                self.add_error("repeats", "Take the tick away: this page is kept elsewhere on the record")
            if self.thing is not None and self.thing.questions:
                self.add_error(
                    "source", "Remove its questions first: a page that is kept elsewhere asks nothing"
                )
        if NAME in (data.get("together") or ""):
            self.add_error("together", f"Take {NAME} out: this line is about everybody")
        return data
