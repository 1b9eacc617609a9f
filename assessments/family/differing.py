"""Views that differ, kept side by side: not a conflict of two writers, but two people who see one thing differently."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assessments.household import Household
from assessments.models import DifferingView
from assessments.spec import Kind, Nature, Part, Question
from earlyhelp.web.dates import day

WRITTEN_OUT = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.YES_NO, Kind.LEVEL, Kind.NEEDS})


@dataclass(frozen=True, kw_only=True)
class View:
    """How one person sees one question. `name` is theirs; `source` says when they said it and who wrote it down."""

    row: DifferingView
    name: str
    source: str


def views_of(rows: Iterable[DifferingView], household: Household) -> dict[str, list[View]]:
    """Differing views by question: those of people whom the reader may see, and of professionals."""
    found: dict[str, list[View]] = {}
    for row in rows:
        speaker = household.subject(str(row.speaker_id)) if row.speaker_id else None
        if row.speaker_id and speaker is None:
            continue
        name = speaker.name if speaker else row.said_by
        source = f"Said {day(row.said_on)}, written down by {row.recorded_by_name}"
        found.setdefault(row.question, []).append(View(row=row, name=name, source=source))
    return found


def may_differ(question: Question) -> bool:
    """Whether another person's view can stand beside an answer: what was said, or what somebody makes of it.

    A fact is corrected instead, and a scale has a number for each person already.
    """
    return question.nature in {Nature.SAID, Nature.VIEW} and question.kind in WRITTEN_OUT


def question_for_views(part: Part, key: str) -> Question:
    """The question of a part that takes differing views. Raises KeyError."""
    question = part.find(key)
    if not may_differ(question):
        raise KeyError(key)
    return question
