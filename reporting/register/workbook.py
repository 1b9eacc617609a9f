"""Reads the sheets of an .xlsx workbook as lines of text.

Dates that Excel knows to be dates come out as ISO text, whole numbers without a decimal point, a cell merged downwards
with its value on every row that it spans, and a formula with the value Excel last worked out for it.
"""

import datetime as dt
import io
import re
import warnings
import zipfile

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from .grid import MAX_CELL, MAX_ROWS, Grid, Line, UnreadableFile

# Far above any register, far below what would fill the memory of a small server.
MAX_UNPACKED = 250_000_000
# Excel keeps formatted empty rows; after this many in a row there is nothing more.
BLANK_ROWS_END_SHEET = 2000
MAX_COLUMNS = 300


def read_grids(content: bytes) -> list[Grid]:
    """Every sheet of a workbook. Raises UnreadableFile for anything that is not a sound .xlsx."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableFile("This is not an Excel workbook. Save the register as .xlsx or as CSV.")
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise UnreadableFile("The workbook is too large once unpacked. Split it and load the parts.")
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations it does not keep; a register needs neither.
            warnings.simplefilter("ignore")
            return [*sheets_of(content)]
    except UnreadableFile:
        raise
    except Exception as error:
        # openpyxl and zipfile raise a dozen kinds of exception on damaged files; all mean the same to the reader.
        raise UnreadableFile("The workbook is damaged. Open it in Excel, save it again and retry.") from error


def sheets_of(content: bytes):
    """One Grid per worksheet, in the order of the tabs."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    formulas = None
    try:
        for sheet in book.worksheets:
            xml = sheet_xml(book, sheet)
            merged = merged_downwards(xml)
            if b"<f" in xml and formulas is None:
                formulas = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            written = formulas[sheet.title] if formulas is not None and b"<f" in xml else None
            sheet.reset_dimensions()
            if written is not None:
                written.reset_dimensions()
            state = "" if sheet.sheet_state == "visible" else ", hidden"
            yield Grid(
                lines=read_sheet(sheet, merged, written),
                sheet=sheet.title,
                form=f"Excel workbook, sheet “{sheet.title}”{state}",
            )
    finally:
        book.close()
        if formulas is not None:
            formulas.close()


def sheet_xml(book, sheet) -> bytes:
    """The sheet's own XML: the read-only reader does not tell merged cells, nor whether formulas are present."""
    return book._archive.read(sheet._worksheet_path)


def merged_downwards(xml: bytes) -> list[tuple[int, int, int, int]]:
    """Merged ranges of several rows as (first column, first row, last column, last row), counted from 1."""
    ranges = (range_boundaries(ref.decode()) for ref in re.findall(rb'<mergeCell ref="([A-Z0-9:]+)"', xml))
    return [found for found in ranges if found[3] > found[1]]


def read_sheet(sheet, merged, written) -> list[Line]:
    """Lines of one sheet. `written` is the same sheet with its formulas, where it has any."""
    starts = {(first_row, column): last_row for column, first_row, _, last_row in merged}
    held: dict[int, tuple[str, int]] = {}
    lines: list[Line] = []
    blanks = 0
    formula_rows = written.iter_rows(values_only=True) if written is not None else None
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        values = values[:MAX_COLUMNS]
        originals = next(formula_rows, ()) if formula_rows is not None else ()
        cells = [cell_text(value) for value in values]
        for position, original in enumerate(originals[: len(cells)]):
            # A workbook that no spreadsheet has opened yet holds formulas without their values.
            if not cells[position] and isinstance(original, str) and original.startswith("="):
                cells[position] = original
        for position in range(len(cells)):
            column = position + 1
            if (number, column) in starts:
                held[column] = (cells[position], starts[number, column])
            elif column in held:
                text, last = held[column]
                if number <= last and not cells[position]:
                    cells[position] = text
                if number >= last:
                    del held[column]
        while cells and not cells[-1]:
            cells.pop()
        blanks = blanks + 1 if not cells else 0
        if blanks > BLANK_ROWS_END_SHEET:
            break
        lines.append(Line(number, tuple(cells)))
        if len(lines) > MAX_ROWS + BLANK_ROWS_END_SHEET:
            raise UnreadableFile(f"The sheet has more than {MAX_ROWS:,} rows. Split it and load the parts.")
    while lines and lines[-1].is_blank:
        lines.pop()
    return lines


def cell_text(value) -> str:
    """The text of one cell value as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\x00", "").replace("_x000D_", "")[:MAX_CELL]
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
