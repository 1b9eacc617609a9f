"""Panels in the county of tests/access/county.py: each family is put to the panel of its hub, on which nobody of the twelve sits."""

from __future__ import annotations

from cases.models import Panel, PanelOffer, PanelRequest, Sitting
from tests.access.changes import DAY


def put_to_panel(county, n: int, case, agency, seen) -> None:
    """A request of one agency and its offer, which wait. Seen by those who may have "family and contact", and by the agency."""
    facts, key, asker = county.facts, str(case.pk), county.members[n % 12]
    sitting = _sitting_of(county, case.hub)
    request = PanelRequest.objects.create(
        case=case, agency=agency, panel=sitting.panel, sitting=sitting, what="Help", needs_several=True,
        agreed_on=facts.today, agreed_how="phone", agreed_agencies=[], leaflet_given=True, asked_by=asker,
        sit_by=facts.today + 9 * DAY,
    )  # fmt: skip
    offer = PanelOffer.objects.create(
        case=case, request=request, agency=agency, made_by=asker, service="A group", worker=asker,
        from_on=facts.today + 9 * DAY,
    )  # fmt: skip

    def sees(member: int) -> bool:
        own = facts.members[member].agency == agency.pk
        return seen(member) and (own or facts.sees_category(member, key, 1))

    county.keep("panel_request", case, sees, pk=str(request.pk))
    county.keep("panel_offer", case, sees, pk=str(request.pk), offer=str(offer.pk))


def _sitting_of(county, hub) -> Sitting:
    """The one sitting of the hub's panel, which its coordinator or manager chairs."""
    found = Sitting.objects.select_related("panel").filter(panel__hub=hub).first()
    if found:
        return found
    chair = county.members[10 if hub == county.hubs[0] else 11]
    panel = Panel.objects.create(
        kind="allocation", name=f"Panel of {hub.name}", hub=hub, rhythm="weekly", terms="Help", chair=chair
    )
    starts = county.now + 3 * DAY
    return Sitting.objects.create(panel=panel, starts_at=starts, ends_at=starts + DAY / 12)
