"""A family tree composed: where every symbol stands and where every line runs, as genograms draw them.

Square for male, circle for female, diamond when the sex is not known, triangle for a baby not born yet. Partners are
joined from side to side; their children hang from that line. What has no line of its own follows from others: brothers
and sisters hang from the same one, grandparents are two lines up (McGoldrick, Genograms).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cases.genogram.facts import CARER, GRANDPARENT, OTHER, PARENT, PARTNER, SIBLING, STEP_PARENT, Kin, Tie
from cases.genogram.labels import words_of
from cases.genogram.layout import COLUMN, Layout, lay_out, pair

SYMBOL = 48  # px, side of a square
HALF = SYMBOL / 2
LINE = 17  # px from one line of words to the next
MARGIN = 22
ROOM = 30  # px between a row's words and the first line under them
ASIDE = 13  # px from a line that runs down already
TRACK = 14  # px between lines that run side by side
PORTS = {PARENT: 0, STEP_PARENT: -10, CARER: 10, GRANDPARENT: 15, SIBLING: -5, OTHER: 5, PARTNER: 0}


@dataclass(frozen=True)
class Symbol:
    """Where one person is drawn: the box of their symbol, in px."""

    person: str
    x: float
    y: float
    shape: str

    @property
    def left(self) -> float:
        return self.x - HALF

    @property
    def right(self) -> float:
        return self.x + HALF

    @property
    def top(self) -> float:
        return self.y - HALF

    @property
    def bottom(self) -> float:
        return self.y + HALF


@dataclass(frozen=True)
class Stroke:
    """One line of the picture. `ties` are the relationships it stands for."""

    kind: str
    points: tuple[tuple[float, float], ...]
    ties: tuple[str, ...]
    over: bool = False
    faint: bool = False


@dataclass
class Drawing:
    """The picture, and what it is made of. `implied` are relationships that other lines say already."""

    width: float = 0
    height: float = 0
    symbols: dict[str, Symbol] = field(default_factory=dict)
    strokes: list[Stroke] = field(default_factory=list)
    implied: set[str] = field(default_factory=set)
    home: list[tuple[float, float, float, float]] = field(default_factory=list)
    joins: list[tuple[float, float, float, float]] = field(default_factory=list)
    words: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)

    @property
    def kinds(self) -> set[str]:
        """The kinds of line in the picture, for its key."""
        return {stroke.kind for stroke in self.strokes}


def compose(kin: Sequence[Kin], ties: Sequence[Tie]) -> Drawing:
    """Compose a tree of these people: every symbol, every line, no look. Ties to anybody else are left out."""
    people = {each.id: each for each in kin}
    known = [tie for tie in ties if tie.a in people and tie.b in people and tie.a != tie.b]
    return _Picture(people, known, lay_out(kin, known)).compose()


class _Picture:
    """Composes one drawing: which lines there are, then how far apart the rows must be, then where each line runs."""

    def __init__(self, people: dict[str, Kin], ties: list[Tie], layout: Layout) -> None:
        self.people, self.ties, self.layout = people, ties, layout
        self.words = {person: words_of(each) for person, each in people.items()}
        self.drawing = Drawing(words=self.words)
        # Lines that need room between rows: for each gap (0 is above the first row), spans of x already taken.
        self.taken: dict[int, list[tuple[int, float, float]]] = {}
        self.pending: list[Callable[[], None]] = []

    def compose(self) -> Drawing:
        self.x = {person: place + MARGIN + COLUMN / 2 for person, place in self.layout.x.items()}
        self._couples()
        self._children()
        self._others()
        self._place_y()
        for finish in self.pending:
            finish()
        self._home()
        ends = [x for stroke in self.drawing.strokes for x, _y in stroke.points]
        ends += [x + COLUMN / 2 for x in self.x.values()]
        self.drawing.width = max(ends, default=COLUMN) + MARGIN
        return self.drawing

    # -- Where ----------------------------------------------------------------------------------------------------

    def _track(self, gap: int, start: float, end: float) -> int:
        """A place for a line between two rows where nothing else runs: 0 is nearest to the row above."""
        low, high = min(start, end) - 8, max(start, end) + 8
        used = {track for track, a, b in self.taken.get(gap, []) if a < high and low < b}
        track = next(track for track in range(len(used) + 1) if track not in used)
        self.taken.setdefault(gap, []).append((track, low, high))
        return track

    def _place_y(self) -> None:
        """Rows as far apart as the lines between them need."""
        y = MARGIN + 14 + self._room(0)
        self.row_top, self.row_end = [], []
        for at, row in enumerate(self.layout.rows):
            lines = max(len(self.words[person]) for person in row)
            self.row_top.append(y)
            self.row_end.append(y + SYMBOL + 8 + lines * LINE)
            for person in row:
                self.drawing.symbols[person] = Symbol(
                    person, self.x[person], y + HALF, _shape(self.people[person])
                )
            y = self.row_end[-1] + self._room(at + 1)
        last = len(self.layout.rows)
        below = self._room(last) if self.taken.get(last) else 16
        self.drawing.height = (self.row_end[-1] if self.row_end else 0) + below + MARGIN

    def _room(self, gap: int) -> float:
        tracks = 1 + max((track for track, _a, _b in self.taken.get(gap, [])), default=-1)
        if gap == 0:
            return TRACK * tracks
        return ROOM + TRACK * max(tracks - 1, 0) + 30

    def _y(self, gap: int, track: int) -> float:
        """The height of a track in a gap. Above the first row they count upwards from it."""
        if gap == 0:
            return self.row_top[0] - 12 - TRACK * track
        return self.row_end[gap - 1] + ROOM - 8 + TRACK * track

    def _free(self, row: int, wanted: float) -> float:
        """The nearest place to `wanted` where a line can pass through a row without touching anybody."""
        line = sorted(self.layout.rows[row], key=self.x.__getitem__)
        places = [self.x[person] for person in line]
        used = {pair(*union) for union in self.layout.unions if len(union) == 2}
        # Between two parents runs the line to their children: beside it, not on it.
        gaps = [(self.x[a] + self.x[b]) / 2 + (ASIDE if pair(a, b) in used else 0) for a, b in pairwise(line)]
        ends = [places[0] - COLUMN / 2, places[-1] + COLUMN / 2]
        return min([*gaps, *ends], key=lambda x: abs(x - wanted))

    # -- Lines ----------------------------------------------------------------------------------------------------

    def _couples(self) -> None:
        """Partners side by side are joined straight; others under the people between them."""
        self.couple_drop: dict[tuple[str, str], tuple[float, int, int] | None] = {}
        for a, b in sorted(self.layout.couples):
            recorded = [tie for tie in self.ties if tie.kind == PARTNER and pair(tie.a, tie.b) == (a, b)]
            ids = tuple(tie.id for tie in recorded)
            over = bool(recorded) and all(tie.over for tie in recorded)
            row = self.layout.rows[self.layout.level[a]]
            left, right = sorted((a, b), key=lambda person: self.x[person])
            look = {"kind": PARTNER, "ties": ids, "over": over, "faint": not recorded}
            if abs(row.index(a) - row.index(b)) == 1:
                self.couple_drop[a, b] = None
                self.pending.append(
                    lambda left=left, right=right, look=look: self._straight(left, right, look)
                )
                continue
            gap = self.layout.level[a] + 1
            track = self._track(gap, self.x[left], self.x[right])
            self.couple_drop[a, b] = ((self.x[left] + self.x[right]) / 2, gap, track)
            self.pending.append(
                lambda left=left, right=right, gap=gap, track=track, look=look: self._under(
                    left, right, gap, track, look
                )
            )

    def _straight(self, left: str, right: str, look: dict) -> None:
        a, b = self.drawing.symbols[left], self.drawing.symbols[right]
        self._stroke(points=((_side(a, 1), a.y), (_side(b, -1), b.y)), **look)

    def _under(self, left: str, right: str, gap: int, track: int, look: dict) -> None:
        a, b, y = self.drawing.symbols[left], self.drawing.symbols[right], self._y(gap, track)
        self._stroke(points=((a.x, a.bottom), (a.x, y), (b.x, y), (b.x, b.bottom)), **look)

    def _children(self) -> None:
        """Children hang from the line of their parents, or from one parent."""
        wanted = sorted(self.layout.unions.items(), key=lambda each: (self.layout.level[each[0][0]], each[0]))
        for parents, children in wanted:
            ties = [tie for tie in self.ties if tie.kind == PARENT and tie.a in parents and tie.b in children]
            gap = self.layout.level[parents[0]] + 1
            drop = self.couple_drop.get(parents) if len(parents) == 2 else None
            places = [self.x[child] for child in children]
            source = drop[0] if drop else sum(self.x[person] for person in parents) / len(parents)
            near = min(places, key=lambda x: abs(x - source))
            if not drop and len(parents) == 2 and abs(near - source) < COLUMN / 2 - HALF - 8:
                source = near  # straight down, without a kink
            track = self._track(gap, min(source, *places), max(source, *places))
            self.pending.append(
                lambda parents=parents, children=children, ties=ties, drop=drop, source=source, gap=gap, track=track: (
                    self._hang(parents, children, ties, drop, source, gap, track)
                )
            )

    def _hang(self, parents, children, ties, drop, source, gap, track) -> None:
        bar = self._y(gap, track)
        if drop:
            start = self._y(drop[1], drop[2])
        elif len(parents) == 2:
            start = self.drawing.symbols[parents[0]].y
        else:
            start = self.drawing.symbols[parents[0]].bottom
        for child in children:
            ids = tuple(tie.id for tie in ties if tie.b == child)
            end = self.drawing.symbols[child]
            self._stroke(PARENT, ((source, start), (source, bar), (end.x, bar), (end.x, _top(end))), ids)

    def _others(self) -> None:
        """Every relationship that no line says yet."""
        drawn = {
            tie.id for tie in self.ties if tie.kind == PARTNER and pair(tie.a, tie.b) in self.layout.couples
        }
        for parents, children in self.layout.unions.items():
            drawn |= {
                tie.id for tie in self.ties if tie.kind == PARENT and tie.a in parents and tie.b in children
            }
        parents_of: dict[str, set[str]] = {}
        for tie in self.ties:
            if tie.kind == PARENT:
                parents_of.setdefault(tie.b, set()).add(tie.a)
        lines: dict[tuple[str, str, str], list[str]] = {}
        for tie in self.ties:
            if tie.id in drawn:
                continue
            if self._follows(tie, parents_of):
                self.drawing.implied.add(tie.id)
                continue
            upper, lower = self._upper_first(tie)
            lines.setdefault((tie.kind, upper, lower), []).append(tie.id)
        branches: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
        for (kind, upper, lower), ids in sorted(lines.items()):
            if self.layout.level[lower] == self.layout.level[upper] + 1:
                branches.setdefault((kind, upper), {})[lower] = tuple(ids)
            else:
                self._route(kind, upper, lower, tuple(ids))
        for (kind, upper), below in branches.items():
            self._branch(kind, upper, below)

    def _follows(self, tie: Tie, parents_of: dict[str, set[str]]) -> bool:
        """Whether other lines say this relationship already."""
        mine, theirs = parents_of.get(tie.a, set()), parents_of.get(tie.b, set())
        match tie.kind:
            case "sibling":
                return bool(mine & theirs)
            case "grandparent":
                return any(tie.a in parents_of.get(parent, ()) for parent in theirs)
            case "carer" | "step_parent":
                return tie.a in theirs
        return False

    def _upper_first(self, tie: Tie) -> tuple[str, str]:
        if self.layout.level[tie.a] != self.layout.level[tie.b]:
            a, b = sorted((tie.a, tie.b), key=self.layout.level.__getitem__)
            return a, b
        a, b = sorted((tie.a, tie.b), key=self.x.__getitem__)
        return a, b

    def _branch(self, kind: str, upper: str, below: dict[str, tuple[str, ...]]) -> None:
        """One line from somebody to several people of the next row."""
        port, gap = PORTS[kind], self.layout.level[upper] + 1
        x, places = self.x[upper] + port, [self.x[lower] + port for lower in below]
        track = self._track(gap, min(x, *places), max(x, *places))
        for lower, ids in below.items():
            legs = [(gap, track, self.x[lower] + port)]
            self.pending.append(
                lambda lower=lower, ids=ids, legs=legs: self._down(kind, upper, lower, ids, legs, port)
            )

    def _route(self, kind: str, upper: str, lower: str, ids: tuple[str, ...]) -> None:
        """A line of its own: over the heads of people in one row, or down from row to row between them."""
        port = PORTS[kind]
        start, end = self.layout.level[upper], self.layout.level[lower]
        x = self.x[upper] + port
        if start == end:
            to = self.x[lower] + port
            if start == 0:
                track = self._track(0, x, to)
                self.pending.append(lambda: self._over(kind, upper, lower, ids, self._y(0, track), port))
            else:
                track = self._track(start + 1, x, to)
                self.pending.append(lambda: self._beneath(kind, upper, lower, ids, start + 1, track, port))
            return
        legs: list[tuple[int, int, float]] = []
        for gap in range(start + 1, end + 1):
            to = self.x[lower] + port if gap == end else self._free(gap, x)
            legs.append((gap, self._track(gap, x, to), to))
            x = to
        self.pending.append(lambda: self._down(kind, upper, lower, ids, legs, port))

    def _over(self, kind: str, left: str, right: str, ids: tuple[str, ...], y: float, port: float) -> None:
        a, b = self.drawing.symbols[left], self.drawing.symbols[right]
        ends = (_top(a, port), _top(b, port))
        self._stroke(
            kind, ((a.x + port, ends[0]), (a.x + port, y), (b.x + port, y), (b.x + port, ends[1])), ids
        )

    def _beneath(self, kind, left, right, ids, gap, track, port) -> None:
        a, b, y = self.drawing.symbols[left], self.drawing.symbols[right], self._y(gap, track)
        ends = (_bottom(a, port), _bottom(b, port))
        self._stroke(
            kind, ((a.x + port, ends[0]), (a.x + port, y), (b.x + port, y), (b.x + port, ends[1])), ids
        )

    def _down(self, kind, upper, lower, ids, legs, port) -> None:
        a, b = self.drawing.symbols[upper], self.drawing.symbols[lower]
        x, points = a.x + port, [(a.x + port, _bottom(a, port))]
        for gap, track, to in legs:
            y = self._y(gap, track)
            points += [(x, y), (to, y)]
            x = to
        points.append((x, _top(b, port)))
        self._stroke(kind, tuple(points), ids)

    def _stroke(
        self, kind: str, points, ties: tuple[str, ...], over: bool = False, faint: bool = False
    ) -> None:
        self.drawing.strokes.append(Stroke(kind, tuple(points), ties, over, faint))

    # -- Home -----------------------------------------------------------------------------------------------------

    def _home(self) -> None:
        """The places of those who live together: one box for each run of them in a row, joined to the row below."""
        above: list[tuple[float, float]] = []
        for at, row in enumerate(self.layout.rows):
            runs, now = [], []
            for person in [*row, None]:
                if person is not None and self.people[person].at_home:
                    now.append(self.x[person])
                elif now:
                    runs.append((now[0] - COLUMN / 2 + 2, now[-1] + COLUMN / 2 - 2))
                    now = []
            top, end = self.row_top[at] - 12, self.row_end[at] + 10
            self.drawing.home += [(left, top, right, end) for left, right in runs]
            for left, right in runs:
                for before_left, before_right in above:
                    low, high = max(left, before_left), min(right, before_right)
                    if high - low > 20:
                        self.drawing.joins.append((low, self.row_end[at - 1] - 6, high, self.row_top[at] + 4))
            above = runs


def _shape(each: Kin) -> str:
    if each.is_unborn:
        return "triangle"
    return {"M": "square", "F": "circle"}.get(each.sex, "diamond")


def _side(symbol: Symbol, way: int) -> float:
    """Where a line meets a symbol at half its height."""
    return symbol.x + way * (HALF if symbol.shape != "triangle" else HALF / 2)


def _top(symbol: Symbol, port: float = 0) -> float:
    """Where a line from above, a little to one side, meets a symbol."""
    return symbol.top + _slope(symbol, port)


def _bottom(symbol: Symbol, port: float = 0) -> float:
    return symbol.bottom - (_slope(symbol, port) if symbol.shape != "triangle" else 0)


def _slope(symbol: Symbol, port: float) -> float:
    match symbol.shape:
        case "circle":
            return HALF - (HALF**2 - port**2) ** 0.5
        case "diamond":
            return abs(port)
        case "triangle":
            return abs(port) * 2
    return 0
