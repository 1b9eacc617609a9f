"""The kinds of messages: what each is about, and whether it can wait for the day's e-mail."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models


class Topic(models.TextChoices):
    """What a message is about, in the words of the page where people choose how they are told."""

    SAFETY = "safety", "Safety: emergencies, restrictions and stepping up"
    MEETINGS = "meetings", "Meetings"
    FAMILIES = "families", "Families you work with: the team, the lead and the plan"
    ASSESSMENTS = "assessments", "Assessments"
    AGREEMENT = "agreement", "Access and the sharing agreement"


@dataclass(frozen=True)
class Kind:
    """One kind of message. An urgent one is told at once, whatever somebody chose: a child or a deadline waits."""

    topic: Topic
    is_urgent: bool = False


_SAFETY, _MEETINGS, _FAMILIES, _ASSESSMENTS, _AGREEMENT = (
    Kind(topic)
    for topic in (Topic.SAFETY, Topic.MEETINGS, Topic.FAMILIES, Topic.ASSESSMENTS, Topic.AGREEMENT)
)
_URGENT = Kind(Topic.SAFETY, is_urgent=True)
_SOON = Kind(Topic.MEETINGS, is_urgent=True)

KINDS: dict[str, Kind] = {
    "access-review": _AGREEMENT,
    "access-review-late": _AGREEMENT,
    "access-to-change": _AGREEMENT,
    "agreement-end": _AGREEMENT,
    "agreement-review": _AGREEMENT,
    "agreement-to-activate": _AGREEMENT,
    "agreement-to-sign": _AGREEMENT,
    "assessment-answered": _ASSESSMENTS,
    "assessment-asked": _ASSESSMENTS,
    "assessment-feedback": _ASSESSMENTS,
    "assessment-given": _ASSESSMENTS,
    "assessment-sent-back": _ASSESSMENTS,
    "assessment-to-countersign": _ASSESSMENTS,
    "cover-answered": _FAMILIES,
    "cover-asked": _FAMILIES,
    "drift-long": _FAMILIES,
    "drift-same": _FAMILIES,
    "drift-silent": _FAMILIES,
    # Somebody believes that a document is there, and their computer may hold a virus.
    "document-refused": Kind(Topic.FAMILIES, is_urgent=True),
    "document-versions-crossed": _FAMILIES,
    "draft-reminder": _ASSESSMENTS,
    "drafts-late": _ASSESSMENTS,
    "emergency-opened": _URGENT,
    # To people without an account: they have nothing else to look at.
    "guest-link": Kind(Topic.FAMILIES, is_urgent=True),
    "guest-locked": Kind(Topic.FAMILIES, is_urgent=True),
    "join-answered": _FAMILIES,
    "join-asked": _FAMILIES,
    "join-asked-urgent": _URGENT,
    "looks-to-answer": _AGREEMENT,
    # With a calendar file, which the day's e-mail cannot carry; and of tomorrow.
    "meeting-arranged": _SOON,
    "meeting-changed": _SOON,
    "meeting-cancelled": _SOON,
    "meetings-planned": _SOON,
    "meetings-changed": _SOON,
    "meetings-cancelled": _SOON,
    "meeting-reminder": _SOON,
    "meeting-answer-missing": _MEETINGS,
    "meeting-times": _MEETINGS,
    "meeting-times-complete": _MEETINGS,
    "meeting-times-missing": _MEETINGS,
    "meeting-times-off": _MEETINGS,
    "minutes-ready": _MEETINGS,
    "panel-agenda": _MEETINGS,
    "panel-answered": _FAMILIES,
    "panel-to-sign": _MEETINGS,
    "panel-worker": _FAMILIES,
    "quality-follow-up": _ASSESSMENTS,
    "quick-notes-going": _ASSESSMENTS,
    "restriction-review": _SAFETY,
    "restriction-review-late": _SAFETY,
    "step-down-answered": _FAMILIES,
    "step-down-hub": _FAMILIES,
    "step-down-late": _FAMILIES,
    "step-down-lead": _FAMILIES,
    "step-in-answered": _FAMILIES,
    "step-in-asked": _FAMILIES,
    "step-in-joined": _FAMILIES,
    "step-in-late": _FAMILIES,
    "step-up-decided": _URGENT,
    "step-up-incident": _URGENT,
    "step-up-late": _URGENT,
    "step-up-sent": _URGENT,
    "review-overdue": _FAMILIES,
}


def kind_of(name: str) -> Kind:
    """What is known about a kind of message. Raises ValueError for one that nobody has put into KINDS."""
    try:
        return KINDS[name]
    except KeyError:
        raise ValueError(
            f"Say in earlyhelp/outbox/kinds.py what messages of the kind {name} are about."
        ) from None
