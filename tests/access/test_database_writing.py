"""What the database by itself lets the application write, move and learn by writing: only SQL as its own role."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from cases.models import Case, Consent, Family, Person
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.access.statements import refusal, run
from tests.fixtures.everything import FAMILY_NAME, rows_of

pytestmark = pytest.mark.django_db

# -- What the application cannot write ---------------------------------------------------------------------------------


def test_acl_columns_are_not_written_by_the_application(everything, seen_by):
    seen_by(everything.alice)
    before = run("select acl, topic_acl, acl_until from cases_case where id = %s", everything.case.pk)
    run(
        "update cases_case set acl = '{1,2,3}', topic_acl = '{4}', acl_until = '2000-01-01' where id = %s",
        everything.case.pk,
    )
    run("select set_config('app.projecting', 'on', true)")
    run(
        "update cases_case set acl = '{1,2,3}', topic_acl = '{4}', acl_until = '2000-01-01' where id = %s",
        everything.case.pk,
    )
    assert run("select acl, topic_acl, acl_until from cases_case where id = %s", everything.case.pk) == before
    for table in ("cases_family", "cases_person"):
        before = run(f"select id, acl from {table} order by 1")
        run(f"update {table} set acl = acl || 8")
        assert run(f"select id, acl from {table} order by 1") == before


def test_a_new_row_gets_its_writers_own_tokens_whatever_it_says(everything, seen_by):
    seen_by(everything.alice)
    family = Family(name="Orchard", hub=everything.hub, acl=[1, 2, 3])
    family.save(force_insert=True)
    assert run("select acl from cases_family where id = %s", family.pk) == [([everything.alice.pk * 8 + 2],)]


def test_nobody_may_set_the_bulk_load_on_as_the_application(everything):
    """`app.opening = 'bulk'` holds projections back: only for a login that is a member of eh_system."""
    [(body,)] = run("select pg_get_functiondef('app.is_settling'::regproc)")
    assert "pg_has_role(session_user, 'eh_system', 'member')" in body
    assert run("select pg_has_role('eh_app', 'eh_system', 'member')") == [(False,)]


def test_grants_are_not_written_by_the_application(everything, seen_by):
    seen_by(everything.alice)
    for table in ("cases_casegrouppermission", "cases_caseuserpermission"):
        assert refusal(f"update {table} set basis = 'named'") == "42501"
        assert refusal(f"delete from {table}") == "42501"
        assert refusal(f"insert into {table} select * from {table}") == "42501"


def test_events_are_stamped_with_who_really_acts(everything, seen_by):
    seen_by(everything.charlie)
    alice = everything.alice
    forged = Event(
        verb="Opened a family's record",
        level="record",
        user_id=alice.user_id,
        membership_id=alice.pk,
        agency_id=alice.agency_id,
        at=timezone.now() - dt.timedelta(days=400),
    )
    forged.save(force_insert=True)
    found = Event.objects.get(pk=forged.pk)
    charlie = everything.charlie
    assert (found.user_id, found.membership_id, found.agency_id) == (
        charlie.user_id,
        charlie.pk,
        charlie.agency_id,
    )
    assert timezone.now() - found.at < dt.timedelta(minutes=5)


def test_without_a_context_no_membership_is_put_into_an_event(everything, seen_by):
    seen_by(None)
    alice = everything.alice
    forged = Event(verb="Opened", level="record", membership_id=alice.pk, agency_id=alice.agency_id)
    forged.save(force_insert=True)
    with as_system():
        assert (Event.objects.get(pk=forged.pk).membership_id, Event.objects.get(pk=forged.pk).agency_id) == (
            None,
            None,
        )


def test_events_are_neither_changed_nor_deleted(everything, seen_by):
    for person in (everything.alice, everything.auditor):
        seen_by(person)
        assert refusal("update audit_event set verb = 'Nothing'") == "42501"
        assert refusal("delete from audit_event") == "42501"
        assert refusal("truncate audit_event") == "42501"


# -- What may not be learnt or moved by writing ------------------------------------------------------------------------


def note_on(case_id, writer) -> tuple:
    return (
        "insert into cases_casenote (id, case_id, category, kind, title, body, happened_at, how_asked, author_id,"
        " agency_id, not_for, created_at) values (%s, %s, 1, 'fact', 'x', '', now(), '', %s, %s, '{}', now())",
        uuid.uuid4(),
        case_id,
        writer.pk,
        writer.agency_id,
    )


def test_a_child_of_a_hidden_case_is_refused_like_that_of_a_missing_one(everything, seen_by):
    seen_by(everything.charlie)
    hidden, missing = everything.case.pk, uuid.uuid4()
    sentences = []
    for case in (hidden, missing):
        with pytest.raises(ProgrammingError) as refused, transaction.atomic():
            run(*note_on(case, everything.charlie))
        sentences.append(str(refused.value))
    assert sentences[0] == sentences[1]
    with transaction.atomic():
        assert run(*note_on(everything.charlies_case.pk, everything.charlie)) == 1


def test_nobody_writes_in_another_agencys_name(everything, seen_by):
    seen_by(everything.alice)
    assert refusal(*note_on(everything.case.pk, everything.charlie)) == "42501"
    assert refusal(*note_on(everything.case.pk, everything.bob)) == "42501"
    assert run(*note_on(everything.case.pk, everything.alice)) == 1


def test_a_row_is_not_moved_to_a_case_that_its_writer_does_not_see(everything, seen_by):
    seen_by(everything.charlie)
    for table in ("cases_teammember", "cases_consent", "cases_leadprofessional"):
        assert refusal(f"update {table} set case_id = %s", everything.case.pk) == "42501", table


def test_nobody_reaches_a_family_by_moving_a_case_or_opening_one_on_it(everything, seen_by):
    """The family of a case is what its grants open: it must be one that the writer sees already."""
    seen_by(everything.charlie)
    hers = everything.case.family_id
    assert refusal("update cases_case set family_id = %s", hers) == "42501"
    with pytest.raises(ProgrammingError), transaction.atomic():
        Case(reference="WM-1", family_id=hers, hub=everything.hub, opened_on=timezone.localdate()).save(
            force_insert=True
        )
    with pytest.raises(ProgrammingError), transaction.atomic():
        Person.objects.update(family_id=hers)


def test_an_answer_about_somebody_of_another_family_opens_nothing(everything, seen_by):
    """Charlie writes an answer on his own case that names a child of another family; then both cases are projected."""
    child, charlie = everything.ids["child"], everything.charlie
    with as_system():
        Consent.objects.create(
            case=everything.charlies_case,
            person_id=child,
            agency=charlie.agency,
            answer="given",
            method="phone",
            given_on=timezone.localdate(),
            recorded_by=charlie,
        )
        run("select app.project_cases(%s)", [everything.case.pk, everything.charlies_case.pk])
        assert run("select * from app.projection_faults()") == []
    seen_by(charlie)
    assert str(child) not in rows_of("cases_person")


def test_no_unique_rule_tells_of_a_hidden_person(everything, seen_by):
    """The same names and numbers may be recorded twice: a refusal would say that somebody is known (trap 6)."""
    with as_system():
        Person.objects.filter(pk=everything.ids["child"]).update(nhs_number="9434765919", upn="A123456789012")
    seen_by(everything.charlie)
    Person.objects.create(
        family_id=everything.charlies_case.family_id,
        first_name="Ellie",
        last_name=FAMILY_NAME,
        nhs_number="9434765919",
        upn="A123456789012",
        recorded_by_agency=everything.charlie.agency,
    )
