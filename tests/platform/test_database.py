"""The tests themselves run with the rights of the application, no more."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError


@pytest.mark.django_db
def test_tests_act_as_the_application():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolinherit, rolcreatedb FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("eh_app", False, False, False, False)


@pytest.mark.django_db
def test_application_cannot_change_structure():
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.mine (id int)")


@pytest.mark.django_db(transaction=True)
def test_committed_rows_are_gone_afterwards():
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    Session.objects.create(session_key="k" * 32, session_data="", expire_date=timezone.now())
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_reference_rows_survive_a_committing_test():
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.sessions.models import Session

    assert not Session.objects.exists()
    assert ContentType.objects.exists()
