"""Who may do what with an assessment. Each rule names the persons in the order of its code.

Seeing is not decided here: whoever gets this far was shown the case by the grants and by row-level security.
"""

from __future__ import annotations

from django.db.models import BooleanField, F, Func

from assessments.models import Assessment
from assessments.spec import Opens, Part, Source
from cases.models import Case
from cases.rules import NotAllowed, answered
from cases.rules.case import can_write as can_write_in_case
from cases.rules.case import check_can_read as check_can_read_case
from cases.rules.case import check_can_register as check_can_register_family
from cases.rules.case import check_can_write as check_can_write_in_case
from cases.rules.case import check_is_not_only_to_read
from cases.rules.case import leads as leads_case
from earlyhelp.access import Actor, Role
from hubs.models import Category


def _may_read(category: int) -> Func:
    """Whether this request may read one category of a case."""
    template = f"coalesce(%(expressions)s && app.topic({int(category)}), false)"
    return Func(F("topic_acl"), template=template, output_field=BooleanField())


def open_categories(case: Case) -> frozenset[int]:
    """Categories of this case that the person behind this request may read, as the database sees it.

    One query.
    """
    wanted = {f"open_{category.value}": _may_read(category) for category in Category}
    found = Case.objects.filter(pk=case.pk).annotate(**wanted).values_list(*wanted).first()
    return frozenset(
        category.value for category, is_open in zip(Category, found or [], strict=False) if is_open
    )


def check_can_register(actor: Actor) -> None:
    """Persons who may register an assessment: those who may register a family (cases.rules.case)."""
    check_can_register_family(actor)


def check_can_help_again(actor: Actor, case: Case) -> None:
    """Persons who may open a new case for the family of a closed one:

    - those who may register a family,
    - and see the closed case: the hub; the last lead professional and their agency's leads for FORMER_LEAD_DAYS,
    - but not through emergency access, which is for reading only.
    """
    check_can_register(actor)
    check_can_read_case(actor, case)
    if case.is_open:
        raise NotAllowed("This family is being helped already. Start the assessment in the open record.")
    check_is_not_only_to_read(actor, case)


def check_can_write(actor: Actor, assessment: Assessment, part: Part) -> None:
    """Persons who may write answers:

    - anybody who may add to the record (cases.rules.case),
    - until the assessment is signed off; then only in the parts that open when it is complete.
    """
    check_can_write_in_case(actor, assessment.case)
    check_takes_answers(assessment, part)


def check_takes_answers(assessment: Assessment, part: Part) -> None:
    """When a part may be written, whoever writes. Raises NotAllowed with what to do instead."""
    if part.source is not Source.ANSWERS:
        raise NotAllowed("This part is kept elsewhere on the family's record.")
    if not assessment.is_open:
        raise NotAllowed("This assessment has ended, so its answers cannot be changed any more.")
    if part.opens is Opens.COMPLETED:
        if assessment.completed_at is None:
            raise NotAllowed("This part opens when the assessment is complete.")
    elif assessment.completed_at is not None:
        raise NotAllowed("This assessment is complete. Record what has changed at the next review.")
    elif assessment.is_signed_off:
        raise NotAllowed("This assessment is signed off. To correct an answer, take the sign-off back first.")


def check_can_answer_for(actor: Actor, assessment: Assessment) -> None:
    """Persons who may sign off, take a sign-off back or withdraw:

    - the assessor,
    - the case's lead professional, or who covers for them,
    - a lead of the assessor's agency,
    - staff of the case's hub.
    """
    check_can_write_in_case(actor, assessment.case)
    if assessment.assessor_id == actor.membership.pk:
        return
    if leads_case(actor, assessment.case):
        return
    agency = assessment.assessor.agency_id if assessment.assessor else assessment.agency_id
    if agency == actor.agency.pk and actor.has_role(Role.AGENCY_LEAD):
        return
    if assessment.case.hub_id in actor.hub_ids:
        return
    who = assessment.assessor.user.full_name if assessment.assessor else "the hub"
    raise NotAllowed(f"Only the assessor, the lead professional or the hub can do this. Ask {who}.")


takes_answers = answered(check_takes_answers)
can_register = answered(check_can_register)
can_help_again = answered(check_can_help_again)
can_write = answered(check_can_write)
can_answer_for = answered(check_can_answer_for)

__all__ = [
    "can_answer_for",
    "can_help_again",
    "can_register",
    "can_write",
    "can_write_in_case",
    "check_can_answer_for",
    "check_can_help_again",
    "check_can_register",
    "check_can_write",
    "check_takes_answers",
    "open_categories",
    "takes_answers",
]
