"""What is known of one family's answer, for decisions about sharing requests (hubs/policy.py)."""

from __future__ import annotations

from functools import partial

from django.db import connection

from cases.models import Case, Consent
from earlyhelp.access import Actor
from hubs.models import Category
from hubs.policy import AboutFamily, Decision, SharingRequest, decide


def about_family(reference: str, category: Category, *, actor: Actor) -> AboutFamily:
    """Whether the asker's agency has this category of the family's record today, or was refused it.

    Read through row-level security: a family that the asker cannot see answers UNKNOWN, in the same number of queries
    as one that does not exist. What somebody sees by an emergency alone is not shared with their agency.
    """
    case = Case.objects.visible_to(actor).granted_to(actor).filter(reference=reference).first()
    pk = case.pk if case else None
    groups = [actor.agency.group_id, *actor.group_ids]
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from app.who_can_see(%s) w where w.group_id = any (%s) and w.category = %s)",
            [pk, groups, category.value],
        )
        is_shared = cursor.fetchone()[0]
    refused = Consent.objects.in_force().filter(
        case=pk, agency=actor.agency, answer="refused", category=category
    )
    is_refused = refused.exists()
    if is_shared:
        return AboutFamily.SHARED
    return AboutFamily.REFUSED if is_refused else AboutFamily.UNKNOWN


def decide_request(request: SharingRequest, *, by: Actor) -> Decision:
    """Answer a sharing request with what is known of the family it names, and record the answer."""
    return decide(request, about_family=partial(about_family, actor=by), by=by)
