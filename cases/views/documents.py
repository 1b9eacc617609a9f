"""Files kept with a family's record: the list, one document with its pages and versions, and giving a file out."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from cases.actions.document import (
    add_document,
    add_version,
    change_category,
    open_document,
    open_page,
    put_before,
)
from cases.forms.document import CategoryForm, DocumentForm, PaperForm, VersionForm
from cases.models import Case, Document, DocumentPage
from cases.papers.reading import choices_for, count_versions, versions_of
from cases.rules.document import (
    can_add_document,
    can_add_version,
    can_be_given_out,
    can_change_category,
    check_can_add_document,
    check_can_add_version,
    check_can_change_category,
    check_can_put_before,
    why_not_given_out,
)
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from cases.views.meeting import fetch
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.pagination import page_of

SEALED = "sandbox; default-src 'none'"  # a file runs nothing and loads nothing, wherever it is opened


@access(Permission.CASE_READ)
def documents(request: HttpRequest, reference: str) -> HttpResponse:
    """The files that this person may see, each in its newest version."""
    case = get_case_for(request, reference, "documents")
    page = page_of(Document.objects.filter(case=case).current().with_list_data(), request, per_page=25)
    count_versions(case, page.object_list)
    for document in page:
        document.may_download = can_be_given_out(document)
    context = {"page": page, "may_add": can_add_document(request.actor, case)}
    return render_record(request, "cases/documents/documents.html", case, "documents", context)


@access(Permission.CASE_READ)
def document(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """One document: its pages as pictures, one at a time, and its versions."""
    case = get_case_for(request, reference, "documents")
    found = _document(case, pk)
    record_look(request.actor, "Opened a document", case=case, level="section", document=str(found.pk))
    versions = versions_of(found)
    found.may_download = can_be_given_out(found)
    page = None
    if found.may_download:
        number = request.GET.get("page", "1")
        pages = DocumentPage.objects.filter(document=found)
        page = pages.filter(number=int(number) if number.isdecimal() and len(number) < 5 else 1).first()
        page = page or pages.first()
    context = {
        "document": found,
        "versions": versions,
        "page": page,
        "drawn": min(found.pages, settings.EARLY_HELP["DOCUMENT_PREVIEW_PAGES"]),
        "why_not": why_not_given_out(found),
        "is_current": versions[0].pk == found.pk,
        "may_add_version": can_add_version(request.actor, found),
        "may_change_category": can_change_category(request.actor, found),
    }
    return render_record(request, "cases/documents/document.html", case, "documents", context)


@access(Permission.CASE_WRITE)
def document_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a file."""
    case = get_case_for(request, reference, "documents")
    check_can_add_document(request.actor, case)
    form = DocumentForm(
        request.POST or None,
        request.FILES or None,
        case=case,
        initial={"meeting": request.GET.get("meeting", "")},
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        done, _ = attempt(form, add_document, case=case, upload=facts.pop("file"), by=request.actor, **facts)
        if done:
            messages.success(request, "Document added.")
            return redirect("record-documents", case.reference)
    return render_record(request, "cases/documents/add.html", case, "documents", {"form": form})


@access(Permission.CASE_WRITE)
def document_version(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Add a version of a document, which then stands in its place."""
    case = get_case_for(request, reference, "documents")
    found = _document(case, pk)
    check_can_add_version(request.actor, found)
    newest = versions_of(found)[0]
    form = VersionForm(request.POST or None, request.FILES or None, initial={"seen": newest.pk})
    if request.method == "POST" and form.is_valid():
        done, result = attempt(
            form,
            add_version,
            document=found,
            upload=form.cleaned_data["file"],
            note=form.cleaned_data["note"],
            seen=form.cleaned_data["seen"],
            by=request.actor,
        )
        if done:
            version, crossed = result
            if crossed is None:
                messages.success(request, "New version added.")
            else:
                messages.info(
                    request,
                    "New version added. Somebody else added one while you were at it: both are kept, and yours is the "
                    "newest. Look whether theirs holds something that yours does not.",
                )
            return redirect("document", case.reference, version.pk)
    context = {"form": form, "document": newest}
    return render_record(request, "cases/documents/version.html", case, "documents", context)


@access(Permission.CASE_WRITE)
def document_category(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Say that a document holds another kind of information."""
    case = get_case_for(request, reference, "documents")
    found = _document(case, pk)
    check_can_change_category(request.actor, found)
    form = CategoryForm(request.POST or None, initial={"category": found.category})
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, change_category, document=found, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Changed. Who may read the document has changed with it.")
            # Somebody who gave it away may not see it any more: the list is there for everybody.
            return redirect("record-documents", case.reference)
    context = {"form": form, "document": found}
    return render_record(request, "cases/documents/category.html", case, "documents", context)


@access(Permission.CASE_WRITE)
def meeting_paper_add(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Share a document in a meeting: one of the record, or a new file."""
    case, meeting = fetch(request, reference, pk)
    check_can_put_before(request.actor, meeting)
    is_new = request.POST.get("do") == "add"
    choices = choices_for(meeting)
    chosen = PaperForm(request.POST if request.method == "POST" and not is_new else None, choices=choices)
    form = DocumentForm(
        request.POST if is_new else None, request.FILES if is_new else None, case=case, for_meeting=True
    )
    done = False
    if is_new and form.is_valid():
        facts = dict(form.cleaned_data)
        done, _ = attempt(
            form,
            add_document,
            case=case,
            meeting=meeting,
            upload=facts.pop("file"),
            by=request.actor,
            **facts,
        )
    elif request.method == "POST" and not is_new and chosen.is_valid():
        done, _ = attempt(
            chosen, put_before, meeting=meeting, document=chosen.cleaned_data["document"], by=request.actor
        )
    if done:
        messages.success(request, "Document shared in the meeting.")
        return redirect(reverse("meeting", args=[case.reference, meeting.pk]) + "#h-doc")
    context = {"form": form, "chosen": chosen, "has_choices": bool(choices), "meeting": meeting}
    return render_record(request, "cases/documents/for_meeting.html", case, "meetings", context)


@access(Permission.CASE_READ)
def document_download(request: HttpRequest, reference: str, pk: UUID) -> HttpResponse:
    """Give a file out, always to be saved and never to be shown inside our own pages."""
    case = get_case_for(request, reference, "documents")
    found = _document(case, pk)
    try:
        file = open_document(document=found, by=request.actor)
    except FileNotFoundError:
        raise Http404 from None  # the store has lost it: check_consistency says so to the operator
    response = FileResponse(
        file, as_attachment=True, filename=found.original_name, content_type=found.content_type
    )
    return _sealed(response, found.size)


@access(Permission.CASE_READ)
def document_page(request: HttpRequest, reference: str, pk: UUID, number: int) -> HttpResponse:
    """The picture of one page."""
    case = get_case_for(request, reference, "documents")
    page = get_object_or_404(
        DocumentPage.objects.select_related("document"), document=pk, document__case=case, number=number
    )
    page.document.case = case
    try:
        file = open_page(page=page, by=request.actor)
    except FileNotFoundError:
        raise Http404 from None
    return _sealed(FileResponse(file, content_type="image/jpeg"))


def _document(case: Case, pk: UUID) -> Document:
    found = get_object_or_404(Document.objects.filter(case=case).with_list_data(), pk=pk)
    found.case = case
    return found


def _sealed(response: FileResponse, size: int | None = None) -> FileResponse:
    """What nobody's browser guesses about, keeps, or runs."""
    response["Content-Security-Policy"] = SEALED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    if size is not None:
        response["Content-Length"] = str(size)
    return response
