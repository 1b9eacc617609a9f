"""Facts about accounts that the database itself keeps."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from earlyhelp.access.context import as_system
from earlyhelp.accounts.models import User

pytestmark = pytest.mark.django_db


def test_account_is_never_deleted_by_code(priya):
    with pytest.raises(NotImplementedError):
        priya.delete()
    with pytest.raises(NotImplementedError):
        User.objects.all().delete()


def test_account_is_never_deleted_by_the_database(priya):
    with as_system(), pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        connection.cursor().execute("delete from accounts_user where id = %s", [priya.pk])


def test_address_is_unique_whatever_its_capitals(priya):
    with pytest.raises(IntegrityError):
        User.objects.create_user("PRIYA.raman@example.org", "x", first_name="Other")


def test_address_in_capitals_is_refused_past_the_code(priya):
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=priya.pk).update(email="Priya.Raman@example.org")


def test_nobody_is_a_superuser(priya):
    assert priya.is_superuser is False
    assert "is_superuser" not in {field.name for field in User._meta.get_fields()}
    assert not priya.has_perm("cases.view_case")


def test_name_never_becomes_text_for_logs(priya):
    assert "Priya" not in str(priya)
    assert "Raman" not in repr(priya)


def test_second_account_with_the_address_is_refused_with_a_reason(priya):
    from earlyhelp.accounts import actions

    with pytest.raises(ValidationError):
        actions.invite_person(email="Priya.Raman@example.org", first_name="P", by=None)
