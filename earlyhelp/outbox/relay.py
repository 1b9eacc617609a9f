"""The relay: takes due messages one at a time, hands each to the mail server, and writes down that it did.

A message is claimed first, in a transaction of its own (FOR UPDATE SKIP LOCKED: two relays never take the same one),
with a lease and one more try counted; then it is handed over; then it is marked as sent. Where a relay can die:

- before the claim, or between claim and hand-over: nothing was sent; when the lease ends another relay sends it;
- between the mail server's "250" and our mark: the mail server has it and we do not know. It is handed over again when
  the lease ends, under the same Message-ID, made from the key, by which mail stores show one message once. Losing an
  emergency's message would be worse than handing it over twice.

A mail server that refuses for good, or a dozen tries over about half a day, ends in "could not be delivered", on the
administrators' list of undelivered messages.

Messages for the day's e-mail are claimed together, all of one person that are due: one e-mail, taken or failed as one.
At its first claim each of them notes the first (`sent_with`), so that a second try sends exactly the same ones again.
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
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from earlyhelp.outbox.actions import text_of
from earlyhelp.outbox.attachments import attachments_of
from earlyhelp.outbox.govuk_notify import Undeliverable
from earlyhelp.outbox.kinds import Topic, kind_of
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
        while together := claim():
            sent += _hand_over(together, mail_server)
    finally:
        _part_from(mail_server)
    return sent


def _part_from(mail_server) -> None:
    """Hang up, whatever the mail server says to that. The next message opens a new connection."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        mail_server.close()
    mail_server.connection = None


def claim() -> list[Message]:
    """Take the message that is longest due, with a lease, and those that go in the same e-mail."""
    now = timezone.now()
    with transaction.atomic():
        due = (
            Message.objects.due(now)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("due_at", "pk")
        )
        first = due.first()
        if first is None:
            return []
        together = [first]
        if first.sent_with_id:
            together = list(due.filter(sent_with=first.sent_with_id))
        elif first.is_for_daily:
            together = list(due.filter(is_for_daily=True, to_user=first.to_user_id, sent_with=None))
        for message in together:
            message.claimed_until = now + LEASE
            message.tries += 1
            message.sent_with_id = message.sent_with_id or (first.pk if message.is_for_daily else None)
        Message.objects.bulk_update(together, ["claimed_until", "tries", "sent_with"])
    return together


def _hand_over(together: list[Message], mail_server) -> int:
    """Hand over one e-mail. Returns how many messages the mail server took with it."""
    addresses = {message: _address_of(message) for message in together}
    gone = [message for message in together if addresses[message] is None]
    _finish(gone, State.NOT_NEEDED, NO_LONGER_THERE)
    together = [message for message in together if addresses[message] is not None]
    if not together:
        return 0
    mail = write_mail(together, addresses[together[0]], mail_server)
    try:
        # Opened here, so that the backend does not close it itself: an error while parting would look like a failure.
        mail_server.open()
        mail.send()
    except Undeliverable as problem:
        _failed(together, str(problem), for_good=problem.for_good)
        return 0
    except smtplib.SMTPRecipientsRefused as refused:
        code = next((code for code, _words in refused.recipients.values()), 550)
        _failed(together, f"The mail server refused the address ({code}).", for_good=500 <= code < 600)
        return 0
    except smtplib.SMTPResponseException as answer:
        _failed(together, f"The mail server answered {answer.smtp_code}.")
        _part_from(mail_server)
        return 0
    except (smtplib.SMTPException, OSError) as problem:
        _failed(together, f"The mail server could not be reached ({type(problem).__name__}).")
        _part_from(mail_server)
        return 0
    _finish(together, State.SENT, "")
    return len(together)


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


def write_mail(together: list[Message], address: str, mail_server=None) -> EmailMessage:
    """The e-mail of one message, or of several of one day: each kind's words and its link, and no more."""
    if len(together) == 1:
        subject, _, body = text_of(together[0].kind).render(words_of(together[0])).strip().partition("\n")
    else:
        subject, _, body = daily_text(together).strip().partition("\n")
    mail = EmailMessage(
        subject.strip(),
        body.strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [address],
        connection=mail_server,
        headers={"Message-ID": message_id(together[0]), "Auto-Submitted": "auto-generated"},
    )
    for each in attachments_of(together, address):
        mail.attach(each.name, each.content, each.content_type)
    mail.is_tried_again = together[0].tries > 1  # a backend that can ask whether it was taken then asks
    return mail


def daily_text(together: list[Message]) -> str:
    """The words of a day's e-mail: under each topic, one line and one link for each message."""
    topics = []
    for topic in Topic:
        lines = dict.fromkeys(
            (subject_of(message).removeprefix("Early Help: "), urljoin(settings.SITE_URL, message.link))
            for message in together
            if kind_of(message.kind).topic == topic
        )
        if lines:
            topics.append((topic.label, [(words[:1].upper() + words[1:], link) for words, link in lines]))
    facts = {
        "partnership": settings.EARLY_HELP["PARTNERSHIP_NAME"],
        "count": len(together),
        "topics": topics,
        "choices": urljoin(settings.SITE_URL, reverse("message-choices")),
    }
    return get_template("outbox/daily.txt").render(facts)


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
    """The same for every hand-over of one e-mail, by which mail stores know a second copy: its first message's."""
    fingerprint = hashlib.sha256(f"{message.key} {message.receiver}".encode()).hexdigest()
    return f"<{fingerprint[:40]}@{urlsplit(settings.SITE_URL).hostname}>"


def _failed(together: list[Message], words: str, *, for_good: bool = False) -> None:
    tries = max(message.tries for message in together)
    if for_good or tries > len(WAITS):
        _finish(together, State.GIVEN_UP, words)
        return
    later = timezone.now() + dt.timedelta(minutes=WAITS[tries - 1])
    _rows(together).update(due_at=later, claimed_until=None, failure=words)


def _finish(together: list[Message], state: State, words: str) -> None:
    """Write down the end of messages, and forget what is not needed any more."""
    is_over = state != State.GIVEN_UP  # an administrator may have it tried again
    _rows(together).update(
        state=state,
        sent_at=timezone.now() if state == State.SENT else None,
        claimed_until=None,
        failure=words,
        **({"link": "", "facts": {}, "to_address": ""} if is_over else {}),
    )


def _rows(together: list[Message]):
    return Message.objects.filter(pk__in=[message.pk for message in together])
