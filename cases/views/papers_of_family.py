"""Papers made for a family: sending the PDF, and writing down that it was made."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from cases.models import Case, Person
from earlyhelp.audit import record_look
from earlyhelp.web.pdf import render_pdf


def pdf(template: str, context: dict, name: str) -> HttpResponse:
    """A PDF made of `template`, to save as `name`."""
    response = HttpResponse(render_pdf(template, context), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def record_copy(request: HttpRequest, case: Case, verb: str, reader: Person) -> None:
    """Write into the log that a copy was made, and for whom."""
    record_look(request.actor, verb, case=case, level="section", section="copy", reader=str(reader.pk))
