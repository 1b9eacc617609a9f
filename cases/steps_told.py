"""Who is told of steps up, down and in. Which messages cannot wait is in earlyhelp.outbox.kinds."""

from __future__ import annotations

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import LeadProfessional, StepDown, StepIn, StepUp, StepUpKind
from earlyhelp.access import Role
from earlyhelp.outbox import notify
from hubs.models import Agency, Hub, Membership

# Kind of step -> (message, page).
LATE = {
    "up": ("step-up-late", "step-up"),
    "down": ("step-down-late", "step-down"),
    "in": ("step-in-late", "step-in"),
}


def leads_of(agency: Agency):
    """Those who answer for an agency."""
    return Membership.objects.live().for_agency(agency).with_role(Role.AGENCY_LEAD)


def coordinators_of(hub: Hub):
    """Those who run a hub's front door."""
    roles = [Role.HUB_COORDINATOR.value, Role.HUB_MANAGER.value]
    return Membership.objects.live().filter(hub=hub, roles__overlap=roles)


def tell_sent(step_up: StepUp) -> None:
    """The leads of children's social care: a decision is asked of them, or something has happened."""
    kind = "step-up-incident" if step_up.kind == StepUpKind.INCIDENT else "step-up-sent"
    _tell(kind, leads_of(step_up.to_agency), step_up, "step-up")


def tell_decided(step_up: StepUp) -> None:
    """Whoever sent it, and whoever leads the family now."""
    leads = LeadProfessional.objects.filter(case=step_up.case_id, until_at=None).values("membership_id")
    people = Membership.objects.filter(pk__in=leads) | Membership.objects.filter(pk=step_up.sent_by_id)
    _tell("step-up-decided", people, step_up, "step-up")


def tell_step_down(step_down: StepDown) -> None:
    """Whoever has to answer next: the person named to lead, or the hub that is to name somebody."""
    if step_down.proposed_lead_id:
        _tell(
            "step-down-lead", Membership.objects.filter(pk=step_down.proposed_lead_id), step_down, "step-down"
        )
    else:
        _tell("step-down-hub", coordinators_of(step_down.to_hub), step_down, "step-down")


def tell_step_down_answered(step_down: StepDown) -> None:
    """Whoever of children's social care proposed it: returned with a reason, or finished so that they may close."""
    _tell(
        "step-down-answered", Membership.objects.filter(pk=step_down.proposed_by_id), step_down, "step-down"
    )


def tell_step_in(step_in: StepIn) -> None:
    """The leads of the service that is asked."""
    _tell("step-in-asked", leads_of(step_in.to_agency), step_in, "step-in")


def tell_step_in_answered(step_in: StepIn) -> None:
    """Whoever asked; and the worker who joins."""
    _tell("step-in-answered", Membership.objects.filter(pk=step_in.asked_by_id), step_in, "step-in")
    if step_in.worker_id and step_in.worker_id != step_in.answered_by_id:
        _tell("step-in-joined", Membership.objects.filter(pk=step_in.worker_id), step_in, "step-in")


def _tell(kind: str, people, step, page: str) -> None:
    # A lead may decline and another be named, so the moment is part of what makes a message itself.
    key = f"{kind}:{step.pk}:{timezone.now():%Y%m%d%H%M%S}"
    for membership in people.distinct():
        notify(kind, to=membership, key=key, link=reverse(page, args=[step.pk]))


@transaction.atomic
def remind_of_late_steps() -> int:
    """Tell the receiving agency's leads and the hub that an answer is overdue; each once a day until it is given.

    Run every half hour, any number of times. Returns how many were told now.
    """
    with connection.cursor() as cursor:
        cursor.execute("select kind, step, membership_id from app.late_steps()")
        found = cursor.fetchall()
    members = Membership.objects.in_bulk({membership for _kind, _step, membership in found})
    today = timezone.localdate()
    told = 0
    for kind, step, membership in found:
        message, page = LATE[kind]
        written = notify(
            message, to=members[membership], key=f"{message}:{step}:{today}", link=reverse(page, args=[step])
        )
        told += written is not None
    return told
