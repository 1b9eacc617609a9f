"""The only writers of who works where and of the agreement's signatures."""

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
from hubs.models import Agency, AgencyKind, Agreement, Hub, Membership, Signature


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
def end_membership(*, membership: Membership, by: Actor) -> Membership:
    """End somebody's work for an agency: their access is gone on the next click. Never deleted. Raises NotAllowed."""
    _check_not_oneself(by, membership.user)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    membership.ends_on = yesterday
    membership.starts_on = min(membership.starts_on, yesterday)
    membership.save(update_fields=["starts_on", "ends_on"])
    record_change(by, "Ended a membership", obj=membership, level="account", agency=membership.agency_id)
    return membership


def _check_not_oneself(by: Actor, user) -> None:
    by.require(Permission.ACCOUNTS_MANAGE)
    if by.user.pk == user.pk:
        raise NotAllowed("You cannot change your own roles. Ask another administrator.")


@transaction.atomic
def sign_agreement(
    *,
    agreement: Agreement,
    agency: Agency,
    signatory_name: str,
    signatory_role: str,
    signed_on: dt.date,
    by: Actor,
) -> Signature:
    """Record an agency's signature under a version. Raises ValueError when it has signed this version already."""
    by.require(Permission.AGREEMENT_MANAGE)
    if agreement.signatures.filter(agency=agency).exists():
        raise ValueError(f"{agency.name} has signed this version already.")
    if signed_on > timezone.localdate():
        raise ValueError("The date of the signature is in the future.")
    signature = Signature.objects.create(
        agreement=agreement,
        agency=agency,
        signatory_name=signatory_name,
        signatory_role=signatory_role,
        signed_on=signed_on,
    )
    record_change(by, "Recorded a signature", obj=signature, agency=agency.pk, version=agreement.version)
    return signature


@transaction.atomic
def suspend_signature(*, signature: Signature, reason: str, by: Actor) -> Signature:
    """Suspend an agency at once: everything shared with it under the agreement goes dark on the next click.

    Raises NotAllowed when the signature is suspended or withdrawn already: the first reason stays as it is.
    """
    by.require(Permission.AGREEMENT_MANAGE)
    if not signature.is_live:
        raise NotAllowed("This signature does not count at the moment, so there is nothing to suspend.")
    signature.suspended_at, signature.suspended_reason = timezone.now(), reason
    signature.save(update_fields=["suspended_at", "suspended_reason"])
    record_change(by, "Suspended an agency", obj=signature, agency=signature.agency_id)
    return signature


@transaction.atomic
def resume_signature(*, signature: Signature, by: Actor) -> Signature:
    """End a suspension: the agency sees again what consent still covers."""
    by.require(Permission.AGREEMENT_MANAGE)
    signature.suspended_at, signature.suspended_reason = None, ""
    signature.save(update_fields=["suspended_at", "suspended_reason"])
    record_change(by, "Ended a suspension", obj=signature, agency=signature.agency_id)
    return signature
