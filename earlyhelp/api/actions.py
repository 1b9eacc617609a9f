"""Making and revoking keys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from earlyhelp.access import Actor, NotAllowed, Permission
from earlyhelp.api.models import LONGEST, ApiKey, Scope, hash_of, new_secret
from earlyhelp.audit import record_change

MOST_KEYS = 10  # live ones of one person: more is a sign that nobody looks after them


@dataclass(frozen=True)
class NewKey:
    """What making a key gives back. `secret` is shown once and kept nowhere."""

    key: ApiKey
    secret: str


@transaction.atomic
def make_key(*, name: str, days: int, may_write: bool, by: Actor) -> NewKey:
    """Make a key with which a program acts as `by`, in the agency they act for now.

    Args:
        name: what the key is for, in the owner's words.
        days: until it runs out, 1 to 365.

    The caller has had the person prove their second factor again. Raises NotAllowed for a program (a key makes no keys)
    or when there are too many, ValueError when `days` is out of range.
    """
    if by.api_key is not None:
        raise NotAllowed("A key cannot make another key.")
    if not 1 <= days <= LONGEST.days:
        raise ValueError(f"A key lasts from 1 to {LONGEST.days} days.")
    if ApiKey.objects.live().of_user(by.user).count() >= MOST_KEYS:
        raise NotAllowed(f"You have {MOST_KEYS} keys. Revoke one that is not used any more.")
    secret, prefix = new_secret()
    now = timezone.now()
    key = ApiKey.objects.create(
        membership=by.membership,
        name=name,
        prefix=prefix,
        secret_hash=hash_of(secret),
        scopes=[Scope.READ, Scope.WRITE] if may_write else [Scope.READ],
        generation=by.user.session_generation,
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    record_change(by, "Made an API key", obj=key, level="account", days=days, scopes=list(key.scopes))
    return NewKey(key, secret)


@transaction.atomic
def revoke_key(*, key: ApiKey, by: Actor) -> None:
    """End a key at once: one's own, or anybody's for those who manage accounts. Again changes nothing."""
    if key.membership.user_id != by.user.pk:
        by.require(Permission.ACCOUNTS_MANAGE)
    revoked = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_by=by.user
    )
    if revoked:
        record_change(by, "Revoked an API key", obj=key, level="account", owner=key.membership.user_id)
