"""What assessments do when something happens in a case: registered with the lists in cases.actions.hooks."""

from __future__ import annotations

from cases.actions import hooks
from cases.models import Action, Case, LeadProfessional
from earlyhelp.access import Actor


def when_action_started(*, action: Action, by: Actor) -> None:
    """The plan is being carried out:

    assessments of its case that are signed off are complete (domain.md 1.3).
    """
    from assessments.actions import complete_if_ready

    complete_if_ready(case=action.case, by=by)


def when_case_closed(*, case: Case, by: Actor) -> None:
    """The case ends, and its assessments with it."""
    from assessments.actions import close_assessments

    close_assessments(case=case, by=by)


def when_lead_changed(*, lead: LeadProfessional, by: Actor) -> None:
    """Another agency may lead now: the case's assessments that have not ended are counted under it."""
    from assessments.actions import follow_lead

    follow_lead(case=lead.case, agency=lead.membership.agency)


def listen() -> None:
    """Ask to be told, once per process; and to be asked what waits for somebody."""
    from assessments.flow.waiting import listen as listen_for_my_work

    listen_for_my_work()
    for happened, listener in (
        (hooks.after_action_started, when_action_started),
        (hooks.after_case_closed, when_case_closed),
        (hooks.after_lead_changed, when_lead_changed),
    ):
        if listener not in happened:
            happened.append(listener)
