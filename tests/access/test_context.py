"""Whose eyes the database sees through: taken on, put back, and never hiding an error."""

import pytest
from django.db import DatabaseError, connection

from cases.models import Case
from earlyhelp.access.context import acting_as, as_role, as_system, begin_request

pytestmark = pytest.mark.django_db


def current_role():
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        return cursor.fetchone()[0]


def test_a_role_is_given_back_after_the_block_and_after_an_error():
    with as_system():
        assert current_role() == "eh_system"
    assert current_role() == "eh_app"
    with pytest.raises(DatabaseError, match="no_such_table"), as_system(), connection.cursor() as cursor:
        cursor.execute("select * from no_such_table")
    assert current_role() == "eh_app"


def test_only_our_own_roles():
    with pytest.raises(ValueError, match="not one of our database roles"), as_role("postgres"):
        pass


def test_a_job_sees_as_its_person_and_what_was_before_comes_back(people, seen_by):
    seen_by(people.charlie)
    with acting_as(people.alice) as actor:
        assert actor.membership == people.alice
        assert Case.objects.filter(pk=people.case.pk).exists()
    assert not Case.objects.filter(pk=people.case.pk).exists()
    with pytest.raises(RuntimeError, match="broke"), acting_as(people.alice):
        raise RuntimeError("it broke")
    assert not Case.objects.filter(pk=people.case.pk).exists()


def test_nobody_acts_for_a_membership_that_is_not_theirs(people):
    with pytest.raises(DatabaseError, match="not a live membership"):
        begin_request(people.bob.user_id, people.alice.pk)
