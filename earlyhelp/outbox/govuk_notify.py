"""Sending through GOV.UK Notify, for partnerships that have no mail server to send from: a mail backend of Django's.

One template of the council's Notify account is used for everything: its subject is ((subject)), its message ((body)).
Notify keeps what it was given for seven days; our messages say nothing about anybody. It takes no calendar files: a
meeting's e-mail then has its link alone, and the file is on the page behind it.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from notifications_python_client.errors import HTTPError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

TIMEOUT = 10  # seconds for one answer: well within the relay's lease
WORTH_ANOTHER_TRY = {403, 408, 429}  # a key to be mended, slowness, too many at once; and everything from 500


class Undeliverable(Exception):  # noqa: N818  (what became of a message, told to the relay)
    """A message was not taken. `for_good`: trying again cannot help."""

    def __init__(self, words: str, *, for_good: bool) -> None:
        super().__init__(words)
        self.for_good = for_good


class NotifyBackend(BaseEmailBackend):
    """Hands e-mails to Notify, one request each. Raises Undeliverable unless `fail_silently`."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.client = NotificationsAPIClient(
            settings.GOVUK_NOTIFY_API_KEY, base_url=settings.GOVUK_NOTIFY_URL, timeout=TIMEOUT
        )

    def close(self) -> None:
        self.client.request_session.close()

    def send_messages(self, email_messages) -> int:
        return sum(self._send(mail) for mail in email_messages)

    def _send(self, mail: EmailMessage) -> bool:
        reference = (mail.extra_headers or {}).get("Message-ID")
        try:
            if getattr(mail, "is_tried_again", False) and self._is_taken(reference):
                return True
            for address in mail.recipients():
                self.client.send_email_notification(
                    address,
                    settings.GOVUK_NOTIFY_TEMPLATE_ID,
                    personalisation={"subject": mail.subject, "body": mail.body},
                    reference=reference,
                )
        except (HTTPError, InvalidResponse) as answer:
            if self.fail_silently:
                return False
            code = answer.status_code
            raise Undeliverable(
                f"GOV.UK Notify answered {code}.",
                for_good=400 <= code < 500 and code not in WORTH_ANOTHER_TRY,
            ) from answer
        return True

    def _is_taken(self, reference: str | None) -> bool:
        """Whether Notify has it from a try that died before it could be written down."""
        if not reference:
            return False
        return bool(self.client.get_all_notifications(reference=reference).get("notifications"))
