"""Messages about accounts. None carries a name, an address, a code or anything about a family.

The texts are templates in ``templates/accounts/mail``: the first line is the subject, the rest the message.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

# What allauth calls a notice -> our template. Anything else that allauth would send is not sent.
NOTICES = {
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
}


def send(template: str, to: str, **facts) -> None:
    """Send one message now. `facts` may hold a link, a number of days, a time: never personal data."""
    facts = {
        "partnership": settings.EARLY_HELP["PARTNERSHIP_NAME"],
        "phone": settings.EARLY_HELP["HUB_PHONE"],
        **facts,
    }
    subject, _, body = render_to_string(f"accounts/mail/{template}.txt", facts).strip().partition("\n")
    send_mail(subject.strip(), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to])


def notice(user, name: str) -> None:
    """Tell somebody after commit that their account changed. The queue holds only the account's number."""
    from earlyhelp.accounts.tasks import send_notice

    pk, at = user.pk, timezone.now().isoformat()
    transaction.on_commit(lambda: send_notice.delay(pk, name, at), robust=True)
