"""Who may countersign an assessment, check its quality and answer. The database asks the same (assessments/sql)."""

from __future__ import annotations

from assessments.models import Assessment, QualityAudit, QualityFollowUp
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write as check_can_write_in_case
from earlyhelp.access import Actor, Permission, Role


def check_can_countersign(actor: Actor, assessment: Assessment) -> None:
    """Persons who may countersign or send back:

    - a lead of the author's agency,
    - the manager of the family's hub,
    - who may add to the record,
    - and is neither the author nor who signed it off, in whatever agency.
    """
    check_can_write_in_case(actor, assessment.case)
    check_is_theirs_to_countersign(actor, assessment)


def check_is_theirs_to_countersign(actor: Actor, assessment: Assessment) -> None:
    """The persons of `check_can_countersign` by their roles alone: for lists, which show only open records in sight."""
    leads = actor.has_role(Role.AGENCY_LEAD) and assessment.agency_id == actor.agency.pk
    manages = actor.has_role(Role.HUB_MANAGER) and assessment.case.hub_id in actor.hub_ids
    if not leads and not manages:
        raise NotAllowed("A lead of the author’s agency or the hub’s manager countersigns this.")
    authors = {each.user_id for each in (assessment.assessor, assessment.signed_off_by) if each}
    if actor.user.pk in authors:
        raise NotAllowed("You cannot countersign your own assessment. Ask another lead or the hub’s manager.")


def check_can_check(actor: Actor, audit: QualityAudit) -> None:
    """Persons who may grade an assessment: whoever drew it or took it over, while it is not shared."""
    if not actor.may(Permission.QUALITY_AUDIT):
        raise NotAllowed("Managers check the quality of assessments.")
    if audit.auditor_id != actor.membership.pk:
        raise NotAllowed(f"{audit.auditor.user.full_name} makes this check. Take it over to go on with it.")


def check_can_answer(actor: Actor, audit: QualityAudit) -> None:
    """Persons who may answer feedback: the author of the assessment."""
    if audit.author_id != actor.membership.pk:
        raise NotAllowed("The author of the assessment answers this.")


def check_can_follow_up(actor: Actor, audit: QualityAudit) -> None:
    """Persons who may add something to do after a check: whoever made it, once it is shared."""
    check_can_check(actor, audit)
    if not audit.is_shared:
        raise NotAllowed("Share the feedback first.")


def check_can_finish(actor: Actor, follow_up: QualityFollowUp) -> None:
    """Persons who may say that something is done: its owner, and whoever asked for it."""
    if actor.membership.pk not in (follow_up.owner_id, follow_up.made_by_id):
        raise NotAllowed(f"{follow_up.owner.user.full_name} does this.")


can_countersign = answered(check_can_countersign)
is_theirs_to_countersign = answered(check_is_theirs_to_countersign)
can_check = answered(check_can_check)
can_answer = answered(check_can_answer)
can_follow_up = answered(check_can_follow_up)
can_finish = answered(check_can_finish)
