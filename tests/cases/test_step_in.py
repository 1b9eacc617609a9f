"""A service steps in: asked, answered, and nothing else about the case moves. And social care's way back down."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.close import close_case
from cases.actions.step_down import accept_for_hub, close_for_social_care, propose_step_down, take_over
from cases.actions.step_in import (
    accept_step_in,
    ask_to_step_in,
    decline_step_in,
    offer_instead,
    take_back_step_in,
)
from cases.actions.step_up import accept_step_up, send_step_up
from cases.models import Case, Consent, LeadProfessional, Meeting, StepDown, StepIn, TeamMember
from cases.rereferral import earlier_steps_of
from cases.rules import NotAllowed
from cases.steps_told import remind_of_late_steps
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.outbox.models import Message
from earlyhelp.web.workdays import add_working_days
from hubs.models import AgencyKind
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def health(world, people):
    """A service that the family agreed to, with a lead and a nurse, and nobody on the team."""
    agency = world.agency(AgencyKind.HEALTH, name="Westmoor health")
    agency.lead = world.member(agency, Role.AGENCY_LEAD, first_name="Ade")
    agency.nurse = world.member(agency, first_name="Nadia")
    world.consent(people.case, agency)
    return agency


def ask(people, agency, by=None, **facts) -> StepIn:
    facts = {"asked_for": "Six visits about sleep", "reason": "A new baby", "family_agrees": True} | facts
    with acting_as(by or people.alice) as actor:
        return ask_to_step_in(case=people.case, to_agency=agency, by=actor, **facts)


def sees(seen_by, who, case) -> bool:
    seen_by(who)
    return Case.objects.filter(pk=case.pk).exists()


def told(kind: str) -> set[int]:
    with as_system():
        return set(Message.objects.filter(kind=kind).values_list("to_user", flat=True))


def test_the_service_reads_what_is_asked_and_nothing_of_the_record(people, health, seen_by):
    asked = ask(people, health)
    assert asked.answer_by == add_working_days(
        timezone.localdate(), settings.EARLY_HELP["STEP_IN_ANSWER_WORKING_DAYS"]
    )
    assert told("step-in-asked") == {health.lead.user_id}
    for who, reads in (
        (health.lead, True),
        (people.alice, True),
        (health.nurse, False),
        (people.charlie, False),
    ):
        seen_by(who)
        assert StepIn.objects.exists() == reads
    assert not sees(seen_by, health.lead, people.case)


def test_joining_puts_the_worker_on_the_team_and_the_lead_stays(people, health, seen_by):
    asked = ask(people, health)
    with acting_as(health.lead) as ade:
        accept_step_in(step_in=asked, worker=health.nurse, words="From Monday", by=ade)
    for who in (health.nurse, health.lead):
        assert sees(seen_by, who, people.case)
    with as_system():
        assert LeadProfessional.objects.get(case=people.case, until_at=None).membership == people.alice
        assert TeamMember.objects.get(membership=health.nurse).helps_with == "Six visits about sleep"
    assert told("step-in-answered") == {people.alice.user_id}
    assert told("step-in-joined") == {health.nurse.user_id}


@pytest.mark.parametrize(("answer", "words"), [(decline_step_in, "reason"), (offer_instead, "offer")])
def test_no_and_something_else_go_back_with_words(people, health, seen_by, answer, words):
    asked = ask(people, health)
    with acting_as(health.lead) as ade:
        with pytest.raises(ValueError):
            answer(step_in=asked, by=ade, **{words: " "})
        answer(step_in=asked, by=ade, **{words: "A group on Tuesdays"})
        with pytest.raises(NotAllowed):
            answer(step_in=asked, by=ade, **{words: "Again"})
    assert not sees(seen_by, health.lead, people.case)
    seen_by(people.alice)
    assert StepIn.objects.get().answer == "A group on Tuesdays"
    assert told("step-in-answered") == {people.alice.user_id}
    ask(people, health)  # and may ask again, for what was offered


def test_what_is_missing_is_said(people, world):
    unsigned = world.agency(AgencyKind.HEALTH, signed=False, name="Unsigned")
    with pytest.raises(NotAllowed, match="no live signature.*has not agreed.*Nobody at Unsigned can answer"):
        ask(people, unsigned)
    with as_system():
        assert not StepIn.objects.exists()


@pytest.mark.parametrize("facts", [{"asked_for": " "}, {"reason": ""}, {"family_agrees": False}])
def test_asking_needs_its_facts(people, health, facts):
    with pytest.raises(ValueError):
        ask(people, health, **facts)


def test_asked_once_at_a_time(people, health):
    ask(people, health)
    with pytest.raises(ValueError, match="asked already"):
        ask(people, health)


def test_joining_needs_the_familys_agreement_still(people, health):
    asked = ask(people, health)
    with as_system():
        Consent.objects.filter(agency=health).update(ended_at=timezone.now(), end_reason="withdrawn")
    with acting_as(health.lead) as ade, pytest.raises(NotAllowed, match="has ended"):
        accept_step_in(step_in=asked, worker=health.nurse, by=ade)
    with as_system():
        assert StepIn.objects.get().status == "asked"


def test_who_may_answer_and_whom_they_may_name(people, health, world):
    asked = ask(people, health)
    for who in (people.alice, health.nurse, people.coordinator):
        with acting_as(who) as actor, pytest.raises(Exception, match="decide|Only the service"):
            accept_step_in(step_in=asked, worker=health.nurse, by=actor)
    stranger = world.member(world.agency(AgencyKind.HEALTH), Role.AGENCY_LEAD)
    with acting_as(stranger) as actor, pytest.raises(NotAllowed):
        accept_step_in(step_in=asked, worker=health.nurse, by=actor)
    with acting_as(health.lead) as ade, pytest.raises(NotAllowed, match="Name somebody else"):
        accept_step_in(step_in=asked, worker=people.bob, by=ade)


def test_the_database_keeps_each_side_to_its_own_answer(people, health, seen_by):
    ask(people, health)
    now = timezone.now()
    seen_by(people.alice)
    with pytest.raises(DatabaseError), transaction.atomic():  # the asker answers for the service
        StepIn.objects.update(status="declined", answer="x", answered_by=people.alice, answered_at=now)
    seen_by(health.lead)
    with pytest.raises(DatabaseError), transaction.atomic():  # the service changes what was asked
        StepIn.objects.update(asked_for="Nothing")
    with pytest.raises(DatabaseError), transaction.atomic():  # joins without the function that looks first
        StepIn.objects.update(
            status="accepted", worker=health.nurse, answered_by=health.lead, answered_at=now
        )


def test_taken_back_and_closed_with_the_case(people, health, world):
    asked = ask(people, health)
    with acting_as(people.charlie) as charlie, pytest.raises((NotAllowed, Case.DoesNotExist)):
        take_back_step_in(step_in=asked, by=charlie)
    with acting_as(people.coordinator) as dee:
        take_back_step_in(step_in=asked, by=dee)
    ask(people, health)
    with acting_as(people.alice) as alice:
        close_case(case=people.case, reason="outcomes_met", by=alice)
    with as_system():
        assert set(StepIn.objects.values_list("status", flat=True)) == {"withdrawn"}


def test_through_the_pages(people, health, signed_in_as, queries_of):
    alice, new = signed_in_as(people.alice), reverse("step-in-new", args=[people.case.reference])
    facts = {"to_agency": health.pk, "asked_for": "Sleep & food", "reason": "", "family_agrees": "on"}
    assert "Sleep &amp; food" in alice.post(new, facts).content.decode()
    missing = alice.post(new, facts | {"to_agency": people.elsewhere.pk, "reason": "x"}).content.decode()
    assert "has not agreed to share" in missing and "Sleep &amp; food" in missing
    sent = alice.post(new, facts | {"reason": "A new baby"})
    assert sent.status_code == 302
    url = sent["Location"]
    ade = signed_in_as(health.lead)
    assert "Answer a request to step in" in ade.get(reverse("my-work")).content.decode()
    page = ade.get(url).content.decode()
    assert "Sleep &amp; food" in page and "Hollis" not in page
    assert queries_of(ade, url) <= 25 and queries_of(alice, url) <= 25
    assert ade.post(url, {"answer": "join", "worker": ""}).status_code == 200
    for who in (people.bob, people.charlie, health.nurse):
        assert signed_in_as(who).get(url).status_code == 404
        assert signed_in_as(who).get(new).status_code == 404
    assert alice.post(url, {"answer": "decline", "reason": "x"}).status_code == 403
    assert ade.post(url, {"answer": "join", "worker": health.nurse.pk}).status_code == 302
    assert "joins the team" in alice.get(url).content.decode()
    assert Client().get(url).status_code == 302
    assert (
        signed_in_as(health.nurse).get(reverse("record-overview", args=[people.case.reference])).status_code
        == 200
    )


def test_taking_back_through_the_page(people, health, signed_in_as):
    url = reverse("step-in-withdraw", args=[ask(people, health).pk])
    assert signed_in_as(people.charlie).post(url).status_code == 404
    assert signed_in_as(health.lead).post(url).status_code == 404  # they do not see the case
    assert signed_in_as(people.alice).post(url).status_code == 302


def test_late_answers_are_told(people, health):
    asked = ask(people, health)
    with as_system():
        StepIn.objects.filter(pk=asked.pk).update(answer_by=in_days(-1))
    assert remind_of_late_steps() == 2
    assert told("step-in-late") == {health.lead.user_id, people.alice.user_id}
    assert remind_of_late_steps() == 0


# -- The way back down -------------------------------------------------------------------------------------------------


@pytest.fixture
def held(people, social_care) -> Case:
    """A case that social care has taken on."""
    with acting_as(people.alice) as alice:
        step_up = send_step_up(
            case=people.case, to_agency=social_care, reason="x", threshold=["neglect"], basis="risk_of_harm", tried="x",
            why_no_meeting="x", danger_told=True, by=alice,
        )  # fmt: skip
    with acting_as(social_care.decider) as erin:
        accept_step_up(step_up=step_up, reason="Yes", by=erin)
    return people.case


def down(case, social_care, **facts) -> StepDown:
    facts = {"reason": "Safe", "family_agrees": True} | facts
    with acting_as(social_care.decider) as erin:
        return propose_step_down(case=case, by=erin, **facts)


def test_the_last_child_in_need_meeting_becomes_the_hand_over_meeting(held, people, social_care, world):
    at = timezone.now() + dt.timedelta(days=6)
    step_down = down(
        held, social_care, final_meeting_at=at, final_meeting_place="Room 2", outstanding="Ring the nursery",
        proposed_lead=people.alice,
    )  # fmt: skip
    with acting_as(people.alice) as alice:
        done = take_over(step_down=step_down, by=alice)
    with as_system():
        meeting = Meeting.objects.get(case=held)
        assert (meeting.kind, meeting.starts_at, meeting.place, meeting.chair) == (
            "handover",
            at,
            "Room 2",
            people.alice,
        )
        asked = set(meeting.invitations.values_list("membership", flat=True))
        assert social_care.decider.pk in asked and done.meeting_id == meeting.pk
        assert meeting.invitations.filter(person__isnull=False).count() == 2


def test_a_meeting_that_is_over_is_not_arranged_again(held, people, social_care):
    step_down = down(
        held, social_care, final_meeting_at=timezone.now() - dt.timedelta(days=1), proposed_lead=people.alice
    )
    with acting_as(people.alice) as alice:
        take_over(step_down=step_down, by=alice)
    with as_system():
        assert not Meeting.objects.exists()


def test_social_care_closes_only_after_the_lead_has_accepted(held, people, social_care, seen_by):
    step_down = down(held, social_care, proposed_lead=people.alice)
    with (
        acting_as(social_care.decider) as erin,
        pytest.raises(NotAllowed, match="until a lead professional accepts"),
    ):
        close_for_social_care(step_down=step_down, code="RC9", by=erin)
    seen_by(social_care.decider)
    now = timezone.now()
    facts = {"closed_by": social_care.decider, "closed_at": now, "closure_code": "RC9"}
    with pytest.raises(DatabaseError), transaction.atomic():
        StepDown.objects.update(**facts)
    with pytest.raises(DatabaseError), transaction.atomic():  # nor may it finish by itself
        StepDown.objects.update(status="finished", ended_by=social_care.decider, ended_at=now, **facts)
    with (
        as_system(),
        pytest.raises(DatabaseError, match="named lead professional leads"),
        transaction.atomic(),
    ):
        StepDown.objects.filter(pk=step_down.pk).update(
            status="finished", proposed_lead=people.bob, ended_by=people.bob, ended_at=now
        )
    with acting_as(people.alice) as alice:
        take_over(step_down=step_down, by=alice)
    with acting_as(social_care.decider) as erin:
        close_for_social_care(step_down=step_down, code="RC9", by=erin)
        with pytest.raises(NotAllowed, match="already"):
            close_for_social_care(step_down=step_down, code="RC7", by=erin)
    with as_system():
        assert StepDown.objects.get().closure_code == "RC9"


def test_closing_through_the_page_says_stepping_across(held, people, social_care, signed_in_as):
    step_down = down(held, social_care, proposed_lead=people.alice)
    page, close = reverse("step-down", args=[step_down.pk]), reverse("step-down-close", args=[step_down.pk])
    erin = signed_in_as(social_care.decider)
    assert erin.post(close, {"code": "RC9"}).status_code == 403
    with acting_as(people.alice) as alice:
        take_over(step_down=step_down, by=alice)
    assert "Close social care’s case" in erin.get(reverse("my-work")).content.decode()
    assert "Record that our case is closed" in erin.get(page).content.decode()
    assert signed_in_as(people.alice).post(close, {"code": "RC9"}).status_code == 403
    assert signed_in_as(people.charlie).post(close, {"code": "RC9"}).status_code == 404
    assert erin.post(close, {"code": "RC9"}).status_code == 302
    assert "stepping across to early help" in erin.get(page).content.decode()


def test_the_application_cannot_close_a_case_that_waits(held, people, social_care, seen_by):
    down(held, social_care)
    seen_by(people.alice)
    with pytest.raises(DatabaseError, match="waits for its answer"), transaction.atomic():
        Case.objects.filter(pk=held.pk).update(
            status="closed", closed_on=timezone.localdate(), closure_reason="outcomes_met"
        )


def test_everybody_who_answers_next_is_told(held, people, social_care, world):
    step_down = down(held, social_care)
    assert told("step-down-hub") == {people.coordinator.user_id}
    with acting_as(people.coordinator) as dee:
        accept_for_hub(step_down=step_down, lead=people.alice, by=dee)
    assert told("step-down-lead") == {people.alice.user_id}
    with as_system():
        StepDown.objects.update(hand_over_by=in_days(-1))
    assert remind_of_late_steps() == 2
    with acting_as(people.alice) as alice:
        take_over(step_down=step_down, by=alice)
    assert told("step-down-answered") == {social_care.decider.user_id}


def test_a_family_handed_over_before_is_recognised(held, people, social_care, signed_in_as):
    step_down = down(held, social_care, proposed_lead=people.alice)
    with acting_as(people.alice) as alice:
        take_over(step_down=step_down, by=alice)
    with as_system():
        assert [each.pk for each in earlier_steps_of(held)] == [step_down.pk]
        assert earlier_steps_of(held, but=step_down) == []
    page = signed_in_as(people.alice).get(reverse("record-steps", args=[held.reference])).content.decode()
    assert "Social care handed this family over within the last 12 months" in page
