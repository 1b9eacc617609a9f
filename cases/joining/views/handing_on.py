"""Colleagues and what they hold; handing it on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from cases.actions.lead import workload_of
from cases.joining.forms import HandOnForm
from cases.joining.handing_on import (
    Choice,
    colleagues_with_places,
    hand_on,
    held_by,
    who_could_take_over,
)
from cases.joining.rules import check_can_hand_on, check_can_look_at_colleagues, manages
from cases.log import ids_of
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from hubs.models import Membership

# What leads of an agency, and coordinators and managers of hubs, may; practitioners are refused at the door.
LEADS_AND_HUBS = (Permission.NEED_TO_KNOW, Permission.HUB_QUEUE)


@access(*LEADS_AND_HUBS)
def colleagues(request: HttpRequest) -> HttpResponse:
    """Everybody of the agency, or who works with the hub's families, and how many families each is on."""
    check_can_look_at_colleagues(request.actor)
    people = colleagues_with_places(request.actor)
    load = workload_of([each for each, _count in people])
    record_look(request.actor, "Opened colleagues and their families", level="results", people=len(people))
    rows = [(each, count, load[each.pk]) for each, count in people]
    return render(request, "cases/joining/colleagues.html", {"rows": rows, "nav": "work"})


@access(*LEADS_AND_HUBS)
def colleague(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything one colleague holds in the families that the reader sees, and handing it on."""
    person = get_object_or_404(Membership.objects.with_people(), pk=pk)
    check_can_hand_on(request.actor, person)
    held = held_by(person, request.actor)
    record_look(
        request.actor,
        "Opened what a colleague holds",
        level="results",
        cases=ids_of(each.case.pk for each in held),
        membership=person.pk,
    )
    people = who_could_take_over(person)
    form = HandOnForm(
        request.POST if request.method == "POST" else None,
        held=held,
        people=people,
        workload=workload_of(people),
    )
    context = {
        "person": person,
        "held": held,
        "form": form,
        "may_arrange_cover": manages(request.actor, person),
        "nav": "work",
    }
    if request.method == "POST" and form.is_valid():
        choices = {each.case.pk: form.choice(each) for each in held}
        report = hand_on(
            person=person,
            choices={case: Choice(*chosen) for case, chosen in choices.items() if chosen},
            note=form.cleaned_data.get("note", ""),
            answer_by=form.cleaned_data.get("answer_by"),
            by=request.actor,
        )
        context |= {"report": report, "moved": sum(not each.stayed for each in report)}
        return render(request, "cases/joining/handed_on.html", context)
    return render(request, "cases/joining/colleague.html", context)
