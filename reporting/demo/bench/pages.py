"""What is measured: as whom, which page, and the goal of each ratio."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from earlyhelp.access.context import as_role, begin_request
from hubs.models import Membership

Ask = Callable[[Client], object]

# Goals: at most so many times a page that does nothing (a), and the same page's SQL without access control (b).
GOALS = {
    "family list": (4.5, 1.15),
    "family record": (4.0, 1.4),
    "name search": (None, 1.3),
    "my work": (None, 1.0),
    "autosave": (None, None),
    "board figures": (None, None),
}
A_SCHOOL_SEES = 50
GROWTH = 1.2  # a page may grow by a fifth when the county grows tenfold
BUFFERS = 1.2  # blocks that the lists touch, against no access control
FIGURES_SECONDS, REPORT_SECONDS = 1.0, 4.0


@dataclass(frozen=True)
class Page:
    """One cell of the table."""

    who: str
    name: str
    membership: Membership
    ask: Ask

    @property
    def goals(self) -> tuple[float | None, float | None]:
        """The most that ratios (a) and (b) should be; None where none was set."""
        return GOALS[self.name]


@dataclass
class Visitors:
    """The three people whose day is measured, and the family each opens."""

    school: Membership
    coordinator: Membership
    analyst: Membership
    families: dict[str, dict[str, str]]

    def everybody(self) -> dict[str, Membership]:
        """The three, by what they are called in the table."""
        return {
            "school practitioner": self.school,
            "hub coordinator": self.coordinator,
            "county analyst": self.analyst,
        }


def find_visitors() -> Visitors:
    """A practitioner whose school sees about fifty families, a coordinator of the largest hub, a manager of all hubs.

    Raises CommandError when the database holds no county to measure.
    """
    with transaction.atomic(), as_role("eh_system"), connection.cursor() as cursor:
        cursor.execute(
            """select min(m.id) from hubs_membership m join hubs_agency a on a.id = m.agency_id
                 join (select g.group_id, count(*) as n from cases_casegrouppermission g
                         join auth_permission p on p.id = g.permission_id and p.codename = 'view_case'
                        group by 1) seen on seen.group_id = a.group_id
                where a.kind = 'school' and a.everyone_sees_team_cases and m.roles = '{practitioner}' and m.ends_on is null
                group by m.agency_id, seen.n order by abs(seen.n - %s) limit 1""", [A_SCHOOL_SEES])  # fmt: skip
        school = cursor.fetchone()
        cursor.execute(
            """select min(m.id) from hubs_membership m
                 join (select hub_id, count(*) as n from cases_case group by 1) c on c.hub_id = m.hub_id
                where 'hub_coordinator' = any (m.roles) group by c.n, m.hub_id order by c.n desc limit 1"""
        )
        coordinator = cursor.fetchone()
        cursor.execute(
            "select min(id) from hubs_membership where 'hub_manager' = any (roles) and hub_id is null"
        )
        analyst = cursor.fetchone()
        if not (school and coordinator and analyst and analyst[0]):
            raise CommandError("There is no county here to measure. Load one: ./dev manage load_county")
        people = {
            m.pk: m
            for m in Membership.objects.filter(pk__in=[school[0], coordinator[0], analyst[0]]).with_people()
        }
        found = [people[row[0]] for row in (school, coordinator, analyst)]
    names = ("school practitioner", "hub coordinator", "county analyst")
    families = {name: _a_family_of(member) for name, member in zip(names, found, strict=True)}
    return Visitors(*found, families)


def _a_family_of(membership: Membership) -> dict[str, str]:
    """An open case that this person sees and a name to search for; and an assessment that is still being written."""
    with transaction.atomic():
        begin_request(membership.user_id, membership.pk)
        with connection.cursor() as cursor:
            cursor.execute(
                """with seen as (select c.id, c.reference, c.family_id from cases_case c
                                  where c.status <> 'closed' and c.acl && app.tokens() order by c.updated_at desc limit 40)
                   select s.reference, (select p.last_name from cases_person p where p.family_id = s.family_id limit 1)
                     from seen s order by (select count(*) from cases_casenote n where n.case_id = s.id) desc
                    offset (select count(*) / 4 from seen) limit 1"""
            )
            reference, name = cursor.fetchone()
            cursor.execute(
                "select id from assessments_assessment where status = 'initiated' order by id desc limit 1"
            )
            assessment = (cursor.fetchone() or [""])[0]
    return {"reference": reference, "name": name, "assessment": str(assessment)}


def pages(visitors: Visitors, report_quarter: str) -> list[Page]:
    """Every cell, for each of the three people."""
    found = []
    for who, member in visitors.everybody().items():
        family = visitors.families[who]
        found += [
            Page(who, "family list", member, _get(reverse("family-list"))),
            Page(who, "family record", member, _get(reverse("record-overview", args=[family["reference"]]))),
            Page(who, "name search", member, _post(reverse("find-family"), words=family["name"])),
            Page(who, "my work", member, _get(reverse("my-work"))),
        ]
        if family["assessment"]:
            found.append(Page(who, "autosave", member, Autosave(family["assessment"])))
    found.append(
        Page(
            "county analyst",
            "board figures",
            visitors.analyst,
            _get(reverse("report", args=[report_quarter])),
        )
    )
    return found


NOTHING, NOTHING_SENT = "nothing", "nothing sent"


def do_nothing() -> dict[str, Ask]:
    """The page that everything is measured against, asked for and sent to."""
    return {NOTHING: _get("/bench/nothing/"), NOTHING_SENT: _post("/bench/nothing/", question="reason")}


def measured_against(page: str) -> str:
    """What a page is measured against: autosave is a POST, and so is what stands beside it."""
    return NOTHING_SENT if page == "autosave" else NOTHING


def _get(address: str) -> Ask:
    return lambda browser: browser.get(address)


def _post(address: str, **fields: str) -> Ask:
    return lambda browser: browser.post(address, fields)


class Autosave:
    """Somebody typing: each request sends one changed box, knowing what the answer before said was stored."""

    BOX = "universal"

    def __init__(self, assessment: str) -> None:
        self.page = reverse("assessment-part", args=[assessment, "services"])
        self.address = reverse("assessment-part-save", args=[assessment, "services"])
        self.hidden: dict[str, str] | None = None
        self.typed = 0

    def __call__(self, browser: Client):
        """Send the box. The page is opened first, once."""
        if self.hidden is None:
            text = browser.get(self.page).content.decode()
            self.hidden = {name: _hidden(text, name) for name in ("base", "writer")}
        self.typed += 1
        response = browser.post(
            self.address,
            {**self.hidden, "question": self.BOX, self.BOX: f"Health visitor and school, call {self.typed}."},
        )
        if response.status_code == 200:
            known = json.loads(self.hidden["base"] or "{}") | json.loads(response.content).get("bases", {})
            self.hidden["base"] = json.dumps(known)
        return response


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    return unescape(found.group(1)) if found else ""
