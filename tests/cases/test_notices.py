"""Who is written to about an emergency access, at once, and about a restriction's review, in time. Nobody is told twice."""

import datetime as dt

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from cases.actions.emergency import break_glass
from cases.actions.reminders import remind_of_restrictions
from cases.models import Person, Restriction, StaffRelation
from cases.models.sharing import RestrictionName
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.outbox import relay
from hubs.models import AgencyKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world, people):
    """Those who have to be told, and some who must not be, by name."""
    council = people.coordinator.agency
    others = world.hub("Brook End")
    return {
        "manager": world.member(council, Role.HUB_MANAGER, hub=people.hub),
        "manager of all": world.member(council, Role.HUB_MANAGER),
        "ig lead": world.member(council, Role.IG_LEAD),
        "manager elsewhere": world.member(council, Role.HUB_MANAGER, hub=others),
        "left": world.member(council, Role.IG_LEAD, ends_on=world.today - dt.timedelta(days=1)),
        "lead who restricted": world.member(people.school, Role.AGENCY_LEAD),
    }


def receivers():
    relay.send_due()
    return {to for sent in mail.outbox for to in sent.to}


def addresses(told, *names):
    return {told[name].user.email for name in names}


def restrict(world, case, by, *, days=30):
    with as_system():
        restriction = Restriction.objects.create(
            case=case, reason="adoption", review_on=world.today + dt.timedelta(days=days), restricted_by=by
        )
        RestrictionName.objects.create(restriction=restriction, case=case, membership=by)
    return restriction


def open_in_an_emergency(people, actor):
    return break_glass(reference=people.case.reference, harm="injury", reason="He is hurt.", by=actor)


def test_emergency_is_told_at_once_to_those_who_check_it(people, told, world, seen_by):
    restrict(world, people.case, told["lead who restricted"])
    assert open_in_an_emergency(people, seen_by(people.charlie))
    seen_by(None)
    assert receivers() == addresses(told, "manager", "manager of all", "ig lead", "lead who restricted")
    said = "".join(sent.subject + sent.body for sent in mail.outbox)
    for word in (people.case.reference, "Hollis", "Ellie", "Charlie", people.elsewhere.name, "hurt"):
        assert word not in said
    assert reverse("protection") in said
    assert receivers() and len(mail.outbox) == 4, "once"


@pytest.mark.django_db(transaction=True)
def test_emergency_message_leaves_with_the_commit(people, told):
    from cases.models import EmergencyAccess
    from earlyhelp.access.context import acting_as

    with acting_as(people.charlie) as actor:
        open_in_an_emergency(people, actor)
        assert not mail.outbox
    assert {to for sent in mail.outbox for to in sent.to} == addresses(
        told, "manager", "manager of all", "ig lead"
    )
    with as_system():
        assert EmergencyAccess.objects.count() == 1


def test_refused_emergency_tells_nobody(people, told, seen_by):
    assert break_glass(reference="WM-1", harm="injury", reason="x", by=seen_by(people.charlie)) is None
    assert receivers() == set()


def test_nobody_is_told_about_their_own_emergency_or_their_own_family(people, told, world, seen_by):
    with as_system():
        person = Person.objects.filter(family=people.case.family_id).first()
        StaffRelation.objects.create(person=person, membership=told["ig lead"], recorded_by=people.alice)
    assert open_in_an_emergency(people, seen_by(told["manager elsewhere"]))
    seen_by(None)
    assert receivers() == addresses(told, "manager", "manager of all")


def test_only_its_user_learns_whom_an_emergency_was_told_to(people, told, seen_by):
    open_in_an_emergency(people, seen_by(people.charlie))
    seen_by(people.bob)
    with connection.cursor() as cursor:
        cursor.execute("select app.who_checks_emergency(id::int) from generate_series(1, 1000) id")
        assert cursor.fetchall() == []


def test_review_is_reminded_of_in_time_and_once_each(people, told, world):
    restriction = restrict(world, people.case, told["lead who restricted"], days=20)
    everybody = addresses(told, "manager", "manager of all", "lead who restricted")
    assert remind_of_restrictions() == 0
    found = []
    for days in (14, 13, 3, 1, 0, -5):
        with as_system():
            Restriction.objects.filter(pk=restriction.pk).update(
                review_on=world.today + dt.timedelta(days=days)
            )
        # The key holds the date of the review: here the date moves, so compare what each distance says.
        found.append(remind_of_restrictions())
        assert remind_of_restrictions() == 0, "a second run of the day tells nobody twice"
    assert found == [3] * 6
    assert receivers() == everybody
    assert {sent.subject for sent in mail.outbox} == {
        "Early Help: a restriction is due for review",
        "Early Help: a restriction must be reviewed now",
    }


def test_a_lifted_restriction_is_not_reminded_of(people, told, world):
    restriction = restrict(world, people.case, told["lead who restricted"], days=14)
    assert remind_of_restrictions() == 3
    with as_system():
        Restriction.objects.filter(pk=restriction.pk).update(lifted_at=restriction.starts_at)
    assert remind_of_restrictions() == 0


def test_other_agencies_are_not_reminded(people, told, world):
    stranger = world.member(world.agency(AgencyKind.POLICE), Role.AGENCY_LEAD)
    restrict(world, people.case, told["lead who restricted"], days=3)
    remind_of_restrictions()
    assert stranger.user.email not in receivers()
