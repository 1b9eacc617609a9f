"""Whoever was recorded twice and merged: a request finds all of them, and disposal leaves nothing of them."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import Family, Person
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind
from reporting.models import SubjectLink, SubjectRequest

pytestmark = pytest.mark.django_db


def rows_of(family: Family) -> dict[str, list[str]]:
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select name, keys from app.rows_of_family(%s)", [family.pk])
        return dict(cursor.fetchall())


def test_the_duplicates_row_goes_with_the_record(twice):
    assert str(twice.kay.pk) not in rows_of(twice.kept_family)["cases_person"]
    merge = twice.do(twice.propose())
    rows = rows_of(twice.kept_family)
    assert {str(twice.kay.pk), str(twice.dana.pk)} <= set(rows["cases_person"])
    assert str(twice.gone_family.pk) in rows["cases_family"]
    assert rows["cases_merge"] == [str(merge.pk)] and len(rows["cases_mergepair"]) == 2
    assert set(rows["cases_case"]) == {str(twice.kept_case.pk), str(twice.gone_case.pk)}


def test_all_of_a_family_with_a_merge_can_be_deleted_in_that_order(twice):
    """As app.dispose deletes: nothing that hangs on the record is left out."""
    twice.do(twice.propose())
    rows = rows_of(twice.kept_family)
    with as_system(), connection.cursor() as cursor:
        last = {"cases_family": 4, "cases_person": 3, "cases_case": 2}
        for table in sorted(rows, key=lambda name: (last.get(name, 0), name)):
            if table not in ("cases_casegrouppermission", "cases_caseuserpermission"):
                cursor.execute(f'delete from "{table}" where id::text = any (%s)', [rows[table]])  # noqa: S608
        cases = [str(twice.kept_case.pk), str(twice.gone_case.pk)]
        for table in ("cases_casegrouppermission", "cases_caseuserpermission"):
            cursor.execute(f'delete from "{table}" where content_object_id::text = any (%s)', [cases])  # noqa: S608
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
        assert not Person.objects.filter(family__in=[twice.kept_family.pk, twice.gone_family.pk]).exists()


@pytest.mark.parametrize("asked_as", ["kept", "gone"])
def test_a_request_finds_both_rows_by_either_name(twice, world, asked_as):
    officer = world.member(world.agency(AgencyKind.COUNCIL_EARLY_HELP), Role.DISCLOSURE_OFFICER)
    twice.do(twice.propose(taken={}))
    person = twice.kai if asked_as == "kept" else twice.kay
    now = timezone.now()
    with as_system():
        request = SubjectRequest.objects.create(
            number=1, status="in_hand", asker="person", asker_name="Kai", contact="By post",
            first_name=person.first_name, last_name=person.last_name, born_on=person.born_on, way="said",
            received_on=now.date() - dt.timedelta(days=2), logged_by=officer, identity_seen_on=now.date(),
            identity_seen="passport", child_able="yes", child_able_note="Talked", child_agreed_on=now.date(), officer=officer,
        )  # fmt: skip
    with acting_as(officer), connection.cursor() as cursor:
        cursor.execute("select count(*) from app.link_subject(%s)", [request.pk])
        assert cursor.fetchone() == (2,)
    with as_system():
        found = set(SubjectLink.objects.filter(request=request).values_list("person", flat=True))
    assert found == {twice.kai.pk, twice.kay.pk}
