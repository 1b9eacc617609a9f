"""A line for change over time."""

import math
from dataclasses import dataclass, field

from .drawing import INK, MUTED, ORANGE, TEAL, Drawing, text_width, wrap
from .spec import Chart, Series, is_number, label_words, scale_top, words

LOOKS = ((TEAL, "", Drawing.circle), (ORANGE, "7 4", Drawing.square))


@dataclass
class LineChart(Chart):
    """One or two lines. labels: strings, or (first line, second line). Values as in Series."""

    id: str
    title: str
    labels: list
    series: list[Series] = field(default_factory=list)
    unit: str = ""
    description: str = ""
    first_heading: str = "Period"

    def __post_init__(self):
        self._check(len(LOOKS), self.series)
        self._check_lengths(self.labels, self.series)

    def data(self):
        heads = [self.first_heading, *(series.name for series in self.series)]
        return heads, [
            [label_words(label), *(words(series.values[at], self.unit) for series in self.series)]
            for at, label in enumerate(self.labels)
        ]

    def draw(self, width):
        drawing = Drawing(width, f"{self.id}-{width}")
        if not self.labels:
            return drawing.empty()
        wide = width > self.NARROW
        at_end = wide and self._names_fit_at_end()
        top_value, step = scale_top([value for series in self.series for value in series.values])
        left = 12 + max(24, text_width(words(top_value, self.unit)))
        right = width - (120 if at_end else 12)
        top = 16
        if not at_end:
            marks = [(series.name, self._mark(drawing, at)) for at, series in enumerate(self.series)]
            top += drawing.legend(left if wide else 4, 0, marks) + 8
        bottom, slots = top + 230, max(len(self.labels), 1)
        drawing.axis(left, right, top, bottom, top_value, step, self.unit)
        inner = right - left - 44
        xs = [
            left + 22 + (inner * at / (slots - 1) if slots > 1 else inner / 2)
            for at in range(len(self.labels))
        ]
        room = inner / (slots - 1) if slots > 1 else inner
        ys = [
            [
                bottom - (bottom - top) * value / top_value if is_number(value) else None
                for value in series.values
            ]
            for series in self.series
        ]
        for at in range(len(self.series)):
            self._line(drawing, at, xs, ys[at], bottom, room)
        self._values(drawing, xs, ys, room)
        drawing.height = bottom + self._labels(drawing, xs, bottom, room, 13 if wide else 12) + 10
        if at_end:
            self._names(drawing, xs[-1] + 18, [each[-1] for each in ys])
        return drawing

    def _names_fit_at_end(self):
        ends = [series.values[-1] for series in self.series if series.values]
        short = all(text_width(series.name, 14) <= 100 for series in self.series)
        return short and len(ends) == len(self.series) and all(is_number(value) for value in ends)

    def _mark(self, drawing, at):
        colour, _dash, shape = LOOKS[at]
        return lambda x, y: shape(drawing, x, y, colour)

    def _line(self, drawing, at, xs, ys, bottom, room):
        colour, dash, shape = LOOKS[at]
        run = []
        for x, y, value in zip(xs, ys, self.series[at].values, strict=True):
            if y is None:
                if len(run) > 1:
                    drawing.path(run, colour, dash)
                run = []
                shift = (at - (len(self.series) - 1) / 2) * 16 if len(self.series) > 1 else 0
                drawing.gap(x + shift, bottom, words(value), min(room, 15) if len(self.series) > 1 else room)
            else:
                run.append((x, y))
        if len(run) > 1:
            drawing.path(run, colour, dash)
        for x, y in zip(xs, ys, strict=True):
            if y is not None:
                shape(drawing, x, y, colour)

    def _values(self, drawing, xs, ys, room):
        """Print values: the upper point's above it, the lower point's below. Without room, only ends and extremes."""
        crowded = room < 34
        for at, series in enumerate(self.series):
            numbers = [value for value in series.values if is_number(value)]
            shown = {0, len(xs) - 1}
            if numbers:
                shown |= {series.values.index(max(numbers)), series.values.index(min(numbers))}
            for position, value in enumerate(series.values):
                if not is_number(value) or (crowded and position not in shown):
                    continue
                others = [
                    each[position]
                    for other, each in enumerate(ys)
                    if other != at and each[position] is not None
                ]
                y = ys[at][position]
                beside = [ys[at][each] for each in (position - 1, position + 1) if 0 <= each < len(xs)]
                valley = not others and all(each is not None and each < y - 12 for each in beside)
                below = valley or any(y > other or (y == other and at) for other in others)
                drawing.text(
                    xs[position], y + (21 if below else -11), words(value, self.unit), "middle", INK, 13, 600
                )

    def _labels(self, drawing, xs, bottom, room, size):
        """Print the labels under the axis, leaving some out if they would touch; return the height used."""
        widest = max(
            (text_width(word, size) for label in self.labels for word in label_words(label).split()),
            default=0,
        )
        every = max(1, min(len(xs), math.ceil((widest + 8) / room)))
        tallest = 1
        for at, label in enumerate(self.labels):
            if (len(xs) - 1 - at) % every:
                continue
            first, second = (label, "") if isinstance(label, str) else label
            texts = wrap(first, max(room * every - 6, widest + 1), size)
            drawing.lines(xs[at], bottom + 18, texts, "middle", INK, size, leading=14)
            if second:
                drawing.text(xs[at], bottom + 18 + 15 * len(texts), second, "middle", MUTED, 12)
            tallest = max(tallest, len(texts) + bool(second))
        return 10 + 15 * tallest

    def _names(self, drawing, x, ends):
        """Name each line at its end; two names that would touch are pushed apart."""
        order = sorted(range(len(ends)), key=lambda at: ends[at])
        places = [ends[at] + 5 for at in order]
        if len(places) == 2 and places[1] - places[0] < 17:
            middle = sum(places) / 2
            places = [middle - 9, middle + 9]
        for at, y in zip(order, places, strict=True):
            drawing.text(x, y, self.series[at].name, "start", LOOKS[at][0] if at == 0 else INK, 14, 600)
