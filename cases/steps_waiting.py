"""Requests to step in, and social care's own closure, in the My work of those who answer for an agency."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import CharField, DateField, F, UUIDField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from cases.models import StepDown, StepDownStatus, StepIn
from cases.waiting import Waiting
from earlyhelp.access import Actor, Permission
from earlyhelp.web.dates import day


def waiting_for_steps(actor: Actor) -> Iterator[Waiting]:
    """One query for an agency's leads, none for anybody else."""
    if not actor.may(Permission.STEP_DECIDE):
        return
    asked = StepIn.objects.waiting().filter(to_agency=actor.agency)
    to_close = StepDown.objects.filter(agency=actor.agency, status=StepDownStatus.FINISHED, closed_at=None)
    found = _rows(asked, "in", F("answer_by")).union(
        _rows(to_close, "close", Cast(Value(None), DateField())), all=True
    )
    today = timezone.localdate()
    for kind, pk, on in found:
        if kind == "in":
            yield Waiting(
                "Answer a request to step in",
                reverse("step-in", args=[pk]),
                f"A family’s team asks whether your service can help. Answer due {day(on)}.",
                on,
                late=on < today,
            )
        else:
            yield Waiting(
                "Close social care’s case after a step-down",
                reverse("step-down", args=[pk]),
                "A lead professional has accepted. You may close: stepping across to early help.",
            )


def _rows(queryset, kind: str, on):
    return (
        queryset.order_by()
        .annotate(kind=Value(kind, CharField()), step=Cast(F("pk"), UUIDField()), due=Cast(on, DateField()))
        .values_list("kind", "step", "due")
    )
