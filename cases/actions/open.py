"""Opening a case: the family, its people, what they agreed to, the team and the lead, all or nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cases.actions.notes import write_event
from cases.identifiers import check_nhs_number, check_upn
from cases.models import (
    Address,
    Case,
    Consent,
    ConsentAnswer,
    ConsentMethod,
    Family,
    LawfulBasis,
    LawfulShare,
    LeadProfessional,
    LevelOfNeed,
    Person,
    TeamMember,
)
from cases.rules.case import check_can_register, check_can_write
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.ids import new_id
from hubs.models import Hub


@dataclass(frozen=True)
class PersonDetails:
    """One person as typed at registration. `agreed`: the consent statement speaks for them."""

    first_name: str = ""
    last_name: str = ""
    known_as: str = ""
    born_on: dt.date | None = None
    due_on: dt.date | None = None
    sex: str = "U"
    ethnicity: str = "NOBT"
    language: str = ""
    interpreter_needed: bool = False
    nhs_number: str = ""
    upn: str = ""
    is_child: bool = True
    lives_with_family: bool = True
    role_in_household: str = ""
    phone: str = ""
    contact_advice: str = ""
    school: str = ""
    agreed: bool = True
    existing: Person | None = None


@dataclass(frozen=True)
class AddressDetails:
    lines: str
    postcode: str = ""
    is_confidential: bool = False


@dataclass(frozen=True)
class Agreed:
    """Statement (a): discussed with the family on a day, and they agreed (domain.md 1.3)."""

    on: dt.date
    method: str = ConsentMethod.FACE_TO_FACE
    words: str = ""
    given_by: int | None = None  # index of the person in `people` who answered for the others
    valid_until: dt.date | None = None


@dataclass(frozen=True)
class Tier4:
    """Statement (b): a tier 4 safeguarding issue; seeking agreement would place the child at risk (domain.md 1.3)."""

    reason: str
    manager_consulted: str = ""
    family_told: bool = False


@contextmanager
def opening(case_id: uuid.UUID) -> Iterator[None]:
    """Hold the grants of one case back while its facts are written one after the other; they are settled at the end.

    Without this the writer would lose sight of the case between the first fact and the last.
    """
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.opening', %s, true)", [str(case_id)])
    yield
    with connection.cursor() as cursor:
        cursor.execute("select app.settle(%s)", [case_id])


@transaction.atomic
def open_case(
    *,
    people: Sequence[PersonDetails],
    hub: Hub,
    statement: Agreed | Tier4,
    family: Family | None = None,
    family_name: str = "",
    address: AddressDetails | None = None,
    level: LevelOfNeed | None = None,
    opened_on: dt.date | None = None,
    helps_with: str = "",
    previous_case: Case | None = None,
    by: Actor,
) -> Case:
    """Open a case for a new or a known family, with the writer as first team member and lead professional.

    Args:
        people: everybody the registration names; those with `existing` are already in `family`.
        statement: the exclusive consent statement. Without one a case is not opened (domain.md 1.3).
        opened_on: the day of registration, today when not given.

    Raises cases.rules.NotAllowed, or ValueError when the statement or the people are missing.
    """
    check_can_register(by)
    if not people:
        raise ValueError("Name at least one child or adult.")
    if not isinstance(statement, (Agreed, Tier4)):
        raise ValueError("A family is registered with its agreement or on a tier 4 statement, not without.")
    opened_on = opened_on or timezone.localdate()
    case_id = new_id()
    with opening(case_id):
        if family is None:
            family = Family.objects.create(
                name=family_name or people[0].last_name or people[0].first_name,
                hub=hub,
                recorded_by_agency=by.agency,
            )
        persons = [details.existing or _create_person(family, details, by) for details in people]
        if address:
            Address.objects.create(
                family=family,
                lines=address.lines,
                postcode=address.postcode,
                is_confidential=address.is_confidential,
                starts_on=None,
            )
        case = Case.objects.create(
            id=case_id,
            reference=next_reference(),
            family=family,
            hub=hub,
            level=level,
            opened_on=opened_on,
            source_agency=by.agency,
            opened_by=by.membership,
            previous_case=previous_case,
        )
        _record_statement(case, statement, people, persons, by)
        TeamMember.objects.create(
            case=case,
            membership=by.membership,
            helps_with=helps_with,
            starts_on=timezone.localdate(),
            added_by=by.membership,
        )
        LeadProfessional.objects.create(case=case, membership=by.membership)
    # Settled: if the statement did not cover the writer's agency the next line cannot see the case and all is undone.
    record_change(by, "Registered a family", case=case, obj=case, hub=hub.pk, people=len(persons))
    write_event(case=case, title=f"Registered by {by.agency.name}", by=by)
    case.refresh_from_db()
    return case


def next_reference() -> str:
    """The next case reference, such as WM-20418: short enough to say on the phone, and no secret."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('cases_reference')")
        return f"{settings.EARLY_HELP['REFERENCE_PREFIX']}-{cursor.fetchone()[0]}"


def identifiers_of(details: PersonDetails) -> dict[str, str]:
    """NHS number and UPN as they are stored, each with its warning."""
    nhs_number, nhs_number_warning = check_nhs_number(details.nhs_number)
    upn, upn_warning = check_upn(details.upn)
    return {
        "nhs_number": nhs_number,
        "nhs_number_warning": nhs_number_warning,
        "upn": upn,
        "upn_warning": upn_warning,
    }


def _create_person(family: Family, details: PersonDetails, by: Actor) -> Person:
    return Person.objects.create(
        family=family,
        first_name=details.first_name,
        last_name=details.last_name,
        known_as=details.known_as,
        born_on=details.born_on,
        due_on=details.due_on,
        sex=details.sex,
        ethnicity=details.ethnicity,
        language=details.language,
        interpreter_needed=details.interpreter_needed,
        is_child=details.is_child,
        lives_with_family=details.lives_with_family,
        role_in_household=details.role_in_household,
        phone=details.phone,
        contact_advice=details.contact_advice,
        school=details.school,
        recorded_by_agency=by.agency,
        **identifiers_of(details),
    )


def _record_statement(case, statement, people, persons, by) -> None:
    if isinstance(statement, Tier4):
        LawfulShare.objects.create(
            case=case,
            agency=by.agency,
            basis=LawfulBasis.RISK_OF_HARM,
            reason=statement.reason,
            manager_consulted=statement.manager_consulted,
            family_told=statement.family_told,
            starts_on=timezone.localdate(),
            recorded_by=by.membership,
        )
        return
    given_by = persons[statement.given_by] if statement.given_by is not None else None
    Consent.objects.bulk_create(
        Consent(
            case=case,
            person=person,
            agency=by.agency,
            answer=ConsentAnswer.GIVEN,
            given_by=given_by if given_by and given_by.pk != person.pk else None,
            method=statement.method,
            given_on=statement.on,
            valid_until=statement.valid_until,
            words=statement.words,
            recorded_by=by.membership,
        )
        for details, person in zip(people, persons, strict=True)
        if details.agreed
    )


@transaction.atomic
def add_person(*, case: Case, details: PersonDetails, by: Actor) -> Person:
    """Add somebody to the family of a case that the writer can see.

    Raises cases.rules.NotAllowed. The person is seen by the hub and the writer's agency until they answer about others.
    """
    check_can_write(by, case)
    person = _create_person(case.family, details, by)
    record_change(by, "Added a person to the family", case=case, obj=person)
    return person
