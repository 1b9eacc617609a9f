"""The list of looks that a family is given: plain, complete for its reader, and nobody else's confidence."""

from __future__ import annotations

import datetime as dt
import io

import pikepdf
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.models import EmergencyAccess, LawfulShare
from cases.models.guest import Guest
from cases.reading_log import AGREED, DUTY, EMERGENCY, GUEST, LAW, TEAM, reading_log
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind

pytestmark = pytest.mark.django_db


def url(people, name="record-reading-log", **query) -> str:
    from django.http import QueryDict

    found = QueryDict(mutable=True)
    for key, value in query.items():
        found.setlist(key, value if isinstance(value, list) else [value])
    return reverse(name, args=[people.case.reference]) + "?" + found.urlencode()


def looked(case, membership=None, *, on=None, level="section", section="plan", guest=None, verb="Opened a plan"):
    """A look on a day, written past the stamp of the present time."""
    at = timezone.make_aware(dt.datetime.combine(on or timezone.localdate(), dt.time(11)))
    with as_system(), connection.cursor() as cursor:
        event = Event.objects.create(
            verb=verb,
            level=level,
            case_id=case.pk,
            user_id=membership and membership.user_id,
            membership_id=membership and membership.pk,
            agency_id=membership and membership.agency_id,
            guest_id=guest,
            facts={"section": section} if section else {},
        )
        cursor.execute("update audit_event set at = %s where id = %s", [at, event.pk])


@pytest.fixture
def adults(people):
    """A father beside the mother, who was asked about the school as well."""
    with as_system():
        mother = people.case.family.people.get(is_child=False)
        father = people.case.family.people.create(
            first_name="Femi", last_name="Hollis", is_child=False, born_on=dt.date(1988, 1, 1)
        )
    return mother, father


def lines_for(people, seen_by, reader=None):
    seen_by(people.coordinator)
    return {line.agency: line for line in reading_log(people.case, reader).lines}


def test_says_who_when_what_and_why_in_plain_words(people, world, seen_by):
    today = dt.date(2026, 11, 4)
    with as_system():
        people.case.consents.update(given_on=dt.date(2026, 1, 1))
    for on in (dt.date(2026, 11, 3), today, dt.date(2026, 10, 20)):
        looked(people.case, people.alice, on=on)
    looked(people.case, people.alice, on=today, level="record", section="overview")
    looked(people.case, people.coordinator, on=today, section="timeline")
    lines = lines_for(people, seen_by)
    alice = lines[people.school.name]
    assert (alice.job, alice.name, alice.grounds) == ("Pastoral lead", "", [AGREED])
    assert alice.months == ["3 and 4 November 2026", "20 October 2026"]
    assert alice.parts == ["the front page", "the plan"]
    assert lines["The early help hub"].grounds == [DUTY]


def test_no_name_of_staff_unless_the_partnership_says_so(people, seen_by, settings, signed_in_as):
    looked(people.case, people.coordinator)
    page = signed_in_as(people.alice).get(url(people)).content.decode()
    listed = page.split('id="h-list"')[1].split("Before you give it")[0]
    assert "Dee" not in listed and people.coordinator.user.last_name not in listed
    settings.EARLY_HELP = settings.EARLY_HELP | {"FAMILY_LOG_NAMES": True}
    assert lines_for(people, seen_by)["The early help hub"].name == people.coordinator.user.full_name


def test_a_service_that_only_one_knows_of_is_named_to_that_one_alone(people, world, seen_by, adults):
    """The mother spoke to a refuge. The father's list, and the family's, do not name it."""
    mother, father = adults
    refuge = world.agency(AgencyKind.VOLUNTARY, name="Safe Harbour refuge")
    worker = world.member(refuge, job_title="Refuge worker")
    world.consent(people.case, refuge, person=mother)
    world.consent(people.case, people.school, person=father)
    world.join(people.case, worker)
    looked(people.case, worker)
    looked(people.case, people.alice)
    assert lines_for(people, seen_by, mother)["Safe Harbour refuge"].grounds == [AGREED]
    assert list(lines_for(people, seen_by, father)) == [people.school.name]
    assert list(lines_for(people, seen_by)) == [people.school.name]


def test_a_child_for_whom_a_parent_answered_gets_the_list_that_everybody_may_hear(people, world, seen_by, adults):
    """The mother said yes to the refuge for herself and for Ellie; Ellie's list does not name it."""
    mother, father = adults
    refuge = world.agency(AgencyKind.VOLUNTARY, name="Safe Harbour refuge")
    worker = world.member(refuge)
    with as_system():
        child = people.case.family.people.get(is_child=True)
        people.case.consents.filter(person=child).update(given_by=mother)
    world.consent(people.case, refuge, person=mother)
    world.consent(people.case, refuge, person=child, given_by=mother)
    world.consent(people.case, people.school, person=father)
    world.join(people.case, worker)
    looked(people.case, worker)
    looked(people.case, people.alice)
    assert list(lines_for(people, seen_by, child)) == [people.school.name]
    assert "Safe Harbour refuge" in lines_for(people, seen_by, mother)


def test_what_another_member_answered_is_not_a_ground_that_is_told(people, world, seen_by, adults):
    """The father refused; that the mother agreed is hers to tell."""
    mother, father = adults
    world.consent(people.case, people.school, person=father, answer="refused")
    looked(people.case, people.alice)
    assert lines_for(people, seen_by, father)[people.school.name].grounds == [TEAM]
    assert lines_for(people, seen_by, mother)[people.school.name].grounds == [AGREED]


@pytest.mark.parametrize("told", [True, False])
def test_sharing_without_consent_is_told_when_the_family_was_told(told, people, world, seen_by):
    police = world.agency(AgencyKind.POLICE, name="Westmoor Police")
    officer = world.member(police)
    with as_system():
        LawfulShare.objects.create(
            case=people.case, agency=police, basis="risk_of_harm", reason="Somebody is afraid of him", family_told=told,
            starts_on=world.today, recorded_by=people.alice,
        )  # fmt: skip
    looked(people.case, officer)
    lines = lines_for(people, seen_by)
    assert ("Westmoor Police" in lines) is told
    assert not told or lines["Westmoor Police"].grounds == [LAW]


def test_an_emergency_is_told_with_its_check_and_without_its_reason(people, world, seen_by, signed_in_as):
    officer = world.member(world.agency(AgencyKind.POLICE, name="Westmoor Police"))
    with as_system():
        opened = EmergencyAccess.objects.create(
            case=people.case, membership=officer, reason="He may hurt her", starts_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(hours=2),
        )  # fmt: skip
    looked(people.case, officer)
    looked(people.case, officer, on=world.today - dt.timedelta(days=3))
    line = lines_for(people, seen_by)["Westmoor Police"]
    assert line.grounds == [EMERGENCY] and "is checking" in line.checked
    assert line.days == [world.today], "another day's look of a service they do not know is not told"
    with as_system():
        opened.reviewed_at, opened.reviewed_by = timezone.now(), people.coordinator
        opened.save()
    assert "Somebody else checked the emergency" in lines_for(people, seen_by)["Westmoor Police"].checked
    assert "hurt her" not in signed_in_as(people.coordinator).get(url(people)).content.decode()


def test_a_guest_is_named_to_whoever_agreed(people, world, seen_by, adults):
    mother, father = adults
    with as_system():
        guest = Guest.objects.create(
            case=people.case, name="Ola Brisk", organisation="Counselling Westmoor", email="ola@example.org",
            agreed_by=mother, invited_by=people.alice, expires_at=timezone.now() + dt.timedelta(days=5),
            secret_hash="x",
        )  # fmt: skip
    looked(people.case, guest=guest.pk)
    line = lines_for(people, seen_by, mother)["Counselling Westmoor"]
    assert line.grounds == [GUEST] and line.job == f"Guest, invited by {people.school.name}" and line.name == ""
    assert "Counselling Westmoor" not in lines_for(people, seen_by, father)
    assert "Counselling Westmoor" not in lines_for(people, seen_by)


@pytest.mark.parametrize("section", ["steps", "restriction", "close", "team", "", "something new"])
def test_parts_that_could_give_something_away_have_no_name(section, people, seen_by):
    looked(people.case, people.alice, section=section, verb="Opened a step-up")
    assert lines_for(people, seen_by)[people.school.name].parts == ["another part of the record"]


def test_changes_lists_and_searches_are_not_in_it(people, seen_by):
    for level in ("change", "results", "search", "account"):
        looked(people.case, people.alice, level=level)
    assert lines_for(people, seen_by) == {}


def test_a_line_can_be_left_out_and_that_is_recorded(people, signed_in_as):
    looked(people.case, people.coordinator)
    browser, key = signed_in_as(people.alice), f"m{people.coordinator.pk}"
    listed = browser.get(url(people, leave_out=[key])).content.decode().split('id="h-list"')[1]
    assert "The early help hub" not in listed.split("Before you give it")[0]
    with as_system():
        event = Event.objects.order_by("-id").first()
    assert event.facts["left_out"] == [key] and event.case_id == people.case.pk


def test_it_says_what_is_not_in_it_and_to_everybody_the_same(people, signed_in_as):
    page = signed_in_as(people.alice).get(url(people)).content.decode()
    assert "What is not in this list" in page
    assert "We say this to everybody, also when nothing is left out." in page


def test_the_copy_is_a_tagged_document(people, signed_in_as):
    answer = signed_in_as(people.alice).get(url(people, "record-reading-log-copy"))
    assert answer["Content-Type"] == "application/pdf"
    assert "Hollis" not in answer["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert "/StructTreeRoot" in document.Root
        assert str(document.Root.Lang) == "en-GB"
        assert document.open_metadata()["dc:title"] == f"Who has seen your record, {people.case.reference}"
    with as_system():
        assert Event.objects.order_by("-id").first().verb == "Made the list of looks for a family"


def test_the_lead_and_the_hub_make_it_and_nobody_else(people, world, signed_in_as, client):
    ann = world.member(people.school, first_name="Ann")
    world.join(people.case, ann)
    for name in ("record-reading-log", "record-reading-log-copy"):
        assert signed_in_as(people.alice).get(url(people, name)).status_code == 200
        assert signed_in_as(people.coordinator).get(url(people, name)).status_code == 200
        refused = signed_in_as(ann).get(url(people, name))
        assert refused.status_code == 403 and b"The lead professional or the hub makes this list" in refused.content
        for stranger in (people.bob, people.charlie):
            assert signed_in_as(stranger).get(url(people, name)).status_code == 404
        assert client.get(url(people, name)).status_code == 302
    manager = world.member(people.coordinator.agency, Role.HUB_MANAGER)
    assert signed_in_as(manager).get(url(people)).status_code == 200


def test_a_reader_is_of_the_family(people, world, signed_in_as):
    other = world.case(people.hub)
    with as_system():
        somebody = other.family.people.first().pk
    assert signed_in_as(people.coordinator).get(url(people, person=somebody)).status_code == 404


def test_few_queries_for_few_looks_and_many(people, world, signed_in_as, queries_of):
    browser = signed_in_as(people.alice)
    looked(people.case, people.coordinator)
    few = queries_of(browser, url(people))
    for n in range(5):
        looked(people.case, world.member(people.school), on=world.today - dt.timedelta(days=n))
    assert queries_of(browser, url(people)) == few <= 25
