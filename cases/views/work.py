"""My work, and the list of families."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from cases.forms.work import FamilyListFilter
from cases.guests import guests_to_see_to
from cases.joining.rules import can_look_at_colleagues
from cases.joining.volunteering import families_helped, open_tasks
from cases.listing import family_page
from cases.log import ids_of
from cases.protect import second_looks
from cases.sample import looks_waiting
from cases.sharing_work import sharing_tasks_of
from cases.waiting import waiting_for as waiting_elsewhere
from cases.work import my_work_of
from earlyhelp.access import Permission, access, public
from earlyhelp.audit import record_look
from earlyhelp.web.navigation import navigation_for
from hubs.reminders import tasks_of
from hubs.review import waiting_for


@public
def home(request: HttpRequest) -> HttpResponse:
    """The front door: to My work, or to the sign-in page."""
    return redirect("my-work" if request.user.is_authenticated else settings.LOGIN_URL)


@access(Permission.MY_WORK)
def my_work(request: HttpRequest) -> HttpResponse:
    """What must I do next, and by when, in one screen."""
    checks = second_looks(request.actor)
    context = {
        "colleagues_to_review": len(waiting_for(request.actor)),
        "looks_to_answer": [look for look in looks_waiting(request.actor) if look.may_answer],
        "today": timezone.localdate(),
        "nav": "work",
        "waiting": waiting_elsewhere(request.actor),
        "agreement_tasks": tasks_of(request.actor),
        "emergencies": checks.emergencies,
        "lifts": checks.lifts,
        "reviews_late": checks.reviews_late,
    }
    if request.actor.may(Permission.OWN_TASKS):
        context |= {"families": families_helped(request.actor), "tasks": open_tasks(request.actor)}
        shown = [*(case.pk for case in context["families"]), *(task.case_id for task in context["tasks"])]
        record_look(request.actor, "Opened My work", level="results", cases=ids_of(shown))
        return render(request, "cases/joining/my_tasks.html", context)
    if not request.actor.may(Permission.CASE_READ):
        waiting = {"emergencies": len(context["emergencies"]), "looks": len(context["looks_to_answer"])}
        record_look(request.actor, "Opened My work", level="results", **waiting)
        places = [place for place in navigation_for(request.actor, request.path) if place["key"] != "work"]
        return render(request, "cases/office.html", context | {"places": places})
    context["guests_to_see_to"] = guests_to_see_to(request.actor)
    context["may_look_at_colleagues"] = can_look_at_colleagues(request.actor)
    work = my_work_of(request.actor)
    context["sharing_tasks"] = sharing_tasks_of(request.actor, work.led_cases)
    record_look(request.actor, "Opened My work", level="results", cases=ids_of(work.cases))
    return render(request, "cases/my_work.html", context | {"work": work})


@access(Permission.CASE_READ)
def family_list(request: HttpRequest) -> HttpResponse:
    """Families this person may see, latest news first, with a filter. Counted up to a thousand only."""
    filters = FamilyListFilter(request.GET or None, actor=request.actor)
    page = family_page(request, filters)
    shown = ids_of(row.case_id for row in page.rows)
    record_look(request.actor, "Saw the list of families", level="results", cases=shown)
    return render(request, "cases/family_list.html", {"page": page, "filters": filters, "nav": "work"})
