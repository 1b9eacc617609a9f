"""Writing a message, and what an administrator may do about one that could not be delivered."""

from __future__ import annotations

import datetime as dt
import hashlib

from celery.exceptions import CeleryError
from django.contrib.auth import get_user_model
from django.core.validators import validate_email
from django.db import connection, transaction
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import timezone
from kombu.exceptions import KombuError

from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.outbox import choices
from earlyhelp.outbox.kinds import kind_of
from earlyhelp.outbox.models import KEPT_DAYS, Message, State

# Numbers that a text may show. Anything else about what happened is on the page behind the link.
FACTS = {"days", "hours", "minutes", "count", "code"}


def write_message(
    *, kind: str, to, key: str, link: str, due_at: dt.datetime | None, facts: dict[str, int]
) -> Message | None:
    """Write one message of ``earlyhelp.outbox.notify``, whose arguments these are, and wake the relay after commit."""
    if not connection.in_atomic_block:
        raise RuntimeError("a message is written in the transaction of what it tells of: open one first")
    text_of(kind)
    kind_of(kind)
    if not link.startswith("/") or link.startswith("//"):
        raise ValueError("A message leads to a page of this site: give its path.")
    for name, value in facts.items():
        if name not in FACTS or not isinstance(value, int):
            raise ValueError(f"A message may hold the numbers {sorted(FACTS)} and nothing else: not {name}.")
    receiver, fields = _receiver(to)
    due_at = due_at or timezone.now()
    user = fields.get("to_user_id")
    planned = choices.plan(kind, user, due_at) if user else {"due_at": due_at}
    message, is_new = Message.objects.get_or_create(
        key=key,
        receiver=receiver,
        defaults={"kind": kind, "link": link, "facts": facts, **fields, **planned},
    )
    if not is_new:
        return None
    transaction.on_commit(wake_relay, robust=True)
    return message


def _receiver(to) -> tuple[str, dict]:
    """(who it is for as a code, fields of the row). The code of an address is its fingerprint."""
    if isinstance(to, str):
        validate_email(to)
        fingerprint = hashlib.sha256(to.strip().lower().encode()).hexdigest()
        return f"address:{fingerprint[:40]}", {"to_address": to.strip()}
    if isinstance(to, get_user_model()):
        return f"user:{to.pk}", {"to_user_id": to.pk}
    # A membership: told as a person, so that nobody with two of them is told twice.
    return f"user:{to.user_id}", {"to_user_id": to.user_id, "to_membership": to.pk}


def text_of(kind: str):
    """The template of a kind. Raises ValueError when nobody has written it."""
    try:
        return get_template(f"outbox/mail/{kind}.txt")
    except TemplateDoesNotExist:
        raise ValueError(
            f"No text for messages of the kind {kind}: templates/outbox/mail/{kind}.txt"
        ) from None


def wake_relay() -> None:
    """Have the relay look now. When the queue is away nothing is lost: the scheduler looks each minute."""
    from earlyhelp.outbox.tasks import relay_messages

    try:
        relay_messages.apply_async(retry=False)
    except (CeleryError, KombuError, OSError):
        return


@transaction.atomic
def try_again(*, message: int, by: Actor) -> bool:
    """Put a message that was given up back into the outbox. Returns whether there was one."""
    again = (
        Message.objects.undelivered()
        .filter(pk=message)
        .update(state=State.WAITING, tries=0, due_at=timezone.now(), claimed_until=None, failure="")
    )
    if again:
        record_change(by, "Sent a message again", obj=Message(pk=message))
        transaction.on_commit(wake_relay, robust=True)
    return bool(again)


@transaction.atomic
def dismiss(*, message: int, by: Actor) -> bool:
    """Take a message that was given up off the list: the person was told in another way."""
    done = bool(Message.objects.undelivered().filter(pk=message).update(dismissed_at=timezone.now()))
    if done:
        record_change(by, "Took an undelivered message off the list", obj=Message(pk=message))
    return done


def forget_old_messages() -> int:
    """Delete messages that came to an end long ago. Returns how many."""
    before = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    return Message.objects.exclude(state=State.WAITING).filter(due_at__lt=before).delete()[0]
