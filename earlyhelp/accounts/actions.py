"""The only writers of accounts: inviting, accepting, signing in, falling asleep, waking, leaving.

A person's agency and roles are written elsewhere (hubs.Membership). Nothing here shows or changes a family.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import Actor, Permission
from earlyhelp.accounts import mail, second_factor
from earlyhelp.accounts.models import Invitation, User, invitation_lasts, token_hash
from earlyhelp.audit import record_change

log = logging.getLogger("earlyhelp.sign_in")


@dataclass(frozen=True)
class Oneself:
    """Somebody who acts on their own account, before they act for any agency."""

    user: User


@dataclass(frozen=True)
class Invited:
    """What inviting gives back. `token` is in the link and nowhere else."""

    user: User
    invitation: Invitation
    token: str

    @property
    def link(self) -> str:
        return urljoin(settings.SITE_URL, reverse("accounts:open_invitation", args=[self.token]))


# -- Making accounts ---------------------------------------------------------------------------------------------------


@transaction.atomic
def create_person_with_password(
    email: str, first_name: str, last_name: str, password: str, totp_secret: str, phone: str = ""
) -> User:
    """An account that can sign in at once, with an authenticator and recovery codes. For the demo and for tests.

    `totp_secret` is base 32 text, as an authenticator app takes it. Raises IntegrityError for an address in use.
    """
    user = get_user_model().objects.create_user(
        email, password, first_name=first_name, last_name=last_name, phone=phone
    )
    second_factor.set_up_totp(user, totp_secret)
    second_factor.issue_recovery_codes(user)
    return user


@transaction.atomic
def invite_person(
    *, email: str, first_name: str, last_name: str = "", phone: str = "", by: Actor | None
) -> Invited:
    """Make an inactive account and e-mail its owner a link that works once, for 7 days (EH_INVITATION_DAYS).

    The account exists at once so that a membership can be written for it. `by` needs ACCOUNTS_MANAGE; None is the
    operator at the command line, who makes the first administrator. Raises ValidationError for an address in use.
    """
    _require(by)
    users = get_user_model().objects
    if users.filter(email=users.normalize_email(email)).exists():
        raise ValidationError({"email": "There is an account with this email address already."})
    user = users.create_user(email, first_name=first_name, last_name=last_name, phone=phone, is_active=False)
    _record(by, "invited", user)
    return _send_invitation(user, by)


@transaction.atomic
def invite_again(*, user: User, by: Actor | None) -> Invited:
    """Send a new link in place of one that was lost or has run out. Raises ValidationError if it was accepted."""
    _require(by)
    if user.is_active or user.deactivated_at:
        raise ValidationError("This person has accepted their invitation already.")
    _record(by, "invited again", user)
    return _send_invitation(user, by)


def _send_invitation(user: User, by: Actor | None, message: str = "invitation") -> Invited:
    now = timezone.now()
    user.invitations.filter(accepted_at=None, cancelled_at=None).update(cancelled_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        user=user,
        email=user.email,
        token_hash=token_hash(token),
        invited_by=by.user if by else None,
        invited_at=now,
        expires_at=now + invitation_lasts(),
    )
    invited = Invited(user, invitation, token)
    days, link, address = invitation_lasts().days, invited.link, user.email
    transaction.on_commit(lambda: mail.send(message, address, link=link, days=days), robust=True)
    return invited


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> User:
    """Use an invitation: set the password and switch the account on. The second factor must be set up next.

    `password` has passed the password rules. Raises Invitation.DoesNotExist for a token that is unknown, used,
    cancelled or past its date: the page says the same for all four.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("user")
        .open()
        .for_token(token)
        .get()
    )
    now = timezone.now()
    user = invitation.user
    user.set_password(password)
    user.is_active, user.deactivated_at, user.asleep_since, user.woken_at = True, None, None, now
    user.session_generation += 1
    user.save()
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    _record(Oneself(user), "accepted an invitation", user)
    return user


# -- Signing in --------------------------------------------------------------------------------------------------------


def note_sign_in(user: User, *, second_factor: bool) -> None:
    """Write down that somebody signed in. The account's dormancy clock starts again."""
    user.last_seen_before = user.last_seen_at
    user.last_seen_at = timezone.now()
    user.save(update_fields=["last_seen_at"])
    _record(Oneself(user), "signed in", user, second_factor=second_factor)


def note_sign_out(user: User) -> None:
    _record(Oneself(user), "signed out", user)


def note_failed_sign_in(email: str) -> None:
    """Write a refused sign-in to the log of the service, by account number and never by address."""
    users = get_user_model().objects
    pk = users.filter(email=users.normalize_email(email)).values_list("pk", flat=True).first()
    log.warning("sign-in refused, account %s", pk or "unknown")


def set_password(user: User, password: str) -> None:
    """Set a new password. All of the person's sessions end, since each carries a fingerprint of the old one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    _record(Oneself(user), "changed their password", user)


@transaction.atomic
def set_up_authenticator(*, user: User, secret: str, step: int) -> list[str]:
    """Put this authenticator app in place of any other. Returns new recovery codes, to be shown once.

    `step` is the 30-second step of the code that proved the app: that code does not sign in again.
    """
    second_factor.set_up_totp(user, secret, step)
    codes = second_factor.issue_recovery_codes(user)
    _record(Oneself(user), "set up an authenticator app", user)
    mail.notice(user, "authenticator_changed")
    return codes


@transaction.atomic
def make_recovery_codes(*, user: User) -> list[str]:
    """New recovery codes in place of the old ones, to be shown once."""
    codes = second_factor.issue_recovery_codes(user)
    _record(Oneself(user), "made new recovery codes", user)
    mail.notice(user, "recovery_codes_changed")
    return codes


def note_wrong_code(user: User) -> None:
    log.warning("code refused, account %s", user.pk)


def note_too_many_codes(user: User) -> None:
    """Tell the owner, at most once a day: whoever types wrong codes has given the right password."""
    log.warning("too many codes, account %s", user.pk)
    if cache.add(f"accounts.told-of-codes.{user.pk}", True, timeout=86400):
        mail.notice(user, "many_wrong_codes")


def note_recovery_code_used(user: User) -> None:
    _record(Oneself(user), "used a recovery code", user)
    mail.notice(user, "recovery_code_used")


# -- Managing accounts: a system administrator, who sees no family -----------------------------------------------------


@transaction.atomic
def deactivate(*, user: User, by: Actor) -> None:
    """Close an account. Sign-in stops and every session ends with its next request. Nothing is deleted.

    Raises ValidationError when somebody closes their own account: the last administrator would lock all out.
    """
    _require(by)
    if by and user.pk == by.user.pk:
        raise ValidationError("You cannot close your own account. Ask another administrator.")
    user.is_active, user.deactivated_at = False, timezone.now()
    user.save(update_fields=["is_active", "deactivated_at"])
    _end_sessions(user)
    user.invitations.filter(accepted_at=None, cancelled_at=None).update(cancelled_at=timezone.now())
    _record(by, "deactivated an account", user)


@transaction.atomic
def reactivate(*, user: User, by: Actor) -> Invited:
    """Open a closed account again: its owner gets a new link and sets a password and second factor afresh."""
    _require(by)
    if user.is_active:
        raise ValidationError("This account is open already.")
    user.deactivated_at = None
    user.save(update_fields=["deactivated_at"])
    _record(by, "reactivated an account", user)
    return _start_afresh(user, by)


@transaction.atomic
def reset_sign_in(*, user: User, by: Actor) -> Invited:
    """For somebody who lost their phone and recovery codes: both factors are taken away and a new link is sent.

    The password goes too. Were it kept, whoever knew it could set up the second factor before the owner did
    (ASVS 6.4.4: replacing a lost factor is as strict as enrolment). Check by telephone who is asking first.
    """
    _require(by)
    if not user.is_active:
        raise ValidationError("This account is closed or not accepted yet. Send an invitation instead.")
    if by and user.pk == by.user.pk:
        raise ValidationError("You cannot reset your own sign-in. Ask another administrator.")
    _record(by, "reset the sign-in of an account", user)
    return _start_afresh(user, by)


def _start_afresh(user: User, by: Actor | None) -> Invited:
    second_factor.remove_second_factor(user)
    user.set_unusable_password()
    user.is_active = False
    user.save(update_fields=["password", "is_active"])
    _end_sessions(user)
    return _send_invitation(user, by, "set_up_again")


@transaction.atomic
def wake(*, user: User, by: Actor) -> None:
    """Let a sleeping account sign in again. Its dormancy clock starts now."""
    _require(by)
    user.asleep_since, user.woken_at = None, timezone.now()
    user.save(update_fields=["asleep_since", "woken_at"])
    _record(by, "woke an account", user)


def wake_for_demo(user: User) -> None:
    """Let an invented person be chosen again in a demo that has run for longer than the dormancy period."""
    if not settings.EH_DEMO:
        raise PermissionDenied("There is no demo here.")
    user.asleep_since, user.woken_at = None, timezone.now()
    user.save(update_fields=["asleep_since", "woken_at"])


@transaction.atomic
def put_dormant_accounts_to_sleep() -> int:
    """Mark accounts unused for 45 days (EH_DORMANT_AFTER_DAYS) and end their sessions. Returns how many.

    Sign-in already refuses them without this: the mark makes it visible and lasting.
    """
    now = timezone.now()
    unused = list(get_user_model().objects.unused(now).select_for_update())
    for user in unused:
        user.asleep_since = now
        user.save(update_fields=["asleep_since"])
        _end_sessions(user)
        _record(None, "account fell asleep", user)
    return len(unused)


@transaction.atomic
def change_own_details(*, user: User, first_name: str, last_name: str, phone: str) -> None:
    """Correct one's own name and work phone number. The e-mail address is the username and stays."""
    user.first_name, user.last_name, user.phone = first_name, last_name, phone
    user.save(update_fields=["first_name", "last_name", "phone"])
    _record(Oneself(user), "changed their own details", user)


def _end_sessions(user: User) -> None:
    """End all sessions of `user`: their fingerprint does not match any more."""
    get_user_model().objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    user.refresh_from_db(fields=["session_generation"])


def _require(by: Actor | None) -> None:
    if by is not None:
        by.require(Permission.ACCOUNTS_MANAGE)


def _record(by: Actor | Oneself | None, verb: str, user: User, **facts) -> None:
    record_change(by, verb, obj=user, level="account", **facts)
