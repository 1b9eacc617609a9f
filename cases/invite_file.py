"""A meeting as a calendar file (RFC 5545 and, where it is sent, RFC 5546).

It leaves the system, so it holds the reference, to people with an account, and nothing about the family: not the title,
nor the place, which may be their home.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vRecur

from cases.models import Meeting, MeetingStatus

ENGLAND = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Entry:
    """What a calendar is told of one meeting. `reference` is empty for people without an account."""

    meeting_id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    sequence: int
    is_cancelled: bool = False
    reference: str = ""

    @property
    def uid(self) -> str:
        """The same for every version of one meeting, so that a change and a cancellation find it."""
        return f"{self.meeting_id}@early-help"


def calendar_file(meeting: Meeting, address: str) -> bytes:
    """One meeting to download; a later version or a cancellation replaces the earlier one by its number.

    Args:
        address: the meeting's page, where those who may see it find the rest.
    """
    entry = Entry(
        meeting.pk,
        meeting.starts_at,
        meeting.ends_at,
        meeting.sequence,
        meeting.status == MeetingStatus.CANCELLED,
        meeting.case.reference,
    )
    return entry_file(entry, "CANCEL" if entry.is_cancelled else "PUBLISH", address=address)


def sent_file(entry: Entry, *, to: str, address: str = "") -> bytes:
    """One meeting as it is sent to one person: their calendar takes it in, moves it or takes it out.

    Args:
        to: the person's e-mail address; nobody else's stands in the file.
    """
    return entry_file(entry, method_of(entry), to=to, address=address)


def method_of(entry: Entry) -> str:
    """What a calendar is asked to do with an entry that is sent (RFC 5546)."""
    return "CANCEL" if entry.is_cancelled else "REQUEST"


def entry_file(entry: Entry, method: str, *, to: str = "", address: str = "") -> bytes:
    """A calendar file with one entry, in England's time."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//Early Help//{settings.EARLY_HELP['PARTNERSHIP_NAME']}//EN")
    calendar.add("method", method)
    calendar.add_component(_england())
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", timezone.now().astimezone(dt.UTC))
    event.add("dtstart", entry.starts_at.astimezone(ENGLAND))
    event.add("dtend", entry.ends_at.astimezone(ENGLAND))
    event.add("summary", f"Early help meeting {entry.reference}".strip())
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if address:
        event.add("url", address)
    if to:
        event.add("organizer", _person(settings.DEFAULT_FROM_EMAIL, settings.EARLY_HELP["PARTNERSHIP_NAME"]))
        # Nobody reads answers that calendars send by themselves: people answer on the page behind the link.
        event.add("attendee", _person(to, "", RSVP="FALSE"))
    calendar.add_component(event)
    return calendar.to_ical()


def _person(address: str, name: str, **parameters: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{address.rpartition('<')[2].rstrip('>')}")
    for key, value in ({"CN": name} if name else parameters).items():
        found.params[key] = value
    return found


def _england() -> Timezone:
    """Europe/London by its rule since 1996 (The Summer Time Order 2002), on the clock of the day: no table of years."""
    zone = Timezone()
    zone.add("tzid", "Europe/London")
    for kind, name, starts, before, after, month in (
        (TimezoneDaylight, "BST", dt.datetime(1996, 3, 31, 1), 0, 1, 3),  # noqa: DTZ001
        (TimezoneStandard, "GMT", dt.datetime(1996, 10, 27, 2), 1, 0, 10),  # noqa: DTZ001
    ):
        part = kind()
        part.add("dtstart", starts)
        part.add("tzname", name)
        part.add("tzoffsetfrom", dt.timedelta(hours=before))
        part.add("tzoffsetto", dt.timedelta(hours=after))
        part.add("rrule", vRecur(freq="yearly", bymonth=month, byday="-1su"))
        zone.add_component(part)
    return zone
