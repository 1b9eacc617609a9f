"""The only writers of who works where."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from earlyhelp.access import Actor, NotAllowed, Permission, Role
from earlyhelp.accounts.actions import Invited, invite_person
from earlyhelp.audit import record_change
from hubs.models import Agency, AgencyKind, Hub, Membership


@transaction.atomic
def create_agency(
    *, name: str, kind: str, hub: Hub | None = None, phone: str = "", email: str = "", by: Actor
) -> Agency:
    """Take in an agency, with the group that its grants are given to. It sees nothing until it has signed."""
    by.require(Permission.ACCOUNTS_MANAGE)
    group = Group.objects.create(name=f"Agency: {name}"[:150])
    agency = Agency.objects.create(name=name, kind=kind, hub=hub, phone=phone, email=email, group=group)
    record_change(by, "Took in an agency", obj=agency, level="account")
    return agency


@transaction.atomic
def add_membership(
    *,
    user,
    agency: Agency,
    job_title: str,
    roles: list[str],
    hub: Hub | None = None,
    phone: str = "",
    starts_on: dt.date | None = None,
    by: Actor,
) -> Membership:
    """Let somebody work for an agency in these roles.

    Raises NotAllowed when it is the person themselves: nobody grants themselves anything; ValueError when a hub
    coordinator has no hub.
    """
    _check_not_oneself(by, user)
    if Role.HUB_COORDINATOR in roles and hub is None:
        raise ValueError("Choose the hub that the coordinator runs.")
    membership = Membership.objects.create(
        user=user,
        agency=agency,
        job_title=job_title,
        roles=list(roles),
        hub=hub,
        phone=phone,
        starts_on=starts_on or timezone.localdate(),
    )
    record_change(
        by, "Added a membership", obj=membership, level="account", roles=list(roles), agency=agency.pk
    )
    return membership


@transaction.atomic
def invite_first_administrator(
    *, email: str, first_name: str, last_name: str, agency_name: str, although_another: bool = False
) -> Invited:
    """Invite somebody as system administrator, for the operator at the command line: nobody can yet do it on a page.

    Args:
        agency_name: whom they work for. Made when there is none of this name: an agency that takes part in no sharing.
        although_another: go ahead although an administrator has accepted an invitation already.

    Raises NotAllowed when there is an administrator, ValidationError for an address in use or no address at all.
    """
    validate_email(email)
    name = " ".join(agency_name.split())
    if not name or not first_name.strip():
        raise ValidationError("Give the person and their agency a name.")
    if not although_another and Membership.objects.live().with_role(Role.SYSTEM_ADMINISTRATOR).exists():
        raise NotAllowed(
            "There is a system administrator already, who can invite others. Use --another to go ahead."
        )
    invited = invite_person(email=email, first_name=first_name.strip(), last_name=last_name.strip(), by=None)
    agency = Agency.objects.filter(name__iexact=name).first()
    if agency is None:
        group = Group.objects.create(name=f"Agency: {name}"[:150])
        agency = Agency.objects.create(name=name, kind=AgencyKind.OTHER, group=group)
    membership = Membership.objects.create(
        user=invited.user,
        agency=agency,
        job_title=Role.SYSTEM_ADMINISTRATOR.label,
        roles=[Role.SYSTEM_ADMINISTRATOR.value],
        starts_on=timezone.localdate(),
    )
    record_change(
        None, "Added a membership", obj=membership, level="account", roles=membership.roles, agency=agency.pk
    )
    return invited


@transaction.atomic
def end_membership(*, membership: Membership, on: dt.date | None = None, by: Actor) -> Membership:
    """End somebody's work for an agency: their access is gone on the next click. Never deleted. Raises NotAllowed.

    `on` is their last day; left out, it was yesterday.
    """
    check_can_end_membership(by, membership)
    membership.ends_on = on or timezone.localdate() - dt.timedelta(days=1)
    membership.starts_on = min(membership.starts_on, membership.ends_on)
    membership.save(update_fields=["starts_on", "ends_on"])
    record_change(
        by,
        "Ended a membership",
        obj=membership,
        level="account",
        agency=membership.agency_id,
        last_day=membership.ends_on.isoformat(),
    )
    return membership


# Whom an agency's own lead may end: other roles were given by the partnership, not by the agency.
AGENCYS_OWN = frozenset({Role.PRACTITIONER.value, Role.AGENCY_LEAD.value})


def check_can_end_membership(actor: Actor, membership: Membership) -> None:
    """Persons who may end somebody's work for an agency:

    - system administrators,
    - a lead of the same agency, when the colleague is a practitioner or lead there and nothing else,
    - nobody their own.
    """
    if actor.user.pk == membership.user_id:
        raise NotAllowed("You cannot change your own roles. Ask another administrator.")
    if actor.may(Permission.ACCOUNTS_MANAGE):
        return
    if not actor.has_role(Role.AGENCY_LEAD) or actor.agency.pk != membership.agency_id:
        raise NotAllowed(f"Your role does not let you {Permission.ACCOUNTS_MANAGE.value}.")
    if not set(membership.roles) <= AGENCYS_OWN:
        raise NotAllowed("A system administrator ends this, because of their other roles. Ask one.")


def can_end_membership(actor: Actor, membership: Membership) -> bool:
    """Whether check_can_end_membership would pass."""
    try:
        check_can_end_membership(actor, membership)
    except NotAllowed:
        return False
    return True


def _check_not_oneself(by: Actor, user) -> None:
    by.require(Permission.ACCOUNTS_MANAGE)
    if by.user.pk == user.pk:
        raise NotAllowed("You cannot change your own roles. Ask another administrator.")
