"""What one page of an assessment shows beside its questions: words, other views, guidance on levels, prompts."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import reverse

from assessments.family.differing import View, may_differ, views_of
from assessments.family.prompts import Prompt, noticed
from assessments.family.reading import rows_of_page
from assessments.family.thresholds import LevelGuide, guides
from assessments.family.voices import Told, told_by
from assessments.household import told
from assessments.pages import Book, PageOf
from assessments.spec import Kind, Nature

VOICE, DIFFERS = "voice", "differs__"


@dataclass(kw_only=True)
class Beside:
    """What stands beside one page. `differ`: (key, label) of the questions that another view can be added to."""

    voices: list[Told] = field(default_factory=list)
    views: dict[str, list[View]] = field(default_factory=dict)
    guides: tuple[LevelGuide, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    takes_words: bool = False
    differ: list[tuple[str, str]] = field(default_factory=list)


def beside(book: Book, page: PageOf) -> Beside:
    """Read what stands beside a page. One query, and one more with a choice of level.

    Prompts are those of this page's answers alone; the page of the whole family has those of all.
    """
    rows = rows_of_page(book.assessment, page.part.key, page.subject.id if page.subject else None)
    kinds = {question.kind for question in page.part.questions}
    found = Beside(
        voices=told_by(rows.voices, book.household),
        views=views_of(rows.views, book.household),
        prompts=noticed(book, rows.considered),
    )
    if Kind.LEVEL in kinds:
        found.guides = guides(book.household.levels)
    found.takes_words = any(each.voice or each.nature is Nature.SAID for each in page.part.questions)
    heading = ""
    for each in page.part.questions:
        heading = each.heading or (heading if each.item else "")
        if may_differ(each):
            found.differ.append((each.key, _label(told(heading, page.subject), told(each.label, page.subject))))
    return found


def _label(heading: str, label: str) -> str:
    return f"{heading}: {label[:1].lower()}{label[1:]}" if heading else label


def onward(page: PageOf, book: Book, go: str) -> str:
    """Where a button of the page leads once the page is saved: to adding own words or a view. Empty for others."""
    start = [book.assessment.pk, page.part.key]
    person = [page.subject.id] if page.subject else []
    if go == VOICE:
        return reverse(
            "assessment-person-voice-add" if person else "assessment-voice-add", args=[*start, *person]
        )
    key = go.removeprefix(DIFFERS)
    if go.startswith(DIFFERS) and any(each.key == key and may_differ(each) for each in page.part.questions):
        name = "assessment-person-view-add" if person else "assessment-view-add"
        return reverse(name, args=[*start, key, *person])
    return ""
