"""Notes that are kept from an agency or a person: their names for those who may read the note. Others see no gap."""

from __future__ import annotations

from collections.abc import Iterable

from cases.models import Case, CaseNote
from hubs.models import Agency, Membership


def name_kept_from(notes: Iterable[CaseNote]) -> None:
    """Give each note `kept_from`: the names of the agencies and people who do not see it. At most two queries."""
    notes = list(notes)
    agencies = Agency.objects.in_bulk(list({pk for note in notes for pk in note.not_for}))
    members = Membership.objects.select_related("user").in_bulk(
        list({pk for note in notes for pk in note.not_for_members})
    )
    for note in notes:
        names = [agencies[pk].name for pk in note.not_for if pk in agencies]
        names += [members[pk].user.full_name for pk in note.not_for_members if pk in members]
        note.kept_from = names


def kept_notes_of(case: Case) -> dict[str, int]:
    """How many entries that the reader sees are kept from whom, by name. Three queries."""
    notes = list(
        CaseNote.objects.filter(case=case)
        .exclude(not_for=[], not_for_members=[])
        .only("not_for", "not_for_members")
    )
    name_kept_from(notes)
    counted: dict[str, int] = {}
    for note in notes:
        for name in note.kept_from:
            counted[name] = counted.get(name, 0) + 1
    return dict(sorted(counted.items()))
