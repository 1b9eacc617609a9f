"""Events of the access log in words, with the people and the records they are about.

Events hold ids and codes. Names of colleagues and references of records are looked up when somebody reads the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q

from cases.guests import with_guests
from earlyhelp.audit.models import Event
from hubs.models import Membership

NAMED_RECORDS = 3  # references named in one line; the others are counted
LISTS_WITH_A_RECORD = 5000  # lists and searches that one record is looked for in, the newest

# How somebody searched: the kinds of words that were given, never the words.
SEARCHED_BY = {
    "reference": "reference",
    "name": "name",
    "born": "date of birth",
    "postcode": "postcode",
    "number": "NHS or pupil number",
}


def ids_of(cases: Iterable) -> list[str]:
    """The ids of records shown in a list, for the event's facts: each once, in the order shown."""
    return list(dict.fromkeys(str(getattr(case, "pk", case)) for case in cases))


def with_names(events: Iterable[Event]) -> None:
    """Give each event `membership` and `guest` (or None) and `who`, in three queries: events keep ids, never names."""
    ids = {event.membership_id for event in events}
    members = Membership.objects.with_people().in_bulk(list(ids - {None}))
    alone = {event.user_id for event in events if event.user_id and not event.membership_id}
    users = get_user_model().objects.in_bulk(alone) if alone else {}
    with_guests(events)
    for event in events:
        event.membership = members.get(event.membership_id)
        if event.membership:
            event.who = event.membership.user.full_name
        elif event.user_id in users:
            event.who = users[event.user_id].full_name  # signed in, and acts for no agency yet
        elif event.guest:
            event.who = event.guest.label
        else:
            # What a guest is called stands in the record, which readers of the log do not see.
            event.who = f"Guest number {event.guest_id}" if event.guest_id else "The system"


def with_references(events: Iterable[Event]) -> None:
    """Give each event `references`: of the records it is about, as many as one line names. For readers of the log."""
    shown = {event.pk: _records_of(event)[:NAMED_RECORDS] for event in events}
    wanted = {case for cases in shown.values() for case in cases}
    with connection.cursor() as cursor:
        cursor.execute("select case_id::text, reference from app.log_references(%s::uuid[])", [list(wanted)])
        known = dict(cursor.fetchall())
    for event in events:
        event.references = [known[case] for case in shown[event.pk] if case in known]
        event.more_records = len(_records_of(event)) - len(event.references)


def _records_of(event: Event) -> list[str]:
    listed = event.facts.get("cases", []) if isinstance(event.facts, dict) else []
    return ids_of([*([event.case_id] if event.case_id else []), *listed])


def records_words(event: Event) -> str:
    """ "WM-20418, WM-20420 and 23 more", for the column of records; the list is empty for what is about none."""
    words = ", ".join(event.references)
    if not event.more_records:
        return words
    more = f"{event.more_records} {'record' if event.more_records == 1 else 'records'}"
    return f"{words} and {event.more_records} more" if words else more


def case_with_reference(reference: str) -> UUID | None:
    """The record with this reference, for readers of the log; None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("select app.log_case(%s)", [reference])
        return cursor.fetchone()[0]


def about_record(case: UUID) -> Q:
    """Events about a record, and the lists and searches that showed it."""
    with connection.cursor() as cursor:
        cursor.execute("select app.log_lists_with(%s, %s)", [str(case), LISTS_WITH_A_RECORD])
        lists = [pk for (pk,) in cursor.fetchall()]
    return Q(case_id=case) | Q(pk__in=lists)


def sentence(event: Event) -> str:
    """What happened, as a person says it: "Searched for a family by name and date of birth: 2 found"."""
    facts = event.facts if isinstance(event.facts, dict) else {}
    words = event.verb[:1].upper() + event.verb[1:]
    by = [SEARCHED_BY[kind] for kind in facts.get("by", []) if kind in SEARCHED_BY]
    if by:
        words += f" by {' and '.join(by) if len(by) < 3 else ', '.join(by[:-1]) + ' and ' + by[-1]}"
    if event.level == "search" and isinstance(facts.get("found"), int):
        words += f": {facts['found']} found"
    elif event.level == "results" and facts.get("cases"):
        shown = len(facts["cases"])
        words += f": {shown} {'record' if shown == 1 else 'records'} shown"
    return words
