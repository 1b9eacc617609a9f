"""Stepping up and down: both sides, the clock, the reason sent back, and nothing orphaned."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cases.actions.close import close_case
from cases.actions.lead import ask_to_lead
from cases.actions.step_down import (
    accept_for_hub,
    decline_to_take_over,
    propose_step_down,
    return_step_down,
    take_over,
    withdraw_step_down,
)
from cases.actions.step_up import accept_step_up, decision_due, return_step_up, send_step_up, withdraw_step_up
from cases.models import Action, Case, CaseNote, LawfulShare, LeadProfessional, StepDown, StepUp, TeamMember
from cases.rereferral import earliest_end, is_rereferral
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


def send(people, social_care, actor, **facts):
    facts = {
        "reason": "Home is not safe at night",
        "threshold": ["domestic_abuse"],
        "basis": "risk_of_harm",
        "tried": "Three months of the plan",
        "why_no_meeting": "The family did not want to wait",
        "danger_told": True,
        **facts,
    }
    return send_step_up(case=people.case, to_agency=social_care, by=actor, **facts)


def sees(seen_by, who, case) -> bool:
    seen_by(who)
    return Case.objects.filter(pk=case.pk).exists()


def test_sending_gives_social_cares_lead_sight_and_freezes_a_pack(people, social_care, seen_by, outcome_of):
    outcome = outcome_of(people.case)
    assert not sees(seen_by, social_care.decider, people.case)
    step_up = send(people, social_care, seen_by(people.alice))
    assert sees(seen_by, social_care.decider, people.case)
    assert not sees(seen_by, social_care.worker, people.case)  # need to know: its leads decide
    assert StepUp.objects.count() == 0
    with as_system():
        outcome.what_will_be_different = "Changed later"
        outcome.save()
    seen_by(social_care.decider)
    pack = StepUp.objects.get().pack.content
    assert [o["what"] for o in pack["outcomes"]] == ["In school on time"]
    assert {person["name"] for person in pack["people"]} == {"Dana Hollis", "Ellie Hollis"}
    assert step_up.status == "sent"


@pytest.mark.parametrize(
    "facts",
    [
        {"danger_told": False},
        {"reason": " "},
        {"threshold": []},
        {"family_told": False},
        {"basis": "consent"},
    ],
    ids=["danger unread", "no reason", "no threshold", "family not told, no why", "consent not recorded"],
)
def test_sending_needs_its_facts(people, social_care, seen_by, facts):
    with pytest.raises(ValueError):
        send(people, social_care, seen_by(people.alice), **facts)
    with as_system():
        assert not StepUp.objects.exists()
        assert not LawfulShare.objects.exists()


def test_with_consent_no_lawful_share_is_needed(people, social_care, world, seen_by):
    world.consent(people.case, social_care)
    step_up = send(people, social_care, seen_by(people.alice), basis="consent")
    assert step_up.lawful_share is None
    assert sees(seen_by, social_care.decider, people.case)


def test_agency_that_has_not_signed_or_is_no_social_care_is_refused(people, world, seen_by):
    unsigned = world.agency(AgencyKind.COUNCIL_SOCIAL_CARE, signed=False)
    world.member(unsigned, Role.AGENCY_LEAD)
    with pytest.raises(ValueError, match="no live signature"):
        send(people, unsigned, seen_by(people.alice))
    with pytest.raises(ValueError, match="not a children’s social care"):
        send(people, people.elsewhere, seen_by(people.alice))


def test_one_step_up_at_a_time(people, social_care, seen_by):
    alice = seen_by(people.alice)
    send(people, social_care, alice)
    with pytest.raises(NotAllowed):
        send(people, social_care, alice)


def test_accepted_social_care_holds_it_and_the_team_stays(people, social_care, seen_by):
    step_up = send(people, social_care, seen_by(people.alice))
    accept_step_up(
        step_up=step_up, reason="We will assess under section 17.", by=seen_by(social_care.decider)
    )
    assert sees(seen_by, people.alice, people.case)
    people.case.refresh_from_db()
    assert people.case.status == "stepped_up"
    assert LeadProfessional.objects.get(case=people.case, until_at=None).membership == people.alice
    assert StepUp.objects.get().decision_reason


def test_returned_the_reason_comes_back_and_sight_ends_at_once(people, social_care, seen_by):
    step_up = send(people, social_care, seen_by(people.alice))
    erin = seen_by(social_care.decider)
    return_step_up(step_up=step_up, reason="Try the night-time support first.", by=erin)
    assert not sees(seen_by, social_care.decider, people.case)
    assert (
        StepUp.objects.get().pack.content["reference"] == people.case.reference
    )  # what was sent stays with its decision
    seen_by(people.alice)
    assert StepUp.objects.get().decision_reason == "Try the night-time support first."
    assert CaseNote.objects.filter(body="Try the night-time support first.").exists()
    people.case.refresh_from_db()
    assert people.case.status == "open"


def test_returned_does_not_end_a_place_they_had_before(people, social_care, world, seen_by):
    world.consent(people.case, social_care)
    world.join(people.case, social_care.decider)
    step_up = send(people, social_care, seen_by(people.alice))
    return_step_up(step_up=step_up, reason="Not now", by=seen_by(social_care.decider))
    assert sees(seen_by, social_care.decider, people.case)


def test_who_decides(people, social_care, world, seen_by):
    step_up = send(people, social_care, seen_by(people.alice))
    for who in (people.alice, people.coordinator, social_care.worker):
        actor = seen_by(who)
        with pytest.raises(Exception, match="decide"):
            accept_step_up(step_up=step_up, reason="x", by=actor)
    with as_system():
        step_up.refresh_from_db()
    assert step_up.status == "sent"
    accept_step_up(step_up=step_up, reason="x", by=seen_by(social_care.decider))


def test_decided_once(people, social_care, seen_by):
    step_up = send(people, social_care, seen_by(people.alice))
    erin = seen_by(social_care.decider)
    with pytest.raises(ValueError):
        accept_step_up(step_up=step_up, reason=" ", by=erin)
    accept_step_up(step_up=step_up, reason="Yes", by=erin)
    before = StepUp.objects.values().get()
    for late in (
        lambda: return_step_up(step_up=step_up, reason="No", by=erin),
        lambda: withdraw_step_up(step_up=step_up, by=seen_by(people.alice)),
    ):
        with pytest.raises(NotAllowed):
            late()
    assert StepUp.objects.values().get() == before


def test_taken_back_social_care_no_longer_sees_it(people, social_care, seen_by):
    alice = seen_by(people.alice)
    withdraw_step_up(step_up=send(people, social_care, alice), by=alice)
    assert not sees(seen_by, social_care.decider, people.case)


def test_the_database_keeps_each_side_to_its_own_answer(people, social_care, seen_by):
    send(people, social_care, seen_by(people.alice))
    now = timezone.now()
    with pytest.raises(DatabaseError), transaction.atomic():  # the sender accepts its own
        StepUp.objects.update(status="accepted", decided_by=people.alice, decided_at=now, decision_reason="x")
    with pytest.raises(DatabaseError), transaction.atomic():  # what was sent is frozen
        StepUp.objects.update(reason="Something else")
    seen_by(social_care.decider)
    with pytest.raises(DatabaseError), transaction.atomic():  # decided in another's name
        StepUp.objects.update(status="accepted", decided_by=people.alice, decided_at=now, decision_reason="x")
    assert StepUp.objects.get().status == "sent"


def test_clock_counts_working_days():
    friday = timezone.make_aware(dt.datetime(2026, 11, 20, 16, 0))
    assert timezone.localtime(decision_due(friday)) == timezone.make_aware(dt.datetime(2026, 11, 23, 17, 0))
    christmas_eve = timezone.make_aware(dt.datetime(2026, 12, 24, 9, 0))
    assert timezone.localtime(decision_due(christmas_eve)).date() == dt.date(2026, 12, 29)


# -- Stepping down ----------------------------------------------------------------------------------------------------


@pytest.fixture
def stepped_up(people, social_care, seen_by):
    step_up = send(people, social_care, seen_by(people.alice))
    accept_step_up(step_up=step_up, reason="Yes", by=seen_by(social_care.decider))
    return people.case


def propose(case, actor, **facts):
    facts = {"reason": "Safe at home now", "family_agrees": True, **facts}
    return propose_step_down(case=case, by=actor, **facts)


def test_step_down_is_finished_only_by_the_named_lead(stepped_up, people, social_care, seen_by, world):
    world.join(stepped_up, people.bob)
    step_down = propose(
        stepped_up,
        seen_by(social_care.decider),
        outstanding="- Ring the nursery\n\nBook the dentist",
        proposed_lead=people.bob,
    )
    for who in (people.alice, people.coordinator, social_care.decider):
        actor = seen_by(who)
        with pytest.raises(NotAllowed):
            take_over(step_down=step_down, by=actor)
    with as_system():
        stepped_up.refresh_from_db()
    assert stepped_up.status == "stepped_up"
    take_over(step_down=step_down, by=seen_by(people.bob))
    stepped_up.refresh_from_db()
    assert (stepped_up.status, StepDown.objects.get().status) == ("open", "finished")
    assert LeadProfessional.objects.get(case=stepped_up, until_at=None).membership == people.bob
    assert [a.what for a in Action.objects.all()] == ["Ring the nursery", "Book the dentist"]
    assert stepped_up.next_review_on


def test_the_hub_names_the_lead_and_a_declined_one_goes_back_to_the_hub(
    stepped_up, people, social_care, seen_by, world
):
    world.join(stepped_up, people.bob)
    step_down = propose(stepped_up, seen_by(social_care.decider))
    dee = seen_by(people.coordinator)
    accept_for_hub(step_down=step_down, lead=people.bob, by=dee)
    decline_to_take_over(step_down=step_down, reason="I am leaving", by=seen_by(people.bob))
    dee = seen_by(people.coordinator)
    step_down = StepDown.objects.get()
    assert (step_down.status, step_down.proposed_lead) == ("proposed", None)
    stepped_up.refresh_from_db()
    assert stepped_up.status == "stepped_up"
    accept_for_hub(step_down=step_down, lead=people.alice, by=dee)
    take_over(step_down=step_down, by=seen_by(people.alice))
    assert StepDown.objects.get().status == "finished"


def test_returned_by_the_hub_social_care_keeps_it(stepped_up, people, social_care, seen_by):
    step_down = propose(stepped_up, seen_by(social_care.decider))
    with pytest.raises(Exception, match="hub|front door"):
        return_step_down(step_down=step_down, reason="x", by=seen_by(people.alice))
    return_step_down(step_down=step_down, reason="No plan yet", by=seen_by(people.coordinator))
    seen_by(social_care.decider)
    assert StepDown.objects.get().answer_reason == "No plan yet"
    stepped_up.refresh_from_db()
    assert stepped_up.status == "stepped_up"
    propose(stepped_up, seen_by(social_care.decider))  # and may try again


def test_step_down_needs_the_family_and_social_care(stepped_up, people, social_care, seen_by):
    with pytest.raises(ValueError):
        propose(stepped_up, seen_by(social_care.decider), family_agrees=False)
    with pytest.raises(NotAllowed):
        propose(stepped_up, seen_by(people.alice))


def test_step_down_from_a_case_early_help_holds_is_refused(people, social_care, world, seen_by):
    world.consent(people.case, social_care)
    world.join(people.case, social_care.worker)
    with pytest.raises(NotAllowed, match="does not hold"):
        propose(people.case, seen_by(social_care.worker))


def test_social_care_hands_over_a_family_it_registered_itself(people, social_care, world, seen_by):
    case = world.shared_case(people.hub, social_care.worker)
    world.consent(case, people.school)
    step_down = propose(case, seen_by(social_care.worker), proposed_lead=people.alice)
    take_over(step_down=step_down, by=seen_by(people.alice))
    assert LeadProfessional.objects.get(case=case, until_at=None).membership == people.alice


def test_lead_of_an_agency_without_consent_is_refused(stepped_up, people, social_care, seen_by):
    with pytest.raises(NotAllowed, match="has not agreed"):
        propose(stepped_up, seen_by(social_care.decider), proposed_lead=people.charlie)
    assert not StepDown.objects.exists()


def test_ended_it_stays_as_it_is(stepped_up, people, social_care, seen_by):
    step_down = propose(stepped_up, seen_by(social_care.decider), proposed_lead=people.alice)
    withdraw_step_down(step_down=step_down, by=seen_by(social_care.decider))
    before = StepDown.objects.values().get()
    with pytest.raises(NotAllowed):
        take_over(step_down=step_down, by=seen_by(people.alice))
    with pytest.raises(NotAllowed):
        return_step_down(step_down=step_down, reason="x", by=seen_by(people.coordinator))
    assert StepDown.objects.update(status="accepted") == 0
    assert StepDown.objects.values().get() == before


def test_taking_over_ends_a_waiting_request_to_lead(stepped_up, people, social_care, world, seen_by):
    world.join(stepped_up, people.bob)
    ask_to_lead(case=stepped_up, membership=people.bob, note="", family_agrees=True, by=seen_by(people.alice))
    step_down = propose(stepped_up, seen_by(social_care.decider), proposed_lead=people.alice)
    take_over(step_down=step_down, by=seen_by(people.alice))
    assert stepped_up.lead_requests.get().status == "cancelled"
    assert TeamMember.objects.current().filter(case=stepped_up).count() >= 2


def test_rereferral_within_the_months_set(people, world):
    assert earliest_end(dt.date(2026, 2, 28)) == dt.date(2025, 2, 28)
    assert earliest_end(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28)
    earlier = world.case(
        people.hub,
        family=people.case.family,
        status="closed",
        closed_on=in_days(-300),
        opened_on=in_days(-500),
        closure_reason="outcomes_met",
    )
    assert not is_rereferral(people.case)
    people.case.previous_case = earlier
    assert is_rereferral(people.case)
    earlier.closed_on = in_days(-400)
    assert not is_rereferral(people.case)


def test_finished_social_care_reads_on_only_for_a_while(stepped_up, people, social_care, seen_by, settings):
    step_down = propose(stepped_up, seen_by(social_care.decider), proposed_lead=people.alice)
    take_over(step_down=step_down, by=seen_by(people.alice))
    lasts = in_days(settings.EARLY_HELP["FORMER_LEAD_DAYS"])
    assert LawfulShare.objects.get(case=stepped_up).ends_on == lasts
    assert TeamMember.objects.get(case=stepped_up, membership=social_care.decider).ends_on == lasts
    assert sees(seen_by, social_care.decider, stepped_up)


def test_a_case_is_not_closed_while_an_answer_is_awaited(people, social_care, seen_by):
    alice = seen_by(people.alice)
    step_up = send(people, social_care, alice)
    with pytest.raises(NotAllowed):
        close_case(case=people.case, reason="outcomes_met", by=alice)
    withdraw_step_up(step_up=step_up, by=alice)
    close_case(case=people.case, reason="outcomes_met", by=alice)
