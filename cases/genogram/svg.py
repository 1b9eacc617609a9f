"""A composed family tree as SVG. Every look is an attribute, so that it needs no style and no script, and prints."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from cases.genogram.compose import HALF, LINE, Drawing, Stroke, Symbol
from cases.genogram.facts import CARER, GRANDPARENT, OTHER, PARENT, PARTNER, SIBLING, STEP_PARENT, Kin

INK, GREY, TINT, EDGE, CHILD, PAPER = "#0b3a40", "#56686b", "#eaf3f1", "#5f8d8a", "#fdf4ec", "#ffffff"
WIDTHS = {PARENT: "2.2", PARTNER: "2.6"}
DASHES = {STEP_PARENT: "9 5", CARER: "2 5", GRANDPARENT: "14 4 2 4", OTHER: "1 6", SIBLING: "6 4"}
FONT = 'font-family="Inter, Segoe UI, system-ui, Roboto, Arial, sans-serif"'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def svg_of(
    drawing: Drawing, people: dict[str, Kin], title: str, description: str, ids: str = "tree"
) -> SafeString:
    """The picture. `title` and `description` are for whoever does not see it, and name nobody; `ids` start its ids."""
    width, height = _n(drawing.width), _n(drawing.height)
    lines = sorted(drawing.strokes, key=lambda each: each.kind in (PARENT, PARTNER))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="app-tree" role="img" aria-labelledby="{ids}-title {ids}-desc" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<title id="{ids}-title">{escape(title)}</title><desc id="{ids}-desc">{escape(description)}</desc>',
        *_home_parts(drawing),
        *map(_stroke_part, lines),
        *(
            _person_part(symbol, people[symbol.person], drawing.words[symbol.person])
            for symbol in drawing.symbols.values()
        ),
        "</svg>",
    ]
    # Every part is made here of numbers and of escaped words.
    return mark_safe("".join(parts))  # noqa: S308


def key_symbol(name: str) -> SafeString:
    """A small symbol for the key beside the picture."""
    look = f'fill="{PAPER}" stroke="{INK}" stroke-width="2"'
    svg = f'<svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">{shape(name, 11, 11, 8.5, look)}</svg>'
    return mark_safe(svg)  # noqa: S308  our own symbols


def key_line(name: str) -> SafeString:
    """A short line for the key: a kind of relationship, "apart" or "together"."""
    kind = PARTNER if name in ("apart", "together") else name
    stroke = Stroke(kind, ((2, 11), (46, 11)), (), name == "apart", name == "together")
    svg = f'<svg width="48" height="22" viewBox="0 0 48 22" aria-hidden="true">{_stroke_part(stroke)}</svg>'
    return mark_safe(svg)  # noqa: S308  our own lines


def _home_parts(drawing: Drawing) -> Iterable[str]:
    """The edge first and the ground over it, so that boxes that meet become one shape with one edge."""
    boxes = [
        f'x="{_n(left)}" y="{_n(top)}" width="{_n(right - left)}" height="{_n(end - top)}" rx="{round}"'
        for round, found in ((14, drawing.home), (0, drawing.joins))
        for left, top, right, end in found
    ]
    yield from (
        f'<rect {box} fill="none" stroke="{EDGE}" stroke-width="3" stroke-dasharray="7 5"/>' for box in boxes
    )
    yield from (f'<rect {box} fill="{TINT}"/>' for box in boxes)


def _stroke_part(stroke: Stroke) -> str:
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in stroke.points)
    dash = "3 6" if stroke.over else DASHES.get(stroke.kind, "")
    colour = INK if stroke.kind in (PARENT, PARTNER) and not stroke.faint else GREY
    width = "1.4" if stroke.faint else WIDTHS.get(stroke.kind, "2")
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    line = (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linejoin="round" stroke-linecap="round"{dashes}/>'
    )
    return line + (_parted(stroke) if stroke.over else "")


def _parted(stroke: Stroke) -> str:
    """Two strokes across the line of partners who have parted."""
    (x1, y1), (x2, y2) = stroke.points[:2] if len(stroke.points) == 2 else stroke.points[1:3]
    x, y = x1 + (x2 - x1) * 0.28, (y1 + y2) / 2
    return "".join(
        f'<line x1="{_n(x + at)}" y1="{_n(y + 8)}" x2="{_n(x + at + 7)}" y2="{_n(y - 8)}" '
        f'stroke="{INK}" stroke-width="2"/>'
        for at in (-5, 2)
    )


def _person_part(symbol: Symbol, each: Kin, words: list[tuple[str, bool]]) -> str:
    ground = TINT if each.at_home else PAPER
    wide = max((len(text) for text, _is_name in words), default=0) * 7.4 + 6
    label = (
        f'<rect x="{_n(symbol.x - wide / 2)}" y="{_n(symbol.bottom + 5)}" width="{_n(wide)}" '
        f'height="{_n(len(words) * LINE + 2)}" fill="{ground}"/>'
    )
    for at, (text, is_name) in enumerate(words):
        look = (
            f'font-size="14" font-weight="600" fill="{INK}"' if is_name else f'font-size="12.5" fill="{GREY}"'
        )
        label += (
            f'<text x="{_n(symbol.x)}" y="{_n(symbol.bottom + 19 + at * LINE)}" text-anchor="middle" {FONT} {look}>'
            f"{escape(text)}</text>"
        )
    return f"<g>{_symbol_part(symbol, each)}{label}</g>"


def _symbol_part(symbol: Symbol, each: Kin) -> str:
    fill = CHILD if each.is_child else PAPER
    look = f'fill="{fill}" stroke="{INK}" stroke-width="2.6" stroke-linejoin="round"'
    age = ""
    if each.age:
        size = 16 if len(each.age) < 4 else 13
        age = (
            f'<text x="{_n(symbol.x)}" y="{_n(symbol.y + size * 0.36)}" text-anchor="middle" {FONT} '
            f'font-size="{size}" font-weight="600" fill="{INK}">{escape(each.age)}</text>'
        )
    return shape(symbol.shape, symbol.x, symbol.y, HALF, look) + age


def shape(name: str, x: float, y: float, half: float, look: str) -> str:
    """One symbol of a genogram, `half` its height from the middle, drawn with these attributes."""
    match name:
        case "square":
            side = _n(half * 2)
            return (
                f'<rect x="{_n(x - half)}" y="{_n(y - half)}" width="{side}" height="{side}" rx="2" {look}/>'
            )
        case "circle":
            return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(half)}" {look}/>'
        case "triangle":
            corners = [(x, y - half), (x + half, y + half), (x - half, y + half)]
        case _:
            corners = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
    points = " ".join(f"{_n(px)},{_n(py)}" for px, py in corners)
    return f'<polygon points="{points}" {look}/>'
