"""Where everybody stands in a family tree: generations in rows, partners side by side, children under their parents.

Generations come from the relationships, the surest kinds first; one that does not fit what is already known moves
nobody. The order in a row is improved until no single move makes the picture plainer. No two symbols can overlap:
every row is spread out to its least distances at the end.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, permutations

from cases.genogram.facts import CARER, GRANDPARENT, OTHER, PARENT, PARTNER, SIBLING, STEP_PARENT, Kin, Tie

COLUMN = 112  # px from one person to the next in a row
APART = 26  # px more between people who are not partners
BELOW = {PARENT: 1, PARTNER: 0, SIBLING: 0, STEP_PARENT: 1, GRANDPARENT: 2, CARER: 1}
MOST_TRIES = 400
Pair = tuple[str, str]


def pair(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)


@dataclass
class Layout:
    """Rows of people from the oldest generation down, where each stands (px, middle), who hangs from whom."""

    rows: list[list[str]] = field(default_factory=list)
    x: dict[str, float] = field(default_factory=dict)
    level: dict[str, int] = field(default_factory=dict)
    couples: set[Pair] = field(default_factory=set)
    unions: dict[tuple[str, ...], list[str]] = field(default_factory=dict)


def lay_out(kin: Sequence[Kin], ties: Sequence[Tie]) -> Layout:
    """Work out a tree for these people and the relationships between them."""
    people = {each.id: each for each in kin}
    level = generations(people, ties)
    couples = _couples(level, ties)
    unions = _unions(level, couples, ties)
    blocks = _blocks(people, level, couples)
    rows = _ordered(people, blocks, couples, unions, ties)
    x = _placed(rows, unions)
    left = min(x.values(), default=0)
    return Layout(
        rows=[[person for block in row for person in block] for row in rows],
        x={person: place - left for person, place in x.items()},
        level=level,
        couples=couples,
        unions=unions,
    )


def generations(people: dict[str, Kin], ties: Iterable[Tie]) -> dict[str, int]:
    """The generation of each person, 0 the oldest. People nothing is known of stand with their likes."""
    root = {person: person for person in people}
    offset = dict.fromkeys(people, 0)

    def find(person: str) -> tuple[str, int]:
        steps = 0
        while root[person] != person:
            steps += offset[person]
            person = root[person]
        return person, steps

    def related(tie: Tie) -> bool:
        return tie.kind in BELOW or people[tie.a].is_child == people[tie.b].is_child

    order = [*BELOW, OTHER]
    for tie in sorted(filter(related, ties), key=lambda tie: (order.index(tie.kind), tie.id)):
        (top, above), (bottom, under) = find(tie.a), find(tie.b)
        if top != bottom:
            root[bottom] = top
            offset[bottom] = above + BELOW.get(tie.kind, 0) - under
    groups: dict[str, dict[str, int]] = {}
    for person in people:
        top, steps = find(person)
        groups.setdefault(top, {})[person] = steps
    found: dict[str, int] = {}
    for members in groups.values():
        children = Counter(steps for person, steps in members.items() if people[person].is_child)
        most = max(children.values(), default=0)
        common = min((steps for steps, count in children.items() if count == most), default=None)
        shift = -common if common is not None else -1 - max(members.values())
        found |= {person: steps + shift for person, steps in members.items()}
    kept = {value: place for place, value in enumerate(sorted(set(found.values())))}
    return {person: kept[value] for person, value in found.items()}


def _parents(level: dict[str, int], ties: Iterable[Tie]) -> dict[str, list[str]]:
    """The parents of each child who stand one row above."""
    found: dict[str, list[str]] = {}
    for tie in ties:
        if tie.kind == PARENT and level[tie.a] == level[tie.b] - 1 and tie.a not in found.get(tie.b, ()):
            found.setdefault(tie.b, []).append(tie.a)
    return found


def _couples(level: dict[str, int], ties: Sequence[Tie]) -> set[Pair]:
    """Partners, and two people who have a child together."""
    found = {pair(tie.a, tie.b) for tie in ties if tie.kind == PARTNER and level[tie.a] == level[tie.b]}
    for parents in _parents(level, ties).values():
        if len(parents) == 2:
            found.add(pair(*parents))
    return found


def _unions(
    level: dict[str, int], couples: set[Pair], ties: Sequence[Tie]
) -> dict[tuple[str, ...], list[str]]:
    """From whom children hang: two parents together, or one."""
    found: dict[tuple[str, ...], list[str]] = {}
    for child, parents in _parents(level, ties).items():
        together = [pair(*two) for two in combinations(parents, 2) if pair(*two) in couples][:1]
        alone = [(parent,) for parent in parents if not any(parent in two for two in together)]
        for union in (*together, *alone):
            found.setdefault(union, []).append(child)
    return found


def _born(each: Kin) -> tuple[bool, bool, dt.date]:
    """Oldest first; those without a birth date after them, the unborn last."""
    return each.is_unborn, each.born_on is None, each.born_on or dt.date.max


def _blocks(people: dict[str, Kin], level: dict[str, int], couples: set[Pair]) -> list[list[list[str]]]:
    """For each row, the people who must stand side by side, in the best order among themselves."""
    beside: dict[str, set[str]] = {person: set() for person in people}
    for a, b in couples:
        beside[a].add(b)
        beside[b].add(a)
    rows: list[list[list[str]]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    seen: set[str] = set()
    for person in sorted(people, key=lambda each: (_born(people[each]), each)):
        if person in seen:
            continue
        group, waiting = [], [person]
        while waiting:
            each = waiting.pop(0)
            if each not in seen:
                seen.add(each)
                group.append(each)
                waiting += sorted(beside[each] - seen)
        rows[level[person]].append(_best_line(group, couples, people))
    return rows


def _best_line(group: list[str], couples: set[Pair], people: dict[str, Kin]) -> list[str]:
    """Partners next to each other, as far as a row allows it; by custom the man stands on the left."""
    if not 2 <= len(group) <= 6:
        return group
    among = [two for two in couples if two[0] in group and two[1] in group]

    def cost(line: Sequence[str]) -> tuple[int, int]:
        place = {person: at for at, person in enumerate(line)}
        return (
            sum(abs(place[a] - place[b]) - 1 for a, b in among),
            sum(people[a].sex == "F" and people[b].sex == "M" for a, b in pairwise(line)),
        )

    return list(min(permutations(group), key=cost))


def _ordered(
    people: dict[str, Kin],
    rows: list[list[list[str]]],
    couples: set[Pair],
    unions: dict[tuple[str, ...], list[str]],
    ties: Sequence[Tie],
) -> list[list[list[str]]]:
    """Move and turn round blocks while it makes the tree plainer."""
    tries = 0

    def better(now: float) -> tuple[list[list[list[str]]], float] | None:
        nonlocal tries
        for at, row in enumerate(rows):
            for changed in _moves(row):
                tries += 1
                trial = [*rows[:at], changed, *rows[at + 1 :]]
                cost = _cost(people, trial, couples, unions, ties)
                if cost < now - 1e-9:
                    return trial, cost
                if tries > MOST_TRIES:
                    return None
        return None

    now = _cost(people, rows, couples, unions, ties)
    while (found := better(now)) is not None:
        rows, now = found
    return rows


def _moves(row: list[list[str]]) -> Iterable[list[list[str]]]:
    for at, block in enumerate(row):
        if len(block) > 1:
            yield [*row[:at], block[::-1], *row[at + 1 :]]
        rest = [*row[:at], *row[at + 1 :]]
        for to in range(len(row)):
            if to != at:
                yield [*rest[:to], block, *rest[to:]]


def _cost(
    people: dict[str, Kin],
    rows: list[list[list[str]]],
    couples: set[Pair],
    unions: dict[tuple[str, ...], list[str]],
    ties: Sequence[Tie],
) -> float:
    """How hard a tree would be to read: long and crossing lines, torn households, brothers and sisters apart."""
    x: dict[str, float] = {}
    cost = 0.0
    for row in rows:
        width = sum(map(len, row)) + 0.3 * (len(row) - 1)
        place = -width / 2
        line = []
        for block in row:
            for person in block:
                x[person] = place
                place += 1
                line.append(person)
            place += 0.3
            cost += 0.3 * sum(people[a].sex == "F" and people[b].sex == "M" for a, b in pairwise(block))
        home = [at for at, person in enumerate(line) if people[person].at_home]
        if home:
            cost += 2.5 * (home[-1] - home[0] + 1 - len(home))
    lines = []
    for parents, children in unions.items():
        top, bottom = _middle(parents, x), _middle(children, x)
        spread = max(x[child] for child in children) - min(x[child] for child in children)
        cost += abs(top - bottom) + 0.6 * spread
        lines.append((parents, top, bottom))
        older = sorted(children, key=lambda child: _born(people[child]))
        cost += 0.4 * sum(x[a] > x[b] for a, b in combinations(older, 2))
    for (a, top_a, low_a), (b, top_b, low_b) in combinations(lines, 2):
        if not set(a) & set(b) and (top_a - top_b) * (low_a - low_b) < 0:
            cost += 4
    cost += sum(3 * max(abs(x[a] - x[b]) - 1, 0) for a, b in couples)
    return cost + sum(0.25 * abs(x[tie.a] - x[tie.b]) for tie in ties if tie.kind not in (PARENT, PARTNER))


def _middle(group: Sequence[str], x: dict[str, float]) -> float:
    places = [x[person] for person in group]
    return (min(places) + max(places)) / 2


def _placed(rows: list[list[list[str]]], unions: dict[tuple[str, ...], list[str]]) -> dict[str, float]:
    """Where each person stands: parents over their children, nobody nearer than a column to anybody."""
    x: dict[str, float] = {}
    for row in rows:
        place = 0.0
        for block in row:
            for person in block:
                x[person] = place
                place += COLUMN
            place += APART
    for sweep in range(12):
        for row in rows if sweep % 2 else rows[::-1]:
            wanted = [_wanted(block, x, unions, look_up=bool(sweep % 2)) for block in row]
            for block, start in zip(row, _spread(row, wanted), strict=True):
                for at, person in enumerate(block):
                    x[person] = start + at * COLUMN
    return x


def _wanted(
    block: list[str], x: dict[str, float], unions: dict[tuple[str, ...], list[str]], *, look_up: bool
) -> float:
    """Where a block would best begin, by the middle of those above it or below it."""
    places = []
    for parents, children in unions.items():
        if look_up and (here := [child for child in children if child in block]):
            shift = _middle(parents, x) - _middle(children, x)
            places += [x[block[0]] + shift] * len(here)
        elif not look_up and parents[0] in block:
            places.append(x[block[0]] + _middle(children, x) - _middle(parents, x))
    return sum(places) / len(places) if places else x[block[0]]


def _spread(row: list[list[str]], wanted: list[float]) -> list[float]:
    """The nearest places to those wanted that keep the order and the least distances (pool adjacent violators)."""
    starts, offset = [], 0.0
    for block in row:
        starts.append(offset)
        offset += len(block) * COLUMN + APART
    pools: list[list[float]] = []  # [mean, weight, count]
    for want, start, block in zip(wanted, starts, row, strict=True):
        pools.append([want - start, len(block), 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, weight, count = pools.pop()
            before = pools[-1]
            before[0] = (before[0] * before[1] + mean * weight) / (before[1] + weight)
            before[1] += weight
            before[2] += count
    means = [mean for mean, _weight, count in pools for _ in range(int(count))]
    return [mean + start for mean, start in zip(means, starts, strict=True)]
