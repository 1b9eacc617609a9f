"""From the facts of a line to the records that it becomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from assessments.actions.register import DEFAULT_FORM
from assessments.models import (
    Assessment,
    AssessmentSource,
    AssessmentStatus,
    ConsentStatement,
    FormVersion,
    Need,
)
from cases.identifiers import check_nhs_number, check_upn
from cases.models import (
    Address,
    Case,
    CaseNote,
    CaseStatus,
    ClosureReason,
    Consent,
    ConsentAnswer,
    ConsentMethod,
    Ethnicity,
    Family,
    LawfulBasis,
    LawfulShare,
    LevelOfNeed,
    NoteKind,
    Person,
    Sex,
)
from cases.models.sharing import ConsentEnd
from earlyhelp.access import Actor
from earlyhelp.web.dates import moment_from
from hubs.models import Agency, Category
from reporting.models import RegisterRow

from .facts import Facts
from .fields import label_of

# A register knows days. Noon keeps a day the same day in every time zone that matters here.
NOON = dt.time(12)
LONGEST_REFERENCE = 26


@dataclass
class Made:
    """Records ready to be written, by the part of app.load_register that writes them."""

    families: list[Family] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    shares: list[LawfulShare] = field(default_factory=list)
    notes: list[CaseNote] = field(default_factory=list)
    lines: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        """Every record with every column, as the database function takes it."""
        parts = {
            name: [columns_of(record) for record in records]
            for name, records in vars(self).items()
            if name != "lines"
        }
        return parts | {"lines": self.lines}


def columns_of(record: models.Model) -> dict[str, Any]:
    """A record's columns and values. Dates and ids are written as text by the JSON encoder."""
    return {column.column: column.pre_save(record, add=True) for column in record._meta.concrete_fields}


def at_noon(day: dt.date) -> dt.datetime:
    """Noon of a day in England."""
    return moment_from(day, NOON)


class Preparer:
    """Prepares lines of one register. Holds what all lines share: levels, agencies, the form, the person who loads."""

    def __init__(self, *, agencies: dict[str, Agency], by: Actor) -> None:
        self.agencies = agencies
        self.by = by
        self.now = timezone.now()
        self.form = FormVersion.objects.newest(DEFAULT_FORM)
        self.levels = {
            str(level.number): level for level in LevelOfNeed.objects.order_by("number", "starts_on")
        }

    def prepare(self, rows: Iterable[RegisterRow]) -> Made:
        """The records of some lines. Each line must have been taken and have its hub."""
        made = Made()
        rows = list(rows)
        for row, reference in zip(rows, next_references(len(rows)), strict=True):
            self.prepare_row(row, reference, made)
        return made

    def prepare_row(self, row: RegisterRow, case_reference: str, made: Made) -> None:
        facts = row.read
        family = Family(
            name=(facts.surname or facts.forenames)[:120],
            hub_id=row.hub_id,
            recorded_by_agency=self.by.agency,
        )
        person = self.person(facts, family)
        made.families.append(family)
        made.people.append(person)
        if facts.address or facts.postcode:
            made.addresses.append(Address(family=family, lines=facts.address, postcode=facts.postcode))
        case = self.case(row, facts, family, case_reference)
        made.cases.append(case)
        assessment = self.assessment(facts, case)
        made.assessments.append(assessment)
        made.needs += [
            Need(assessment=assessment, case=case, person=person, code=code) for code in facts.needs
        ]
        self.consent(facts, case, person, made)
        made.notes += self.notes(row, facts, case, person)
        made.lines.append({"row_id": str(row.pk), "case_id": str(case.pk), "person_id": str(person.pk)})

    def person(self, facts: Facts, family: Family) -> Person:
        return Person(
            family=family,
            first_name=facts.forenames,
            last_name=facts.surname,
            known_as=facts.known_as,
            born_on=facts.born_on,
            due_on=None if facts.born_on else facts.due_on,
            sex=facts.sex or Sex.UNKNOWN,
            ethnicity=facts.ethnicity or Ethnicity.NOBT,
            nhs_number=facts.nhs_number,
            nhs_number_warning=self.warning(facts, "nhs_number"),
            upn=facts.upn,
            upn_warning=self.warning(facts, "upn"),
            role_in_household="child",
            recorded_by_agency=self.by.agency,
            updated_at=self.now,
        )

    def warning(self, facts: Facts, key: str) -> str:
        """What stands beside an identifier whose source is wrong."""
        if text := facts.unknown.get(key):
            return f"The register has “{text}”."[:120]
        check = {"nhs_number": check_nhs_number, "upn": check_upn}[key]
        return check(getattr(facts, key))[1]

    def case(self, row: RegisterRow, facts: Facts, family: Family, reference: str) -> Case:
        closed = facts.closed_on
        last = closed or facts.completed_on or facts.registered_on
        closure_words = facts.unknown.get("closure_reason", "")
        return Case(
            reference=reference,
            family=family,
            hub_id=row.hub_id,
            level=self.levels.get(facts.level),
            status=CaseStatus.CLOSED if closed else CaseStatus.OPEN,
            opened_on=facts.registered_on,
            closed_on=closed,
            closure_reason=(facts.closure_reason or ClosureReason.OTHER) if closed else "",
            closure_note=closure_words if closed else "",
            source_agency=self.agencies.get(facts.agency.casefold()),
            opened_by=self.by.membership,
            latest="Brought in from a register",
            updated_at=at_noon(last),
        )

    def assessment(self, facts: Facts, case: Case) -> Assessment:
        completed = at_noon(facts.completed_on) if facts.completed_on else None
        status = (
            AssessmentStatus.CLOSED
            if facts.closed_on
            else AssessmentStatus.COMPLETED
            if completed
            else AssessmentStatus.INITIATED
        )
        statement = {
            "given": ConsentStatement.AGREED,
            "withdrawn": ConsentStatement.AGREED,
            "tier4": ConsentStatement.TIER4,
        }.get(facts.consent, "")
        reference = facts.reference[:LONGEST_REFERENCE] or f"REG/{facts.registered_on.year}/{case.reference}"
        return Assessment(
            case=case,
            form_version=self.form,
            reference=reference,
            status=status,
            source=AssessmentSource.REGISTER,
            hub_id=case.hub_id,
            agency=self.agencies.get(facts.agency.casefold()),
            assessor_role=facts.assessor_role,
            lead_agency=self.agencies.get(facts.lead_agency.casefold()),
            initiated_at=at_noon(facts.registered_on),
            signed_off_at=completed,
            completed_at=completed,
            closed_at=at_noon(facts.closed_on) if facts.closed_on else None,
            consent_statement=statement,
        )

    def consent(self, facts: Facts, case: Case, person: Person, made: Made) -> None:
        """Consent as the register has it: given to the agencies it names, and ended where it says so."""
        agencies = {
            agency.pk: agency
            for name in (facts.agency, facts.lead_agency)
            if (agency := self.agencies.get(name.casefold()))
        }
        if facts.consent == "tier4":
            made.shares += [
                LawfulShare(
                    case=case,
                    agency=agency,
                    basis=LawfulBasis.RISK_OF_HARM,
                    starts_on=facts.registered_on,
                    ends_on=facts.closed_on,
                    recorded_by=self.by.membership,
                    reason=f"As recorded in an earlier register: {facts.consent_words}",
                )
                for agency in agencies.values()
            ]
        if facts.consent not in ("given", "withdrawn"):
            return
        withdrawn = facts.consent == "withdrawn" or facts.closure_reason == ClosureReason.CONSENT_WITHDRAWN
        ended = at_noon(facts.closed_on or timezone.localdate(self.now)) if withdrawn else None
        made.consents += [
            Consent(
                case=case,
                person=person,
                agency=agency,
                answer=ConsentAnswer.GIVEN,
                method=ConsentMethod.REGISTER,
                given_on=facts.registered_on,
                words=facts.consent_words,
                recorded_by=self.by.membership,
                ended_at=ended,
                end_reason=ConsentEnd.WITHDRAWN if ended else "",
                end_words="As recorded in an earlier register" if ended else "",
                ended_by=self.by.membership if ended else None,
            )
            for agency in agencies.values()
        ]

    def notes(self, row: RegisterRow, facts: Facts, case: Case, person: Person) -> list[CaseNote]:
        """An entry that says where the record comes from with what has no place of its own, and the notes, whole."""
        said = [
            ("Line", str(row.line)),
            ("Reference", facts.reference),
            ("Assessor", facts.assessor_name),
            ("Assessor’s role", facts.assessor_role),
            ("Agency", facts.agency),
            ("Lead professional", facts.lead_name),
            ("Lead professional’s agency", facts.lead_agency),
            ("Other needs", "; ".join(facts.other_needs)),
            ("Consent", facts.consent_words),
        ]
        said += [(label_of(key), text) for key, text in facts.unknown.items() if key]
        shared = {
            "case": case,
            "category": Category.FAMILY,
            "author": self.by.membership,
            "agency": self.by.agency,
            "happened_at": at_noon(facts.registered_on),
        }
        notes = [
            CaseNote(
                kind=NoteKind.EVENT,
                title="Registered, in an earlier register",
                body="\n".join(f"{label}: {text}" for label, text in said if text),
                **shared,
            )
        ]
        if facts.notes:
            notes.append(
                CaseNote(
                    kind=NoteKind.FACT,
                    title="Note in the earlier register",
                    body=facts.notes,
                    about=person,
                    **shared,
                )
            )
        return notes


def next_references(count: int) -> list[str]:
    """The next case references, such as WM-20418."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('cases_reference') from generate_series(1, %s)", [count])
        prefix = settings.EARLY_HELP["REFERENCE_PREFIX"]
        return [f"{prefix}-{number}" for (number,) in cursor.fetchall()]
