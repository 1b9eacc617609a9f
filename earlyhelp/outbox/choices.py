"""How a person is told: one e-mail a day unless they chose otherwise, and what is urgent at once."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from earlyhelp.accounts.actions import Oneself
from earlyhelp.audit import record_change
from earlyhelp.outbox.kinds import KINDS, Kind, kind_of
from earlyhelp.outbox.models import How, Message, MessageChoice, State
from earlyhelp.web.dates import moment_from
from earlyhelp.web.workdays import is_working_day

NOT_BY_MAIL = "The person looks at My work instead."


def choice_of(user_id: int) -> MessageChoice:
    """How somebody chose to be told, or the partnership's usual way, which has no row."""
    usual = How.DAILY if settings.EARLY_HELP["MESSAGES_DAILY"] else How.AT_ONCE
    return MessageChoice.objects.filter(user=user_id).first() or MessageChoice(user_id=user_id, how=usual)


def plan(kind: str, user_id: int, due_at: dt.datetime) -> dict:
    """The fields of a message to somebody with an account that follow from its kind and from how they chose to be told.

    Args:
        user_id: of the account.
        due_at: the earliest moment.

    Raises ValueError for a kind that earlyhelp/outbox/kinds.py does not name.
    """
    return _planned(kind_of(kind), choice_of(user_id), due_at)


def _planned(kind: Kind, choice: MessageChoice, due_at: dt.datetime) -> dict:
    if kind.is_urgent or choice.how == How.AT_ONCE or kind.topic in choice.at_once_about:
        return {"due_at": due_at, "is_for_daily": False}
    if choice.how == How.NEVER:
        return {"due_at": due_at, "is_for_daily": False, "state": State.NOT_NEEDED, "failure": NOT_BY_MAIL}
    return {"due_at": next_daily(choice, due_at), "is_for_daily": True}


def next_daily(choice: MessageChoice, after: dt.datetime) -> dt.datetime:
    """When the day's e-mail goes that a message of this moment is in: at the chosen hour, in England's time."""
    day = timezone.localtime(after).date()
    while True:
        at = moment_from(day, dt.time(choice.hour))
        if at >= after and (is_working_day(day) or not choice.working_days_only):
            return at
        day += dt.timedelta(days=1)


@transaction.atomic
def choose(*, user, how: str, hour: int, working_days_only: bool, at_once_about: list[str]) -> MessageChoice:
    """Keep how somebody wants to be told, and plan anew what waits for them. What is urgent waits for nobody."""
    choice, _ = MessageChoice.objects.update_or_create(
        user=user,
        defaults={
            "how": how,
            "hour": hour,
            "working_days_only": working_days_only,
            "at_once_about": at_once_about,
        },
    )
    record_change(Oneself(user), "changed how they are told", obj=user, level="account", how=how)
    now = timezone.now()
    waiting = Message.objects.filter(to_user=user, state=State.WAITING, claimed_until=None, tries=0)
    for message in waiting.filter(is_for_daily=True).select_for_update():
        if message.kind in KINDS:
            fields = _planned(KINDS[message.kind], choice, max(now, message.written_at))
            Message.objects.filter(pk=message.pk).update(**fields)
    return choice
