"""The rubric of a check as pages use it: its questions, and what each of Ofsted's four grades looks like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from assessments.models import Rubric
from assessments.models.quality import DOES_NOT_APPLY, Grade, QualityAudit

COLOURS = {
    Grade.OUTSTANDING: "green",
    Grade.GOOD: "teal",
    Grade.REQUIRES_IMPROVEMENT: "yellow",
    Grade.INADEQUATE: "red",
}


@dataclass(frozen=True)
class Criterion:
    """One question of the rubric. `looks`: what each grade looks like, by code."""

    key: str
    title: str
    question: str
    looks: dict[str, str]


@dataclass(frozen=True)
class Graded:
    """One question as it was answered in a check: the grade in words, and what was seen."""

    criterion: Criterion
    code: str
    words: str

    @property
    def label(self) -> str:
        if self.code == DOES_NOT_APPLY:
            return "Does not apply"
        return str(Grade(self.code).label) if self.code else "Not graded"

    @property
    def colour(self) -> str:
        return COLOURS.get(self.code, "grey")


@lru_cache(maxsize=16)
def _criteria(version: int) -> tuple[Criterion, ...]:
    written = Rubric.objects.get(version=version).criteria
    return tuple(Criterion(each["key"], each["title"], each["question"], each["looks"]) for each in written)


def criteria_of(rubric: Rubric) -> tuple[Criterion, ...]:
    """The questions of a rubric, in order. A version never changes, so each is read once per process."""
    return _criteria(rubric.version)


def graded(audit: QualityAudit) -> list[Graded]:
    """Every question of a check's rubric with what was answered."""
    found = []
    for each in criteria_of(audit.rubric):
        given = audit.grades.get(each.key, {})
        found.append(Graded(each, given.get("grade", ""), given.get("words", "")))
    return found
