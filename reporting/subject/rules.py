"""Who may log, answer and send a request for what is held."""

from __future__ import annotations

from django.conf import settings

from cases.rules import NotAllowed, answered
from earlyhelp.access import Actor, Permission
from reporting.models import Asker, ChildAble, SubjectRequest


def check_can_answer(actor: Actor) -> None:
    """Persons who answer requests: disclosure officers and information governance leads.

    Anybody who works here may log one that reached them.
    """
    if not actor.may(Permission.SUBJECT_ACCESS):
        raise NotAllowed("Disclosure officers and information governance leads answer these requests.")


def check_can_work_on(actor: Actor, request: SubjectRequest) -> None:
    """The officer who has the request in hand."""
    check_can_answer(actor)
    if request.officer_id != actor.membership.pk:
        raise NotAllowed("Another officer has this request in hand.")


def check_can_look_second(actor: Actor, request: SubjectRequest) -> None:
    """Anybody who answers requests and is another user than the officer and whoever passed it on."""
    check_can_answer(actor)
    first = {person.user_id for person in (request.officer, request.passed_by) if person}
    if actor.user.pk in first:
        raise NotAllowed("Somebody else has to look at it before it goes out.")


def wants_child_decision(request: SubjectRequest) -> bool:
    """Whether somebody must have judged if the child decides: asked for them, and they are 12 to 17 years old."""
    age = request.years_old
    return (
        request.asker != Asker.PERSON
        and age is not None
        and settings.EARLY_HELP["SUBJECT_ACCESS_CHILD_YEARS"] <= age < 18
    )


def check_facts(request: SubjectRequest) -> None:
    """What must be known before anything is looked for (domain.md 6.4). Raises ValueError with what is missing."""
    if not request.identity_seen_on or not request.identity_seen.strip():
        raise ValueError("Say what showed who is asking.")
    if request.asker != Asker.PERSON and not (request.authority_seen_on and request.authority_seen.strip()):
        raise ValueError(
            "Say what showed parental responsibility."
            if request.asker == Asker.PARENT
            else "Say what showed that they have the person’s authority."
        )
    if wants_child_decision(request):
        if not request.child_able:
            raise ValueError("Say whether the child can decide about their own records.")
        if request.child_able == ChildAble.YES and not request.child_agreed_on:
            raise ValueError(
                "The child can decide, so the child has to agree. If they do not, refuse the request."
            )
        if not request.child_able_note.strip():
            raise ValueError("Say who judged whether the child can decide, and how.")


can_answer = answered(check_can_answer)
can_work_on = answered(check_can_work_on)
can_look_second = answered(check_can_look_second)
