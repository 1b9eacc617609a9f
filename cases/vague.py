"""Prompts for words in a plan that nobody can act on or check: "support", "engage", "monitor".

They advise and never block (house decision; Ofsted 2015: plans without clear objectives). The list is data
(data/vague.json); static/cases/vague.js reads the same list and says the same while somebody types.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "vague.json"
FEW_WORDS = 2


@dataclass(frozen=True)
class Tip:
    """One piece of advice about one field. `code` names the word it is about."""

    field: str
    code: str
    words: str


@lru_cache(maxsize=1)
def the_list() -> dict:
    """The words and what is said about each: {"words": [{"code", "of", "tip"}], "count", "short", "numbers"}."""
    return json.loads(DATA.read_text(encoding="utf-8"))


def tips_for(field: str, text: str, *, is_counted: bool = False) -> list[Tip]:
    """What to say about one field, at most one tip for a group of words.

    Args:
        is_counted: the text should hold something that can be counted or seen on a day.
    """
    plain = " ".join(text.lower().split())
    if not plain:
        return []
    found = []
    for group in the_list()["words"]:
        word = next((each for each in group["of"] if _holds(plain, each)), None)
        if word:
            found.append(Tip(field, group["code"], _with(word, group["tip"])))
    if (
        is_counted
        and not re.search(r"\d", plain)
        and not any(_holds(plain, n) for n in the_list()["numbers"])
    ):
        found.append(Tip(field, "count", the_list()["count"]["tip"]))
    if not is_counted and len(plain.split()) < FEW_WORDS:
        found.append(Tip(field, "short", the_list()["short"]["tip"]))
    return found


def _with(word: str, tip: str) -> str:
    """A tip about this word; at its beginning the word has a capital."""
    return tip.format(word=word.capitalize() if tip.startswith("“{word}") else word)


def _holds(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


def key_of(tips: list[Tip]) -> str:
    """The tips as the form's hidden field names them, so that the same advice is given once."""
    return " ".join(sorted({f"{tip.field}:{tip.code}" for tip in tips}))
