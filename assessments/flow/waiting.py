"""Lines of My work: drafts with their age, requests to go on with one, quick notes to sort. Nobody is named."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from assessments.flow.ageing import days_ago
from assessments.flow.reading import drafts_in_sight, requests_of
from assessments.models import QuickNote
from cases import waiting
from cases.waiting import Waiting
from earlyhelp.access import Actor, Permission

SHOWN_DRAFTS = 5


def requests(actor: Actor) -> Iterator[Waiting]:
    """Drafts that somebody asks this person to go on with, or gave them; and their own requests. One query."""
    if not actor.may(Permission.CASE_WRITE):
        return
    for each in requests_of(actor):
        reference, when = each.assessment.reference, days_ago(each.asked_at)
        if each.to_membership_id != actor.membership.pk:
            url = reverse("assessment-hand-on", args=[each.assessment_id])
            yield Waiting(f"No answer yet: who goes on with assessment {reference}", url, f"asked {when}")
            continue
        url = reverse("assessment-hand-on-answer", args=[each.assessment_id, each.pk])
        if each.is_given:
            yield Waiting(f"Confirm that you have assessment {reference}", url, f"given to you {when}")
        else:
            yield Waiting(f"Answer: can you go on with assessment {reference}?", url, f"asked {when}")


def drafts(actor: Actor) -> Iterator[Waiting]:
    """One's own drafts, the most urgent first, and how many of others one looks after are late. One query."""
    if not actor.may(Permission.CASE_WRITE):
        return
    found = drafts_in_sight(actor)
    mine = [each for each in found if each.is_mine]
    for each in mine[:SHOWN_DRAFTS]:
        url = reverse("assessment", args=[each.assessment.pk])
        words = each.age.words if each.age else f"started {days_ago(each.assessment.initiated_at)}"
        due = each.age.due_on if each.age else None
        yield Waiting(f"Finish assessment {each.assessment.reference}", url, words, due, each.is_late)
    if len(mine) > SHOWN_DRAFTS:
        more = len(mine) - SHOWN_DRAFTS
        yield Waiting(f"{more} more to finish", reverse("assessments-to-finish"))
    if others := [each for each in found if not each.is_mine]:
        late = sum(each.is_late for each in others)
        words = f"{late} late" if late else "none late"
        yield Waiting(
            f"Assessments of others to finish: {len(others)}",
            reverse("assessments-to-finish"),
            words,
            late=late > 0,
        )


def quick_notes(actor: Actor) -> Iterator[Waiting]:
    """Quick notes that have become nothing yet, with the age of the oldest. One query."""
    if not actor.may(Permission.CASE_WRITE):
        return
    found = list(QuickNote.objects.of(actor).unsorted().only("written_at"))
    if found:
        words = f"the oldest from {days_ago(found[0].written_at)}"
        yield Waiting(f"Quick notes to sort: {len(found)}", reverse("quick-notes"), words)


def listen() -> None:
    """Ask to be asked, once per process."""
    for listener in (requests, drafts, quick_notes):
        if listener not in waiting.listeners:
            waiting.listeners.append(listener)
