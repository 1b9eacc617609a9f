"""Choosing the agency, the directory, agencies, and who works where: ended is gone on the next click."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.actions import NotAllowed, add_membership, end_membership
from hubs.models import Agency, AgencyKind, Membership, Service

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(world):
    agency = world.agency(AgencyKind.COUNCIL_EARLY_HELP, name="Westmoor Council")
    return world.member(agency, Role.SYSTEM_ADMINISTRATOR, first_name="Sasha")


# -- Choosing for whom one works -----------------------------------------------------------------------------------------


def test_somebody_of_one_agency_is_not_asked(people, signed_in_as):
    browser = signed_in_as(people.alice)
    session = browser.session
    del session["membership"]
    session.save()
    assert browser.get(reverse("my-work")).status_code == 200


def test_somebody_of_two_agencies_chooses_and_sees_what_that_agency_sees(people, world, signed_in_as):
    other = world.member(people.elsewhere, user=people.alice.user)
    record = reverse("record-overview", args=[people.case.reference])
    browser = signed_in_as(people.alice)
    session = browser.session
    del session["membership"]
    session.save()
    assert browser.get(record).url == reverse("choose-agency")
    page = browser.get(reverse("choose-agency")).content.decode()
    assert people.school.name in page and people.elsewhere.name in page
    assert browser.post(reverse("choose-agency"), {"membership": other.pk}).url == reverse("my-work")
    assert browser.get(record).status_code == 404
    browser.post(reverse("choose-agency"), {"membership": people.alice.pk})
    assert browser.get(record).status_code == 200


@pytest.mark.parametrize("chosen", ["0", "", "x", "-1", "99999999999999999999"])
def test_nonsense_is_not_a_membership(people, signed_in_as, chosen):
    browser = signed_in_as(people.alice)
    assert browser.post(reverse("choose-agency"), {"membership": chosen}).status_code == 404


def test_nobody_chooses_somebody_elses_membership_or_one_that_ended(people, world, signed_in_as):
    over = world.member(people.elsewhere, user=people.alice.user, ends_on=world.today - dt.timedelta(days=1))
    browser = signed_in_as(people.alice)
    for membership in (people.charlie, over):
        assert browser.post(reverse("choose-agency"), {"membership": membership.pk}).status_code == 404
        assert browser.session["membership"] == people.alice.pk


def test_somebody_whose_work_has_ended_is_told_whom_to_ask(people, world, signed_in_as):
    browser = signed_in_as(people.alice)
    with as_system():
        Membership.objects.filter(pk=people.alice.pk).update(ends_on=world.today - dt.timedelta(days=1))
    page = browser.get(reverse("my-work"), follow=True)
    assert "You work for no agency at the moment" in page.content.decode()


# -- The directory -------------------------------------------------------------------------------------------------------


def test_directory_finds_people_by_name_job_and_agency(people, world, signed_in_as):
    nurse = world.member(
        world.agency(AgencyKind.HEALTH, name="Westmoor Health"), first_name="Nia", job_title="School nurse"
    )
    browser = signed_in_as(people.alice)
    for words in ("nia", "nurse", "westmoor health", "Nia nurse"):
        page = browser.get(reverse("directory"), {"words": words}).content.decode()
        assert nurse.user.full_name in page, words
        assert people.bob.user.full_name not in page, words
    page = browser.get(reverse("directory"), {"words": "", "kind": "health"}).content.decode()
    assert nurse.user.full_name in page and people.bob.user.full_name not in page
    assert "Nobody fits" in browser.get(reverse("directory"), {"words": "zzz"}).content.decode()


def test_directory_leaves_out_who_has_left(people, world, signed_in_as):
    gone = world.member(people.school, first_name="Gwen", ends_on=world.today - dt.timedelta(days=1))
    assert gone.user.full_name not in signed_in_as(people.alice).get(reverse("directory")).content.decode()


def test_directory_by_hub_has_its_people_and_services_for_everywhere(people, world, signed_in_as):
    local = world.agency(AgencyKind.VOLUNTARY, name="Alder Vale Families", hub=people.hub)
    helper = world.member(local, first_name="Hal")
    with as_system():
        for name, hub in (
            ("Stay and play", people.hub),
            ("Debt advice", None),
            ("Far away club", world.hub()),
        ):
            Service.objects.create(
                name=name, agency=local, hub=hub, description="Help", confirmed_on=world.today
            )
    page = (
        signed_in_as(people.alice)
        .get(reverse("directory"), {"hub": people.hub.pk, "words": ""})
        .content.decode()
    )
    assert helper.user.full_name in page
    assert people.bob.user.full_name not in page
    assert "Stay and play" in page and "Debt advice" in page and "Far away club" not in page


def test_a_silly_filter_shows_everybody(people, signed_in_as):
    page = signed_in_as(people.alice).get(reverse("directory"), {"kind": "x", "hub": "y", "words": "a" * 500})
    assert page.status_code == 200


# -- Agencies ------------------------------------------------------------------------------------------------------------


def test_agency_is_taken_in_once(administrator, signed_in_as):
    browser = signed_in_as(administrator)
    facts = {
        "name": "Orchard Primary School",
        "kind": "school",
        "hub": "",
        "phone": "01632 960 123",
        "email": "",
    }
    assert browser.post(reverse("agencies"), facts).url == reverse("agencies")
    agency = Agency.objects.get(name="Orchard Primary School")
    assert agency.group_id
    assert not agency.signatures.exists()
    again = browser.post(reverse("agencies"), facts | {"name": "  orchard  PRIMARY school"})
    assert "There is an agency of this name already" in again.content.decode()
    with as_system():
        assert Event.objects.filter(verb="Took in an agency", object_id=str(agency.pk)).count() == 1


# -- Memberships ---------------------------------------------------------------------------------------------------------


def facts_of(agency, **more):
    return {"agency": agency.pk, "job_title": "Head", "roles": ["agency_lead"], "hub": "", "phone": ""} | more


def test_administrator_adds_and_ends_somebodys_work(people, administrator, world, signed_in_as):
    sasha, page = signed_in_as(administrator), reverse("memberships", args=[people.charlie.user_id])
    account = sasha.get(reverse("accounts:person", args=[people.charlie.user_id]))
    assert page in account.content.decode()
    assert sasha.post(page, facts_of(people.school)).url == page
    added = Membership.objects.get(user=people.charlie.user, agency=people.school)
    assert added.roles == ["agency_lead"]
    # As an agency lead Charlie now sees what is shared with the school; once it is ended, nothing, on the next click.
    charlie, record = signed_in_as(added), reverse("record-overview", args=[people.case.reference])
    assert charlie.get(record).status_code == 200
    assert sasha.get(reverse("membership-end", args=[added.pk])).status_code == 200
    assert sasha.post(reverse("membership-end", args=[added.pk])).url == page
    assert charlie.get(record).status_code == 404
    with as_system():
        verbs = set(Event.objects.filter(object_id=str(added.pk)).values_list("verb", "user_id"))
    assert verbs == {
        ("Added a membership", administrator.user_id),
        ("Ended a membership", administrator.user_id),
    }
    assert "Ended" in sasha.get(page).content.decode()
    assert sasha.get(reverse("membership-end", args=[added.pk])).status_code == 404


def test_the_same_agency_is_not_added_twice_at_a_time(people, administrator, signed_in_as):
    sasha, page = signed_in_as(administrator), reverse("memberships", args=[people.alice.user_id])
    answer = sasha.post(page, facts_of(people.school))
    assert "They already work for this agency" in answer.content.decode()
    sasha.post(reverse("membership-end", args=[people.alice.pk]))
    assert sasha.post(page, facts_of(people.school)).status_code == 302


def test_coordinator_needs_a_hub(people, administrator, world, signed_in_as):
    sasha, page = signed_in_as(administrator), reverse("memberships", args=[people.bob.user_id])
    answer = sasha.post(page, facts_of(people.elsewhere, roles=["hub_coordinator"]))
    assert "Choose the hub that the coordinator runs" in answer.content.decode()
    with pytest.raises(ValueError, match="Choose the hub"):
        add_membership(
            user=people.bob.user,
            agency=people.elsewhere,
            job_title="Hub",
            roles=["hub_coordinator"],
            by=world.actor(administrator),
        )
    with pytest.raises(IntegrityError), as_system():
        Membership.objects.create(
            user=people.bob.user,
            agency=people.elsewhere,
            job_title="Hub",
            roles=["hub_coordinator"],
            starts_on=world.today,
        )


def test_nobody_changes_their_own(administrator, world, signed_in_as):
    sasha, own = signed_in_as(administrator), reverse("memberships", args=[administrator.user_id])
    answer = sasha.post(own, facts_of(administrator.agency, roles=["practitioner"]))
    assert "You cannot change your own roles" in answer.content.decode()
    sasha.post(reverse("membership-end", args=[administrator.pk]))
    assert Membership.objects.get(pk=administrator.pk).is_live
    assert Membership.objects.filter(user=administrator.user).count() == 1
    with pytest.raises(NotAllowed):
        end_membership(membership=administrator, by=world.actor(administrator))


def test_only_administrators_change_who_works_where(people, world):
    for person in (people.alice, people.coordinator):
        with pytest.raises(PermissionDenied):
            end_membership(membership=people.charlie, by=world.actor(person))
        with pytest.raises(PermissionDenied):
            add_membership(
                user=people.charlie.user,
                agency=people.school,
                job_title="x",
                roles=["agency_lead"],
                by=world.actor(person),
            )


def test_ended_yesterday_is_gone_and_ending_today_still_counts(people, world, seen_by, signed_in_as):
    record = reverse("record-overview", args=[people.case.reference])
    alice = signed_in_as(people.alice)
    with as_system():
        Membership.objects.filter(pk=people.alice.pk).update(ends_on=world.today)
    assert alice.get(record).status_code == 200
    with as_system():
        Membership.objects.filter(pk=people.alice.pk).update(ends_on=world.today - dt.timedelta(days=1))
    assert alice.get(record).status_code == 302


# -- Size ----------------------------------------------------------------------------------------------------------------


def test_pages_ask_as_much_of_the_database_for_50_rows_as_for_5(
    people, administrator, world, signed_in_as, queries_of
):
    """At most 25 queries a page, and no more when the county grows."""
    governor = world.member(administrator.agency, Role.IG_LEAD)
    pages = {
        reverse("directory"): signed_in_as(people.alice),
        reverse("agencies"): signed_in_as(administrator),
        reverse("agreement"): signed_in_as(governor),
        reverse("memberships", args=[people.bob.user_id]): signed_in_as(administrator),
        reverse("choose-agency"): signed_in_as(people.bob),
    }

    def grow(number: int) -> None:
        for n in range(number):
            agency = world.agency(hub=people.hub)
            world.member(agency)
            if n % 2:
                world.member(agency, user=people.bob.user)
            with as_system():
                Service.objects.create(
                    name=f"Service {n}", agency=agency, description="x", confirmed_on=world.today
                )

    grow(5)
    few = {page: queries_of(browser, page) for page, browser in pages.items()}
    grow(45)
    many = {page: queries_of(browser, page) for page, browser in pages.items()}
    # The pager itself may count once there is a second page.
    assert {page: count for page, count in many.items() if count > few[page]} == {}
    assert max(many.values()) <= 25
    directory = signed_in_as(people.alice).get(reverse("directory")).content.decode()
    assert directory.count("<tr") <= 26
