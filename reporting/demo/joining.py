"""Who comes to teams and goes: a volunteer on one, cover for an absence, a request to join that waits. Told by the actions.

Must run as the system role, after the stories are told and their grants are settled.
"""

from __future__ import annotations

from datetime import timedelta

from cases.actions.plan import add_action
from cases.actions.team import add_to_team
from cases.joining import asking, covering
from cases.models import Case, Person
from cases.rules.sharing import agencies_agreed_to
from earlyhelp.access.context import acting_as
from reporting.demo.world import World

VOLUNTEER = "winnie"
HELPS_WITH = "Lego club and a chat on the way"
TASK = "Walk the children to Lego club on Wednesday"
ASKS = (
    "We were called to their street twice this month. The children know me from school. I would like to help."
)
NOTE = "Ring me in an emergency. The plan of each family says what is agreed."


def tell_joining(world: World) -> None:
    """A volunteer, cover that runs and cover to come, and somebody at the police who asks to join."""
    cases = list(
        Case.objects.open()
        .filter(leads__membership=world.staff["priya"], leads__until_at=None, restrictions=None)
        .select_related("family", "hub")
        .order_by("reference")
    )
    _volunteer(world, cases)
    _cover(world)
    _ask_to_join(world, cases)


def _volunteer(world: World, cases: list[Case]) -> None:
    volunteer = world.staff[VOLUNTEER]
    case = next((each for each in cases if volunteer.agency_id in agencies_agreed_to(each)), None)
    if case is None:
        return
    with acting_as(world.staff["priya"]) as by:
        add_to_team(case=case, membership=volunteer, helps_with=HELPS_WITH, by=by)
        due_on = world.today + timedelta(days=4)
        add_action(case=case, what=TASK, owner=volunteer, due_on=due_on, by=by)


def _cover(world: World) -> None:
    """The health visitor is away this week; the pastoral lead asks for the next school holidays."""
    week = (world.today, world.today + timedelta(days=6))
    with acting_as(world.staff["karen"]) as by:
        [cover] = covering.ask_for_cover(
            away=world.staff["karen"], other=world.staff["sunita"], spans=[week], note=NOTE, by=by
        )
    with acting_as(world.staff["sunita"]) as by:
        covering.accept_cover(cover=cover, by=by)
    in_a_week = world.today + timedelta(days=7)
    holidays = [(max(first, in_a_week), last) for first, last in covering.holidays_ahead() if last >= in_a_week]
    for span in holidays[:1]:
        with acting_as(world.staff["priya"]) as by:
            covering.ask_for_cover(
                away=world.staff["priya"], other=world.staff["jo"], spans=[span], why="School holidays", by=by
            )


def _ask_to_join(world: World, cases: list[Case]) -> None:
    owen = world.staff["owen"]
    for case in reversed(cases):
        person = Person.objects.filter(family=case.family_id, born_on__isnull=False).first()
        if person is None or owen.agency_id in agencies_agreed_to(case):
            continue
        searched = asking.Searched(f"{person.first_name} {person.last_name}", born_on=person.born_on)
        with acting_as(owen) as by:
            asking.ask_to_join(searched=searched, hub=case.hub, reason=ASKS, urgent=False, by=by)
        return
