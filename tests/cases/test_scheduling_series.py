"""Meetings every so many weeks: their days, changing and cancelling one or all that follow, one message for all."""

import datetime as dt

import pytest
from django.utils import timezone
from icalendar import Calendar

from cases.actions.meeting import arrange_meeting, end_meeting
from cases.models import Meeting, MeetingSeries
from cases.rules import NotAllowed
from cases.scheduling.days import (
    dates_every,
    sensible_times,
    suitable_day,
    usual_day,
    warnings_about,
)
from cases.scheduling.series import cancel_following, change_following, following, gaps_too_long, plan_series
from earlyhelp.web.dates import moment_from
from tests.fixtures.scheduling import at, files_of, sent

pytestmark = pytest.mark.django_db
CHRISTMAS = (dt.date(2026, 12, 21), dt.date(2027, 1, 1))


@pytest.fixture
def holidays(settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"SCHOOL_HOLIDAYS": (CHRISTMAS,)}


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (dt.date(2026, 12, 5), "is a Saturday"),
        (dt.date(2026, 12, 6), "is a Sunday"),
        (dt.date(2026, 12, 25), "is a bank holiday"),
        (dt.date(2026, 12, 28), "is a bank holiday"),  # Boxing Day is a Saturday in 2026
        (dt.date(2027, 3, 26), "is a bank holiday"),  # Good Friday
        (dt.date(2026, 12, 22), "is in the school holidays"),
        (dt.date(2026, 12, 8), ""),
    ],
)
def test_days_on_which_people_may_not_come(holidays, day, why):
    found = warnings_about([day, day])
    assert (len(found), found[0].endswith(f"{why}.") if found else "") == ((1, True) if why else (0, ""))


def test_a_day_that_does_not_suit_gives_way_to_the_next(holidays):
    assert suitable_day(dt.date(2026, 12, 19)) == dt.date(2027, 1, 4)
    assert suitable_day(dt.date(2026, 12, 19), skip_school_holidays=False) == dt.date(2026, 12, 21)
    assert suitable_day(dt.date(2026, 12, 25), skip_school_holidays=False) == dt.date(2026, 12, 29)


def test_holidays_without_end_do_not_stop_the_clock(settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {
        "SCHOOL_HOLIDAYS": ((dt.date(2026, 1, 1), dt.date(2030, 1, 1)),)
    }
    assert suitable_day(dt.date(2026, 12, 5)) == dt.date(2026, 12, 7)


def test_every_six_weeks_keeps_the_time_of_day_over_the_change_of_clocks(holidays):
    start = moment_from(dt.date(2027, 2, 22), dt.time(10))
    found = dates_every(start, weeks=6, number=2, skip_school_holidays=True)
    assert [timezone.localtime(each).time() for each in found] == [dt.time(10)] * 2
    assert [timezone.localdate(each) for each in found] == [dt.date(2027, 4, 5), dt.date(2027, 5, 17)]
    passed = found[0].astimezone(dt.UTC) - start.astimezone(dt.UTC)
    assert passed == dt.timedelta(weeks=6) - dt.timedelta(hours=1)


def test_a_day_moved_by_a_holiday_leaves_the_rhythm_as_it_was(holidays):
    start = moment_from(dt.date(2026, 12, 4), dt.time(9, 30))
    found = dates_every(start, weeks=3, number=3, skip_school_holidays=True)
    assert [timezone.localdate(each) for each in found] == [
        dt.date(2027, 1, 4),  # 25 December: the first school day after
        dt.date(2027, 1, 15),
        dt.date(2027, 2, 5),
    ]


def test_weekly_meetings_meet_once_after_a_holiday(holidays):
    start = moment_from(dt.date(2026, 12, 14), dt.time(9))
    found = dates_every(start, weeks=1, number=4, skip_school_holidays=True)
    assert [timezone.localdate(each) for each in found] == [dt.date(2027, 1, 4), dt.date(2027, 1, 11)]


def test_gaps_longer_than_a_review_may_wait_are_said(settings):
    start = at(1)
    dates = [start, start + dt.timedelta(days=84), start + dt.timedelta(days=84 + 85)]
    [warning] = gaps_too_long(dates)
    assert "85 days" in warning and "84 days" in warning


def test_the_usual_day_follows_the_last_meeting(people, meeting_of, settings):
    last = meeting_of(people.case, people.alice, starts_at=at(-3))
    due = timezone.localdate(last.starts_at) + dt.timedelta(days=settings.EARLY_HELP["REVIEW_DAYS"])
    assert usual_day(people.case, last) == suitable_day(due)
    long_ago = meeting_of(people.case, people.alice, starts_at=at(-200))
    assert usual_day(people.case, long_ago) >= timezone.localdate() + dt.timedelta(days=2)
    assert usual_day(people.case, None) > timezone.localdate()


def test_sensible_times_are_six_on_days_that_suit(holidays):
    found = sensible_times(dt.date(2026, 12, 17), dt.time(9, 15))
    days = sorted({timezone.localdate(each) for each in found})
    assert (len(found), len(days)) == (6, 3)
    assert not warnings_about(days)
    assert {timezone.localtime(each).time() for each in found} == {dt.time(9, 15), dt.time(14)}


# -- Meetings ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def first(people, seen_by, world, mother):
    world.join(people.case, people.bob)
    meeting = arrange_meeting(
        case=people.case,
        title="Review meeting",
        starts_at=at(5),
        ends_at=at(5, 11),
        chair=people.alice,
        place="School",
        invite=[people.bob, mother],
        by=seen_by(people.alice),
    )
    sent()
    return meeting


def plan(meeting, by, number=3, weeks=6):
    planned = plan_series(meeting=meeting, weeks=weeks, number=number, skip_school_holidays=True, by=by)
    meeting.refresh_from_db()
    return planned


def test_a_series_is_meetings_with_the_same_people_and_one_message(first, people, seen_by):
    alice = seen_by(people.alice)
    planned = plan(first, alice)
    assert [each.pk for each in following(first)] == [each.pk for each in planned]
    assert first.series == MeetingSeries.objects.get()
    for each in planned:
        assert (each.place, each.title, each.ends_at - each.starts_at) == (
            "School",
            "Review meeting",
            dt.timedelta(hours=1),
        )
        assert each.invitations.count() == 3
        assert [item.kind for item in each.agenda.all()] == ["standing", "voice", "standing"]
    told = sent()
    assert sorted(each.to[0] for each in told) == sorted([people.alice.user.email, people.bob.user.email])
    for each in told:
        entries = [Calendar.from_ical(content).walk("VEVENT")[0] for _method, content in files_of(each)]
        assert [str(entry["UID"]).split("@")[0] for entry in entries] == [str(m.pk) for m in planned]


def test_planning_twice_is_refused(first, people, seen_by):
    alice = seen_by(people.alice)
    plan(first, alice)
    with pytest.raises(ValueError, match="already"):
        plan(first, alice)
    with pytest.raises(ValueError, match="1 to"):
        plan_series(meeting=first, weeks=6, number=99, skip_school_holidays=True, by=alice)
    with pytest.raises(NotAllowed):
        plan(first, seen_by(people.bob))


def test_changing_all_that_follow_moves_each_by_as_many_days(first, people, seen_by):
    alice = seen_by(people.alice)
    planned = plan(first, alice)
    sent()
    start = moment_from(timezone.localdate(planned[0].starts_at) + dt.timedelta(days=1), dt.time(13))
    before = [timezone.localdate(each.starts_at) for each in planned]
    facts = {"title": "Long review", "chair": people.alice, "place": "Library"}
    change_following(
        meeting=planned[0], starts_at=start, ends_at=start + dt.timedelta(hours=2), by=alice, **facts
    )
    now = list(Meeting.objects.filter(pk__in=[each.pk for each in planned]).order_by("starts_at"))
    assert (
        [timezone.localdate(each.starts_at) for each in now]
        == [
            timezone.localdate(start),  # as it was typed
            *(suitable_day(day + dt.timedelta(days=1)) for day in before[1:]),
        ]
    )
    assert {timezone.localtime(each.starts_at).time() for each in now} == {dt.time(13)}
    assert {(each.place, each.sequence) for each in now} == {("Library", 1)}
    assert [each.title for each in now] == ["Long review", "Review meeting", "Review meeting"]
    first.refresh_from_db()
    assert (first.place, first.sequence) == ("School", 0), "the one before stays"
    told = sent()
    assert len(told) == 2
    methods = [method for method, _content in files_of(told[0])]
    assert methods == ["REQUEST"] * 3


def test_cancelling_the_rest_leaves_what_was_before(first, people, seen_by):
    alice = seen_by(people.alice)
    planned = plan(first, alice)
    sent()
    cancel_following(meeting=planned[1], reason="The plan is done", by=alice)
    states = Meeting.objects.order_by("starts_at").values_list("status", flat=True)
    assert list(states) == ["planned", "planned", "cancelled", "cancelled"]
    told = sent()
    assert len(told) == 2
    assert [method for method, _content in files_of(told[0])] == ["CANCEL", "CANCEL"]
    with pytest.raises(ValueError, match="Say why"):
        cancel_following(meeting=first, reason=" ", by=alice)
    assert Meeting.objects.filter(status="planned").count() == 2, "all or none"


def test_one_of_a_series_is_changed_alone(first, people, seen_by):
    from cases.actions.meeting import change_meeting

    alice = seen_by(people.alice)
    planned = plan(first, alice)
    sent()
    change_meeting(
        meeting=planned[1],
        title="x",
        starts_at=at(50),
        ends_at=at(50, 11),
        chair=people.alice,
        by=alice,
    )
    assert Meeting.objects.filter(sequence=1).get() == planned[1]
    assert {len(files_of(each)) for each in sent()} == {1}


def test_the_meeting_before_brings_the_plan_onto_the_next_agenda(first, people, seen_by, outcome_of):
    alice = seen_by(people.alice)
    planned = plan(first, alice)
    outcome = outcome_of(people.case)
    alice = seen_by(people.alice)
    attendance = dict.fromkeys(first.invitations.all(), "attended")
    after = end_meeting(meeting=first, attendance=attendance, by=alice)
    assert after == planned[0]
    assert planned[0].agenda.filter(outcome=outcome).count() == 1
    first.refresh_from_db()
    assert first.next_meeting_at == planned[0].starts_at
    assert planned[0].agenda.count() == 4, "nothing twice"


def test_a_series_after_a_meeting_that_is_still_looking_for_its_time(finding, people, seen_by):
    with pytest.raises(ValueError, match="Choose the time"):
        plan_series(meeting=finding, weeks=6, number=2, skip_school_holidays=True, by=seen_by(people.alice))
