"""What a guest sees: their way in, one record to read, their way out (cases/guests.py, cases/actions/guest.py)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from cases.actions.guest import leave as leave_session
from cases.actions.guest import link_waits, try_code
from cases.forms.guest import GuestCodeForm
from cases.guest_record import minutes_for_guest, notes_for_guest, record_for_guest
from cases.guests import as_secret, cookie_name, keep_cookie
from earlyhelp.access import guest, guest_door
from earlyhelp.audit import record_look
from earlyhelp.web.pagination import page_of

LINK_LASTS = 15 * 60  # seconds between opening the link and typing the code
PAGES = (("record", "Family and plan", "guest"), ("timeline", "Timeline", "guest-timeline"))


@guest_door
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address, so that it is in no history, log or referrer of the next page.

    Nothing is used up: mail scanners open links too.
    """
    response = redirect("guest-code")
    keep_cookie(response, "guest-link", as_secret(token), max_age=LINK_LASTS)
    return response


@guest_door
@never_cache
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was told by telephone. An unknown, used, locked, late or ended link all look the same."""
    token = request.COOKIES.get(cookie_name("guest-link"), "")
    if not link_waits(token):
        # Somebody who is in and follows their old link again stays in.
        return redirect("guest") if request.COOKIES.get(cookie_name("guest")) else over(request)
    form = GuestCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tried = try_code(token=token, code=form.cleaned_data["code"])
        if tried.session:
            response = redirect("guest")
            response.delete_cookie(cookie_name("guest-link"))
            keep_cookie(response, "guest", tried.session, same_site="Strict")
            return response
        if not tried.left:
            return over(request)
        tries = "1 try" if tried.left == 1 else f"{tried.left} tries"
        form.add_error("code", f"The code is not correct. You have {tries} left.")
    return render(request, "guest/code.html", {"form": form, "roomy": True})


@guest_door
@never_cache
def over(request: HttpRequest) -> HttpResponse:
    """The one answer to everything that is not, or no longer, an invitation."""
    return render(request, "guest/over.html", {"roomy": True}, status=410)


@guest_door
@never_cache
def left(request: HttpRequest) -> HttpResponse:
    return render(request, "guest/left.html", {"roomy": True})


@guest
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out. The browser is told to drop what it keeps of these pages."""
    leave_session(request.COOKIES.get(cookie_name("guest"), ""))
    response = redirect("guest-left")
    response.delete_cookie(cookie_name("guest"))
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@guest
@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """Who is who, what the plan is, who helps, and when people meet: as far as the guest's topics go."""
    _record_look(request, "Opened a family’s record as a guest", level="record")
    return _render(request, "record", "guest/record.html", {"record": record_for_guest(request.guest)})


@guest
@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """What happened, newest first, in the guest's topics."""
    _record_look(request, "Opened a timeline as a guest", section="timeline")
    page = page_of(notes_for_guest(request.guest), request, per_page=20)
    return _render(request, "timeline", "guest/timeline.html", {"page": page})


@guest
@require_safe
def meeting(request: HttpRequest, pk) -> HttpResponse:
    """The signed minutes of one meeting, in the guest's topics. One that is not signed off does not exist here."""
    found = minutes_for_guest(request.guest, pk)
    if found is None:
        raise Http404
    _record_look(request, "Opened minutes as a guest", section="meetings", meeting=str(pk))
    return _render(request, "record", "guest/meeting.html", {"found": found})


def _record_look(request: HttpRequest, verb: str, *, level: str = "section", **facts) -> None:
    # The database stamps which guest it was from the request's context.
    record_look(None, verb, case=request.guest.case, level=level, **facts)


def _render(request: HttpRequest, page: str, template: str, context: dict) -> HttpResponse:
    here = {
        "guest": request.guest,
        "case": request.guest.case,
        "pages": [(words, reverse(address), key == page) for key, words, address in PAGES],
        "topics": request.guest.topics_now,
    }
    return render(request, template, here | context)
