"""Handing on everything a colleague holds: family by family, each in one transaction, with a report."""

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.lead import Agreed, accept_lead
from cases.joining.handing_on import Choice, colleagues_with_places, hand_on, held_by
from cases.models import Action, LeadRequest, Meeting, TeamMember
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db
AGREED = Agreed("phone", timezone.localdate())


@pytest.fixture
def head(world, people):
    return world.member(people.school, Role.AGENCY_LEAD, first_name="Hea")


@pytest.fixture
def nadia(world, people):
    return world.member(people.school, first_name="Nadia")


@pytest.fixture
def second(world, people):
    """A family that Alice is on the team of, and Bob leads."""
    return world.shared_case(people.hub, people.bob, people.alice)


@pytest.fixture
def loaded(people, second, outcome_of, action_of, meeting_of):
    """Alice leads one family with an action and a meeting; in the second she has an action."""
    for case in (people.case, second):
        action_of(outcome_of(case, agency=people.school), owner_membership=people.alice)
    meeting_of(people.case, people.alice)
    return people


def steps(report):
    return {each.held.case.pk: [(step.words, step.why_not) for step in each.steps] for each in report}


def test_everything_is_seen_in_one_list(loaded, second, head, seen_by):
    held = {each.case.pk: each for each in held_by(loaded.alice, seen_by(head))}
    assert set(held) == {loaded.case.pk, second.pk}
    mine = held[loaded.case.pk]
    assert mine.leads and mine.place and len(mine.actions) == len(mine.meetings) == 1
    assert held[second.pk].leads is None
    found = dict(colleagues_with_places(seen_by(head)))
    assert found[loaded.alice] == 2


def test_all_is_handed_to_a_colleague_and_the_lead_is_asked_for(loaded, second, head, nadia, seen_by):
    choices = {loaded.case.pk: Choice(nadia, AGREED), second.pk: Choice(nadia)}
    report = hand_on(person=loaded.alice, choices=choices, note="Mornings are hard", by=seen_by(head))
    assert [each.stayed for each in report] == [0, 0], steps(report)
    with as_system():
        assert set(Action.objects.values_list("owner_membership", flat=True)) == {nadia.pk}
        assert Meeting.objects.get().chair_id == nadia.pk
        request = LeadRequest.objects.select_related("case", "to_membership").get()
        current = TeamMember.objects.current()
        assert not current.filter(case=second, membership=loaded.alice).exists()
        assert current.filter(case=loaded.case, membership=loaded.alice).exists(), (
            "leads until it is accepted"
        )
    assert (request.note, request.agreed_how, request.former_lead_stays) == (
        "Mornings are hard",
        "phone",
        False,
    )
    accept_lead(request=request, by=seen_by(nadia))
    with as_system():
        place = TeamMember.objects.get(case=loaded.case, membership=loaded.alice)
    assert place.reads_only


def test_a_family_that_was_not_asked_keeps_its_lead_and_the_report_says_so(loaded, head, nadia, seen_by):
    [result] = hand_on(
        person=loaded.alice, choices={loaded.case.pk: Choice(nadia)}, note="", by=seen_by(head)
    )
    [(words, why)] = [(step.words, step.why_not) for step in result.steps if step.why_not]
    assert "asked to lead" in words
    assert "has not been asked" in why
    assert not LeadRequest.objects.exists()
    assert result.moved == 3  # on the team, the action, the chair


def test_one_familys_refusal_changes_nothing_there_and_stops_no_other(
    loaded, second, head, nadia, seen_by, world
):
    """The other family took back its yes: nobody new of the school may join there."""
    with as_system():
        second.consents.update(ended_at=timezone.now(), end_reason="withdrawn")
    hub = seen_by(loaded.coordinator)
    choices = {loaded.case.pk: Choice(nadia, AGREED), second.pk: Choice(nadia)}
    report = {
        each.held.case.pk: each for each in hand_on(person=loaded.alice, choices=choices, note="x", by=hub)
    }
    [step] = report[second.pk].steps
    assert "has not agreed to share" in step.why_not
    with as_system():
        assert not TeamMember.objects.filter(case=second, membership=nadia).exists()
        assert Action.objects.get(case=second).owner_membership_id == loaded.alice.pk
    assert report[loaded.case.pk].stayed == 0


def test_a_second_request_to_lead_is_reported_and_the_rest_moves(loaded, head, nadia, seen_by, world):
    from cases.actions.lead import ask_to_lead

    other = world.member(loaded.school)
    alice = seen_by(loaded.alice)
    ask_to_lead(case=loaded.case, membership=other, note="x", family_agrees=True, by=alice)
    choices = {loaded.case.pk: Choice(nadia, AGREED)}
    [result] = hand_on(person=loaded.alice, choices=choices, note="x", by=seen_by(head))
    assert [step.why_not for step in result.steps if step.why_not] == [
        "Somebody has been asked to lead already. Take that request back first."
    ]
    with as_system():
        assert Action.objects.get(case=loaded.case).owner_membership_id == nadia.pk


def test_who_may_hand_on(loaded, nadia, seen_by, world):
    lead_elsewhere = world.member(loaded.elsewhere, Role.AGENCY_LEAD)
    for who in (loaded.bob, loaded.charlie, lead_elsewhere):
        actor = seen_by(who)
        with pytest.raises(NotAllowed):
            hand_on(person=loaded.alice, choices={loaded.case.pk: Choice(nadia)}, note="", by=actor)
    assert hand_on(person=loaded.alice, choices={}, note="", by=seen_by(loaded.coordinator)) == []


def test_what_the_reader_does_not_see_is_not_in_the_list(loaded, second, world, seen_by):
    """The coordinator of another hub sees none of them."""
    elsewhere = world.member(loaded.elsewhere, Role.HUB_COORDINATOR, hub=world.hub("Dene"))
    assert held_by(loaded.alice, seen_by(elsewhere)) == []


def test_in_the_browser(loaded, second, head, nadia, signed_in_as, queries_of, client):
    browser = signed_in_as(head)
    url = reverse("colleague", args=[loaded.alice.pk])
    page = browser.get(url).content.decode()
    assert page.count("Hollis family") >= 2
    assert "Set up a breakfast place" in page
    assert "Review meeting" in page
    assert url in browser.get(reverse("colleagues")).content.decode()
    assert queries_of(browser, url) <= 25
    assert queries_of(browser, reverse("colleagues")) <= 25
    assert "Choose who takes over" in browser.post(url, {}).content.decode()
    day = timezone.localdate()
    lacking = {"everything": nadia.pk, f"asked_{loaded.case.pk}": "on"}
    assert "Enter what the next lead needs to know" in browser.post(url, lacking).content.decode()
    sent = lacking | {
        "note": "Mornings",
        "agreed_how": "phone",
        "agreed_on": f"{day:%d/%m/%Y}",
        f"to_{second.pk}": "stay",
    }
    report = browser.post(url, sent).content.decode()
    assert "1 of 1 family handed on in full" in report, report[report.index("<h1") :][:600]
    with as_system():
        assert TeamMember.objects.current().filter(case=second, membership=loaded.alice).exists()
        assert LeadRequest.objects.get().to_membership_id == nadia.pk
    for who, status in ((loaded.bob, 403), (loaded.charlie, 403)):
        assert signed_in_as(who).get(url).status_code == status
        assert signed_in_as(who).get(reverse("colleagues")).status_code == 403
    assert client.get(url).status_code == 302


def test_a_colleague_who_has_left_is_handed_on_by_the_hub(loaded, nadia, seen_by):
    with as_system():
        type(loaded.alice).objects.filter(pk=loaded.alice.pk).update(ends_on=in_days(-1))
    loaded.alice.refresh_from_db()
    hub = seen_by(loaded.coordinator)
    with transaction.atomic():
        [result] = hand_on(
            person=loaded.alice, choices={loaded.case.pk: Choice(nadia, AGREED)}, note="Left", by=hub
        )
    assert result.stayed == 0, steps([result])
