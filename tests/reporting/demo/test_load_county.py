"""The county that is measured: right in number, the same for the same seed, and its grants agree with its facts."""

import random

import pytest
from django.db import connection, transaction

from cases.models import Case, CaseNote, Family, LeadProfessional, Person
from earlyhelp.access.context import as_system
from reporting.demo.bulk import spread
from reporting.demo.county import County, household_sizes
from reporting.demo.load import load as load_demo
from tests.database import reset_rows

pytestmark = pytest.mark.django_db(transaction=True)
CHILDREN = 300


def load(children=CHILDREN, seed=1):
    said = []
    made = County(children, seed, lambda share, words: said.append((share, words))).load()
    return made, said


def rows(sql):
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_counts_are_as_asked():
    made, said = load()
    with transaction.atomic(), as_system():
        assert Person.objects.filter(is_child=True).count() == CHILDREN == made.children
        assert Family.objects.count() == made.families == round(CHILDREN / 2.2)
        assert Case.objects.count() == made.cases
        assert CaseNote.objects.count() == made.notes == round(CHILDREN * 1_000_000 / 110_000)
        open_cases = Case.objects.exclude(status="closed")
        assert LeadProfessional.objects.filter(until_at=None).count() == open_cases.count()
        assert not CaseNote.objects.filter(happened_at__date__lt="2000-01-01").exists()
    assert said[-1] == (1.0, "done")


def test_projection_agrees_with_the_facts():
    load()
    assert rows("select * from app.projection_faults()") == []
    # Consent has run out in a few open cases; everybody else's agencies see theirs.
    dark = rows("select avg((cardinality(acl) < 2)::int) from cases_case where status <> 'closed'")[0][0]
    assert dark < 0.15


def test_nothing_happens_before_it_begins_or_in_the_future():
    load()
    assert (
        rows(
            "select 1 from cases_casenote n join cases_case c on c.id = n.case_id"
            " where n.happened_at::date < c.opened_on - 3 or n.happened_at > now()"
        )
        == []
    )
    assert rows("select 1 from cases_person where born_on > current_date") == []
    assert (
        rows(
            "select 1 from cases_case c join cases_case p on p.id = c.previous_case_id"
            " where p.status <> 'closed' or p.closed_on > c.opened_on"
        )
        == []
    )


def test_every_case_with_social_care_was_stepped_up():
    load()
    assert (
        rows(
            "select 1 from cases_case c where (status = 'stepped_up' or closure_reason = 'stepped_up') and not exists"
            " (select 1 from cases_stepup s where s.case_id = c.id and s.status = 'accepted')"
        )
        == []
    )
    assert rows("select count(*) from cases_stepup where decided_at < sent_at or sent_at > now()")[0][0] == 0
    assert rows("select count(*) from cases_stepdown")[0][0] > 0


def test_same_seed_gives_the_same_county():
    load(60)
    first = rows("select reference, opened_on, status from cases_case order by reference")
    people = rows("select first_name, last_name, born_on from cases_person order by id")
    reset_rows()
    load(60)
    assert [
        row[1:] for row in rows("select reference, opened_on, status from cases_case order by reference")
    ] == [row[1:] for row in first]
    assert rows("select first_name, last_name, born_on from cases_person order by id") == people


def test_shares_add_up_exactly():
    assert sum(spread(1_000, [random.Random(3).random() for _ in range(77)])) == 1_000
    assert sum(household_sizes(random.Random(1), 100, 220)) == 220


def test_county_loads_beside_the_demo(tmp_path):
    load_demo(families=3, sign_ins=tmp_path / "signins.json")
    before = rows("select count(*) from cases_case")[0][0]
    made, _said = load(40)
    assert rows("select count(*) from cases_case")[0][0] == before + made.cases
    assert rows("select * from app.projection_faults()") == []
    # The next case that somebody opens has a reference of its own.
    assert (
        rows("select 1 from cases_case where reference = 'WM-' || (select last_value from cases_reference)")
        == []
    )
    assert (
        rows(
            "select 1 from assessments_assessment a join assessments_referencecounter c"
            " on a.reference = 'WM/' || c.year || '/' || lpad((c.last + 1)::text, 4, '0')"
        )
        == []
    )
