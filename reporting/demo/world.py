"""The county's frame: districts, agencies, the sharing agreement, the people who work there and their accounts."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.contrib.auth.models import Group

from cases.models import LevelOfNeed
from earlyhelp.accounts import second_factor
from earlyhelp.accounts.actions import create_person_with_password
from earlyhelp.accounts.models import User
from earlyhelp.web.dates import moment_from
from hubs.models import Agency, Hub, Membership, Service
from reporting.demo.agreeing_to_share import agree_to_share
from reporting.demo.cast import CAST, PERSONAS, CastMember
from reporting.demo.places import (
    AGENCIES,
    HISTORICAL_CLOSED,
    HISTORICAL_HUBS,
    HISTORICAL_OPENED,
    HUBS,
)

OPENED = date(2019, 4, 1)
LEVELS = (
    (1, "Universal", "Needs met by services open to every family."),
    (2, "Additional", "One or two agencies help for a time. Early help."),
    (3, "Intensive", "Several agencies help together, with one lead professional. Early help."),
    (4, "Specialist", "A child is, or may be, suffering significant harm. Children's social care leads."),
)
SERVICES = (
    (
        "Parents' Wednesday group",
        "hub-ald",
        "ALD",
        "Tea, talk and a speaker once a month, for any parent or carer.",
    ),
    ("Spring parenting course", "hub-ald", "ALD", "Eight evenings on calm, rules and play. Crèche on site."),
    ("Young carers' club", "brightwater", "", "Tuesdays after school, ages 8 to 17. Pick-up offered."),
    ("Lego club", "brightwater", "ALD", "Wednesdays at 4pm, ages 5 to 11. Then pasta."),
    (
        "Recovery groups for children",
        "lantern",
        "",
        "Ten weeks for children who have lived with domestic abuse.",
    ),
    ("Stay and play", "hub-coa", "COA", "Under-fives and whoever brings them, every weekday morning."),
    ("Two-year-old check drop-in", "health-trust", "", "Any Thursday, no appointment."),
    ("Debt and benefits adviser", "jobcentre", "", "By phone or at any hub, within a week."),
    (
        "Autism family support",
        "brightwater",
        "THO",
        "For families who wait for an assessment or have had one.",
    ),
    ("Boxing fitness with a mentor", "youth-justice", "MAR", "Eight weeks for ages 11 to 16."),
)


@dataclass
class World:
    """The frame once it is in the database, by the keys that stories use."""

    today: date
    hubs: dict[str, Hub] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    staff: dict[str, Membership] = field(default_factory=dict)
    levels: dict[int, LevelOfNeed] = field(default_factory=dict)

    def at(self, day: date, clock: str) -> datetime:
        """A moment: this day at this time ("15:40") in England."""
        return moment_from(day, time.fromisoformat(clock))

    def leaders_of(self, agency: Agency) -> list[Membership]:
        """The agency's practitioners and leads, in the order of the cast."""
        return [member for member in self.staff.values() if member.agency_id == agency.pk]


def build_frame(today: date) -> World:
    """Write districts, levels, agencies, agreement, directory and people. Must run as the system role."""
    world = World(today)
    _hubs(world)
    for number, name, description in LEVELS:
        world.levels[number] = LevelOfNeed.objects.get_or_create(
            number=number, starts_on=OPENED, defaults={"name": name, "description": description}
        )[0]
    _agencies(world)
    agree_to_share(world)
    for name, agency, hub, description in SERVICES:
        Service.objects.get_or_create(
            name=name,
            agency=world.agencies[agency],
            defaults={
                "hub": world.hubs.get(hub),
                "description": description,
                "phone": world.agencies[agency].phone,
                "confirmed_on": today - timedelta(days=len(name) * 3),
            },
        )
    return world


def _hubs(world: World) -> None:
    """Today's districts, and those of an older register, which have closed and so are offered nowhere."""
    for place in HUBS:
        world.hubs[place.code] = _hub(place.name, place.code, place.phone, OPENED, None)
    for name, code in HISTORICAL_HUBS:
        _hub(name, code, "", HISTORICAL_OPENED, HISTORICAL_CLOSED)


def _hub(name: str, code: str, phone: str, opens_on: date, closes_on: date | None) -> Hub:
    found = Hub.objects.filter(name=name).first()
    if found:
        return found
    group, _new = Group.objects.get_or_create(name=f"Hub: {name}")
    return Hub.objects.create(
        name=name, code=code.lower(), phone=phone, group=group, opens_on=opens_on, closes_on=closes_on
    )


def _agencies(world: World) -> None:
    for seed in AGENCIES:
        agency = Agency.objects.filter(name=seed.name).first()
        if agency is None:
            group, _new = Group.objects.get_or_create(name=f"Agency: {seed.name}")
            agency = Agency.objects.create(
                name=seed.name,
                kind=seed.kind,
                hub=world.hubs.get(seed.hub),
                phone=seed.phone,
                group=group,
                email=f"{seed.key}@example.org",
                everyone_sees_team_cases=seed.everyone,
            )
        world.agencies[seed.key] = agency


def employ(world: World, sign_ins: Path) -> None:
    """Give everybody in the cast an account and a membership, and write the table of sign-ins to `sign_ins`.

    The personas share one password, new on each machine, and have a secret each for their authenticator. Whoever has
    both already keeps them.
    """
    known = {entry["email"]: entry for entry in read_sign_ins(sign_ins)}
    password = next((entry["password"] for entry in known.values()), None) or "-".join(
        secrets.token_hex(2) for _ in range(4)
    )
    table = []
    for member in CAST:
        user = User.objects.filter(email=member.email).first()
        if member in PERSONAS:
            secret = known.get(member.email, {}).get("totp_secret")
            if user is None or secret is None:
                secret = secret or base64.b32encode(secrets.token_bytes(20)).decode()
                user = _let_in(member, user, password, secret)
            table.append(_sign_in(world, member, password, secret))
        elif user is None:
            user = User.objects.create_user(
                member.email, first_name=member.first, last_name=member.last, phone=member.phone
            )
        world.staff[member.key] = _membership(world, member, user)
    _write_sign_ins(sign_ins, table)


def _let_in(member: CastMember, user: User | None, password: str, secret: str) -> User:
    """Make a persona's account, or give an account whose password nobody remembers a new one."""
    if user is None:
        return create_person_with_password(
            member.email, member.first, member.last, password, secret, phone=member.phone
        )
    user.set_password(password)
    user.save(update_fields=["password"])
    second_factor.set_up_totp(user, secret)
    return user


def _membership(world: World, member: CastMember, user: User) -> Membership:
    found = Membership.objects.filter(user=user, agency=world.agencies[member.agency]).first()
    return found or Membership.objects.create(
        user=user,
        agency=world.agencies[member.agency],
        job_title=member.job,
        roles=list(member.roles),
        hub=world.hubs.get(member.hub),
        phone=member.phone,
        starts_on=world.today - timedelta(days=1100),
    )


def _sign_in(world: World, member: CastMember, password: str, secret: str) -> dict[str, str]:
    return {
        "persona": member.persona,
        "name": f"{member.first} {member.last}",
        "agency": world.agencies[member.agency].name,
        "role": member.job,
        "email": member.email,
        "password": password,
        "totp_secret": secret,
    }


def read_sign_ins(path: Path) -> list[dict[str, str]]:
    """Return the table written earlier, or nothing."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []


def _write_sign_ins(path: Path, table: list[dict[str, str]]) -> None:
    """Write the table, readable by its owner only; it never enters the repository (var/ is ignored)."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as stream:
        json.dump(table, stream, indent=1, ensure_ascii=False)
    part.replace(path)
