"""One item at a sitting: what is said, what is offered, how it ends, and what the family decides."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.models import (
    Action,
    CaseNote,
    PanelNote,
    PanelOffer,
    PanelRequest,
    PanelSignature,
    Sitting,
    TeamMember,
)
from cases.panels.actions import items as actions
from cases.panels.actions import panels as panel_actions
from cases.panels.actions.requests import withdraw_request
from cases.panels.reading import items_of, names_on, sitting_page
from cases.rules import NotAllowed
from cases.states import TRANSITIONS
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.outbox.models import Message
from hubs.models import Category
from reporting.consistency import broken
from tests.fixtures.at_panels import at
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


def now(request) -> PanelRequest:
    return PanelRequest.objects.select_related("case", "panel", "sitting").get(pk=request.pk)


def offer(panels, member, request, *, worker=None, helps=True, **facts):
    with acting_as(member) as by:
        facts = (
            {"service": "Six weeks of a parenting group", "worker": worker or member, "from_on": in_days(7)}
            | facts
            if helps
            else {"reason": "Our waiting list is a year"} | facts
        )
        return actions.make_offer(request=now(request), helps=helps, by=by, **facts)


def close(panels, request, step="Alice tells the family by Friday"):
    with acting_as(panels.dee) as dee:
        return actions.close_item(request=now(request), next_step=step, by=dee)


def answer(panels, suggested, what, by=None, **facts):
    with acting_as(by or panels.alice) as actor:
        return actions.answer_offer(
            offer=PanelOffer.objects.select_related("request__case").get(pk=suggested.pk),
            answer=what,
            answered_on=timezone.localdate(),
            by=actor,
            **facts,
        )


def sees(membership, request) -> bool:
    with acting_as(membership):
        return PanelRequest.objects.filter(pk=request.pk).exists()


@pytest.fixture
def held(asked):
    """The sitting is under way."""
    asked.start()
    return asked


def test_services_offer_the_family_accepts_and_the_worker_begins(held):
    request = held.asked["first"]
    suggested = offer(held, held.hal, request, worker=held.nurse)
    other = offer(held, held.vi, request, helps=False)
    assert (suggested.status, other.status) == ("waiting", "cannot")
    closed = close(held, request)
    assert closed.status == "offered" and closed.answer_by == in_days(14)
    assert not sees(held.nurse, request)
    done = answer(held, suggested, "accepted", words="Yes please")
    assert done.status == "accepted"
    with as_system():
        place = TeamMember.objects.current().get(case=held.first, membership=held.nurse)
        action = Action.objects.get(pk=done.action_id)
        assert (place.place, place.ends_on) == ("professional", None)
        assert action.owner_membership_id == held.nurse.pk and action.due_on == in_days(7)
        assert now(request).status == "answered"
    assert sees(held.nurse, request)
    assert not sees(held.hal, request) and not sees(held.vi, request)
    with as_system():
        told = set(Message.objects.filter(kind__startswith="panel-").values_list("kind", "to_user_id"))
    assert {("panel-worker", held.nurse.user_id), ("panel-answered", held.alice.user_id)} <= told


def test_a_member_who_is_the_worker_stays_as_a_professional(held):
    request = held.asked["first"]
    suggested = offer(held, held.hal, request)
    close(held, request)
    answer(held, suggested, "accepted")
    with as_system():
        places = TeamMember.objects.current().filter(case=held.first, membership=held.hal)
        assert [each.place for each in places] == ["professional"]
    assert sees(held.hal, request)


def test_agencies_whose_offer_still_waits_read_on_and_others_do_not(held):
    request = held.asked["first"]
    one, two = offer(held, held.hal, request), offer(held, held.vi, request)
    close(held, request)
    assert sees(held.hal, request) and sees(held.vi, request)
    answer(held, one, "declined")
    assert not sees(held.hal, request) and sees(held.vi, request)
    answer(held, two, "other", words="Somebody who comes to the house")
    assert not sees(held.vi, request)
    with acting_as(held.alice):
        assert now(request).status == "answered"


def test_consent_withdrawn_before_the_answer_keeps_the_worker_out(held):
    request = held.asked["first"]
    suggested = offer(held, held.hal, request, worker=held.nurse)
    close(held, request)
    with as_system():
        held.first.consents.filter(agency=held.hal.agency).update(
            ended_at=timezone.now(), end_reason="withdrawn"
        )
    with pytest.raises(NotAllowed, match="not agreed to share"), transaction.atomic():
        answer(held, suggested, "accepted")
    with as_system():
        assert PanelOffer.objects.get(pk=suggested.pk).status == "waiting"
        assert not Action.objects.filter(case=held.first).exists()
    answer(held, suggested, "declined")


def test_without_an_offer_the_item_ends_and_nobody_reads_on(held):
    request = held.asked["first"]
    offer(held, held.hal, request, helps=False)
    assert close(held, request).status == "no_offer"
    assert not sees(held.hal, request) and not sees(held.vi, request)
    assert sees(held.alice, request) and sees(held.dee, request)


def test_offers_taken_back_end_the_request(held):
    request = held.asked["first"]
    suggested = offer(held, held.hal, request)
    close(held, request)
    with acting_as(held.vi) as vi, pytest.raises(NotAllowed):
        actions.take_back_offer(
            offer=PanelOffer.objects.select_related("request").get(pk=suggested.pk), by=vi
        )
    with acting_as(held.hal) as hal:
        actions.take_back_offer(
            offer=PanelOffer.objects.select_related("request").get(pk=suggested.pk), by=hal
        )
    with acting_as(held.alice):
        assert now(request).status == "no_offer"


def test_what_is_said_stands_in_the_timeline_by_its_category(held):
    request = held.asked["first"]
    with acting_as(held.hal) as hal:
        note = actions.write_item_note(
            request=now(request), text="Sleeps badly", says="fact", category=Category.HEALTH, by=hal
        )
        assert CaseNote.objects.get(pk=note.pk).title == "Talked about at a panel"
    with acting_as(held.vi) as vi:
        assert not PanelNote.objects.exists() and not CaseNote.objects.filter(pk=note.pk).exists()
        item = items_of(held.sitting)[0]
        assert item.notes == []
        actions.write_item_note(request=now(request), text="A group starts in May", kind="decision", by=vi)
    with acting_as(held.hal):
        assert [each.kind for each in items_of(held.sitting)[0].notes] == ["discussion", "decision"]


def test_the_chair_moves_and_one_item_is_talked_about(held):
    first, second = held.asked["first"], held.asked["second"]
    with acting_as(held.dee) as dee:
        actions.open_item(request=now(first), by=dee)
        actions.open_item(request=now(second), by=dee)
        assert [item.is_now for item in items_of(held.sitting)] == [False, True]
    with acting_as(held.vi) as vi:
        assert [item.is_now for item in items_of(held.sitting)] == [False]
        with pytest.raises(NotAllowed):
            actions.open_item(request=now(first), by=vi)


def test_who_may_not(held):
    request = held.asked["first"]
    suggested = offer(held, held.hal, request)
    with pytest.raises(NotAllowed, match="members of this panel"):
        offer(held, held.alice, request)
    for stranger in (held.bob, held.charlie, held.pat):
        with pytest.raises((NotAllowed, PanelRequest.DoesNotExist)):
            offer(held, stranger, request)
    with pytest.raises(NotAllowed):
        answer(held, suggested, "accepted", by=held.hal)
    with pytest.raises(NotAllowed, match="not finished"):
        answer(held, suggested, "accepted")
    with acting_as(held.hal) as hal, pytest.raises(NotAllowed):
        actions.close_item(request=now(request), next_step="x", by=hal)
    with as_system():
        PanelSignature.objects.filter(membership=held.vi).update(
            signed_on=in_days(-400), valid_until=in_days(-35)
        )
    with pytest.raises(NotAllowed, match="Sign the panel"):
        offer(held, held.vi, request)


def test_bad_offers_answers_and_ends(held, world):
    request = held.asked["first"]
    for facts in (
        {"service": " "}, {"from_on": in_days(-1)}, {"from_on": None}, {"worker": held.alice},
    ):  # fmt: skip
        with pytest.raises(ValueError), transaction.atomic():
            offer(held, held.hal, request, **facts)
    with pytest.raises(ValueError):
        offer(held, held.hal, request, helps=False, reason=" ")
    suggested = offer(held, held.hal, request)
    with pytest.raises(ValueError, match="next step"):
        close(held, request, step=" ")
    close(held, request)
    with pytest.raises(NotAllowed):
        close(held, request)
    with pytest.raises(ValueError, match="wants instead"):
        answer(held, suggested, "other")
    for impossible in ("cannot", "waiting"):
        with pytest.raises(NotAllowed):
            answer(held, suggested, impossible)
    with pytest.raises(ValueError), transaction.atomic():
        answer(held, suggested, "taken_back")
    with as_system():
        nobody = world.family(held.hub, name="Else").people.first()
    with pytest.raises(ValueError, match="not in this family"):
        answer(held, suggested, "declined", answered_person=nobody)


def test_an_item_cannot_be_closed_before_its_sitting(asked):
    with pytest.raises(ValueError, match="not begun"):
        close(asked, asked.asked["first"])


def test_every_illegal_change_of_status_is_refused_and_changes_nothing(held):
    request = held.asked["first"]
    suggested = offer(held, held.hal, request)
    close(held, request)
    for status in TRANSITIONS["cases.PanelOffer"]:
        if status in ("waiting",):
            continue
        with as_system(), transaction.atomic():
            row = PanelOffer.objects.get(pk=suggested.pk)
            row.status = status
            from cases.states import can_become

            assert not any(can_become(row, each) for each in TRANSITIONS["cases.PanelOffer"])
    answer(held, suggested, "declined")
    before = PanelOffer.objects
    for what in ("accepted", "declined", "other"):
        with pytest.raises(NotAllowed):
            answer(held, suggested, what, words="x")
    with acting_as(held.alice) as alice, pytest.raises(NotAllowed):
        withdraw_request(request=now(request), reason="x", by=alice)
    with as_system():
        assert before.get(pk=suggested.pk).status == "declined" and now(request).status == "answered"


def test_the_database_keeps_facts_together(held):
    request = held.asked["first"]
    suggested = offer(held, held.hal, request)
    for facts in (
        {"status": "accepted"},
        {"status": "cannot"},
        {"answered_on": timezone.localdate()},
        {"worker": None},
    ):
        with as_system(), pytest.raises(IntegrityError), transaction.atomic():
            PanelOffer.objects.filter(pk=suggested.pk).update(**facts)
    for facts in ({"status": "answered"}, {"status": "offered"}, {"ended_at": timezone.now()}):
        with as_system(), pytest.raises(IntegrityError), transaction.atomic():
            PanelRequest.objects.filter(pk=request.pk).update(**facts)


def test_ending_a_sitting_counts_who_came_and_carries_what_was_left(held):
    request, left = held.asked["first"], held.asked["second"]
    offer(held, held.hal, request)
    close(held, request)
    with as_system():
        later = Sitting.objects.create(panel=held.panel, starts_at=at(9), ends_at=at(9, 12))
    with acting_as(held.dee) as dee:
        panel_actions.end_sitting(
            sitting=held.sitting,
            attendance={held.dee: "attended", held.hal: "attended", held.vi: "apologies", held.pat: "absent"},
            by=dee,
        )
        page = sitting_page(Sitting.objects.select_related("panel").get(pk=held.sitting.pk))
        assert ("Westmoor Health", 1, 1) in page.by_agency and ("Harbour Families", 0, 1) in page.by_agency
        assert [item.request.pk for item in page.items] == [request.pk]
        assert now(left).sitting_id == later.pk
        with pytest.raises(NotAllowed):
            panel_actions.end_sitting(sitting=held.sitting, attendance={}, by=dee)


def test_everybody_is_told_of_the_agenda_and_nobody_is_named(asked):
    with acting_as(asked.dee) as dee:
        assert panel_actions.tell_members(sitting=asked.sitting, by=dee) == 4
        panel_actions.tell_members(sitting=asked.sitting, by=dee)
    with as_system():
        messages = list(Message.objects.filter(kind="panel-agenda"))
    assert len(messages) == 4
    assert {tuple(each.facts) for each in messages} == {("days",)}


def test_names_on_the_agenda_are_those_that_the_writer_may_know(asked):
    with acting_as(asked.vi):
        assert "hollis" in names_on(asked.sitting) and "quince" not in names_on(asked.sitting)
    with acting_as(asked.pat):
        assert names_on(asked.sitting) == set()


def test_stored_data_is_consistent_after_all_of_it(held):
    one = offer(held, held.hal, held.asked["first"], worker=held.nurse)
    close(held, held.asked["first"])
    answer(held, one, "accepted")
    close(held, held.asked["second"])
    with as_system():
        assert [rule.name for rule in broken() if not rule.name.startswith("file")] == []


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_exactly_one_wins(held):
    """The same offer accepted in two browsers: one place, one action, one refusal in words."""
    request = held.asked["first"]
    suggested = offer(held, held.hal, request, worker=held.nurse)
    close(held, request)
    gate, results = threading.Barrier(2), []

    def accept():
        try:
            gate.wait(timeout=10)
            answer(held, suggested, "accepted")
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
    with as_system():
        assert TeamMember.objects.current().filter(case=held.first, membership=held.nurse).count() == 1
        assert Action.objects.filter(case=held.first).count() == 1
        assert [rule.name for rule in broken() if not rule.name.startswith("file")] == []
