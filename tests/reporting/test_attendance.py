"""Who comes to meetings, in the board's report: counted by kind of agency, traceable, and small numbers hidden."""

import datetime as dt

import pytest
from django.utils import timezone

from earlyhelp.access.context import as_system
from hubs.models import AgencyKind
from reporting.figures import QuarterFigures, Tally, count_quarter
from reporting.indicators import ALL, COUNTS
from reporting.protection import link, protect_quarter
from reporting.quarters import Quarter

pytestmark = pytest.mark.django_db
QUARTER = Quarter(2015, 1)
ASKED, CAME = "meeting_places", "meeting_places_taken"


@pytest.fixture
def met(people, world, meeting_of):
    """Three meetings: one held in the quarter, one held after it, one cancelled. Police and school are asked to each."""
    officer = world.member(world.agency(AgencyKind.POLICE))
    for day, status in (((2015, 5, 4), "held"), ((2015, 8, 4), "held"), ((2015, 5, 5), "cancelled")):
        start = timezone.make_aware(dt.datetime(*day, 10))  # noqa: DTZ001 - made aware
        facts = {"held_at": start} if status == "held" else {}
        meeting = meeting_of(people.case, people.alice, starts_at=start, status=status, **facts)
        with as_system():
            meeting.invitations.update(attendance="attended")
            meeting.invitations.create(case=people.case, membership=officer, attendance="apologies")
            meeting.invitations.create(case=people.case, membership=people.coordinator, attendance="")
            meeting.invitations.create(
                case=people.case, person=people.case.family.people.get(is_child=False), attendance="attended"
            )


def test_professionals_at_meetings_held_in_the_quarter(people, met):
    tallies = count_quarter(QUARTER).tallies
    assert (tallies[ASKED].total, tallies[CAME].total) == (2, 1)
    assert tallies[ASKED].by_group == {"school": 1, "police": 1}
    assert tallies[CAME].by_group == {"school": 1}
    assert tallies[ASKED].by_hub == {people.hub.pk: 2}
    assert count_quarter(Quarter(2015, 3)).tallies[ASKED].total == 0


def test_the_measure_is_explained_and_traceable():
    rate = ALL["attendance"]
    assert (rate.top, rate.bottom) == (CAME, ASKED)
    assert rate.numerator and rate.denominator and rate.source


def _figures(asked, came):
    tallies = {count.code: Tally() for count in COUNTS}
    for code, groups in ((ASKED, asked), (CAME, came)):
        tallies[code] = Tally(sum(groups.values()), {1: sum(groups.values())}, dict(groups))
    return QuarterFigures(QUARTER, tallies)


def test_small_numbers_are_hidden_and_so_is_how_many_did_not_come():
    """30 asked and 28 came would tell that two did not: one of the two has to go."""
    figures = _figures({"school": 30, "police": 40, "health": 3}, {"school": 28, "police": 20, "health": 3})
    shown = protect_quarter(figures, {1: "Alder Vale"}, 5)
    asked, came = (shown[code]["by_agency_kind"] for code in (ASKED, CAME))
    assert asked["health"] == "fewer" or asked["health"] == "hidden"
    assert not (isinstance(asked["school"], int) and isinstance(came["school"], int))
    assert link(figures, [1]).counts[("not", CAME, "group", "school")] == 2


def test_a_kind_of_which_nobody_came():
    shown = protect_quarter(_figures({"school": 30, "police": 40}, {"school": 20}), {1: "Alder Vale"}, 5)
    assert shown[ASKED]["by_agency_kind"] == {"police": 40, "school": 30}
    assert shown["attendance"]["total"] == 29
