"""Registering an assessment: from then on it is initiated, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from assessments.models import Assessment, ConsentStatement, FormVersion, MatchCheck
from assessments.rules import check_can_register
from cases.actions import AddressDetails, Agreed, PersonDetails, Tier4, open_case
from cases.actions.notes import write_event
from cases.models import Case, Family, Relationship, RelationshipKind
from cases.rules.case import check_can_write
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.workdays import add_working_days
from hubs.models import Hub

DEFAULT_FORM = "somerset_eha"
REFERENCE_PREFIX = "EHA"
REFUSED = (
    "An assessment is registered with the family's agreement, or on a tier 4 safeguarding statement. "
    "Without either it is not registered."
)


@transaction.atomic
def register_assessment(
    *,
    check: MatchCheck | None,
    hub: Hub,
    people: Sequence[PersonDetails] = (),
    statement: str,
    facts: dict[str, Any],
    family_name: str = "",
    address: AddressDetails | None = None,
    family: Family | None = None,
    case: Case | None = None,
    responsible: Sequence[int] = (),
    form_code: str = DEFAULT_FORM,
    by: Actor,
) -> Assessment:
    """Register an assessment of a new family, of a known family's new case, or of an open case.

    Args:
        check: the check for an existing record, done and cleared today or yesterday. Not asked for when
        `case` or `family` is given: then the record was found. statement: a code of ConsentStatement. Exactly
        one is made (domain.md 1.3). facts: for "agreed": consent_with, consent_child, consent_at,
        consent_place and method; for "tier4": tier4_reason and manager_consulted. responsible: places in
        `people` of adults with parental responsibility for the children named.

    Raises NotAllowed, or ValidationError when the check or the statement is missing.
    """
    check_can_register(by)
    statement = _checked_statement(statement, facts)
    if case is None and family is None:
        _use_check(check, by)
    if case is None:
        case = open_case(
            people=people,
            hub=hub,
            statement=_for_case(statement, facts, people),
            family=family,
            family_name=family_name,
            address=address,
            previous_case=family.cases.order_by("-opened_on").first() if family else None,
            by=by,
        )
        _relate(case, people, responsible)
    else:
        check_can_write(by, case)
    now = timezone.now()
    assessment = Assessment.objects.create(
        case=case,
        form_version=FormVersion.objects.newest(form_code),
        reference=next_reference(),
        hub=case.hub,
        agency=by.agency,
        assessor=by.membership,
        assessor_role=by.membership.job_title,
        lead_agency=by.agency,
        initiated_at=now,
        due_on=add_working_days(timezone.localdate(now), settings.EARLY_HELP["ASSESSMENT_WORKING_DAYS"]),
        consent_statement=statement,
        **_facts_of(statement, facts),
    )
    if check is not None:
        check.asked, check.candidates, check.used_at = {}, {}, now
        check.save(update_fields=["asked", "candidates", "used_at"])
    record_change(by, "Registered an assessment", case=case, obj=assessment, statement=statement.value)
    write_event(case=case, title=f"Assessment {assessment.reference} registered", by=by)
    return assessment


def next_reference() -> str:
    """The next reference of this year, such as EHA/2026/0001."""
    with connection.cursor() as cursor:
        cursor.execute("select app.next_assessment_reference(%s)", [REFERENCE_PREFIX])
        return cursor.fetchone()[0]


def _checked_statement(statement: str, facts: dict[str, Any]) -> ConsentStatement:
    if statement not in ConsentStatement.values:
        raise ValidationError(REFUSED, code="no_statement")
    chosen = ConsentStatement(statement)
    needed = {
        ConsentStatement.AGREED: ("consent_with", "consent_child", "consent_at", "consent_place"),
        ConsentStatement.TIER4: ("tier4_reason",),
    }[chosen]
    other = {
        ConsentStatement.AGREED: ("tier4_reason",),
        ConsentStatement.TIER4: ("consent_with", "consent_at", "consent_place"),
    }[chosen]
    if not all(facts.get(name) for name in needed) or any(facts.get(name) for name in other):
        raise ValidationError(REFUSED, code="statement_incomplete")
    if chosen is ConsentStatement.AGREED and facts["consent_at"] > timezone.now():
        raise ValidationError("The family cannot have agreed in the future.", code="consent_ahead")
    return chosen


def _use_check(check: MatchCheck | None, by: Actor) -> None:
    """A new family is started only after the check, by the person who did it (domain.md 1.3)."""
    usable = (
        check is not None
        and check.membership_id == by.membership.pk
        and check.cleared_at is not None
        and check.used_at is None
        and MatchCheck.objects.of(by).fresh().filter(pk=check.pk).exists()
    )
    if not usable:
        raise ValidationError("Check for an existing record first.", code="not_checked")


def _for_case(
    statement: ConsentStatement, facts: dict[str, Any], people: Sequence[PersonDetails]
) -> Agreed | Tier4:
    if statement is ConsentStatement.TIER4:
        return Tier4(reason=facts["tier4_reason"], manager_consulted=facts.get("manager_consulted", ""))
    agreed = [place for place, person in enumerate(people) if person.agreed and not person.is_child]
    return Agreed(
        on=timezone.localdate(facts["consent_at"]),
        method=facts.get("method", "face_to_face"),
        given_by=agreed[0] if agreed else None,
    )


def _facts_of(statement: ConsentStatement, facts: dict[str, Any]) -> dict[str, Any]:
    if statement is ConsentStatement.TIER4:
        return {"tier4_reason": facts["tier4_reason"]}
    return {name: facts[name] for name in ("consent_with", "consent_child", "consent_at", "consent_place")}


def _relate(case: Case, people: Sequence[PersonDetails], responsible: Sequence[int]) -> None:
    """Note who has parental responsibility. The order of `people` is the order in which they were made."""
    if not responsible:
        return
    made = {
        (person.first_name, person.last_name, person.born_on): person for person in case.family.people.all()
    }
    persons = [
        details.existing or made.get((details.first_name, details.last_name, details.born_on))
        for details in people
    ]
    children = [person for person in persons if person is not None and person.is_child]
    Relationship.objects.bulk_create(
        Relationship(
            person=persons[place],
            to_person=child,
            kind=RelationshipKind.PARENT if _is_parent(people[place]) else RelationshipKind.CARER,
            has_parental_responsibility=True,
        )
        for place in responsible
        if persons[place] is not None
        for child in children
    )


def _is_parent(details: PersonDetails) -> bool:
    words = details.role_in_household.lower()
    return (
        any(word in words for word in ("mother", "father", "mum", "dad", "parent")) and "grand" not in words
    )
