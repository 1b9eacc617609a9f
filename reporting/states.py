"""When a highlight report may change: one table of what leads where."""

from __future__ import annotations

from enum import StrEnum

from reporting.models import ReportStatus as S


class Step(StrEnum):
    """What somebody, or a worker, does to a report. The value ends the sentence "This report cannot be ..."."""

    COUNT = "counted"
    FINISH = "finished"
    FAIL = "given up"
    COUNT_AGAIN = "counted again"
    WRITE = "commented on"
    APPROVE = "approved"
    SEND_BACK = "sent back"
    PUBLISH = "published"
    WITHDRAW = "taken back"


TRANSITIONS: dict[Step, tuple[frozenset[str], str]] = {
    Step.COUNT: (frozenset({S.ASKED, S.RUNNING}), S.RUNNING),
    Step.FINISH: (frozenset({S.RUNNING}), S.DRAFT),
    Step.FAIL: (frozenset({S.RUNNING}), S.FAILED),
    Step.COUNT_AGAIN: (frozenset({S.FAILED, S.DRAFT}), S.ASKED),
    Step.WRITE: (frozenset({S.DRAFT}), S.DRAFT),
    Step.APPROVE: (frozenset({S.DRAFT}), S.APPROVED),
    Step.SEND_BACK: (frozenset({S.APPROVED}), S.DRAFT),
    Step.PUBLISH: (frozenset({S.APPROVED}), S.PUBLISHED),
    Step.WITHDRAW: (frozenset({S.PUBLISHED}), S.WITHDRAWN),
}


class NotNow(Exception):
    """The report is not in a state in which this may be done. The message is for the reader."""


def can_take(step: Step, status: str) -> bool:
    """Whether a report with this status may take the step."""
    return status in TRANSITIONS[step][0]


def after(step: Step, status: str) -> str:
    """The status after the step. Raises NotNow with a sentence for the reader."""
    if not can_take(step, status):
        raise NotNow(f"This report cannot be {step} now: it is {S(status).label.lower()}.")
    return TRANSITIONS[step][1]
