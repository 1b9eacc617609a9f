"""The only writers. Every action checks its rule, writes, and records the event, in one transaction."""

from assessments.actions.answers import Saved, save_answers
from assessments.actions.match import check_for_record, check_others, clear_check, keep_again, keep_draft
from assessments.actions.register import register_assessment
from assessments.actions.status import (
    close_assessments,
    complete_if_ready,
    follow_lead,
    sign_off,
    take_back_sign_off,
    withdraw,
)

__all__ = [
    "Saved",
    "check_for_record",
    "check_others",
    "clear_check",
    "close_assessments",
    "complete_if_ready",
    "follow_lead",
    "keep_again",
    "keep_draft",
    "register_assessment",
    "save_answers",
    "sign_off",
    "take_back_sign_off",
    "withdraw",
]
