"""The few shapes our charts are made of. Only presentation attributes, no style; all text is escaped."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

INK, MUTED, GRID, TRACK = "#0b0c0c", "#4a5558", "#dbe4e3", "#e6eeed"
TEAL, ORANGE, LIGHT, PURPLE = "#0e4a52", "#c8662f", "#8fd0cb", "#5b3a8c"
FONT = "Inter, 'Segoe UI', system-ui, Arial, sans-serif"
CHARACTER = 0.56  # mean width of a character, as a share of the font size
PATTERNS = {
    "stripes": (
        '<rect width="6" height="6" fill="#fff"/>'
        f'<path d="M-1 1L1 -1M0 6L6 0M5 7L7 5" stroke="{TEAL}" stroke-width="2.2"/>'
    ),
    "dots": (f'<rect width="6" height="6" fill="#fff"/><circle cx="3" cy="3" r="1.9" fill="{ORANGE}"/>'),
    "grid": (
        f'<rect width="6" height="6" fill="#fff"/><path d="M0 3H6M3 0V6" stroke="{PURPLE}" stroke-width="1.6"/>'
    ),
}
# How series look in a stack, in order: (fill, edge). A name in PATTERNS is drawn as that pattern.
STACK = ((TEAL, TEAL), ("stripes", TEAL), (LIGHT, TEAL), ("dots", ORANGE), ("grid", PURPLE))


def text_width(text, size=13):
    return len(str(text)) * size * CHARACTER


def wrap(text, width, size=13, most=3):
    """Break a text into at most `most` lines that fit a width in pixels; the last line ends in … if cut."""
    fits = max(3, int(width / (size * CHARACTER)))
    lines = []
    for word in str(text).split():
        if lines and len(lines[-1]) + 1 + len(word) <= fits:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    lines = [line if len(line) <= fits else line[: fits - 1] + "…" for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][: fits - 1] + "…"]
    return lines


class Drawing:
    """Collects shapes; y grows downwards, units are pixels at the drawing's own width."""

    def __init__(self, width, name):
        self.width, self.height, self.name = width, 0, name
        self.parts, self.patterns = [], []

    def add(self, markup, *values):
        self.parts.append(
            format_html(
                markup, *(f"{v:.1f}".removesuffix(".0") if isinstance(v, float) else v for v in values)
            )
        )

    def text(self, x, y, content, anchor="start", colour=MUTED, size=13, weight=400):
        self.add(
            '<text x="{}" y="{}" text-anchor="{}" fill="{}" font-size="{}" font-weight="{}">{}</text>',
            float(x),
            float(y),
            anchor,
            colour,
            size,
            weight,
            content,
        )

    def upright(self, x, y, content, colour=MUTED, size=12):
        """Text that reads upwards, for a note in a narrow gap."""
        self.add(
            '<text transform="translate({} {}) rotate(-90)" fill="{}" font-size="{}">{}</text>',
            float(x),
            float(y),
            colour,
            size,
            content,
        )

    def lines(self, x, y, texts, anchor="start", colour=INK, size=13, weight=400, leading=16):
        for position, each in enumerate(texts):
            self.text(x, y + position * leading, each, anchor, colour, size, weight)

    def line(self, x1, y1, x2, y2, colour=GRID, width=1, dash=""):
        extra = format_html(' stroke-dasharray="{}"', dash) if dash else ""
        self.add(
            '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="{}"{}/>',
            float(x1),
            float(y1),
            float(x2),
            float(y2),
            colour,
            width,
            extra,
        )

    def rect(self, x, y, width, height, fill, edge=""):
        extra = format_html(' stroke="{}"', edge) if edge else ""
        self.add(
            '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"{}/>',
            float(x),
            float(y),
            float(max(width, 0)),
            float(max(height, 0)),
            self.fill(fill),
            extra,
        )

    def fill(self, name):
        """Return a colour as it is, or the address of a pattern, which is then defined in this drawing."""
        if name not in PATTERNS:
            return name
        if name not in self.patterns:
            self.patterns.append(name)
        return f"url(#{self.name}-{name})"

    def square(self, x, y, colour):
        self.rect(x - 5, y - 5, 10, 10, colour)

    def circle(self, x, y, colour):
        self.add('<circle cx="{}" cy="{}" r="5.5" fill="{}"/>', float(x), float(y), colour)

    def path(self, points, colour, dash=""):
        extra = format_html(' stroke-dasharray="{}"', dash) if dash else ""
        self.add(
            '<polyline fill="none" stroke="{}" stroke-width="3"{} points="{}"/>',
            colour,
            extra,
            " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        )

    def axis(self, left, right, top, bottom, highest, step, unit=""):
        """Grid lines with their values; the line at 0 is darker."""
        value = 0
        while value <= highest:
            y = bottom - (bottom - top) * value / highest
            self.line(left, y, right, y, MUTED if value == 0 else GRID)
            self.text(left - 8, y + 4, f"{value:,}{unit if unit == '%' else ''}", "end")
            value += step

    def gap(self, x, bottom, content, room):
        """Say in words, on the axis, that a figure is not shown: a dotted foot and a note, upright if it must be."""
        note = str(content)
        self.line(x - min(room, 26) / 2, bottom - 1, x + min(room, 26) / 2, bottom - 1, MUTED, 3, "2 2")
        if text_width(note, 12) <= room:
            self.text(x, bottom - 8, note, "middle", MUTED, 12)
        else:
            self.upright(x + 4, bottom - 8, note)

    def empty(self):
        """A chart without data says so."""
        self.text(2, 20, "There is nothing to show for this period.", size=14)
        self.height = 30
        return self

    def legend(self, left, top, items):
        """Draw (name, function that draws its mark at x, y) one after another; return the height used."""
        x, y = left, top
        for name, mark in items:
            room = self.width - left - 24
            shown = wrap(name, room, most=1)[0] if text_width(name) > room else name
            need = 24 + text_width(shown) + 18
            if x > left and x + need - 18 > self.width:
                x, y = left, y + 20
            mark(x + 7, y + 7)
            self.text(x + 22, y + 12, shown, "start", INK, 13, 600)
            x += need
        return y - top + 20

    def svg(self, name, css_class, title, description):
        """Return the finished element. The title comes first, because PDF makers take it as the alternative text."""
        size = 'width="6" height="6" patternUnits="userSpaceOnUse"'
        patterns = "".join(
            f'<pattern id="{self.name}-{each}" {size}>{PATTERNS[each]}</pattern>' for each in self.patterns
        )
        head = format_html(
            '<svg class="{}" viewBox="0 0 {} {}" width="{}" font-family="{}" role="img" aria-labelledby="{}-t {}-d">'
            '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>',
            css_class,
            self.width,
            round(self.height),
            self.width,
            FONT,
            name,
            name,
            name,
            title,
            name,
            description,
        )
        defs = f"<defs>{patterns}</defs>" if patterns else ""
        return SafeString(f"{head}{defs}{''.join(self.parts)}</svg>")
