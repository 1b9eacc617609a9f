"""What the task list of an assessment shows: the state of every page, what must wait and why, and where to go on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.urls import reverse

from assessments.addresses import part_url
from assessments.household import told
from assessments.models import Assessment, ConsentStatement, SectionStatus
from assessments.pages import Book, PageOf
from assessments.rules import takes_answers
from assessments.spec import Opens, Part, Source
from cases.models import Case
from earlyhelp.access import Actor
from earlyhelp.web.dates import day, moment
from earlyhelp.web.templatetags.eh import plural

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
        hint = why_not_yet(book.assessment)
        return [
            Task(id=part.key, title=part.together or part.title, url="", hint=hint, status="Cannot start yet")
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


def why_not_yet(assessment: Assessment) -> str:
    """What must happen before a part that opens with completion can be started, in words."""
    if not assessment.is_open:
        return "This assessment ended before it could be started"
    if not assessment.is_signed_off:
        return "Opens when the assessment is signed off and an action of the plan has started"
    if assessment.awaits_countersign:
        return "Opens when a manager has countersigned and an action of the plan has started"
    return "Opens as soon as an action of the plan has started"


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


def _task(book: Book, page: PageOf) -> Task:
    words, colour = TAGS.get("differing" if page.has_differing else page.status, ("Completed", ""))
    latest = page.latest
    if page.has_differing:
        hint = "Two people wrote different answers. Choose one"
    elif latest is not None and latest.saved_by is not None:
        verb = "Finished" if page.status == SectionStatus.COMPLETED else "Last saved"
        hint = f"{verb} by {latest.saved_by.user.full_name}, {moment(latest.saved_at)}"
    elif page.round > 1:
        hint = "Start this when it is time for the next one"
    else:
        hint = told(page.part.hint, page.subject) or "Nobody has started this yet"
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
            hint = f"{plural(children, 'child,children')}, {plural(adults, 'adult')}"
            url = "record-people"
        case Source.MEETINGS:
            return _later(part, "record-meetings", case, counts.meetings, "meeting")
        case Source.REVIEWS:
            return _later(part, "record-plan", case, counts.reviews, "review")
        case _:
            return _plan(part, case, counts)
    return Task(id=part.key, title=part.title, url=reverse(url, args=[case.reference]), hint=hint)


def _later(part: Part, url: str, case, count: int, one: str) -> Task:
    status, colour = ("Completed", "") if count else TAGS["not_started"]
    hint = plural(count, one) if count else part.hint or f"No {one} yet"
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
    hint = f"{counts.started} of {plural(counts.actions, 'action')} started" if counts.actions else part.hint
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


@dataclass(frozen=True)
class Resume:
    """Where somebody goes on: a page, the words of the button, and when they wrote there last."""

    words: str
    url: str
    at: dt.datetime | None = None


def resume_of(book: Book, actor: Actor) -> Resume | None:
    """Where this person left off, whatever device they used; None when nothing can be written now.

    The page they wrote on last, until it is finished; then the next unfinished one after it; for somebody who has
    not written yet, the first unfinished one.
    """
    order = [
        page
        for part in book.form.parts
        if part.source is Source.ANSWERS and takes_answers(book.assessment, part)
        for page in book.of_part(part)
    ]
    mine = [(at, place) for place, page in enumerate(order) if (at := _wrote_at(page, actor)) is not None]
    if mine:
        at, place = max(mine)
        if order[place].status != SectionStatus.COMPLETED:
            return Resume(f"Go on with {order[place].title}", _url(book, order[place]), at)
        order = order[place + 1 :] + order[:place]
    unfinished = next((page for page in order if page.status != SectionStatus.COMPLETED), None)
    if unfinished is None:
        return None
    return Resume(f"{'Go on' if mine else 'Start'} with {unfinished.title}", _url(book, unfinished))


def _wrote_at(page: PageOf, actor: Actor) -> dt.datetime | None:
    """When this person last wrote on a page, from the marks beside the answers and who saved it."""
    found = [
        dt.datetime.fromisoformat(mark["at"])
        for row in page.rows
        for mark in row.marks.values()
        if mark.get("m") == actor.membership.pk
    ]
    found += [row.saved_at for row in page.rows if row.version and row.saved_by_id == actor.membership.pk]
    return max(found, default=None)


def _url(book: Book, page: PageOf) -> str:
    return part_url(book.assessment, page.part, page.subject, page.round)
