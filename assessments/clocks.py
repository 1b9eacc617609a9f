"""The clocks of a form: what is due when, what is done, how late it is. The form says so (`Stage`), nobody else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from assessments.models import Assessment, SectionStatus
from assessments.pages import Book
from assessments.spec import FormSpec, Opens, Stage
from earlyhelp.web.workdays import add_working_days, working_days_between


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One stage of one assessment, as its reader may see it.

    `due_on` is None until the clock has started. `days_late` counts working days where the stage does, else all
    days; 0 when in time.
    """

    key: str
    title: str
    due_on: dt.date | None = None
    done_on: dt.date | None = None
    days_late: int = 0
    working: bool = True

    @property
    def late(self) -> str:
        """How late it is or was, in words: "2 working days late", or "" when in time."""
        if not self.days_late:
            return ""
        kind = "working day" if self.working else "day"
        return f"{self.days_late} {kind}{'' if self.days_late == 1 else 's'} late"

    @property
    def is_overdue(self) -> bool:
        """Whether it should be done by now, and is not."""
        return self.done_on is None and self.days_late > 0


def stages_of(book: Book) -> tuple[Clock, ...]:
    """The clocks of an assessment in the form's order. No query: the book was read already.

    A stage is done on the day its last part was finished, each for everybody it is about; what is filled in again
    counts with its first time. The stage that ends at sign-off is done on that day. Nothing runs on in an
    assessment that has ended.
    """
    ends = sign_off_stage(book.form)
    done: dict[str, dt.date | None] = {}
    found = []
    for stage in book.form.stages:
        done[stage.key] = _signed_on(book.assessment) if stage == ends else _finished_on(book, stage)
        start = _start(book.assessment, stage, done)
        due = due_after(stage, start) if start else None
        found.append(_clock(book.assessment, stage, due, done[stage.key]))
    return tuple(found)


def _clock(assessment: Assessment, stage: Stage, due: dt.date | None, done: dt.date | None) -> Clock:
    until = done or (timezone.localdate() if assessment.is_open else None)
    late = 0
    if due and until and until > due:
        late = working_days_between(due, until) if stage.working else (until - due).days
    return Clock(
        key=stage.key, title=stage.title, due_on=due, done_on=done, days_late=late, working=stage.working
    )


def due_after(stage: Stage, start: dt.date) -> dt.date:
    """The last day of a stage whose clock started on a day."""
    if stage.working:
        return add_working_days(start, stage.days)
    return start + dt.timedelta(days=stage.days)


def due_on_of(form: FormSpec, start: dt.date) -> dt.date:
    """By when an assessment registered on a day is to be signed off.

    By the form's own stage, with each stage before it taken to end on its last day; for a form without one, by the
    partnership's setting.
    """
    stage = sign_off_stage(form)
    if stage is None:
        return add_working_days(start, settings.EARLY_HELP["ASSESSMENT_WORKING_DAYS"])
    return _planned(form, stage, start)


def _planned(form: FormSpec, stage: Stage, registered: dt.date) -> dt.date:
    before = next((each for each in form.stages if each.key == stage.after), None)
    return due_after(stage, _planned(form, before, registered) if before else registered)


def sign_off_stage(form: FormSpec) -> Stage | None:
    """The stage that ends when the assessment is signed off: the last one that holds part of the minimum set."""
    needed = {ref.partition(".")[0] for ref in form.minimum}
    return next(
        (
            stage
            for stage in reversed(form.stages)
            if any(part.key in needed and part.opens is Opens.REGISTERED for part in form.parts_of(stage))
        ),
        None,
    )


def _start(assessment: Assessment, stage: Stage, done: dict[str, dt.date | None]) -> dt.date | None:
    match stage.after:
        case "registered":
            return timezone.localdate(assessment.initiated_at)
        case "signed_off":
            return _signed_on(assessment)
        case "completed":
            return timezone.localdate(assessment.completed_at) if assessment.completed_at else None
        case _:
            return done.get(stage.after)


def _signed_on(assessment: Assessment) -> dt.date | None:
    return timezone.localdate(assessment.signed_off_at) if assessment.signed_off_at else None


def _finished_on(book: Book, stage: Stage) -> dt.date | None:
    """The day on which the last part of a stage was finished; None while one is not, or when it has no part."""
    pages = [page for part in book.form.parts_of(stage) for page in book.of_part(part) if page.round == 1]
    if not pages or any(page.status != SectionStatus.COMPLETED for page in pages):
        return None
    return max(timezone.localdate(page.latest.saved_at) for page in pages if page.latest)
