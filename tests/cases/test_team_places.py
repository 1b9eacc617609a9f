"""Places on a team: who has which, the list of everybody, and what an agency needs before it can join."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.team import add_to_team, change_place, leave_team
from cases.models import TeamMember, TeamPlace
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind, Membership
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def charity(world, people):
    agency = world.agency(AgencyKind.VOLUNTARY, name="Open Door")
    world.consent(people.case, agency)
    return agency


@pytest.fixture
def volunteer(world, charity):
    return world.member(charity, Role.VOLUNTEER, first_name="Vera", job_title="Family mentor")


def test_a_volunteer_gets_a_volunteers_place_and_nobody_else_does(people, volunteer, world, seen_by):
    alice = seen_by(people.alice)
    assert add_to_team(case=people.case, membership=volunteer, by=alice).place == TeamPlace.VOLUNTEER
    assert add_to_team(case=people.case, membership=people.bob, by=alice).place == TeamPlace.PROFESSIONAL
    for membership, place in ((volunteer, "professional"), (people.alice, "volunteer")):
        with pytest.raises(IntegrityError), transaction.atomic():
            world.join(people.case, membership, place=place)


def test_a_volunteer_holds_no_other_role_and_leads_nobody(people, volunteer, world):
    with as_system(), pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=volunteer.pk).update(roles=["volunteer", "practitioner"])
    world.join(people.case, volunteer, place="volunteer")
    with as_system():
        people.case.leads.update(until_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        world.lead(people.case, volunteer)


def test_cover_names_whom_it_is_for_and_ends(people, world):
    for facts in ({"ends_on": in_days(3)}, {"covers_for": people.alice}):
        with pytest.raises(IntegrityError), transaction.atomic():
            world.join(people.case, people.bob, place="cover", **facts)
    world.join(people.case, people.bob, place="cover", covers_for=people.alice, ends_on=in_days(3))


def test_the_leads_place_is_not_ended_by_any_statement(people):
    with as_system(), pytest.raises(IntegrityError), transaction.atomic():
        TeamMember.objects.filter(membership=people.alice).update(ends_on=timezone.localdate())


def test_changing_a_place_says_what_and_when_and_not_ahead(people, world, seen_by):
    place = world.join(people.case, people.bob)
    alice = seen_by(people.alice)
    change_place(member=place, helps_with="Mornings", last_contact_on=timezone.localdate(), by=alice)
    place.refresh_from_db()
    assert (place.helps_with, place.last_contact_on) == ("Mornings", timezone.localdate())
    with pytest.raises(ValueError):
        change_place(member=place, helps_with="", last_contact_on=in_days(1), by=alice)
    with pytest.raises(NotAllowed):
        change_place(member=place, helps_with="", last_contact_on=None, by=seen_by(people.charlie))


def test_leaving_with_a_reason_ends_sight_and_the_lead_stays(people, world, seen_by):
    place = world.join(people.case, people.bob)
    alice = seen_by(people.alice)
    leave_team(member=place, reason="Changed school", by=alice)
    place.refresh_from_db()
    assert place.end_reason == "Changed school"
    with pytest.raises(NotAllowed):
        leave_team(member=people.case.team.get(membership=people.alice), reason="Tired", by=alice)
    bob = seen_by(people.bob)
    with pytest.raises(NotAllowed):
        add_to_team(case=people.case, membership=people.bob, by=bob)


def test_the_page_lists_everybody_who_works_with_the_family(people, volunteer, world, signed_in_as):
    world.join(
        people.case, volunteer, place="volunteer", helps_with="Saturday club", last_contact_on=in_days(-2)
    )
    world.join(people.case, people.bob, place="cover", covers_for=people.alice, ends_on=in_days(5))
    page = (
        signed_in_as(people.alice).get(reverse("record-team", args=[people.case.reference])).content.decode()
    )
    for words in (
        "Alice",
        "Vera",
        "Volunteer",
        "Saturday club",
        "Covers for the lead",
        "Dana Hollis",
        "Ellie Hollis",
    ):
        assert words in page, words
    assert page.count("Take") == 0
    assert page.count(">End<") == 1, "the lead hands over first, and cover ends by itself"


def test_the_page_needs_as_many_queries_for_ten_as_for_one(people, world, signed_in_as, queries_of):
    browser, url = signed_in_as(people.alice), reverse("record-team", args=[people.case.reference])
    few = queries_of(browser, url)
    for _ in range(10):
        world.join(people.case, world.member(people.school))
    assert queries_of(browser, url) == few <= 25


@pytest.mark.parametrize("address", ["record-team", "record-team-place", "record-team-leave"])
def test_another_agencys_team_is_no_team(people, signed_in_as, client, address):
    with as_system():
        place = people.case.team.get()
    args = [people.case.reference] if address == "record-team" else [people.case.reference, place.pk]
    url = reverse(address, args=args)
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(url).status_code == 404
    assert client.get(url).status_code == 302
    assert signed_in_as(people.alice).get(url).status_code == 200


def missing_page(people, agency, browser):
    return browser.get(
        reverse("record-team-missing", args=[people.case.reference]) + f"?agency={agency.pk}"
    ).content.decode()


def test_what_an_agency_needs_is_named_with_its_way_there(people, world, signed_in_as, seen_by):
    police = world.agency(AgencyKind.POLICE, signed=False, name="Westmoor Police")
    officer = world.member(police, first_name="Tom")
    world.member(police, Role.SIGNATORY, first_name="Sita")
    browser = signed_in_as(people.alice)
    page = missing_page(people, police, browser)
    for words in ("2 things are missing", "has not signed version 1", "Sita", "not asked yet"):
        assert words in page, words
    assert reverse("record-consent", args=[people.case.reference]) + f"?agency={police.pk}" in page
    assert reverse("agreement") in page
    with pytest.raises(NotAllowed, match="no live signature"):
        add_to_team(case=people.case, membership=officer, by=seen_by(people.alice))
    world.sign(police)
    assert "1 thing is missing" in missing_page(people, police, browser)
    with pytest.raises(NotAllowed, match="has not agreed"):
        add_to_team(case=people.case, membership=officer, by=seen_by(people.alice))
    world.consent(people.case, police)
    page = missing_page(people, police, browser)
    assert "Westmoor Police can join" in page
    assert "agreed." in page
    add_to_team(case=people.case, membership=officer, by=seen_by(people.alice))


def test_a_suspended_signature_and_a_refusal_say_what_they_are(people, world, signed_in_as):
    police = world.agency(AgencyKind.POLICE, name="Westmoor Police")
    world.consent(people.case, police, answer="refused")
    with as_system():
        police.signatures.update(suspended_at=timezone.now(), suspended_reason="Review")
    page = missing_page(people, police, signed_in_as(people.alice))
    assert "suspended since" in page
    assert "A refusal stands until they say otherwise" in page


def test_the_page_about_an_agency_needs_few_queries(people, world, signed_in_as, queries_of):
    police = world.agency(AgencyKind.POLICE)
    url = reverse("record-team-missing", args=[people.case.reference]) + f"?agency={police.pk}"
    assert queries_of(signed_in_as(people.alice), url) <= 25
    assert signed_in_as(people.charlie).get(url).status_code == 404


def test_a_place_for_reading_only_ends(people, world):
    with pytest.raises(IntegrityError), transaction.atomic():
        world.join(people.case, people.bob, reads_only=True)
    world.join(people.case, people.bob, reads_only=True, ends_on=in_days(1))
    with connection.cursor() as cursor, as_system():
        cursor.execute("select acl from cases_case where id = %s", [people.case.pk])
        assert people.bob.pk * 8 + 6 in cursor.fetchone()[0]
