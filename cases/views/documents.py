"""Files kept with a family's record."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cases.actions.document import add_document, open_document
from cases.forms.document import DocumentForm
from cases.models import Document
from cases.rules.document import can_add_document, can_be_given_out, check_can_add_document
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.web.pagination import page_of


@access(Permission.CASE_READ)
def documents(request: HttpRequest, reference: str) -> HttpResponse:
    """The files that this person may see."""
    case = get_case_for(request, reference, "documents")
    page = page_of(Document.objects.filter(case=case).with_list_data(), request, per_page=25)
    for document in page:
        document.may_download = can_be_given_out(document)
    context = {"page": page, "may_add": can_add_document(request.actor, case)}
    return render_record(request, "cases/documents/documents.html", case, "documents", context)


@access(Permission.CASE_WRITE)
def document_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a file."""
    case = get_case_for(request, reference, "documents")
    check_can_add_document(request.actor, case)
    form = DocumentForm(
        request.POST or None,
        request.FILES or None,
        case=case,
        max_mb=settings.EARLY_HELP["DOCUMENT_MAX_MB"],
        initial={"meeting": request.GET.get("meeting", "")},
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        done, _ = attempt(form, add_document, case=case, upload=facts.pop("file"), by=request.actor, **facts)
        if done:
            messages.success(request, "Document added.")
            return redirect("record-documents", case.reference)
    return render_record(request, "cases/documents/add.html", case, "documents", {"form": form})


@access(Permission.CASE_READ)
def document_download(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Give a file out, always to be saved and never to be shown inside our own pages."""
    case = get_case_for(request, reference, "documents")
    document = get_object_or_404(Document, pk=pk, case=case)
    response = FileResponse(
        open_document(document=document, by=request.actor),
        as_attachment=True,
        filename=document.original_name,
        content_type=document.content_type,
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Length"] = str(document.size)
    return response
