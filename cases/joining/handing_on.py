"""Everything that one colleague holds, and handing it on when they leave their agency: family by family.

Each family is one transaction: either its things go to the colleague chosen, or it stays as it was and the report says
why. Inside it a single thing that its own rule keeps (an action that somebody finished meanwhile) is reported and the
rest goes on.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.actions.lead import Agreed, ask_to_lead, lock_case
from cases.actions.meeting import invitation_of, locked
from cases.actions.plan import change_action
from cases.actions.team import add_to_team, leave_team
from cases.joining.rules import check_can_hand_on, does_casework
from cases.models import (
    Action,
    Case,
    LeadProfessional,
    LeadRequest,
    Meeting,
    MeetingStatus,
    TeamMember,
    TeamPlace,
)
from cases.rules import NotAllowed
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Membership


@dataclass
class Held:
    """What one person holds in one family."""

    case: Case
    leads: LeadProfessional | None = None
    place: TeamMember | None = None
    actions: list[Action] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    asked: LeadRequest | None = None  # somebody was asked to lead and has not answered

    @property
    def key(self) -> str:
        return str(self.case.pk)


@dataclass
class Step:
    """One line of the report."""

    words: str
    why_not: str = ""

    @property
    def is_done(self) -> bool:
        return not self.why_not


@dataclass
class HandedOn:
    """What became of one family."""

    held: Held
    to: Membership | None
    steps: list[Step] = field(default_factory=list)

    @property
    def moved(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def stayed(self) -> int:
        return len(self.steps) - self.moved


@dataclass(frozen=True)
class Choice:
    """What was chosen for one family: to whom, and how and when it agreed to a new lead (None: not asked yet)."""

    to: Membership
    agreed: Agreed | None = None


def held_by(person: Membership, actor: Actor) -> list[Held]:
    """What somebody holds in each open family that `actor` sees. Six queries, however many families."""
    today = timezone.localdate()
    places = TeamMember.objects.filter(membership=person).filter(Q(ends_on=None) | Q(ends_on__gte=today))
    places = places.exclude(place=TeamPlace.COVER).filter(reads_only=False)
    led = LeadProfessional.objects.filter(membership=person, until_at=None)
    actions = (
        Action.objects.filter(owner_membership=person)
        .open()
        .with_owners()
        .select_related("outcome", "owner_membership__user", "owner_membership__agency", "owner_person")
    )
    meetings = Meeting.objects.filter(
        chair=person, status=MeetingStatus.PLANNED, starts_at__gte=timezone.now()
    )
    found: dict[UUID, Held] = {}
    named = (
        Q(pk__in=places.values("case_id")) | Q(pk__in=led.values("case_id"))
        | Q(pk__in=actions.order_by().values("case_id")) | Q(pk__in=meetings.order_by().values("case_id"))
    )  # fmt: skip
    cases = Case.objects.visible_to(actor).open().filter(named).select_related("family", "hub")
    for case in cases.order_by("family__name", "pk"):
        found[case.pk] = Held(case)
    for place in places.filter(case__in=found):
        found[place.case_id].place = place
    for lead in led.filter(case__in=found):
        found[lead.case_id].leads = lead
    for action in actions.filter(case__in=found):
        found[action.case_id].actions.append(action)
    for meeting in meetings.filter(case__in=found).order_by("starts_at"):
        found[meeting.case_id].meetings.append(meeting)
    waiting = LeadRequest.objects.filter(case__in=found, status="waiting")
    for request in waiting.select_related("to_membership__user"):
        found[request.case_id].asked = request
    return list(found.values())


def colleagues_with_places(actor: Actor) -> list[tuple[Membership, int]]:
    """People of this agency, or who work with the hub's families, with how many of the families seen they are on.

    Two queries. People who hold nothing are in it too when they work in the agency: a page about nobody says so.
    """
    counts: dict[int, set] = defaultdict(set)
    seen = Case.objects.visible_to(actor).open()
    if actor.hub_ids:
        seen = seen.filter(Q(hub__in=actor.hub_ids) | Q(team__membership__agency=actor.agency))
    places = TeamMember.objects.current().filter(case__in=seen.order_by().values("pk"), reads_only=False)
    places = places.exclude(place=TeamPlace.COVER)
    if not actor.hub_ids:
        places = places.filter(membership__agency=actor.agency)
    for membership, case in places.values_list("membership_id", "case_id"):
        counts[membership].add(case)
    people = Membership.objects.with_people().filter(
        Q(pk__in=list(counts)) | Q(agency=actor.agency, pk__in=Membership.objects.live().values("pk"))
    )
    people = people.exclude(pk=actor.membership.pk).order_by(
        "agency__name", "user__last_name", "user__first_name", "pk"
    )
    return [(each, len(counts[each.pk])) for each in people if counts[each.pk] or does_casework(each)]


def who_could_take_over(person: Membership) -> list[Membership]:
    """Colleagues of the same agency who do casework; a volunteer's things may go to another volunteer too."""
    found = (
        Membership.objects.live().with_people().filter(agency=person.agency_id).exclude(user=person.user_id)
    )
    is_volunteer = not does_casework(person)
    return [each for each in found if does_casework(each) or is_volunteer]


def hand_on(
    *, person: Membership, choices: dict[UUID, Choice], note: str, answer_by: dt.date | None = None, by: Actor
) -> list[HandedOn]:
    """Hand on what somebody holds in the families chosen, each in a transaction of its own, and report on each.

    Args:
        choices: by the family's case. A family without a choice stays as it is and is not in the report.
        note: the hand-over note of every request to lead.
        answer_by: when an answer to those requests is needed.

    Raises cases.rules.NotAllowed for somebody who may not hand on this colleague's families at all.
    """
    check_can_hand_on(by, person)
    report = []
    for held in held_by(person, by):
        choice = choices.get(held.case.pk)
        if choice is None:
            continue
        result = HandedOn(held, choice.to)
        try:
            with transaction.atomic():
                _hand_on(held, choice, note, answer_by, result, by)
        except (NotAllowed, ValueError) as refusal:
            result.steps = [Step("Nothing was changed in this family", str(refusal))]
        report.append(result)
    return report


def _hand_on(held: Held, choice: Choice, note: str, answer_by, result: HandedOn, by: Actor) -> None:
    """One family. Whoever takes over joins first: without a place nothing else could be theirs."""
    case = lock_case(held.case)
    add_to_team(
        case=case, membership=choice.to, helps_with=held.place.helps_with if held.place else "", by=by
    )
    result.steps.append(Step(f"{choice.to.user.full_name} is on the team"))
    for action in held.actions:
        _try(
            result, f"Action: {action.what}", change_action, action=action, what=action.what, owner=choice.to,
            due_on=action.due_on, by=by,
        )  # fmt: skip
    for meeting in held.meetings:
        _try(result, f"Chairs: {meeting.title}", _give_chair, meeting=meeting, to=choice.to, by=by)
    if held.leads is not None:
        _ask_to_lead(held, choice, note, answer_by, result, by)
    elif held.place is not None:
        _try(
            result, "Place on the team ended", leave_team, member=held.place, reason="Handed on to a colleague", by=by
        )  # fmt: skip
    record_change(
        by,
        "Handed on what a colleague held",
        case=case,
        obj=choice.to,
        former=held.place.membership_id if held.place else None,
        moved=result.moved,
        stayed=result.stayed,
    )


def _ask_to_lead(held: Held, choice: Choice, note: str, answer_by, result: HandedOn, by: Actor) -> None:
    words = f"{choice.to.user.full_name} is asked to lead"
    if choice.agreed is None:
        why = "The family has not been asked whom it wants. Ask, then send the request from the record."
        result.steps.append(Step(words, why))
        return
    _try(
        result,
        words,
        ask_to_lead,
        case=held.case,
        membership=choice.to,
        note=note,
        family_agrees=True,
        agreed=choice.agreed,
        former_lead_stays=False,
        answer_by=answer_by,
        by=by,
    )


def _try(result: HandedOn, words: str, do, /, **facts) -> None:
    """One thing: done, or left as it is with the sentence that its own rule gives."""
    try:
        with transaction.atomic():
            do(**facts)
    except (NotAllowed, ValueError) as refusal:
        result.steps.append(Step(words, str(refusal)))
    else:
        result.steps.append(Step(words))


def _give_chair(*, meeting: Meeting, to: Membership, by: Actor) -> None:
    """Let somebody on the team chair a planned meeting. The rule is that of handing on; see check_can_hand_on."""
    meeting = locked(meeting)
    if meeting.status != MeetingStatus.PLANNED:
        raise ValueError("This meeting is not planned any more.")
    meeting.chair = to
    meeting.sequence += 1
    meeting.save(update_fields=["chair", "sequence"])
    if not meeting.invitations.filter(membership=to).exists():
        invitation_of(meeting, to, by).save(force_insert=True)
    record_change(by, "Handed over the chair", case=meeting.case, obj=meeting, membership=to.pk)
