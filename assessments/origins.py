"""Where an answer comes from that was confirmed or copied rather than written: kept in its mark, and said in words.

A mark keeps no name or reference that a later reader might not be meant to see. It points to the earlier assessment,
whose reference and writer are named to those who may see that one, and to nobody else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from assessments.models import Assessment
from earlyhelp.web.dates import day

ASSESSMENT, RECORD, PLAN, NOTE, PART, PERSON = "assessment", "record", "plan", "note", "part", "person"
_PLAIN = {
    RECORD: "the family’s record",
    PLAN: "the plan",
    NOTE: "the timeline",
    PART: "another part of this assessment",
}


@dataclass(frozen=True, kw_only=True)
class Visible:
    """What the reader may see of the places that answers come from: references by assessment, names by person."""

    references: Mapping[str, str]
    people: Mapping[str, str]


def origin(kind: str, *, of: object = "", by: str = "", at: dt.datetime) -> dict[str, str]:
    """What a mark keeps of an answer's source: kind, which one, who recorded it there, and on what day."""
    made = {"kind": kind, "on": timezone.localdate(at).isoformat()}
    if of:
        made["id"] = str(of)
    if by:
        made["by"] = by
    return made


def visible(marks: Iterable[Mapping[str, Any]], people: Mapping[str, str]) -> Visible:
    """What this reader may see of the sources in these marks. At most one query.

    Args:
        people: first names of the family's people whom the reader sees, by id.
    """
    wanted = {
        mark["from"]["id"]
        for mark in marks
        if mark.get("from", {}).get("kind") == ASSESSMENT and "id" in mark["from"]
    }
    found = Assessment.objects.filter(pk__in=wanted).values_list("pk", "reference") if wanted else []
    return Visible(references={str(pk): reference for pk, reference in found}, people=people)


def in_words(mark: Mapping[str, Any], seen: Visible) -> str:
    """ "Confirmed by Alice Boyd on 22 November 2026, from EHA/2025/0041: Karen Shaw, 3 March 2025".

    Empty for an answer that was written where it stands.
    """
    source = mark.get("from")
    if not source:
        return ""
    by = f" by {mark['name']}" if mark.get("name") else ""
    at = f" on {day(timezone.localtime(dt.datetime.fromisoformat(mark['at'])))}" if mark.get("at") else ""
    recorded = day(dt.date.fromisoformat(source["on"])) if source.get("on") else ""
    if source.get("kind") == PERSON:
        name = seen.people.get(source.get("id", ""))
        return f"Copied{by}{at} from {f'{name}’s page' if name else 'a brother’s or sister’s page'}"
    if source.get("kind") == ASSESSMENT:
        reference = seen.references.get(source.get("id", ""))
        if reference is None:
            return f"Confirmed{by}{at}, first recorded {recorded}" if recorded else f"Confirmed{by}{at}"
        who = ", ".join(filter(None, [source.get("by"), recorded]))
        return f"Confirmed{by}{at}, from {reference}{f': {who}' if who else ''}"
    return f"Confirmed{by}{at}, from {_PLAIN.get(source.get('kind', ''), 'the record')}" + (
        f", {recorded}" if recorded else ""
    )
