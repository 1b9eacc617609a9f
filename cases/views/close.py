"""Closing a case: first what is still open, then who keeps sight, then it is done."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from cases.actions.close import close_case
from cases.forms.close import CloseForm
from cases.models import Action, Outcome
from cases.rules.case import check_can_close
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from cases.views.sharing import back_to
from earlyhelp.access import Permission, access


@access(Permission.CASE_WRITE)
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Close the case, with what is left open named first; only a step up or down without its answer stops it."""
    case = get_case_for(request, reference, "close")
    check_can_close(request.actor, case)
    form = CloseForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, close_case, case=case, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Closed. The team’s access has ended; the hub keeps the record.")
            return back_to(case, request)
    context = {
        "form": form,
        "open_actions": list(Action.objects.filter(case=case).open().with_owners()),
        "open_outcomes": list(Outcome.objects.filter(case=case).open()),
        "former_lead_days": settings.EARLY_HELP["FORMER_LEAD_DAYS"],
    }
    return render_record(request, "cases/close.html", case, "close", context)
