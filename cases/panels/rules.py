"""Who may start, run and sit on a panel, ask one for a family, speak there, offer help and write down the answer."""

from __future__ import annotations

from django.db.models import Exists
from django.utils import timezone

from cases.models import Case, CaseStatus, Panel, PanelMember, PanelOffer, PanelRequest, PanelSignature
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from cases.rules.plan import leads, runs_hub_of
from earlyhelp.access import Actor, Permission, Role
from hubs.models import AgencyKind
from hubs.querysets import in_force

RESTRICTED = (
    "This record is restricted, so no panel talks about it. Ask the hub manager: they can speak to one service at a "
    "time, and name its worker on the restriction."
)


def check_can_start_panel(actor: Actor) -> None:
    """Persons who may start a panel:

    - hub coordinators and hub managers, for their districts,
    - the lead of a school, for that school.
    """
    is_school_lead = actor.has_role(Role.AGENCY_LEAD) and actor.agency.kind == AgencyKind.SCHOOL
    if not actor.may(Permission.HUB_QUEUE) and not is_school_lead:
        raise NotAllowed("Panels are started by the hub, or for a school by its lead. Ask one of them.")


def runs(actor: Actor, panel: Panel) -> bool:
    """Whether this person runs a panel: chairs it, staffs its hub or leads the school whose panel it is."""
    if panel.chair_id == actor.membership.pk or panel.hub_id in actor.hub_ids:
        return True
    return panel.agency_id == actor.agency.pk and actor.has_role(Role.AGENCY_LEAD)


def sits_on(actor: Actor, panel: Panel) -> bool:
    """Whether this person is a member of the panel today."""
    return PanelMember.objects.filter(in_force(), panel=panel, membership=actor.membership).exists()


def check_can_run_panel(actor: Actor, panel: Panel) -> None:
    """Persons who may change a panel, its members, its dates and how an item ends:

    - its chair; the staff of its hub; the lead of the school whose panel it is,
    - while it is not closed.
    """
    if not actor.may(Permission.CASE_WRITE) or not runs(actor, panel):
        raise NotAllowed("Only the panel’s chair, its hub or the school’s lead can do this. Ask one of them.")
    if panel.closed_on:
        raise NotAllowed("This panel is closed. Ask the hub which panel has taken its place.")


def check_can_sign(actor: Actor, panel: Panel) -> None:
    """Persons who may sign a panel's confidentiality agreement: each of its members, for themself."""
    if not sits_on(actor, panel):
        raise NotAllowed("Only members of this panel sign its confidentiality agreement.")


def check_can_write_general_note(actor: Actor, panel: Panel) -> None:
    """Persons who may write a sitting's general notes: members, and whoever runs the panel."""
    if not actor.may(Permission.CASE_WRITE) or not (runs(actor, panel) or sits_on(actor, panel)):
        raise NotAllowed("Only members of this panel write its notes.")


def check_can_ask_panel(actor: Actor, case: Case) -> None:
    """Persons who may ask a panel: anybody who may write in the record, unless it is closed or restricted."""
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed. Open it again before you ask a panel.")
    check_not_restricted(case)


def check_not_restricted(case: Case) -> None:
    """Raise NotAllowed while only named people may see the record: a panel is many people."""
    known = getattr(case, "restricted_now", None)
    if case.restrictions.filter(lifted_at__isnull=True).exists() if known is None else known:
        raise NotAllowed(RESTRICTED)


def check_can_change_request(actor: Actor, request: PanelRequest) -> None:
    """Persons who may change or take back a request, and write down what the family answered:

    - whoever asked the panel,
    - the lead professional; the hub of the family.
    """
    check_can_write(actor, request.case)
    if not speaks_for_family(actor, request):
        raise NotAllowed("Only whoever asked the panel, the lead professional or the hub can do this.")


def speaks_for_family(actor: Actor, request: PanelRequest) -> bool:
    """Whether this person asked the panel, leads the case or runs its hub. Asked once for each fetched request."""
    if request.asked_by_id == actor.membership.pk or runs_hub_of(actor, request.case):
        return True
    known = getattr(request, "led_by", {})
    if actor.membership.pk not in known:
        known = known | {actor.membership.pk: leads(actor, request.case)}
        request.led_by = known  # type: ignore[attr-defined]
    return known[actor.membership.pk]


def check_can_speak(actor: Actor, request: PanelRequest) -> None:
    """Persons who may write down what was said about an item:

    - members of the panel whose confidentiality agreement is signed and has not run out,
    - whoever asked the panel, the lead professional and the hub,
    - while the item is open.
    """
    check_can_write(actor, request.case)
    if not request.is_open:
        raise NotAllowed("This request has ended. Write in the family’s timeline instead.")
    if not speaks_for_family(actor, request):
        _check_member(actor, request.panel)


def check_can_offer(actor: Actor, request: PanelRequest) -> None:
    """Persons who may say whether their agency helps: members who have signed, until the item is closed."""
    check_can_write(actor, request.case)
    _check_member(actor, request.panel)
    if request.status != "waiting":
        raise NotAllowed("This item is closed. Ask the chair whether it can be talked about again.")


def check_can_take_back_offer(actor: Actor, offer: PanelOffer) -> None:
    """Persons who may take an offer back before the family answers: members for the same agency; who runs the panel."""
    check_can_write(actor, offer.case)
    if offer.agency_id != actor.agency.pk and not runs(actor, offer.request.panel):
        raise NotAllowed("Only the agency that made the offer, or the chair, can take it back.")


def check_can_close_item(actor: Actor, request: PanelRequest) -> None:
    """Persons who may move on and close an item: whoever runs the panel, when they see the family."""
    check_can_write(actor, request.case)
    check_can_run_panel(actor, request.panel)


def _check_member(actor: Actor, panel: Panel) -> None:
    mine = PanelSignature.objects.filter(
        panel=panel, membership=actor.membership, valid_until__gte=timezone.localdate()
    )
    places = PanelMember.objects.filter(in_force(), panel=panel, membership=actor.membership)
    signed = list(places.annotate(signed=Exists(mine)).values_list("signed", flat=True))
    if not signed:
        raise NotAllowed("Only members of this panel can do this.")
    if not any(signed):
        raise NotAllowed("Sign the panel’s confidentiality agreement first. You find it on the panel’s page.")


can_start_panel = answered(check_can_start_panel)
can_run_panel = answered(check_can_run_panel)
can_sign = answered(check_can_sign)
can_write_general_note = answered(check_can_write_general_note)
can_ask_panel = answered(check_can_ask_panel)
can_change_request = answered(check_can_change_request)
can_speak = answered(check_can_speak)
can_offer = answered(check_can_offer)
can_take_back_offer = answered(check_can_take_back_offer)
can_close_item = answered(check_can_close_item)
