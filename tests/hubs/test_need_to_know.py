"""Who inside an agency sees its families: leads and people named, or everyone, by the lead's choice."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cases.models import Case
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.need_to_know import choose_need_to_know, need_to_know_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(people, world):
    return world.member(people.school, Role.AGENCY_LEAD, first_name="Lena")


def sees(who, case, seen_by) -> bool:
    seen_by(who)
    return Case.objects.filter(pk=case.pk).exists()


def test_everyone_sees_and_then_only_those_named_at_once(people, lead, seen_by):
    assert not sees(people.bob, people.case, seen_by)
    choose_need_to_know(everyone=True, by=seen_by(lead))
    assert sees(people.bob, people.case, seen_by)
    assert not sees(people.charlie, people.case, seen_by)
    choose_need_to_know(everyone=False, by=seen_by(lead))
    assert not sees(people.bob, people.case, seen_by)
    assert sees(people.alice, people.case, seen_by)


def test_only_a_lead_chooses_and_only_for_their_own_agency(people, lead, world, seen_by):
    for other in (people.bob, people.coordinator, world.member(people.school, Role.SYSTEM_ADMINISTRATOR)):
        with pytest.raises(PermissionDenied):
            choose_need_to_know(everyone=True, by=seen_by(other))
    choose_need_to_know(everyone=True, by=seen_by(lead))
    people.elsewhere.refresh_from_db()
    assert not people.elsewhere.everyone_sees_team_cases


def test_numbers_count_people_who_work_with_families_and_open_records(people, lead, world, seen_by):
    world.member(people.school, Role.BOARD_MEMBER)
    world.shared_case(people.hub, people.charlie)
    now = need_to_know_of(seen_by(lead))
    assert ([who.pk for who in now.leads], len(now.others), now.families) == ([lead.pk], 2, 1)
    with as_system():
        Case.objects.filter(pk=people.case.pk).update(
            status="closed", closed_on=people.case.opened_on, closure_reason="outcomes_met"
        )
    assert need_to_know_of(seen_by(lead)).families == 0


def test_choice_is_recorded_once(people, lead, seen_by):
    for _ in range(2):
        choose_need_to_know(everyone=True, by=seen_by(lead))
    with as_system():
        [event] = Event.objects.filter(verb="Chose who in the agency sees families")
    assert event.facts == {"agency": people.school.pk, "everyone": True}


def test_page_says_numbers_before_saving_and_the_record_says_it_afterwards(
    people, lead, signed_in_as, client
):
    url = reverse("need-to-know")
    browser = signed_in_as(lead)
    page = browser.get(url).content.decode()
    assert "1 lead sees all 1 open family record" in page
    assert "All 3 people who work with families here" in page
    assert browser.post(url, {"who": ""}).status_code == 200
    assert browser.post(url, {"who": "everyone"}).status_code == 302
    record = (
        signed_in_as(people.bob).get(reverse("record-sharing", args=[people.case.reference])).content.decode()
    )
    assert "everyone who works there" in record
    assert "works here, where everyone sees it" in record
    for other in (people.alice, people.coordinator):
        assert signed_in_as(other).get(url).status_code == 403
        assert signed_in_as(other).post(url, {"who": "named"}).status_code == 403
    assert client.get(url).status_code == 302


def test_as_many_queries_for_thirty_colleagues_as_for_three(people, lead, world, signed_in_as, queries_of):
    browser = signed_in_as(lead)
    few = queries_of(browser, reverse("need-to-know"))
    for _ in range(27):
        world.member(people.school)
    assert queries_of(browser, reverse("need-to-know")) == few <= 15
