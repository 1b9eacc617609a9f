"""Accounts of other people, for a system administrator: who may sign in. No family is seen from here."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from earlyhelp.access import Permission, access
from earlyhelp.accounts import actions, forms, second_factor
from earlyhelp.accounts.models import State, invitation_lasts
from earlyhelp.web.dates import moment
from earlyhelp.web.pagination import page_of
from earlyhelp.web.tables import Table

FOUND_AT_MOST = 50
ACTIONS = {
    "deactivate": (actions.deactivate, "The account is closed. Its sessions have ended."),
    "reactivate": (actions.reactivate, "The account is open again. A new link has been sent."),
    "wake": (actions.wake, "The account is awake. Its owner can sign in again."),
    "reset": (actions.reset_sign_in, "The password and second factor are gone. A new link has been sent."),
    "invite-again": (actions.invite_again, "A new invitation has been sent."),
}
# What each button is for: the action, the states in which it makes sense, its words, and what it does.
BUTTONS = (
    ("wake", (State.ASLEEP,), "Let them sign in again", ""),
    ("invite-again", (State.INVITED, State.LATE), "Send the invitation again", ""),
    ("reset", (State.ACTIVE, State.ASLEEP), "Send a new set-up link",
     "For a lost phone or a forgotten everything. Ring them first, on a number you know."),
    ("reactivate", (State.CLOSED,), "Open the account again", "They get a link and set a new password."),
    ("deactivate", (State.ACTIVE, State.ASLEEP, State.INVITED, State.LATE), "Close the account",
     "They are signed out at once, everywhere. What they wrote stays."),
)  # fmt: skip


@access(Permission.ACCOUNTS_MANAGE)
@never_cache
def people(request) -> HttpResponse:
    """Everybody with an account, by state. A search is posted, so that no name is in an address."""
    state = request.GET.get("state", "")
    everybody = get_user_model().objects.in_name_order().prefetch_related("invitations")
    form = forms.FindAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = everybody.matching(form.cleaned_data["text"])[:FOUND_AT_MOST]
        facts = {"form": form, "table": table_of(found), "found": len(found)}
        return render(request, "accounts/people.html", facts)
    if state in State.values:
        everybody = everybody.in_state(State(state))
    page = page_of(everybody, request, per_page=25)
    facts = {"form": form, "table": table_of(page), "page": page, "state": state, "states": State.choices}
    return render(request, "accounts/people.html", facts)


def table_of(people) -> Table:
    """Accounts as a table; each name leads to the account."""
    rows = [
        [
            format_html(
                '<a class="govuk-link" href="{}">{}</a>',
                reverse("accounts:person", args=[one.pk]),
                one.full_name,
            ),
            format_html('<span class="govuk-!-text-break-word">{}</span>', one.email),
            one.state.label,
            moment(one.last_seen_at) if one.last_seen_at else "Never",
        ]
        for one in people
    ]
    heads = ["Name", "Email address", "State", "Last signed in"]
    return Table("Accounts", heads, rows, hide_caption=True, empty="There is no such account.")


@access(Permission.ACCOUNTS_MANAGE)
@never_cache
def person(request, pk: int) -> HttpResponse:
    """One account: its state, and what may be done about it."""
    shown = get_object_or_404(get_user_model(), pk=pk)
    buttons = [] if shown.pk == request.user.pk else [
        {"action": action, "words": words, "hint": hint, "warning": action in ("deactivate", "reset")}
        for action, states, words, hint in BUTTONS
        if shown.state in states
    ]  # fmt: skip
    facts = {"person": shown, "buttons": buttons, "has_authenticator": second_factor.has_authenticator(shown)}
    return render(request, "accounts/person.html", facts)


@access(Permission.ACCOUNTS_MANAGE)
@never_cache
@require_http_methods(["GET", "POST"])
def change_person(request, pk: int, action: str) -> HttpResponse:
    """Carry out one of the buttons of the account's page. Reached by GET it asks "are you sure" first."""
    if action not in ACTIONS:
        raise Http404
    shown = get_object_or_404(get_user_model(), pk=pk)
    if request.method == "GET":
        words, hint = next((words, hint) for name, _, words, hint in BUTTONS if name == action)
        facts = {"person": shown, "action": action, "words": words, "hint": hint}
        return render(request, "accounts/confirm.html", facts)
    do, done = ACTIONS[action]
    try:
        do(user=shown, by=request.actor)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return redirect("accounts:person", pk=pk)


@access(Permission.ACCOUNTS_MANAGE)
@never_cache
def invite(request) -> HttpResponse:
    """Invite somebody. Their agency and role are given afterwards, as a membership."""
    form = forms.InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invited = actions.invite_person(**form.cleaned_data, by=request.actor)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "The invitation has been sent.")
            return redirect("accounts:person", pk=invited.user.pk)
    return render(
        request, "accounts/invite.html", {"form": form, "days": invitation_lasts().days, "roomy": True}
    )
