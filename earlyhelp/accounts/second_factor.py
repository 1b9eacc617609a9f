"""The second factor: time-based codes that work once, and recovery codes kept only as hashes.

allauth supplies the sign-in stages and the table of authenticators. What is written here is stricter than its
defaults in two places: a time-based code is refused for ever once a later or equal one was used, by a row in the
database and not by the cache; and recovery codes cannot be read back from the database.
"""

from __future__ import annotations

import secrets
import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import transaction

RECOVERY_CODE_COUNT = 10
# No letters or digits that are mistaken for one another. 12 of 31 signs are 59 random bits.
RECOVERY_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RECOVERY_CODE_LENGTH = 12
# 59 random bits need less work in each guess than a password does: ten are hashed at once, and ten tried.
HASHER = PBKDF2PasswordHasher()
HASH_ITERATIONS = 20_000
_USER_KEY = "account_authentication_methods_user"  # allauth's name for whose records a session holds


def has_second_factor(request) -> bool:
    """Whether this session proved a second factor or set one up. A password alone opens only enrolment."""
    if not request.user.is_authenticated:
        return False
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def stamp_second_factor(session, user, kind: str) -> None:
    """Count `session` as having a second factor. For the demo's one-click page and for tests only."""
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time(), "type": kind}]
    session[_USER_KEY] = str(user.pk)


def new_totp_secret() -> str:
    """A fresh secret for an authenticator app: 160 random bits in base 32."""
    return generate_totp_secret()


def matching_step(secret: str, code: str, after: int = -1) -> int | None:
    """The 30-second step whose code this is, looking one step back and one ahead; None if it is not one or too old.

    `after` is the step of the last code accepted: that code and all before it are refused (RFC 6238, 5.2).
    """
    for step in yield_hotp_counters_from_time():
        if step > after and compare_user_code(
            actual=code, expected=format_hotp_value(hotp_value(secret, step))
        ):
            return step
    return None


def current_code(secret: str) -> str:
    """The code an authenticator app shows now. For tests and for the demo's instructions."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@transaction.atomic
def set_up_totp(user, secret: str, step: int | None = None) -> Authenticator:
    """Give `user` this authenticator app in place of any other. `step` is the step of the code that proved it."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    authenticator = TOTP.activate(user, secret).instance
    if step is not None:
        authenticator.data["last_step"] = step
        authenticator.save(update_fields=["data"])
    return authenticator


@transaction.atomic
def use_code(user, code: str) -> Authenticator | None:
    """Accept a time-based or a recovery code, once. Returns the authenticator that knew it, or None."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    known = {row.type: row for row in Authenticator.objects.select_for_update().filter(user=user)}
    totp = known.get(Authenticator.Type.TOTP)
    if totp and plain.isdecimal():
        step = matching_step(decrypt(totp.data["secret"]), plain, totp.data.get("last_step", -1))
        if step is None:
            return None
        totp.data["last_step"] = step
        totp.save(update_fields=["data"])
        return totp
    recovery = known.get(Authenticator.Type.RECOVERY_CODES)
    if recovery and len(plain) == RECOVERY_CODE_LENGTH:
        for hashed in recovery.data["hashes"]:
            if HASHER.verify(plain, hashed):
                recovery.data["hashes"].remove(hashed)
                recovery.save(update_fields=["data"])
                return recovery
    return None


@transaction.atomic
def issue_recovery_codes(user) -> list[str]:
    """Ten new single-use codes in place of all earlier ones. This is the only time that they can be read."""
    codes = [
        "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_CODE_LENGTH))
        for _ in range(RECOVERY_CODE_COUNT)
    ]
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"hashes": [_hash(code) for code in codes]},
    )
    return ["-".join(code[i : i + 4] for i in range(0, RECOVERY_CODE_LENGTH, 4)) for code in codes]


def _hash(code: str) -> str:
    return HASHER.encode(code, HASHER.salt(), HASH_ITERATIONS)


def recovery_codes_left(user) -> int:
    """How many recovery codes have not been used."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(row.data["hashes"]) if row else 0


def has_authenticator(user) -> bool:
    """Whether `user` has set up an authenticator app at all."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def remove_second_factor(user) -> None:
    """Take away the authenticator app and the recovery codes. Whoever calls this also ends the sessions."""
    Authenticator.objects.filter(user=user).delete()
