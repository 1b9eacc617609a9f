"""Background jobs about accounts. Each takes numbers, reads the account again and is safe to run twice."""

import datetime as dt
from urllib.parse import urljoin

from celery import shared_task
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.http import int_to_base36

from earlyhelp.accounts import actions, mail
from earlyhelp.accounts.tokens import ResetTokens


@shared_task(name="accounts.send_reset_link")
def send_reset_link(user_id: int | None) -> None:
    """Send a link for a new password; nothing when no account may have one.

    The page queues this job for unknown addresses too, with None, so that its answer takes equally long.
    """
    user = get_user_model().objects.active().filter(pk=user_id).first() if user_id else None
    if user is None or user.is_asleep or not user.has_usable_password():
        return
    path = reverse(
        "account_reset_password_from_key", args=[int_to_base36(user.pk), ResetTokens().make_token(user)]
    )
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    mail.send("password_reset", user.email, link=urljoin(settings.SITE_URL, path), minutes=minutes)


@shared_task(name="accounts.send_notice")
def send_notice(user_id: int, name: str, at: str) -> None:
    """Tell a person that their account changed at `at` (ISO time). Closed accounts are not written to."""
    user = get_user_model().objects.active().filter(pk=user_id).first()
    if user:
        mail.send(name, user.email, at=dt.datetime.fromisoformat(at))


@shared_task(name="accounts.put_dormant_accounts_to_sleep")
def put_dormant_accounts_to_sleep() -> int:
    """Nightly: mark accounts that nobody has used for the dormancy period. Returns how many fell asleep."""
    return actions.put_dormant_accounts_to_sleep()
