"""Inviting a guest, making a new code, ending an invitation; and a guest's own way in and out.

The link goes by e-mail, the code by telephone: whoever has only one of them sees nothing. Both are kept as hashes and
work once. The hash of the code is made with the link's secret in it, so that nobody who reads the table can work
the six digits out.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.notes import write_event
from cases.guests import agreed_to, fingerprint, topics_to_give
from cases.models import Case, Guest, Person
from cases.rules import NotAllowed
from cases.rules.guest import check_can_end_guest, check_can_invite_guest, check_can_renew_guest
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from earlyhelp.web.dates import day, moment_from
from hubs.models import Membership


@dataclass(frozen=True)
class Invited:
    """What inviting gives back. `code` is shown once to the inviter and stands nowhere else."""

    guest: Guest
    code: str


@dataclass(frozen=True)
class Tried:
    """What became of a code: a `session` when it was right, else how many tries are `left` (0: the link is shut)."""

    session: str = ""
    left: int = 0


def _new_secrets() -> tuple[str, str, dict]:
    """(the link's token, the code, the fields that keep their hashes)."""
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06d}"
    kept = {
        "secret_hash": fingerprint(token),
        "code_hash": make_password(f"{token}:{code}"),
        "code_sent_at": timezone.now(),
        "tries": 0,
        "session_hash": "",
    }
    return token, code, kept


@transaction.atomic
def invite_guest(
    *,
    case: Case,
    name: str,
    organisation: str,
    email: str,
    phone: str = "",
    why: str,
    categories: list[int],
    agreed_by: Person,
    until: dt.date,
    by: Actor,
) -> Invited:
    """Invite somebody without an account to read some of one record, and e-mail them a link that says nothing else.

    Args:
        organisation: or how they know the family.
        categories: no more than the inviter's agency has of this record today.
        agreed_by: who of the family agreed; their yes to the inviter's agency is what the invitation rests on.
        until: the last day, at most 30 days ahead.

    Raises cases.rules.NotAllowed, or ValueError with a sentence. Source: domain.md 6.1; trust.md P14.
    """
    check_can_invite_guest(by, case)
    if agreed_by not in agreed_to(case, by.agency):
        raise ValueError(
            f"{agreed_by.called} has not agreed to share with {by.agency.name}, so cannot agree to a guest."
        )
    _check_is_somebody_else(name, email, agreed_by)
    given = set(topics_to_give(case, by))
    if not categories or set(categories) - given:
        raise ValueError("A guest can be given only topics that your agency has of this record.")
    if not email or not why.strip():
        raise ValueError("Say where the link goes to and why they are invited.")
    now = timezone.now()
    if not timezone.localdate() <= until <= timezone.localdate() + Guest.LONGEST:
        raise ValueError(f"The last day must be within {Guest.LONGEST.days} days.")
    if Guest.objects.filter(case=case, email__iexact=email, ended_at=None, expires_at__gt=now).exists():
        raise ValueError(
            "This person has an invitation already. End it first, or make a new code for it on the sharing page."
        )
    token, code, kept = _new_secrets()
    end_of_day = moment_from(until, dt.time(23, 59, 59))
    guest = Guest.objects.create(
        case=case,
        name=name.strip(),
        organisation=organisation.strip(),
        email=email.strip(),
        phone=phone.strip(),
        why=why.strip(),
        categories=sorted(set(categories)),
        agreed_by=agreed_by,
        invited_by=by.membership,
        invited_at=now,
        expires_at=min(end_of_day, now + Guest.LONGEST),
        **kept,
    )
    record_change(by, "Invited a guest", case=case, obj=guest, topics=guest.categories)
    write_event(case=case, title=f"A guest was invited until {day(until)}", by=by)
    _send_link(guest, token)
    return Invited(guest, code)


@transaction.atomic
def renew_guest(*, guest: Guest, by: Actor) -> Invited:
    """A new link and code in place of those that were used, lost or locked. The guest's session ends with the old ones.

    Raises cases.rules.NotAllowed. The invitation's last day stays as it is.
    """
    check_can_renew_guest(by, guest)
    token, code, kept = _new_secrets()
    Guest.objects.filter(pk=guest.pk, ended_at=None).update(**kept)
    record_change(by, "Made a new code for a guest", case=guest.case, obj=guest)
    guest.refresh_from_db()
    _send_link(guest, token)
    return Invited(guest, code)


def _check_is_somebody_else(name: str, email: str, agreed_by: Person) -> None:
    """Raise ValueError for somebody with an account, who joins the team instead, and for who agrees to themself."""
    if get_user_model().objects.filter(email__iexact=email.strip(), is_active=True).exists():
        raise ValueError(
            "This person has an account. Add them to the team instead of inviting them as a guest."
        )
    if name.strip().casefold() in {agreed_by.full_name.casefold(), agreed_by.called.casefold()}:
        raise ValueError("Somebody else in the family has to agree: nobody agrees to their own invitation.")


def _send_link(guest: Guest, token: str) -> None:
    """Have the link sent after commit. The outbox forgets it once it is sent, and the message says nothing else."""
    key = f"guest-link:{guest.pk}:{guest.secret_hash[:16]}"
    notify("guest-link", to=guest.email, key=key, link=reverse("guest-open", args=[token]))


@transaction.atomic
def end_guest(*, guest: Guest, by: Actor) -> None:
    """End an invitation: the guest's next click shows nothing. Raises cases.rules.NotAllowed."""
    check_can_end_guest(by, guest.case)
    ended = Guest.objects.filter(pk=guest.pk, ended_at=None).update(
        ended_at=timezone.now(), ended_by=by.membership, session_hash="", code_hash=""
    )
    if not ended:
        raise NotAllowed("This invitation has ended already.")
    record_change(by, "Ended a guest’s invitation", case=guest.case, obj=guest)


# -- The guest's own way in and out: nobody is signed in, so functions of the database answer --------------------------


def link_waits(token: str) -> bool:
    """Whether this link still waits for its code."""
    with connection.cursor() as cursor:
        cursor.execute("select app.guest_link_waits(%s)", [fingerprint(token)])
        return cursor.fetchone()[0]


@transaction.atomic
def try_code(*, token: str, code: str) -> Tried:
    """Try a code at a link. The right one uses both up and begins the guest's one session.

    The try is counted before it is compared. With the fifth wrong one the link is shut and its inviter is told. An
    unknown, used, locked or ended link answers like a shut one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select guest_id, case_id, invited_by, code_hash, tries from app.try_guest(%s)",
            [fingerprint(token)],
        )
        found = cursor.fetchone()
        if not found:
            return Tried()
        pk, case, invited_by, code_hash, tries = found
        if check_password(f"{token}:{code}", code_hash):
            session = secrets.token_urlsafe(32)
            cursor.execute("select app.admit_guest(%s, %s)", [fingerprint(token), fingerprint(session)])
            if cursor.fetchone()[0] is None:
                return Tried()
            _record_of_guest("Guest came in", pk, case)
            return Tried(session=session)
    left = Guest.MOST_TRIES - tries
    _record_of_guest("Wrong code for a guest", pk, case, left=left)
    if not left:
        membership = Membership.objects.get(pk=invited_by)
        key = f"guest-locked:{pk}:{fingerprint(token)[:16]}"
        notify("guest-locked", to=membership, key=key, link=reverse("my-work"))
    return Tried(left=left)


def _record_of_guest(verb: str, pk: int, case, **facts) -> None:
    record_change(None, verb, case=Case(pk=case), obj=Guest(pk=pk), level="account", **facts)


def leave(session: str) -> None:
    """End the guest's session, at their own wish."""
    with connection.cursor() as cursor:
        cursor.execute("select app.end_guest_session(%s)", [fingerprint(session)])
