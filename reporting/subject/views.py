"""Pages of requests for what is held: the log, one request and its steps."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from cases.rules import NotAllowed
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.pagination import page_of
from reporting.models import SubjectCopy, SubjectRequest
from reporting.subject import actions, forms, rules
from reporting.subject.clock import clock_of
from reporting.subject.reading import Marked
from reporting.subject.states import Step, can_take

FILES = {"pdf": "application/pdf", "json": "application/json"}


def request_for(request: HttpRequest, subject: UUID) -> SubjectRequest:
    """The request, with its people and its clock. Raises Http404."""
    found = get_object_or_404(SubjectRequest.objects.with_people(), pk=subject)
    found.clock = clock_of(found)
    return found


@access(Permission.MY_WORK)
def subject_log(request: HttpRequest) -> HttpResponse:
    """Log a request that reached this person. Everybody who works here may."""
    form = forms.LogForm(request.POST or None, initial={"received_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.log_request(by=request.actor, **form.cleaned_data)
        except ValueError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Logged as {found.code}. A disclosure officer takes it from here.")
            return redirect("subject-requests" if rules.can_answer(request.actor) else "subject-log")
    mine = SubjectRequest.objects.filter(logged_by=request.actor.membership).open()
    context = {"form": form, "mine": [(each, clock_of(each)) for each in mine], "nav": "work", "roomy": True}
    return render(request, "reporting/subject/log.html", context)


@access(Permission.SUBJECT_ACCESS)
@require_GET
def subject_requests(request: HttpRequest) -> HttpResponse:
    """Open requests, the one due first at the top; and the log of those that were answered."""
    waiting = [(each, clock_of(each)) for each in SubjectRequest.objects.open().with_people()]
    waiting.sort(key=lambda pair: (pair[1].due_on is None, pair[1].due_on or pair[0].received_on))
    page = page_of(SubjectRequest.objects.answered().with_people(), request, per_page=25)
    record_look(request.actor, "Saw requests for what is held", level="results", open=len(waiting))
    context = {
        "waiting": waiting,
        "late": sum(1 for _each, clock in waiting if clock.is_overdue),
        "answered": [(each, clock_of(each)) for each in page],
        "page": page,
        "nav": "subject",
    }
    return render(request, "reporting/subject/requests.html", context)


@access(Permission.SUBJECT_ACCESS)
@require_GET
def subject_request(request: HttpRequest, subject: UUID) -> HttpResponse:
    """One request: what is known, what was checked, and the steps that can be taken now."""
    found = request_for(request, subject)
    record_look(request.actor, "Opened a request for what is held", level="section", request=str(found.pk))
    works = rules.can_work_on(request.actor, found)
    looks = found.status == "second_look" and rules.can_look_second(request.actor, found)
    context = {
        "found": found,
        "works": works,
        "looks": looks,
        "can": {step.name.lower(): can_take(step, found.status) for step in Step},
        "marked": Marked.counted(found) if works or looks else None,
        "copies": found.copies.defer("content") if works or looks else [],
        "nav": "subject",
    }
    return render(request, "reporting/subject/request.html", context)


def _step(
    request: HttpRequest,
    found: SubjectRequest,
    form,
    template: str,
    action: Callable,
    done: str,
    facts: Callable,
) -> HttpResponse:
    """A page with one form that takes one step and goes back to the request."""
    if request.method == "POST" and form.is_valid():
        try:
            action(request=found, by=request.actor, **facts(form.cleaned_data))
        except (ValueError, NotAllowed) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("subject-request", found.pk)
    context = {"found": found, "form": form, "nav": "subject", "roomy": True}
    return render(request, f"reporting/subject/{template}.html", context)


def _open_request(request: HttpRequest, subject: UUID, step: Step) -> SubjectRequest:
    """The request, if this step can be taken now. Raises Http404."""
    found = request_for(request, subject)
    if not can_take(step, found.status):
        raise Http404
    record_look(request.actor, "Opened a request for what is held", level="section", request=str(found.pk))
    return found


@access(Permission.SUBJECT_ACCESS)
@require_POST
def subject_ask_identity(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Identity was asked for: the clock stops."""
    return _post(request, subject, actions.ask_identity, "The clock is stopped until identity is seen.")


@access(Permission.SUBJECT_ACCESS)
def subject_checks(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Record what was seen, and take the request in hand."""
    found = _open_request(request, subject, Step.CHECK)
    form = forms.ChecksForm(request.POST or None, subject=found)
    return _step(
        request, found, form, "checks", actions.record_checks, "Checked. The request is in your hands.", dict
    )


@access(Permission.SUBJECT_ACCESS)
def subject_extend(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Two further months, with the reason that they were told."""
    found = _open_request(request, subject, Step.EXTEND)
    form = forms.ExtendForm(request.POST or None)
    return _step(request, found, form, "extend", actions.extend, "There are two further months.", dict)


@access(Permission.SUBJECT_ACCESS)
def subject_correct(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Put right whom the request is about."""
    found = _open_request(request, subject, Step.CORRECT)
    initial = {"first_name": found.first_name, "last_name": found.last_name, "born_on": found.born_on}
    form = forms.CorrectForm(request.POST or None, initial=initial)
    return _step(request, found, form, "correct", actions.correct_details, "Corrected.", dict)


@access(Permission.SUBJECT_ACCESS)
def subject_refuse(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Give nothing, with the reason."""
    found = _open_request(request, subject, Step.REFUSE)
    form = forms.RefuseForm(request.POST or None)
    return _step(request, found, form, "refuse", actions.refuse, "Refused, and the reason is recorded.", dict)


def _post(
    request: HttpRequest, subject: UUID, action: Callable, done: str, to: str = "subject-request"
) -> HttpResponse:
    """One step by one button, and back with a sentence of what happened or why not."""
    found = request_for(request, subject)
    try:
        action(request=found, by=request.actor)
    except (ValueError, NotAllowed) as refusal:
        messages.error(request, str(refusal))
        return redirect("subject-request", found.pk)
    messages.success(request, done)
    return redirect(to, found.pk)


@access(Permission.SUBJECT_ACCESS)
@require_POST
def subject_gather(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Find the person by the request's details and copy what is held."""
    return _post(
        request, subject, actions.gather, "Gathered. Read it, and decide what is withheld.", "subject-items"
    )


@access(Permission.SUBJECT_ACCESS)
def subject_hand_over(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Make the files and pass them to a second person."""
    found = _open_request(request, subject, Step.HAND_OVER)
    form = forms.HandOverForm(request.POST or None, subject=found)
    if request.method == "POST" and not found.left_out:
        form = forms.HandOverForm({}, subject=found)
    return _step(
        request,
        found,
        form,
        "hand_over",
        actions.pass_on,
        "Passed on. Somebody else looks at it and sends it.",
        lambda data: {"left_out_reason": data.get("left_out_reason", "")},
    )


@access(Permission.SUBJECT_ACCESS)
def subject_send_back(request: HttpRequest, subject: UUID) -> HttpResponse:
    """The second person found something."""
    found = _second(request, subject, Step.SEND_BACK)
    form = forms.BackForm(request.POST or None)
    return _step(request, found, form, "send_back", actions.send_back, "Sent back to the officer.", dict)


@access(Permission.SUBJECT_ACCESS)
def subject_send(request: HttpRequest, subject: UUID) -> HttpResponse:
    """The second person lets it go out, with a one-use code."""
    found = _second(request, subject, Step.SEND)
    form = forms.SendForm(request.POST or None, request=request)
    return _step(
        request, found, form, "send", actions.send, "Recorded as sent.", lambda data: {"how": data["how"]}
    )


def _second(request: HttpRequest, subject: UUID, step: Step) -> SubjectRequest:
    found = _open_request(request, subject, step)
    rules.check_can_look_second(request.actor, found)
    return found


@access(Permission.SUBJECT_ACCESS)
@require_GET
def subject_file(request: HttpRequest, subject: UUID, kind: str) -> HttpResponse:
    """A file as it goes out, for the officer and the second person. Recorded."""
    found = request_for(request, subject)
    if kind not in FILES:
        raise Http404
    try:
        content = actions.open_copy(request=found, file_format=kind, by=request.actor)
    except SubjectCopy.DoesNotExist:
        raise Http404 from None
    response = HttpResponse(content, content_type=FILES[kind])
    response["Content-Disposition"] = f'attachment; filename="{found.code}.{kind}"'
    return response
