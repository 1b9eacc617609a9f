"""Who may do what with the information sharing agreement, and when. The database refuses the same (hubs/sql)."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from earlyhelp.access import Actor, NotAllowed, Permission
from hubs.models import AgencyKind, Agreement, Purpose, Signature
from hubs.terms import Terms


def check_can_change(agreement: Agreement, actor: Actor) -> None:
    """Persons who may change the words of a version: information governance leads, while it is a draft."""
    actor.require(Permission.AGREEMENT_MANAGE)
    if agreement.is_activated:
        raise NotAllowed(
            f"Version {agreement.version} has been activated, so its words stand. Draft a new one."
        )
    if agreement.is_asked:
        raise NotAllowed(f"Version {agreement.version} waits for activation. Take the request back first.")


def check_can_draft(actor: Actor) -> None:
    """Persons who may draft a version: information governance leads, one version at a time."""
    actor.require(Permission.AGREEMENT_MANAGE)
    other = Agreement.objects.in_preparation().first()
    if other is not None:
        raise NotAllowed(
            f"Version {other.version} is in preparation already. Finish it or throw it away first."
        )


def check_can_ask(agreement: Agreement, terms: Terms, actor: Actor) -> None:
    """Persons who may ask for a version to take effect: information governance leads, once it is complete."""
    check_can_change(agreement, actor)
    problems = problems_of(terms)
    if problems:
        raise NotAllowed(problems[0])


def check_can_activate(agreement: Agreement, actor: Actor) -> None:
    """Persons who may activate a version that somebody asked for:

    - information governance leads and the board's chair,
    - never the person who asked, in whatever role or agency (ASVS 2.3.5: approval by more than one person).
    """
    actor.require(Permission.AGREEMENT_CONFIRM)
    if agreement.is_activated:
        raise NotAllowed(f"Version {agreement.version} has been activated already.")
    if not agreement.is_asked or agreement.asked_by is None:
        raise NotAllowed(f"Nobody has asked for version {agreement.version} to take effect.")
    if agreement.asked_by.user_id == actor.user.pk:
        raise NotAllowed("You asked for this version yourself. Somebody else has to activate it.")
    if agreement.starts_on < timezone.localdate():
        raise NotAllowed("Its first day has passed. Take the request back and choose another day.")


def check_can_sign(agreement: Agreement, actor: Actor) -> None:
    """Persons who may sign a version for their agency: its signatories, once, from activation until it is replaced."""
    actor.require(Permission.AGREEMENT_SIGN)
    if not Agreement.objects.to_sign().filter(pk=agreement.pk).exists():
        raise NotAllowed(f"Version {agreement.version} is not open for signature.")
    if agreement.signatures.filter(agency=actor.agency).exists():
        raise NotAllowed(f"{actor.agency.name} has signed this version already.")


def check_can_withdraw(signature: Signature, actor: Actor) -> None:
    """Persons who may withdraw an agency for good: information governance leads, once."""
    actor.require(Permission.AGREEMENT_MANAGE)
    if signature.withdrawn_at is not None:
        raise NotAllowed(f"{signature.agency.name} has been withdrawn already.")


def can(check, *facts) -> bool:
    """Whether a check of this module would pass, for buttons."""
    try:
        check(*facts)
    except PermissionDenied:
        return False
    return True


def problems_of(terms: Terms, today: dt.date | None = None) -> list[str]:
    """What keeps a draft from being activated, each as a sentence that says how to mend it."""
    today = today or timezone.localdate()
    found = []
    if terms.starts_on < today:
        found.append("Choose a first day that is today or later.")
    if terms.ends_on and terms.ends_on < today:
        found.append("Choose a last day that is later than today.")
    if not terms.purposes.strip():
        found.append("Say what the agreement is for.")
    if not terms.contact_name or not terms.contact_email:
        found.append("Name somebody to ask about the agreement, with an e-mail address.")
    if not terms.permitted_use:
        found.append("Say what information may be used for.")
    stated = {each.code for each in terms.stated}
    if Purpose.SUPPORT not in stated:
        found.append("Name “Helping the family” among the purposes. Without it no agency sees a record.")
    found += [
        f"Say on which lawful basis this kind takes part: {kind.label}."
        for kind in AgencyKind
        if kind.value in terms.kinds and kind.value not in terms.bases
    ]
    if not any(Purpose.SUPPORT in purposes for purposes in terms.cells.values()):
        found.append("Say which kind of agency may receive what, to help the family.")
    return found
