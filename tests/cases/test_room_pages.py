"""The room as pages and forms: who may do what in it, parts of the page alone, and what it costs."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Action, AgendaItem, Decision, Meeting, RoomMessage
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(people, meeting_now):
    """`page(name, **kwargs)`: an address of this meeting."""

    def make(name="meeting", **kwargs):
        return reverse(name, kwargs={"reference": people.case.reference, "pk": meeting_now.pk, **kwargs})

    return make


def test_parts_can_be_fetched_alone_and_are_recorded_as_a_look(people, signed_in_as, page):
    browser = signed_in_as(people.alice)
    with as_system():
        before = Event.objects.filter(verb="Opened meetings").count()
    answer = browser.get(page() + "?part=decisions&part=agenda&part=nonsense")
    words = answer.content.decode()
    assert 'data-part="decisions"' in words and 'data-part="agenda"' in words
    assert "<html" not in words and "nonsense" not in words and 'data-part="who"' not in words
    with as_system():
        assert Event.objects.filter(verb="Opened meetings").count() == before + 1


def test_page_and_its_parts_stay_within_their_queries(
    people, signed_in_as, page, queries_of, meeting_now, world
):
    browser = signed_in_as(people.alice)
    few = queries_of(browser, page())
    assert few <= 25
    with as_system():
        facts = {"meeting": meeting_now, "case": people.case, "agency": people.alice.agency}
        for number in range(5):
            AgendaItem.objects.create(position=10 + number, title=f"Item {number}", **facts)
            Decision.objects.create(recorded_by=people.alice, text=f"Decision {number}", **facts)
            RoomMessage.objects.create(author=people.alice, text=f"Message {number}", **facts)
    assert queries_of(browser, page()) <= few
    assert queries_of(browser, page() + "?part=decisions") <= 18


def test_charlie_and_bob_see_nothing_of_it(people, signed_in_as, page, meeting_now):
    with as_system():
        item, invitation = meeting_now.agenda.first(), meeting_now.invitations.first()
        action = Action.objects.filter(case=people.case).first()
    posts = [
        page("meeting-item-move"),
        page("meeting-agenda-shift", item=item.pk),
        page("meeting-agenda-remove", item=item.pk),
        page("meeting-here", invitation=invitation.pk),
        page("meeting-decision-add"),
        page("meeting-message-add"),
        page("meeting-action-done", action=action.pk),
        page("meeting-chair"),
        page("meeting-let-in"),
        page("meeting-agenda-change", item=item.pk),
    ]
    for who in (people.bob, people.charlie):
        browser = signed_in_as(who)
        assert {browser.post(path, {"item": item.pk, "message-text": "x"}).status_code for path in posts} == {
            404
        }
        assert browser.get(page() + "?part=who").status_code == 404


def test_team_member_writes_but_does_not_run_the_meeting(people, tom, signed_in_as, page, meeting_now):
    browser = signed_in_as(tom)
    with as_system():
        item = meeting_now.agenda.first()
    assert browser.post(page("meeting-message-add"), {"message-text": "I am here"}).status_code == 302
    assert browser.post(page("meeting-decision-add"), {"decision-text": "Yes"}).status_code == 302
    for refused in ("meeting-item-move", "meeting-chair", "meeting-let-in"):
        assert browser.post(page(refused), {"item": item.pk}).status_code == 403, refused
    assert browser.post(page("meeting-agenda-remove", item=item.pk)).status_code == 403


def test_empty_forms_come_back_with_what_to_do(people, signed_in_as, page):
    browser = signed_in_as(people.alice)
    for name, data, words in (
        ("meeting-message-add", {"message-text": " "}, "Write a message"),
        ("meeting-decision-add", {"decision-text": ""}, "What was decided"),
        ("meeting-action-add", {"inline": "1", "action-what": ""}, "What will be done"),
    ):
        answer = browser.post(page(name), data)
        assert answer.status_code == 422, name
        assert "govuk-error-summary" in answer.content.decode() and words in answer.content.decode()


def test_message_that_is_too_long_or_at_a_strange_item(people, signed_in_as, page, meeting_of):
    browser = signed_in_as(people.alice)
    assert browser.post(page("meeting-message-add"), {"message-text": "x" * 501}).status_code == 422
    other = meeting_of(people.case, people.alice)
    with as_system():
        strange = other.agenda.get()
    answer = browser.post(page("meeting-message-add"), {"message-text": "x", "item": strange.pk})
    assert answer.status_code == 404
    assert browser.post(page("meeting-message-add"), {"message-text": "x", "item": "<b>"}).status_code == 404


def test_action_agreed_in_place_is_in_the_plan(people, signed_in_as, page, meeting_now):
    with as_system():
        item = meeting_now.agenda.get(position=3)
    data = {
        "inline": "1", "item": item.pk, "action-what": "Lend a plug-in light",
        "action-owner": f"m{people.alice.pk}", "action-due_on": f"{timezone.localdate():%d/%m}/2027",
    }  # fmt: skip
    answer = signed_in_as(people.alice).post(page("meeting-action-add"), data, follow=True)
    assert "Lend a plug-in light" in answer.content.decode()
    with as_system():
        action = Action.objects.get(what="Lend a plug-in light")
        assert action.from_meeting == meeting_now and action.outcome_id == item.outcome_id


def test_overdue_action_is_marked_done_or_not_from_the_room(people, signed_in_as, page):
    browser = signed_in_as(people.alice)
    with as_system():
        action = Action.objects.get(what="Send the housing letter")
    data = {"why_not": "The office was closed", "go_on": "no"}
    assert browser.post(page("meeting-action-not-done", action=action.pk), data).status_code == 302
    with as_system():
        assert Action.objects.get(pk=action.pk).status == "not_done"
    again = browser.post(page("meeting-action-done", action=action.pk), follow=True)
    assert again.status_code in (200, 403)
    with as_system():
        assert Action.objects.get(pk=action.pk).status == "not_done"


def test_chair_goes_to_somebody_who_is_here(people, tom, signed_in_as, page, meeting_now):
    browser = signed_in_as(people.alice)
    with as_system():
        his = meeting_now.invitations.get(membership=tom)
    assert (
        browser.post(page("meeting-chair"), {"to": his.pk}).status_code == 200
    )  # not offered: he is not here
    browser.post(page("meeting-here", invitation=his.pk), {"do": "here"})
    assert browser.post(page("meeting-chair"), {"to": his.pk}).status_code == 302
    with as_system():
        assert Meeting.objects.get(pk=meeting_now.pk).chair == tom
        assert Event.objects.filter(verb="Handed over the chair", membership_id=people.alice.pk).count() == 1
    with as_system():
        first = meeting_now.agenda.first().pk
    assert (
        signed_in_as(tom).post(page("meeting-item-move"), {"item": first}).status_code
        == 302
    )


def test_somebody_who_came_is_let_in_and_proposed_as_there(people, signed_in_as, page, meeting_now, world):
    with as_system():
        world.join(people.case, people.bob)
    browser = signed_in_as(people.alice)
    assert browser.post(page("meeting-let-in"), {"someone": f"m{people.bob.pk}"}).status_code == 302
    with as_system():
        his = meeting_now.invitations.get(membership=people.bob)
        assert his.arrived_at is not None
    form = browser.get(page("meeting-end")).context["form"]
    assert form.fields[f"was_{his.pk}"].initial == "attended"


def test_meeting_before_its_time_marks_nobody(people, signed_in_as, meeting_of):
    meeting = meeting_of(people.case, people.alice)
    with as_system():
        mine = meeting.invitations.get()
    path = reverse("meeting-here", args=[people.case.reference, meeting.pk, mine.pk])
    answer = signed_in_as(people.alice).post(path, {"do": "here"}, follow=True)
    assert "The meeting has not started yet." in answer.content.decode()
    with as_system():
        mine.refresh_from_db()
    assert mine.arrived_at is None
