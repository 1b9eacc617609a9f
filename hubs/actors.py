"""Who somebody is today: from a membership to the Actor that rules and querysets ask."""

from __future__ import annotations

from earlyhelp.access import Actor, Role
from hubs.models import AgreementCategory, Category, Hub, Membership

SESSION_KEY = "membership"


def actor_for(membership: Membership | int) -> Actor:
    """The Actor for a live membership (or its id).

    Raises Membership.DoesNotExist when it has ended or the account or agency is not active any more.
    """
    pk = getattr(membership, "pk", membership)
    live = Membership.objects.live().select_related("user", "agency", "hub", "agency__group").get(pk=pk)
    return _build(live)


def actor_for_request(request) -> Actor | None:
    """The Actor of a signed-in request: the membership chosen in this session, or the only live one, else None."""
    chosen = request.session.get(SESSION_KEY)
    live = list(
        Membership.objects.live()
        .filter(user=request.user)
        .select_related("user", "agency", "hub")
        .order_by("pk")
    )
    request.has_other_agencies = len(live) > 1
    for membership in live:
        if membership.pk == chosen:
            return _build(membership)
    if len(live) == 1:
        request.session[SESSION_KEY] = live[0].pk
        return _build(live[0])
    return None


def _build(membership: Membership) -> Actor:
    roles = tuple(membership.roles)
    categories = frozenset(
        AgreementCategory.objects.given_to(membership.agency).values_list("category", flat=True)
    )
    is_covered = bool(categories)
    is_volunteer = Role.VOLUNTEER.value in roles
    if is_volunteer:
        categories &= {Category.FAMILY}

    hubs: list[Hub] = []
    if Role.HUB_MANAGER.value in roles and membership.hub_id is None:
        hubs = list(Hub.objects.all())
    elif {Role.HUB_MANAGER.value, Role.HUB_COORDINATOR.value} & set(roles) and membership.hub_id:
        hubs = [membership.hub]
    groups = [hub.group_id for hub in hubs]
    sees_all = Role.AGENCY_LEAD.value in roles or membership.agency.everyone_sees_team_cases
    if is_covered and sees_all and not is_volunteer:
        groups.append(membership.agency.group_id)
    if hubs:
        categories |= {Category.FAMILY}
    return Actor(
        user=membership.user,
        membership=membership,
        agency=membership.agency,
        roles=roles,
        hub_ids=tuple(hub.pk for hub in hubs),
        group_ids=tuple(groups),
        is_covered=is_covered,
        categories=categories,
    )
