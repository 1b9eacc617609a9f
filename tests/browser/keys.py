"""A person who works with the keyboard alone: every key is counted, and so is every page they have to open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

MOST_STOPS = 500  # of one page, before somebody must be going round in circles
FOCUSED = """() => {
    const it = document.activeElement;
    return {tag: it.tagName, type: it.type || '', name: it.name || '', value: it.value || '', checked: !!it.checked,
            words: (it.innerText || '').trim(), href: it.getAttribute('href') || '', said: it.dataset.said || ''};
}"""


@dataclass
class Counts:
    """What one task cost. `keys` counts every key, `typed` the characters among them, `pages` the pages opened."""

    keys: int = 0
    typed: int = 0
    pages: int = 0
    stops: int = 0


@dataclass
class Keyboard:
    """The keyboard of one page."""

    page: Page
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        self.page.on("domcontentloaded", self._opened)

    def _opened(self, _page: Page) -> None:
        self.counts.pages += 1

    def press(self, key: str, times: int = 1) -> None:
        """Press a key; with another held down it counts as two."""
        for _ in range(times):
            self.page.keyboard.press(key)
            self.counts.keys += 1 + key.count("+")

    def type(self, text: str) -> None:
        """Type words. Each character is a key."""
        self.page.keyboard.insert_text(text)
        self.counts.keys += len(text)
        self.counts.typed += len(text)

    def focused(self) -> dict[str, Any]:
        return self.page.evaluate(FOCUSED)

    def to_main(self) -> None:
        """Past the head of the page, by the link that is there for that."""
        # A page that was sent from there comes back there: then the first stop is inside already.
        if self.stop()["href"] == "#main-content":
            self.press("Enter")

    def stop(self) -> dict[str, Any]:
        """On to the next thing that takes the focus."""
        self.press("Tab")
        self.counts.stops += 1
        return self.focused()

    def stops_until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """On until something that is wanted has the focus."""
        for _ in range(MOST_STOPS):
            if wanted(at := self.stop()):
                return at
        raise AssertionError(f"never reached on {self.page.url}")

    def follow(self, words: str) -> None:
        """On to a link with these words, and through it."""
        self.stops_until(lambda at: at["tag"] == "A" and " ".join(at["words"].split()) == words)
        self.enter()

    def enter(self) -> None:
        """Enter, and the page that follows."""
        with self.page.expect_navigation():
            self.press("Enter")

    def choose(self, place: int) -> None:
        """The answer at this place of the group that has the focus, none of which is chosen yet."""
        if place:
            self.press("ArrowDown", place)
        else:
            self.press("Space")
