"""The quarterly access review: who confirms whom, what waits, and what nobody has looked at.

A colleague is confirmed by a lead of their agency. Where no other lead works there, a system administrator or an
information governance lead does it. Nobody confirms themself, in whatever agency.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import Actor, NotAllowed, Permission, Role
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.actions import end_membership
from hubs.actions.people import can_end_membership
from hubs.models import AccessReview, Agency, Membership, ReviewAnswer, ReviewedMembership

LONGEST_AHEAD = dt.timedelta(days=366)  # a last day further away is a slip of the keyboard


def quarter_of(day: dt.date) -> dt.date:
    """The first day of the quarter that `day` is in: January, April, July, October."""
    return dt.date(day.year, day.month - (day.month - 1) % 3, 1)


# -- Who answers for whom --------------------------------------------------------------------------------------


def leads_by_agency() -> dict[int, set[int]]:
    """Agency -> accounts of its live leads."""
    found: dict[int, set[int]] = defaultdict(set)
    leads = Membership.objects.live().with_role(Role.AGENCY_LEAD)
    for agency, user in leads.values_list("agency_id", "user_id"):
        found[agency].add(user)
    return found


def check_can_review(
    actor: Actor, line: ReviewedMembership, leads: dict[int, set[int]] | None = None
) -> None:
    """Persons who may confirm a colleague's access:

    - another lead of the agency,
    - where there is none, system administrators and information governance leads,
    - nobody for themself, by account and not by role.
    """
    if line.membership.user_id == actor.user.pk:
        raise NotAllowed("Nobody reviews their own access. Somebody else does it.")
    if line.agency_id == actor.agency.pk and actor.has_role(Role.AGENCY_LEAD):
        return
    others = (leads or leads_by_agency()).get(line.agency_id, set()) - {line.membership.user_id}
    if others or not looks_after_all(actor):
        raise NotAllowed("A lead of their agency reviews their access.")


def can_review(actor: Actor, line: ReviewedMembership, leads: dict[int, set[int]]) -> bool:
    """Whether check_can_review would pass."""
    try:
        check_can_review(actor, line, leads)
    except NotAllowed:
        return False
    return True


def looks_after_all(actor: Actor) -> bool:
    """Whether this person follows the review of every agency: system administrators, information governance leads."""
    return actor.may(Permission.ACCOUNTS_MANAGE) or actor.has_role(Role.IG_LEAD)


# -- Reading -----------------------------------------------------------------------------------------------------------


@dataclass
class Progress:
    """How far one agency has come."""

    agency: Agency
    people: int
    unreviewed: int


@dataclass
class Board:
    """What one person sees of the review that is open."""

    review: AccessReview | None
    mine: list[ReviewedMembership]
    answered: list[ReviewedMembership]
    progress: list[Progress]
    to_change: list[ReviewedMembership]
    unreviewed: int

    @property
    def is_overdue(self) -> bool:
        return self.review is not None and timezone.localdate() > self.review.due_on


def current_review() -> AccessReview | None:
    return AccessReview.objects.first()


def board_of(actor: Actor) -> Board:
    """The review as this person sees it, in a fixed number of queries. Empty for whoever reviews nobody."""
    review = current_review()
    sees_all = looks_after_all(actor)
    if review is None or not (sees_all or actor.has_role(Role.AGENCY_LEAD)):
        return Board(review, [], [], [], [], 0)
    mine = waiting_for(actor, review)
    with_families(mine)
    answered = ReviewedMembership.objects.filter(review=review, agency=actor.agency).exclude(answer="")
    progress = _progress(review) if sees_all else []
    changes = ReviewedMembership.objects.to_change().with_people()
    return Board(
        review,
        mine,
        list(answered.with_people()) if actor.has_role(Role.AGENCY_LEAD) else [],
        progress,
        list(changes) if actor.may(Permission.ACCOUNTS_MANAGE) else [],
        sum(line.unreviewed for line in progress) if sees_all else len(mine),
    )


def waiting_for(actor: Actor, review: AccessReview | None = None) -> list[ReviewedMembership]:
    """Colleagues whom this person has not confirmed yet."""
    if not (actor.has_role(Role.AGENCY_LEAD) or looks_after_all(actor)):
        return []
    review = review or current_review()
    if review is None:
        return []
    lines = ReviewedMembership.objects.filter(review=review).unanswered().with_people()
    leads = leads_by_agency()
    if looks_after_all(actor):
        # Agencies with a lead are their lead's; of those only a sole lead is left.
        lines = lines.filter(
            Q(agency=actor.agency)
            | ~Q(agency__in=list(leads))
            | Q(membership__roles__contains=["agency_lead"])
        )
    else:
        lines = lines.filter(agency=actor.agency)
    return [line for line in lines if can_review(actor, line, leads)]


def with_families(lines: list[ReviewedMembership]) -> None:
    """Give each line `families`: how many its person could open today. No family is read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select membership_id, families from app.families_in_sight(%s)",
            [[line.membership_id for line in lines]],
        )
        found = dict(cursor.fetchall())
    for line in lines:
        line.families = found.get(line.membership_id, 0)


def _progress(review: AccessReview) -> list[Progress]:
    lines = ReviewedMembership.objects.filter(review=review).order_by()
    people = dict(lines.values_list("agency_id").annotate(n=Count("pk")))
    open_ = dict(lines.unanswered().values_list("agency_id").annotate(n=Count("pk")))
    agencies = Agency.objects.filter(pk__in=people).order_by("name")
    return [Progress(agency, people[agency.pk], open_.get(agency.pk, 0)) for agency in agencies]


# -- Writing -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_review_going() -> int:
    """Each morning: open this quarter's review if it is not open, and remind of one that is overdue.

    Safe to run twice. Returns how many memberships the review that was opened has; 0 when none was opened.
    """
    today = timezone.localdate()
    days = settings.EARLY_HELP["ACCESS_REVIEW_DAYS"]
    review, is_new = AccessReview.objects.get_or_create(
        quarter_start=quarter_of(today), defaults={"due_on": today + dt.timedelta(days=days)}
    )
    opened = _open(review) if is_new else 0
    if is_new:
        _tell("access-review", review)
    elif today > review.due_on:
        _tell("access-review-late", review)
    return opened


def _open(review: AccessReview) -> int:
    lines = [
        ReviewedMembership(review=review, membership=member, agency_id=member.agency_id, roles=member.roles)
        for member in Membership.objects.live()
    ]
    ReviewedMembership.objects.bulk_create(lines)
    record_change(None, "Opened the access review", obj=review, level="account", people=len(lines))
    return len(lines)


def _tell(kind: str, review: AccessReview) -> None:
    """Tell those for whom colleagues wait, each once."""
    waiting = ReviewedMembership.objects.filter(review=review).unanswered().select_related("membership")
    leads = leads_by_agency()
    counts: dict[int, int] = defaultdict(int)
    for line in waiting:
        others = leads.get(line.agency_id, set()) - {line.membership.user_id}
        for user in others:
            counts[user] += 1
    members = Membership.objects.live().with_role(Role.AGENCY_LEAD).select_related("user").order_by("pk")
    for member in members:
        if counts.get(member.user_id):
            notify(
                kind,
                to=member,
                key=f"{kind}:{review.quarter_start}",
                link=reverse("access-review"),
                count=counts[member.user_id],
            )


@transaction.atomic
def answer_review(
    *, line: ReviewedMembership, answer: str, words: str = "", ends_on: dt.date | None = None, by: Actor
) -> ReviewedMembership:
    """Confirm one colleague's access, ask an administrator to change it, or end it on a day.

    Args:
        answer: a code of ReviewAnswer.
        words: what to change, when it is "change".
        ends_on: their last day, when it is "end". A day in the past ends it at once.

    Raises NotAllowed when it is not this person's to answer or was answered already; ValueError for what is missing.
    """
    line = ReviewedMembership.objects.select_for_update(of=("self",)).with_people().get(pk=line.pk)
    check_can_review(by, line)
    if line.answer:
        raise NotAllowed("Somebody has reviewed this already.")
    if answer not in ReviewAnswer.values:
        raise ValueError("Say whether their access stays as it is.")
    if answer == ReviewAnswer.CHANGE and not words.strip():
        raise ValueError("Say what to change.")
    if answer == ReviewAnswer.END:
        if ends_on is None:
            raise ValueError("Enter their last day.")
        if ends_on > timezone.localdate() + LONGEST_AHEAD:
            raise ValueError("Their last day must be within a year.")
        end_membership(membership=line.membership, on=ends_on, by=by)
    line.answer = answer
    line.words = words.strip()[:300] if answer == ReviewAnswer.CHANGE else ""
    line.ends_on = ends_on if answer == ReviewAnswer.END else None
    line.answered_by, line.answered_at = by.membership, timezone.now()
    line.save(update_fields=["answer", "words", "ends_on", "answered_by", "answered_at"])
    record_change(
        by, "Reviewed a colleague's access", obj=line.membership, level="account", answer=str(answer)
    )
    if answer == ReviewAnswer.CHANGE:
        _tell_administrators(line)
    return line


def _tell_administrators(line: ReviewedMembership) -> None:
    administrators = Membership.objects.live().with_role(Role.SYSTEM_ADMINISTRATOR).select_related("user")
    for member in administrators.exclude(user=line.membership.user):
        notify(
            "access-to-change", to=member, key=f"access-to-change:{line.pk}", link=reverse("access-review")
        )


@transaction.atomic
def finish_change(*, line: ReviewedMembership, by: Actor) -> None:
    """Say that a change that was asked for has been made, or was settled. Raises NotAllowed."""
    by.require(Permission.ACCOUNTS_MANAGE)
    if line.membership.user_id == by.user.pk:
        raise NotAllowed("Another administrator changes your access.")
    done = ReviewedMembership.objects.to_change().filter(pk=line.pk)
    if not done.update(done_by=by.membership, done_at=timezone.now()):
        raise NotAllowed("This change was made already.")
    record_change(by, "Finished a change of access", obj=line.membership, level="account")


def may_end(actor: Actor, line: ReviewedMembership) -> bool:
    """Whether this person may end the membership themself, for the form."""
    return can_end_membership(actor, line.membership)
