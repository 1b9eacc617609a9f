"""A record whose time is over, with a row in every table, and two people who may let it go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import Case, Person, StepUp
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.outbox.models import Message
from hubs.models import Membership
from reporting.models import RegisterRow, RetentionReview


@dataclass
class OldRecord:
    case: Case
    family_id: object
    lead: Membership  # information governance
    second: Membership  # disclosure officer
    ids: set[str]
    words: set[str]


def years_ago(years: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=round(years * 365.25))


def make_old(case, *, born=26, closed=7) -> None:
    """Close every case of the family `closed` years ago; its children were born `born` years ago."""
    with as_system(), connection.cursor() as cursor:
        Person.objects.filter(family=case.family_id, is_child=True).update(born_on=years_ago(born))
        StepUp.objects.filter(case__family=case.family_id, status="sent").update(
            status="withdrawn", decided_at=timezone.now()
        )
        cursor.execute(
            "update cases_case set status = 'closed', opened_on = %s, closed_on = %s, closure_reason = 'outcomes_met'"
            " where family_id = %s",
            [years_ago(closed + 1), years_ago(closed), case.family_id],
        )


@pytest.fixture
def governors(world):
    """An information governance lead and a disclosure officer."""
    agency = world.agency("council_early_help")
    return (
        world.member(agency, Role.IG_LEAD, first_name="Ida"),
        world.member(agency, Role.DISCLOSURE_OFFICER, first_name="Nadia"),
    )


def ids_and_words(case) -> tuple[set[str], set[str]]:
    """Ids of family, cases and people; and what only this family's record says."""
    with as_system():
        people = list(Person.objects.filter(family=case.family_id))
        cases = list(Case.objects.filter(family=case.family_id))
    ids = {str(case.family_id), *(str(each.pk) for each in [*people, *cases])}
    return ids, {case.family.name, *(each.reference for each in cases)}


@pytest.fixture
def old_record(everything, governors) -> OldRecord:
    """The family of `everything`, a row in every table, with its time over."""
    make_old(everything.case)
    with as_system():
        # One line of a register became this case; a later one names the child again and became none.
        became, again = RegisterRow.objects.order_by("line")
        child = Person.objects.get(family=everything.case.family_id, is_child=True)
        became.case, became.person, became.loaded_at = everything.case, child, timezone.now()
        became.save()
        again.original = {"Name": f"{child.first_name} {child.last_name}"}
        again.save()
        Message.objects.create(
            kind="meeting-soon", key=f"meeting:{everything.ids['meeting']}:{everything.case.pk}", receiver="alice",
            to_user=everything.alice.user, link=f"/families/{everything.case.reference}/meetings/",
        )
    ids, words = ids_and_words(everything.case)
    return OldRecord(everything.case, everything.case.family_id, *governors, ids, words)


def propose_past_rules(record: OldRecord) -> RetentionReview:
    with as_system():
        return RetentionReview.objects.create(
            family_id=record.family_id, choice="dispose", reason="Its time is over", decided_by=record.lead
        )
