"""Reads a register file into lines of text, whatever program exported it.

Delimited text (UTF-8, UTF-16 or Windows-1252; comma, semicolon, tab or bar) is read here, .xlsx in `workbook`.
Nothing is interpreted: a line is its number in the file and its cells as written.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from .grid import MAX_BYTES, MAX_CELL, MAX_ROWS, Grid, Line, UnreadableFile
from .mapping import count_recognised
from .workbook import read_grids

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# A heading further down than this is not looked for.
HEADING_WITHIN = 40
# Each unclosed quotation mark costs one more pass; a file with more of them is not a register.
MAX_UNCLOSED_QUOTES = 200

csv.field_size_limit(MAX_CELL * 4)


@dataclass(frozen=True)
class Table:
    """A register found in a file: its headings (made unique) and the lines under them."""

    headings: tuple[str, ...]
    heading_line: int
    lines: list[Line]
    form: str
    sheet: str = ""
    lines_above: int = 0
    notices: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = field(default=())


def read_table(content: bytes, *, sheet: str = "", known_headings: Iterable[str] = ()) -> Table:
    """Find the register in a file.

    `content` is the whole file, `sheet` picks a sheet of a workbook by name, `known_headings` are headings that a
    mapping names, so that a file whose headings mean nothing to us is still found. Raises UnreadableFile.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFile(
            f"The file is larger than {MAX_BYTES // 1_000_000} MB. Split it and load the parts."
        )
    if not content.strip():
        raise UnreadableFile("The file is empty.")
    known = frozenset(known_headings)
    refuse_other_kinds(content)
    if content[:2] == b"PK":
        return choose_sheet(read_grids(content), sheet, known)
    return find_table(read_text(content, known), known)


def refuse_other_kinds(content: bytes) -> None:
    """Name the usual wrong kinds of file in a sentence, instead of reading them as rubbish."""
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableFile(
            "This is an old Excel file (.xls) or one with a password. Open it in Excel, take the password off, "
            "and save it as an Excel workbook (.xlsx) or as CSV."
        )
    if content[:5] == b"%PDF-":
        raise UnreadableFile("This is a PDF. Export the register from the spreadsheet as .xlsx or CSV.")


def choose_sheet(grids: list[Grid], wanted: str, known: frozenset[str]) -> Table:
    """The sheet that looks most like a register, or the one asked for by name."""
    filled = [grid for grid in grids if any(not line.is_blank for line in grid.lines)]
    if not filled:
        raise UnreadableFile("Every sheet of the workbook is empty.")
    if wanted:
        for grid in filled:
            if grid.sheet.casefold() == wanted.casefold():
                return find_table(grid, known)
        names = ", ".join(grid.sheet for grid in filled)
        raise UnreadableFile(
            f"There is no sheet called “{wanted}” with anything on it. The sheets are: {names}."
        )
    scored = [(best_heading(grid.lines, known), grid) for grid in filled]
    (_, best_score), chosen = max(scored, key=lambda item: (item[0][1], len(item[1].lines)))
    others = tuple(
        grid.sheet
        for (_, score), grid in scored
        if grid is not chosen and score >= max(3, best_score // 2) and len(grid.lines) > 1
    )
    table = find_table(chosen, known)
    if not others:
        return table
    notice = (
        f"Only the sheet “{chosen.sheet}” was read. These sheets also look like registers and were not: "
        f"{', '.join(others)}. Load each of them by its name."
    )
    return replace(table, notices=(*table.notices, notice), other_sheets=others)


def best_heading(lines: list[Line], known: frozenset[str]) -> tuple[int, int]:
    """Index of the line that looks most like headings, and how many headings it holds that we know."""
    best, best_score = -1, 0
    looked_at = 0
    for index, line in enumerate(lines):
        if line.is_blank:
            continue
        score = count_recognised(line.cells, known)
        if score > best_score:
            best, best_score = index, score
        looked_at += 1
        if looked_at == HEADING_WITHIN:
            break
    return best, best_score


def find_table(grid: Grid, known: frozenset[str]) -> Table:
    """Split a grid into what stands above the headings, the headings and the lines under them."""
    lines = grid.lines
    while lines and lines[-1].is_blank:
        lines = lines[:-1]
    if not lines:
        raise UnreadableFile("The file is empty.")
    index, score = best_heading(lines, known)
    if score < 2:
        # Headings in words we do not know: the first line with at least two filled cells.
        index = next(
            (i for i, line in enumerate(lines) if sum(bool(c.strip()) for c in line.cells) >= 2),
            next(i for i, line in enumerate(lines) if not line.is_blank),
        )
    width = max((len(line.cells) for line in lines[index : index + 500] if not line.trouble), default=0)
    heading_cells = list(lines[index].cells)
    while heading_cells and not heading_cells[-1].strip():
        heading_cells.pop()
    headings = unique_headings(heading_cells)
    above = [line for line in lines[:index] if not line.is_blank]
    notices = []
    if above:
        notices.append(
            f"The headings were found on line {lines[index].number}; "
            f"{len(above)} {'line' if len(above) == 1 else 'lines'} above them were passed over."
        )
    if width == 1:
        notices.append("Only one column was found. The file may use a separator that is not known here.")
    return Table(
        headings=headings,
        heading_line=lines[index].number,
        lines=lines[index + 1 :],
        form=grid.form,
        sheet=grid.sheet,
        lines_above=len(above),
        notices=tuple(notices),
    )


def unique_headings(cells: Iterable[str]) -> tuple[str, ...]:
    """Headings fit to be keys: white space tidied, a column without one named by its letter, a second one numbered."""
    seen: Counter[str] = Counter()
    headings = []
    for position, cell in enumerate(cells):
        heading = " ".join(cell.split()) or f"Column {column_letter(position)}"
        seen[heading.casefold()] += 1
        while seen[heading.casefold()] > 1:
            heading = f"{heading} ({seen[heading.casefold()]})"
            seen[heading.casefold()] += 1
        headings.append(heading)
    return tuple(headings)


def column_letter(position: int) -> str:
    """The letter a spreadsheet shows over a column; `position` counts from 0."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding."""
    if content.startswith(b"\xef\xbb\xbf"):
        return content.decode("utf-8-sig", errors="replace"), "UTF-8"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    if content[:2000].count(0) > len(content[:2000]) // 5:
        encoding = "utf-16-le" if content[1:2000:2].count(0) >= content[:2000:2].count(0) else "utf-16-be"
        return content.decode(encoding, errors="replace"), "UTF-16"
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "Latin-1"


def read_text(content: bytes, known: frozenset[str]) -> Grid:
    """Read delimited text: the encoding and the separator are worked out from the file itself."""
    text, encoding = decode(content)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    first, _, rest = text.partition("\n")
    start = 1
    told = ""
    if first.lower().startswith("sep=") and len(first) == 5 and first[4] in DELIMITERS:
        told, text, start = first[4], rest, 2
    physical = text.split("\n")
    if physical and not physical[-1]:
        physical.pop()
    if len(physical) > MAX_ROWS * 4:
        raise UnreadableFile(f"The file has more than {MAX_ROWS:,} rows. Split it and load the parts.")
    delimiter = told or choose_delimiter(physical, known)
    lines = list(split_lines(physical, delimiter, start))
    if len(lines) > MAX_ROWS:
        raise UnreadableFile(f"The file has more than {MAX_ROWS:,} rows. Split it and load the parts.")
    return Grid(lines=lines, form=f"text, {encoding}, separated by {DELIMITERS[delimiter]}s")


def choose_delimiter(physical: list[str], known: frozenset[str]) -> str:
    """The separator under which the first lines hold the most known headings, then the steadiest columns."""

    def fit(delimiter: str) -> tuple[int, int, int]:
        sample = "\n".join(physical[:200])
        try:
            rows = [row for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if any(row)][:60]
        except csv.Error:
            return 0, 0, 0
        if not rows:
            return 0, 0, 0
        recognised = max(count_recognised(row, known) for row in rows[:HEADING_WITHIN])
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, times = widths.most_common(1)[0] if widths else (1, 0)
        return recognised if recognised > 1 else 0, times, width

    return max(DELIMITERS, key=fit)


def split_lines(physical: list[str], delimiter: str, start: int) -> Iterator[Line]:
    """Rows of delimited text, with the number of the physical line on which each begins.

    A quotation mark that is never closed would swallow every line after it. Such a row shows itself: one of its
    cells holds a whole row. It is given back alone, marked, and reading goes on with the next physical line.
    """
    position, restarts = 0, 0
    while position < len(physical):
        reader = csv.reader((line + "\n" for line in physical[position:]), delimiter=delimiter)
        begun = 0
        restarted = False
        width = 0
        while True:
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error:
                row = None
            ended = reader.line_num
            number = position + begun
            on_one_line = ended - begun <= 1
            if row is not None and (on_one_line or not ran_together(row, delimiter, width)):
                width = max(width, len(row))
                yield Line(start + number, tuple(row))
            else:
                restarts += 1
                if restarts > MAX_UNCLOSED_QUOTES:
                    raise UnreadableFile(
                        "Too many quotation marks in the file are not closed. Export it again from the spreadsheet."
                    )
                alone = physical[number].replace('"', "")
                yield Line(start + number, tuple(alone.split(delimiter)), "a quotation mark is not closed")
                position = number + 1
                restarted = True
                break
            begun = ended
        if not restarted:
            return


def ran_together(row: list[str], delimiter: str, width: int) -> bool:
    """Whether a cell of the row holds a whole row, which means that a quotation mark was not closed."""
    wanted = max((width or len(row)) - 2, 2)
    return any(
        part.count(delimiter) >= wanted
        for cell in row
        if "\n" in cell
        for part in cell.split("\n")[1:-1] or cell.split("\n")[1:]
    )
