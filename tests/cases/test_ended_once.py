"""Facts without a status, which begin and end: ended once, they stay ended, and ending them again changes nothing.

Answers about sharing, lawful shares, notes on who decides, guests, signatures, versions of the agreement, and drafts that
are handed on. Statuses are in test_states.py.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from assessments.actions.status import withdraw as withdraw_assessment
from assessments.flow import hand_on
from assessments.models import Assessment, HandOver
from cases.actions.guest import end_guest
from cases.actions.sharing import withdraw_consent
from cases.actions.sharing_decisions import end_lawful_share, take_back_note
from cases.models import Consent, DecidesForSelf, Guest, LawfulShare
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.actions.agreement import activate, take_back
from hubs.actions.signatures import resume_signature, suspend_signature, withdraw_signature
from hubs.models import Agreement, Signature
from tests.fixtures.stored import everything_stored

pytestmark = pytest.mark.django_db
REFUSALS = (NotAllowed, ValueError, ValidationError, PermissionDenied)


def again(who, do) -> None:
    """Do it once more: refused in words or quietly done nothing, and nothing in the database has changed."""
    stored = everything_stored()
    with suppress(*REFUSALS), acting_as(who) as actor:
        do(actor)
    assert everything_stored() == stored


def test_answers_and_shares_end_once(people, social_care, world, child):
    case, alice = people.case, people.alice
    world.consent(case, social_care)
    with as_system():
        answers = list(Consent.objects.filter(agency=social_care))
        share = LawfulShare.objects.create(
            case=case, agency=people.elsewhere, basis="risk_of_harm", reason="x",
            starts_on=timezone.localdate() - dt.timedelta(days=3), recorded_by=alice,
        )  # fmt: skip
        note = DecidesForSelf.objects.create(
            person=child, able=True, note="x", assessed_by=alice, assessed_on=timezone.localdate()
        )
    ends = (
        lambda by: withdraw_consent(case=case, consents=answers, by=by),
        lambda by: end_lawful_share(case=case, share=LawfulShare.objects.get(pk=share.pk), by=by),
        lambda by: take_back_note(case=case, note=note, by=by),
    )
    for end in ends:
        with acting_as(alice) as actor:
            end(actor)
        again(alice, end)


def test_an_invitation_of_a_guest_ends_once(people, ask_guest):
    asked = ask_guest()

    def end(by):
        end_guest(guest=Guest.objects.get(pk=asked.guest.pk), by=by)

    with acting_as(people.alice) as actor:
        end(actor)
    again(people.alice, end)


def test_a_signature_is_suspended_once_and_withdrawn_for_good(people, world):
    keeper = world.member(people.coordinator.agency, Role.IG_LEAD)
    with as_system():
        signature = Signature.objects.get(agency=people.school).pk

    def its() -> Signature:
        return Signature.objects.select_related("agency", "agreement").get(pk=signature)

    with acting_as(keeper) as actor:
        suspend_signature(signature=its(), reason="x", by=actor)
    again(keeper, lambda by: suspend_signature(signature=its(), reason="Another", by=by))
    with acting_as(keeper) as actor:
        withdraw_signature(signature=its(), reason="x", by=actor)
    for do in (
        lambda by: withdraw_signature(signature=its(), reason="Another", by=by),
        lambda by: resume_signature(signature=its(), by=by),
        lambda by: suspend_signature(signature=its(), reason="Another", by=by),
    ):
        again(keeper, do)


def test_a_version_in_force_is_neither_activated_nor_taken_back(people, world):
    keeper = world.member(people.coordinator.agency, Role.IG_LEAD)
    with as_system():
        version = Agreement.objects.get()
    again(keeper, lambda by: activate(agreement=version, asked_at=version.asked_at, by=by))
    again(keeper, lambda by: take_back(agreement=version, by=by))


@pytest.mark.parametrize("status", ["accepted", "declined", "cancelled"])
@pytest.mark.parametrize("answer", ["accept", "decline", "take_back"])
def test_a_draft_that_is_handed_on_is_answered_once(people, world, start_assessment, status, answer):
    world.join(people.case, people.bob)
    assessment = start_assessment(people.case, people.alice)
    with as_system():
        asked = HandOver.objects.create(
            assessment=assessment, case=people.case, from_membership=people.alice, to_membership=people.bob,
            asked_by=people.alice, note="x", status=status, answered_at=timezone.now(),
            changed_at=timezone.now() if status == "accepted" else None, answer_reason="x" if status == "declined" else "",
        )  # fmt: skip
    do = {
        "accept": lambda by: hand_on.accept(hand_over=asked, by=by),
        "decline": lambda by: hand_on.decline(hand_over=asked, reason="Again", by=by),
        "take_back": lambda by: hand_on.take_back(hand_over=asked, by=by),
    }[answer]
    with pytest.raises(REFUSALS), transaction.atomic(), acting_as(people.bob) as actor:
        do(actor)
    again(people.alice if answer == "take_back" else people.bob, do)


@pytest.mark.parametrize("status", ["completed", "closed", "withdrawn"])
def test_an_assessment_that_has_ended_is_not_withdrawn(people, start_assessment, status):
    now = timezone.now()
    ended = {
        "completed": {"signed_off_at": now, "signed_off_by": people.alice, "completed_at": now},
        "closed": {"closed_at": now},
        "withdrawn": {"withdrawn_at": now, "withdrawn_by": people.alice, "withdrawn_reason": "x"},
    }[status]
    assessment = start_assessment(people.case, people.alice, status=status, **ended)
    with pytest.raises(REFUSALS), acting_as(people.alice) as actor:
        withdraw_assessment(assessment=assessment, reason="Again", by=actor)
    again(people.alice, lambda by: withdraw_assessment(assessment=assessment, reason="Again", by=by))
    with as_system():
        assert Assessment.objects.get(pk=assessment.pk).status == status
