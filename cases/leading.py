"""Who could lead a family: people of agencies that the agreement and the family's consent cover."""

from __future__ import annotations

from django.db.models import Q

from cases.models import Case, Consent, LawfulShare
from earlyhelp.access import Role
from hubs.models import Agency, Membership
from hubs.querysets import in_force


def could_lead(case: Case) -> list[Membership]:
    """Everybody who may be asked to lead: already on the team, or able to join it today."""
    agreed = Consent.objects.in_force().filter(case=case, answer="given").values("agency_id")
    lawful = LawfulShare.objects.filter(in_force(), case=case).values("agency_id")
    covered = Agency.objects.covered().filter(Q(pk__in=agreed) | Q(pk__in=lawful)).values("pk")
    does_casework = [Role.PRACTITIONER.value, Role.AGENCY_LEAD.value, Role.HUB_COORDINATOR.value]
    return list(
        Membership.objects.live()
        .filter(agency_id__in=covered, roles__overlap=does_casework)
        .with_people()
        .order_by("agency__name", "user__last_name", "user__first_name", "pk")
    )
