"""A service steps in: asked what and why, answered against a clock. The lead professional stays; the team grows."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cases.actions.lead import lock_case
from cases.actions.notes import write_event
from cases.models import Case, StepIn, StepInStatus
from cases.rules import NotAllowed
from cases.rules.steps import (
    check_can_answer_step_in,
    check_can_ask_to_step_in,
    check_can_take_back_step_in,
    missing_to_step_in,
)
from cases.states import check_can_become
from cases.steps_told import tell_step_in, tell_step_in_answered
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.workdays import add_working_days
from hubs.models import Agency, Membership

# What app.take_step_in answers when it refuses.
REFUSED = {
    "gone": "This request does not wait for your answer any more. Go back and look again.",
    "closed": "This family’s record has been closed, so nobody can join.",
    "restricted": "Only named people see this family’s record now. Ring the hub.",
    "not_agreed": "The family’s agreement to share with your agency has ended. Ring whoever asked you.",
    "worker": "That person does not work with families at your agency today. Name somebody else.",
}


@transaction.atomic
def ask_to_step_in(
    *, case: Case, to_agency: Agency, asked_for: str, reason: str, family_agrees: bool, by: Actor
) -> StepIn:
    """Ask a service to join the team. It reads what is asked, and nothing of the record until it names a worker.

    Args:
        asked_for: what the service is asked to do.
        reason: why now.

    Raises cases.rules.NotAllowed with what is missing when the agreement or the family does not cover the service, or
    ValueError without words or the family's agreement.
    """
    case = lock_case(case)
    check_can_ask_to_step_in(by, case)
    missing = missing_to_step_in(case, to_agency)
    if missing:
        raise NotAllowed(" ".join(missing))
    if not asked_for.strip() or not reason.strip():
        raise ValueError("Say what you ask for, and why now.")
    if not family_agrees:
        raise ValueError("Ask the family first. Help is theirs to accept.")
    if case.step_ins.waiting().filter(to_agency=to_agency).exists():
        raise ValueError(f"{to_agency.name} has been asked already and has not answered yet.")
    step_in = StepIn.objects.create(
        case=case,
        agency=by.agency,
        to_agency=to_agency,
        asked_for=asked_for,
        reason=reason,
        family_agrees=family_agrees,
        asked_by=by.membership,
        answer_by=add_working_days(timezone.localdate(), settings.EARLY_HELP["STEP_IN_ANSWER_WORKING_DAYS"]),
    )
    record_change(by, "Asked a service to step in", case=case, obj=step_in, agency=to_agency.pk)
    write_event(case=case, title=f"{to_agency.name} was asked to step in", by=by)
    tell_step_in(step_in)
    return step_in


@transaction.atomic
def accept_step_in(*, step_in: StepIn, worker: Membership, words: str = "", by: Actor) -> StepIn:
    """Join: the worker named here takes a place on the team. Who leads does not change.

    The database function does it, since the service does not see the record before. Raises cases.rules.NotAllowed with
    what is in the way.
    """
    check_can_answer_step_in(by, step_in)
    with connection.cursor() as cursor:
        cursor.execute("select app.take_step_in(%s, %s, %s)", [step_in.pk, worker.pk, words])
        came_of_it = cursor.fetchone()[0]
    if came_of_it in REFUSED:
        raise NotAllowed(REFUSED[came_of_it])
    step_in = StepIn.objects.select_related("case", "to_agency").get(pk=step_in.pk)
    record_change(by, "Accepted to step in", case=step_in.case, obj=step_in, membership=worker.pk)
    write_event(case=step_in.case, title=f"{by.agency.name} stepped in and joined the team", by=by)
    tell_step_in_answered(step_in)
    return step_in


@transaction.atomic
def decline_step_in(*, step_in: StepIn, reason: str, by: Actor) -> StepIn:
    """Say no with a reason, which goes back. Raises cases.rules.NotAllowed, or ValueError without a reason."""
    if not reason.strip():
        raise ValueError("Say why you cannot help. It goes back to whoever asked.")
    return _answer(step_in, StepInStatus.DECLINED, reason, by)


@transaction.atomic
def offer_instead(*, step_in: StepIn, offer: str, by: Actor) -> StepIn:
    """Offer something else; whoever asked may then ask for that.

    Raises cases.rules.NotAllowed, or ValueError without an offer.
    """
    if not offer.strip():
        raise ValueError("Say what you can offer instead.")
    return _answer(step_in, StepInStatus.OFFERED, offer, by)


@transaction.atomic
def take_back_step_in(*, step_in: StepIn, by: Actor) -> StepIn:
    """Take a request back before it is answered. Raises cases.rules.NotAllowed."""
    lock_case(step_in.case)
    step_in = StepIn.objects.select_related("case").get(pk=step_in.pk)
    check_can_become(step_in, StepInStatus.WITHDRAWN)
    check_can_take_back_step_in(by, step_in)
    _end(step_in, StepInStatus.WITHDRAWN, "", by)
    write_event(case=step_in.case, title="A request to step in was taken back", by=by)
    return step_in


def _answer(step_in: StepIn, status: str, words: str, by: Actor) -> StepIn:
    """An answer without joining. The service does not see the case, so the request itself is what is locked."""
    check_can_answer_step_in(by, step_in)
    waiting = StepIn.objects.select_for_update().filter(pk=step_in.pk, status=StepInStatus.ASKED).first()
    if waiting is None:
        raise NotAllowed(REFUSED["gone"])
    check_can_become(waiting, status)
    _end(waiting, status, words, by)
    tell_step_in_answered(waiting)
    return waiting


def _end(step_in: StepIn, status: str, words: str, by: Actor) -> None:
    step_in.status, step_in.answer = status, words
    step_in.answered_by, step_in.answered_at = by.membership, timezone.now()
    step_in.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    record_change(
        by, "Answered a request to step in", case=Case(pk=step_in.case_id), obj=step_in, status=status
    )
