"""The few words under a symbol of a family tree."""

from __future__ import annotations

from cases.genogram.facts import Kin

LETTERS = 13  # most letters of a line under a symbol


def words_of(each: Kin) -> list[tuple[str, bool]]:
    """What stands under a symbol, in lines: (words, whether it is the name)."""
    lines = [(line, True) for line in _folded(each.name or each.full_name or "Name not known")[:2]]
    return lines + [(line, False) for line in _folded(each.note)[:2]]


def _folded(text: str) -> list[str]:
    """Text in lines of a few letters; a word longer than that is cut, and the whole of it is in the list beside."""
    lines: list[str] = []
    for word in text.replace("-", "- ").split() if len(text) > LETTERS else text.split():
        word = word if len(word) <= LETTERS else word[: LETTERS - 1] + "…"
        if lines and len(lines[-1]) + 1 + len(word) <= LETTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > 2:
        lines[1] = lines[1][: LETTERS - 1].rstrip() + "…"
    return lines
