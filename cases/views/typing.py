"""Changing the minutes without a live connection: an entry as a form, and what a page still holds as it is left."""

from __future__ import annotations

import base64
import binascii
import json
import time
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.actions import typing as actions
from cases.forms.minutes import MinuteTextForm
from cases.minutes.finish import bring_up_to_date, cleaned_log
from cases.minutes.strokes import NotStrokes
from cases.models import AgendaItem, Minute
from cases.rules.meeting import can_write_minutes, check_can_write_minutes
from cases.views.attempts import attempt
from cases.views.common import render_record
from cases.views.meeting import fetch
from earlyhelp.access import Permission, access
from earlyhelp.accounts.kept import is_anothers

PATIENCE = 2.0  # seconds that somebody who holds the record is waited for
LARGEST = 100_000  # characters that a page may send as it is left; browsers send less than 64 KiB


@access(Permission.CASE_WRITE)
def minute_change(request: HttpRequest, reference: str, pk, minute) -> HttpResponse:
    """One entry of the minutes as a form. What others wrote meanwhile stays beside what is changed here."""
    case, meeting = fetch(request, reference, pk)
    found = get_object_or_404(meeting.minutes.select_related("meeting__case", "author__user"), pk=minute)
    check_can_write_minutes(request.actor, meeting)
    bring_up_to_date(meeting, [found])
    form = MinuteTextForm(
        request.POST or None, initial={"text": found.text, "shown": max(found.text_number, 1)}
    )
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.change_minute, minute=found, by=request.actor, **form.cleaned_data)
        if done:
            query = f"?item={found.item_id}" if found.item_id else ""
            return redirect(reverse("meeting", args=[case.reference, meeting.pk]) + query + "#minutes")
    context = {"form": form, "meeting": meeting, "minute": found, "log": cleaned_log(found)}
    status = 422 if form.errors else 200
    return render_record(
        request, "cases/meetings/minute_change.html", case, "meetings", context, status=status
    )


@access(Permission.CASE_WRITE)
@require_POST
def minutes_typed(request: HttpRequest, reference: str, pk) -> JsonResponse:
    """Store what a page still held when it was left, by a request that outlives it.

    The body is JSON: {"typed": [messages as cases.minutes.live knows them, begin and write]}. Answers {"stored": keys}.
    What cannot be stored is left out: the page that comes after asks for what is stored, and shows it.
    """
    if is_anothers(request):
        return JsonResponse({"anothers": True}, status=409)
    _case, meeting = fetch(request, reference, pk)
    if not can_write_minutes(request.actor, meeting):
        return JsonResponse({"stored": []}, status=403)
    try:
        typed = json.loads(request.POST.get("typed", "")[:LARGEST])["typed"]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"stored": []}, status=400)
    stored, until = [], time.monotonic() + PATIENCE
    for message in typed[:500] if isinstance(typed, list) else []:
        try:
            stored.append(_store_patiently(meeting, message, request.actor, until))
        except (NotStrokes, Minute.DoesNotExist, AgendaItem.DoesNotExist):
            continue
    return JsonResponse({"stored": stored})


def _store_patiently(meeting, message, actor, until: float) -> str:
    """As _store. The page has gone and sends nothing again, so what somebody holds is tried until then."""
    while True:
        try:
            return _store(meeting, message, actor)
        except actions.HeldNow:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _store(meeting, message, actor) -> str:
    """Store one message of a page that was left; gives its key. Raises NotStrokes for what is none, HeldNow."""
    try:
        minute, key = UUID(message["entry"]), UUID(message["key"])
        update = base64.b64decode(message["update"], validate=True)
        item = UUID(message["item"]) if message.get("item") else None
        kind, said_by = str(message.get("kind", "")), str(message.get("said_by") or "")
        begins = message["type"] == "minutes.begin"
    except (KeyError, ValueError, TypeError, AttributeError, binascii.Error) as problem:
        raise NotStrokes("that is no message of a page") from problem
    if begins:
        actions.begin_minute(
            minute_id=minute,
            meeting=meeting,
            item=meeting.agenda.get(pk=item) if item else None,
            kind=kind,
            said_by=said_by,
            key=key,
            update=update,
            by=actor,
        )
    else:
        found = meeting.minutes.select_related("meeting__case").get(pk=minute)
        actions.type_in_minute(minute=found, updates={key: update}, by=actor)
    return str(key)
