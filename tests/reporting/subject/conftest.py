"""A girl of twelve with a well filled record, and those who answer when she asks what is held about her."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from django.utils import timezone

from cases.models import Address, Case, CaseNote, Minute, Person
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind, Membership
from reporting.models import SubjectRequest
from reporting.subject import actions

BROTHER = "Tobias"
SAFE_ADDRESS = "17 Hidden Lane"
SECRET_WORDS = "Tobias takes medicine for his heart"  # noqa: S105 - words of a note


@dataclass
class Asked:
    case: Case
    girl: Person
    mother: Person
    request: SubjectRequest
    officer: Membership
    second: Membership
    other_officer: Membership
    practitioner: Membership


@pytest.fixture
def officers(world) -> tuple[Membership, Membership, Membership]:
    """Two disclosure officers and an information governance lead."""
    agency = world.agency(AgencyKind.COUNCIL_EARLY_HELP)
    return (
        world.member(agency, Role.DISCLOSURE_OFFICER, first_name="Nadia", job_title="Disclosure officer"),
        world.member(agency, Role.IG_LEAD, first_name="Ida", job_title="Information governance lead"),
        world.member(agency, Role.DISCLOSURE_OFFICER, first_name="Omar", job_title="Disclosure officer"),
    )


@pytest.fixture
def asked(everything, world, officers) -> Asked:
    """The child of `everything` asks for herself; nothing has been checked yet."""
    case, today = everything.case, timezone.localdate()
    with as_system():
        girl = Person.objects.get(family=case.family_id, is_child=True)
        girl.first_name, girl.born_on = "Ellie", dt.date(today.year - 13, 3, 4)
        girl.save()
        brother = Person.objects.create(
            family=case.family,
            first_name=BROTHER,
            last_name=girl.last_name,
            born_on=dt.date(today.year - 15, 1, 2),
        )
        mother = Person.objects.get(family=case.family_id, is_child=False)
        Address.objects.create(
            family=case.family, person=mother, lines=SAFE_ADDRESS, postcode="WM9 9ZZ", is_confidential=True
        )
        facts = {
            "case": case,
            "category": 1,
            "happened_at": timezone.now(),
            "agency": everything.coordinator.agency,
        }
        CaseNote.objects.create(
            kind="said",
            title="Talk at home",
            body=f"Ellie did well. {SECRET_WORDS}.",
            author=everything.coordinator,
            **facts,
        )
        CaseNote.objects.create(
            kind="fact",
            title="Visit",
            body=f"Dana moved to {SAFE_ADDRESS} on Monday.",
            author=everything.coordinator,
            **facts,
        )
        CaseNote.objects.create(
            kind="fact",
            title="Only his",
            body="He likes chess.",
            about=brother,
            author=everything.coordinator,
            **facts,
        )
        meeting = case.meetings.first()
        Minute.objects.create(
            meeting=meeting,
            case=case,
            agency=everything.coordinator.agency,
            author=everything.coordinator,
            text="Ellie will be asked again.",
            said_by="Dana",
        )
    with acting_as(everything.alice) as by:
        request = actions.log_request(
            asker="person",
            asker_name="Ellie Quillfeather",
            contact="At school",
            first_name="Ellie",
            last_name=girl.last_name,
            born_on=girl.born_on,
            wants="Everything",
            way="said",
            received_on=today,
            by=by,
        )
    return Asked(case, girl, mother, request, *officers, everything.alice)


@pytest.fixture
def in_hand(asked) -> Asked:
    """As `asked`, checked and taken in hand by the first officer."""
    with acting_as(asked.officer) as by:
        actions.record_checks(
            request=asked.request, identity_seen="School card", identity_seen_on=timezone.localdate(), by=by
        )
    return refreshed(asked)


@pytest.fixture
def gathered(in_hand) -> Asked:
    with acting_as(in_hand.officer) as by:
        actions.gather(request=in_hand.request, by=by)
    return refreshed(in_hand)


def refreshed(asked: Asked) -> Asked:
    with as_system():
        asked.request = SubjectRequest.objects.select_related("officer", "passed_by").get(pk=asked.request.pk)
    return asked


def decide_everything(asked: Asked, withhold: bool = True) -> None:
    """The officer withholds names of others and addresses, and gives what a partner wrote."""
    with acting_as(asked.officer) as by:
        for why in ("other_person", "address", "police", "safeguarding"):
            actions.decide_many(
                request=asked.request, why=why, agency=None, withhold=withhold, note="Looked at", by=by
            )
        actions.decide_many(
            request=asked.request, why="partner", agency=None, withhold=False, note="The school agreed", by=by
        )


@pytest.fixture
def passed_on(gathered) -> Asked:
    decide_everything(gathered)
    with acting_as(gathered.officer) as by:
        actions.pass_on(request=gathered.request, left_out_reason="", by=by)
    return refreshed(gathered)
