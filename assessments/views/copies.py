"""Copies on paper:

for a person of the family in plain English, and for professionals. Each copy is recorded.
"""

from __future__ import annotations

import uuid

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from assessments.actions.copies import record_copy
from assessments.models import Assessment, ConsentStatement
from assessments.pages import Book, read
from assessments.spec import Nature, Per
from assessments.views.common import get_assessment_for
from assessments.views.finish import in_words
from cases.views.common import render_record
from earlyhelp.access import Permission, access
from earlyhelp.web.forms import Form
from earlyhelp.web.pdf import render_pdf

# What a family's copy leaves out, whoever prints it: somebody may be harmed by what another person of the
# family reads.
NOT_FOR_FAMILY = {"safeguarding", "police"}


class CopyForm(Form):
    """For whom is this copy?"""

    person = forms.ChoiceField(
        label="Who is this copy for?",
        widget=forms.RadioSelect,
        help_text="It shows the children’s pages and their own. It never shows another adult’s words.",
        error_messages={"required": "Select who this copy is for"},
    )

    def __init__(self, *args, book: Book, **kwargs):
        super().__init__(*args, **kwargs)
        people = [person for person in book.household.people if not person.is_unborn]
        self.fields["person"].choices = [(person.id, person.full_name) for person in people]


@access(Permission.CASE_READ)
def copies(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose a copy: for a person of the family, or for professionals."""
    assessment = get_assessment_for(request, pk, verb="Opened the copies of an assessment")
    book = read(assessment, None)
    form = CopyForm(request.POST or None, book=book)
    if request.method == "POST" and form.is_valid():
        return _family_copy(request, assessment, book, form.cleaned_data["person"])
    context = {"assessment": assessment, "form": form}
    status = 422 if form.is_bound else 200
    return render_record(
        request, "assessments/copies.html", assessment.case, "assessments", context, status=status
    )


def _family_copy(request: HttpRequest, assessment: Assessment, book: Book, person: str) -> HttpResponse:
    reader = book.household.subject(person)
    if reader is None:
        raise Http404
    record_copy(assessment=assessment, kind="family", by=request.actor)
    context = _context(request, assessment, book) | {"reader": reader, "groups": family_groups(book, person)}
    return _pdf("assessments/pdf/family_copy.html", context, f"{_file_name(assessment)}-family-copy.pdf")


def family_groups(book: Book, person: str) -> list[tuple[str, list[dict]]]:
    """The pages of a family's copy for one reader: what was answered, without what could harm somebody.

    Left out are safeguarding and police pages, other adults' pages, and what only one agency noted for
    itself.
    """
    reader = book.household.subject(person)
    groups = []
    for title, pages in in_words(book):
        kept = []
        for page in pages:
            part, about = page["part"], page["about"]
            is_others = part.per is Per.ADULT and about != person
            of_other_child = (
                reader is not None and reader.is_child and part.per is Per.CHILD and about != person
            )
            if part.category in NOT_FOR_FAMILY or is_others or of_other_child or not page["answered"]:
                continue
            kept.append(page)
        if kept:
            groups.append((title, kept))
    return groups


@access(Permission.CASE_READ)
def professional_copy(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything this reader may see, for a professional's file."""
    assessment = get_assessment_for(request, pk, verb="Made a professionals' copy of an assessment")
    book = read(assessment, request.actor)
    record_copy(assessment=assessment, kind="professional", by=request.actor)
    context = _context(request, assessment, book) | {
        "groups": in_words(book),
        "is_tier4": _is_tier4(assessment),
    }
    return _pdf("assessments/pdf/professional_copy.html", context, f"{_file_name(assessment)}.pdf")


def _context(request: HttpRequest, assessment: Assessment, book: Book) -> dict:
    return {
        "assessment": assessment,
        "case": assessment.case,
        "people": book.household.people,
        "made_at": timezone.now(),
        "made_by": request.actor,
        "said": Nature.SAID,
        "view": Nature.VIEW,
    }


def _is_tier4(assessment: Assessment) -> bool:
    return assessment.consent_statement == ConsentStatement.TIER4


def _file_name(assessment: Assessment) -> str:
    """The reference, which names nobody, as a file name."""
    return assessment.reference.replace("/", "-")


def _pdf(template: str, context: dict, name: str) -> HttpResponse:
    response = HttpResponse(render_pdf(template, context), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
