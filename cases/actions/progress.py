"""How actions of a plan are going, in dated notes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cases.models import Action, ActionNote
from cases.rules.plan import check_can_change_plan
from earlyhelp.access import Actor
from earlyhelp.audit import record_change


@transaction.atomic
def note_progress(*, action: Action, text: str, happened_on: dt.date | None = None, by: Actor) -> ActionNote:
    """Write how an action is going. It is seen by those who see the action.

    Args:
        happened_on: the day that the note is about; today when left out.

    Raises cases.rules.NotAllowed, or ValueError for an empty note or a day that lies ahead.
    """
    check_can_change_plan(by, action.case)
    happened_on = happened_on or timezone.localdate()
    if not text.strip():
        raise ValueError("Write how it is going.")
    if happened_on > timezone.localdate():
        raise ValueError("The date lies ahead. Enter the day it happened.")
    note = ActionNote.objects.create(
        case=action.case,
        action=action,
        agency=by.agency,
        author=by.membership,
        happened_on=happened_on,
        text=text.strip(),
    )
    record_change(by, "Wrote how an action is going", case=action.case, obj=note, action=str(action.pk))
    return note
