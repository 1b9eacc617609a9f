"""Who has seen a family's record, when and why, in words for the family itself.

One list for one reader. A member of the family may have told a service something that the others do not know, and the
mere name of that service would tell them. So a service is named only to somebody who was asked about it, or who was
told that it was given the record. Parts of the record that could give something away have no name of their own here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from cases.models import Case, Consent, EmergencyAccess, Guest, LawfulShare, Person
from earlyhelp.access import Role
from earlyhelp.audit.models import Event, Level
from earlyhelp.web.dates import MONTHS, day
from hubs.models import Membership

# What a page of the record is called to the family. Whatever is not here is "another part of the record".
PARTS = {
    "overview": "the front page",
    "people": "who is in the family",
    "timeline": "notes of what happened",
    "assessments": "the assessment",
    "plan": "the plan",
    "meetings": "the meetings",
    "documents": "letters and documents",
    "sharing": "what you agreed to share",
    "history": "who looked and who changed what",
}
# Pages that are recorded by their words alone.
PARTS_BY_WORDS = {"Downloaded a document": "documents"}
OTHER_PART = "another part of the record"

AGREED = "You agreed to share with them."
LAW = "The law let us share with them without asking. You were told."
DUTY = "It is the hub’s duty to look after early help in your area."
EMERGENCY = "It was an emergency: a child or an adult could have been badly hurt."
TEAM = "They work with your family."
GUEST = "Somebody in your family agreed to let them in for some days."


@dataclass
class Line:
    """One practitioner, or one guest, with the days and what they looked at. `key` stands in the maker's form."""

    key: str
    agency: str
    job: str
    name: str = ""
    grounds: list[str] = field(default_factory=list)
    days: list[dt.date] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    checked: str = ""

    @property
    def months(self) -> list[str]:
        """The days gathered by month: "3, 4 and 18 November 2026"."""
        gathered: dict[tuple[int, int], list[int]] = defaultdict(list)
        for each in sorted(self.days, reverse=True):
            gathered[each.year, each.month].append(each.day)
        words = []
        for (year, month), numbers in gathered.items():
            days = [str(number) for number in sorted(numbers)]
            listed = days[0] if len(days) == 1 else f"{', '.join(days[:-1])} and {days[-1]}"
            words.append(f"{listed} {MONTHS[month - 1]} {year}")
        return words


@dataclass
class ReadingLog:
    """The list for one reader (None: for the whole family together)."""

    reader: Person | None
    lines: list[Line]
    since: dt.date

    def without(self, keys: Collection[str]) -> ReadingLog:
        """The list without these lines, left out because telling would put somebody at risk."""
        return replace(self, lines=[line for line in self.lines if line.key not in keys])


def readers_of(case: Case) -> list[Person]:
    """Members of the family for whom a list can be made: those whom the maker sees."""
    return list(case.family.people.order_by("is_child", "born_on", "pk"))


def reading_log(case: Case, reader: Person | None) -> ReadingLog:
    """The list as `reader`, a member of the family, may have it; None gives only what every member may know."""
    looks = _looks_of(case)
    members = Membership.objects.with_people().in_bulk([pk for pk, guest in looks if pk and not guest])
    known = _Known(case, reader)
    lines = []
    for (membership_id, guest_id), days in looks.items():
        if guest_id:
            line = _line_of_guest(known.guests.get(guest_id), days)
        else:
            line = _line_of(members.get(membership_id), days, known)
        if line is not None:
            lines.append(line)
    lines.sort(key=lambda line: (line.agency, line.job, line.key))
    return ReadingLog(reader, lines, timezone.localdate(case.created_at))


def _looks_of(case: Case) -> dict[tuple[int | None, int | None], dict[dt.date, set[str]]]:
    """(membership, guest) -> day -> codes of parts. The log's own words are turned into codes here."""
    found: dict = defaultdict(lambda: defaultdict(set))
    rows = (
        Event.objects.for_case(case)
        .filter(Q(membership_id__isnull=False) | Q(guest_id__isnull=False))
        .filter(level__in=[Level.RECORD, Level.SECTION])
        .annotate(day=TruncDate("at"))
        .order_by()
        .values_list(
            "membership_id", "guest_id", "day", "level", "facts__section", "facts__assessment", "verb"
        )
        .annotate(n=Count("pk"))
    )
    for membership, guest, on, level, section, assessment, verb, _n in rows:
        if level == Level.RECORD:
            code = "overview"
        else:
            code = section or ("assessments" if assessment else PARTS_BY_WORDS.get(verb, ""))
        found[membership, guest][on].add(code)
    return found


class _Known:
    """What the reader knows already: the services they were asked about or told of, on which days."""

    def __init__(self, case: Case, reader: Person | None):
        self.case = case
        answers = list(Consent.objects.filter(case=case).order_by())
        # Their own answers, and those they gave for a child: what another member said is not for them to learn here.
        own: dict[UUID, list[Consent]] = defaultdict(list)
        for each in answers:
            own[each.given_by_id or each.person_id].append(each)
        readers = self._readers(case, reader, own)
        self.given = {pk: [each for each in own[pk] if each.answer == "given"] for pk in readers}
        self.shares = list(LawfulShare.objects.filter(case=case))
        told = {each.agency_id for each in self.shares if each.family_told}
        asked = [{each.agency_id for each in own[pk]} for pk in readers]
        self.agencies = set.intersection(*asked) | told if asked else told
        self.emergencies = list(EmergencyAccess.objects.filter(case=case))
        self.guests = {
            guest.pk: guest
            for guest in Guest.objects.filter(case=case).select_related("invited_by__agency")
            if readers == [guest.agreed_by_id]
        }

    @staticmethod
    def _readers(case: Case, reader: Person | None, own: dict[UUID, list[Consent]]) -> list[UUID]:
        """Those who must all know of a service before it is named: the reader, or every grown-up and whoever answered.

        A child for whom others answer gets the list of the whole family: it will be read aloud to everybody.
        """
        if reader is not None and (reader.pk in own or not reader.is_child):
            return [reader.pk]
        return [each.pk for each in readers_of(case) if not each.is_child or each.pk in own]

    def grounds(self, member: Membership, days: Iterable[dt.date]) -> tuple[list[str], list[EmergencyAccess]]:
        """Why somebody could look on those days, in the order of the days; and their emergency accesses."""
        words: dict[str, None] = {}
        used: dict[int, EmergencyAccess] = {}
        for on in sorted(days):
            emergency = self.emergency_of(member, on)
            if emergency:  # always told, whatever else would have let them look
                words[EMERGENCY] = None
                used[emergency.pk] = emergency
            elif _is_of_the_hub(member, self.case):
                words[DUTY] = None
            elif self._agreed(member.agency_id, on):
                words[AGREED] = None
            elif any(
                each.agency_id == member.agency_id and each.family_told and _covers(each, on)
                for each in self.shares
            ):
                words[LAW] = None
            else:
                words[TEAM] = None
        return list(words), list(used.values())

    def _agreed(self, agency: int, on: dt.date) -> bool:
        """Whether every reader had agreed to share with the agency on that day."""
        return bool(self.given) and all(
            any(each.agency_id == agency and _stood(each, on) for each in answers)
            for answers in self.given.values()
        )

    def emergency_of(self, member: Membership, on: dt.date) -> EmergencyAccess | None:
        for each in self.emergencies:
            first, last = timezone.localdate(each.starts_at), timezone.localdate(each.expires_at)
            if each.membership_id == member.pk and first <= on <= last:
                return each
        return None


def _stood(answer: Consent, on: dt.date) -> bool:
    return (
        answer.given_on <= on
        and (answer.valid_until is None or on <= answer.valid_until)
        and (answer.ended_at is None or on <= timezone.localdate(answer.ended_at))
    )


def _covers(share: LawfulShare, on: dt.date) -> bool:
    return share.starts_on <= on and (share.ends_on is None or on <= share.ends_on)


def _is_of_the_hub(member: Membership, case: Case) -> bool:
    if Role.HUB_MANAGER.value in member.roles and member.hub_id is None:
        return True
    is_staff = bool({Role.HUB_MANAGER.value, Role.HUB_COORDINATOR.value} & set(member.roles))
    return is_staff and member.hub_id == case.hub_id


def _line_of(member: Membership | None, days: dict[dt.date, set[str]], known: _Known) -> Line | None:
    """The line of one practitioner; None when the reader is not to learn of their agency from this list."""
    if member is None:
        return None
    is_of_the_hub = _is_of_the_hub(member, known.case)
    emergency_days = {on for on in days if known.emergency_of(member, on)}
    if member.agency_id in known.agencies or is_of_the_hub:
        shown = days
    else:
        # Of a service that the reader does not know, only what was an emergency: those are always told.
        shown = {on: codes for on, codes in days.items() if on in emergency_days}
    if not shown:
        return None
    grounds, emergencies = known.grounds(member, shown)
    return Line(
        key=f"m{member.pk}",
        agency="The early help hub" if is_of_the_hub else member.agency.name,
        job=member.job_title,
        name=member.user.full_name if settings.EARLY_HELP["FAMILY_LOG_NAMES"] else "",
        grounds=grounds,
        days=list(shown),
        parts=_words_of_parts(shown),
        checked=" ".join(_checked(each) for each in emergencies),
    )


def _line_of_guest(guest: Guest | None, days: dict[dt.date, set[str]]) -> Line | None:
    if guest is None:
        return None
    return Line(
        key=f"g{guest.pk}",
        agency=guest.organisation or "A guest",
        job=f"Guest, invited by {guest.invited_by.agency.name}",
        name=guest.name if settings.EARLY_HELP["FAMILY_LOG_NAMES"] else "",
        grounds=[GUEST],
        days=list(days),
        parts=_words_of_parts(days),
    )


def _words_of_parts(days: dict[dt.date, set[str]]) -> list[str]:
    codes = set().union(*days.values())
    words = [words for code, words in PARTS.items() if code in codes]
    return words + ([OTHER_PART] if codes - set(PARTS) else [])


def _checked(emergency: EmergencyAccess) -> str:
    on = day(emergency.starts_at)
    if emergency.reviewed_at:
        return f"Somebody else checked the emergency of {on}, on {day(emergency.reviewed_at)}."
    return f"Somebody else is checking the emergency of {on}."
