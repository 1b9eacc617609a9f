"""Copies on paper: of the whole for a person of the family in plain English or for professionals, and of one part or
section for professionals. Each copy is recorded, and holds only what whoever makes it may see.
"""

from __future__ import annotations

import uuid

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from assessments.actions.copies import record_copy
from assessments.family.paper import pictures_of
from assessments.family.whole import Whole, read_whole
from assessments.models import Assessment, ConsentStatement
from assessments.pages import Book, read
from assessments.spec import NAME, Nature, Part, Per
from assessments.views.common import get_assessment_for, part_of
from assessments.views.finish import in_words
from cases.addresses import mentions_protected_address
from cases.views.common import render_record
from earlyhelp.access import Permission, access
from earlyhelp.web.forms import Form
from earlyhelp.web.pdf import render_pdf
from hubs.models import Category

# What a family's copy leaves out, whoever prints it: somebody may be harmed by what another person of the
# family reads.
NOT_FOR_FAMILY = {"safeguarding", "police"}
# The office's own work before an assessment, and answers that tell who came to us or whom a child may not see.
OFFICE_STAGES = {"screening", "allocation"}
ANSWERS_NOT_FOR_FAMILY = {"notifier", "notifier_called", "contact"}
_NOT_FOR_FAMILY = {Category[name.upper()] for name in NOT_FOR_FAMILY}
HOLDS_ADDRESS = (
    "A protected address stands in an answer of this copy. Take it out of the answer first, or talk it through"
    " face to face."
)


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
        whole = read_whole(book)
        groups = family_groups(whole, form.cleaned_data["person"])
        # A paper in somebody's hand cannot be taken back.
        if mentions_protected_address(assessment.case, list(_texts(groups))):
            form.add_error(None, HOLDS_ADDRESS)
        else:
            return _family_copy(request, assessment, book, form.cleaned_data["person"], groups)
    context = {"assessment": assessment, "form": form, "sections": _to_print(assessment, book)}
    status = 422 if form.is_bound else 200
    return render_record(
        request, "assessments/copies.html", assessment.case, "assessments", context, status=status
    )


def _to_print(assessment: Assessment, book: Book) -> list[tuple[str, str]]:
    """Sections of the paper form that have pages now, each with where it is printed."""
    there = {page["part"].key for _title, pages in in_words(book) for page in pages}
    return [
        (f"{each.number}. {each.title}", reverse("assessment-print-section", args=[assessment.pk, each.key]))
        for each in book.form.sections
        if any(part.key in there for part in each.parts)
    ]


def _family_copy(
    request: HttpRequest, assessment: Assessment, book: Book, person: str, groups: list
) -> HttpResponse:
    reader = book.household.subject(person)
    if reader is None:
        raise Http404
    record_copy(assessment=assessment, kind="family", by=request.actor)
    context = _context(request, assessment, book) | {"reader": reader, "groups": groups}
    return _pdf("assessments/pdf/family_copy.html", context, f"{_file_name(assessment)}-family-copy.pdf")


def family_groups(whole: Whole, person: str) -> list[tuple[str, list[dict]]]:
    """The pages of a family's copy for one reader: what was answered, without what could harm somebody.

    Left out are safeguarding and police pages, the office's own, other adults' pages, who notified us, whom a child
    may not see, and what only one agency noted for itself. What somebody told us in their own way, and how somebody
    sees a thing differently, stands in their own copy alone: a child may have told it in confidence.
    """
    book = whole.book
    reader = book.household.subject(person)
    groups = []
    everything = in_words(book)
    whole.put_beside(everything)
    for title, pages in everything:
        kept = []
        for page in pages:
            part, about = page["part"], page["about"]
            is_others = part.per is Per.ADULT and about != person
            of_other_child = (
                reader is not None and reader.is_child and part.per is Per.CHILD and about != person
            )
            if part.category in NOT_FOR_FAMILY or part.stage in OFFICE_STAGES or is_others or of_other_child:
                continue
            page["answered"] = [row for row in page["answered"] if row.key not in ANSWERS_NOT_FOR_FAMILY]
            page["voices"] = [told for told in page["voices"] if _is_theirs(told.voice, person)]
            page["views"] = {
                key: mine
                for key, views in page["views"].items()
                if (mine := [view for view in views if _is_theirs(view.row, person)])
            }
            if page["answered"] or page["voices"] or page["views"]:
                kept.append(page)
        if kept:
            groups.append((title, kept))
    return groups


def _is_theirs(row, person: str) -> bool:
    """Whether a row is the reader's own words, outside what a family's copy leaves out."""
    return str(row.speaker_id) == person and row.category not in _NOT_FOR_FAMILY


def _texts(groups: list[tuple[str, list[dict]]]):
    """Everything that a copy would print."""
    for _title, pages in groups:
        for page in pages:
            for row in page["answered"]:
                yield from row.lines
            yield from (told.voice.words for told in page["voices"])
            yield from (view.row.words for views in page["views"].values() for view in views)


@access(Permission.CASE_READ)
def professional_copy(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything this reader may see, for a professional's file."""
    assessment = get_assessment_for(request, pk, verb="Made a professionals' copy of an assessment")
    book = read(assessment, request.actor)
    record_copy(assessment=assessment, kind="professional", by=request.actor)
    whole = read_whole(book)
    groups = in_words(book)
    whole.put_beside(groups)
    context = _context(request, assessment, book) | {
        "groups": groups,
        "no_needs": whole.no_needs,
        "is_tier4": _is_tier4(assessment),
    }
    return _pdf("assessments/pdf/professional_copy.html", context, f"{_file_name(assessment)}.pdf")


@access(Permission.CASE_READ)
def print_part(
    request: HttpRequest, pk: uuid.UUID, key: str, person: uuid.UUID | None = None
) -> HttpResponse:
    """One part on paper, of one person where it is about one; every time it was filled in."""
    assessment = get_assessment_for(request, pk, verb="Printed a part of an assessment", part=key)
    part = part_of(assessment, key)
    return _print(request, assessment, [part], str(person or ""))


@access(Permission.CASE_READ)
def print_section(request: HttpRequest, pk: uuid.UUID, key: str) -> HttpResponse:
    """One numbered section of the paper form, with all its parts and everybody they are about."""
    assessment = get_assessment_for(request, pk, verb="Printed a part of an assessment", part=key)
    section = next((each for each in assessment.form.sections if each.key == key), None)
    if section is None:
        raise Http404
    return _print(request, assessment, list(section.parts), None, f"{section.number}. {section.title}")


def _print(
    request: HttpRequest, assessment: Assessment, parts: list[Part], person: str | None, title: str = ""
) -> HttpResponse:
    """Pages of these parts as a PDF; `person` is an id, "" for pages about nobody, None for everybody's."""
    book = read(assessment, request.actor)
    wanted = {part.key for part in parts}
    groups = in_words(book)
    read_whole(book).put_beside(groups)
    pages = [
        page
        for _title, found in groups
        for page in found
        if page["part"].key in wanted and person in (None, page["about"])
    ]
    if not pages:
        raise Http404
    record_copy(assessment=assessment, kind="part", by=request.actor)
    heading = title or pages[0]["title"]
    context = _context(request, assessment, book) | {"groups": [("", pages)], "heading": heading}
    # A heading may hold a name, so the file and the document's title have the form's own words alone.
    context["document_title"] = title or parts[0].title.replace(NAME, "one person")
    return _pdf("assessments/pdf/part_copy.html", context, f"{_file_name(assessment)}-{parts[0].key}.pdf")


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
    paper = render_pdf(template, context, pictures_of(context["groups"]))
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
