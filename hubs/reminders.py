"""What the agreement asks of somebody: to sign, to activate, to review. On My work, and by e-mail once each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import Actor, Permission, Role
from earlyhelp.outbox import notify
from earlyhelp.web.dates import day
from hubs.actions.agreement import ask_for_signatures
from hubs.models import Agreement, Membership


@dataclass(frozen=True)
class Task:
    """One thing to do about the agreement: words, a link, and by when."""

    title: str
    words: str
    label: str
    url: str
    by: dt.date | None = None
    is_late: bool = False


def tasks_of(actor: Actor) -> list[Task]:
    """What waits for this person, in at most four queries; none for those whose role has no part in it."""
    found = []
    if actor.may(Permission.AGREEMENT_SIGN):
        found += _to_sign(actor)
    if actor.may(Permission.AGREEMENT_CONFIRM):
        found += _to_activate(actor)
    if actor.may(Permission.AGREEMENT_MANAGE):
        found += _to_review(timezone.localdate())
    return found


def _to_sign(actor: Actor) -> list[Task]:
    today = timezone.localdate()
    unsigned = Agreement.objects.to_sign().exclude(signatures__agency=actor.agency)
    return [
        Task(
            title=f"Sign version {each.version} of the information sharing agreement",
            words=(
                f"It takes effect on {day(each.starts_on)}. Unsigned, nobody at {actor.agency.name} sees a family."
                if each.starts_on > today
                else f"It is in force. Until you sign, nobody at {actor.agency.name} sees a family."
            ),
            label="Read and sign it",
            url=reverse("agreement-sign-own", args=[each.version]),
            by=each.starts_on,
            is_late=each.starts_on <= today,
        )
        for each in unsigned
    ]


def _to_activate(actor: Actor) -> list[Task]:
    asked = Agreement.objects.in_preparation().filter(asked_at__isnull=False).select_related("asked_by__user")
    return [
        Task(
            title=f"Activate version {each.version} of the information sharing agreement",
            words=f"{each.asked_by.user.full_name} asked for it. It needs a second person.",
            label="Read it",
            url=reverse("agreement-activate", args=[each.version]),
            by=each.starts_on,
            is_late=each.starts_on < timezone.localdate(),
        )
        for each in asked
        if each.asked_by.user_id != actor.user.pk
    ]


def _to_review(today: dt.date) -> list[Task]:
    live = Agreement.objects.live()
    if live is None:
        return []
    url = reverse("agreement-versions")
    found = []
    for on, days, title, words in _dates(live):
        if on - dt.timedelta(days=days) <= today:
            found.append(Task(title, words, "Look at the versions", url, by=on, is_late=on < today))
    return found


def _dates(live: Agreement) -> list[tuple[dt.date, int, str, str]]:
    """(day, days before it that somebody is told, title, words) of what ends, unless a newer version follows."""
    if Agreement.objects.activated().filter(version__gt=live.version).exists():
        return []
    known = settings.EARLY_HELP
    dates = [
        (
            live.review_on,
            known["AGREEMENT_REVIEW_REMINDER_DAYS"],
            "Review the information sharing agreement",
            f"Version {live.version} is due for review by {day(live.review_on)}. A new version sets the next date.",
        )
    ]
    if live.ends_on:
        dates.append(
            (
                live.ends_on,
                known["AGREEMENT_END_REMINDER_DAYS"],
                "The information sharing agreement ends",
                f"Version {live.version} ends after {day(live.ends_on)}. Then no partner sees a family.",
            )
        )
    return dates


@transaction.atomic
def remind(today: dt.date | None = None) -> int:
    """Write the day's e-mails: to keepers about a review or an end, to signatories who have not signed. Once each.

    Safe to run twice. Returns how many messages are new.
    """
    today = today or timezone.localdate()
    told = 0
    live = Agreement.objects.live()
    if live is not None:
        kinds = ("agreement-review", "agreement-end")
        for kind, (on, days, _title, _words) in zip(kinds, _dates(live), strict=False):
            left = (on - today).days
            if not 0 <= left <= days:
                continue
            for keeper in Membership.objects.live().with_role(Role.IG_LEAD).select_related("user"):
                key = f"{kind}:{live.pk}:{on}"
                link = reverse("agreement-versions")
                told += bool(notify(kind, to=keeper, key=key, link=link, days=left))
    for agreement in Agreement.objects.to_sign():
        told += ask_for_signatures(agreement)
    return told
