"""Disposal: everything about the family goes in one transaction; figures, tombstone and log stay."""

from __future__ import annotations

import pytest
from django.db import connection

from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event
from reporting.figures import count_quarter
from reporting.models import StatisticsTwin, Tombstone
from reporting.quarters import Quarter
from reporting.retention.actions import dispose, propose_disposal
from reporting.retention.records import record_of
from tests.reporting.retention.conftest import years_ago

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
        [stone] = Tombstone.objects.all()
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
