"""What the overview shows, read in a fixed number of queries whatever the size of the family."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from cases.kept import name_kept_from
from cases.models import Action, Address, Case, CaseNote, Meeting, NoteKind, Outcome, Person

TOPIC_COLOURS = {1: "teal", 2: "green", 3: "purple", 4: "blue", 5: "", 6: "yellow", 7: "red"}


@dataclass
class ChildCard:
    """One child: their own words and their goals."""

    person: Person
    voice: CaseNote | None = None
    goals: list[Outcome] = field(default_factory=list)


@dataclass
class Overview:
    strengths: list[str]
    children: list[ChildCard]
    adults: list[Person]
    family_goals: list[Outcome]
    notes: list[CaseNote]
    addresses: list[Address]
    next_meeting: Meeting | None
    actions_done: int
    actions_total: int
    overdue: list[Action]


def overview_of(case: Case) -> Overview:
    """The parts of the overview, each as far as the reader may see it."""
    people = list(Person.objects.filter(family=case.family_id))
    voices = _latest_words(case)
    goals: dict = {}
    for outcome in Outcome.objects.filter(case=case).open().prefetch_related("scores"):
        goals.setdefault(outcome.person_id, []).append(outcome)
    actions = list(Action.objects.filter(case=case).with_owners())
    addresses = [
        address
        for address in Address.objects.filter(family=case.family_id, person=None)
        if address.ends_on is None
    ]
    for address in addresses:
        address.is_masked = address.is_confidential
    notes = list(CaseNote.objects.filter(case=case).latest_first().with_authors()[:5])
    name_kept_from(notes)
    return Overview(
        strengths=[line.strip() for line in case.family.strengths.splitlines() if line.strip()],
        children=[ChildCard(p, voices.get(p.pk), goals.get(p.pk, [])) for p in people if p.is_child],
        adults=sorted((p for p in people if not p.is_child), key=lambda p: not p.lives_with_family),
        family_goals=goals.get(None, []),
        notes=notes,
        addresses=addresses,
        next_meeting=(
            Meeting.objects.filter(
                case=case, status="planned", starts_at__gte=timezone.now() - dt.timedelta(hours=3)
            )
            .order_by("starts_at")
            .first()
        ),
        actions_done=sum(action.status == "done" for action in actions),
        actions_total=len(actions),
        overdue=[action for action in actions if action.is_overdue],
    )


def _latest_words(case: Case) -> dict:
    """Each child's latest own words, by person."""
    notes = (
        CaseNote.objects.filter(case=case, kind=NoteKind.VOICE, about__isnull=False)
        .select_related("author__user")
        .order_by("about_id", "-happened_at")
        .distinct("about_id")
    )
    return {note.about_id: note for note in notes}
