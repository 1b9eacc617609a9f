"""Volunteers: the family they are named on, their own tasks there, names and contact; by the database, page by page."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.joining.volunteering import answer_task, families_helped, open_tasks
from cases.models import Action, Address, Case, CaseNote, EmergencyAccess, Person, TeamMember
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_role, as_system
from hubs.models import Agency, AgencyKind, Category, Membership
from tests.fixtures.everything import rows_of

pytestmark = pytest.mark.django_db
# Narrowed by their own policies as well: by topic, by the panel's members, by who asked for advice.
SHUT_TWICE = {"cases_casenote", "cases_panel", "cases_consultation"}


@pytest.fixture
def charity(world):
    return world.agency(AgencyKind.VOLUNTARY, name="Open Door")


@pytest.fixture
def vera(world, people, charity):
    """A volunteer named on Alice's case."""
    world.consent(people.case, charity)
    vera = world.member(charity, Role.VOLUNTEER, first_name="Vera", job_title="Family mentor")
    world.join(people.case, vera, place="volunteer")
    return vera


@pytest.fixture
def tasks(people, vera, outcome_of, action_of):
    outcome = outcome_of(people.case, agency=people.school)
    return (
        action_of(outcome, what="Take Ellie to the club", owner_membership=vera, category=1),
        action_of(outcome, what="Ring the school nurse", owner_membership=people.alice),
    )


def test_a_volunteer_sees_own_tasks_names_contact_and_the_team(people, vera, tasks, seen_by):
    actor = seen_by(vera)
    assert [case.pk for case in families_helped(actor)] == [people.case.pk]
    assert open_tasks(actor) == [tasks[0]]
    assert list(Action.objects.all()) == [tasks[0]]
    assert {person.first_name for person in Person.objects.all()} == {"Dana", "Ellie"}
    assert TeamMember.objects.count() == 2


def test_every_other_table_is_empty_to_a_volunteer(everything, world, seen_by):
    """Everything that is written of a family, and a volunteer on its team whose agency may have all of it."""
    agency = world.agency(AgencyKind.COUNCIL_EARLY_HELP)
    world.consent(everything.case, agency)
    volunteer = world.member(agency, Role.VOLUNTEER)
    world.join(everything.case, volunteer, place="volunteer")
    seen_by(volunteer)
    assert Case.objects.filter(pk=everything.case.pk).exists()
    open_to_them = {
        "cases_address", "cases_case", "cases_casenote", "cases_caseuserpermission", "cases_family",
        "cases_leadprofessional", "cases_person", "cases_teammember",
    }  # fmt: skip
    seen = {table for table, of_family in everything.rows.items() if rows_of(table) & of_family}
    assert seen <= open_to_them, seen - open_to_them
    assert "cases_teammember" in seen


def test_topics_and_protected_addresses_are_not_theirs(people, vera, world, seen_by):
    with as_system():
        for category in Category:
            CaseNote.objects.create(
                case=people.case, kind="fact", title="x", category=category, happened_at=timezone.now(),
                author=vera, agency=vera.agency,
            )  # fmt: skip
        for hidden in (False, True):
            Address.objects.create(
                family=people.case.family, lines="1 Mill Lane", postcode="WM1 1AA", is_confidential=hidden
            )
    seen_by(vera)
    assert set(CaseNote.objects.values_list("category", flat=True)) == {1}, (
        "their own agency's are no exception"
    )
    assert list(Address.objects.values_list("is_confidential", flat=True)) == [False]


def test_where_everybody_of_the_agency_sees_all_a_volunteer_does_not(people, charity, vera, world, seen_by):
    with as_system():
        Agency.objects.filter(pk=charity.pk).update(everyone_sees_team_cases=True)
    other = world.member(charity, Role.VOLUNTEER)
    colleague = world.member(charity)
    seen_by(colleague)
    assert Case.objects.filter(pk=people.case.pk).exists()
    actor = seen_by(other)
    assert not Case.objects.exists()
    assert not Case.objects.granted_to(actor).exists()


def test_nobody_opens_a_record_in_an_emergency_as_a_volunteer(people, charity, world, seen_by):
    """Who becomes one while an emergency runs goes on seeing by it, and grants and policies say the same."""
    facts = {
        "case": people.case, "reason": "Call from hospital", "starts_at": timezone.now() - timedelta(hours=1),
        "expires_at": timezone.now() + timedelta(hours=1),
    }  # fmt: skip
    vic, worker = world.member(charity, Role.VOLUNTEER), world.member(charity)
    with pytest.raises(DatabaseError, match="a volunteer has no emergency access"), transaction.atomic(), as_system():
        EmergencyAccess.objects.create(membership=vic, **facts)
    with as_system():
        own = EmergencyAccess.objects.create(membership=worker, **facts)
        EmergencyAccess.objects.create(membership=world.member(people.school), **facts)
        Membership.objects.filter(pk=worker.pk).update(roles=[Role.VOLUNTEER.value])
    actor = seen_by(worker)
    assert list(Case.objects.visible_to(actor)) == list(Case.objects.granted_to(actor)) == [people.case]
    assert list(EmergencyAccess.objects.all()) == [own]


def test_a_volunteer_writes_nothing_but_their_own_task(people, vera, tasks, seen_by):
    actor = seen_by(vera)
    for sql in (
        "update cases_case set latest = 'x'",
        "update cases_person set phone = '1'",
        "update cases_teammember set helps_with = 'x'",
        "update cases_leadprofessional set read_at = now()",
    ):
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        assert refused.value.__cause__.pgcode == "42501", sql
    with pytest.raises(NotAllowed):
        answer_task(action=tasks[1], status="done", by=actor)
    with pytest.raises(ValueError):
        answer_task(action=tasks[0], status="not_done", why_not=" ", by=actor)
    answer_task(action=tasks[0], status="started", by=actor)
    done = answer_task(action=tasks[0], status="done", by=actor)
    assert done.status == "done"
    seen_by(people.alice)
    assert CaseNote.objects.filter(title__startswith="A volunteer did").exists()
    with pytest.raises(NotAllowed):
        answer_task(action=done, status="done", by=seen_by(vera))


def test_every_restrictive_policy_bites(everything, world, seen_by):
    """N of N: without its policy, a volunteer reads rows of a table that are shut to them while it stands."""
    agency = world.agency(AgencyKind.COUNCIL_EARLY_HELP)
    world.consent(everything.case, agency)
    volunteer = world.member(agency, Role.VOLUNTEER)
    world.join(everything.case, volunteer, place="volunteer")
    colleague = world.member(agency)
    world.join(everything.case, colleague)
    seen_by(colleague)
    theirs = {table for table, of_family in everything.rows.items() if rows_of(table) & of_family}
    seen_by(volunteer)
    before = {table: rows_of(table) & everything.rows[table] for table in theirs}
    shut = {table for table in theirs if not before[table]}
    assert len(shut) >= 20, shut
    survivors = set()
    for table in sorted(shut):
        mark = transaction.savepoint()
        with as_role("eh_owner"), connection.cursor() as cursor:
            cursor.execute(f"drop policy {table}_volunteers on {table}")
        if not rows_of(table) & everything.rows[table]:
            survivors.add(table)
        transaction.savepoint_rollback(mark)
    # These stand behind another table that is shut as well.
    behind = {table for table in survivors if _hangs_on_a_shut_table(table)}
    assert survivors - behind <= SHUT_TWICE, survivors - behind


def _hangs_on_a_shut_table(table: str) -> bool:
    model = next((m for m in apps.get_models() if m._meta.db_table == table), None)
    names = {field.related_model._meta.db_table for field in model._meta.fields if field.related_model}
    return bool(
        names - {"cases_case", "cases_person", "cases_family", "hubs_membership", "hubs_agency", "hubs_hub"}
    )


def test_in_the_browser(people, vera, tasks, signed_in_as, queries_of, client):
    browser = signed_in_as(vera)
    work = browser.get(reverse("my-work")).content.decode()
    assert "Take Ellie to the club" in work
    assert "Ring the school nurse" not in work
    family, task = (
        reverse("helping", args=[people.case.reference]),
        reverse("helping-task", args=[people.case.reference, tasks[0].pk]),
    )
    page = browser.get(family).content.decode()
    for words in ("Dana Hollis", "Alice", "Take Ellie to the club"):
        assert words in page, words
    assert queries_of(browser, family) <= 25
    assert queries_of(browser, reverse("my-work")) <= 25
    for address in (
        "record-overview",
        "record-plan",
        "record-documents",
        "record-timeline",
        "record-sharing",
    ):
        assert browser.get(reverse(address, args=[people.case.reference])).status_code == 403
    assert browser.get(reverse("helping-task", args=[people.case.reference, tasks[1].pk])).status_code == 404
    refused = browser.post(task, {"status": "not_done", "why_not": ""})
    assert "Say why you could not do it" in refused.content.decode()
    assert browser.post(task, {"status": "done"}).status_code == 302
    assert "Finished" in browser.get(family).content.decode()
    for who in (people.alice, people.charlie):
        assert signed_in_as(who).get(family).status_code == 403
    assert client.get(family).status_code == 302


def test_another_family_does_not_exist_for_a_volunteer(people, vera, world, signed_in_as):
    other = world.shared_case(people.hub, people.charlie)
    assert signed_in_as(vera).get(reverse("helping", args=[other.reference])).status_code == 404


def test_the_sharing_page_says_what_a_volunteer_sees(people, vera, signed_in_as):
    page = (
        signed_in_as(people.alice)
        .get(reverse("record-sharing", args=[people.case.reference]))
        .content.decode()
    )
    assert "volunteer: sees their own tasks, names and contact" in page
