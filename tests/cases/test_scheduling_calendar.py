"""Calendar files, read again as calendars read them: one UID for ever, a number that goes up, England's clock."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from cases.actions.meeting import arrange_meeting, cancel_meeting, change_meeting
from cases.invite_file import Entry, calendar_file, sent_file
from cases.models import Invitation, Meeting
from earlyhelp.access.context import as_system, clear_request
from earlyhelp.outbox.models import Message
from tests.fixtures.scheduling import at, entry_in, files_of, sent

pytestmark = pytest.mark.django_db
ENGLAND = ZoneInfo("Europe/London")


@pytest.fixture
def alone(people, seen_by):
    """A meeting of Alice's to which she alone is asked, in a place and under a title that name the family."""
    return arrange_meeting(
        case=people.case,
        title="About Ellie Hollis",
        starts_at=at(5),
        ends_at=at(5, 11),
        chair=people.alice,
        place="4 Elm Road",
        call_link="https://teams.microsoft.com/l/meet/1",
        purpose="Dana asked for it",
        by=seen_by(people.alice),
    )


def change(meeting, by, **facts):
    now = {
        name: getattr(meeting, name)
        for name in ("title", "starts_at", "ends_at", "chair", "place", "call_link")
    }
    return change_meeting(meeting=meeting, by=by, **now | facts)


def test_arranged_moved_and_cancelled_are_one_entry_in_a_calendar(alone, people, seen_by):
    alice = seen_by(people.alice)
    [arranged] = sent()
    change(alone, alice, starts_at=at(6, 14), ends_at=at(6, 15))
    [moved] = sent()
    cancel_meeting(meeting=alone, reason="Away", by=alice)
    [cancelled] = sent()
    found = [files_of(each) for each in (arranged, moved, cancelled)]
    assert [[method for method, _content in files] for files in found] == [
        ["REQUEST"],
        ["REQUEST"],
        ["CANCEL"],
    ]
    entries = [entry_in(files[0][1]) for files in found]
    assert {str(entry["UID"]) for entry in entries} == {f"{alone.pk}@early-help"}
    assert [int(entry["SEQUENCE"]) for entry in entries] == [0, 1, 2]
    assert [str(entry["STATUS"]) for entry in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [entry["DTSTART"].dt for entry in entries] == [at(5), at(6, 14), at(6, 14)]
    for files, entry in zip(found, entries, strict=True):
        assert Calendar.from_ical(files[0][1])["METHOD"] == files[0][0]
        assert entry["DTSTAMP"].dt.tzinfo is not None
        assert str(entry["ATTENDEE"]) == f"mailto:{people.alice.user.email}"
        assert entry["ATTENDEE"].params["RSVP"] == "FALSE"
        assert str(entry["ORGANIZER"]).startswith("mailto:")


def test_what_is_sent_says_a_reference_and_nothing_else(alone, people):
    [told] = sent()
    [(_method, content)] = files_of(told)
    words = content.decode().replace("\r\n ", "")
    for name in ("Ellie", "Hollis", "Elm", "Dana", "teams.microsoft", people.alice.user.last_name):
        assert name not in words
    entry = entry_in(content)
    assert str(entry["SUMMARY"]) == f"Early help meeting {people.case.reference}"
    assert str(entry["URL"]) == "https://testserver" + reverse("meeting-go", args=[alone.pk])
    assert people.case.reference not in told.subject + told.body


def test_the_file_is_made_of_the_meeting_as_it_is_when_the_message_goes(alone, people, seen_by):
    """Two changes before the relay has come round: both messages carry the newest."""
    change(alone, seen_by(people.alice), starts_at=at(8), ends_at=at(8, 11))
    clear_request()  # the relay sees with nobody's eyes
    told = sent()
    assert len(told) == 2
    assert {int(entry_in(files_of(each)[0][1])["SEQUENCE"]) for each in told} == {1}


def test_a_message_holds_no_file_and_nothing_but_numbers(alone):
    message = Message.objects.get(kind="meeting-arranged")
    assert message.facts == {}
    assert message.key.startswith("meeting-arranged:") and message.key.endswith(":0")


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        (dt.date(2027, 3, 26), 10, 10),  # winter
        (dt.date(2027, 3, 29), 10, 9),  # the Monday after the clocks go forward
        (dt.date(2027, 10, 29), 10, 9),  # the Friday before they go back
        (dt.date(2027, 11, 1), 10, 10),
    ],
)
def test_ten_o_clock_is_ten_o_clock_on_either_side_of_summer_time(people, meeting_of, day, hour, utc):
    start = timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
    meeting = meeting_of(people.case, people.alice, starts_at=start)
    content = calendar_file(meeting, "https://example.org/")
    entry = entry_in(content)
    local = entry["DTSTART"].dt
    assert (local.hour, local.astimezone(dt.UTC).hour) == (hour, utc)
    assert entry["DTSTART"].params["TZID"] == "Europe/London"
    # A calendar that knows no Europe/London works it out from the rule in the file.
    [zone] = Calendar.from_ical(content).walk("VTIMEZONE")
    offset = zone.to_tz(lookup_tzid=False).utcoffset(dt.datetime.combine(day, dt.time(hour)))
    assert offset == dt.timedelta(hours=hour - utc)


@pytest.mark.parametrize("year", [2026, 2027, 2031])
def test_the_rule_in_the_file_changes_when_england_does(people, year):
    entry = Entry(people.case.pk, at(5), at(5, 11), 0)
    [zone] = Calendar.from_ical(sent_file(entry, to="a@example.org")).walk("VTIMEZONE")
    written = zone.to_tz(lookup_tzid=False)
    moment = dt.datetime(year, 1, 1, 12)
    while moment.year == year:
        if moment.hour != 1:  # the hour of the change is in both
            assert written.utcoffset(moment) == moment.replace(tzinfo=ENGLAND).utcoffset(), moment
        moment += dt.timedelta(hours=13)


def test_downloading_publishes_and_the_newest_wins(alone, people, signed_in_as):
    browser = signed_in_as(people.alice)
    answer = browser.get(reverse("meeting-calendar", args=[people.case.reference, alone.pk]))
    found = Calendar.from_ical(answer.content)
    assert found["METHOD"] == "PUBLISH"
    entry = entry_in(answer.content)
    assert "ATTENDEE" not in entry and "ORGANIZER" not in entry
    with as_system():
        Meeting.objects.filter(pk=alone.pk).update(status="cancelled", sequence=4, cancel_reason="x")
    answer = browser.get(reverse("meeting-calendar", args=[people.case.reference, alone.pk]))
    entry = entry_in(answer.content)
    assert (str(entry["STATUS"]), int(entry["SEQUENCE"])) == ("CANCELLED", 4)


def test_several_messages_of_a_day_go_without_files(alone, people):
    from earlyhelp.outbox.attachments import attachments_of

    message = Message.objects.get(kind="meeting-arranged")
    assert attachments_of([message], "a@example.org")
    assert attachments_of([message, message], "a@example.org") == []
    message.kind = "meeting-times"
    assert attachments_of([message], "a@example.org") == []


def test_a_file_for_an_invitation_that_is_none_is_none(alone, people):
    from cases.scheduling.telling import calendar_files

    message = Message.objects.get(kind="meeting-arranged")
    message.key = f"meeting-arranged:{people.case.pk}:0"
    assert calendar_files(message, "a@example.org") == []
    assert Invitation.objects.count() == 1
