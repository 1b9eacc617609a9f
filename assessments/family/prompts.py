"""Risk prompts: what the form points out, why it may matter and what to think about.

They are worked out from needs ticked and answers chosen, by code; no text is read. They set no level, stop nothing and
are counted nowhere: a person decides. The list is data (data/indicators.json), with the source of each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from assessments.answers import Value
from assessments.domains import NEED_LABELS, NO_NEEDS
from assessments.household import told
from assessments.models import Considered
from assessments.pages import Book, PageOf
from assessments.spec import Kind, Question

DATA = Path(__file__).parent / "data" / "indicators.json"
CHOSEN = frozenset({Kind.YES_NO, Kind.CHOICE, Kind.MULTI})


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One thing that may matter. `all_of` names signals ("a|b" is either), of which `at_least` must be there."""

    code: str
    title: str
    all_of: tuple[str, ...]
    at_least: int
    why: str
    consider: tuple[str, ...]
    source: str
    urgent: bool = False
    unless: str = ""


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One answer that was noticed, in words, and where it stands."""

    words: str
    page: PageOf


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """An indicator for this family: what was noticed, and who has thought about it."""

    indicator: Indicator
    seen: tuple[Signal, ...]
    considered: tuple[Considered, ...] = ()


@lru_cache(maxsize=1)
def indicators() -> tuple[tuple[Indicator, ...], dict[str, tuple[str, ...]]]:
    """The indicators in the order they are shown, and for each signal the answers that give it."""
    read = json.loads(DATA.read_text(encoding="utf-8"))
    found = tuple(
        Indicator(
            **each
            | {
                "all_of": tuple(each["all_of"]),
                "at_least": each.get("at_least", len(each["all_of"])),
                "consider": tuple(each["consider"]),
            }
        )
        for each in read["indicators"]
    )
    signals = {name: tuple(answers) for name, answers in read["signals"].items()}
    return tuple(sorted(found, key=lambda each: not each.urgent)), signals


def find(code: str) -> Indicator:
    """The indicator with this code. Raises KeyError."""
    for each in indicators()[0]:
        if each.code == code:
            return each
    raise KeyError(code)


def noticed(book: Book, considered: Iterable[Considered]) -> tuple[Prompt, ...]:
    """What may matter for this family, from the answers this reader may see: what needs thought soonest first."""
    seen = _seen(book)
    by_code: dict[str, list[Considered]] = {}
    for row in considered:
        by_code.setdefault(row.indicator, []).append(row)
    return tuple(
        Prompt(
            indicator=each,
            seen=_signals(each, seen),
            considered=tuple(by_code.get(each.code, ())),
        )
        for each in matching(set(seen))
    )


def matching(signals: set[str]) -> list[Indicator]:
    """The indicators for a set of signals. Pure: no family, no database."""
    found = {each.code: each for each in indicators()[0] if _holds(each, signals)}
    return [each for each in found.values() if each.unless not in found]


def _holds(indicator: Indicator, signals: set[str]) -> bool:
    there = sum(any(name in signals for name in group.split("|")) for group in indicator.all_of)
    return there >= indicator.at_least


def _signals(indicator: Indicator, seen: Mapping[str, list[Signal]]) -> tuple[Signal, ...]:
    """Every answer behind an indicator, each once."""
    names = [name for group in indicator.all_of for name in group.split("|")]
    return tuple({signal.words: signal for name in names for signal in seen.get(name, ())}.values())


def _seen(book: Book) -> dict[str, list[Signal]]:
    """The signals that the answers give, each with the answers in words."""
    wanted: dict[str, list[str]] = {}
    for name, answers in indicators()[1].items():
        for answer in answers:
            wanted.setdefault(answer, []).append(name)
    found: dict[str, list[Signal]] = {}
    for page in book.pages.values():
        answers = page.answers
        for question in page.part.questions:
            for code, words in _codes(question, answers.get(question.key)):
                for name in wanted.get(code, ()):
                    found.setdefault(name, []).append(Signal(words=_in_words(page, words), page=page))
    return found


def _codes(question: Question, value: Value) -> list[tuple[str, str]]:
    """An answer as (code, words): nothing for text, numbers and dates."""
    chosen = value if isinstance(value, list) else [value]
    if question.kind is Kind.NEEDS:
        return [
            (f"need:{code}", NEED_LABELS.get(code, str(code))) for code in chosen if code and code != NO_NEEDS
        ]
    if question.kind not in CHOSEN:
        return []
    labels = {option.value: option.label for option in question.options} | {"yes": "Yes", "no": "No"}
    return [
        (f"answer:{question.key}={code}", labels[code])
        if question.kind is Kind.MULTI
        else (f"answer:{question.key}={code}", f"{question.label} {labels[code]}")
        for code in chosen
        if isinstance(code, str) and code in labels
    ]


def _in_words(page: PageOf, words: str) -> str:
    """One answer with where it was given: "Goes missing from home or school (Needs of Leo)"."""
    return f"{told(words, page.subject)} ({told(page.part.title, page.subject)})"
