"""How one is told, and messages that could not be delivered, for those who look after accounts: never what about."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from earlyhelp.access import Permission, access, signed_in
from earlyhelp.outbox import actions, choices
from earlyhelp.outbox.forms import ChoiceForm
from earlyhelp.outbox.models import Message

SHOWN = 100
DONE = {
    "again": (actions.try_again, "The message is on its way again."),
    "dismiss": (actions.dismiss, "The message is off the list."),
}


@access(Permission.ACCOUNTS_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undelivered(request: HttpRequest) -> HttpResponse:
    """The list, and the two things to do about each: have it sent again, or take it off because the person was told."""
    if request.method == "POST":
        act, words = DONE.get(request.POST.get("do", ""), (None, ""))
        number = request.POST.get("message", "")
        if act and number.isdecimal() and len(number) < 18 and act(message=int(number), by=request.actor):
            messages.success(request, words)
        else:
            messages.info(request, "Somebody has dealt with this message already.")
        return redirect("undelivered-messages")
    found = list(Message.objects.undelivered()[:SHOWN])
    return render(request, "outbox/undelivered.html", {"found": found, "shown": SHOWN, "nav": "accounts"})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def message_choices(request: HttpRequest) -> HttpResponse:
    """How one is told of what waits: once a day, at once, or not by e-mail."""
    sent = request.POST if request.method == "POST" else None
    form = ChoiceForm(sent, initial=ChoiceForm.facts_of(choices.choice_of(request.user.pk)))
    if request.method == "POST" and form.is_valid():
        choices.choose(user=request.user, **form.cleaned_data)
        messages.success(request, "Your choice has been saved.")
        return redirect("message-choices")
    return render(request, "outbox/choices.html", {"form": form})
