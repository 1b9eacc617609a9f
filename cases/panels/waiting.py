"""What waits at panels for somebody: lines of My work, in one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import CharField, DateField, F, Max, Q, UUIDField, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils import timezone

from cases import waiting
from cases.models import PanelMember, PanelRequest, Sitting
from cases.waiting import Waiting
from earlyhelp.access import Actor, Permission
from earlyhelp.web.dates import day, weekday
from hubs.querysets import in_force

SOON = dt.timedelta(days=7)
SIGN_AGAIN = dt.timedelta(days=30)  # before a signature runs out


def panels_waiting(actor: Actor) -> Iterator[Waiting]:
    """Families to be asked, requests without a date, sittings of the week and agreements to sign. One query."""
    if not actor.may(Permission.CASE_WRITE):
        return
    today = timezone.localdate()
    for line, pk, reference, on in _rows(actor, today):
        if line == "offered":
            url = reverse("panel-request", args=[reference, pk])
            yield Waiting("Ask the family about what a panel suggests", url, f"Answer by {day(on)}", on, on < today)
        elif line == "waiting":
            url = reverse("panel-request", args=[reference, pk])
            late = on < today
            yield Waiting("A request to a panel needs a date", url, f"To be talked about by {day(on)}", on, late)
        elif line == "sitting":
            yield Waiting("A panel that you sit on meets", reverse("sitting", args=[pk]), weekday(on), on)
        else:
            url = reverse("panel", args=[pk])
            late = bool(on and on < today)
            when = f"{'It ran' if late else 'It runs'} out on {day(on)}" if on else "You have not signed it"
            yield Waiting("Sign a panel’s confidentiality agreement", url, when, on, late)


def _rows(actor: Actor, today: dt.date):
    """(what, id, reference of the record, day) of everything at once: parts of one union."""
    mine = Q(asked_by=actor.membership) | Q(
        case__leads__membership=actor.membership, case__leads__until_at=None
    )
    over = Q(sitting=None) | ~Q(sitting__status="planned") | Q(sitting__ends_at__lt=timezone.now())
    requests = (
        PanelRequest.objects.filter(mine)
        .filter(Q(status="offered") | Q(status="waiting") & over)
        .annotate(
            line=Cast("status", CharField()),
            of=F("case__reference"),
            due=_day_of_request(),
        )
        .order_by()
        .values_list("line", "pk", "of", "due")
        .distinct()
    )
    places = PanelMember.objects.filter(
        in_force(), membership=actor.membership, panel__closed_on=None
    ).order_by()
    sittings = (
        Sitting.objects.filter(
            panel__in=places.values("panel"),
            status="planned",
            ends_at__gte=timezone.now(),
            starts_at__date__lte=today + SOON,
        )
        .annotate(line=Value("sitting", CharField()), of=Value("", CharField()), due=TruncDate("starts_at"))
        .order_by()
        .values_list("line", "pk", "of", "due")
    )
    unsigned = (
        places.annotate(
            line=Value("sign", CharField()),
            which=Cast("panel_id", UUIDField()),
            of=Value("", CharField()),
            due=Max(
                "panel__signatures__valid_until",
                filter=Q(panel__signatures__membership=actor.membership),
                output_field=DateField(),
            ),
        )
        .filter(Q(due=None) | Q(due__lt=today + SIGN_AGAIN))
        .values_list("line", "which", "of", "due")
    )
    return requests.union(sittings, unsigned, all=True)


def _day_of_request():
    from django.db.models import Case, When

    return Case(When(status="offered", then=F("answer_by")), default=F("sit_by"), output_field=DateField())


def listen() -> None:
    """Ask to be asked, once per process."""
    if panels_waiting not in waiting.listeners:
        waiting.listeners.append(panels_waiting)
