"""The first things that must hold: no context, no rows; the facts alone decide who sees a case."""

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import Case, CaseNote, Person
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db


def test_no_context_no_rows(people):
    with connection.cursor() as cursor:
        cursor.execute("select current_user, count(*) from cases_case")
        assert cursor.fetchone() == ("eh_app", 0)


def visible(model=Case):
    return set(model.objects.values_list("pk", flat=True))


def test_alice_sees_her_case_bob_and_charlie_do_not(people, seen_by):
    for who, sees in [(people.alice, True), (people.bob, False), (people.charlie, False), (people.coordinator, True)]:
        actor = seen_by(who)
        assert (people.case.pk in visible()) is sees, who
        assert Case.objects.visible_to(actor).filter(pk=people.case.pk).exists() is sees
        assert Case.objects.granted_to(actor).filter(pk=people.case.pk).exists() is sees


def test_consent_withdrawn_blinds_at_once(people, world, seen_by):
    seen_by(people.alice)
    assert people.case.pk in visible()
    with as_system():
        people.case.consents.update(ended_at=timezone.now(), end_reason="withdrawn")
    assert people.case.pk not in visible()
    assert not visible(Person)


def test_signature_suspended_blinds_at_once(people, seen_by):
    with as_system():
        people.school.signatures.update(suspended_at=timezone.now())
    actor = seen_by(people.alice)
    assert people.case.pk not in visible()
    assert not Case.objects.granted_to(actor).exists()


def test_refused_category_is_hidden(people, world, seen_by):
    mother = Person.objects.none()
    with as_system():
        mother = people.case.family.people.get(is_child=False)
        for category in (1, 2):
            CaseNote.objects.create(case=people.case, category=category, kind="fact", title=f"n{category}",
                                    happened_at=timezone.now())
    seen_by(people.alice)
    assert CaseNote.objects.count() == 2
    world.consent(people.case, people.school, person=mother, answer="refused", category=2)
    assert [note.title for note in CaseNote.objects.all()] == ["n1"]


def test_projection_has_no_faults(people):
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select * from app.projection_faults()")
        assert cursor.fetchall() == []
