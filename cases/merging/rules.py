"""Who links and merges records."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from cases.models import Family, Person
from cases.rules import NotAllowed, answered
from earlyhelp.access import Actor, Permission

HIDDEN = (
    "These records cannot be merged here. You must see all of both, and be able to write in them. "
    "Ask the hub manager, or link them instead."
)
# What app.merge_refusal says, in words. `hidden` stands for everything that the reader may not know of.
REFUSALS = {
    "hidden": HIDDEN,
    "restricted": "One of these records is restricted, so they cannot be merged. You can link them.",
    "address": (
        "There is a confidential address in these records. A merge could show it to somebody it is kept from, "
        "so they cannot be merged. You can link them."
    ),
    "consent": (
        "The family gave one agency different answers in the two records. Ask the family which answer holds, "
        "record it in both, and then propose the merge again."
    ),
    "decides": (
        "One record says that this person decides for themself and the other does not. Put that right first, "
        "and then propose the merge again."
    ),
    "both": (
        "Both records have answers on the same page of one assessment, or the same score. "
        "Put them right there first: a merge must not choose between them."
    ),
    "request": (
        "Somebody’s request for what is held about them is being answered. Merge the records when it has been answered."
    ),
    "changed": "The records have changed since this was proposed. Say no to it, and propose the merge again.",
    "own": "You proposed this. Somebody else must look at both records and merge them.",
    "later_merge": "Another merge was made on top of this one. Undo that one first.",
}


def check_can_link(actor: Actor, *records: Person | Family) -> None:
    """Persons who may say what two records are to each other, and end what was said:

    - hub coordinators and hub managers,
    - who see both, and not through emergency access (the database's policy asks that too).
    """
    if not actor.may(Permission.RECORDS_MERGE):
        raise NotAllowed("Your role does not link records. Tell the hub that a record may be there twice.")
    for record in records:
        if not type(record).objects.visible_to(actor).filter(pk=record.pk).exists():
            raise NotAllowed("You cannot see both records.")


def check_can_merge(actor: Actor, *families: UUID) -> None:
    """Persons who may propose, do and undo a merge:

    - hub coordinators and hub managers,
    - who see everything of each family lastingly: all its cases, all its people (`app.sees_whole_family`).
      `families` are their ids.

    What else stands in the way is said by the preview.
    """
    if not actor.may(Permission.RECORDS_MERGE):
        raise NotAllowed("Your role does not merge records. Tell the hub that a record may be there twice.")
    with connection.cursor() as cursor:
        cursor.execute(
            "select bool_and(app.sees_whole_family(f)) from unnest(%s::uuid[]) f", [list(families)]
        )
        if not cursor.fetchone()[0]:
            raise NotAllowed(HIDDEN)


can_link = answered(check_can_link)
can_merge = answered(check_can_merge)
