"""The check for an existing record:

what the searcher may see with reasons, and for the rest only which hub to ring.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessments.models import MatchCheck
from cases.matching import Candidate, Match, candidate_of, compare
from cases.models import Family, Person
from hubs.models import Hub

AT_MOST = 20


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was typed for the check. Anything but a name may be missing."""

    first_name: str
    last_name: str
    known_as: str = ""
    born_on: dt.date | None = None
    due_on: dt.date | None = None
    postcode: str = ""
    nhs_number: str = ""
    upn: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data for storage."""
        return {
            name: value.isoformat() if isinstance(value, dt.date) else value
            for name in self.__dataclass_fields__
            if (value := getattr(self, name))
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Asked:
        """What `to_json` stored. Names are empty once the details were forgotten."""
        days = {name: dt.date.fromisoformat(data[name]) for name in ("born_on", "due_on") if data.get(name)}
        texts = {
            name: str(data.get(name, ""))
            for name in ("first_name", "last_name", "known_as", "postcode", "nhs_number", "upn")
        }
        return cls(**texts, **days)

    @property
    def candidate(self) -> Candidate:
        """As the scorer wants it."""
        return Candidate(
            first_name=self.first_name,
            last_name=self.last_name,
            known_as=self.known_as,
            born_on=self.born_on,
            postcode=self.postcode,
            nhs_number=self.nhs_number,
            upn=self.upn,
        )


@dataclass(frozen=True, kw_only=True)
class Found:
    """A person whom the searcher may see, and how like the one asked for."""

    person: Person
    match: Match


def look(asked: Asked) -> tuple[list[Found], list[int]]:
    """Search the whole county. Returns people whom this person may see, best first, and the hubs that know
    another.

    Only the database function looks beyond what the searcher may see, and it gives back hub numbers alone.
    """
    names = f"{asked.first_name} {asked.last_name} {asked.known_as}".strip()
    with connection.cursor() as cursor:
        cursor.execute(
            "select person_id, hub_id from app.match_people(%s, %s, %s, %s, %s, wide => true)",
            [names, asked.born_on, asked.postcode, asked.nhs_number, asked.upn],
        )
        rows = cursor.fetchall()
    visible = [person for person, _ in rows if person is not None]
    hubs = sorted({hub for person, hub in rows if person is None})
    found = [
        Found(person=person, match=match)
        for person in _people(visible)
        if (match := compare(asked.candidate, candidate_of(person))).is_possible
    ]
    found.sort(key=lambda item: -item.match.points)
    return found[:AT_MOST], hubs


def stored(found: list[Found], hubs: list[int]) -> dict[str, Any]:
    """The result as a check keeps it: ids, points and reasons, no names."""
    people = [
        {
            "id": str(item.person.pk),
            "band": item.match.band,
            "score": item.match.score,
            "why": item.match.why,
            "evidence": [[each.words, each.points] for each in item.match.evidence],
        }
        for item in found
    ]
    return {"people": people, "hubs": hubs}


def reasons_kept(candidates: dict[str, Any]) -> dict[str, Any]:
    """What stays of a check once its record exists: whom its writer said it is not, when and why."""
    said = [
        {"id": item["id"], "not": item["not"]} for item in candidates.get("people", []) if item.get("not")
    ]
    return {"people": said} if said else {}


def results(check: MatchCheck) -> tuple[list[dict[str, Any]], list[Hub]]:
    """What the result page shows:

    people whom the reader may still see, with the day their family's help ended, and hubs to ring.
    """
    kept = check.candidates or {}
    known = {str(person.pk): person for person in _people([item["id"] for item in kept.get("people", [])])}
    people = [
        {
            **item,
            "person": known[item["id"]],
            "ended": _ended(known[item["id"]].family),
            "agrees": [words for words, points in item.get("evidence", ()) if points > 0],
            "differs": [words for words, points in item.get("evidence", ()) if points < 0],
        }
        for item in kept.get("people", [])
        if item["id"] in known
    ]
    return people, list(Hub.objects.filter(pk__in=kept.get("hubs", [])))


def _ended(family: Family) -> dt.date | None:
    """When help of a family ended, as far as the reader sees; None while it goes on. Reads the cases prefetched."""
    cases = list(family.cases.all())
    if not cases or any(case.is_open for case in cases):
        return None
    return max(case.closed_on for case in cases)


def helped_elsewhere(family: Family) -> Hub | None:
    """The hub to ring when this known family is being helped in a record that the reader may not see."""
    with connection.cursor() as cursor:
        cursor.execute("select app.helped_elsewhere(%s)", [family.pk])
        hub = cursor.fetchone()[0]
    return Hub.objects.filter(pk=hub).first() if hub else None


def _people(ids: list[Any]) -> list[Person]:
    if not ids:
        return []
    return list(
        Person.objects.filter(pk__in=ids)
        .select_related("family__hub")
        .prefetch_related("family__cases", "family__addresses")
    )
