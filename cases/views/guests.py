"""Inviting guests to a record, making new codes for them and ending their invitations."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cases.actions.guest import Invited, end_guest, invite_guest, renew_guest
from cases.forms.guest import GuestForm
from cases.models import Case, Guest
from cases.rules.guest import check_can_end_guest, check_can_invite_guest
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access


@access(Permission.SHARING_CHANGE)
@never_cache
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """Invite somebody without an account. The code is in the answer to this request and nowhere else."""
    case = get_case_for(request, reference, "sharing")
    check_can_invite_guest(request.actor, case)
    form = GuestForm(request.POST or None, case=case, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        done, invited = attempt(form, invite_guest, case=case, by=request.actor, **form.facts)
        if done:
            return _show_code(request, case, invited)
    return render_record(request, "cases/sharing/guest_invite.html", case, "sharing", {"form": form})


@access(Permission.SHARING_CHANGE)
@never_cache
@require_POST
def new_code(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """A new link and code for somebody who was invited before."""
    case = get_case_for(request, reference, "sharing")
    guest = _guest_of(case, pk)
    return _show_code(request, case, renew_guest(guest=guest, by=request.actor))


@access(Permission.SHARING_CHANGE)
def end(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """End an invitation, after saying what that means."""
    case = get_case_for(request, reference, "sharing")
    check_can_end_guest(request.actor, case)
    guest = _guest_of(case, pk)
    if request.method == "POST":
        end_guest(guest=guest, by=request.actor)
        messages.success(request, "Invitation ended. It counts from now.")
        return redirect("record-sharing", case.reference)
    return render_record(request, "cases/sharing/guest_end.html", case, "sharing", {"guest": guest})


def _guest_of(case: Case, pk: int) -> Guest:
    guest = get_object_or_404(Guest.objects.select_related("invited_by__user"), pk=pk, case=case)
    guest.case = case  # fetched and found to be granted already
    return guest


def _show_code(request: HttpRequest, case: Case, invited: Invited) -> HttpResponse:
    context = {"guest": invited.guest, "code": f"{invited.code[:3]} {invited.code[3:]}"}
    return render_record(request, "cases/sharing/guest_code.html", case, "sharing", context)
