"""A manager countersigns after the author, or sends back; nothing is complete before."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.actions import complete_if_ready, sign_off, take_back_sign_off
from assessments.models import Assessment, CountersignDecision, Countersigning
from assessments.quality.countersign import countersign, send_back
from assessments.quality.states import COUNTERSIGN, move_countersign
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.outbox.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(people, world):
    return world.member(people.school, Role.AGENCY_LEAD, first_name="Lee")


@pytest.fixture
def wanted(settings):
    settings.EARLY_HELP = {**settings.EARLY_HELP, "COUNTERSIGN": True}


@pytest.fixture
def nothing_missing(monkeypatch):
    monkeypatch.setattr("assessments.actions.status.missing_for", lambda assessment, by: ())


@pytest.fixture
def plan_runs(monkeypatch):
    monkeypatch.setattr("assessments.actions.status.has_started_action", lambda case: True)


@pytest.fixture
def signed(eha, people, lead, wanted, nothing_missing, plan_runs, seen_by):
    return sign_off(assessment=eha, by=seen_by(people.alice))


def test_without_the_setting_and_the_forms_word_nobody_is_asked(
    eha, people, lead, nothing_missing, plan_runs, seen_by
):
    done = sign_off(assessment=eha, by=seen_by(people.alice))
    assert done.completed_at and done.countersigning == ""
    with as_system():
        assert not Message.objects.filter(kind="assessment-to-countersign").exists()


def test_a_signed_assessment_waits_and_is_not_complete_whatever_the_plan_does(signed, people, seen_by):
    assert signed.awaits_countersign and signed.completed_at is None
    assert complete_if_ready(case=signed.case, by=seen_by(people.alice)) == []
    with as_system(), pytest.raises(DatabaseError), transaction.atomic():
        Assessment.objects.update(status="completed", completed_at=timezone.now())


def test_the_lead_is_told_without_content_and_the_author_is_not(signed, people, lead):
    with as_system():
        message = Message.objects.get(kind="assessment-to-countersign")
    assert (message.to_membership, message.facts) == (lead.pk, {})


def test_the_hubs_manager_is_told_where_no_other_lead_sees_the_record(
    eha, people, manager, world, wanted, nothing_missing, seen_by
):
    with as_system():
        people.alice.roles = [Role.AGENCY_LEAD]
        people.alice.save()
    sign_off(assessment=eha, by=seen_by(people.alice))
    with as_system():
        told = list(
            Message.objects.filter(kind="assessment-to-countersign").values_list("to_membership", flat=True)
        )
    assert told == [manager.pk]


@pytest.mark.parametrize("who", ["lead", "manager"])
def test_a_manager_countersigns_and_it_is_complete(signed, who, seen_by, request):
    person = request.getfixturevalue(who)
    done = countersign(assessment=signed, by=seen_by(person))
    assert (done.countersigning, done.countersigned_by_id) == ("signed", person.pk)
    assert done.completed_at is not None


def test_the_author_cannot_countersign_their_own_under_any_hat(signed, people, world, seen_by):
    with as_system():
        people.alice.roles = [Role.PRACTITIONER, Role.AGENCY_LEAD]
        people.alice.save()
    with pytest.raises(NotAllowed, match="your own"):
        countersign(assessment=signed, by=seen_by(people.alice))
    other_hat = world.member(
        people.coordinator.agency, Role.HUB_MANAGER, hub=people.hub, user=people.alice.user
    )
    with pytest.raises(NotAllowed, match="your own"):
        countersign(assessment=signed, by=seen_by(other_hat))


def test_a_colleague_a_coordinator_and_another_agencys_lead_cannot(signed, people, world, seen_by):
    colleague = world.member(people.school, first_name="Ann")
    other_lead = world.member(people.elsewhere, Role.AGENCY_LEAD)
    for person in (colleague, people.coordinator, other_lead):
        with pytest.raises((NotAllowed, Assessment.DoesNotExist)):
            countersign(assessment=signed, by=seen_by(person))


def test_two_at_once_exactly_one_wins(signed, lead, manager, seen_by):
    countersign(assessment=signed, by=seen_by(lead))
    with pytest.raises(ValidationError, match="does not wait"):
        send_back(assessment=signed, words="Too late", by=seen_by(manager))
    assert CountersignDecision.objects.count() == 1


def test_sent_back_with_words_the_author_changes_and_signs_again(signed, people, lead, seen_by):
    with pytest.raises(ValidationError, match="Say what"):
        send_back(assessment=signed, words=" ", by=seen_by(lead))
    back = send_back(assessment=signed, words="Say what Ellie thinks", by=seen_by(lead))
    assert back.signed_off_at is None and back.countersigning == "sent_back"
    with as_system():
        assert Message.objects.get(kind="assessment-sent-back").to_membership == people.alice.pk
    again = sign_off(assessment=back, by=seen_by(people.alice))
    assert again.awaits_countersign
    assert countersign(assessment=again, by=seen_by(lead)).completed_at


def test_a_sign_off_taken_back_asks_nobody_any_more(signed, people, lead, seen_by):
    back = take_back_sign_off(assessment=signed, reason="A wrong date", by=seen_by(people.alice))
    assert back.countersigning == ""
    with pytest.raises(ValidationError, match="does not wait"):
        countersign(assessment=back, by=seen_by(lead))


def test_every_move_that_is_not_in_the_table_is_refused(eha):
    for start in ["", *Countersigning.values]:
        for event in ("ask", "agree", "send_back", "take_back"):
            eha.countersigning = start
            if (start, event) in COUNTERSIGN:
                move_countersign(eha, event)
                assert eha.countersigning == COUNTERSIGN[start, event]
            else:
                with pytest.raises(ValidationError):
                    move_countersign(eha, event)


def test_the_database_takes_a_countersign_from_those_who_may_and_from_nobody_else(
    signed, people, lead, seen_by
):
    now = timezone.now()

    def write(by):
        with connection.cursor() as cursor:
            cursor.execute(
                "update assessments_assessment set countersigning = 'signed', countersigned_at = %s,"
                " countersigned_by_id = %s where id = %s",
                [now, by.pk, signed.pk],
            )

    seen_by(people.alice)
    with pytest.raises(DatabaseError, match="countersigned by somebody who may"), transaction.atomic():
        write(people.alice)
    facts = {
        "assessment": signed,
        "case": signed.case,
        "asked": people.alice,
        "decision": "agreed",
        "decided_at": now,
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        CountersignDecision.objects.create(**facts, decided_by=people.alice)
    seen_by(people.coordinator)
    with pytest.raises(DatabaseError), transaction.atomic():
        CountersignDecision.objects.create(**facts, decided_by=people.coordinator)
    seen_by(lead)
    CountersignDecision.objects.create(**facts, decided_by=lead)
    write(lead)


# -- Pages --------------------------------------------------------------------------------------------------------------


def test_the_manager_finds_it_in_my_work_reads_and_countersigns(signed, lead, signed_in_as):
    browser = signed_in_as(lead)
    url = reverse("assessment-countersign", args=[signed.pk])
    assert url in browser.get(reverse("my-work")).content.decode()
    page = browser.get(url).content.decode()
    assert "Your answer" in page and "It waits for a manager" in page
    refused = browser.post(url, {"answer": "send_back", "words": ""})
    assert refused.status_code == 422 and b"Enter what must be changed" in refused.content
    assert browser.post(url, {"answer": "agree"}).status_code == 302
    with as_system():
        assert Assessment.objects.get(pk=signed.pk).countersigning == "signed"


def test_the_author_sees_what_to_change_and_a_teammate_of_another_agency_does_not(
    signed, people, world, lead, seen_by, signed_in_as
):
    send_back(assessment=signed, words="Say what Ellie thinks", by=seen_by(lead))
    check = reverse("assessment-check", args=[signed.pk])
    mine = signed_in_as(people.alice)
    assert "Say what Ellie thinks" in mine.get(check).content.decode()
    assert check in mine.get(reverse("my-work")).content.decode()
    theirs = signed_in_as(people.coordinator).get(check).content.decode()
    assert "A manager asked for a change" in theirs and "Say what Ellie thinks" not in theirs


def test_countersigning_is_for_alices_manager_and_not_for_alice_bob_charlie_or_nobody(
    signed, people, lead, signed_in_as, queries_of
):
    url = reverse("assessment-countersign", args=[signed.pk])
    assert b"Your answer" not in signed_in_as(people.alice).get(url).content
    assert signed_in_as(people.alice).post(url, {"answer": "agree"}).status_code == 422
    for person in (people.bob, people.charlie):
        assert signed_in_as(person).get(url).status_code == 404
        assert signed_in_as(person).post(url, {"answer": "agree"}).status_code == 404
    assert Client().get(url).status_code == 302
    assert queries_of(signed_in_as(lead), url) <= 25
