"""Handing a draft on: asked for and answered, or given by a manager. The assessor stays until somebody else is it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, HandOver, HandOverStatus
from cases.actions.notes import write_event
from cases.actions.team import add_to_team, leave_team
from cases.leading import could_lead
from cases.models import TeamMember
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from earlyhelp.access import Actor, Role
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.models import Membership

# What the team reads of somebody who joined to read a draft that they were asked to take over.
HELPS_WITH = "Asked to go on with an assessment"


def check_is_draft(assessment: Assessment) -> None:
    """When an assessment can be handed on: registered, and neither signed off nor ended."""
    if assessment.status != "initiated" or assessment.is_signed_off:
        raise NotAllowed("Only an assessment that is still being written can be handed on.")


def looks_after(actor: Actor, assessment: Assessment) -> bool:
    """Whether this person is a lead of the assessor's agency, or staff of the case's hub."""
    agency = assessment.assessor.agency_id if assessment.assessor else assessment.agency_id
    is_their_lead = agency == actor.agency.pk and actor.has_role(Role.AGENCY_LEAD)
    return is_their_lead or assessment.case.hub_id in actor.hub_ids


def check_can_ask(actor: Actor, assessment: Assessment) -> None:
    """Persons who may ask a colleague to go on with a draft:

    - its assessor,
    - a lead of the assessor's agency, staff of the case's hub (who may also give it),
    - while nobody has been asked already.
    """
    check_can_write(actor, assessment.case)
    check_is_draft(assessment)
    if assessment.assessor_id != actor.membership.pk and not looks_after(actor, assessment):
        raise NotAllowed("Only the assessor, a lead of their agency or the hub can hand this assessment on.")


def check_can_give(actor: Actor, assessment: Assessment) -> None:
    """Persons who may give a draft to somebody without asking, when its assessor is away or has left:

    - a lead of the assessor's agency,
    - staff of the case's hub.
    """
    check_can_write(actor, assessment.case)
    check_is_draft(assessment)
    if not looks_after(actor, assessment):
        raise NotAllowed(
            "Only a lead of the assessor’s agency or the hub can give this assessment to somebody."
        )


def check_can_answer(actor: Actor, hand_over: HandOver) -> None:
    """Persons who may accept, decline, or confirm that they have it: whoever was asked or given it."""
    if hand_over.to_membership_id != actor.membership.pk:
        raise NotAllowed("Only the person who was asked can answer.")
    check_can_write(actor, hand_over.assessment.case)
    if hand_over.status != HandOverStatus.WAITING:
        raise NotAllowed("This was answered already, or taken back.")
    check_is_draft(hand_over.assessment)


def check_can_take_back(actor: Actor, hand_over: HandOver) -> None:
    """Persons who may take a request back before it is answered: whoever asked, the assessor, their lead, the hub."""
    check_can_write(actor, hand_over.assessment.case)
    if hand_over.is_given or hand_over.status != HandOverStatus.WAITING:
        raise NotAllowed("There is no request to take back.")
    mine = actor.membership.pk in {hand_over.asked_by_id, hand_over.assessment.assessor_id}
    if not mine and not looks_after(actor, hand_over.assessment):
        raise NotAllowed("Only the person who asked, the assessor or the hub can take this back.")


can_ask = answered(check_can_ask)
can_give = answered(check_can_give)
can_answer = answered(check_can_answer)
can_take_back = answered(check_can_take_back)


def could_take_over(assessment: Assessment) -> list[Membership]:
    """Everybody who may be asked: on the family's team, or able to join it today. Not the assessor."""
    return [each for each in could_lead(assessment.case) if each.pk != assessment.assessor_id]


@transaction.atomic
def ask_to_take_over(*, assessment: Assessment, membership: Membership, note: str, by: Actor) -> HandOver:
    """Ask a colleague to go on with a draft. They join the team so that they can read it first.

    Args:
        note: what they need to know; they read it before they answer.

    Raises NotAllowed, also with what is missing when the family's agreement does not cover their agency, or
    ValidationError when somebody has been asked already or it is the assessor.
    """
    assessment = _locked(assessment)
    check_can_ask(by, assessment)
    _check_person(assessment, membership, note, "Write a hand-over note: what is done, and what is left.")
    if assessment.hand_overs.filter(status=HandOverStatus.WAITING, is_given=False).exists():
        raise ValidationError("Somebody has been asked already. Take that request back first.", code="asked")
    add_to_team(case=assessment.case, membership=membership, helps_with=HELPS_WITH, by=by)
    hand_over = HandOver.objects.create(
        assessment=assessment,
        case=assessment.case,
        from_membership=assessment.assessor,
        to_membership=membership,
        asked_by=by.membership,
        note=note.strip(),
    )
    record_change(
        by,
        "Asked somebody to go on with an assessment",
        case=assessment.case,
        obj=hand_over,
        assessment=assessment.reference,
        membership=membership.pk,
    )
    write_event(
        case=assessment.case,
        title=f"Somebody at {membership.agency.name} was asked to go on with assessment {assessment.reference}",
        by=by,
    )
    _tell("assessment-asked", membership, hand_over, "asked", _answer_link(hand_over))
    return hand_over


@transaction.atomic
def accept(*, hand_over: HandOver, by: Actor) -> HandOver:
    """Accept: from this instant the person asked is the assessor. Raises NotAllowed, also when it is too late."""
    hand_over = _locked_request(hand_over)
    check_can_answer(by, hand_over)
    if hand_over.is_given:
        return _acknowledge(hand_over, by)
    _answer(hand_over, HandOverStatus.ACCEPTED)
    _change_assessor(hand_over, by)
    _tell_the_other_side(hand_over)
    return hand_over


@transaction.atomic
def decline(*, hand_over: HandOver, reason: str, by: Actor) -> HandOver:
    """Decline with a reason, which goes back to whoever asked. The assessor stays.

    Who joined the team for this alone leaves it again. Raises NotAllowed, or ValidationError without a reason.
    """
    hand_over = _locked_request(hand_over)
    check_can_answer(by, hand_over)
    if hand_over.is_given:
        raise NotAllowed("A manager gave you this assessment. Ask them to give it to somebody else.")
    if not reason.strip():
        raise ValidationError("Say why you cannot take it.", code="no_reason")
    _answer(hand_over, HandOverStatus.DECLINED, reason)
    record_change(
        by,
        "Declined to go on with an assessment",
        case=hand_over.case,
        obj=hand_over,
        assessment=hand_over.assessment.reference,
    )
    _tell_the_other_side(hand_over)
    _leave_again(hand_over, by)
    return hand_over


@transaction.atomic
def take_back(*, hand_over: HandOver, by: Actor) -> HandOver:
    """Take a request back before it is answered. Raises NotAllowed."""
    hand_over = _locked_request(hand_over)
    check_can_take_back(by, hand_over)
    _answer(hand_over, HandOverStatus.CANCELLED)
    record_change(
        by,
        "Took back a request to go on with an assessment",
        case=hand_over.case,
        obj=hand_over,
        assessment=hand_over.assessment.reference,
    )
    _leave_again(hand_over, by)
    return hand_over


@transaction.atomic
def give(*, assessment: Assessment, membership: Membership, reason: str, by: Actor) -> HandOver:
    """Give a draft to somebody at once, because its assessor is away or has left. They confirm that they have it.

    A request that waits is taken back. Raises NotAllowed, or ValidationError without a reason or for the assessor.
    """
    assessment = _locked(assessment)
    check_can_give(by, assessment)
    _check_person(assessment, membership, reason, "Say why it is given to somebody else.")
    for waiting in assessment.hand_overs.filter(status=HandOverStatus.WAITING):
        _answer(waiting, HandOverStatus.CANCELLED)
        if not waiting.is_given and waiting.to_membership_id != membership.pk:
            _leave_again(waiting, by)
    add_to_team(case=assessment.case, membership=membership, by=by)
    hand_over = HandOver.objects.create(
        assessment=assessment,
        case=assessment.case,
        from_membership=assessment.assessor,
        to_membership=membership,
        asked_by=by.membership,
        is_given=True,
        note=reason.strip(),
        changed_at=timezone.now(),
    )
    _change_assessor(hand_over, by)
    _tell("assessment-given", membership, hand_over, "given", _answer_link(hand_over))
    if hand_over.from_membership and hand_over.from_membership_id != by.membership.pk:
        link = reverse("assessment-hand-on", args=[assessment.pk])
        _tell("assessment-answered", hand_over.from_membership, hand_over, "given", link)
    return hand_over


def _acknowledge(hand_over: HandOver, by: Actor) -> HandOver:
    _answer(hand_over, HandOverStatus.ACCEPTED)
    record_change(
        by,
        "Confirmed having an assessment",
        case=hand_over.case,
        obj=hand_over,
        assessment=hand_over.assessment.reference,
    )
    return hand_over


def _change_assessor(hand_over: HandOver, by: Actor) -> None:
    """From this instant `to_membership` is the assessor. Who registered it stays as it is: that is what is counted."""
    assessment, member = hand_over.assessment, hand_over.to_membership
    hand_over.from_membership = assessment.assessor
    if hand_over.changed_at is None:
        hand_over.changed_at = timezone.now()
    hand_over.save(update_fields=["from_membership", "changed_at"])
    assessment.assessor, assessment.assessor_role = member, member.job_title
    assessment.save(update_fields=["assessor", "assessor_role"])
    TeamMember.objects.current().filter(
        case=assessment.case, membership=member, helps_with=HELPS_WITH
    ).update(helps_with="")
    record_change(
        by,
        "Changed the assessor",
        case=assessment.case,
        obj=assessment,
        assessment=assessment.reference,
        membership=member.pk,
        former=hand_over.from_membership_id,
        given=hand_over.is_given,
    )
    write_event(
        case=assessment.case,
        title=f"Assessment {assessment.reference} is now with {member.agency.name}",
        by=by,
    )


@dataclass(frozen=True)
class Term:
    """Who was assessor from when until when; `until` is None for whoever is it now."""

    member: Membership | None
    since: dt.datetime
    until: dt.datetime | None
    why: str = ""


def assessors_of(assessment: Assessment) -> list[Term]:
    """Who was assessor when, the first one first. One query."""
    changes = list(assessment.hand_overs.changes().with_people())
    first = changes[0].from_membership if changes else assessment.assessor
    starts = [assessment.initiated_at, *(each.changed_at for each in changes)]
    members = [first, *(each.to_membership for each in changes)]
    whys = ["", *(each.note if each.is_given else "" for each in changes)]
    ends = [*starts[1:], None]
    return [Term(*facts) for facts in zip(members, starts, ends, whys, strict=True)]


def _check_person(assessment: Assessment, membership: Membership, words: str, wanted: str) -> None:
    if membership.pk == assessment.assessor_id:
        raise ValidationError("That person has this assessment already.", code="assessor")
    if not words.strip():
        raise ValidationError(wanted, code="no_note")


def _locked(assessment: Assessment) -> Assessment:
    return (
        Assessment.objects.select_for_update(of=("self",))
        .select_related("case__family", "case__hub", "assessor__user", "assessor__agency", "form_version")
        .get(pk=assessment.pk)
    )


def _locked_request(hand_over: HandOver) -> HandOver:
    assessment = _locked(hand_over.assessment)
    found = HandOver.objects.with_people().get(pk=hand_over.pk)
    found.assessment, found.case = assessment, assessment.case
    return found


def _answer(hand_over: HandOver, status: HandOverStatus, reason: str = "") -> None:
    hand_over.status, hand_over.answered_at = status, timezone.now()
    hand_over.answer_reason = reason.strip()
    if status is HandOverStatus.ACCEPTED and hand_over.changed_at is None:
        hand_over.changed_at = hand_over.answered_at
    hand_over.save(update_fields=["status", "answered_at", "answer_reason", "changed_at"])


def _leave_again(hand_over: HandOver, by: Actor) -> None:
    """Somebody who joined the team only to read this draft leaves it, unless they lead meanwhile."""
    places = TeamMember.objects.current().filter(
        case=hand_over.case, membership=hand_over.to_membership_id, helps_with=HELPS_WITH
    )
    leads = hand_over.case.leads.filter(membership=hand_over.to_membership_id, until_at__isnull=True)
    place = places.select_related("case", "membership__agency").first()
    if place is not None and not leads.exists():
        leave_team(member=place, reason="Does not go on with the assessment", by=by)


def _answer_link(hand_over: HandOver) -> str:
    return reverse("assessment-hand-on-answer", args=[hand_over.assessment_id, hand_over.pk])


def _tell_the_other_side(hand_over: HandOver) -> None:
    """Who asked, and the assessor who waited for the answer."""
    link = reverse("assessment-hand-on", args=[hand_over.assessment_id])
    for member in {
        each.pk: each for each in (hand_over.asked_by, hand_over.from_membership) if each is not None
    }.values():
        _tell("assessment-answered", member, hand_over, hand_over.status, link)


def _tell(kind: str, member: Membership, hand_over: HandOver, what: str, link: str) -> None:
    notify(kind, to=member, key=f"{kind}:{hand_over.pk}:{what}", link=link)
