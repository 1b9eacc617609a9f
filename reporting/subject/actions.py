"""Requests for what is held: from the log to the answer. The only writers."""

from __future__ import annotations

import datetime as dt
import hashlib
import re

from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from cases.models import Case
from cases.rules import NotAllowed
from earlyhelp.access import Actor
from earlyhelp.audit import record_change, record_look
from reporting.models import (
    Redaction,
    RedactionStatus,
    Refusal,
    SubjectCopy,
    SubjectItem,
    SubjectRequest,
)
from reporting.subject import gathering
from reporting.subject.clock import clock_of
from reporting.subject.output import as_json, as_pdf, package
from reporting.subject.rules import check_can_answer, check_can_look_second, check_can_work_on, check_facts
from reporting.subject.states import NotNow, Step, after

NO_PRIVILEGE = "42501"
CLOSE_TO_THEM = "Somebody else must answer this request. Hand it to another officer."


def _locked(request: SubjectRequest) -> SubjectRequest:
    """The request as it is now, for this transaction alone."""
    return SubjectRequest.objects.select_for_update().get(pk=request.pk)


@transaction.atomic
def log_request(*, by: Actor, **facts) -> SubjectRequest:
    """Log a request that reached somebody: spoken or written, to anybody, in whatever words.

    `facts`: asker, asker_name, contact, first_name, last_name, born_on, wants, way, received_on.
    Raises ValueError when the day lies ahead.
    """
    if facts["received_on"] > timezone.localdate():
        raise ValueError("It cannot have reached you after today.")
    with connection.cursor() as cursor:
        cursor.execute("select nextval('subject_number')")
        number = cursor.fetchone()[0]
    request = SubjectRequest.objects.create(number=number, logged_by=by.membership, **facts)
    record_change(by, "Logged a request for what is held", obj=request, way=request.way, asker=request.asker)
    return request


@transaction.atomic
def ask_identity(*, request: SubjectRequest, by: Actor) -> None:
    """Ask for proof of identity: the clock stops until it is seen. Raises NotAllowed or NotNow."""
    check_can_answer(by)
    request = _locked(request)
    request.status = after(Step.ASK_IDENTITY, request.status)
    request.identity_asked_on = timezone.localdate()
    request.save(update_fields=["status", "identity_asked_on"])
    record_change(by, "Asked for proof of identity", obj=request)


@transaction.atomic
def record_checks(*, request: SubjectRequest, by: Actor, **facts) -> SubjectRequest:
    """Record what was seen and take the request in hand.

    `facts`: identity_seen, identity_seen_on, authority_seen, authority_seen_on, child_able, child_able_note,
    child_agreed_on. Raises NotAllowed, NotNow, or ValueError with what is missing.
    """
    check_can_answer(by)
    request = _locked(request)
    request.status = after(Step.CHECK, request.status)
    for name, value in facts.items():
        setattr(request, name, value)
    check_facts(request)
    request.officer = by.membership
    request.save(update_fields=["status", "officer", *facts])
    record_change(by, "Took a request for what is held in hand", obj=request)
    return request


@transaction.atomic
def extend(*, request: SubjectRequest, told_on: dt.date, reason: str, by: Actor) -> None:
    """Take two further months, told within the first one with the reason. Raises NotAllowed, NotNow or ValueError."""
    check_can_answer(by)
    request = _locked(request)
    after(Step.EXTEND, request.status)
    clock = clock_of(request)
    if request.extended_on:
        raise NotNow("The time was extended already. It can be extended once.")
    if not reason.strip():
        raise ValueError("Say why it takes longer. They are told this.")
    if clock.first_due_on is None or not clock.starts_on <= told_on <= min(
        clock.first_due_on, timezone.localdate()
    ):
        raise ValueError("They must be told within the first month, and not after today.")
    request.extended_on, request.extension_reason = told_on, reason
    request.save(update_fields=["extended_on", "extension_reason"])
    record_change(by, "Took more time for a request", obj=request)


@transaction.atomic
def correct_details(*, request: SubjectRequest, by: Actor, **facts) -> None:
    """Put right first_name, last_name or born_on of the person asked about. Recorded: it decides who is found."""
    check_can_answer(by)
    request = _locked(request)
    after(Step.CORRECT, request.status)
    changed = sorted(name for name, value in facts.items() if getattr(request, name) != value)
    for name, value in facts.items():
        setattr(request, name, value)
    request.save(update_fields=[*facts])
    record_change(by, "Corrected whom a request is about", obj=request, fields=changed)


@transaction.atomic
def gather(*, request: SubjectRequest, by: Actor) -> int:
    """Find everybody recorded with exactly the request's details and copy what is held about them. How many items.

    Gathering again replaces what was there, marks included. Each gathering is a look at each case, in the access log.
    Raises NotAllowed, NotNow, or ValueError when the details are not enough. Source: domain.md 6.4; trust.md P37.
    """
    request = _locked(request)
    check_can_work_on(by, request)
    after(Step.GATHER, request.status)
    if not (request.first_name.strip() and request.last_name.strip() and request.born_on):
        raise ValueError("A person is found by both names and the date of birth. Correct the details first.")
    try:
        with transaction.atomic():
            links = gathering.link(request)
            gathered = gathering.gather(request)
    except ProgrammingError as error:
        if getattr(error.__cause__, "pgcode", "") == NO_PRIVILEGE:
            raise NotAllowed(CLOSE_TO_THEM) from error
        raise
    SubjectItem.objects.bulk_create(gathered.items)
    proposals = [
        redaction
        for item, flags in zip(gathered.items, gathered.flags, strict=True)
        for redaction in gathering.redactions_for(item, flags)
    ]
    Redaction.objects.bulk_create(proposals)
    request.gathered_at, request.left_out = timezone.now(), sum(left for *_rest, left in links)
    request.save(update_fields=["gathered_at", "left_out"])
    for case in sorted(gathered.cases):
        record_look(
            by, "Gathered for a request for what is held", case=Case(pk=case), request=str(request.pk)
        )
    record_change(
        by,
        "Gathered what is held",
        obj=request,
        people=len(links),
        items=len(gathered.items),
        proposals=len(proposals),
    )
    return len(gathered.items)


@transaction.atomic
def decide(*, redaction: Redaction, withhold: bool, note: str, by: Actor) -> None:
    """Withhold what was proposed, or give it, with a reason. Raises NotAllowed, NotNow or ValueError."""
    request = _locked(redaction.request)
    check_can_work_on(by, request)
    after(Step.MARK, request.status)
    if not withhold and not note.strip():
        raise ValueError("Say why it may be given: who agreed, or why it is theirs to have.")
    _decide([redaction], withhold, note, by)
    record_change(by, "Decided what is withheld", obj=redaction, withheld=withhold)


@transaction.atomic
def decide_many(
    *, request: SubjectRequest, why: str, agency: int | None, withhold: bool, note: str, by: Actor
) -> int:
    """Decide every open proposal of one reason, of one agency when `agency` is given. Gives how many there were."""
    request = _locked(request)
    check_can_work_on(by, request)
    after(Step.MARK, request.status)
    if not withhold and not note.strip():
        raise ValueError("Say why they may be given: who agreed, or why they are theirs to have.")
    waiting = request.redactions.filter(status=RedactionStatus.PROPOSED, why=why)
    if agency is not None:
        waiting = waiting.filter(item__agency_id=agency)
    decided = _decide(list(waiting), withhold, note, by)
    record_change(by, "Decided what is withheld", obj=request, why=why, withheld=withhold, number=decided)
    return decided


def _decide(redactions: list[Redaction], withhold: bool, note: str, by: Actor) -> int:
    for redaction in redactions:
        redaction.status = RedactionStatus.ACCEPTED if withhold else RedactionStatus.REMOVED
        redaction.note = note.strip() or redaction.note
        redaction.decided_by, redaction.decided_at = by.membership, timezone.now()
    Redaction.objects.bulk_update(redactions, ["status", "note", "decided_by", "decided_at"])
    return len(redactions)


@transaction.atomic
def withhold(
    *,
    item: SubjectItem,
    field: str,
    words: str,
    why: str,
    note: str,
    by: Actor,
    opinion_by: str = "",
    opinion_on: dt.date | None = None,
) -> int:
    """Withhold words that the system did not point out; the whole item when `field` is empty. How many places.

    Args:
        field: the line; every place in it where `words` stand is withheld, the case of letters aside.
        opinion_by, opinion_on: the professional who judged the harm; needed for serious harm (Schedule 3).

    Raises NotAllowed, NotNow or ValueError.
    """
    request = _locked(item.request)
    check_can_work_on(by, request)
    after(Step.MARK, request.status)
    if why == "serious_harm" and not (opinion_by.strip() and opinion_on):
        raise ValueError("Name the professional who judged the harm, and the day.")
    places = [(0, 0)]
    if field:
        text, wanted = item.words_of(field), " ".join(words.split())
        if not wanted:
            raise ValueError("Type the words to withhold.")
        places = places_of(wanted, text)
        if not places:
            raise ValueError("These words do not stand there. Copy them exactly.")
    Redaction.objects.bulk_create(
        Redaction(
            request=request,
            item=item,
            field=field,
            starts=starts,
            ends=ends,
            why=why,
            note=note,
            status=RedactionStatus.ACCEPTED,
            opinion_by=opinion_by,
            opinion_on=opinion_on,
            decided_by=by.membership,
            decided_at=timezone.now(),
        )
        for starts, ends in places
    )
    record_change(by, "Withheld words", obj=item, why=why, places=len(places))
    return len(places)


def places_of(wanted: str, text: str) -> list[tuple[int, int]]:
    """Where some words stand in a text: letters' case and the kind of blank do not matter."""
    pattern = r"\s+".join(re.escape(part) for part in wanted.split())
    return [(found.start(), found.end()) for found in re.finditer(pattern, text, re.IGNORECASE)]


@transaction.atomic
def pass_on(*, request: SubjectRequest, left_out_reason: str, by: Actor) -> None:
    """Make the files and pass them to a second person. What is looked at is what is sent.

    Raises NotAllowed, NotNow, or ValueError while something is undecided.
    """
    request = _locked(request)
    check_can_work_on(by, request)
    status = after(Step.HAND_OVER, request.status)
    if not request.gathered_at:
        raise ValueError("Gather what is held first.")
    if request.redactions.filter(status=RedactionStatus.PROPOSED).exists():
        raise ValueError("Decide about everything that is pointed out first.")
    if request.left_out and not left_out_reason.strip():
        raise ValueError(
            "Say why restricted records are left out, or ask to be named on them and gather again."
        )
    _clear(request, "copies")
    found = package(request, list(request.items.all()), list(request.redactions.all()))
    for file_format, content in (("pdf", as_pdf(found)), ("json", as_json(found))):
        SubjectCopy.objects.create(
            request=request, format=file_format, content=content, sha256=hashlib.sha256(content).hexdigest()
        )
    request.status, request.left_out_reason, request.back_note = status, left_out_reason, ""
    request.passed_by, request.passed_at = by.membership, timezone.now()
    request.save(update_fields=["status", "left_out_reason", "back_note", "passed_by", "passed_at"])
    record_change(by, "Passed an answer to a second person", obj=request)


def _clear(request: SubjectRequest, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select app.clear_subject(%s, %s)", [request.pk, what])


@transaction.atomic
def send_back(*, request: SubjectRequest, note: str, by: Actor) -> None:
    """The second person found something: back to the officer. Raises NotAllowed, NotNow or ValueError."""
    request = _locked(request)
    check_can_look_second(by, request)
    request.status = after(Step.SEND_BACK, request.status)
    if not note.strip():
        raise ValueError("Say what has to change.")
    request.back_note = note
    request.save(update_fields=["status", "back_note"])
    record_change(by, "Sent an answer back to its officer", obj=request)


@transaction.atomic
def send(*, request: SubjectRequest, how: str, by: Actor) -> None:
    """The second person lets the answer go out. The caller has had them prove a second factor again.

    Raises NotAllowed, NotNow or ValueError. Source: ASVS 2.3.5, 7.5.3.
    """
    request = _locked(request)
    check_can_look_second(by, request)
    after(Step.SEND, request.status)
    if not how.strip():
        raise ValueError("Say how it goes to them.")
    with connection.cursor() as cursor:
        cursor.execute("select app.release_subject(%s, %s)", [request.pk, how])
        if not cursor.fetchone()[0]:
            raise NotAllowed("This answer cannot be sent by you, or not as it is.")
    record_change(by, "Sent what is held", obj=request)


@transaction.atomic
def refuse(*, request: SubjectRequest, refusal: str, words: str, by: Actor) -> None:
    """Give nothing, for a reason the law knows, and tell them why and to whom they may complain.

    Raises NotAllowed, NotNow or ValueError.
    """
    check_can_answer(by)
    request = _locked(request)
    request.status = after(Step.REFUSE, request.status)
    if not words.strip():
        raise ValueError("Write what they are told.")
    request.refusal, request.refusal_words = Refusal(refusal), words
    request.refused_at, request.refused_by = timezone.now(), by.membership
    request.save(update_fields=["status", "refusal", "refusal_words", "refused_at", "refused_by"])
    record_change(by, "Refused a request for what is held", obj=request, refusal=refusal)


def open_copy(*, request: SubjectRequest, file_format: str, by: Actor) -> bytes:
    """Record that a file is about to be given out, and give it. Raises SubjectCopy.DoesNotExist."""
    check_can_answer(by)
    copy = request.copies.get(format=file_format)
    record_look(by, "Downloaded an answer", level="section", request=str(request.pk), format=file_format)
    return bytes(copy.content)


def forget_copies() -> int:
    """Delete working copies of requests answered SUBJECT_ACCESS_KEEP_DAYS ago. Gives how many requests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.forget_subject_copies(%s)", [settings.EARLY_HELP["SUBJECT_ACCESS_KEEP_DAYS"]]
        )
        return cursor.fetchone()[0]
