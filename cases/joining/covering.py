"""Cover for a lead who is away: asked, accepted or declined, and over with its last day.

What cover gives is a place on each family's team (app.begin_cover): the database keeps restricted records and agencies
that are not covered out of it, follows the lead when it changes, and ends it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from cases.joining.rules import (
    check_can_answer_cover,
    check_can_arrange_cover,
    check_can_end_cover,
    check_can_take_back_cover,
    does_casework,
)
from cases.models import Case, Cover, CoverStatus, LawfulShare, LeadProfessional, Restriction, TeamMember
from cases.rules import NotAllowed
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.models import Agency, Membership
from hubs.querysets import in_force


@dataclass
class Families:
    """Families that somebody leads, by whether another may cover there, and why not."""

    to_cover: list[Case] = field(default_factory=list)
    left_out: list[tuple[Case, str]] = field(default_factory=list)


def families_to_cover(away: Membership, by: Membership, actor: Actor) -> Families:
    """The open families that `away` leads and `actor` sees, and which of them `by` could cover. Five queries."""
    led = LeadProfessional.objects.filter(membership=away, until_at=None).values("case_id")
    cases = list(
        Case.objects.visible_to(actor).open().filter(pk__in=led).select_related("family").order_by("pk")
    )
    ids = [case.pk for case in cases]
    restricted = set(
        Restriction.objects.filter(case__in=ids, lifted_at=None).values_list("case_id", flat=True)
    )
    signed = Agency.objects.covered().filter(pk=by.agency_id).exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct case_id from app.answers_that_count()"
            " where agency_id = %s and answer = 'given' and case_id = any (%s)",
            [by.agency_id, ids],
        )
        agreed = {case for (case,) in cursor.fetchall()}
    agreed |= set(
        LawfulShare.objects.filter(in_force(), case__in=ids, agency=by.agency_id).values_list(
            "case_id", flat=True
        )
    )
    found = Families()
    for case in cases:
        if case.pk in restricted:
            found.left_out.append(
                (case, "Restricted records are not covered. Ask the hub who looks after it.")
            )
        elif not signed:
            found.left_out.append((case, f"{by.agency.name} has no live signature on the sharing agreement."))
        elif case.pk not in agreed:
            found.left_out.append((case, f"The family has not agreed to share with {by.agency.name}."))
        else:
            found.to_cover.append(case)
    return found


def who_could_cover(away: Membership) -> list[Membership]:
    """Colleagues of the same agency, and people on the teams of the families that somebody leads. One query."""
    led = LeadProfessional.objects.filter(membership=away, until_at=None).values("case_id")
    teams = TeamMember.objects.current().filter(case__in=led).values("membership_id")
    found = Membership.objects.live().with_people().filter(Q(agency=away.agency_id) | Q(pk__in=teams))
    found = found.exclude(user=away.user_id).order_by(
        "agency__name", "user__last_name", "user__first_name", "pk"
    )
    return [membership for membership in found if does_casework(membership)]


def holidays_ahead() -> list[tuple[dt.date, dt.date]]:
    """The county's school holidays that are not over (SCHOOL_HOLIDAYS), first and last day of each."""
    today = timezone.localdate()
    return [span for span in settings.EARLY_HELP["SCHOOL_HOLIDAYS"] if span[1] >= today]


@transaction.atomic
def ask_for_cover(
    *,
    away: Membership,
    other: Membership,
    spans: list[tuple[dt.date, dt.date]],
    why: str = "",
    note: str = "",
    by: Actor,
) -> list[Cover]:
    """Ask somebody to cover between the days of each span, one request for each.

    Raises cases.rules.NotAllowed, or ValueError: days in the wrong order or over, cover that is arranged already on
    one of the days, or somebody who cannot cover.
    """
    check_can_arrange_cover(by, away)
    if other.user_id == away.user_id or not does_casework(other) or not other.is_live:
        raise ValueError("Choose somebody else who works with families and is still here.")
    if not spans:
        raise ValueError("Say from when until when.")
    made = [_ask(away, other, span, why, note, by) for span in spans]
    notify("cover-asked", to=other, key=f"cover-asked:{made[0].pk}", link=reverse("cover"))
    return made


def _ask(away: Membership, other: Membership, span, why: str, note: str, by: Actor) -> Cover:
    first, last = span
    if last < first:
        raise ValueError("The last day must be the first day or later.")
    if last < timezone.localdate():
        raise ValueError("The last day of cover is over already.")
    try:
        with transaction.atomic():
            cover = Cover.objects.create(
                away=away, by=other, starts_on=first, ends_on=last, why=why, note=note, asked_by=by.membership
            )
    except IntegrityError as error:
        raise ValueError(
            "Cover is asked for or arranged on some of these days already. End or take back that one first."
        ) from error
    record_change(
        by,
        "Asked for cover",
        obj=cover,
        membership=other.pk,
        away=away.pk,
        starts_on=first.isoformat(),
        ends_on=last.isoformat(),
    )
    return cover


@transaction.atomic
def accept_cover(*, cover: Cover, by: Actor) -> int:
    """Cover from now on, or from the first day: a place on each family's team that may be covered. Gives their number.

    Raises cases.rules.NotAllowed when it was answered or taken back meanwhile, is over, or another was asked.
    """
    check_can_answer_cover(by, cover)
    cover = Cover.objects.get(pk=cover.pk)
    check_can_become(cover, CoverStatus.ACCEPTED)
    if cover.is_over:
        raise NotAllowed("The last day of this cover is over.")
    with connection.cursor() as cursor:
        cursor.execute("select id, status from cases_cover where id = %s for update", [cover.pk])
        cover.refresh_from_db()
        check_can_become(cover, CoverStatus.ACCEPTED)
        cursor.execute("select * from app.begin_cover(%s)", [cover.pk])
        placed = [case for (case,) in cursor.fetchall()]
    record_change(by, "Accepted cover", obj=cover, away=cover.away_id)
    for case in placed:
        record_change(by, "Covers for the lead", case=Case(pk=case), obj=cover, membership=cover.away_id)
    notify("cover-answered", to=cover.asked_by, key=f"cover-answered:{cover.pk}", link=reverse("cover"))
    return len(placed)


@transaction.atomic
def decline_cover(*, cover: Cover, reason: str, by: Actor) -> Cover:
    """Say that one cannot cover, and why. Raises cases.rules.NotAllowed, or ValueError without a reason."""
    check_can_answer_cover(by, cover)
    cover = _locked(cover)
    check_can_become(cover, CoverStatus.DECLINED)
    if not reason.strip():
        raise ValueError("Say why you cannot cover.")
    _answer(cover, CoverStatus.DECLINED, reason.strip())
    record_change(by, "Declined cover", obj=cover, away=cover.away_id)
    notify("cover-answered", to=cover.asked_by, key=f"cover-answered:{cover.pk}", link=reverse("cover"))
    return cover


@transaction.atomic
def take_back_cover(*, cover: Cover, by: Actor) -> Cover:
    """Take a request for cover back before it is answered. Raises cases.rules.NotAllowed."""
    check_can_take_back_cover(by, cover)
    cover = _locked(cover)
    check_can_become(cover, CoverStatus.CANCELLED)
    _answer(cover, CoverStatus.CANCELLED, "")
    record_change(by, "Took back a request for cover", obj=cover)
    return cover


@transaction.atomic
def end_cover(*, cover: Cover, by: Actor) -> int:
    """End cover before its last day: its places end now. Gives how many. Raises cases.rules.NotAllowed."""
    check_can_end_cover(by, cover)
    cover = Cover.objects.get(pk=cover.pk)
    check_can_become(cover, CoverStatus.ENDED)
    if cover.is_over:
        raise NotAllowed("This cover is over already.")
    # Before the places end: who covers could not write of a family afterwards.
    record_change(by, "Ended cover early", obj=cover, membership=cover.by_id, away=cover.away_id)
    with connection.cursor() as cursor:
        cursor.execute("select * from app.end_cover(%s)", [cover.pk])
        return len(cursor.fetchall())


def _locked(cover: Cover) -> Cover:
    return Cover.objects.select_for_update(of=("self",)).get(pk=cover.pk)


def _answer(cover: Cover, status: str, reason: str) -> None:
    cover.status, cover.answered_at, cover.answer_reason = status, timezone.now(), reason
    cover.save(update_fields=["status", "answered_at", "answer_reason"])
