"""Meetings every so many weeks: planned together, changed or cancelled one by one or from one on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.actions.agenda import locked
from cases.actions.meeting import cancel_meeting, change_meeting
from cases.actions.meeting_setup import create_meeting
from cases.actions.notes import write_event
from cases.agenda import draft_agenda
from cases.models import (
    AgendaKind,
    Invitation,
    Meeting,
    MeetingKind,
    MeetingSeries,
    MeetingStatus,
    TeamMember,
)
from cases.rules.meeting import check_can_change_meeting
from cases.scheduling.days import dates_every, suitable_day
from cases.scheduling.telling import tell_invited
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.dates import moment_from, weekday

MOST = 12  # meetings planned at once: a year of reviews every month
# What stands on the agenda of a meeting weeks ahead. The plan joins it when the meeting before has been held.
STANDING = (AgendaKind.STANDING, AgendaKind.VOICE)


@transaction.atomic
def plan_series(
    *, meeting: Meeting, weeks: int, number: int, skip_school_holidays: bool, by: Actor
) -> list[Meeting]:
    """Plan the meetings that follow one: as long, at the same time of day, with the same people, place and call.

    Args:
        weeks: from one to the next, 1 to 26.
        number: how many more, at most 12.
        skip_school_holidays: a day in them gives way to the next day that suits, as weekends and bank holidays do.

    Those asked get one message with all the dates. Raises cases.rules.NotAllowed, or ValueError with a sentence.
    """
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    if meeting.status not in (MeetingStatus.PLANNED, MeetingStatus.HELD):
        raise ValueError("Choose the time of this meeting first.")
    if not 1 <= number <= MOST or not 1 <= weeks <= 26:
        raise ValueError(f"Plan 1 to {MOST} meetings, 1 to 26 weeks apart.")
    if meeting.series_id and following(meeting):
        raise ValueError("The following meetings are planned already. Change or cancel those instead.")
    dates = [
        start
        for start in dates_every(
            meeting.starts_at, weeks=weeks, number=number, skip_school_holidays=skip_school_holidays
        )
        if start > timezone.now()
    ]
    if not dates:
        raise ValueError("All of these dates are over. Plan a new meeting instead.")
    series = MeetingSeries.objects.create(
        case=meeting.case,
        agency=by.agency,
        every_weeks=weeks,
        skips_school_holidays=skip_school_holidays,
        made_by=by.membership,
    )
    Meeting.objects.filter(pk=meeting.pk).update(series=series)
    people = _still_there(meeting)
    agenda = [draft for draft in draft_agenda(meeting.case) if draft.kind in STANDING]
    planned = [
        create_meeting(
            case=meeting.case,
            facts=_copied(meeting)
            | {"starts_at": start, "ends_at": start + _length(meeting), "series": series},
            invite=people,
            agenda=agenda,
            by=by,
        )
        for start in dates
    ]
    record_change(
        by, "Planned a series of meetings", case=meeting.case, obj=series, meetings=len(planned), weeks=weeks
    )
    body = "; ".join(weekday(each.starts_at) for each in planned)
    write_event(case=meeting.case, title=f"{len(planned)} more meetings were arranged", body=body, by=by)
    tell_invited("meetings-planned", planned[0], mark=0, by=by)
    return planned


def following(meeting: Meeting) -> list[Meeting]:
    """The planned meetings of the same series after one, in their order."""
    if not meeting.series_id:
        return []
    later = Meeting.objects.filter(
        series=meeting.series_id, status=MeetingStatus.PLANNED, starts_at__gt=meeting.starts_at
    )
    return list(later.select_related("case", "series").order_by("starts_at"))


@transaction.atomic
def change_following(*, meeting: Meeting, by: Actor, **facts: Any) -> list[Meeting]:
    """Change a meeting and all that follow in its series: moved by as many days, at the same new time of day.

    Args:
        facts: as cases.actions.meeting.change_meeting, for the meeting itself.

    Each still gives way to weekends and holidays as the series does. One message tells of all. Raises
    cases.rules.NotAllowed, or ValueError with a sentence.
    """
    meeting = locked(meeting)
    later = following(meeting)
    start, end = timezone.localtime(facts["starts_at"]), facts["ends_at"]
    moved_by = start.date() - timezone.localdate(meeting.starts_at)
    length = end - facts["starts_at"]
    changed = [change_meeting(meeting=meeting, is_told=False, by=by, **facts)]
    for each in later:
        day = suitable_day(
            timezone.localdate(each.starts_at) + moved_by,
            skip_school_holidays=each.series.skips_school_holidays,
        )
        own_start = moment_from(day, start.time())
        own = facts | {
            "starts_at": own_start,
            "ends_at": own_start + length,
            "title": each.title,
            "purpose": each.purpose,
        }
        changed.append(change_meeting(meeting=each, is_told=False, by=by, **own))
    tell_invited("meetings-changed", changed[0], mark=changed[0].sequence, by=by)
    return changed


@transaction.atomic
def cancel_following(*, meeting: Meeting, reason: str, by: Actor) -> list[Meeting]:
    """Cancel a meeting and all that follow in its series. One message tells of all.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    later = following(meeting)
    cancelled = [
        cancel_meeting(meeting=each, reason=reason, is_told=False, by=by) for each in [meeting, *later]
    ]
    tell_invited("meetings-cancelled", cancelled[0], mark=cancelled[0].sequence, by=by)
    return cancelled


def gaps_too_long(dates: list[dt.datetime]) -> list[str]:
    """One sentence for each gap that is longer than a review may be put off (EH_REVIEW_LIMIT_DAYS)."""
    limit = settings.EARLY_HELP["REVIEW_LIMIT_DAYS"]
    found = []
    for earlier, later in zip(dates, dates[1:], strict=False):
        days = (timezone.localdate(later) - timezone.localdate(earlier)).days
        if days > limit:
            found.append(
                f"{weekday(later)} is {days} days after the meeting before. A plan is reviewed within {limit} days."
            )
    return found


def _copied(meeting: Meeting) -> dict[str, Any]:
    return {
        "kind": MeetingKind.REVIEW,
        "title": "Review meeting",
        "place": meeting.place,
        "call_link": meeting.call_link,
        "chair": meeting.chair,
    }


def _length(meeting: Meeting) -> dt.timedelta:
    return meeting.ends_at - meeting.starts_at


def _still_there(meeting: Meeting) -> list:
    """Those asked to a meeting who are still on the team, of the family, or its guests."""
    on_team = set(
        TeamMember.objects.current().filter(case=meeting.case).values_list("membership_id", flat=True)
    )
    asked = Invitation.objects.filter(meeting=meeting).select_related("membership", "person", "guest")
    people = [i.membership for i in asked if i.membership_id in on_team]
    people += [i.person for i in asked if i.person]
    return people + [i.guest for i in asked if i.guest and i.guest.is_live]
