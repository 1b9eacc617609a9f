"""Who may decide on requests to join, arrange cover, hand on what a colleague holds, and answer a volunteer's task."""

from __future__ import annotations

from cases.models import Action, Case, CaseStatus, Cover, CoverStatus, JoinRequest, TeamMember, TeamPlace
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_read, check_can_write, leads
from cases.rules.plan import runs_hub_of
from earlyhelp.access import Actor, Permission, Role
from hubs.models import Membership

CASEWORK = (Role.PRACTITIONER, Role.AGENCY_LEAD, Role.HUB_COORDINATOR, Role.HUB_MANAGER)


def check_can_ask_to_join(actor: Actor) -> None:
    """Persons who may ask to join a family's team:

    - anybody who may search for families,
    - of an agency with a live signature on the live agreement: without one nobody could take them in.
    """
    if not actor.may(Permission.CASE_WRITE):
        raise NotAllowed("Your role does not join teams.")
    if not actor.is_covered:
        raise NotAllowed(
            f"{actor.agency.name} has no live signature on the information sharing agreement, so it cannot join a "
            "team. Ask the information governance lead."
        )


def check_can_decide_join(actor: Actor, request: JoinRequest) -> None:
    """Persons who may decide on a request to join:

    - the lead professional, or who covers for them,
    - the hub's coordinators and managers,
    - never whoever asked, in whatever agency they work.
    """
    check_can_write(actor, request.case)
    if request.asked_by.user_id == actor.user.pk:
        raise NotAllowed("Somebody else decides on your own request.")
    if not leads(actor, request.case) and not runs_hub_of(actor, request.case):
        raise NotAllowed("The lead professional or the hub decides who joins. Ask one of them.")


def check_can_arrange_cover(actor: Actor, away: Membership) -> None:
    """Persons who may ask somebody to cover for a lead:

    - whoever will be away,
    - a lead of their agency, for somebody who is ill or has left in a hurry.
    """
    if not actor.may(Permission.CASE_WRITE):
        raise NotAllowed("Your role does not lead families, so nobody covers for you.")
    if away.pk != actor.membership.pk and not manages(actor, away):
        raise NotAllowed("Only the person who is away, or a lead of their agency, arranges cover.")


def check_can_answer_cover(actor: Actor, cover: Cover) -> None:
    """Persons who may accept or decline cover: whoever was asked, for the agency they were asked in."""
    if cover.by_id != actor.membership.pk:
        raise NotAllowed("Only the person who was asked can answer.")
    if not actor.may(Permission.CASE_WRITE):
        raise NotAllowed("Your role does not cover for a lead.")


def check_can_end_cover(actor: Actor, cover: Cover) -> None:
    """Persons who may end cover early: who is away, who covers, who asked, or a lead of the agency of who is away."""
    if actor.membership.pk in (cover.away_id, cover.by_id, cover.asked_by_id) or manages(actor, cover.away):
        return
    raise NotAllowed("Only the two of them, or a lead of their agency, can end this cover.")


def check_can_take_back_cover(actor: Actor, cover: Cover) -> None:
    """Persons who may take back a request for cover: whoever is away or asked for it, while it waits."""
    if actor.membership.pk not in (cover.away_id, cover.asked_by_id):
        raise NotAllowed("Only the person who asked can take this back.")


def check_can_hand_on(actor: Actor, person: Membership) -> None:
    """Persons who may see and hand on everything that a colleague holds:

    - a lead of the colleague's agency,
    - the hubs' coordinators and managers.

    Each family is handed on by the rules of its own record: what this person does not see is not in the list.
    """
    if not actor.may(Permission.CASE_WRITE):
        raise NotAllowed("Your role does not hand on families.")
    if not manages(actor, person) and not actor.hub_ids:
        raise NotAllowed("A lead of their agency, or the hub, hands on what somebody holds.")


def check_can_look_at_colleagues(actor: Actor) -> None:
    """Persons who may see what their colleagues hold: leads of an agency; the hubs' coordinators and managers."""
    if not actor.may(Permission.CASE_WRITE) or not (actor.has_role(Role.AGENCY_LEAD) or actor.hub_ids):
        raise NotAllowed("A lead of your agency, or the hub, hands on what somebody holds.")


def manages(actor: Actor, person: Membership) -> bool:
    """Whether this person is a lead of the other's agency."""
    return actor.has_role(Role.AGENCY_LEAD) and person.agency_id == actor.agency.pk


def check_can_answer_own_task(actor: Actor, action: Action) -> None:
    """Persons who may say how a volunteer's task stands: the volunteer who owns it, while they are on the team."""
    actor.require(Permission.OWN_TASKS)
    check_can_read(actor, action.case)
    if action.owner_membership_id != actor.membership.pk:
        raise NotAllowed("This is somebody else’s task.")
    if action.case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed.")
    places = TeamMember.objects.current().filter(case=action.case, membership=actor.membership)
    if not places.filter(place=TeamPlace.VOLUNTEER).exists():
        raise NotAllowed("You are no longer on this family’s team.")


def may_end_cover(actor: Actor, cover: Cover) -> bool:
    """Whether the page offers to end it: accepted, not over, and this person's to end."""
    return cover.status == CoverStatus.ACCEPTED and not cover.is_over and can_end_cover(actor, cover)


def does_casework(membership: Membership) -> bool:
    """Whether somebody may lead, cover or take over: a casework role, and no volunteer."""
    return bool({role.value for role in CASEWORK} & set(membership.roles))


def leads_or_runs_hub(actor: Actor, case: Case) -> bool:
    """Whether requests to join this family wait for this person."""
    return leads(actor, case) or runs_hub_of(actor, case)


can_ask_to_join = answered(check_can_ask_to_join)
can_decide_join = answered(check_can_decide_join)
can_arrange_cover = answered(check_can_arrange_cover)
can_answer_cover = answered(check_can_answer_cover)
can_end_cover = answered(check_can_end_cover)
can_take_back_cover = answered(check_can_take_back_cover)
can_look_at_colleagues = answered(check_can_look_at_colleagues)
can_hand_on = answered(check_can_hand_on)
can_answer_own_task = answered(check_can_answer_own_task)
