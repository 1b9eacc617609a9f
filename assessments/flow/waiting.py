"""Lines of My work: drafts with their age, requests to go on with one, quick notes to sort. Nobody is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from assessments.flow.ageing import days_ago
from assessments.flow.reading import Draft, drafts_in_sight
from assessments.models import QuickNote
from cases import waiting
from cases.waiting import Waiting
from earlyhelp.access import Actor, Permission

SHOWN_DRAFTS = 5


def drafts(actor: Actor) -> Iterator[Waiting]:
    """Requests to go on with a draft, one's own drafts, and how many of others one looks after are late. One query."""
    if not actor.may(Permission.CASE_WRITE):
        return
    found = drafts_in_sight(actor)
    for each in found:
        yield from _request(each)
    mine = [each for each in found if each.is_mine and not each.asked_of_me]
    for each in mine[:SHOWN_DRAFTS]:
        url = reverse("assessment", args=[each.assessment.pk])
        words = each.age.words if each.age else f"started {days_ago(each.assessment.initiated_at)}"
        due = each.age.due_on if each.age else None
        yield Waiting(f"Finish assessment {each.assessment.reference}", url, words, due, each.is_late)
    if len(mine) > SHOWN_DRAFTS:
        yield Waiting(f"More to finish: {len(mine) - SHOWN_DRAFTS}", reverse("assessments-to-finish"))
    if others := [each for each in found if each.may_give and not each.is_mine]:
        late = sum(each.is_late for each in others)
        words = f"{late} late" if late else "none late"
        what = f"Assessments of others to finish: {len(others)}"
        yield Waiting(what, reverse("assessments-to-finish"), words, late=late > 0)


def _request(draft: Draft) -> Iterator[Waiting]:
    """Who goes on with a draft: a question to the reader, something to confirm, or no answer yet."""
    assessment, asked = draft.assessment, draft.asked_of_me
    if asked:
        when = days_ago(dt.datetime.fromisoformat(asked["asked_at"]))
        url = reverse("assessment-hand-on-answer", args=[assessment.pk, asked["pk"]])
        if asked["is_given"]:
            yield Waiting(
                f"Confirm that you have assessment {assessment.reference}", url, f"given to you {when}"
            )
        else:
            yield Waiting(
                f"Answer: can you go on with assessment {assessment.reference}?", url, f"asked {when}"
            )
    if draft.asked_by_me:
        url = reverse("assessment-hand-on", args=[assessment.pk])
        yield Waiting(f"No answer yet: who goes on with assessment {assessment.reference}", url)


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
    for listener in (drafts, quick_notes):
        if listener not in waiting.listeners:
            waiting.listeners.append(listener)
