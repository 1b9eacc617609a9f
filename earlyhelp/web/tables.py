"""Tables that stay tables to a screen reader and become labelled cards on a phone."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Cell:
    """One cell, ready for the template."""

    content: Any
    heading: str
    numeric: bool


@dataclass
class Table:
    """A table with one header row; the first cell of each row is its header.

    caption: what the table holds, always there, hidden from sight with hide_caption.
    heads: column headings. rows: sequences of strings (escaped) or SafeStrings, as many as heads.
    numeric: positions of columns that hold numbers (right aligned). stack: labelled cards under 48em; number tables
    should pass stack=False. empty: the sentence shown when there are no rows. classes: extra CSS classes.
    """

    caption: str
    heads: list
    rows: list = field(default_factory=list)
    hide_caption: bool = False
    numeric: tuple = ()
    stack: bool = True
    empty: str = "There is nothing to show."
    classes: str = ""

    def __post_init__(self):
        self.rows = [list(row) for row in self.rows]
        for row in self.rows:
            if len(row) != len(self.heads):
                raise ValueError(
                    f"A row of “{self.caption}” has {len(row)} cells for {len(self.heads)} headings."
                )

    @property
    def columns(self):
        """Headings with whether each is numeric."""
        return [(head, position in self.numeric) for position, head in enumerate(self.heads)]

    @property
    def cells(self):
        """Rows of Cell."""
        return [
            [
                Cell(content, self.heads[position], position in self.numeric)
                for position, content in enumerate(row)
            ]
            for row in self.rows
        ]
