"""Disposal: everything about the family goes in one transaction; figures, tombstone and log stay."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.models import Address, CaseNote, Document, DocumentPage, Person
from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as, as_role, as_system
from earlyhelp.audit import chain
from earlyhelp.audit.models import Event
from reporting.figures import count_quarter
from reporting.models import FileToRemove, StatisticsTwin, Tombstone
from reporting.quarters import Quarter
from reporting.retention.actions import dispose, find_tombstone, propose_disposal, remove_files
from reporting.retention.records import due_records, record_of
from tests.reporting.retention.conftest import make_old, propose_past_rules, years_ago

pytestmark = pytest.mark.django_db


def all_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
            " and relname not like 'django_migrations' order by 1"
        )
        return [name for (name,) in cursor.fetchall()]


def rows_that_hold(needles: set[str]) -> dict[str, int]:
    """How many rows of each table hold one of these as text, in any column."""
    found = {}
    with as_system(), connection.cursor() as cursor:
        for table in all_tables():
            cursor.execute(
                f"select count(*) from {table} t where to_jsonb(t)::text ilike any (%s)",  # noqa: S608
                [[f"%{needle}%" for needle in needles]],
            )
            if number := cursor.fetchone()[0]:
                found[table] = number
    return found


def all_figures(quarters: list[Quarter]) -> dict:
    return {quarter.code: count_quarter(quarter) for quarter in quarters}


def proposed(record):
    with acting_as(record.lead) as by:
        return propose_disposal(record=record_of(record.case.reference), reason="Its time is over", by=by)


def disposed(record) -> list[str]:
    review = proposed(record)
    with acting_as(record.second) as by:
        return dispose(review=review, by=by)


def test_nothing_of_the_family_is_left_in_any_table(old_record):
    before = rows_that_hold(old_record.ids | old_record.words)
    assert len(before) >= 35, "the record has rows nearly everywhere"
    disposed(old_record)
    assert set(rows_that_hold(old_record.ids)) <= {"audit_event"}
    assert set(rows_that_hold(old_record.words)) == {"reporting_tombstone", "audit_event"}
    with as_system():
        stone = Tombstone.objects.get(references__contains=[old_record.case.reference])
        events = Event.objects.filter(verb="Disposed of a record")
        assert events.count() == len(stone.references)
    assert old_record.case.reference in stone.references
    assert stone.counts["cases_case"] == len(stone.references)
    assert stone.counts["cases_person"] == 2
    assert len(stone.digest) == 64


def test_every_figure_of_every_quarter_is_the_same_afterwards(old_record):
    quarters = [Quarter.containing(years_ago(n / 4)) for n in range(40)]
    before = all_figures(quarters)
    disposed(old_record)
    assert all_figures(quarters) == before
    assert any(tally.total for figures in before.values() for tally in figures.tallies.values())
    with as_system():
        assert StatisticsTwin.objects.exists()


def test_the_access_log_stays_whole_and_names_nobody(old_record):
    with as_system():
        before = set(Event.objects.values_list("pk", flat=True))
        chain.seal()
    disposed(old_record)
    with as_system():
        chain.seal()
        assert list(chain.faults()) == []
        assert before <= set(Event.objects.values_list("pk", flat=True))
        texts = [str(event.facts) + event.verb for event in Event.objects.filter(case_id=old_record.case.pk)]
    assert texts
    assert [text for text in texts if "Quillfeather" in text] == []


def test_stored_files_go_after_the_commit_and_are_tried_again_until_they_are_gone(old_record, monkeypatch):
    with as_system():
        keys = [
            key
            for model in (Document, DocumentPage)
            for key in model.objects.filter(case=old_record.case).values_list("storage_key", flat=True)
        ]
    assert len(keys) == 2, "a letter and the picture of its page"
    disposed(old_record)
    assert all(default_storage.exists(key) for key in keys), "nothing is lost when the transaction is"

    def broken(_key):
        raise OSError("the store does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "delete", broken)
        assert remove_files() == (0, len(keys))
    assert remove_files() == (len(keys), 0)
    assert not any(default_storage.exists(key) for key in keys)
    assert remove_files() == (0, 0)
    with as_system():
        assert set(FileToRemove.objects.values_list("storage_key", "tries")) == {("", 2)}


def test_the_search_and_the_match_check_find_nothing(old_record, everything):
    disposed(old_record)
    with acting_as(everything.coordinator), connection.cursor() as cursor:
        cursor.execute("select count(*) from app.search_people('Quillfeather', 50)")
        assert cursor.fetchone() == (0,)
        cursor.execute("select count(*) from app.match_people('Ellie Quillfeather', %s, '', '', '', 50)", [years_ago(26)])
        assert cursor.fetchone() == (0,)


def test_a_tombstone_answers_information_governance_and_nobody_else(old_record):
    disposed(old_record)
    with acting_as(old_record.lead) as by:
        stone = find_tombstone(reference=old_record.case.reference.lower(), by=by)
        assert stone.disposed_at.date() == timezone.now().date()
    with acting_as(old_record.second) as by:
        assert Tombstone.objects.count() == 0
        with pytest.raises(NotAllowed):
            find_tombstone(reference=old_record.case.reference, by=by)


def test_one_person_does_not_dispose_alone(old_record):
    review = proposed(old_record)
    with acting_as(old_record.lead) as by, pytest.raises(NotAllowed):
        dispose(review=review, by=by)
    with acting_as(old_record.lead), connection.cursor() as cursor:
        cursor.execute("select app.dispose(%s, array[25, 6, 35, 100, 25])", [review.pk])
        assert cursor.fetchone() == (None,)
    assert rows_that_hold(old_record.ids)["cases_person"]


def test_the_database_keeps_records_whatever_the_settings_say(old_record):
    review = propose_past_rules(old_record)
    for years in ([1, 6, 35, 100, 25], [25, 1, 35, 100, 25], [25, 6, 5, 100, 25]):
        with (
            acting_as(old_record.second),
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="at least"),
            transaction.atomic(),
        ):
            cursor.execute("select app.dispose(%s, %s)", [review.pk, years])


def made_to_fail(table: str) -> None:
    """From here to the end of the transaction, whatever writes to the table fails."""
    with as_role("eh_owner"), connection.cursor() as cursor:
        cursor.execute(
            "create function app.made_to_fail() returns trigger language plpgsql as"
            " $$ begin raise exception 'made to fail'; end $$"
        )
        cursor.execute("grant execute on function app.made_to_fail() to public")
        cursor.execute(
            f"create trigger aaa_fails before insert or update or delete on {table}"
            " for each statement execute function app.made_to_fail()"
        )


def disposed_while_failing(table: str, review, second) -> None:
    with transaction.atomic():
        made_to_fail(table)
        with acting_as(second) as by:
            dispose(review=review, by=by)


def test_a_failure_at_any_table_leaves_everything_as_it_was(old_record):
    """P26: each statement of the disposal is made to fail in turn, and nothing is half gone."""
    before = everything_stored()
    review = propose_past_rules(old_record)
    with_proposal = everything_stored()
    assert before != with_proposal
    tried = 0
    for table in sorted(rows_that_hold(old_record.ids) | {"reporting_tombstone": 1, "reporting_statisticstwin": 1}):
        if table == "audit_event":
            continue
        with pytest.raises(DatabaseError, match="made to fail"):
            disposed_while_failing(table, review, old_record.second)
        assert everything_stored() == with_proposal, table
        tried += 1
    assert tried >= 35
    with acting_as(old_record.second) as by:
        assert dispose(review=review, by=by)


def test_a_failure_at_any_statement_of_the_action_leaves_everything_as_it_was(old_record):
    review = propose_past_rules(old_record)
    before, number = everything_stored(), 0
    while True:
        try:
            with acting_as(old_record.second) as by, failing_at(number):
                dispose(review=review, by=by)
        except MadeToFail:
            assert everything_stored() == before, number
            number += 1
        else:
            break
    assert number >= 2


class MadeToFail(Exception):
    """Raised instead of running a statement."""


def failing_at(number: int):
    """Within the block, statement `number` (0 is the first, savepoints not counted) is not run and raises."""
    seen = {"n": -1}

    def wrapper(execute, sql, params, many, context):
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen["n"] += 1
            if seen["n"] == number:
                raise MadeToFail(sql)
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


def everything_stored() -> dict[str, str]:
    """A digest of every row of every table."""
    found = {}
    with as_system(), connection.cursor() as cursor:
        for table in all_tables():
            cursor.execute(f"select md5(coalesce(string_agg(md5(t::text), '' order by t::text), '')) from {table} t")  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found


def test_another_familys_protected_address_stays_protected(old_record, world, everything):
    other = world.family(everything.hub, name="Orchard")
    with as_system():
        mother = Person.objects.get(family=old_record.family_id, is_child=False)
        address = Address.objects.create(family=other, lines="9 Far Road", is_confidential=False, hidden_from=mother)
    disposed(old_record)
    with as_system():
        address.refresh_from_db()
    assert address.hidden_from_id is None
    assert address.is_confidential


def test_a_row_of_another_family_that_names_somebody_here_stops_it(old_record, world, everything):
    """Nothing is deleted from a record that was not proposed, and nothing is left half gone."""
    other = world.shared_case(everything.hub, everything.alice, family=world.family(everything.hub, name="Orchard"))
    with as_system():
        mother = Person.objects.get(family=old_record.family_id, is_child=False)
        CaseNote.objects.create(
            case=other, kind="fact", title="Visit", happened_at=timezone.now(), about=mother, agency=everything.alice.agency
        )
    review = proposed(old_record)
    before = rows_that_hold(old_record.ids)
    with acting_as(old_record.second) as by, pytest.raises(ValueError, match="Another family"):
        dispose(review=review, by=by)
    assert rows_that_hold(old_record.ids) == before


def test_due_and_not_due_records_are_told_apart_by_birth_and_closure(old_record, world, everything, governors):
    """One fact at a time keeps it from the list."""
    with acting_as(old_record.lead):
        assert [each.reference for each in due_records()] == [old_record.case.reference]
    for facts in ({"born": 24}, {"closed": 5}):
        make_old(old_record.case, **facts)
        with acting_as(old_record.lead):
            assert due_records() == [], facts
            assert record_of(old_record.case.reference).due_on > timezone.localdate()
    make_old(old_record.case)
    with acting_as(everything.alice):
        assert due_records() == []


def test_neither_list_nor_tombstone_tells_the_day_of_a_birth(old_record):
    """Records whose youngest children were born on different days of a month are due on the same day."""
    make_old(old_record.case, closed=10)
    dues = set()
    for day in (3, 17, 28):
        with as_system():
            Person.objects.filter(family=old_record.family_id, is_child=True).update(born_on=dt.date(1999, 2, day))
        with acting_as(old_record.lead):
            dues.add(record_of(old_record.case.reference).due_on)
    assert dues == {dt.date(2024, 2, 29)}
    disposed(old_record)
    with as_system():
        assert Tombstone.objects.get(references__contains=[old_record.case.reference]).due_on == dt.date(2024, 2, 29)


def test_twins_stand_under_numbers_that_lead_nowhere(old_record):
    """Not the pseudonyms of the live views, nothing that a name or a birth could be read from."""
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "select hashtextextended(x, (select value from app.report_secret)) from unnest(%s) x", [list(old_record.ids)]
        )
        live = {number for (number,) in cursor.fetchall()}
    disposed(old_record)
    with as_system():
        twins = list(StatisticsTwin.objects.values())
    refs = {twin[name] for twin in twins for name in ("case_ref", "family_ref", "assessment_ref", "person_ref")}
    assert not refs & live
    assert {twin["view"] for twin in twins} >= {"case", "assessment", "need", "lead", "consent", "step_up", "step_down"}
    written = {str(value) for twin in twins for name, value in twin.items() if name in ("status", "kind", "code") and value}
    assert all(words.replace("_", "").isalpha() for words in written), written
