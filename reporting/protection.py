"""From the figures of a quarter to what may be shown of them.

All counts of one quarter are protected together, whatever a page shows of them, so that no two tables of a report, and
no two reports, give a hidden count away between them. A quarter that has been published once is shown later as it was
published (see counting.py): a corrected figure beside the old one would tell of the one family between them.
"""

from __future__ import annotations

from collections.abc import Iterable

from reporting.disclosure import CELL, MARGIN, TOTAL, Key, LinkedCounts, Shown, percentage, protect
from reporting.figures import QuarterFigures, Tally
from reporting.indicators import COUNT_OF, COUNTS, RATES, Count

# In stored reports a count is a number, "fewer" or "hidden".
Stored = int | float | str | None


def link(figures: QuarterFigures, hubs: Iterable[int]) -> LinkedCounts:
    """The counts of one quarter with every sum that joins them. `hubs`: ids of the hubs shown, also with nothing."""
    hubs = sorted(set(hubs) | {hub for tally in figures.tallies.values() for hub in tally.by_hub})
    linked = LinkedCounts()
    for count in COUNTS:
        _add_tables(linked, count, figures.tallies[count.code], hubs)
    for count in COUNTS:
        if count.part_of:
            groups = sorted(figures.tallies[count.part_of].by_group)
            _add_remainders(linked, count, figures.tallies[count.code], hubs, groups)
    return linked


def _add_tables(linked: LinkedCounts, count: Count, tally: Tally, hubs: list[int]) -> None:
    """One count with its breakdowns, and the sums between them."""
    code = count.code
    if count.adds_up:
        linked.add((code,), tally.total, TOTAL)
    if count.by_hub:
        for hub in hubs:
            linked.add((code, "hub", hub), tally.by_hub.get(hub, 0), MARGIN)
        linked.add_sum((code,), [(code, "hub", hub) for hub in hubs])
    groups = sorted(tally.by_group)
    for group in groups:
        linked.add((code, "group", group), tally.by_group[group], MARGIN)
    if groups and count.adds_up:
        linked.add_sum((code,), [(code, "group", group) for group in groups])
    if count.crossed:
        for hub in hubs:
            for group in groups:
                linked.add((code, hub, group), tally.grid.get((hub, group), 0), CELL)
        for hub in hubs:
            if groups:
                linked.add_sum((code, "hub", hub), [(code, hub, group) for group in groups])
        for group in groups:
            linked.add_sum((code, "group", group), [(code, hub, group) for hub in hubs])


def _add_remainders(
    linked: LinkedCounts, count: Count, tally: Tally, hubs: list[int], groups: list[str]
) -> None:
    """What is left of the larger count: not shown, but a reader can take one from the other ("late").

    `groups`: those of the larger count.
    """

    def remainder(part: Key, whole: Key, worth: int) -> Key:
        rest = ("not", *part)
        linked.add(rest, linked.counts[whole] - linked.counts[part], worth, printed=False)
        linked.add_sum(whole, [part, rest])
        return rest

    code, whole = count.code, count.part_of
    if not count.adds_up:
        for group in sorted(tally.by_group):
            remainder((code, "group", group), (whole,), MARGIN)
        return
    rest = remainder((code,), (whole,), TOTAL)
    if count.by_hub and COUNT_OF[whole].by_hub:
        rests = [remainder((code, "hub", hub), (whole, "hub", hub), MARGIN) for hub in hubs]
        linked.add_sum(rest, rests)
    if count.group and count.group == COUNT_OF[whole].group:
        # Who did not come, by kind of agency. A kind of which nobody came has no key among those who came.
        rests = [
            remainder((code, "group", group), (whole, "group", group), MARGIN)
            if group in tally.by_group
            else (whole, "group", group)
            for group in groups
        ]
        linked.add_sum(rest, rests)


def protect_quarter(
    figures: QuarterFigures, hub_names: dict[int, str], threshold: int
) -> dict[str, dict[str, Stored | dict]]:
    """What may be shown of one quarter, ready to be stored: counts, rates and medians by code.

    Each is {"total": ..., "by_hub": {name: ...}, "by_<group>": {code: ...}, "by_hub_and_<group>": {name: {code: ...}}}
    with the parts it has. A count is a number, "fewer" or "hidden"; a rate or median that may not be shown is "hidden",
    and None when there is nothing to divide by.

    Args:
        figures: the quarter's counts.
        hub_names: names of the hubs to show, by id; every hub that has a count must be there.
        threshold: see disclosure.protect.
    """
    shown = protect(link(figures, hub_names), threshold)
    result: dict[str, dict] = {}
    for count in COUNTS:
        result[count.code] = _stored_count(count, figures.tallies[count.code], shown, hub_names)
    for rate in RATES:
        result[rate.code] = {"total": _stored_rate(shown.get((rate.top,)), shown.get((rate.bottom,)))}
        if COUNT_OF[rate.top].by_hub and COUNT_OF[rate.bottom].by_hub:
            result[rate.code]["by_hub"] = {
                name: _stored_rate(shown[rate.top, "hub", hub], shown[rate.bottom, "hub", hub])
                for hub, name in hub_names.items()
            }
    result["median_days"] = _stored_medians(figures, shown, hub_names)
    return result


def _store(shown: Shown) -> Stored:
    return shown.value if shown.is_number else shown.symbol


def _stored_count(count: Count, tally: Tally, shown: dict[Key, Shown], hub_names: dict[int, str]) -> dict:
    code = count.code
    stored: dict = {}
    if count.adds_up:
        stored["total"] = _store(shown[(code,)])
    if count.by_hub:
        stored["by_hub"] = {name: _store(shown[code, "hub", hub]) for hub, name in hub_names.items()}
    if count.group:
        groups = sorted(tally.by_group)
        stored[f"by_{count.group}"] = {group: _store(shown[code, "group", group]) for group in groups}
        if count.crossed:
            stored[f"by_hub_and_{count.group}"] = {
                name: {group: _store(shown[code, hub, group]) for group in groups}
                for hub, name in hub_names.items()
            }
    return stored


def _stored_rate(top: Shown | None, bottom: Shown | None) -> Stored:
    if top is None or bottom is None or bottom == Shown(0):
        return None
    per_cent = percentage(top, bottom)
    return "hidden" if per_cent is None else per_cent


def _stored_medians(figures: QuarterFigures, shown: dict[Key, Shown], hub_names: dict[int, str]) -> dict:
    """Medians, only beside a count that is shown: the middle of three values is one family's."""

    def median(key: Key, hub: int | None) -> Stored:
        count = shown[key]
        if not count.is_number:
            return "hidden"
        return round(figures.median_days[hub], 1) if count.value else None

    of = "assessments_completed"
    return {
        "total": median((of,), None),
        "by_hub": {name: median((of, "hub", hub), hub) for hub, name in hub_names.items()},
    }
