"""A meeting as a calendar file (RFC 5545). It leaves the system, so it holds the reference and
nothing about the family: not the title, nor the place, which may be their home."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from cases.models import Meeting, MeetingStatus

FOLD_AT = 75  # octets a line, RFC 5545 section 3.1


def calendar_file(meeting: Meeting, address: str) -> bytes:
    """One meeting for people's calendars; a later version or a cancellation replaces the earlier one by its number.

    Args:
        address: the meeting's page, where those who may see it find the rest.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Early Help//{_text(settings.EARLY_HELP['PARTNERSHIP_NAME'])}//EN",
        f"METHOD:{'CANCEL' if meeting.status == MeetingStatus.CANCELLED else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{meeting.pk}@early-help",
        f"SEQUENCE:{meeting.sequence}",
        f"DTSTAMP:{_moment(timezone.now())}",
        f"DTSTART:{_moment(meeting.starts_at)}",
        f"DTEND:{_moment(meeting.ends_at)}",
        f"SUMMARY:{_text(f'Early help meeting {meeting.case.reference}')}",
        f"URL:{address}",
        f"STATUS:{'CANCELLED' if meeting.status == MeetingStatus.CANCELLED else 'CONFIRMED'}",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> bytes:
    """Break a long line so that no character is cut in two."""
    parts, current = [], b""
    for character in line:
        encoded = character.encode()
        limit = FOLD_AT if not parts else FOLD_AT - 1
        if len(current) + len(encoded) > limit:
            parts.append(current)
            current = b""
        current += encoded
    return b"\r\n ".join([*parts, current])
