"""What a live connection to one part of an assessment may see: the same rule as the page's, asked in the same way."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.conf import settings
from django.urls import reverse

from assessments.models import Assessment
from cases.live import sight_of
from cases.models import Person
from earlyhelp.access import Actor
from earlyhelp.live.consumer import Sight
from hubs.models import Membership


def sight_of_part(
    actor: Actor, *, pk: uuid.UUID, key: str, person: uuid.UUID | None = None, round: int = 1
) -> Sight | None:
    """What `actor` sees of this part now; None when they see nothing of it, or it is not there.

    The sight is the record's, so that whatever ends that ends this. `facts`: the group of connections that have the
    same page open, and the keys of its questions.
    """
    found = Assessment.objects.visible_to(actor).with_record_data().filter(pk=pk).first()
    if found is None:
        return None
    try:
        part = found.form.find(key)
    except KeyError:
        return None
    if person and not Person.objects.filter(pk=person, family_id=found.case.family_id).exists():
        return None
    sight = sight_of(actor, found.case.reference)
    if sight is None:
        return None
    group = f"part.{pk.hex}.{part.key[:40]}.{person.hex if person else 'family'}.{round}"
    questions = frozenset(question.key for question in part.questions)
    return replace(sight, facts={"group": group[:99], "questions": questions})


def address_of_part(assessment: Assessment, key: str, person: Person | None, round: int) -> str:
    """Where a page finds the connection of its part; "" where live connections are switched off."""
    if not settings.LIVE_CONNECTIONS:
        return ""
    found = {"pk": assessment.pk, "key": key}
    if person is not None:
        found["person"] = person.pk
    if round > 1:
        found["round"] = round
    name = f"live{'-person' if person else ''}-part{'-round' if round > 1 else ''}"
    return reverse(name, urlconf="earlyhelp.live.urls", kwargs=found)


def people_on_part(memberships: dict[int, str]) -> list[dict[str, str]]:
    """Name and agency of those who have the part open, and the question that each writes in, in order of names.

    Args:
        memberships: ids, each with the key of a question, or "".
    """
    found = Membership.objects.live().filter(pk__in=memberships).select_related("user", "agency")
    return sorted(
        (
            {"name": each.user.full_name, "agency": each.agency.name, "question": memberships[each.pk]}
            for each in found
        ),
        key=lambda person: (person["name"], person["agency"]),
    )
