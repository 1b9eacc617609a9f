"""Looks that somebody should ask about, pointed out to information governance leads and auditors."""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.unusual import unusual_looks
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 7, 14)  # summer time: 7am in England is 6am elsewhere


@pytest.fixture
def ig_lead(people, world):
    return world.member(people.coordinator.agency, Role.IG_LEAD)


def look(membership, case, clock: str, level="record"):
    """A look at this time of DAY in England, written past the stamp of the present time."""
    at = timezone.make_aware(dt.datetime.combine(DAY, dt.time.fromisoformat(clock)))
    with as_system(), connection.cursor() as cursor:
        event = Event.objects.create(
            verb="Opened a family's record",
            level=level,
            case_id=case.pk,
            user_id=membership.user_id,
            membership_id=membership.pk,
            agency_id=membership.agency_id,
        )
        cursor.execute("update audit_event set at = %s where id = %s", [at, event.pk])


def found(kind: int, day=DAY) -> list:
    return [(each.membership_id, each.reference, each.looks) for each in unusual_looks(day)[kind][1]]


def test_own_surname_is_pointed_out(people, ig_lead, seen_by):
    with as_system():
        people.coordinator.user.last_name = "hóllis"
        people.coordinator.user.save()
    look(people.coordinator, people.case, "10:00")
    look(people.coordinator, people.case, "10:05", level="section")
    look(people.alice, people.case, "10:10")
    seen_by(ig_lead)
    assert found(0) == [(people.coordinator.pk, people.case.reference, 2)]
    assert found(0, DAY + dt.timedelta(days=1)) == []


def test_many_records_in_an_hour(people, world, ig_lead, seen_by, settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"MANY_RECORDS_AN_HOUR": 2}
    cases = [people.case, *(world.case(people.hub) for _ in range(2))]
    for n, case in enumerate(cases):
        look(people.coordinator, case, f"10:{n}0".replace(":00", ":01"))
        look(people.coordinator, case, f"11:{n}5")
    for case in cases[:2]:
        look(people.alice, case, "10:30")
    look(people.alice, cases[2], "12:00")
    seen_by(ig_lead)
    assert found(1) == [(people.coordinator.pk, None, 3)] * 2


@pytest.mark.parametrize(
    ("clock", "pointed_out"), [("06:59", True), ("07:00", False), ("19:59", False), ("20:00", True)]
)
def test_out_of_hours_by_the_clock_in_england(people, ig_lead, seen_by, clock, pointed_out):
    look(people.alice, people.case, clock)
    seen_by(ig_lead)
    assert found(2) == ([(people.alice.pk, None, 1)] if pointed_out else [])


def test_only_those_who_read_the_log(people, world, ig_lead, seen_by, signed_in_as, client, queries_of):
    page = reverse("unusual-looks") + "?day=14/7/2026"
    look(people.alice, people.case, "23:00")
    assert client.get(page).status_code == 302
    for who in (people.alice, people.bob, people.charlie, people.coordinator):
        assert signed_in_as(who).get(page).status_code == 403
        seen_by(who)
        assert found(2) == []
    for who in (ig_lead, world.member(people.coordinator.agency, Role.AUDITOR)):
        body = signed_in_as(who).get(page).content.decode()
        assert people.alice.user.full_name in body
        assert "Hollis" not in body
    assert queries_of(signed_in_as(ig_lead), page) <= 25
    with as_system():
        assert Event.objects.filter(verb="Opened unusual looks").exists()
