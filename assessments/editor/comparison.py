"""Two versions of a form side by side, in words: what is new, gone, different, and what stands elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from assessments.editor import words
from assessments.spec import FormSpec, Group, Part, Question, Section, Stage

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
_TAGS = {
    ADDED: ("New", "green"),
    REMOVED: ("Gone", "red"),
    CHANGED: ("Changed", "blue"),
    MOVED: ("Moved", "grey"),
}


@dataclass(frozen=True)
class Difference:
    """One line: what happened to `what`, how it was and how it is. Either may be empty."""

    kind: str
    what: str
    before: str = ""
    after: str = ""

    @property
    def tag(self) -> tuple[str, str]:
        return _TAGS[self.kind]


@dataclass(frozen=True)
class Chapter:
    """The differences of one place of a form: the form itself, a page."""

    title: str
    lines: tuple[Difference, ...]


def compare(before: FormSpec, after: FormSpec) -> list[Chapter]:
    """Everything that reads differently in `after`, by the place. An empty list: they say the same."""
    pages_before, pages_after = _pages(before), _pages(after)
    moved = _moved_questions(pages_before, pages_after)
    chapters = [
        Chapter("The form", tuple(_own(before, after))),
        Chapter(
            "Clocks",
            tuple(_row(before.stages, after.stages, lambda each: each.title, _of_stage(before, after))),
        ),
        Chapter(
            "Headings of the list of pages", tuple(_row(before.groups, after.groups, lambda each: each.title))
        ),
        Chapter("Sections", tuple(_row(before.sections, after.sections, lambda each: each.title))),
        Chapter("Pages", tuple(_pages_differ(before, after))),
    ]
    for key, part in pages_after.items():
        was = pages_before.get(key)
        lines = (
            _of_page(before, after, was, part, moved)
            if was is not None
            else _questions_of_new(before, after, part, moved)
        )
        chapters.append(Chapter(f"Page “{words.title_of(part)}”", tuple(lines)))
    return [chapter for chapter in chapters if chapter.lines]


def total(chapters: Iterable[Chapter]) -> int:
    """How many differences there are."""
    return sum(len(chapter.lines) for chapter in chapters)


def differences_of_thing(
    form: FormSpec, before: Any, after: Any, part: Part | None = None
) -> list[Difference]:
    """What differs between two states of one thing, for two people who changed it at once."""
    if isinstance(before, Question) and part is not None:
        was, now = replace(part, questions=(before,)), replace(part, questions=(after,))
        return list(_question_lines(form, form, was, now, before, after))
    if isinstance(before, Part):
        return list(_part_lines(form, form, before, after))
    if isinstance(before, Stage):
        return list(_titled(before, after)) + list(_of_stage(form, form)(before, after))
    if isinstance(before, FormSpec):
        return list(_own(before, after))
    return list(_titled(before, after))


def _pages(form: FormSpec) -> dict[str, Part]:
    return {part.key: part for section in form.sections for part in section.parts}


def _own(before: FormSpec, after: FormSpec) -> Iterable[Difference]:
    for name, label in (
        ("title", "Title"),
        ("about", "When to choose it"),
        ("countersigned", "A manager signs after the author"),
    ):
        yield from _differs(label, words.said_of(getattr(before, name)), words.said_of(getattr(after, name)))


def _titled(before: Group | Section | Stage, after: Any) -> Iterable[Difference]:
    yield from _differs("Title", before.title, after.title)


def _of_stage(before: FormSpec, after: FormSpec) -> Callable[[Any, Any], Iterable[Difference]]:
    def lines(was: Stage, now: Stage) -> Iterable[Difference]:
        days = (words.said_of_days(was.days, was.working), words.said_of_days(now.days, now.working))
        yield from _differs(f"“{now.title}”: time allowed", *days)
        starts = (words.said_of_start(before, was.after), words.said_of_start(after, now.after))
        yield from _differs(f"“{now.title}”: runs from", *starts)

    return lines


def _row(
    before: Sequence[Any],
    after: Sequence[Any],
    called: Callable[[Any], str],
    inside: Callable[[Any, Any], Iterable[Difference]] | None = None,
) -> Iterable[Difference]:
    """What happened to the things of one row: gone, new, called otherwise, standing elsewhere."""
    was = {each.key: each for each in before}
    now = {each.key: each for each in after}
    yield from (Difference(REMOVED, called(each)) for key, each in was.items() if key not in now)
    places = _moved([key for key in was if key in now], [key for key in now if key in was])
    order = list(now)
    for key, each in now.items():
        if key not in was:
            yield Difference(ADDED, called(each))
            continue
        if called(was[key]) != called(each):
            yield Difference(CHANGED, "Title", called(was[key]), called(each))
        if key in places:
            yield Difference(MOVED, called(each), "", _after(order, now, key, called))
        if inside is not None:
            yield from inside(was[key], each)


def _after(order: list[str], things: dict[str, Any], key: str, called: Callable[[Any], str]) -> str:
    place = order.index(key)
    return f"After “{called(things[order[place - 1]])}”" if place else "First"


def _moved(before: list[str], after: list[str]) -> set[str]:
    """The fewest keys that have to be taken out for the rest to stand in the same order as before."""
    places = {key: place for place, key in enumerate(before)}
    ends: list[list[str]] = []  # ends[n]: the row of n + 1 keys in order whose last one stands first
    for key in after:
        longest = 0
        while longest < len(ends) and places[ends[longest][-1]] < places[key]:
            longest += 1
        row = [*(ends[longest - 1] if longest else []), key]
        ends[longest : longest + 1] = [row]
    stays = set(ends[-1]) if ends else set()
    return set(after) - stays


def _pages_differ(before: FormSpec, after: FormSpec) -> Iterable[Difference]:
    was, now = _pages(before), _pages(after)
    for key, part in was.items():
        if key not in now:
            yield Difference(REMOVED, words.title_of(part), _number(len(part.questions)))
    for key, part in now.items():
        if key not in was:
            yield Difference(ADDED, words.title_of(part), "", f"In section “{after.section_of(key).title}”")
    places: set[str] = set()
    for section in after.sections:
        keys = [part.key for part in section.parts if part.key in was]
        same = [key for key in keys if before.section_of(key).key == section.key]
        places |= _moved([key for key in was if key in same], same)
        for key in keys:
            if key not in same:
                yield Difference(
                    MOVED,
                    words.title_of(now[key]),
                    f"In section “{before.section_of(key).title}”",
                    f"In section “{section.title}”",
                )
    for section in after.sections:
        things = {part.key: part for part in section.parts}
        for key in (key for key in things if key in places):
            yield Difference(
                MOVED, words.title_of(things[key]), "", _after(list(things), things, key, words.title_of)
            )


def _number(count: int) -> str:
    return "It asked nothing" if not count else f"It asked {count} question{'s' if count > 1 else ''}"


_PART_WORDS: tuple[tuple[str, str, Callable[[FormSpec, Any], str]], ...] = (
    ("title", "Title", lambda form, value: value),
    ("question", "Heading of the page", lambda form, value: words.said_of(value)),
    ("hint", "Hint in the list of pages", lambda form, value: words.said_of(value)),
    ("intro", "Words at the top", lambda form, value: words.said_of(value)),
    ("together", "Line for all pages together", lambda form, value: words.said_of(value)),
    ("category", "Information category", lambda form, value: words.CATEGORY_LABELS.get(value, value)),
    ("group", "Heading in the list of pages", words.said_of_group),
    ("per", "Filled in", lambda form, value: words.PERS[value]),
    ("whom", "For which children", lambda form, value: words.WHOMS[value]),
    ("opens", "Can be filled in", lambda form, value: words.OPENS[value]),
    ("repeats", "Filled in again each time", lambda form, value: words.said_of(value)),
    ("stage", "Clock", words.said_of_stage),
    ("source", "What the page holds", lambda form, value: words.SOURCES[value]),
    ("shows", "Shown above the questions", lambda form, value: words.SHOWN[value]),
)
_QUESTION_WORDS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("kind", "Kind of answer", lambda value: words.KINDS.get(value, value)),
    ("nature", "Whose words it holds", lambda value: words.NATURES[value]),
    ("hint", "Hint", words.said_of),
    ("help", "Help", words.said_of),
    ("heading", "Heading above it", words.said_of),
    ("options", "Answers offered", lambda value: words.said_of_options(value) or words.NOT_SET),
    ("whom", "For which children", lambda value: words.WHOMS[value]),
    ("prefill", "Filled in from", words.said_of_prefill),
    ("siblings", "Usually the same for brothers and sisters", words.said_of),
    (
        "item",
        "Item of the assessment framework",
        lambda value: words.ITEMS.get(value, value) or words.NOT_SET,
    ),
    ("area", "What the number measures", words.said_of),
    ("low", "Words for 0", words.said_of),
    ("high", "Words for 10", words.said_of),
    ("voice", "The child’s own words", words.said_of),
    ("optional", "May be left blank without a word", words.said_of),
)


def _part_lines(before: FormSpec, after: FormSpec, was: Part, now: Part) -> Iterable[Difference]:
    for name, label, said in _PART_WORDS:
        old, new = getattr(was, name), getattr(now, name)
        if old != new:
            yield Difference(CHANGED, label, said(before, old), said(after, new))


def _of_page(before: FormSpec, after: FormSpec, was: Part, now: Part, moved: dict) -> Iterable[Difference]:
    yield from _part_lines(before, after, was, now)
    old = {question.key: question for question in was.questions}
    new = {question.key: question for question in now.questions}
    for key, question in old.items():
        if key not in new and (was.key, key) not in moved.values():
            yield Difference(REMOVED, words.label_of(was, question))
    places = _moved([key for key in old if key in new], [key for key in new if key in old])
    for key, question in new.items():
        if key not in old:
            yield from _new_question(before, after, now, question, moved)
            continue
        label = words.label_of(now, question)
        if key in places:
            yield Difference(
                MOVED, label, "", _after(list(new), new, key, lambda each: words.label_of(now, each))
            )
        for line in _question_lines(before, after, was, now, old[key], question):
            yield replace(line, what=_of(label, line.what))


def _questions_of_new(before: FormSpec, after: FormSpec, part: Part, moved: dict) -> Iterable[Difference]:
    for question in part.questions:
        yield from _new_question(before, after, part, question, moved)


def _new_question(
    before: FormSpec, after: FormSpec, part: Part, question: Question, moved: dict
) -> Iterable[Difference]:
    """A question that the page did not have: a new one, or one that stood on another page."""
    label = words.label_of(part, question)
    origin = moved.get((part.key, question.key))
    if origin is None:
        needed = ", needed before sign-off" if f"{part.key}.{question.key}" in after.minimum else ""
        yield Difference(ADDED, label, "", f"{words.KINDS.get(question.kind, question.kind)}{needed}")
        return
    came_from = before.find(origin[0])
    yield Difference(
        MOVED, label, f"On page “{words.title_of(came_from)}”", f"On page “{words.title_of(part)}”"
    )
    for line in _question_lines(before, after, came_from, part, came_from.find(origin[1]), question):
        yield replace(line, what=_of(label, line.what))


def _of(label: str, what: str) -> str:
    return f"“{label}”: {what[:1].lower()}{what[1:]}"


def _question_lines(
    before: FormSpec, after: FormSpec, was_on: Part, now_on: Part, was: Question, now: Question
) -> Iterable[Difference]:
    if was.label != now.label:
        yield Difference(CHANGED, "Words of the question", was.label, now.label)
    for name, label, said in _QUESTION_WORDS:
        old, new = getattr(was, name), getattr(now, name)
        if old != new:
            yield Difference(CHANGED, label, said(old), said(new))
    asked = (words.said_of_condition(was_on, was.shown_when), words.said_of_condition(now_on, now.shown_when))
    if was.shown_when != now.shown_when:
        yield Difference(CHANGED, "When it is asked", *asked)
    needed = (f"{was_on.key}.{was.key}" in before.minimum, f"{now_on.key}.{now.key}" in after.minimum)
    yield from _differs("Needed before sign-off", *(words.said_of(each) for each in needed))


def _moved_questions(
    before: dict[str, Part], after: dict[str, Part]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Questions that stand on another page than before: (page, key) now -> (page, key) then.

    The same question is one of the same words and kind that is gone from its page.
    """
    gone = {
        (question.label, question.kind): (part.key, question.key)
        for part in before.values()
        for question in part.questions
        if part.key not in after or question.key not in {each.key for each in after[part.key].questions}
    }
    found = {}
    for part in after.values():
        there = {each.key for each in before[part.key].questions} if part.key in before else set()
        for question in part.questions:
            origin = gone.get((question.label, question.kind))
            if question.key not in there and origin is not None and origin[0] != part.key:
                found[part.key, question.key] = gone.pop((question.label, question.kind))
    return found


def _differs(what: str, before: str, after: str) -> Iterable[Difference]:
    if before != after:
        yield Difference(CHANGED, what, before, after)


# Every setting of a page and of a question is compared, or named here because another line says it.
SAID_ELSEWHERE = {"key", "questions", "label", "shown_when"}
COMPARED: dict[type, set[str]] = {
    FormSpec: {
        "code",
        "version",
        "title",
        "about",
        "countersigned",
        "groups",
        "sections",
        "stages",
        "minimum",
    },
    Section: {"key", "title", "number", "parts"},
    Group: {"key", "title"},
    Stage: {"key", "title", "days", "working", "after"},
    Part: {name for name, *_ in _PART_WORDS} | SAID_ELSEWHERE,
    Question: {name for name, *_ in _QUESTION_WORDS} | SAID_ELSEWHERE,
}


def not_compared(cls: type) -> set[str]:
    """Settings of a form, or of a thing of it, that a comparison would pass over. A test holds it empty."""
    return {spot.name for spot in fields(cls)} - COMPARED[cls]
