"""When a request may take which step: one table."""

from __future__ import annotations

from enum import StrEnum

from reporting.models import SubjectStatus


class Step(StrEnum):
    ASK_IDENTITY = "ask for proof of identity"
    CHECK = "record what was checked"
    EXTEND = "take more time"
    CORRECT = "correct the person’s details"
    GATHER = "gather what is held"
    MARK = "decide what is withheld"
    HAND_OVER = "pass it to a second person"
    SEND_BACK = "send it back"
    SEND = "send it"
    REFUSE = "refuse it"


_R, _I, _H, _L = (
    SubjectStatus.RECEIVED,
    SubjectStatus.IDENTITY_AWAITED,
    SubjectStatus.IN_HAND,
    SubjectStatus.SECOND_LOOK,
)
STEPS: dict[Step, dict[SubjectStatus, SubjectStatus]] = {
    Step.ASK_IDENTITY: {_R: _I},
    Step.CHECK: {_R: _H, _I: _H},
    Step.EXTEND: {_R: _R, _H: _H, _L: _L},
    Step.CORRECT: {_R: _R, _I: _I, _H: _H},
    Step.GATHER: {_H: _H},
    Step.MARK: {_H: _H},
    Step.HAND_OVER: {_H: _L},
    Step.SEND_BACK: {_L: _H},
    Step.SEND: {_L: SubjectStatus.SENT},
    Step.REFUSE: {_R: SubjectStatus.REFUSED, _I: SubjectStatus.REFUSED, _H: SubjectStatus.REFUSED},
}


class NotNow(ValueError):
    """The request is not where this step can be taken. The message is shown."""


def after(step: Step, status: str) -> SubjectStatus:
    """Where a step leads. Raises NotNow."""
    try:
        return STEPS[step][SubjectStatus(status)]
    except KeyError:
        raise NotNow(
            f"You cannot {step} now: the request is {SubjectStatus(status).label.lower()}."
        ) from None


def can_take(step: Step, status: str) -> bool:
    return SubjectStatus(status) in STEPS[step]
