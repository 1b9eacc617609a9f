"""Somebody who types into parts of an assessment, and remembers what stood on the screen, and when."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Error, Page

SUBJECTS = [
    "Ellie",
    "Mum",
    "Her class teacher",
    "The health visitor",
    "Nana",
    "The older brother",
    "Dad’s new partner",
]
VERBS = [
    "says that",
    "has noticed that",
    "is worried that",
    "told us on Tuesday that",
    "thinks",
    "wrote to us that",
]
THINGS = [
    "mornings are calmer since the clocks changed", "there is no heating in the back bedroom",
    "she sleeps better with the light on", "the rent is £140 behind, and the letters are not opened",
    "he walks to school on his own now – it’s 20 minutes", "bedtime is hard when the baby cries",
    "swimming on Mondays helps a lot", "nobody asked her what she wants", "the café on the corner lets them stay warm",
]  # fmt: skip
ENDS = [". ", ". ", "! ", "; nobody else saw it. ", ".\n", " (her words). "]


def sentences(chance: random.Random) -> Iterator[str]:
    """Sentences as people write them in an assessment, without end."""
    while True:
        parts = [chance.choice(SUBJECTS), chance.choice(VERBS), chance.choice(THINGS)]
        yield " ".join(parts) + chance.choice(ENDS)


@dataclass
class Box:
    """One text box on one open page: what stood in it, second by second."""

    key: str
    name: str
    seen: list[tuple[float, str]] = field(default_factory=list)

    @property
    def now(self) -> str:
        return self.seen[-1][1] if self.seen else ""

    def older_than(self, moment: float) -> str:
        """What stood in it at that moment."""
        return next((text for at, text in reversed(self.seen) if at <= moment), "")


@dataclass
class Typist:
    """One open page of one part, and the boxes on it that are typed in."""

    page: Page
    key: str
    boxes: dict[str, Box]
    vanished: int = 0  # characters that stood on the screen and were taken away by the page itself

    def look(self, name: str, *, forget: bool = False) -> str:
        """Note what stands in a box now. What was there before must still be there: only typing changes it.

        `forget`: the page was opened anew, so what is there is what the server has.
        """
        text = self.page.locator(f"textarea[name={name}]").input_value().replace("\r\n", "\n")
        box = self.boxes[name]
        if not forget and not text.startswith(box.now.rstrip()):
            self.vanished += missing(box.now, text)
        box.seen.append((time.monotonic(), text))
        return text

    def on_screen(self, moment: float | None = None) -> dict[str, str]:
        """What stands in the boxes, or stood in them at a moment; without those in which nobody has typed.

        A page offers earlier answers in its boxes. Nobody typed them, and nothing is stored unread.
        """
        found = {
            name: box.now if moment is None else box.older_than(moment) for name, box in self.boxes.items()
        }
        return {name: text for name, text in found.items() if text != self.boxes[name].seen[0][1]}

    def go_to(self, name: str) -> None:
        """Put the cursor at the end of a box, as a person does."""
        self.page.locator(f"textarea[name={name}]").focus()
        self.page.keyboard.press("Control+End")

    def key_down(self, sign: str) -> None:
        self.page.keyboard.press("Enter") if sign == "\n" else self.page.keyboard.type(sign)

    def dialog(self) -> str:
        """The kind of dialog that covers the page, or ""."""
        return self.page.evaluate("document.querySelector('dialog[open]')?.dataset.kind ?? ''")

    def says(self) -> str:
        """What the page says about saving."""
        return self.page.locator("[data-autosave-status]").inner_text()

    def is_saved(self) -> bool:
        try:
            return self.says().startswith("Saved") or self.says() == ""  # nothing was ever typed here
        except Error:
            return False


def missing(wanted: str, found: str) -> int:
    """How many characters of `wanted`, counted from its first that is not there, `found` does not have."""
    wanted, found = wanted.rstrip(), found.rstrip()
    same = 0
    for one, other in zip(wanted, found, strict=False):
        if one != other:
            break
        same += 1
    return len(wanted) - same
