"""Pages of teams in a real browser: at 1280 and 320 pixels, without a sideways scroll, and clean for axe."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.utils import timezone

from cases.actions.lead import Agreed, accept_lead, ask_to_lead
from cases.joining.asking import Searched, ask_to_join
from cases.joining.covering import accept_cover, ask_for_cover
from cases.models import JoinRequest
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind
from tests.fixtures.browser import axe_faults, sideways
from tests.fixtures.plan import in_days

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("EH_TEAM_SHOTS", "")


@pytest.fixture
def told(people, world, outcome_of, action_of, meeting_of):
    """A lead handed over, cover that runs, a volunteer with a task, somebody who asks to join."""
    nadia = world.member(people.school, first_name="Nadia", job_title="Attendance lead")
    head = world.member(people.school, Role.AGENCY_LEAD, first_name="Helen", job_title="Head teacher")
    charity = world.agency(AgencyKind.VOLUNTARY, name="Open Door")
    world.consent(people.case, charity)
    vera = world.member(charity, Role.VOLUNTEER, first_name="Vera", job_title="Family mentor")
    world.join(people.case, vera, place="volunteer", helps_with="Saturday club", last_contact_on=in_days(-2))
    action_of(
        outcome_of(people.case, agency=people.school), what="Take Ellie to the club", owner_membership=vera
    )
    with acting_as(people.alice) as alice:
        request = ask_to_lead(
            case=people.case,
            membership=nadia,
            note="Mornings are the hard part. Dana likes a call the day before.",
            family_agrees=True,
            agreed=Agreed("in_person", timezone.localdate()),
            former_lead_stays=False,
            by=alice,
        )
    with acting_as(nadia) as by:
        accept_lead(request=request, by=by)
    action_of(outcome_of(people.case, agency=people.school), owner_membership=nadia)
    meeting_of(people.case, nadia)
    with acting_as(nadia) as by:
        [cover] = ask_for_cover(away=nadia, other=people.bob, spans=[(in_days(0), in_days(5))], by=by)
    with acting_as(people.bob) as by:
        accept_cover(cover=cover, by=by)
    searched = Searched("Dana Hollis", born_on=timezone.datetime(1990, 5, 17).date())
    with acting_as(people.charlie) as by:
        ask_to_join(
            searched=searched, hub=people.hub, reason="I run Ellie’s swimming club", urgent=True, by=by
        )
    with as_system():
        join = JoinRequest.objects.get()
    police = world.agency(AgencyKind.POLICE, signed=False, name="Westmoor Police")
    world.member(police, Role.SIGNATORY, first_name="Sita")
    return {"nadia": nadia, "head": head, "vera": vera, "cover": cover, "join": join, "police": police}


def looked_at(window, name: str) -> list[str]:
    """Faults of the page that is open; its picture goes to the folder EH_TEAM_SHOTS."""
    if SHOTS:
        window.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    return [
        f"{name}: {fault}" for fault in [*axe_faults(window.page), *sideways(window.page), *window.problems]
    ]


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_of_teams(site, people, told, window_of, width):
    case, faults = people.case.reference, []
    visits = {
        "nadia": [
            ("team", "record-team", [case]),
            ("decide", "join-decide", [case, told["join"].pk]),
            ("lead", "record-lead", [case]),
            ("ask-lead", "lead-ask", [case]),
            ("cover", "cover", []),
            ("cover-one", "cover-one", [told["cover"].pk]),
            ("work", "my-work", []),
        ],
        "bob": [("covering", "record-overview", [case])],
        "alice": [("reading", "record-overview", [case])],
        "charlie": [("mine", "join-mine", [])],
        "head": [("colleagues", "colleagues", []), ("colleague", "colleague", [told["nadia"].pk])],
        "vera": [("tasks", "my-work", []), ("helping", "helping", [case])],
    }
    with as_system():
        place = people.case.team.get(membership=told["vera"])
    visits["nadia"].insert(1, ("place", "record-team-place", [case, place.pk]))
    visits["nadia"].insert(2, ("leave", "record-team-leave", [case, place.pk]))
    for who, pages in visits.items():
        window = window_of(told.get(who) or getattr(people, who), width=width)
        for name, address, args in pages:
            window.go(address, *args)
            faults += looked_at(window, f"{name}-{width}")
        if who == "nadia":
            window.page.goto(
                f"{window.page.url.split('/my-work')[0]}/families/{case}/team/missing/?agency={told['police'].pk}"
            )
            faults += looked_at(window, f"missing-{width}")
        if who == "vera":
            window.page.get_by_role("link", name="Say how it stands").click()
            faults += looked_at(window, f"task-{width}")
    assert faults == []
