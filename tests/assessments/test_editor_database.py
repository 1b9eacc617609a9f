"""What the database refuses about forms, with raw SQL as the application's own role: no code of ours in between."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from assessments.models import FormVersion
from assessments.spec import to_json
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from tests.assessments.definitions import form_of
from tests.hubs.test_agreement_database import allowed, refused

pytestmark = pytest.mark.django_db
INSERT = (
    "insert into assessments_formversion (code, version, title, status, spec, note, edited_by_id, lock_version)"
    " values (%s, %s, 'A form', %s, %s, '', %s, 0)"
)
SPEC = json.dumps(to_json(form_of(1)))
EVERYBODY_ELSE = [role for role in Role if role is not Role.PRACTICE_LEAD]


@pytest.fixture
def draft(lead):
    with as_system():
        return FormVersion.objects.create(code="long", version=1, title="A form", spec=to_json(form_of(1)), edited_by=lead)


@pytest.fixture
def published():
    with as_system():
        return FormVersion.objects.create(
            code="used", version=1, title="A form", spec=to_json(form_of(1)), status="published",
            published_on=timezone.localdate(),
        )


CHANGES = [
    "update assessments_formversion set spec = '{}' where id = %s",
    "update assessments_formversion set title = 'x' where id = %s",
    "update assessments_formversion set code = 'x' where id = %s",
    "update assessments_formversion set version = 7 where id = %s",
    "update assessments_formversion set note = 'x' where id = %s",
    "update assessments_formversion set published_on = published_on - 1 where id = %s",
    "update assessments_formversion set status = 'draft', published_on = null where id = %s",
]


@pytest.mark.parametrize("sql", CHANGES)
def test_a_published_version_never_changes_not_even_for_the_system(published, lead, seen_by, sql):
    seen_by(lead)
    assert refused(sql, published.pk)
    with as_system():
        assert refused(sql, published.pk)


def test_a_published_version_is_retired_once_and_never_deleted(published, lead, seen_by):
    seen_by(lead)
    retire = "update assessments_formversion set status = 'retired' where id = %s"
    assert allowed(retire, published.pk)
    assert refused("delete from assessments_formversion where id = %s", published.pk)
    with connection.cursor() as cursor:
        cursor.execute(retire, [published.pk])
    again = "update assessments_formversion set status = 'published' where id = %s"
    assert refused(again, published.pk)
    assert refused("delete from assessments_formversion where id = %s", published.pk)


@pytest.mark.parametrize("role", EVERYBODY_ELSE, ids=str)
def test_nobody_but_a_practice_lead_writes_a_form(world, draft, published, seen_by, role):
    hub = world.hub()
    other = world.member(world.agency(), role, hub=hub)
    seen_by(other)
    assert refused(INSERT, "mine", 1, "draft", SPEC, other.pk)
    assert refused("update assessments_formversion set title = 'x', edited_by_id = %s where id = %s", other.pk, draft.pk)
    assert refused("delete from assessments_formversion where id = %s", draft.pk)
    assert refused("update assessments_formversion set status = 'retired' where id = %s", published.pk)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from assessments_formversion where id = %s", [published.pk])
        assert cursor.fetchone() == (1,), "everybody reads what is published"


def test_nobody_at_all_writes_a_form(draft):
    assert refused(INSERT, "mine", 1, "draft", SPEC, None)
    assert refused("update assessments_formversion set title = 'x' where id = %s", draft.pk)


def test_a_practice_lead_begins_a_draft_in_their_own_name_with_the_next_number(world, lead, published, seen_by):
    seen_by(lead)
    assert allowed(INSERT, "mine", 1, "draft", SPEC, lead.pk)
    assert allowed(INSERT, "used", 2, "draft", SPEC, lead.pk)
    assert refused(INSERT, "used", 3, "draft", SPEC, lead.pk)
    assert refused(INSERT, "mine", 2, "draft", SPEC, lead.pk)
    assert refused(INSERT, "mine", 1, "draft", SPEC, None)
    assert refused(INSERT, "mine", 1, "published", SPEC, lead.pk)


def test_one_draft_of_a_form(lead, draft, seen_by):
    seen_by(lead)
    again = pytest.raises(DatabaseError, match="one_draft_of_a_form")
    with again, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, ["long", 2, "draft", SPEC, lead.pk])


def test_a_practice_lead_changes_a_draft_in_their_own_name(world, lead, draft, seen_by):
    colleague = world.member(lead.agency, Role.PRACTICE_LEAD)
    seen_by(colleague)
    change = "update assessments_formversion set title = 'x', edited_by_id = %s where id = %s"
    assert allowed(change, colleague.pk, draft.pk)
    assert refused(change, lead.pk, draft.pk)
    assert refused("update assessments_formversion set code = 'x', edited_by_id = %s where id = %s", colleague.pk, draft.pk)
    assert allowed("delete from assessments_formversion where id = %s", draft.pk)


def test_a_practice_lead_publishes_in_their_own_name_says_why_and_changes_nothing(world, lead, draft, seen_by):
    seen_by(lead)
    publish = (
        "update assessments_formversion set status = 'published', published_on = current_date, published_by_id = %s,"
        " note = %s where id = %s"
    )
    assert allowed(publish, lead.pk, "New question about sleep", draft.pk)
    assert refused(publish, lead.pk, "  ", draft.pk)
    assert refused(publish, None, "New question about sleep", draft.pk)
    assert refused(publish.replace(" where", ", spec = '{}' where"), lead.pk, "Sleep", draft.pk)
    assert refused(publish.replace("'published'", "'retired'"), lead.pk, "Sleep", draft.pk)
