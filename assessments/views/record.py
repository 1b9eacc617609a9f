"""The assessments of a family, and the task list of one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, ConsentStatement, SectionStatus
from assessments.pages import Book, PageOf, read
from assessments.rules import can_answer_for, can_help_again, can_register
from assessments.spec import Opens, Part, Source
from assessments.views.common import get_assessment_for
from cases.models import Case
from cases.rereferral import is_rereferral
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.web.dates import day
from earlyhelp.web.workdays import working_days_between

TAGS = {
    "not_started": ("Not started", "grey"),
    SectionStatus.IN_PROGRESS: ("In progress", "yellow"),
    "differing": ("Check needed", "orange"),
}


@dataclass(kw_only=True)
class Task:
    """One line of the task list.

    `url` is empty when it cannot start yet; `tag` is (words, colour) or empty.
    """

    id: str
    title: str
    url: str
    hint: str = ""
    status: str = "Completed"
    colour: str = ""
    each: list[Task] = field(default_factory=list)


@dataclass(kw_only=True)
class TaskGroup:
    title: str
    tasks: list[Task] = field(default_factory=list)


@access(Permission.CASE_READ)
def assessments(request: HttpRequest, reference: str) -> HttpResponse:
    """Every assessment of one family, newest first, and a way to start another."""
    case = get_case_for(request, reference, "assessments")
    found = Assessment.objects.filter(case=case).with_record_data()
    context = {
        "assessments": list(found),
        "may_start": can_register(request.actor) and case.is_open,
        **_after(request, case),
        "has_open": any(each.is_open and each.completed_at is None for each in found),
    }
    return render_record(request, "assessments/assessments.html", case, "assessments", context)


def _after(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What comes after a closed case: a newer one, or helping the family again. And whether this one came soon."""
    found = {"newer": None, "may_help_again": False, "is_rereferral": is_rereferral(case)}
    if not case.is_open:
        newest = Case.objects.granted_to(request.actor).latest_of(case.family_id)
        found["newer"] = newest if newest.pk != case.pk else None
        found["may_help_again"] = newest.pk == case.pk and can_help_again(request.actor, case)
    return found


@access(Permission.CASE_READ)
def task_list(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The parts of an assessment: what is done, by whom, what still blocks signing off."""
    assessment = get_assessment_for(request, pk, verb="Opened an assessment")
    book = read(assessment, request.actor, in_words=False)
    missing = book.missing()
    done, total = book.finished()
    context = {
        "assessment": assessment,
        "groups": task_groups(book, missing_count=len(missing), counts=record_counts(assessment.case)),
        "missing": [(item.label, part_url(assessment, item.part, item.subject)) for item in missing],
        "done": done,
        "total": total,
        "writers": writers(book),
        "saved": max((page.latest.saved_at for page in book.pages.values() if page.latest), default=None),
        "working_day": _working_day(assessment),
        "may_answer_for": can_answer_for(request.actor, assessment),
        "earlier": Assessment.objects.filter(case__family=assessment.case.family_id)
        .filter(initiated_at__lt=assessment.initiated_at)
        .first(),
    }
    return render_record(request, "assessments/task_list.html", assessment.case, "assessments", context)


def part_url(assessment: Assessment, part: Part, subject, round: int = 1) -> str:
    """The address of one page of the form; of a part that is filled in again, that of one time."""
    about = [] if subject is None else [subject.id]
    name = "assessment-part" if subject is None else "assessment-person-part"
    if round == 1:
        return reverse(name, args=[assessment.pk, part.key, *about])
    return reverse(f"{name}-again", args=[assessment.pk, part.key, *about, round])


@dataclass(frozen=True)
class Counts:
    """How much there is on the other pages of the record that the form points to."""

    meetings: int
    reviews: int
    actions: int
    started: int


def record_counts(case: Case) -> Counts:
    """Meetings, reviews and actions that the reader may see, in one query."""
    counted = Case.objects.filter(pk=case.pk).annotate(
        n_meetings=Count("meetings", distinct=True),
        n_reviews=Count("reviews", distinct=True),
        n_actions=Count("actions", distinct=True),
        n_started=Count("actions", distinct=True, filter=Q(actions__started_at__isnull=False)),
    )
    return Counts(
        *(counted.values_list("n_meetings", "n_reviews", "n_actions", "n_started").first() or (0, 0, 0, 0))
    )


def task_groups(book: Book, *, missing_count: int, counts: Counts) -> list[TaskGroup]:
    """The task list by group, with "Check answers" at the end of the last group that is filled in before
    sign-off.
    """
    found = []
    last = None
    for group in book.form.groups:
        tasks = [
            task for part in book.form.parts if part.group == group.key for task in _tasks(book, part, counts)
        ]
        if not tasks:
            continue
        made = TaskGroup(title=group.title, tasks=tasks)
        found.append(made)
        parts = [part for part in book.form.parts if part.group == group.key]
        if any(part.source is Source.ANSWERS and part.opens is Opens.REGISTERED for part in parts):
            last = made
    if last is not None:
        last.tasks.append(_check_task(book.assessment, missing_count))
    return found


def _check_task(assessment: Assessment, missing_count: int) -> Task:
    url = reverse("assessment-check", args=[assessment.pk])
    if assessment.is_signed_off:
        by = assessment.signed_off_by.user.full_name if assessment.signed_off_by else "the register"
        return Task(
            id="check",
            title="Check answers",
            url=url,
            hint=f"Signed off by {by}, {day(assessment.signed_off_at)}",
        )
    if missing_count:
        answers = "1 more answer" if missing_count == 1 else f"{missing_count} more answers"
        return Task(
            id="check",
            title="Check answers and sign off",
            url=url,
            hint=f"You need {answers} first",
            status="Not ready yet",
        )
    return Task(
        id="check",
        title="Check answers and sign off",
        url=url,
        hint="Everything needed is there",
        status="Not started",
        colour="grey",
    )


def _tasks(book: Book, part: Part, counts: Counts) -> list[Task]:
    if part.source is not Source.ANSWERS:
        return [_kept_elsewhere(book, part, counts)]
    pages = book.of_part(part)
    if part.opens is Opens.COMPLETED and book.assessment.completed_at is None:
        return [
            Task(
                id=part.key, title=part.title, url="", hint=_words(part.hint, None), status="Cannot start yet"
            )
        ]
    pages += [
        book.page(part, subject, following)
        for subject in dict.fromkeys(page.subject for page in pages)
        if (following := book.next_round(part, subject))
    ]
    tasks = [_task(book, page) for page in pages]
    if part.together and len(tasks) > 1:
        return [_together(part, pages, tasks)]
    return tasks


def _together(part: Part, pages: list[PageOf], tasks: list[Task]) -> Task:
    """The pages of several persons on one line, with a link and a status for each."""
    for page, task in zip(pages, tasks, strict=True):
        task.title = page.subject.name if page.round == 1 else f"{page.subject.name} ({page.round})"
    pages = [page for page in pages if page.round == 1 or page.latest]
    done = sum(page.status == SectionStatus.COMPLETED for page in pages)
    if any(page.has_differing for page in pages):
        status, colour = TAGS["differing"]
    elif done == len(pages):
        status, colour = "Completed", ""
    elif any(page.latest is not None for page in pages):
        status, colour = (
            (f"{done} of {len(pages)} done", "yellow") if done else TAGS[SectionStatus.IN_PROGRESS]
        )
    else:
        status, colour = TAGS["not_started"]
    return Task(id=part.key, title=part.together, url="", status=status, colour=colour, each=tasks)


def _words(text: str, page: PageOf | None) -> str:
    return text.replace("{name}", page.subject.name) if page and page.subject else text


def _task(book: Book, page: PageOf) -> Task:
    words, colour = TAGS.get("differing" if page.has_differing else page.status, ("Completed", ""))
    latest = page.latest
    if page.has_differing:
        hint = "Two people wrote different answers. Choose one"
    elif latest is not None and latest.saved_by is not None:
        verb = "Finished" if page.status == SectionStatus.COMPLETED else "Last saved"
        hint = f"{verb} by {latest.saved_by.user.full_name}, {day(latest.saved_at)}"
    elif page.round > 1:
        hint = "Start this when it is time for the next one"
    else:
        hint = _words(page.part.hint, page) or "Nobody has started this yet"
    subject = page.subject
    about = f"-{subject.id}" if subject else ""
    return Task(
        id=f"{page.part.key}{about}-{page.round}",
        title=page.title,
        url=part_url(book.assessment, page.part, subject, page.round),
        hint=hint,
        status=words,
        colour=colour,
    )


def _kept_elsewhere(book: Book, part: Part, counts: Counts) -> Task:
    """A part that lives on another page of the record: what is there, and the way to it."""
    assessment, case = book.assessment, book.assessment.case
    started = assessment.assessor.user.full_name if assessment.assessor else "the register"
    match part.source:
        case Source.MATCH:
            hint, url = f"Done by {started}, {day(assessment.initiated_at)}", "record-overview"
        case Source.CONSENT:
            hint, url = _statement(assessment), "record-sharing"
        case Source.HOUSEHOLD:
            children = sum(person.is_child for person in book.household.people)
            adults = len(book.household.people) - children
            hint = f"{_count(children, 'child', 'children')}, {_count(adults, 'adult', 'adults')}"
            url = "record-people"
        case Source.MEETINGS:
            return _later(part, "record-meetings", case, counts.meetings, "meeting", "meetings")
        case Source.REVIEWS:
            return _later(part, "record-plan", case, counts.reviews, "review", "reviews")
        case _:
            return _plan(part, case, counts)
    return Task(id=part.key, title=part.title, url=reverse(url, args=[case.reference]), hint=hint)


def _later(part: Part, url: str, case, count: int, one: str, many: str) -> Task:
    status, colour = ("Completed", "") if count else TAGS["not_started"]
    hint = _count(count, one, many) if count else part.hint or f"No {one} yet"
    return Task(
        id=part.key,
        title=part.title,
        url=reverse(url, args=[case.reference]),
        hint=hint,
        status=status,
        colour=colour,
    )


def _plan(part: Part, case: Case, counts: Counts) -> Task:
    status, colour = TAGS["not_started"]
    if counts.actions:
        status, colour = ("Completed", "") if counts.started else TAGS[SectionStatus.IN_PROGRESS]
    hint = (
        f"{counts.started} of {_count(counts.actions, 'action', 'actions')} started"
        if counts.actions
        else part.hint
    )
    return Task(
        id=part.key,
        title=part.title,
        url=reverse("record-plan", args=[case.reference]),
        hint=hint,
        status=status,
        colour=colour,
    )


def _statement(assessment: Assessment) -> str:
    if assessment.consent_statement == ConsentStatement.TIER4:
        return "Registered on a tier 4 safeguarding statement"
    if not assessment.consent_with:
        return "Agreement as recorded in the register"
    children = f"Children: {assessment.consent_child}"
    return f"{assessment.consent_with} agreed on {day(assessment.consent_at)}. {children}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


@dataclass(frozen=True)
class Writer:
    """One person who fills this in: where they last wrote."""

    name: str
    agency: str
    where: str
    at: object
    is_you: bool = False


def writers(book: Book) -> list[Writer]:
    """Everybody who wrote something, the latest first, with the page they last wrote on."""
    latest: dict[int, tuple] = {}
    for page in book.pages.values():
        for row in page.rows:
            if row.saved_by is None or not row.version:
                continue
            known = latest.get(row.saved_by_id)
            if known is None or known[0].saved_at < row.saved_at:
                latest[row.saved_by_id] = (row, page)
    found = [
        Writer(
            name=row.saved_by.user.full_name,
            agency=row.saved_by.agency.name,
            where=page.title,
            at=row.saved_at,
        )
        for row, page in latest.values()
    ]
    return sorted(found, key=lambda writer: writer.at, reverse=True)


def _working_day(assessment: Assessment) -> tuple[int, int, int] | None:
    """(which working day it is, of how many, how many late), while the assessment runs and its due date is
    known.
    """

    if assessment.due_on is None or assessment.is_signed_off or not assessment.is_open:
        return None
    start = timezone.localdate(assessment.initiated_at)
    day_now, days = (
        working_days_between(start, timezone.localdate()),
        working_days_between(start, assessment.due_on),
    )
    return day_now, days, max(day_now - days, 0)
