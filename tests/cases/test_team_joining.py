"""Asking to join the team of a family that a search met: decided with a reason, and nothing leaks to the asker."""

import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.joining.asking import (
    Searched,
    accept_join,
    ask_to_join,
    decline_join,
    my_requests,
    take_back_join,
)
from cases.models import Case, JoinRequest, LeadProfessional, TeamMember
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.outbox.models import Message
from hubs.models import AgencyKind

pytestmark = pytest.mark.django_db

# The mother's name and birth date in tests/fixtures/world.py: what Charlie types.
KNOWN = {"words": "Dana Hollis", "born_on_day": "17", "born_on_month": "5", "born_on_year": "1990"}


@pytest.fixture
def searched():
    return Searched("Dana Hollis", born_on=timezone.datetime(1990, 5, 17).date())


def ask(people, searched, actor, **facts):
    facts = {"reason": "I see the children at my club", "urgent": False} | facts
    ask_to_join(searched=searched, hub=people.hub, by=actor, **facts)
    with as_system():
        return JoinRequest.objects.order_by("-sent_at").first()


def told():
    with as_system():
        return set(Message.objects.values_list("kind", "to_membership"))


def test_the_lead_is_told_and_the_asker_learns_that_it_waits(people, searched, seen_by):
    request = ask(people, searched, seen_by(people.charlie))
    assert request.case_id == people.case.pk
    assert told() == {("join-asked", people.alice.pk)}
    [mine] = my_requests()
    assert (mine.status, mine.hub, mine.reference) == ("waiting", people.hub, None)
    # Neither the row nor the record is read by whoever asked.
    assert not JoinRequest.objects.exists()
    assert not Case.objects.filter(pk=people.case.pk).exists()


def test_urgent_tells_the_hub_too_and_has_a_clock_of_its_own(people, searched, seen_by, settings):
    request = ask(people, searched, seen_by(people.charlie), urgent=True)
    assert told() == {("join-asked-urgent", people.alice.pk), ("join-asked-urgent", people.coordinator.pk)}
    hours = settings.EARLY_HELP["JOIN_URGENT_HOURS"]
    assert abs((request.decide_by - timezone.now()).total_seconds() - hours * 3600) < 60


def test_the_hub_is_told_when_nobody_leads(people, searched, seen_by):
    with as_system():
        LeadProfessional.objects.update(until_at=timezone.now())
    ask(people, searched, seen_by(people.charlie))
    assert told() == {("join-asked", people.coordinator.pk)}


def test_nothing_found_reads_like_something_found(people, searched, seen_by, world):
    elsewhere = world.hub("Dene")
    charlie = seen_by(people.charlie)
    ask_to_join(searched=searched, hub=elsewhere, reason="Club", urgent=False, by=charlie)
    ask_to_join(searched=Searched("Nobody Atall"), hub=people.hub, reason="Club", urgent=False, by=charlie)
    with as_system():
        assert not JoinRequest.objects.exists()
    assert told() == set()


def test_asked_twice_it_is_one_request_with_the_shorter_clock(people, searched, seen_by):
    charlie = seen_by(people.charlie)
    usual = ask(people, searched, charlie)
    urgent = ask(people, searched, charlie, urgent=True, reason="She was crying")
    assert usual.pk == urgent.pk
    assert urgent.is_urgent
    assert urgent.decide_by < usual.decide_by
    assert urgent.reason == "She was crying"


def test_accepting_needs_the_familys_yes_and_puts_them_on_the_team(people, searched, seen_by, world):
    request = ask(people, searched, seen_by(people.charlie))
    alice = seen_by(people.alice)
    with pytest.raises(NotAllowed, match="has not agreed to share"):
        accept_join(request=request, reason="The children know him", by=alice)
    request.refresh_from_db()
    assert request.status == "waiting"
    world.consent(people.case, people.elsewhere)
    accept_join(request=request, reason="The children know him", helps_with="Club", by=alice)
    assert TeamMember.objects.get(membership=people.charlie).helps_with == "Club"
    seen_by(people.charlie)
    [mine] = my_requests()
    assert (mine.status, mine.reference) == ("accepted", people.case.reference)
    assert not JoinRequest.objects.exists(), "the reason is not the asker's to read, on the team neither"


def test_declining_tells_no_more_than_no(people, searched, seen_by, signed_in_as):
    request = ask(people, searched, seen_by(people.charlie))
    alice = seen_by(people.alice)
    with pytest.raises(ValueError):
        decline_join(request=request, reason=" ", by=alice)
    decline_join(request=request, reason="The mother does not want him near", by=alice)
    page = signed_in_as(people.charlie).get(reverse("join-mine")).content.decode()
    assert "You were not added" in page
    for hidden in ("mother", people.case.reference, "Hollis", "Alice"):
        assert hidden not in page, hidden
    assert ("join-answered", people.charlie.pk) in told()


def test_who_decides(people, searched, seen_by, world):
    request = ask(people, searched, seen_by(people.charlie))
    world.consent(people.case, people.elsewhere)
    world.join(people.case, people.bob)
    for who in (people.bob, people.charlie, world.member(people.elsewhere, Role.AGENCY_LEAD)):
        with pytest.raises((NotAllowed, Case.DoesNotExist)):
            accept_join(request=request, reason="Yes", by=seen_by(who))
    accept_join(request=request, reason="Yes", by=seen_by(people.coordinator))


def test_taken_back_or_decided_it_is_not_decided_again(people, searched, seen_by):
    charlie = seen_by(people.charlie)
    request = ask(people, searched, charlie)
    alice = seen_by(people.alice)
    with pytest.raises(NotAllowed):
        take_back_join(request=request.pk, by=alice)
    charlie = seen_by(people.charlie)
    take_back_join(request=request.pk, by=charlie)
    with pytest.raises(NotAllowed):
        take_back_join(request=request.pk, by=charlie)
    alice = seen_by(people.alice)
    with pytest.raises(NotAllowed, match="taken back"):
        decline_join(request=request, reason="No", by=alice)


def test_a_colleague_of_the_family_asks_in_vain(people, searched, seen_by, mother):
    from cases.models import StaffRelation

    with as_system():
        StaffRelation.objects.create(membership=people.charlie, person=mother)
    ask_to_join(searched=searched, hub=people.hub, reason="Club", urgent=True, by=seen_by(people.charlie))
    with as_system():
        assert not JoinRequest.objects.exists()


def test_an_agency_without_a_signature_does_not_ask(people, searched, seen_by, world):
    stranger = world.member(world.agency(AgencyKind.POLICE, signed=False))
    with pytest.raises(NotAllowed, match="no live signature"):
        ask(people, searched, seen_by(stranger))


def test_from_the_search_to_the_answer_in_the_browser(people, signed_in_as, world, queries_of):
    charlie = signed_in_as(people.charlie)
    page = charlie.post(reverse("find-family"), KNOWN).content.decode()
    assert "Ask to join the team" in page
    assert people.case.reference not in page
    sent = {
        "words": "Dana Hollis",
        "born_on": "1990-05-17",
        "postcode": "",
        "number": "",
        "hub": people.hub.pk,
    }
    asked = charlie.post(reverse("join-ask"), sent)
    assert asked.status_code == 200
    assert "Why do you ask to join?" in asked.content.decode()
    empty = charlie.post(reverse("join-ask"), sent | {"reason": "", "urgency": "usual"})
    assert "There is a problem" in empty.content.decode()
    done = charlie.post(
        reverse("join-ask"), sent | {"reason": "I run his club", "urgency": "urgent"}, follow=True
    )
    assert "Request sent" in done.content.decode()
    with as_system():
        request = JoinRequest.objects.get()
    url = reverse("join-decide", args=[people.case.reference, request.pk])
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(url).status_code == 404
    alice = signed_in_as(people.alice)
    work = alice.get(reverse("my-work")).content.decode()
    assert url in work
    assert queries_of(alice, reverse("my-work")) <= 25
    assert queries_of(alice, url) <= 25
    assert "cannot join yet" in alice.get(url).content.decode()
    refused = alice.post(url, {"answer": "accept", "reason": "Fine", "helps_with": ""})
    assert "has not agreed to share" in refused.content.decode()
    world.consent(people.case, people.elsewhere)
    assert alice.post(url, {"answer": "accept", "reason": "Fine", "helps_with": "Club"}).status_code == 302
    answered = charlie.get(reverse("join-mine")).content.decode()
    assert people.case.reference in answered
    assert reverse("join-mine") in charlie.get(reverse("my-work")).content.decode()


def test_asking_without_a_search_goes_back_to_it(people, signed_in_as, client):
    assert signed_in_as(people.charlie).get(reverse("join-ask")).url == reverse("find-family")
    for address in ("join-ask", "join-mine"):
        assert client.get(reverse(address)).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_exactly_one_wins(people, searched, world):
    world.consent(people.case, people.elsewhere)
    with acting_as(people.charlie) as charlie:
        ask_to_join(searched=searched, hub=people.hub, reason="Club", urgent=False, by=charlie)
    with as_system():
        request = JoinRequest.objects.select_related("case").get()
    gate, results = threading.Barrier(2), []

    def decide(who, action, **facts):
        try:
            gate.wait(timeout=10)
            with acting_as(who) as actor:
                action(request=request, by=actor, **facts)
            results.append("won")
        except NotAllowed:
            results.append("lost")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(people.alice, accept_join), kwargs={"reason": "Yes"}),
        threading.Thread(target=decide, args=(people.coordinator, decline_join), kwargs={"reason": "No"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(results) == ["lost", "won"]
    with as_system():
        request.refresh_from_db()
        is_on = TeamMember.objects.filter(case=people.case, membership=people.charlie).exists()
    assert is_on == (request.status == "accepted")
