"""One question of a form."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.domains import DOMAINS
from assessments.editor import words
from assessments.editor.forms.common import Folded, Line, Text, ThingForm, choose, refuse
from assessments.editor.tree import new_key
from assessments.spec import (
    NAME,
    NOT_KNOWN,
    Condition,
    FormSpec,
    Kind,
    Nature,
    Option,
    Part,
    Per,
    Question,
    Whom,
)
from assessments.spec.form import CHOOSING, DECIDING, KEY
from assessments.spec.prefills import PREFILLS
from earlyhelp.web.forms import Look

ALWAYS = "0"  # a question's key begins with a letter
WHEN = "when_"
_OPTIONS_HINT = (
    "One answer to a line. A hint can follow after a bar: Sometimes | Less than once a week. "
    "A short name may stand in front: sometimes | Sometimes. Leave short names that are in use as they are."
)
_ABOUT_NOBODY = f"Take {NAME} out: this page is not about one person"
_LONGEST_LABEL, _LONGEST_HINT, _MOST_OPTIONS = 200, 300, 60


class QuestionForm(ThingForm):
    """One question: its words, how it is answered, when it is asked."""

    called = "label"
    label = Line(
        label="Question",
        help_text=f"Write {NAME} where the person’s first name is to stand.",
        max_length=300,
        error_messages={"required": "Write the question"},
    )
    kind = forms.ChoiceField(
        label="How is it answered?",
        help_text="For a list of your own, write its answers below, under “Answers to choose from”.",
        choices=choose(words.KINDS),
        initial=Kind.LONG_TEXT,
    )
    options = Text(
        label="Answers to choose from",
        help_text=_OPTIONS_HINT,
        required=False,
        max_length=20000,
        widget=forms.Textarea,
    )
    nature = forms.ChoiceField(
        label="Whose words does it hold?",
        choices=choose(words.NATURES),
        widget=forms.RadioSelect,
        initial=Nature.FACT,
    )
    hint = Text(label="Hint under the question", required=False, max_length=600)
    help = Text(
        label="Help beside the question",
        help_text="Guidance that opens when somebody asks for it. It may be as long as it needs to be.",
        required=False,
        max_length=3000,
        widget=forms.Textarea,
    )
    needed = forms.BooleanField(label="It has to be answered before sign-off", required=False)
    asked_when = forms.ChoiceField(
        label="When is it asked?", required=False, widget=forms.RadioSelect, initial=ALWAYS
    )
    whom = forms.ChoiceField(
        label="For which children?", choices=choose(words.WHOMS), widget=forms.RadioSelect, initial=Whom.ALL
    )
    prefill = forms.ChoiceField(
        label="Fill it in from what is known", choices=[("", "Nothing"), *PREFILLS.items()], required=False
    )
    siblings = forms.BooleanField(
        label="The answer is usually the same for brothers and sisters", required=False
    )
    low = Line(label="Words for 0", required=False, max_length=80, initial="0 is very worrying")
    high = Line(label="Words for 10", required=False, max_length=80, initial="10 is going really well")
    area = Line(
        label="What does the number measure?",
        help_text="Numbers of the same name are compared over time. For example: home.",
        required=False,
        max_length=40,
    )
    heading = Line(label="Heading above the question", required=False, max_length=200)
    item = forms.ChoiceField(label="Item of the assessment framework", required=False)
    part = forms.ChoiceField(label="On which page?", required=False)
    voice = forms.BooleanField(label="The answer is shown as the child’s own words", required=False)
    expected = forms.BooleanField(
        label="Everybody is expected to answer it",
        help_text="The other questions of the page are then marked “(optional)”.",
        required=False,
    )
    looks = {
        "options": Look(rows=6),
        "nature": Look(small=True),
        "help": Look(rows=4),
        "whom": Look(small=True),
        "asked_when": Look(small=True),
    }
    settings = (
        "nature", "hint", "help", "whom", "prefill", "siblings", "low", "high", "area", "heading", "item", "voice",
    )  # fmt: skip

    def __init__(self, *args: Any, spec: FormSpec, page: Part, thing: Question | None = None, **kwargs: Any):
        self.page = page
        self.deciding = [
            each
            for each in page.questions
            if each.kind in DECIDING and (thing is None or each.key != thing.key)
        ]
        super().__init__(*args, spec=spec, thing=thing, **kwargs)
        self.fields["item"].choices = [
            ("", "None"),
            *((domain.label, [(item.code, item.label) for item in domain.items]) for domain in DOMAINS),
        ]
        if thing is None:
            del self.fields["part"]
        else:
            self.fields["part"].choices = [(each.key, words.title_of(each)) for each in spec.parts]
        if page.per not in {Per.CHILD, Per.PERSON}:
            for name in ("whom", "siblings"):
                del self.fields[name]
        if page.per is not Per.CHILD:
            del self.fields["voice"]
        self._ask_when()

    def _ask_when(self) -> None:
        """A choice of the page's own questions, each with the answers that matter."""
        choices, reveals = [(ALWAYS, "Always")], {}
        rule = self.thing.shown_when if self.thing is not None else None
        for asked in self.deciding:
            choices.append((asked.key, f"Only when “{words.label_of(self.page, asked)}” is …"))
            offered = (
                [("yes", "Yes"), ("no", "No")]
                if asked.kind is Kind.YES_NO
                else [(option.value, option.label) for option in asked.options]
            )
            box = forms.MultipleChoiceField(
                label="Any of these answers",
                choices=offered,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=list(rule.any_of) if rule is not None and rule.question == asked.key else [],
            )
            box.look = Look(small=True, needed="Tick at least one answer")
            self.fields[WHEN + asked.key] = box
            self._word(WHEN + asked.key, box)
            reveals[asked.key] = WHEN + asked.key
        self.fields["asked_when"].choices = choices
        self.fields["asked_when"].look = Look(small=True, reveals=reveals)
        if not self.deciding:
            del self.fields["asked_when"]

    def start(self) -> dict[str, Any]:
        found: dict[str, Any] = {"asked_when": ALWAYS}
        question = self.thing
        if question is None:
            return found
        rule = question.shown_when
        if rule is not None and rule.question in {each.key for each in self.deciding}:
            found["asked_when"] = rule.question
        return (
            super().start()
            | found
            | {
                "kind": question.kind,
                "options": words.said_of_options(question.options),
                "needed": f"{self.page.key}.{question.key}" in self.spec.minimum,
                "part": self.page.key,
                "expected": not question.optional,
            }
        )

    def folded(self) -> list[Folded]:
        question = self.thing
        rule = question.shown_when if question is not None else None
        asked = words.said_of_condition(self.page, rule)
        if question is not None and question.whom is not Whom.ALL:
            asked = f"{asked}, {words.WHOMS[question.whom].lower()}"
        filled = words.said_of_prefill(question.prefill) if question is not None else words.NOT_SET
        scale = (
            (question.area or "No name yet")
            if question is not None and question.kind is Kind.SCALE
            else "Not used"
        )
        count = len(question.options) if question is not None else 0
        found = [
            self._fold(
                "Answers to choose from",
                f"{count} answer{'s' if count != 1 else ''}" if count else "For a list of your own",
                "options",
            ),
            self._fold("When it is asked", asked, "asked_when", "whom"),
            self._fold("What is known already", filled, "prefill", "siblings"),
            self._fold("Numbers from 0 to 10", scale, "low", "high", "area"),
            self._fold(
                "Heading and place", f"Page “{words.title_of(self.page)}”",
                "part", "heading", "item", "expected", "voice",
            ),
        ]  # fmt: skip
        return [each for each in found if each.boxes]

    def clean_options(self):
        """The answers offered: each keeps the short name it has, a new one gets a name from its words."""
        kept = {option.label: option.value for option in self.thing.options} if self.thing is not None else {}
        lines = [line.strip() for line in self.cleaned_data["options"].splitlines()]
        found: list[Option] = []
        for number, line in enumerate(lines, start=1):
            if line:
                taken = {option.value for option in found} | (set(kept.values()) - _first_words(lines))
                found.append(_option(number, line, kept, taken | {NOT_KNOWN}))
        values = [option.value for option in found]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise refuse(f"Two answers are called “{twice}”. Give one of them another short name", "twice")
        if len(found) > _MOST_OPTIONS:
            raise refuse(f"Offer at most {_MOST_OPTIONS} answers. There are {len(found)}", "many")
        return tuple(found)

    def clean_area(self):
        area = self.cleaned_data["area"]
        return new_key(area, ()) if area and not KEY.fullmatch(area) else area

    def clean(self):
        data = super().clean()
        kind = data.get("kind")
        if kind in CHOOSING and "options" in data and not data["options"]:
            self.add_error("options", "Write at least one answer to choose from")
        if kind == Kind.SCALE and data.get("asked_when") not in (None, "", ALWAYS):
            self.add_error("asked_when", "Choose always: a number from 0 to 10 is asked every time")
        if self.page.per is Per.ONCE:
            for name in ("label", "hint", "help", "heading", "low", "high"):
                if NAME in (data.get(name) or ""):
                    self.add_error(name, _ABOUT_NOBODY)
        if data.get("voice") and kind != Kind.LONG_TEXT:
            self.add_error("voice", "Take the tick away, or choose “Longer text”")
        if data.get("siblings") and (
            data.get("nature") != Nature.FACT or kind in (Kind.SCALE, Kind.NEEDS, Kind.LEVEL)
        ):
            self.add_error(
                "siblings", "Take the tick away: only a fact can be the same for brothers and sisters"
            )
        if data.get("needed") and data.get("asked_when") not in (None, "", ALWAYS):
            self.add_error("needed", "Take the tick away, or ask the question always")
        return data

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        # A setting that this page does not have goes: it may be left from a time when the page was another one.
        for_each_child = {"voice": False, "siblings": False}
        return (
            for_each_child
            | {name: data[name] for name in self.settings if name in data}
            | {
                "kind": Kind(data["kind"]),
                "nature": Nature(data["nature"]),
                "whom": Whom(data.get("whom") or Whom.ALL),
                "options": data["options"] if data["kind"] in CHOOSING else (),
                "shown_when": self._condition(),
                "optional": not data["expected"],
            }
        )

    def _condition(self) -> Condition | None:
        asked = self.cleaned_data.get("asked_when")
        if not asked or asked == ALWAYS:
            return None
        return Condition(question=asked, any_of=tuple(self.cleaned_data[WHEN + asked]))


def _first_words(lines: list[str]) -> set[str]:
    """Short names that are written in front of a line."""
    return {line.partition("|")[0].strip() for line in lines if "|" in line}


def _option(number: int, line: str, kept: dict[str, str], taken: set[str]) -> Option:
    """One line: "label", "value | label", "label | hint" or "value | label | hint".

    Two pieces are a short name and its words when the first one can be a short name.
    """
    pieces = [" ".join(piece.split()) for piece in line.split("|")]
    value = ""
    if len(pieces) > 1 and (len(pieces) == 3 or KEY.fullmatch(pieces[0])):
        value = pieces.pop(0)
    label, *hints = pieces
    if len(hints) > 1:
        raise refuse(f"Line {number} has more than two bars. Write: short name | answer | hint", "bars")
    if not label:
        raise refuse(f"Line {number} has no words. Write the answer after the bar", "label")
    if value and (not KEY.fullmatch(value) or len(value) > 40):
        raise refuse(
            f"Line {number}: start with a short name in small letters, such as “every_day”, or leave it out",
            "value",
        )
    if value == NOT_KNOWN:
        raise refuse(
            f"Line {number}: “I do not know” is offered by itself. Choose another short name", "unknown"
        )
    if len(label) > _LONGEST_LABEL or len("".join(hints)) > _LONGEST_HINT:
        raise refuse(f"Line {number} is too long. Use {_LONGEST_LABEL} characters or fewer", "long")
    value = value or kept.get(label) or new_key(label, taken)
    return Option(value=value, label=label, hint="".join(hints))
