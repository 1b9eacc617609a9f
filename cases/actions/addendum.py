"""Putting signed minutes right: additions in their writer's name, beneath minutes that stay as they were signed."""

from __future__ import annotations

from django.db import transaction

from cases.actions.minutes import check_item_of
from cases.models import Addendum, AgendaItem, Meeting
from cases.rules.meeting import check_can_add_addendum
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category


@transaction.atomic
def add_addendum(
    *,
    meeting: Meeting,
    text: str,
    item: AgendaItem | None = None,
    category: int = Category.FAMILY,
    by: Actor,
) -> Addendum:
    """Add a correction to signed minutes.

    Args:
        item: the item of the agenda that it is about; who may not see the item does not see the addition.
        category: who may read it follows from the agreement and the family's consent for this category.

    Raises cases.rules.NotAllowed, or ValueError for an empty text or an item of another meeting.
    """
    meeting = Meeting.objects.select_related("case").get(pk=meeting.pk)
    check_can_add_addendum(by, meeting)
    if not text.strip():
        raise ValueError("Write what is to be put right.")
    check_item_of(meeting, item)
    addendum = Addendum.objects.create(
        meeting=meeting,
        case=meeting.case,
        item=item,
        category=category,
        agency=by.agency,
        author=by.membership,
        text=text.strip(),
    )
    record_change(by, "Added to signed minutes", case=meeting.case, obj=addendum, category=category)
    return addendum
