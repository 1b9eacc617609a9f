"""What still keeps a draft from being published, each with the thing it is about, in words its writer knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assessments.editor.tree import Gone, What, find
from assessments.editor.words import label_of, title_of
from assessments.spec import FormSpec, Part, problems

_SENTENCE = re.compile(
    r"(?P<what>form|group|section|part|question|minimum|stage)(?: '?(?P<key>[a-z0-9_]+(?:\.[a-z0-9_]+)?)'?)?"
    r"(?: (?P<field>[^:]+))?: (?P<words>.+)",
    re.DOTALL,
)
_DEPENDS = re.compile(r"^(depends on (?:an answer that )?)([a-z0-9_]+)")
_FIELDS = {
    "title": "The title",
    "about": "The words for choosing the form",
    "question": "The heading of the page",
    "hint": "The hint",
    "intro": "The words at the top of the page",
    "together": "The line for all pages together",
    "label": "The question",
    "help": "The help",
    "heading": "The heading",
    "low": "The words for 0",
    "high": "The words for 10",
}
NO_PAGE = "The form has no page that asks something. Add a page with a question."


@dataclass(frozen=True)
class Problem:
    """One reason why a draft cannot be published. `what` and `key` name the thing (`tree`), `title` is what it is
    called; a reason that is about the form itself has no `what`.
    """

    what: What | None
    key: str
    title: str
    words: str


def problems_of(form: FormSpec) -> list[Problem]:
    """Every reason, in the order of the form. None means that it can be published."""
    found = [_read(form, sentence) for sentence in problems(form)]
    if not any(True for _ in form.every_question()):
        found.append(Problem(None, "", form.title, NO_PAGE))
    return found


def problems_with(form: FormSpec, what: What, key: str) -> list[Problem]:
    """The reasons that are about one thing."""
    return [problem for problem in problems_of(form) if (problem.what, problem.key) == (what, key)]


def _read(form: FormSpec, sentence: str) -> Problem:
    """One sentence of `assessments.spec.problems`, with the thing it names found again."""
    read = _SENTENCE.fullmatch(sentence)
    if read is None or read["what"] == "form" or not read["key"]:
        return Problem(None, "", form.title, _words(read["field"] or "", read["words"]) if read else sentence)
    is_question = read["what"] in ("question", "minimum")
    what, key = What.QUESTION if is_question else What(read["what"]), read["key"]
    try:
        thing = find(form, what, key)
    except Gone:
        return Problem(None, "", form.title, sentence)
    words = read["words"]
    if is_question:
        part = form.find(key.partition(".")[0])
        return Problem(what, key, label_of(part, thing), _words(read["field"] or "", _named(part, words)))
    title = title_of(thing) if isinstance(thing, Part) else thing.title
    return Problem(what, key, title or key, _words(read["field"] or "", words))


def _words(field: str, words: str) -> str:
    name = _FIELDS.get(field) or (f"Its {field}" if field else "")
    sentence = f"{name} {words}" if name else words
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _named(part: Part, words: str) -> str:
    """A question that another one depends on, by its words instead of its key."""
    return _DEPENDS.sub(lambda read: f"{read[1]}{_called(part, read[2])}", words, count=1)


def _called(part: Part, key: str) -> str:
    try:
        return f"“{label_of(part, part.find(key))}”"
    except KeyError:
        return f"a question that has been taken out ({key})"
