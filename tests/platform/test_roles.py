"""The database roles are what the security model says, and a process with the wrong one does not start."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from earlyhelp import checks
from tests.database import acting_as_role

COLUMNS = "rolcanlogin, rolsuper, rolbypassrls, rolinherit, rolcreatedb, rolcreaterole"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "can_login", "bypasses", "inherits"),
    [
        ("eh_system", False, True, True),
        ("eh_owner", True, False, True),
        ("eh_app", True, False, False),
        ("eh_report", False, False, False),
    ],
)
def test_role_attributes(role, can_login, bypasses, inherits):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM pg_roles WHERE rolname = %s", [role])
        assert cursor.fetchone() == (can_login, False, bypasses, inherits, False, False)


@pytest.mark.django_db
def test_application_is_member_of_the_report_role_only():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(g.rolname ORDER BY 1) FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
            " JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = 'eh_app'"
        )
        assert cursor.fetchone() == (["eh_report"],)


@pytest.mark.django_db
def test_application_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = 'eh_app'::regrole")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_every_table_belongs_to_the_owner():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND relowner <> 'eh_owner'::regrole"
        )
        assert cursor.fetchone() == (None,)


@pytest.mark.django_db(transaction=True)
def test_start_refused_for_a_role_that_may_become_another():
    # The tests' own login is a member of every role, as an administrator would be.
    with acting_as_role("eh_app"):
        assert any(
            "may become a role that sees every family" in problem for problem in checks.role_problems()
        )


@pytest.mark.django_db(transaction=True)
def test_start_refused_in_production(settings):
    settings.DEPLOYMENT = "production"
    settings.EH_DEMO = False
    with pytest.raises(ImproperlyConfigured, match="Set DATABASE_URL to sign in as eh_app"):
        checks.refuse_unsafe_start()


def test_demo_sign_in_refused_in_production(settings):
    settings.DEPLOYMENT = "production"
    settings.EH_DEMO = True
    assert [error.id for error in checks.check_demo(None)] == ["earlyhelp.E001"]


def test_demo_sign_in_accepted_in_the_demo(settings):
    settings.DEPLOYMENT = "demo"
    settings.EH_DEMO = True
    assert checks.check_demo(None) == []
