"""Guests: people without an account who read some of one record for days, and the list of them for those who invite.

A guest's session is a cookie of its own and one row's fingerprint: no account, no membership, no session of Django's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cases.explain import grants_of
from cases.models import Case, Guest, Person
from cases.rules.guest import can_end_guest, can_invite_guest
from cases.rules.sharing_people import decides, notes_on_deciding
from earlyhelp.access import Actor
from earlyhelp.audit.models import Event
from hubs.models import Agency, Category, Membership

ENDS_SOON = dt.timedelta(days=3)
_NOT_OF_A_SECRET = re.compile("[^A-Za-z0-9_-]")


def cookie_name(kind: str) -> str:
    """The name of a guest's cookie: "guest" holds the session, "guest-link" a link between its opening and its code."""
    return f"__Host-{kind}" if settings.SESSION_COOKIE_SECURE else f"eh-{kind}"


def as_secret(text: str) -> str:
    """The part of a link that may be a secret of ours, to be kept in a cookie, which takes no control characters."""
    return _NOT_OF_A_SECRET.sub("", text)[:100]


def keep_cookie(
    response: HttpResponse, kind: str, value: str, *, max_age: int | None = None, same_site="Lax"
) -> None:
    """Set a guest's cookie. A link is opened from a mail program, so its cookie is Lax; a session's is Strict.

    Args:
        max_age: seconds; None until the browser is closed.
    """
    response.set_cookie(
        cookie_name(kind),
        value,
        max_age=max_age,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=same_site,
    )


def fingerprint(secret: str) -> str:
    """Under which a link or a session is kept. Each has 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest() if secret else ""


def guest_of_request(request: HttpRequest) -> Guest | None:
    """The guest whose session this request carries, with the database seeing through their eyes; None when it is over.

    Called by the access middleware on guests' pages alone.
    """
    secret = request.COOKIES.get(cookie_name("guest"), "")
    if not secret:
        return None
    with connection.cursor() as cursor:
        cursor.execute("select app.begin_guest_session(%s)", [fingerprint(secret)])
        pk = cursor.fetchone()[0]
        if not pk:
            return None
        # Fewer than they were invited to, where the family refused one to the inviter's agency since.
        cursor.execute("select k from generate_series(1, 7) k where app.topic(k) is not null order by k")
        topics = [topic for (topic,) in cursor.fetchall()]
    guest = Guest.objects.select_related(
        "invited_by__user", "invited_by__agency", "case__family", "case__hub", "case__level"
    ).get(pk=pk)
    guest.topics_now = topics
    return guest


def agreed_to(case: Case, agency: Agency) -> list[Person]:
    """Those of the family who decide for themselves and whose yes to this agency counts today, adults first.

    One of them agrees to a guest, and the guest sees nothing once that yes ends.
    """
    said_yes = Person.objects.filter(family=case.family_id, pk__in=_said_yes(case, [agency.pk]).keys())
    people = list(said_yes.order_by("is_child", "born_on", "first_name", "pk"))
    notes = notes_on_deciding(people)
    return [person for person in people if decides(person, notes.get(person.pk))]


def _said_yes(case: Case, agencies: list[int]) -> dict[UUID, set[int]]:
    """Whose yes about a record counts today, and to which of these agencies."""
    found: dict[UUID, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            "select person_id, agency_id from app.answers_that_count()"
            " where case_id = %s and agency_id = any (%s) and answer = 'given'",
            [case.pk, agencies],
        )
        for person, agency in cursor.fetchall():
            found[person].add(agency)
    return found


def topics_to_give(case: Case, actor: Actor) -> list[Category]:
    """What a guest of this person may be given: no more than their agency has of this record today."""
    groups = {actor.agency.group_id}
    if case.hub_id in actor.hub_ids:
        groups.add(case.hub.group_id)
    granted = {grant.category for grant in grants_of(case) if grant.group_id in groups}
    return [topic for topic in Category if topic in granted and topic in actor.categories]


@dataclass
class GuestLine:
    """One guest in the list of the sharing page."""

    guest: Guest
    state: str
    colour: str
    why: str
    topics: list[str]
    may_end: bool
    may_renew: bool


def guests_on_page(actor: Actor, case: Case) -> dict:
    """What templates/cases/sharing/guests.html needs: guests of a record now and before, and what the reader may do."""
    guests = list(
        Guest.objects.filter(case=case).select_related(
            "invited_by__user", "invited_by__agency", "ended_by__user", "agreed_by"
        )
    )
    may_end = bool(guests) and can_end_guest(actor, case)
    stopped = stops(case, [guest for guest in guests if guest.is_live])
    lines = [_line(guest, stopped.get(guest.pk, ""), actor, may_end) for guest in guests]
    return {
        "guest_lines": [line for line in lines if line.guest.is_live],
        "former_guests": [line for line in lines if not line.guest.is_live],
        "may_invite_guest": can_invite_guest(actor, case),
    }


def _line(guest: Guest, stopped: str, actor: Actor, may_end: bool) -> GuestLine:
    state, colour, why = _state(guest, stopped)
    return GuestLine(
        guest=guest,
        state=state,
        colour=colour,
        why=why,
        topics=[Category(category).label for category in sorted(guest.categories)],
        may_end=may_end and guest.is_live,
        may_renew=may_end and guest.is_live and not stopped and guest.invited_by_id == actor.membership.pk,
    )


def _state(guest: Guest, stopped: str) -> tuple[str, str, str]:
    if guest.ended_at:
        return "Ended", "grey", ""
    if not guest.is_live:
        return "Run out", "grey", ""
    if stopped:
        return "Sees nothing", "orange", stopped
    if guest.is_locked:
        return "Code locked", "red", "Five wrong codes were typed. Call the guest, then make a new code."
    if guest.code_hash:
        return "Waits for the code", "yellow", ""
    return "May look", "green", ""


def stops(case: Case, guests: Iterable[Guest]) -> dict[int, str]:
    """Why live invitations show nothing just now, by guest. Whether they do is the database's word; only why is ours.

    Four queries at most, however many guests.
    """
    guests = list(guests)
    if not guests:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("select app.guests_who_may_look(%s)", [case.pk])
        looking = {pk for (pk,) in cursor.fetchall()}
    stopped = [guest for guest in guests if guest.pk not in looking]
    if not stopped:
        return {}
    if not case.is_open:
        return dict.fromkeys((guest.pk for guest in stopped), "The record is closed.")
    if case.restrictions.filter(lifted_at__isnull=True).exists():
        return dict.fromkeys((guest.pk for guest in stopped), "The record is restricted.")
    members, agencies = [g.invited_by_id for g in stopped], [g.invited_by.agency_id for g in stopped]
    live = set(Membership.objects.live().filter(pk__in=members).values_list("pk", flat=True))
    signed = set(Agency.objects.covered().filter(pk__in=agencies).values_list("pk", flat=True))
    agreed = _said_yes(case, agencies)
    return {guest.pk: _why_stopped(guest, live, signed, agreed) for guest in stopped}


def _why_stopped(guest: Guest, live: set, signed: set, agreed: dict) -> str:
    inviter, agency = guest.invited_by.user.full_name, guest.invited_by.agency
    if guest.invited_by_id not in live:
        return f"{inviter} does not work for {agency.name} any more."
    if agency.pk not in signed:
        return f"{agency.name} has no live signature on the sharing agreement."
    if agency.pk not in agreed.get(guest.agreed_by_id, ()):
        return f"{guest.agreed_by.called} does not agree to share with {agency.name} any more."
    return f"{inviter} does not see this record any more."


def guests_to_see_to(actor: Actor) -> list[Guest]:
    """Guests that this person invited whose link is locked or whose time is nearly over, for My work."""
    now = timezone.now()
    return list(
        Guest.objects.filter(invited_by=actor.membership, ended_at=None, expires_at__gt=now)
        .filter(Q(tries__gte=Guest.MOST_TRIES) | Q(expires_at__lte=now + ENDS_SOON))
        .exclude(case__status="closed")
        .select_related("case__family")
        .order_by("expires_at")
    )


def with_guests(events: Iterable[Event]) -> None:
    """Give each event of the log `guest` (or None), in one query, as far as the reader may see who it was.

    A guest's looks carry their number; what happened at their door, before they were let in, is about them.
    """
    wanted = {event.pk: _guest_of(event) for event in events}
    ids = set(wanted.values()) - {None}
    found = Guest.objects.in_bulk(list(ids)) if ids else {}
    for event in events:
        event.guest = found.get(wanted[event.pk])


def _guest_of(event: Event) -> int | None:
    if event.guest_id or event.membership_id or event.object_type != "cases.Guest":
        return event.guest_id
    return int(event.object_id)
