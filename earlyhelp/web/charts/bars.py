"""Bars: to compare places, to show parts of a whole, and a share against a target."""

from dataclasses import dataclass, field

from .drawing import INK, LIGHT, MUTED, ORANGE, STACK, TEAL, TRACK, Drawing, text_width, wrap
from .spec import Chart, Series, is_number, label_words, scale_top, words

PAIR = (("stripes", TEAL), (TEAL, TEAL))  # earlier, then now
SOLID = ((TEAL, TEAL),)


def _swatch(drawing, fill, edge):
    return lambda x, y: drawing.rect(x - 7, y - 7, 14, 14, fill, edge)


def _share(value, highest):
    return value / highest if highest else 0


@dataclass
class GroupedBars(Chart):
    """One or two bars for each label: the first is the earlier or the lesser, the second the one that matters.

    Stands upright while labels and values fit, and lies on its side when they do not.
    """

    id: str
    title: str
    labels: list
    series: list[Series] = field(default_factory=list)
    unit: str = ""
    description: str = ""
    first_heading: str = "Place"

    def __post_init__(self):
        self._check(len(PAIR), self.series)
        self._check_lengths(self.labels, self.series)

    @property
    def looks(self):
        return PAIR if len(self.series) == len(PAIR) else SOLID

    def data(self):
        heads = [self.first_heading, *(series.name for series in self.series)]
        return heads, [
            [label_words(label), *(words(series.values[at], self.unit) for series in self.series)]
            for at, label in enumerate(self.labels)
        ]

    def draw(self, width):
        slot = (width - 60) / max(len(self.labels), 1)
        longest = max(
            (text_width(word) for label in self.labels for word in label_words(label).split()), default=0
        )
        if not self.labels:
            return Drawing(width, f"{self.id}-{width}").empty()
        return self._upright(width, slot) if slot >= 62 and longest <= slot - 4 else self._lying(width)

    def _legend(self, drawing, left):
        if len(self.series) < 2:
            return 0
        marks = [
            (series.name, _swatch(drawing, *look))
            for series, look in zip(self.series, self.looks, strict=True)
        ]
        return drawing.legend(left, 2, marks) + 8

    def _upright(self, width, slot):
        drawing = Drawing(width, f"{self.id}-{width}")
        top_value, step = scale_top([value for series in self.series for value in series.values])
        left, right = 12 + max(24, text_width(words(top_value, self.unit))), width - 8
        top = 22 + self._legend(drawing, left if width > self.NARROW else 2)
        bottom = top + 210
        drawing.axis(left, right, top, bottom, top_value, step, self.unit)
        slot = (right - left) / max(len(self.labels), 1)
        bar = min(46, slot * (0.37 if len(self.series) > 1 else 0.55))
        tallest = 1
        for at, label in enumerate(self.labels):
            middle = left + slot * (at + 0.5)
            start = middle - (bar * len(self.series) + 2 * (len(self.series) - 1)) / 2
            for series, (fill, edge) in zip(self.series, self.looks, strict=True):
                value = series.values[at]
                if is_number(value):
                    height = (bottom - top) * _share(value, top_value)
                    drawing.rect(start, bottom - height, bar, height, fill, edge)
                    drawing.text(
                        start + bar / 2, bottom - height - 6, words(value, self.unit), "middle", INK, 13, 600
                    )
                else:
                    drawing.gap(start + bar / 2, bottom, words(value), bar)
                start += bar + 2
            texts = wrap(label_words(label), slot - 4, 13)
            drawing.lines(middle, bottom + 19, texts, "middle", INK)
            tallest = max(tallest, len(texts))
        drawing.height = bottom + 14 + 16 * tallest
        return drawing

    def _lying(self, width):
        drawing = Drawing(width, f"{self.id}-{width}")
        wide = width > self.NARROW
        highest = max([v for series in self.series for v in series.values if is_number(v)], default=0)
        left = 216 if wide else 2
        right = (
            width
            - 12
            - max(
                40,
                *(
                    text_width(words(v, self.unit), 14)
                    for s in self.series
                    for v in [*s.values, 0]
                    if is_number(v)
                ),
            )
        )
        y = 2.0 + self._legend(drawing, left)
        thick = 20 if len(self.series) > 1 else 24
        for at, label in enumerate(self.labels):
            if wide:
                texts = wrap(label_words(label), left - 14, 14, most=2)
                drawing.lines(0, y + thick * len(self.series) / 2 + 5 - 8 * (len(texts) - 1), texts, size=14)
                row = max(thick * len(self.series), 17 * len(texts))
            else:
                texts = wrap(label_words(label), width - 4, 14, most=2)
                drawing.lines(left, y + 13, texts, size=14)
                y += 17 * len(texts) + 3
                row = thick * len(self.series)
            for series, (fill, edge) in zip(self.series, self.looks, strict=True):
                value = series.values[at]
                if is_number(value):
                    length = (right - left) * _share(value, highest)
                    drawing.rect(left, y, length, thick - 3, fill, edge)
                    drawing.text(
                        left + length + 8, y + thick / 2 + 4, words(value, self.unit), "start", INK, 14, 600
                    )
                else:
                    drawing.line(left, y, left, y + thick - 3, MUTED, 3, "2 2")
                    drawing.text(left + 8, y + thick / 2 + 4, words(value))
                y += thick
            y += row - thick * len(self.series) + 12
        drawing.line(left, self._foot(drawing), left, y - 8, MUTED)
        drawing.height = max(y - 4, 20)
        return drawing

    def _foot(self, drawing):
        return 30 if len(self.series) > 1 else 0


class Bars(GroupedBars):
    """One bar for each row, lying on its side so that long names fit. rows: (name, value)."""

    def __init__(self, id, title, rows, *, name="Number", unit="", description="", first_heading="Name"):
        rows = list(rows)
        super().__init__(
            id,
            title,
            [row[0] for row in rows],
            [Series(name, [row[1] for row in rows])],
            unit,
            description,
            first_heading,
        )

    def draw(self, width):
        return self._lying(width) if self.labels else Drawing(width, f"{self.id}-{width}").empty()


@dataclass
class StackedBars(Chart):
    """Parts of a whole for each label, lying on their side. Up to five parts, each with its own pattern.

    When a part is hidden the bar stops short, the hidden parts are named, and no total is printed.
    """

    id: str
    title: str
    labels: list
    series: list[Series] = field(default_factory=list)
    unit: str = ""
    description: str = ""
    first_heading: str = "Place"

    def __post_init__(self):
        self._check(len(STACK), self.series)
        self._check_lengths(self.labels, self.series)

    data = GroupedBars.data

    def draw(self, width):
        drawing = Drawing(width, f"{self.id}-{width}")
        if not self.labels:
            return drawing.empty()
        left, right = 2, width - 52
        marks = [(series.name, _swatch(drawing, *STACK[at])) for at, series in enumerate(self.series)]
        y = float(2 + drawing.legend(left, 2, marks) + 8)
        sums = [
            sum(s.values[at] for s in self.series if is_number(s.values[at]))
            for at in range(len(self.labels))
        ]
        highest = max(sums, default=0)
        for at, label in enumerate(self.labels):
            texts = wrap(label_words(label), width - 4, 14, most=2)
            drawing.lines(left, y + 13, texts, size=14)
            y += 17 * len(texts) + 3
            x, secret = float(left), []
            for series, (fill, edge) in zip(self.series, STACK, strict=False):
                value = series.values[at]
                if not is_number(value):
                    secret.append(f"{series.name} {words(value)}")
                    continue
                length = (right - left) * _share(value, highest)
                if length:
                    drawing.rect(x, y, length, 24, fill, edge)
                    self._inside(drawing, x, y, length, value, fill)
                x += length
            if secret:
                for line in wrap(f"Not drawn: {', '.join(secret)}", width - 8, 12, most=3):
                    y += 16
                    drawing.text(left, y + 22, line, size=12)
            else:
                drawing.text(x + 8, y + 17, words(sums[at], self.unit), "start", INK, 14, 700)
            y += 40
        drawing.height = max(y - 8, 30)
        return drawing

    def _inside(self, drawing, x, y, length, value, fill):
        """Print a part's value on a white plate if there is room; the table has it in any case."""
        note = words(value, self.unit)
        need = text_width(note, 13) + 8
        if length < need + 4:
            return
        plain = fill == TEAL
        if not plain and fill != LIGHT:
            drawing.rect(x + (length - need) / 2, y + 4, need, 16, "#fff")
        drawing.text(x + length / 2, y + 17, note, "middle", "#fff" if plain else INK, 13, 600)


@dataclass
class TargetBars(Chart):
    """A percentage with its target for each row. rows: (name, percent, target); both may be None or Hidden."""

    id: str
    title: str
    rows: list
    unit: str = "%"
    description: str = ""
    first_heading: str = "Measure"
    value_heading: str = "Now"

    def __post_init__(self):
        self.rows = [tuple(row) for row in self.rows]
        self._check(1, [self.rows])
        for name, value, target in self.rows:
            for each in (value, target):
                if is_number(each) and not 0 <= each <= 100:
                    raise ValueError(f"“{name}” is a share: {each} is not between 0 and 100.")

    def data(self):
        heads = [self.first_heading, self.value_heading, "Target"]
        return heads, [
            [name, words(value, "%"), "none set" if target is None else words(target, "%")]
            for name, value, target in self.rows
        ]

    def draw(self, width):
        drawing = Drawing(width, f"{self.id}-{width}")
        if not self.rows:
            return drawing.empty()
        wide = width > self.NARROW
        left, right = (216 if wide else 2), width - 62
        y = 6.0
        for name, value, target in self.rows:
            texts = wrap(name, left - 14 if wide else width - 4, 14, most=2)
            if wide:
                drawing.lines(0, y + 17 - 8 * (len(texts) - 1), texts, size=14)
            else:
                drawing.lines(left, y + 11, texts, size=14)
                y += 17 * len(texts) + 4
            drawing.rect(left, y, right - left, 24, TRACK)
            if is_number(value):
                drawing.rect(left, y, (right - left) * value / 100, 24, TEAL)
                drawing.text(right + 10, y + 17, words(value, "%"), "start", INK, 15, 700)
            else:
                drawing.line(left, y, left, y + 24, MUTED, 3, "2 2")
                drawing.text(left + 10, y + 17, words(value))
            if is_number(target):
                x = left + (right - left) * target / 100
                drawing.line(x, y - 4, x, y + 28, "#fff", 7)
                drawing.line(x, y - 4, x, y + 28, ORANGE, 4)
            y += 44
        if any(is_number(target) for _name, _value, target in self.rows):
            drawing.line(left + 4, y - 6, left + 4, y + 10, ORANGE, 4)
            drawing.text(left + 14, y + 7, "Target")
            y += 20
        drawing.height = max(y - 4, 20)
        return drawing
