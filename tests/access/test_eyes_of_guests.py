"""The database by itself, for guests and for what nobody gives themselves: only SQL as the application's role."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from cases.models import Address, Guest, StaffRelation
from earlyhelp.access import Role
from earlyhelp.access.context import as_system, begin_guest
from earlyhelp.audit.models import Event
from hubs.models import Membership
from tests.access.statements import refusal, run
from tests.fixtures.everything import protected_tables, rows_of

pytestmark = pytest.mark.django_db

# What a guest's pages read, each with who else's rows they may hold.
GUESTS_READ = {
    "cases_action", "cases_agendaitem", "cases_case", "cases_casenote", "cases_decision", "cases_family", "cases_guest",
    "cases_leadprofessional", "cases_meeting", "cases_minute", "cases_outcome", "cases_outcomescore", "cases_person",
    "cases_relationship", "cases_teammember",
}  # fmt: skip


@pytest.fixture
def as_guest(everything):
    begin_guest(everything.ids["guest"])
    return everything


def test_a_guest_reads_one_case_and_no_table_that_is_shut(as_guest):
    seen = {table for table in protected_tables() if rows_of(table)}
    assert seen <= GUESTS_READ
    assert rows_of("cases_case") == {str(as_guest.case.pk)}
    assert {"cases_family", "cases_person", "cases_casenote", "cases_outcome", "cases_meeting"} <= seen


def test_a_guest_reads_only_their_own_invitation(as_guest):
    with as_system():
        mine = Guest.objects.get(pk=as_guest.ids["guest"])
        facts = {name: getattr(mine, name) for name in ("case_id", "agreed_by_id", "invited_by_id", "expires_at")}
        Guest.objects.create(name="Somebody else", email="else@example.org", secret_hash="another", **facts)
    assert rows_of("cases_guest") == {str(as_guest.ids["guest"])}


def test_a_guest_writes_nothing(as_guest):
    writable = run(
        "select p.tablename, p.cmd from pg_policies p where p.schemaname = 'public' and p.cmd in ('INSERT', 'DELETE')"
        "   and p.tablename <> 'audit_event'"
    )
    assert len(writable) > 30
    for table, command in writable:
        if command == "INSERT":
            assert refusal(f"insert into {table} default values") == "42501", table
        else:
            statement = f"delete from {table}"
            assert not rows_of(table) or refusal(statement) == "42501", table
    for table in ("cases_person", "cases_outcome", "cases_action", "cases_guest", "cases_teammember"):
        [(column,)] = run(
            "select a.attname from pg_attribute a where a.attrelid = %s::regclass and a.attnum > 0"
            "   and has_column_privilege('eh_app', a.attrelid, a.attnum, 'UPDATE') limit 1",
            table,
        )
        assert refusal(f"update {table} set {column} = {column}") == "42501", table


def test_a_guests_look_is_an_event_of_theirs_alone(as_guest):
    alice = as_guest.alice
    forged = Event(verb="Opened", level="record", user_id=alice.user_id, membership_id=alice.pk, guest_id=0)
    forged.save(force_insert=True)
    with as_system():
        found = Event.objects.get(pk=forged.pk)
        assert (found.guest_id, found.membership_id, found.user_id) == (as_guest.ids["guest"], None, None)


def test_nobody_writes_an_event_in_a_guests_name(everything, seen_by):
    seen_by(everything.alice)
    forged = Event(verb="Opened", level="record", guest_id=everything.ids["guest"])
    forged.save(force_insert=True)
    assert Event.objects.get(pk=forged.pk).guest_id is None


def test_a_guest_becomes_nobody_when_a_member_of_staff_follows(everything, seen_by):
    """On one connection a guest's request and then somebody's: nothing of the first is left."""
    begin_guest(everything.ids["guest"])
    seen_by(everything.charlie)
    assert run("select app.guest_id()") == [(None,)]
    assert rows_of("cases_case") == {str(everything.charlies_case.pk)}


def test_a_guest_whose_time_is_over_is_refused_and_left_with_nothing(everything):
    with as_system():
        Guest.objects.update(ended_at=timezone.now())
    with pytest.raises(ProgrammingError), transaction.atomic():
        begin_guest(everything.ids["guest"])
    assert rows_of("cases_case") == set()


def test_an_invitation_lasts_30_days_at_most(everything, seen_by):
    seen_by(everything.alice)
    later = timezone.now() + dt.timedelta(days=31)
    assert refusal("update cases_guest set expires_at = %s", later) == "42501"
    with pytest.raises(Exception, match="guest_stays_for_30_days_at_most"), as_system():
        Guest.objects.update(expires_at=later)


# -- Nobody gives themselves anything ----------------------------------------------------------------------------------


def test_nobody_adds_or_changes_a_membership_of_their_own(everything, seen_by):
    administrator = everything.administrator
    seen_by(administrator)
    insert = (
        "insert into hubs_membership (user_id, agency_id, job_title, roles, phone, starts_on)"
        " values (%s, %s, 'Lead', '{agency_lead}', '', '2020-01-01')"
    )
    school = everything.alice.agency_id
    assert refusal(insert, administrator.user_id, school) == "42501"
    mine = administrator.pk
    assert refusal("update hubs_membership set roles = '{hub_manager}' where id = %s", mine) == "42501"
    assert refusal("update hubs_membership set hub_id = %s where id = %s", everything.hub.pk, mine) == "42501"
    assert refusal("update hubs_membership set ends_on = null where id = %s", mine) == "42501"
    assert refusal("delete from hubs_membership where id = %s", mine) == "42501"
    # The same for somebody else is an administrator's work.
    assert run(insert, everything.board.user_id, school) == 1
    assert run("update hubs_membership set job_title = 'Head' where id = %s", everything.alice.pk) == 1


def test_a_membership_is_not_handed_to_another_person_or_agency(everything, seen_by):
    seen_by(everything.administrator)
    update = "update hubs_membership set {} = %s where id = %s"
    theirs = everything.alice.pk
    assert refusal(update.format("user_id"), everything.administrator.user_id, theirs) == "42501"
    assert refusal(update.format("user_id"), everything.charlie.user_id, theirs) == "42501"
    assert refusal(update.format("agency_id"), everything.charlie.agency_id, theirs) == "42501"


def test_a_guest_changes_no_membership(as_guest):
    assert refusal("update hubs_membership set roles = '{hub_manager}'") == "42501"


# -- A colleague's own family ------------------------------------------------------------------------------------------


def test_no_way_round_shows_a_colleague_their_own_family(everything, seen_by):
    """Not the step up that their agency receives, not a search, not the list of who sees the record."""
    decider, case, child = everything.decider, everything.case.pk, everything.ids["child"]
    name = "ellie quillfeather"
    ways = {
        "step up": "select id from cases_stepup",
        "who sees it": f"select 1 from app.who_can_see('{case}')",
        "what if": f"select 1 from app.who_would_see('{case}', array[]::uuid[])",
        "search": f"select 1 from app.search_people('{name}') where person_id = '{child}'",
        "match": f"select 1 from app.match_people('{name}', '2016-03-01', '', '', '') where person_id = '{child}'",
    }
    answers = {}
    for member in (decider, everything.alice):
        seen_by(member)
        answers[member] = {way for way, sql in ways.items() if run(sql)}
    assert "step up" in answers[decider]
    assert answers[everything.alice] == set(ways)
    with as_system():
        for member in (decider, everything.alice):
            StaffRelation.objects.create(membership=member, person_id=child)
    for member in (decider, everything.alice):
        seen_by(member)
        assert {way for way, sql in ways.items() if run(sql)} == set()
    # The match check still says which hub to ring, as for any record that somebody does not see.
    found = run("select person_id, hub_id from app.match_people(%s, '2016-03-01', '', '', '')", name)
    assert (None, everything.hub.pk) in found


# -- Hidden addresses --------------------------------------------------------------------------------------------------


def test_an_address_is_not_given_to_those_close_to_whom_it_is_hidden_from(everything, world, seen_by):
    """Alice's colleague sees the family; his brother, of another family, is whom its address is hidden from."""
    other = world.family(everything.hub, name="Sorrel")
    with as_system():
        brother = other.people.first()
        address = Address.objects.get(pk=everything.ids["address"])
        address.hidden_from = brother
        address.save()
    seen_by(everything.ann)
    assert str(address.pk) in rows_of("cases_address")
    elsewhere = world.member(everything.charlie.agency, Role.PRACTITIONER, user=everything.ann.user)
    with as_system():
        StaffRelation.objects.create(membership=elsewhere, person=brother)
    seen_by(everything.ann)
    assert str(everything.case.pk) in rows_of("cases_case")
    assert str(address.pk) not in rows_of("cases_address")
    assert run("update cases_address set postcode = ''") == 0
    seen_by(everything.alice)
    assert str(address.pk) in rows_of("cases_address")


def test_a_last_day_agreed_before_ends_what_somebody_saw_for_their_agency(world, people, seen_by):
    """The only one of the school on the team leaves it tonight: tomorrow its lead sees nothing, with nothing written."""
    head = world.member(people.school, Role.AGENCY_LEAD)
    with as_system():
        Membership.objects.filter(pk=people.alice.pk).update(ends_on=world.today)
    seen_by(head)
    assert rows_of("cases_case") == {str(people.case.pk)}
    with as_system():
        assert run("select acl_until from cases_case where id = %s", people.case.pk) == [(world.today,)]
