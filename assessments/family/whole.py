"""What an assessment holds about the whole family beside its answers, read once for a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from assessments.family.coverage import Person, everyone
from assessments.family.differing import View, views_of
from assessments.family.prompts import Prompt, noticed
from assessments.family.reading import rows_of
from assessments.family.voices import Told, told_by
from assessments.models import Considered, DifferingView, NoNeeds, Voice
from assessments.pages import Book, PageOf

Row = TypeVar("Row", Voice, DifferingView)


@dataclass(kw_only=True)
class Whole:
    """The rows that the reader may see, and what follows from them and from the answers."""

    book: Book
    no_needs: list[NoNeeds] = field(default_factory=list)
    voices: list[Voice] = field(default_factory=list)
    views: list[DifferingView] = field(default_factory=list)
    considered: list[Considered] = field(default_factory=list)

    @cached_property
    def everyone(self) -> tuple[Person, ...]:
        """Every person of the family whom the reader sees, mentioned or not."""
        speakers = {str(row.speaker_id) for row in (*self.voices, *self.views) if row.speaker_id}
        return everyone(self.book, self.no_needs, speakers)

    @property
    def not_mentioned(self) -> list[Person]:
        return [person for person in self.everyone if not person.is_mentioned]

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """What the form noticed in the answers this reader may see."""
        return noticed(self.book, self.considered)

    def put_beside(self, groups: list[tuple[str, list[dict]]]) -> None:
        """Give every page of the answers in words (views.finish.in_words) its own words and differing views."""
        for _title, pages in groups:
            for each in pages:
                about = self.book.household.subject(each["about"])
                page = PageOf(part=each["part"], subject=about)
                each["voices"], each["views"] = self.voices_on(page), self.views_on(page)

    def voices_on(self, page: PageOf) -> list[Told]:
        """People's own words on one page."""
        return told_by(_of(self.voices, page), self.book.household)

    def views_on(self, page: PageOf) -> dict[str, list[View]]:
        """How people see single questions of one page differently, by question."""
        return views_of(_of(self.views, page), self.book.household)


def read_whole(book: Book) -> Whole:
    """Everything beside the answers of one assessment. One query."""
    rows = rows_of(book.assessment)
    return Whole(
        book=book,
        no_needs=rows.no_needs,
        voices=rows.voices,
        views=rows.views,
        considered=rows.considered,
    )


def _of(rows: Iterable[Row], page: PageOf) -> list[Row]:
    wanted = page.subject.id if page.subject else ""
    return [row for row in rows if row.key == page.part.key and str(row.person_id or "") == wanted]
