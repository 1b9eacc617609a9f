"""Finding a family: what the searcher may see, and otherwise only which hub to ring."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from cases.models import Case, Person
from earlyhelp.access import Actor
from hubs.models import Hub


@dataclass
class Found:
    """One person who fits, with the newest case of their family that the searcher may see."""

    person: Person
    case: Case | None


@dataclass
class Findings:
    people: list[Found]
    elsewhere: list[Hub]


def find(
    *,
    words: str,
    born_on: dt.date | None = None,
    postcode: str = "",
    number: str = "",
    by: Actor,
    at_most: int = 25,
) -> Findings:
    """Search by any part of a name, or by a number; with a birth date or postcode also beyond what one may see.

    `elsewhere` names the hubs to ring when a likely match is hidden, and nothing more (access.md, "Search").
    """
    digits = "".join(sign for sign in number if sign.isalnum()).upper()
    nhs, upn = (digits, "") if digits.isdigit() else ("", digits)
    ids: list = []
    hubs: set[int] = set()
    with connection.cursor() as cursor:
        if born_on or postcode or digits:
            cursor.execute(
                "select person_id, hub_id from app.match_people(%s, %s, %s, %s, %s, %s)",
                [words, born_on, postcode, nhs, upn, at_most],
            )
            for person_id, hub_id in cursor.fetchall():
                ids.append(person_id) if person_id else hubs.add(hub_id)
        if words and not ids:
            cursor.execute("select person_id from app.search_people(%s, %s)", [words, at_most])
            ids += [row[0] for row in cursor.fetchall()]
    return Findings(_with_cases(ids, by), list(Hub.objects.filter(pk__in=hubs)))


def _with_cases(ids: list, by: Actor) -> list[Found]:
    people = Person.objects.visible_to(by).select_related("family").in_bulk(ids)
    newest: dict = {}
    families = {person.family_id for person in people.values()}
    for case in (
        Case.objects.visible_to(by)
        .filter(family_id__in=families)
        .select_related("hub", "level")
        .order_by("opened_on")
    ):
        newest[case.family_id] = case
    return [Found(people[pk], newest.get(people[pk].family_id)) for pk in ids if pk in people]
