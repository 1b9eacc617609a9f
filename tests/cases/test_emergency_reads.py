"""Emergency access is for reading: refused by the rules, and by the database whatever a rule forgot."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.actions.emergency import break_glass
from cases.actions.notes import write_note
from cases.models import Address, Case, CaseNote, Person, TeamMember
from cases.rules import NotAllowed
from cases.rules.sharing import can_change_sharing

pytestmark = pytest.mark.django_db
ASKED = {"harm": "injury", "reason": "He has hurt his hand and cannot say what medicine he takes."}


def open_for(people, actor):
    return break_glass(reference=people.case.reference, **ASKED, by=actor)


def test_every_write_is_refused_by_the_rules(people, seen_by):
    open_for(people, seen_by(people.charlie))
    charlie = seen_by(people.charlie)
    case = Case.objects.get(pk=people.case.pk)
    with pytest.raises(NotAllowed, match="reading only"):
        write_note(case=case, kind="fact", title="x", by=charlie)
    assert not can_change_sharing(charlie, case)


def test_every_table_of_the_family_refuses_writing_whatever_its_policy_says(everything, seen_by):
    """Each UPDATE and DELETE granted to the application, in SQL, as somebody with emergency access and as Alice."""
    charlie = seen_by(everything.charlie)
    assert break_glass(reference=everything.case.reference, **ASKED, by=charlie)
    tried, allowed = 0, []
    for table, column, may_delete in _writable():
        seen_by(everything.charlie)
        keys = list(everything.rows[table])
        for sql in (
            f"update {table} set {column} = {column} where id::text = any (%s)" if column else None,
            f"delete from {table} where id::text = any (%s)" if may_delete else None,
        ):
            if sql:
                tried += 1
                if _rows_written(sql, keys):
                    allowed.append(sql)
    assert allowed == []
    assert tried >= 20
    # Paired: the owner's updates pass.
    seen_by(everything.alice)
    assert _rows_written(
        "update cases_person set first_name = first_name where id::text = any (%s)",
        list(everything.rows["cases_person"]),
    )


def test_nothing_is_added_to_the_family_either(everything, seen_by):
    assert break_glass(reference=everything.case.reference, **ASKED, by=seen_by(everything.charlie))
    seen_by(everything.charlie)
    case = Case.objects.get(pk=everything.case.pk)
    added = [
        lambda: CaseNote.objects.create(
            case=case,
            kind="fact",
            title="x",
            category=1,
            happened_at=timezone.now(),
            author=everything.charlie,
            agency=everything.charlie.agency,
        ),
        lambda: TeamMember.objects.create(
            case=case, membership=everything.charlie, starts_on=timezone.localdate()
        ),
        lambda: Address.objects.create(family_id=case.family_id, lines="x"),
        lambda: Person.objects.create(family_id=case.family_id, first_name="x"),
        lambda: Case.objects.create(
            reference="WM-1", family_id=case.family_id, hub_id=case.hub_id, opened_on=timezone.localdate()
        ),
    ]
    for add in added:
        with pytest.raises(DatabaseError, match="emergency access is for reading only"), transaction.atomic():
            add()


def test_an_emergency_elsewhere_does_not_stop_work_on_ones_own(people, world, seen_by):
    mine = world.shared_case(people.hub, people.charlie)
    open_for(people, seen_by(people.charlie))
    charlie = seen_by(people.charlie)
    assert write_note(case=Case.objects.get(pk=mine.pk), kind="fact", title="Seen today", by=charlie)


def _writable():
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0"
            "   and has_column_privilege('eh_app', c.oid, a.attnum, 'UPDATE') order by a.attnum limit 1),"
            "  has_table_privilege('eh_app', c.oid, 'DELETE') from pg_class c"
            " where c.relrowsecurity and c.relnamespace = 'public'::regnamespace and c.relname not like 'reporting%%'"
            "   and c.relname not in ('assessments_matchcheck', 'audit_event')"
        )
        return cursor.fetchall()


def _rows_written(sql, keys) -> int:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [keys])
            return cursor.rowcount
    except DatabaseError as refused:
        assert "reading only" in str(refused), refused
        return 0
