"""What the person who brings a register takes away: refused, doubtful, repeated and likely double lines.

The original columns stand beside each finding, so that a corrected copy of the file can be loaded as it is: our own
columns are known by their headings and passed over, and lines that were loaded change nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from reporting.models import PossibleDuplicate, RegisterImport, RegisterRow

from .mapping import REPORT_COLUMNS

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# The most characters a cell of a spreadsheet holds.
LONGEST_CELL = 32_767


def harmless(text: object) -> str:
    """A text that a spreadsheet shows and never works out."""
    shown = "" if text is None else str(text)
    return f"'{shown}" if shown.startswith(FORMULA_STARTS) else shown


def report_lines(register: RegisterImport) -> Iterator[list[str]]:
    """The heading and one line for each finding: refused first, then warnings, repeats and likely duplicates."""
    headings = [guess["heading"] for guess in register.guesses] or headings_of(register)
    yield [*REPORT_COLUMNS, *headings]
    rows = RegisterRow.objects.filter(register_import=register)

    def finding(row: RegisterRow, happened: str, reasons: str, advice: str, other: str = "") -> list[str]:
        extra = [text for heading, text in row.original.items() if heading not in headings]
        return [
            str(row.line),
            happened,
            reasons,
            advice,
            other,
            *(row.original.get(h, "") for h in headings),
            *extra,
        ]

    for row in rows.refused().order_by("line"):
        remarks = row.refused_because
        yield finding(row, "Refused", "; ".join(r.reason for r in remarks), " ".join(r.fix for r in remarks))
    for row in rows.warned().order_by("line"):
        remarks = row.doubts
        yield finding(
            row,
            "Taken with a warning",
            "; ".join(r.reason for r in remarks),
            " ".join(r.fix for r in remarks),
        )
    for row in rows.repeated().order_by("line"):
        yield finding(
            row,
            "Repeated",
            "says the same as an earlier line",
            "Nothing to do: it was not taken again.",
            row.repeats,
        )
    for pair in PossibleDuplicate.objects.of_import(register).with_both().order_by("-score", "row__line"):
        yield finding(
            pair.row,
            "Possible duplicate",
            pair.why,
            "Decide on the register’s page whether they are one child.",
            other_of(pair),
        )


def other_of(pair: PossibleDuplicate) -> str:
    """How the other record of a pair is pointed at."""
    if pair.other_row is not None:
        return pair.other_row.reference or f"line {pair.other_row.line}"
    case = pair.other_person.family.cases.order_by("-opened_on").first()
    return case.reference if case else "a family without a case"


def headings_of(register: RegisterImport) -> list[str]:
    """The headings of a register whose guesses are gone: those that its lines hold."""
    headings: dict[str, None] = {}
    for original in RegisterRow.objects.filter(register_import=register).values_list("original", flat=True)[
        :500
    ]:
        headings.update(dict.fromkeys(original))
    return list(headings)


def as_csv(lines: Iterable[Iterable[str]]) -> bytes:
    """Lines as UTF-8 with a byte order mark, which Excel needs, and no cell that could act."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for line in lines:
        writer.writerow([harmless(cell) for cell in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(lines: Iterable[Iterable[str]]) -> bytes:
    """Lines as a workbook in which every cell is text; the heading stays in sight."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Findings"
    for number, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            cell = sheet.cell(number, column)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", harmless(text))[:LONGEST_CELL]
            cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=column in (3, 4))
            if number == 1:
                cell.font = Font(bold=True)
    for column, width in enumerate((12, 22, 44, 60, 22), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
