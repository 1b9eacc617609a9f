"""The relay: takes due messages one at a time, hands each to the mail server, and writes down that it did.

A message is claimed first, in a transaction of its own (FOR UPDATE SKIP LOCKED: two relays never take the same one),
with a lease and one more try counted; then it is handed over; then it is marked as sent. Where a relay can die:

- before the claim, or between claim and hand-over: nothing was sent; when the lease ends another relay sends it;
- between the mail server's "250" and our mark: the mail server has it and we do not know. It is handed over again when
  the lease ends, under the same Message-ID, made from the key, by which mail stores show one message once. Losing an
  emergency's message would be worse than handing it over twice.

A mail server that refuses for good, or a dozen tries over about half a day, ends in "could not be delivered", on the
administrators' list of undelivered messages.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import smtplib
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from earlyhelp.outbox.actions import text_of
from earlyhelp.outbox.models import Message, State

LEASE = dt.timedelta(
    minutes=3
)  # longer than any hand-over can take (EMAIL_TIMEOUT for each answer of the mail server)
# Minutes to wait after each failed try; after the last one the message is given up. About half a day.
WAITS = (1, 2, 4, 8, 15, 30, 60, 60, 120, 120, 240)
NO_LONGER_THERE = "The account or the membership had ended before it was sent."


def send_due() -> int:
    """Hand over every message that is due. Returns how many the mail server took."""
    sent = 0
    mail_server = get_connection()
    try:
        while message := claim():
            sent += _hand_over(message, mail_server)
    finally:
        _part_from(mail_server)
    return sent


def _part_from(mail_server) -> None:
    """Hang up, whatever the mail server says to that. The next message opens a new connection."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        mail_server.close()
    mail_server.connection = None


def claim() -> Message | None:
    """Take the message that is longest due, with a lease; None when there is none."""
    now = timezone.now()
    with transaction.atomic():
        message = (
            Message.objects.due(now)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("due_at", "pk")
            .first()
        )
        if message is None:
            return None
        message.claimed_until = now + LEASE
        message.tries += 1
        message.save(update_fields=["claimed_until", "tries"])
    return message


def _hand_over(message: Message, mail_server) -> bool:
    address = _address_of(message)
    if address is None:
        _finish(message, State.NOT_NEEDED, NO_LONGER_THERE)
        return False
    mail = write_mail(message, address, mail_server)
    try:
        # Opened here, so that the backend does not close it itself: an error while parting would look like a failure.
        mail_server.open()
        mail.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code = next((code for code, _words in refused.recipients.values()), 550)
        _failed(message, f"The mail server refused the address ({code}).", for_good=500 <= code < 600)
        return False
    except smtplib.SMTPResponseException as answer:
        _failed(message, f"The mail server answered {answer.smtp_code}.")
        _part_from(mail_server)
        return False
    except (smtplib.SMTPException, OSError) as problem:
        _failed(message, f"The mail server could not be reached ({type(problem).__name__}).")
        _part_from(mail_server)
        return False
    _finish(message, State.SENT, "")
    return True


def _address_of(message: Message) -> str | None:
    """Where to send it today; None when the account is closed or the membership has ended meanwhile."""
    if message.to_user_id is None:
        return message.to_address
    if not message.to_user.is_active:
        return None
    if message.to_membership is not None:
        try:
            import_string(settings.ACCESS_ACTOR_FOR_MEMBERSHIP)(message.to_membership)
        except ObjectDoesNotExist:
            return None
    return message.to_user.email


def write_mail(message: Message, address: str, mail_server=None) -> EmailMessage:
    """The e-mail of a message: its kind's words and the link, and nothing that says more."""
    subject, _, body = text_of(message.kind).render(words_of(message)).strip().partition("\n")
    return EmailMessage(
        subject.strip(),
        body.strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [address],
        connection=mail_server,
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )


def subject_of(message: Message) -> str:
    """The first line of a message's text."""
    return text_of(message.kind).render(words_of(message)).strip().partition("\n")[0].strip()


def words_of(message: Message) -> dict:
    """What a text may show."""
    return {
        "partnership": settings.EARLY_HELP["PARTNERSHIP_NAME"],
        "phone": settings.EARLY_HELP["HUB_PHONE"],
        "link": urljoin(settings.SITE_URL, message.link),
        **message.facts,
    }


def message_id(message: Message) -> str:
    """The same for every hand-over of one message, by which mail stores know a second copy."""
    fingerprint = hashlib.sha256(f"{message.key} {message.receiver}".encode()).hexdigest()
    return f"<{fingerprint[:40]}@{urlsplit(settings.SITE_URL).hostname}>"


def _failed(message: Message, words: str, *, for_good: bool = False) -> None:
    if for_good or message.tries > len(WAITS):
        _finish(message, State.GIVEN_UP, words)
        return
    later = timezone.now() + dt.timedelta(minutes=WAITS[message.tries - 1])
    Message.objects.filter(pk=message.pk).update(due_at=later, claimed_until=None, failure=words)


def _finish(message: Message, state: State, words: str) -> None:
    """Write down the end of a message, and forget what is not needed any more."""
    is_over = state != State.GIVEN_UP  # an administrator may have it tried again
    Message.objects.filter(pk=message.pk).update(
        state=state,
        sent_at=timezone.now() if state == State.SENT else None,
        claimed_until=None,
        failure=words,
        **({"link": "", "facts": {}, "to_address": ""} if is_over else {}),
    )
