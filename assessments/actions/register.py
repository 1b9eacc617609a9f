"""Registering an assessment: from then on it is initiated, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from assessments.actions.agreement import record_agreed
from assessments.clocks import due_on_of
from assessments.matching import helped_elsewhere, reasons_kept
from assessments.models import DEFAULT_FORM, Assessment, ConsentStatement, FormVersion, MatchCheck
from assessments.rules import check_can_help_again, check_can_register
from cases.actions import AddressDetails, Agreed, PersonDetails, Tier4, open_case
from cases.actions.notes import write_event
from cases.actions.people import add_address
from cases.models import Case, Family, LevelOfNeed, Relationship, RelationshipKind
from cases.rereferral import is_rereferral
from cases.rules import NotAllowed
from cases.rules.case import check_can_write
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Hub

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
    level: LevelOfNeed | None = None,
    responsible: Sequence[int] = (),
    form_code: str = DEFAULT_FORM,
    by: Actor,
) -> Assessment:
    """Register an assessment of a new family, of a known family's new case, or of an open case.

    Args:
        check: the check for an existing record, done and cleared today or yesterday. Not asked for when
        `case` or `family` is given: then the record was found. people: with `case`, those of the family whom
        the writer sees; what they agreed to is recorded where it is new. statement: a code of ConsentStatement. Exactly
        one is made (domain.md 1.3). facts: for "agreed": consent_with, consent_child, consent_at,
        consent_place and method; for "tier4": tier4_reason and manager_consulted. responsible: places in
        `people` of adults with parental responsibility for the children named; of those known already, for the
        new children. level: of a new case.

    Raises NotAllowed, or ValidationError when the check or the statement is missing, the family is being helped
    already, or somebody has said no since.
    """
    check_can_register(by)
    statement = _checked_statement(statement, facts)
    if case is None and family is None:
        _use_check(check, by)
    if case is None:
        previous = _case_before(family, by) if family else None
        case = open_case(
            people=people,
            hub=hub,
            statement=_for_case(statement, facts, people),
            family=family,
            family_name=family_name,
            address=None if family else address,
            level=level,
            previous_case=previous,
            by=by,
        )
        _relate(case, people, responsible)
        if previous is not None:
            _come_back(case, address, by)
    else:
        check_can_write(by, case)
        if statement is ConsentStatement.AGREED:
            record_agreed(case=case, people=people, facts=facts, by=by)
    lead = case.leads.filter(until_at__isnull=True).select_related("membership__agency").first()
    now = timezone.now()
    version = FormVersion.objects.newest(form_code)
    assessment = Assessment.objects.create(
        case=case,
        form_version=version,
        reference=next_reference(),
        hub=case.hub,
        agency=by.agency,
        assessor=by.membership,
        assessor_role=by.membership.job_title,
        lead_agency=lead.membership.agency if lead else None,
        initiated_at=now,
        due_on=due_on_of(version.form, timezone.localdate(now)),
        consent_statement=statement,
        **_facts_of(statement, facts),
    )
    if check is not None:
        check.asked, check.candidates, check.used_at = {}, reasons_kept(check.candidates or {}), now
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


def _case_before(family: Family, by: Actor) -> Case:
    """The family's latest case, which must have ended; whoever wants to open the next one waits for their turn."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(family.pk)])
    cases = list(family.cases.order_by("-opened_on", "-id"))
    if not cases:
        raise NotAllowed("You cannot see this record.")
    if any(each.is_open for each in cases):
        raise ValidationError(
            "This family is being helped already. Start the assessment in the open record.", code="open"
        )
    check_can_help_again(by, cases[0])
    hub = helped_elsewhere(family)
    if hub is not None:
        raise ValidationError(
            f"This family may be getting help already. Ring {hub.name} first.", code="elsewhere"
        )
    return cases[0]


def _come_back(case: Case, address: AddressDetails | None, by: Actor) -> None:
    """The family is known: it may live elsewhere now, and that it came back soon is part of its story."""
    if address:
        add_address(
            case=case,
            lines=address.lines,
            postcode=address.postcode,
            is_confidential=address.is_confidential,
            starts_on=timezone.localdate(),
            ends_earlier=True,
            by=by,
        )
    if case.family.hub_id != case.hub_id:
        # The match check names the family's hub, so that the right one is rung from now on.
        case.family.hub = case.hub
        case.family.save(update_fields=["hub", "updated_at"])
    if is_rereferral(case):
        months = settings.EARLY_HELP["REREFERRAL_MONTHS"]
        write_event(
            case=case, title=f"Re-referral: earlier help ended within the last {months} months", by=by
        )


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
    new = {
        person.pk for details, person in zip(people, persons, strict=True) if person and not details.existing
    }
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
        if child.pk in new or people[place].existing is None
    )


def _is_parent(details: PersonDetails) -> bool:
    words = details.role_in_household.lower()
    return (
        any(word in words for word in ("mother", "father", "mum", "dad", "parent")) and "grand" not in words
    )
