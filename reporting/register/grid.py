"""What every kind of file is read into before its headings are found."""

from dataclasses import dataclass

MAX_BYTES = 50_000_000
MAX_ROWS = 250_000
# A note may be long; a cell beyond this is a broken file.
MAX_CELL = 1_000_000


class UnreadableFile(Exception):
    """The file cannot be read at all. The message is a sentence for the person who brought it."""


@dataclass(frozen=True)
class Line:
    """One line of the file: its number as a spreadsheet or text editor shows it, and its cells as written.

    `trouble` says why a line could not be split into cells soundly.
    """

    number: int
    cells: tuple[str, ...]
    trouble: str = ""

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """All lines of a text file or of one sheet, before the heading is found."""

    lines: list[Line]
    form: str
    sheet: str = ""
