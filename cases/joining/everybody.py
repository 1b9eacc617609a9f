"""Who is working with a family, in one list: professionals, cover, volunteers, the family itself and its guests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cases.models import Case, Guest, Person, TeamMember, TeamPlace


@dataclass
class Line:
    """One person in the list. `member`: their place on the team, when they have one."""

    kind: str
    name: str
    job: str
    where: str
    part: str
    tag: str = ""
    colour: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    last_contact: dt.date | None = None
    phone: str = ""
    member: TeamMember | None = None

    @property
    def may_leave(self) -> bool:
        """Whether their place can be ended here: who leads hands over first, and cover ends by itself."""
        return self.member is not None and not self.member.is_lead and self.kind != "cover"


ORDER = ("lead", "cover", "professional", "panel", "volunteer", "reads", "family", "guest")


def everybody(case: Case, team: list[TeamMember]) -> list[Line]:
    """Everybody who works with the family, who leads first. Two queries beside the team's own."""
    found = [_member(each) for each in team]
    found += [_person(each) for each in Person.objects.filter(family=case.family_id)]
    guests = Guest.objects.filter(case=case).select_related("invited_by__agency")
    found += [_guest(each) for each in guests if each.is_live]
    return sorted(found, key=lambda line: ORDER.index(line.kind))


def _member(member: TeamMember) -> Line:
    person, agency = member.membership, member.membership.agency
    kind, tag, colour = str(member.place), "", ""
    part = member.helps_with
    if getattr(member, "is_lead", False) and member.place != TeamPlace.COVER:
        kind, tag, colour = "lead", "lead", "teal"
    elif member.place == TeamPlace.COVER:
        tag, colour = "Covers for the lead", "blue"
        part = part or "Does what the lead does between these days"
    elif member.reads_only:
        kind, tag, colour = "reads", "Reads only", "grey"
        part = "Led before and handed over"
    elif member.place == TeamPlace.VOLUNTEER:
        tag, colour = "Volunteer", "purple"
    elif member.place == TeamPlace.PANEL:
        tag, colour = "On a panel", "grey"
    return Line(
        kind,
        person.user.full_name,
        person.job_title,
        agency.name,
        part,
        tag,
        colour,
        member.starts_on,
        member.ends_on,
        member.last_contact_on,
        person.contact_phone,
        member,
    )


def _person(person: Person) -> Line:
    name = person.full_name
    if person.known_as and person.known_as != person.first_name:
        name = f"{name} (known as {person.known_as})"
    where = "The family" if person.lives_with_family else "The family, lives elsewhere"
    part = person.role_in_household or ("A child of the family" if person.is_child else "")
    return Line("family", name, "", where, part, "Family", "green", phone=person.phone)


def _guest(guest: Guest) -> Line:
    return Line(
        "guest",
        guest.name,
        "",
        guest.organisation or f"Guest of {guest.invited_by.agency.name}",
        "Reads some of the record",
        "Guest",
        "yellow",
        guest.invited_at.date(),
        guest.expires_at.date(),
    )
