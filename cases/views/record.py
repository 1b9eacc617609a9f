"""The overview, the people and the timeline of a family."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cases.actions.notes import write_note
from cases.actions.open import add_person
from cases.actions.people import add_address, change_person, change_strengths, relate, show_address
from cases.drift import alarms_of
from cases.forms.record import (
    AddressForm,
    NoteForm,
    PersonForm,
    RelationshipForm,
    StrengthsForm,
    TimelineFilter,
)
from cases.genogram import tree_of
from cases.kept import name_kept_from
from cases.merging.reading import told_links
from cases.models import Address, CaseNote, NoteKind, Person
from cases.record import overview_of
from cases.rules.case import check_can_write
from cases.views.common import current_team, get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.web.pagination import page_of


@access(Permission.CASE_READ)
def overview(request: HttpRequest, reference: str) -> HttpResponse:
    """The family at a glance: strengths and next meeting first, each child with their own words and goals."""
    case = get_case_for(request, reference, "overview")
    context = {"overview": overview_of(case), "team": current_team(case), "alarms": alarms_of(case)}
    return render_record(request, "cases/overview.html", case, "overview", context)


@access(Permission.CASE_READ)
def people(request: HttpRequest, reference: str) -> HttpResponse:
    """Everybody in the family that this person may know about, with their details."""
    case = get_case_for(request, reference, "people")
    return _people_page(request, case)


def _people_page(request, case, shown: Address | None = None):
    persons = list(Person.objects.filter(family=case.family_id).prefetch_related("relationships__to_person"))
    addresses = list(Address.objects.filter(family=case.family_id).select_related("person"))
    for address in addresses:
        address.is_masked = address.is_confidential and (shown is None or shown.pk != address.pk)
    context = {
        "children": [person for person in persons if person.is_child],
        "adults": [person for person in persons if not person.is_child],
        "addresses": addresses,
        "shown": shown,
        "record_links": told_links(case),
        "tree": tree_of(persons),
    }
    return render_record(request, "cases/people.html", case, "people", context)


@access(Permission.CASE_READ)
@require_POST
def address_show(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Show one masked address. Its being shown is recorded before it is."""
    case = get_case_for(request, reference, "people")
    address = get_object_or_404(Address, pk=pk, family=case.family_id)
    show_address(case=case, address=address, by=request.actor)
    return _people_page(request, case, shown=address)


@access(Permission.CASE_WRITE)
def person_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add somebody to the family."""
    case = get_case_for(request, reference, "people")
    check_can_write(request.actor, case)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add_person(case=case, details=form.details(), by=request.actor)
        messages.success(request, "Added to the family.")
        return redirect("record-people", case.reference)
    return render_record(request, "cases/person_form.html", case, "people", {"form": form, "person": None})


@access(Permission.CASE_WRITE)
def person_change(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Put somebody's details right, with the reason kept."""
    case = get_case_for(request, reference, "people")
    check_can_write(request.actor, case)
    person = get_object_or_404(Person, pk=pk, family=case.family_id)
    form = PersonForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        change_person(
            case=case,
            person=person,
            details=form.details(),
            reason=form.cleaned_data["reason"],
            by=request.actor,
        )
        messages.success(request, "Details changed.")
        return redirect("record-people", case.reference)
    return render_record(request, "cases/person_form.html", case, "people", {"form": form, "person": person})


@access(Permission.CASE_WRITE)
def address_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Record where the family, or one person of it, lives."""
    case = get_case_for(request, reference, "people", is_for_addresses=True)
    check_can_write(request.actor, case)
    form = AddressForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        add_address(case=case, by=request.actor, **form.cleaned_data)
        messages.success(request, "Address added.")
        return redirect("record-people", case.reference)
    context = {"form": form, "heading": "Add an address", "button": "Add this address"}
    return render_record(request, "cases/people_form.html", case, "people", context)


@access(Permission.CASE_WRITE)
def relationship_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Record how two people of the family are related."""
    case = get_case_for(request, reference, "people")
    check_can_write(request.actor, case)
    form = RelationshipForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        relate(case=case, by=request.actor, **form.cleaned_data)
        messages.success(request, "Relationship recorded.")
        return redirect("record-people", case.reference)
    context = {"form": form, "heading": "How are two people related?", "button": "Record this relationship"}
    return render_record(request, "cases/people_form.html", case, "people", context)


@access(Permission.CASE_WRITE)
def strengths(request: HttpRequest, reference: str) -> HttpResponse:
    """What is going well in this family, in a line each."""
    case = get_case_for(request, reference, "overview")
    check_can_write(request.actor, case)
    form = StrengthsForm(request.POST or None, initial={"strengths": case.family.strengths})
    if request.method == "POST" and form.is_valid():
        change_strengths(case=case, strengths=form.cleaned_data["strengths"], by=request.actor)
        messages.success(request, "Strengths saved.")
        return redirect("record-overview", case.reference)
    return render_record(request, "cases/strengths_form.html", case, "overview", {"form": form})


@access(Permission.CASE_READ)
def timeline(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything that happened, newest first, as far as this person may read it."""
    case = get_case_for(request, reference, "timeline")
    notes = CaseNote.objects.filter(case=case).latest_first().with_authors()
    filters = TimelineFilter(request.GET or None)
    if filters.is_valid():
        notes = filters.narrow(notes)
    page = page_of(notes, request, per_page=20)
    name_kept_from(page.object_list)
    context = {"page": page, "filters": filters}
    return render_record(request, "cases/timeline.html", case, "timeline", context)


@access(Permission.CASE_WRITE)
def note_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add to the timeline: fact, what was said, professional view or a child's own words."""
    case = get_case_for(request, reference, "timeline")
    check_can_write(request.actor, case)
    first = {"kind": request.GET.get("kind", NoteKind.FACT)}
    form = NoteForm(request.POST or None, case=case, actor=request.actor, initial=first)
    if request.method == "POST" and form.is_valid():
        write_note(case=case, by=request.actor, **form.facts())
        messages.success(request, "Added to the timeline.")
        return redirect("record-timeline", case.reference)
    return render_record(request, "cases/note_form.html", case, "timeline", {"form": form})
