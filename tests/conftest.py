"""Set-up shared by all tests: the database, and Hypothesis. Other fixtures live in tests/fixtures/, one file per subject."""

import gc
from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from tests.database import create_test_database, drop_test_database, forget_open_transactions, reset_rows

pytest_plugins = [
    f"tests.fixtures.{path.stem}"
    for path in sorted((Path(__file__).parent / "fixtures").glob("*.py"))
    if path.stem != "__init__"
]

# A slow machine is no fault of what is tested; and what one run found must not decide what the next one tries.
settings.register_profile(
    "ours", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("ours")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Files that take minutes come first, in their random order: begun last they would keep one worker alone."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish():
    """What has been loaded stays: a tenth of the time of a run went into looking through it for what could go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(
    request, django_test_environment, django_db_blocker, django_db_keepdb, django_db_createdb
):
    """Make the test database as its owner; the tests then act in it as the application."""
    suffix = getattr(request.config, "workerinput", {}).get("workerid", "")
    with django_db_blocker.unblock():
        create_test_database(suffix, keep=django_db_keepdb and not django_db_createdb)
    # Django would empty the tables as the application, which may not; and would lose what migrations wrote.
    TransactionTestCase._fixture_teardown = lambda _case: reset_rows()
    yield
    with django_db_blocker.unblock():
        drop_test_database(keep=django_db_keepdb)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """A test that was cut off inside a transaction (its time was over) fails alone, not with every test after it."""
    yield
    if connection.in_atomic_block:
        forget_open_transactions()
        raise AssertionError(f"{item.nodeid} left a transaction open")
