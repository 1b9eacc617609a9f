"""The lead professional: exactly one at every moment, and who may change that."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.actions.lead import (
    accept_lead,
    ask_to_lead,
    assign_lead,
    decline_lead,
    take_back_lead_request,
    workload_of,
)
from cases.actions.notes import write_note
from cases.models import Case, LeadProfessional, LeadRequest, TeamMember
from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(world, people):
    """Somebody at another agency that the family agreed to share with; not yet on the team."""
    agency = world.agency(AgencyKind.HEALTH)
    world.consent(people.case, agency)
    return world.member(agency, first_name="Nadia", job_title="Health visitor")


def ask(people, to, actor, **facts):
    return ask_to_lead(
        case=people.case,
        membership=to,
        note="Mornings are the hard part.",
        family_agrees=True,
        by=actor,
        **facts,
    )


def leads_of(case):
    with as_system():
        return list(
            LeadProfessional.objects.filter(case=case, until_at=None).values_list("membership_id", flat=True)
        )


def test_asking_adds_to_the_team_and_changes_no_lead(people, nurse, seen_by):
    request = ask(people, nurse, seen_by(people.alice))
    assert leads_of(people.case) == [people.alice.pk]
    assert request.status == "waiting"
    seen_by(nurse)
    assert Case.objects.filter(pk=people.case.pk).exists()


def test_accepting_changes_the_lead_in_one_instant(people, nurse, seen_by):
    request = ask(people, nurse, seen_by(people.alice))
    lead = accept_lead(request=request, by=seen_by(nurse))
    with as_system():
        former = LeadProfessional.objects.get(case=people.case, membership=people.alice)
    assert former.until_at == lead.from_at
    assert leads_of(people.case) == [nurse.pk]
    seen_by(people.alice)
    assert Case.objects.filter(pk=people.case.pk).exists()  # still on the team
    place = TeamMember.objects.get(case=people.case, membership=people.alice)
    assert place.ends_on is None


def test_former_lead_who_does_not_stay_reads_for_a_while(people, nurse, seen_by, settings):
    request = ask(people, nurse, seen_by(people.alice), former_lead_stays=False)
    accept_lead(request=request, by=seen_by(nurse))
    place = TeamMember.objects.get(case=people.case, membership=people.alice)
    assert place.ends_on == in_days(settings.EARLY_HELP["FORMER_LEAD_DAYS"])
    seen_by(people.alice)
    assert Case.objects.filter(pk=people.case.pk).exists()


def test_declining_needs_a_reason_and_leaves_the_lead(people, nurse, seen_by):
    request = ask(people, nurse, seen_by(people.alice))
    nadia = seen_by(nurse)
    with pytest.raises(ValueError):
        decline_lead(request=request, reason=" ", by=nadia)
    decline_lead(request=request, reason="I am away until June", by=nadia)
    assert leads_of(people.case) == [people.alice.pk]
    with pytest.raises(NotAllowed):
        accept_lead(request=request, by=nadia)
    assert leads_of(people.case) == [people.alice.pk]


def test_only_the_one_who_was_asked_answers(people, nurse, seen_by, world):
    request = ask(people, nurse, seen_by(people.alice))
    world.join(people.case, people.bob)
    for who in (people.bob, people.alice, people.coordinator):
        actor = seen_by(who)
        with pytest.raises(NotAllowed):
            accept_lead(request=request, by=actor)
    assert leads_of(people.case) == [people.alice.pk]


def test_taken_back_it_cannot_be_accepted(people, nurse, seen_by):
    alice = seen_by(people.alice)
    request = ask(people, nurse, alice)
    take_back_lead_request(request=request, by=alice)
    with pytest.raises(NotAllowed):
        accept_lead(request=request, by=seen_by(nurse))


def test_one_request_at_a_time(people, nurse, seen_by, world):
    alice = seen_by(people.alice)
    ask(people, nurse, alice)
    with pytest.raises(NotAllowed):
        ask(people, nurse, alice)
    assert LeadRequest.objects.count() == 1


def test_agency_without_consent_cannot_be_asked_and_is_told_what_is_missing(people, seen_by):
    with pytest.raises(NotAllowed, match="has not agreed to share"):
        ask(people, people.charlie, seen_by(people.alice))


def test_who_may_ask(people, nurse, seen_by, world):
    world.join(people.case, people.bob)
    with pytest.raises(NotAllowed):
        ask(people, nurse, seen_by(people.bob))
    ask(people, nurse, seen_by(people.coordinator))


def test_family_has_a_say(people, nurse, seen_by):
    with pytest.raises(ValueError):
        ask_to_lead(
            case=people.case, membership=nurse, note="", family_agrees=False, by=seen_by(people.alice)
        )


def test_assigning_only_when_nobody_leads(people, seen_by, world):
    dee = seen_by(people.coordinator)
    with pytest.raises(NotAllowed):
        assign_lead(case=people.case, membership=people.alice, by=dee)
    with as_system():
        people.case.leads.update(until_at=timezone.now())
    with pytest.raises(ValueError):
        assign_lead(case=people.case, membership=people.bob, by=dee)  # not on the team
    assign_lead(case=people.case, membership=people.alice, by=dee)
    assert leads_of(people.case) == [people.alice.pk]


def test_team_member_may_take_the_lead_nobody_has(people, seen_by, world):
    world.join(people.case, people.bob)
    with as_system():
        people.case.leads.update(until_at=timezone.now())
    bob = seen_by(people.bob)
    with pytest.raises(NotAllowed):
        assign_lead(case=people.case, membership=people.alice, by=bob)
    assign_lead(case=people.case, membership=people.bob, by=bob)


def test_database_allows_no_two_leads_at_one_moment(people):
    with as_system(), pytest.raises(IntegrityError), transaction.atomic():
        LeadProfessional.objects.create(case=people.case, membership=people.bob)
    with as_system():
        lead = people.case.leads.get()
    with as_system(), pytest.raises(IntegrityError), transaction.atomic():
        LeadProfessional.objects.create(
            case=people.case, membership=people.bob, from_at=lead.from_at, until_at=timezone.now()
        )


def test_workload_counts_families_the_asker_cannot_see(people, world, seen_by):
    other = world.shared_case(people.hub, people.charlie)
    seen_by(people.alice)
    assert not Case.objects.filter(pk=other.pk).exists()
    assert workload_of([people.charlie, people.alice, people.bob]) == {
        people.charlie.pk: 1,
        people.alice.pk: 1,
        people.bob.pk: 0,
    }
    seen_by(None)
    assert workload_of([people.charlie]) == {people.charlie.pk: 0}


@pytest.mark.django_db(transaction=True)
def test_two_accepts_at_once_exactly_one_wins(people, world):
    """The same request answered in two browsers, and the lead changed exactly once."""
    nurse = world.member(people.school, first_name="Nadia")
    with acting_as(people.alice) as alice:
        request = ask(people, nurse, alice)
    gate, results = threading.Barrier(2), []

    def accept():
        try:
            gate.wait(timeout=10)
            with acting_as(nurse) as nadia:
                accept_lead(request=request, by=nadia)
            results.append("won")
        except NotAllowed:
            results.append("lost")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(results) == ["lost", "won"]
    assert leads_of(people.case) == [nurse.pk]


def test_a_lead_who_was_to_leave_stays(people, nurse, seen_by, world):
    world.join(people.case, nurse, ends_on=in_days(3))
    request = ask(people, nurse, seen_by(people.alice))
    nadia = seen_by(nurse)
    accept_lead(request=request, by=nadia)
    assert TeamMember.objects.get(case=people.case, membership=nurse).ends_on is None
    write_note(case=people.case, kind="fact", title="First visit", by=nadia)
