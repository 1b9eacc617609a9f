"""The invented county loads, looks as the stories say, and loads only once."""

import json

import pytest
from django.db import connection, transaction

from cases.models import Case, Family, Person
from earlyhelp.access.context import as_system
from reporting.demo.cast import PERSONAS
from reporting.demo.load import load
from reporting.demo.stories import stories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sign_ins(tmp_path):
    return tmp_path / "signins.json"


def projection_faults():
    with transaction.atomic(), as_system(), connection.cursor() as cursor:
        cursor.execute("select what, id from app.projection_faults()")
        return cursor.fetchall()


def test_county_loads_once(sign_ins):
    first = load(families=6, sign_ins=sign_ins)
    written = sign_ins.read_text()
    again = load(families=6, sign_ins=sign_ins)
    assert not first.was_there
    assert again.was_there
    assert (again.families, again.cases, again.notes) == (first.families, first.cases, first.notes)
    assert again.people_with_accounts == first.people_with_accounts
    assert sign_ins.read_text() == written
    assert projection_faults() == []


def test_sign_ins_are_complete(sign_ins):
    load(families=0, sign_ins=sign_ins)
    table = json.loads(sign_ins.read_text())
    assert [row["email"] for row in table] == [persona.email for persona in PERSONAS]
    assert all(
        row[key] for row in table for key in ("persona", "name", "agency", "role", "password", "totp_secret")
    )
    assert sign_ins.stat().st_mode & 0o777 == 0o600


def test_each_story_is_told(sign_ins):
    load(families=0, sign_ins=sign_ins)
    with transaction.atomic(), as_system():
        for story in stories():
            family = Family.objects.get(name=story["name"])
            assert family.people.count() == len(story["person"])
            case = family.cases.get(previous_case__isnull="earlier" not in story, later_cases=None)
            assert case.notes.exclude(kind="event").count() == len(story["note"])
        assert Case.objects.filter(status="closed").exists()
        assert Person.objects.filter(due_on__isnull=False).exists()
