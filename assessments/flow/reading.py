"""Lists of what is under way: drafts, requests to go on with one, quick notes, families to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from assessments.flow.ageing import Age, age_of
from assessments.flow.hand_on import looks_after
from assessments.models import Assessment, HandOver, HandOverStatus
from cases.models import Case, LeadProfessional
from earlyhelp.access import Actor, Role
from earlyhelp.audit.models import Event

OFFERED_FAMILIES = 8
LOOKED_BACK = 60  # events of one's own that are looked through for the families opened last


@dataclass(frozen=True)
class Draft:
    """One assessment that is being written, with its age; `is_mine`: the reader is its assessor.

    `asked_of_me`: the request to go on with it that waits for the reader (pk, is_given, asked_at).
    """

    assessment: Assessment
    age: Age | None
    is_mine: bool
    may_give: bool
    asked_of_me: dict[str, Any] | None = None
    asked_by_me: bool = False

    @property
    def is_looked_after(self) -> bool:
        """Whether the reader is its assessor, or looks after that person."""
        return self.is_mine or self.may_give

    @property
    def is_late(self) -> bool:
        return self.age is not None and self.age.is_late


def drafts_in_sight(actor: Actor) -> list[Draft]:
    """Drafts of one's own, those that a lead of the agency or the hub looks after, and those one was asked to go on
    with. The oldest due date first.

    One query, whatever the number.
    """
    found = (
        Assessment.objects.visible_to(actor)
        .to_finish()
        .exclude(case__status="closed")
        .annotate(**_waiting(actor))
        .filter(
            _mine_or_mine_to_look_after(actor) | Q(asked_of_me__isnull=False) | Q(asked_by_me__isnull=False)
        )
        .select_related(
            "case__family", "case__hub", "assessor__user", "assessor__agency", "agency", "form_version"
        )
        .order_by(F("due_on").asc(nulls_last=True), "initiated_at", "id")
    )
    return [
        Draft(
            assessment=each,
            age=age_of(each),
            is_mine=each.assessor_id == actor.membership.pk,
            may_give=looks_after(actor, each),
            asked_of_me=each.asked_of_me,
            asked_by_me=each.asked_by_me is not None,
        )
        for each in found
    ]


def _waiting(actor: Actor) -> dict[str, Any]:
    """Requests to go on with a draft that wait: for this person's answer, and made by them."""
    waiting = HandOver.objects.filter(assessment=OuterRef("pk"), status=HandOverStatus.WAITING)
    facts = JSONObject(pk="pk", is_given="is_given", asked_at="asked_at")
    mine = waiting.filter(to_membership=actor.membership).order_by("-asked_at")
    return {
        "asked_of_me": Subquery(mine.values(facts=facts)[:1]),
        "asked_by_me": Subquery(
            waiting.filter(asked_by=actor.membership, is_given=False).values("asked_at")[:1]
        ),
    }


def _mine_or_mine_to_look_after(actor: Actor) -> Q:
    wanted = Q(assessor=actor.membership) | Q(case__hub_id__in=actor.hub_ids)
    if actor.has_role(Role.AGENCY_LEAD):
        wanted |= Q(assessor__agency=actor.agency) | Q(assessor__isnull=True, agency=actor.agency)
    return wanted


def families_at_hand(actor: Actor) -> list[Case]:
    """Families to choose from for a quick note: those opened last, then those one leads or is on the team of.

    At most OFFERED_FAMILIES, in four queries.
    """
    opened = (
        Event.objects.looks()
        .filter(membership_id=actor.membership.pk, case_id__isnull=False, level__in=["record", "section"])
        .order_by("-at", "-id")
        .values_list("case_id", flat=True)[:LOOKED_BACK]
    )
    order = list(dict.fromkeys(opened))
    led = LeadProfessional.objects.filter(membership=actor.membership, until_at=None).values("case_id")
    team = actor.membership.teams.current().values("case_id")
    seen = (
        Case.objects.granted_to(actor)
        .exclude(status="closed")
        .filter(Q(pk__in=order) | Q(pk__in=led) | Q(pk__in=team))
        .select_related("family")
        .order_by("-updated_at")[: LOOKED_BACK + OFFERED_FAMILIES]
    )
    place = {pk: number for number, pk in enumerate(order)}
    return sorted(seen, key=lambda case: place.get(case.pk, len(place)))[:OFFERED_FAMILIES]
