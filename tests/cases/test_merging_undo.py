"""Merging moves every row, and undoing a merge leaves the database byte for byte as it was."""

import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from cases.merging.actions import decide, preview
from cases.merging.columns import MOVES, STAYS, found_in_models
from cases.models import (
    Case,
    CaseNote,
    Consent,
    Merge,
    MergeChange,
    Person,
)
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system

pytestmark = pytest.mark.django_db

# Derived again whenever a fact changes, so under new numbers; who looked and who merged is kept on purpose.
NOT_COMPARED = {"audit_event", "cases_merge", "cases_mergepair", "cases_mergechange"}
DERIVED = {"cases_casegrouppermission", "cases_caseuserpermission"}


def everything_written() -> dict[str, list[str]]:
    """Every row of every protected table, as text."""
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity"
        )
        tables = {name for (name,) in cursor.fetchall()} - NOT_COMPARED
        found = {}
        for table in sorted(tables):
            cursor.execute(f'select to_jsonb(t)::text from "{table}" t')  # noqa: S608
            rows = [row for (row,) in cursor.fetchall()]
            if table in DERIVED:
                rows = [json.dumps({k: v for k, v in json.loads(row).items() if k != "id"}) for row in rows]
            found[table] = sorted(rows)
    return found


def fetched(record):
    with as_system():
        return type(record).objects.get(pk=record.pk)


def test_every_column_that_names_a_person_or_family_is_thought_of():
    named = dict(found_in_models())
    assert set(named) == MOVES | STAYS
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "select in_table, by_column from app.merge_columns('cases_person')"
            " union all select * from app.merge_columns('cases_family')"
        )
        in_database = set(cursor.fetchall())
    assert in_database == {
        (field.model._meta.db_table, field.column) for name, field in named.items() if name in MOVES
    }


def test_preview_changes_nothing(twice):
    before = everything_written()
    with acting_as(twice.first) as actor:
        told = preview(kept=twice.kept_family, gone=twice.gone_family, pairs=twice.pairs, taken={}, by=actor)
    assert told["moved"]["cases_case"] == 1 and told["moved"]["cases_casenote"] == 1
    assert told["stays"] == {"cases_recordlink": 1, "cases_relationship": 1}
    assert everything_written() == before


def test_everything_about_the_person_is_under_the_record_that_stays(twice):
    twice.do(twice.propose())
    kai, kay = fetched(twice.kai), fetched(twice.kay)
    assert (kai.phone, kai.born_on, kai.first_name) == ("01632 960 001", dt.date(2015, 9, 4), "Kai")
    assert kay.merged_into_id == kai.pk and kay.acl == [] and kay.first_name == "Kay"
    with as_system():
        assert fetched(twice.gone_case).family_id == twice.kept_family.pk
        assert fetched(twice.note).about_id == kai.pk
        assert fetched(twice.kept_family).strengths == "They sing"
        assert {each.first_name for each in twice.kept_family.people.all()} == {"Kai", "Dana", "Mia"}
        assert not Consent.objects.filter(person__in=[twice.kay, twice.dana]).exists()
        left = fetched(twice.gone_family)
    assert left.acl == [] and left.merged_into_id == twice.kept_family.pk
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select count(*) from app.projection_faults()")
        assert cursor.fetchone() == (0,)


def test_undo_restores_every_row_byte_for_byte(twice):
    before = everything_written()
    merge = twice.do(twice.propose())
    assert everything_written() != before
    undone = twice.undo(merge)
    after = everything_written()
    assert {table: after[table] for table in after if after[table] != before[table]} == {}
    assert undone.status == "undone" and undone.effect["undo"]["later"] == []


def test_undo_within_one_family_restores_every_row_too(twice):
    with as_system():
        again = twice.person(twice.kept_family, "Kaye", dt.date(2015, 4, 9), upn="A123456789012")
        Consent.objects.create(
            case=twice.kept_case, person=again, agency=twice.school, answer="given", method="face_to_face",
            given_on=dt.date(2026, 1, 1),
        )  # fmt: skip
    before = everything_written()
    merge = twice.do(twice.propose(gone=None, pairs=[(twice.kai, again)], taken={str(again.pk): ["upn"]}))
    assert fetched(again).family_id == merge.made_family and fetched(twice.kai).upn == "A123456789012"
    with acting_as(twice.first):
        assert not Person.objects.filter(pk=again.pk).exists(), "seen by nobody"
        assert {each.first_name for each in twice.kept_family.people.all()} == {"Kai", "Dana"}
    twice.undo(merge)
    after = everything_written()
    assert {table: after[table] for table in after if after[table] != before[table]} == {}


def test_undo_keeps_a_later_change_and_says_so(twice, people):
    merge = twice.do(twice.propose())
    with as_system():
        Person.objects.filter(pk=twice.kai.pk).update(phone="01632 960 999")
        added = CaseNote.objects.create(
            case=twice.gone_case, category=1, kind="fact", title="After", about=twice.kai,
            happened_at=twice.gone_case.created_at, agency=twice.other_school, author=people.charlie,
        )  # fmt: skip
    undone = twice.undo(merge)
    assert fetched(twice.kai).phone == "01632 960 999" and fetched(twice.kai).born_on == dt.date(2015, 4, 9)
    assert undone.effect["undo"]["later"] == [
        {"table": "cases_person", "row": str(twice.kai.pk), "field": "phone"}
    ]
    assert fetched(added).about_id == twice.kay.pk, "what was written since goes with its case"
    assert [each["table"] for each in undone.effect["undo"]["followed"]] == ["cases_casenote"]
    with as_system():
        assert MergeChange.objects.filter(merge=merge, outcome="later").count() == 1


def test_it_takes_two_people(twice):
    merge = twice.propose()
    with acting_as(twice.first) as actor, pytest.raises(ValidationError) as refused:
        decide(merge=merge, is_yes=True, by=actor)
    assert refused.value.code == "own"
    assert fetched(merge).status == "proposed"
    assert twice.do(merge).status == "done"


def test_it_is_refused_when_the_records_changed_since(twice):
    merge = twice.propose()
    with as_system():
        Person.objects.filter(pk=twice.mia.pk).update(first_name="Mya")
    with pytest.raises(ValidationError) as refused:
        twice.do(merge)
    assert refused.value.code == "changed"
    with acting_as(twice.first) as actor:
        decide(merge=merge, is_yes=False, by=actor)
    assert twice.do(twice.propose()).status == "done"


def test_a_merge_on_top_is_undone_first(twice):
    with as_system():
        again = twice.person(twice.kept_family, "Kaye", dt.date(2015, 4, 9))
    before = everything_written()
    first = twice.do(twice.propose(taken={}))
    second = twice.do(twice.propose(gone=None, pairs=[(again, twice.kai)], taken={}))
    with pytest.raises(ValidationError) as refused:
        twice.undo(first)
    assert refused.value.code == "later_merge"
    assert fetched(twice.kay).merged_into_id == again.pk, "the old pointer leads on"
    twice.undo(second)
    twice.undo(first)
    after = everything_written()
    assert {table: after[table] for table in after if after[table] != before[table]} == {}


OBSTACLES = {
    "restricted": "insert into cases_restriction (id, case_id, reason, note, review_on, starts_at, lift_reason)"
    " select gen_random_uuid(), '{case}', 'staff', '', current_date, now(), ''",
    "address": "update cases_address set is_confidential = true where family_id = '{family}'",
    "consent": "update cases_consent set answer = 'refused', agency_id = {agency} where person_id = '{person}'",
    "decides": "insert into cases_decidesforself (id, person_id, able, note, assessed_on, recorded_at)"
    " values (gen_random_uuid(), '{person}', true, 'Talked', current_date, now())",
    "both": "update assessments_section set person_id = '{kept}' where person_id = '{person}';"
    " insert into assessments_section select (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(),"
    " 'person_id', '{person}'))).* from assessments_section s where s.person_id = '{kept}'",
}


@pytest.mark.parametrize("code", OBSTACLES)
def test_what_stands_in_the_way(twice, code):
    ids = {
        "case": twice.gone_case.pk, "family": twice.gone_family.pk, "person": twice.kay.pk, "kept": twice.kai.pk,
        "agency": twice.school.pk,
    }  # fmt: skip
    with as_system(), connection.cursor() as cursor:
        cursor.execute(OBSTACLES[code].format(**ids))
    with acting_as(twice.first) as actor:
        try:
            told = preview(
                kept=twice.kept_family, gone=twice.gone_family, pairs=twice.pairs, taken={}, by=actor
            )
        except NotAllowed:
            told = {"refused": "hidden"}
    assert told["refused"] == ("hidden" if code == "restricted" else code)


def test_somebody_who_does_not_see_both_whole_can_do_nothing(twice, world, people):
    there = world.hub("Sedge")
    elsewhere = world.member(people.coordinator.agency, Role.HUB_COORDINATOR, hub=there)
    merge = twice.propose()
    for stranger in (elsewhere, people.alice, people.charlie):
        with acting_as(stranger) as actor:
            assert not Merge.objects.exists()
            with pytest.raises(NotAllowed):
                preview(kept=twice.kept_family, gone=twice.gone_family, pairs=twice.pairs, taken={}, by=actor)
            with pytest.raises(NotAllowed):
                decide(merge=merge, is_yes=True, by=actor)
            with connection.cursor() as cursor:
                cursor.execute("select app.decide_merge(%s, true, '')", [merge.pk])
                assert cursor.fetchone() == (None,)
                cursor.execute("select app.undo_merge(%s, 'x')", [merge.pk])
                assert cursor.fetchone() == (None,)
    assert Case.objects.count() == 0
