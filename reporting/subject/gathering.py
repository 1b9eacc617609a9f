"""Gathering what is held about one person, across cases: rows from the database, sorted into items to read."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from earlyhelp.web.dates import day
from hubs.models import Agency, Membership
from reporting.models import Redaction, SubjectItem, SubjectRequest
from reporting.subject.flags import Flag, Others, flags_of, names_subject
from reporting.subject.inventory import CHAPTERS, INVENTORY
from reporting.subject.words import Names, date_of, lines_of

_ORDER = {chapter: place for place, chapter in enumerate(CHAPTERS)}
# Tables of which every row of a case is part of the person's own story, though it names nobody.
_OF_THE_FAMILY = {
    "cases.family",
    "cases.case",
    "cases.lawfulshare",
    "cases.teammember",
    "cases.leadprofessional",
    "cases.leadrequest",
    "cases.meeting",
    "cases.planreview",
    "cases.stepup",
    "cases.stepdown",
    "cases.emergencyaccess",
    "assessments.assessment",
    "cases.minute",
    "cases.decision",
}


@dataclass
class Gathered:
    """Items to read, with what is pointed out in each, and the cases they came from."""

    items: list[SubjectItem] = field(default_factory=list)
    flags: list[list[Flag]] = field(default_factory=list)
    cases: set[UUID] = field(default_factory=set)


@dataclass
class Person:
    """The rows of one linked person, by table."""

    id: str = ""
    own_names: set[str] = field(default_factory=set)
    others: Others = field(default_factory=Others)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))


def link(request: SubjectRequest) -> list[tuple[UUID, int, int, int]]:
    """Link the request to everybody recorded with exactly its details: (link, hub, records, left out) of each.

    Raises django.db.ProgrammingError (SQLSTATE 42501) when it is not this officer's, or they are close to the person.
    """
    with connection.cursor() as cursor:
        cursor.execute("select link_id, hub_id, records, left_out from app.link_subject(%s)", [request.pk])
        return cursor.fetchall()


def gather(request: SubjectRequest) -> Gathered:
    """Read every row about the linked persons and make items of them. Nothing is stored yet."""
    people: dict[UUID, Person] = defaultdict(Person)
    with connection.cursor() as cursor:
        cursor.execute("select link_id, source, fields from app.subject_rows(%s)", [request.pk])
        for link_id, source, fields in cursor.fetchall():
            _take(people[link_id], source, json.loads(fields) if isinstance(fields, str) else fields)
    kinds = dict(Agency.objects.values_list("pk", "kind"))
    found = Gathered()
    for link_id, person in people.items():
        _items_of(request, link_id, person, kinds, found)
    order = sorted(
        range(len(found.items)),
        key=lambda n: (_ORDER[found.items[n].chapter], str(found.items[n].happened_on or ""), n),
    )
    found.items = [found.items[n] for n in order]
    found.flags = [found.flags[n] for n in order]
    for position, item in enumerate(found.items, 1):
        item.position = position
    return found


def _take(person: Person, source: str, row: dict[str, Any]) -> None:
    if source == "names":
        person.others.names |= {name for name in row["names"] if name}
        person.rows["names"].append(row)
    elif source == "protected":
        person.others.addresses |= {words for words in row["words"] if words}
    else:
        if source == "cases_person":
            person.id = row["id"]
            person.own_names = {row[key] for key in ("first_name", "known_as") if row[key]}
        person.rows[source].append(row)


def _items_of(
    request: SubjectRequest, link_id: UUID, person: Person, kinds: dict[int, str], found: Gathered
) -> None:
    others = Others(person.others.names - person.own_names, person.others.addresses)
    names = Names(
        people={person.id: " ".join(sorted(person.own_names)[:1])}
        | {row["id"]: f"{row['names'][0]} {row['last_name']}".strip() for row in person.rows["names"]},
        forms={row["id"]: row["form_version_id"] for row in person.rows["assessments_assessment"]},
    )
    for row in person.rows["cases_person"]:
        names.people[person.id] = f"{row['first_name']} {row['last_name']}".strip()
    tables = {label.replace(".", "_"): label for label, kept in INVENTORY.items() if kept.is_copied}
    for table, rows in person.rows.items():
        label = tables.get(table)
        if label is None:
            continue
        for row in rows:
            lines = _looks(row) if label == "audit.event" else list(lines_of(label, row, names))
            if not lines or not _is_theirs(label, row, lines, person):
                continue
            if row.get("case_id"):
                found.cases.add(UUID(row["case_id"]))
            found.flags.append(
                []
                if label == "audit.event"
                else flags_of(label, row, lines, subject=person.id, others=others, agency_kinds=kinds)
            )
            found.items.append(
                SubjectItem(
                    request=request,
                    link_id=link_id,
                    chapter=INVENTORY[label].chapter,
                    heading=INVENTORY[label].heading,
                    happened_on=date_of(label, row),
                    agency_id=row.get("agency_id"),
                    source=table,
                    source_id=str(row.get("id", "")),
                    lines=lines,
                )
            )
    found.cases |= {UUID(row["id"]) for row in person.rows["cases_case"]}


def _is_theirs(label: str, row: dict[str, Any], lines: list[list[str]], person: Person) -> bool:
    """Whether a row tells of the person: it says so, it is about the family as a whole, or it names them."""
    kept = INVENTORY[label]
    if not kept.people or label in _OF_THE_FAMILY:
        return True
    about = [row.get(f"{column}_id") for column in kept.people]
    if person.id in [str(key) for key in about] or about[0] is None:
        return True
    return names_subject(lines, person.own_names)


def _looks(row: dict[str, Any]) -> list[list[str]]:
    """Who looked, as the agency and the job: a name is not needed to know that."""
    membership = Membership.objects.select_related("agency").filter(pk=row["membership_id"]).first()
    who = (
        f"{membership.job_title}, {membership.agency.name}" if membership else "Somebody outside the agencies"
    )
    looks = f"{row['looks']} pages" if row["looks"] > 1 else "1 page"
    return [
        ["who", "Who", who],
        ["at", "When", day(dt.date.fromisoformat(row["at"]))],
        ["looks", "How much", looks],
    ]


def redactions_for(item: SubjectItem, flags: list[Flag]) -> list[Redaction]:
    """The proposals that follow from what was pointed out."""
    return [
        Redaction(
            request_id=item.request_id,
            item=item,
            field=flag.field,
            starts=flag.starts,
            ends=flag.ends,
            why=flag.why,
            note=flag.note,
            is_automatic=True,
        )
        for flag in flags
    ]
