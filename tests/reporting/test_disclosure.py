"""Small counts stay hidden, whatever a reader adds up or takes away."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.disclosure import (
    CELL,
    FEWER,
    HIDDEN,
    MARGIN,
    TOTAL,
    LinkedCounts,
    Shown,
    percentage,
    protect,
)
from tests.reporting.attacker import Reader

COUNTS = st.one_of(st.integers(0, 7), st.integers(0, 7), st.integers(5, 60))
SLOW = settings(max_examples=150, suppress_health_check=list(HealthCheck))


def row(total_worth=TOTAL, **counts):
    linked = LinkedCounts()
    for name, count in counts.items():
        linked.add(name, count, MARGIN)
    linked.add("total", sum(counts.values()), total_worth)
    linked.add_sum("total", counts)
    return linked


def words(linked, threshold=5):
    return {key: shown.words(threshold) for key, shown in protect(linked, threshold).items()}


def test_large_counts_and_true_zeros_are_shown():
    assert words(row(north=12, south=0, east=5)) == {"north": "12", "south": "0", "east": "5", "total": "17"}


def test_thousands_are_written_with_a_comma():
    assert Shown(1234).words() == "1,234"


def test_one_small_count_takes_the_next_smallest_with_it():
    shown = words(row(police=2, housing=9, school=148, health=58))
    assert shown == {
        "police": "fewer than 5",
        "housing": "hidden",
        "school": "148",
        "health": "58",
        "total": "217",
    }


def test_two_small_counts_hide_each_other():
    assert words(row(police=2, housing=3, school=148)) == {
        "police": "fewer than 5",
        "housing": "fewer than 5",
        "school": "148",
        "total": "153",
    }


def test_two_ones_do_not_hide_each_other_because_they_can_only_be_ones():
    shown = protect(row(police=1, housing=1, school=148, health=20))
    assert not shown["health"].is_number


def test_a_zero_never_stands_in_as_the_second_hidden_count():
    shown = protect(row(police=2, housing=0, school=148))
    assert shown["housing"] == Shown(0)
    assert not shown["school"].is_number


def test_four_ones_and_their_total_are_not_all_called_fewer_than_five():
    shown = protect(row(a=1, b=1, c=1, d=1))
    assert {shown[key].symbol for key in shown} == {FEWER, HIDDEN}


def test_a_small_remainder_hides_the_count_it_would_follow_from():
    linked = LinkedCounts()
    linked.add("completed", 50, TOTAL)
    linked.add("in time", 48, TOTAL)
    linked.add("late", 2, TOTAL, printed=False)
    linked.add_sum("completed", ["in time", "late"])
    shown = protect(linked)
    assert "late" not in shown
    assert shown["completed"] == Shown(50)
    assert shown["in time"] == Shown(None, HIDDEN)


def test_threshold_is_a_setting():
    assert words(row(a=8, b=30, c=40), threshold=10)["a"] == "fewer than 10"


def test_sums_that_do_not_add_up_are_refused():
    linked = row(a=8, b=30)
    linked.add("wrong", 1, MARGIN)
    with pytest.raises(ValueError):
        linked.add_sum("wrong", ["a", "b"])
    with pytest.raises(ValueError):
        linked.add("a", 9)
    with pytest.raises(ValueError):
        linked.add("below", -1)


def test_percentages_are_published_only_with_both_their_counts():
    assert percentage(Shown(699), Shown(961)) == 73
    assert percentage(Shown(1), Shown(2)) == 50
    assert percentage(Shown(1), Shown(8)) == 13
    assert percentage(Shown(0), Shown(12)) == 0
    assert percentage(Shown(None, FEWER), Shown(12)) is None
    assert percentage(Shown(12), Shown(None, HIDDEN)) is None
    assert percentage(Shown(0), Shown(0)) is None
    assert percentage(None, Shown(3)) is None


# -- The attack ----------------------------------------------------------------------------------------------------


@st.composite
def reports(draw, most_hubs=4, most_kinds=4):
    """The linked tables of one quarter: two grids with margins, counts that are part of another, a plain list."""
    hubs = draw(st.integers(1, most_hubs))
    kinds = draw(st.integers(1, most_kinds))
    linked = LinkedCounts()
    for name in ("initiated", "completed"):
        grid = {(h, k): draw(COUNTS) for h in range(hubs) for k in range(kinds)}
        for (h, k), count in grid.items():
            linked.add((name, h, k), count)
        for h in range(hubs):
            linked.add((name, "hub", h), sum(grid[h, k] for k in range(kinds)), MARGIN)
            linked.add_sum((name, "hub", h), [(name, h, k) for k in range(kinds)])
        for k in range(kinds):
            linked.add((name, "kind", k), sum(grid[h, k] for h in range(hubs)), MARGIN)
            linked.add_sum((name, "kind", k), [(name, h, k) for h in range(hubs)])
        linked.add(name, sum(grid.values()), TOTAL)
        linked.add_sum(name, [(name, "hub", h) for h in range(hubs)])
        linked.add_sum(name, [(name, "kind", k) for k in range(kinds)])
    for part, whole in (("in time", "completed"), ("again", "initiated")):
        places = [(part, "hub", h) for h in range(hubs)]
        for h, place in enumerate(places):
            count = draw(st.integers(0, linked.counts[whole, "hub", h]))
            linked.add(place, count, MARGIN)
            linked.add(("not", *place), linked.counts[whole, "hub", h] - count, MARGIN, printed=False)
            linked.add_sum((whole, "hub", h), [place, ("not", *place)])
        linked.add(part, sum(linked.counts[place] for place in places), TOTAL)
        linked.add(("not", part), linked.counts[whole] - linked.counts[part], TOTAL, printed=False)
        linked.add_sum(part, places)
        linked.add_sum(("not", part), [("not", *place) for place in places])
        linked.add_sum(whole, [part, ("not", part)])
    return linked


def small(linked):
    return [key for key, count in linked.counts.items() if 0 < count < 5]


@SLOW
@given(reports())
def test_no_small_count_is_ever_shown_and_every_zero_is(linked):
    for key, shown in protect(linked).items():
        if shown.is_number:
            assert shown.value == linked.counts[key]
            assert shown.value == 0 or shown.value >= 5
        else:
            assert linked.counts[key] != 0
            assert shown.symbol != FEWER or linked.counts[key] < 5


@SLOW
@given(reports())
def test_a_reader_who_adds_and_subtracts_works_out_no_hidden_count(linked):
    shown = protect(linked)
    reader = Reader(linked, shown)
    out_of_sight = {key for key, cell in shown.items() if not cell.is_number} | set(small(linked))
    for key in out_of_sight:
        assert reader.works_out(key) is None, (key, linked.counts[key])


@SLOW
@given(reports(most_hubs=3, most_kinds=3))
def test_a_reader_who_knows_how_counts_are_chosen_works_out_no_small_count(linked):
    shown = protect(linked)
    if any(cell.symbol == HIDDEN and linked.counts[key] < 5 for key, cell in shown.items()):
        return  # here "hidden" also covers a small count, so the guess is false and proves nothing
    reader = Reader(linked, shown, guesser=True)
    for key in small(linked):
        assert reader.works_out(key) is None, (key, linked.counts[key])


@SLOW
@given(reports(most_hubs=3, most_kinds=3), st.data())
def test_the_attack_bites_when_one_needed_hidden_count_is_shown(linked, data):
    """The proof that the attack can find something: show the companions of a small count and it is worked out."""
    shown = protect(linked)
    alone = [key for key in small(linked) if key in shown]
    if not alone:
        return
    key = data.draw(st.sampled_from(alone))
    careless = {other: Shown(linked.counts[other]) for other in shown if other != key} | {key: shown[key]}
    joined = any(key in parts or key == total for total, parts in linked.sums)
    assert not joined or Reader(linked, careless).works_out(key) == linked.counts[key]


def test_hiding_is_the_same_every_time():
    linked = row(a=2, b=9, c=9, d=9)
    assert protect(linked) == protect(linked)


@pytest.mark.parametrize("hubs", [14])
def test_a_county_of_fourteen_areas_keeps_its_totals(hubs):
    linked = LinkedCounts()
    kinds = 10
    grid = {(h, k): (h * 7 + k * 5) % 13 for h in range(hubs) for k in range(kinds)}
    for key, count in grid.items():
        linked.add(key, count, CELL)
    for h in range(hubs):
        linked.add(("hub", h), sum(grid[h, k] for k in range(kinds)), MARGIN)
        linked.add_sum(("hub", h), [(h, k) for k in range(kinds)])
    for k in range(kinds):
        linked.add(("kind", k), sum(grid[h, k] for h in range(hubs)), MARGIN)
        linked.add_sum(("kind", k), [(h, k) for h in range(hubs)])
    linked.add("all", sum(grid.values()), TOTAL)
    linked.add_sum("all", [("hub", h) for h in range(hubs)])
    linked.add_sum("all", [("kind", k) for k in range(kinds)])
    shown = protect(linked)
    assert all(cell.is_number for key, cell in shown.items() if key == "all" or key[0] in ("hub", "kind"))


def test_a_small_kind_of_agency_in_a_large_county_does_not_blank_the_rest():
    """A kind with 4 in all, one in each of four districts, beside many other small cells: the hardest case there is."""
    linked = LinkedCounts()
    hubs, kinds = 8, 10
    grid = {(h, k): (h * 5 + k * 3) % 7 + (20 if k < 3 else 0) for h in range(hubs) for k in range(kinds)}
    grid.update({(h, 9): int(h < 4) for h in range(hubs)})
    for key, count in grid.items():
        linked.add(key, count, CELL)
    for h in range(hubs):
        linked.add(("hub", h), sum(grid[h, k] for k in range(kinds)), MARGIN)
        linked.add_sum(("hub", h), [(h, k) for k in range(kinds)])
    for k in range(kinds):
        linked.add(("kind", k), sum(grid[h, k] for h in range(hubs)), MARGIN)
        linked.add_sum(("kind", k), [(h, k) for h in range(hubs)])
    linked.add("all", sum(grid.values()), TOTAL)
    linked.add_sum("all", [("hub", h) for h in range(hubs)])
    linked.add_sum("all", [("kind", k) for k in range(kinds)])
    shown = protect(linked)
    assert shown["all"].is_number
    assert all(shown["hub", h].is_number for h in range(hubs))
    assert sum(not shown["kind", k].is_number for k in range(kinds)) == 2
    reader = Reader(linked, shown)
    assert all(reader.works_out(key) is None for key in small(linked) if key[1] == 9)
