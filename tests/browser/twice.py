"""Somebody who is in a record twice: linked, and proposed to be merged. For the pages about duplicates."""

from __future__ import annotations

from django.urls import reverse

from cases.merging.actions import link, propose
from cases.merging.rules import can_merge
from cases.models import Case, Person
from earlyhelp.access.context import acting_as, as_system
from hubs.models import Membership


def stand_twice(people: dict[str, Membership]) -> list[str]:
    """A child of a family of Tom's hub is recorded a second time; he links the two and proposes to merge them."""
    with acting_as(people["tom"]) as by:
        case = next(
            each
            for each in Case.objects.granted_to(by).open().filter(hub__in=by.hub_ids).order_by("-opened_on")
            if can_merge(by, each.family_id) and each.family.people.filter(is_child=True).exists()
        )
        child = case.family.people.filter(is_child=True, born_on__isnull=False).first()
    with as_system():
        again = Person.objects.create(
            family=case.family,
            first_name=f"{child.first_name}e",
            last_name=child.last_name,
            born_on=child.born_on,
            phone="01632 960 077",
        )
    with acting_as(people["tom"]) as by:
        made = link(one=child, other=again, verdict="may_be", reason="One letter more.", by=by)
        merge = propose(
            kept=case.family,
            gone=None,
            pairs=[(child, again)],
            taken={},
            reason="Their school says so.",
            by=by,
        )
    return [
        reverse("duplicates-link-end", args=[made.pk]),
        reverse("duplicates-pair", args=[child.pk, again.pk]),
        reverse("merge-propose", args=[child.pk, again.pk]),
        reverse("merge", args=[merge.pk]),
    ]
