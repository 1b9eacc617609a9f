"""Who inside an agency sees the families shared with it: those named on teams and leads, or everyone there."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from earlyhelp.access import Actor, Permission, Role
from earlyhelp.access.permissions import permissions_of
from earlyhelp.audit import record_change
from hubs.models import Agency, Membership


@dataclass(frozen=True)
class NeedToKnow:
    """How many people either choice would let see how many families."""

    agency: Agency
    leads: list[Membership]
    others: list[Membership]
    families: int

    @property
    def everyone(self) -> bool:
        return self.agency.everyone_sees_team_cases

    @property
    def people_count(self) -> int:
        return len(self.leads) + len(self.others)


def need_to_know_of(actor: Actor) -> NeedToKnow:
    """The choice of the actor's own agency today, and whom it concerns. Three queries.

    People whose roles open no family's record count nowhere. Families are those of open records shared with the agency.
    """
    agency = Agency.objects.get(pk=actor.agency.pk)
    people = [
        member
        for member in Membership.objects.live().with_people().for_agency(agency)
        if Permission.CASE_READ in permissions_of(member.roles)
    ]
    leads = [member for member in people if Role.AGENCY_LEAD.value in member.roles]
    with connection.cursor() as cursor:
        cursor.execute("select app.cases_shared_with_my_agency()")
        families = cursor.fetchone()[0]
    return NeedToKnow(agency, leads, [member for member in people if member not in leads], families)


@transaction.atomic
def choose_need_to_know(*, everyone: bool, by: Actor) -> Agency:
    """Let everyone in the actor's own agency see the families shared with it, or only those named and the leads.

    Who may: the agency's leads. It counts from the next click of each colleague. Raises NotAllowed.
    """
    by.require(Permission.NEED_TO_KNOW)
    agency = Agency.objects.select_for_update().get(pk=by.agency.pk)
    if agency.everyone_sees_team_cases != everyone:
        agency.everyone_sees_team_cases = everyone
        agency.save(update_fields=["everyone_sees_team_cases"])
        record_change(
            by, "Chose who in the agency sees families", obj=agency, agency=agency.pk, everyone=everyone
        )
    return agency
