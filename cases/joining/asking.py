"""Asking to join the team of a family that one does not see, and deciding on it.

The asker knows what the search said, "a record may exist: contact this hub", and learns no more than yes or no. The
record is found again by the database from what was searched for (app.ask_to_join): no page holds which one it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.lead import lock_case
from cases.actions.notes import write_event
from cases.actions.team import add_to_team
from cases.joining.rules import check_can_ask_to_join, check_can_decide_join
from cases.models import JoinRequest, RequestStatus, TeamMember
from cases.rules import NotAllowed
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from earlyhelp.web.dates import moment_from
from earlyhelp.web.workdays import add_working_days
from hubs.models import Hub, Membership

MOST_WAITING = 20
SHOWN_DAYS = 60


@dataclass(frozen=True)
class Searched:
    """What was typed to find somebody: kept in the page that asks, and nowhere else."""

    words: str
    born_on: dt.date | None = None
    postcode: str = ""
    number: str = ""


@dataclass(frozen=True)
class MyRequest:
    """What an asker is told of one request. `reference`: only once it was accepted and they see the record."""

    id: UUID
    hub: Hub | None
    reason: str
    is_urgent: bool
    sent_at: dt.datetime
    decide_by: dt.datetime
    status: str
    decided_at: dt.datetime | None
    reference: str | None

    @property
    def is_waiting(self) -> bool:
        return self.status == RequestStatus.WAITING

    @property
    def is_late(self) -> bool:
        return self.is_waiting and timezone.now() > self.decide_by


def decide_by(urgent: bool) -> dt.datetime:
    """When an answer is due: hours for an urgent request, else the end of a working day (both settings)."""
    clocks = settings.EARLY_HELP
    if urgent:
        return timezone.now() + dt.timedelta(hours=clocks["JOIN_URGENT_HOURS"])
    day = add_working_days(timezone.localdate(), clocks["JOIN_DECISION_WORKING_DAYS"])
    return moment_from(day, dt.time(17))


@transaction.atomic
def ask_to_join(*, searched: Searched, hub: Hub, reason: str, urgent: bool, by: Actor) -> None:
    """Ask the team of whatever family the search met in this hub. Says nothing back, whatever was found.

    The lead and who covers for them are told; the hub too when it is urgent or nobody leads.

    Raises cases.rules.NotAllowed, also while twenty requests of the asker wait; ValueError without a reason.
    """
    check_can_ask_to_join(by)
    if not reason.strip():
        raise ValueError("Say why you ask to join. The lead or the hub decides by it.")
    if sum(1 for each in my_requests() if each.is_waiting) >= MOST_WAITING:
        raise NotAllowed("Many of your requests still wait for an answer. Ring the hub about them first.")
    digits = "".join(sign for sign in searched.number if sign.isalnum()).upper()
    nhs, upn = (digits, "") if digits.isdigit() else ("", digits)
    with connection.cursor() as cursor:
        cursor.execute(
            "select request_id, membership_id from app.ask_to_join(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                searched.words, searched.born_on, searched.postcode, nhs, upn, hub.pk, reason.strip(), urgent,
                decide_by(urgent),
            ],
        )  # fmt: skip
        told = cursor.fetchall()
    record_change(by, "Asked to join a team", hub=hub.pk, urgent=urgent)
    people = Membership.objects.in_bulk([membership for _request, membership in told])
    kind = "join-asked-urgent" if urgent else "join-asked"
    for request, membership in told:
        notify(kind, to=people[membership], key=f"{kind}:{request}", link=reverse("my-work"))


def my_requests() -> list[MyRequest]:
    """What the person of this request asked and how it stands, newest first: two queries, one when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("select * from app.my_join_requests()")
        rows = cursor.fetchall()
    hubs = Hub.objects.in_bulk({row[1] for row in rows}) if rows else {}
    return [MyRequest(row[0], hubs.get(row[1]), *row[2:]) for row in rows]


@transaction.atomic
def take_back_join(*, request: UUID, by: Actor) -> None:
    """Take one's own request back before it is answered. Raises cases.rules.NotAllowed when it waits no more."""
    with connection.cursor() as cursor:
        cursor.execute("select app.take_back_join(%s)", [request])
        if not cursor.fetchone()[0]:
            raise NotAllowed("This request does not wait any more. Look at how it was answered.")
    record_change(by, "Took back a request to join", request=str(request))


@transaction.atomic
def accept_join(*, request: JoinRequest, reason: str, helps_with: str = "", by: Actor) -> TeamMember:
    """Take the asker into the team; they see the family from now on.

    Raises cases.rules.NotAllowed: not this person's to decide, decided already, or what their agency still needs;
    ValueError without a reason. The reason stays in the record: the asker reads the answer alone.
    """
    request = _locked(request)
    check_can_become(request, RequestStatus.ACCEPTED)
    check_can_decide_join(by, request)
    _decide(request, RequestStatus.ACCEPTED, reason, by)
    member = add_to_team(case=request.case, membership=request.asked_by, helps_with=helps_with, by=by)
    record_change(
        by, "Accepted a request to join", case=request.case, obj=request, membership=request.asked_by_id
    )
    _tell(request)
    return member


@transaction.atomic
def decline_join(*, request: JoinRequest, reason: str, by: Actor) -> JoinRequest:
    """Do not take the asker in. Raises cases.rules.NotAllowed, or ValueError without a reason (kept in the record)."""
    request = _locked(request)
    check_can_become(request, RequestStatus.DECLINED)
    check_can_decide_join(by, request)
    _decide(request, RequestStatus.DECLINED, reason, by)
    record_change(
        by, "Declined a request to join", case=request.case, obj=request, membership=request.asked_by_id
    )
    write_event(case=request.case, title="A request to join the team was declined", by=by)
    _tell(request)
    return request


def _locked(request: JoinRequest) -> JoinRequest:
    lock_case(request.case)
    return JoinRequest.objects.select_related("case", "asked_by__user", "asked_by__agency").get(pk=request.pk)


def _decide(request: JoinRequest, status: str, reason: str, by: Actor) -> None:
    if not reason.strip():
        raise ValueError("Say why. The reason stays in the record; the person who asked does not read it.")
    request.status, request.decided_at = status, timezone.now()
    request.decided_by, request.decision_reason = by.membership, reason.strip()
    request.save(update_fields=["status", "decided_at", "decided_by", "decision_reason"])


def _tell(request: JoinRequest) -> None:
    notify(
        "join-answered",
        to=request.asked_by,
        key=f"join-answered:{request.pk}",
        link=reverse("join-mine"),
    )
