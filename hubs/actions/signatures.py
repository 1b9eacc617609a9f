"""The only writers of agencies' signatures under the information sharing agreement."""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction
from django.utils import timezone

from earlyhelp.access import Actor, NotAllowed, Permission
from earlyhelp.audit import record_change
from hubs.models import Agency, Agreement, Signature
from hubs.rules import check_can_sign, check_can_withdraw


class Confirmation(models.TextChoices):
    """What a signatory confirms, one tick each. All are needed."""

    READ = "read", "I have read this version and what it gives to whom"
    AUTHORITY = "authority", "I may sign for my agency"
    STAFF = "staff", "Our people who use the system know what they may and may not do with what they see"
    SECURITY = "security", "We keep information as safe as the agreement asks"
    BREACH = (
        "breach",
        "We tell the contact named in it at once when information is lost or seen by the wrong person",
    )


@transaction.atomic
def sign_for_agency(*, agreement: Agreement, confirmed: list[str], by: Actor) -> Signature:
    """Sign a version for one's own agency, as its signatory. The caller has had the person prove a second factor again.

    Args:
        confirmed: codes of Confirmation; all of them are needed.

    Raises NotAllowed when they may not sign it, or the agency has signed it already; ValueError when something is not
    confirmed.
    """
    check_can_sign(agreement, by)
    if set(confirmed) != set(Confirmation.values):
        raise ValueError("Tick each statement, or do not sign.")
    signature = Signature.objects.create(
        agreement=agreement,
        agency=by.agency,
        signatory_name=by.user.full_name,
        signatory_role=by.membership.job_title,
        signed_on=timezone.localdate(),
        signed_at=timezone.now(),
        signed_by=by.membership,
        confirmed=list(Confirmation.values),
    )
    record_change(by, "Signed the agreement", obj=signature, agency=by.agency.pk, version=agreement.version)
    return signature


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
    """Record a signature that an agency gave on paper. Raises ValueError when it has signed this version already."""
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
    if signature.withdrawn_at is not None:
        raise NotAllowed(f"{signature.agency.name} has been withdrawn. It can sign a later version.")
    signature.suspended_at, signature.suspended_reason = None, ""
    signature.save(update_fields=["suspended_at", "suspended_reason"])
    record_change(by, "Ended a suspension", obj=signature, agency=signature.agency_id)
    return signature


@transaction.atomic
def withdraw_signature(*, signature: Signature, reason: str, by: Actor) -> Signature:
    """Withdraw an agency from a version for good: its people see no family from the next click.

    To come back it signs a later version. Raises NotAllowed when it has been withdrawn already, ValueError without a
    reason.
    """
    signature = Signature.objects.select_for_update(of=["self"]).select_related("agency").get(pk=signature.pk)
    check_can_withdraw(signature, by)
    if not reason.strip():
        raise ValueError("Say why the agency is withdrawn.")
    signature.withdrawn_at, signature.withdrawn_reason = timezone.now(), reason.strip()
    signature.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    record_change(by, "Withdrew an agency", obj=signature, agency=signature.agency_id)
    return signature
