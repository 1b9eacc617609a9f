"""The files a report is taken away as. Both are drawn from the same stored figures as the page."""

from __future__ import annotations

import csv
import io

from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html

from earlyhelp.web.dates import moment
from earlyhelp.web.pdf import render_pdf
from earlyhelp.web.tables import Table
from reporting.definitions import definitions
from reporting.document import Document
from reporting.models import HighlightReport, Remark
from reporting.sections import headlines, sections

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
CSV_HEADS = (
    "Quarter",
    "From",
    "To",
    "Measure",
    "Broken down by",
    "District",
    "Group",
    "Figure",
    "Unit",
    "Counted at",
)


def report_context(report: HighlightReport) -> dict:
    """What the page's and the PDF's templates lay out."""
    doc = Document(report.figures)
    remarks = list(report.remarks.all())
    return {
        "report": report,
        "doc": doc,
        "quarter": doc.quarter,
        "headlines": headlines(doc),
        "sections": sections(doc),
        "remarks": remarks,
        "remarks_table": remarks_table(doc, remarks),
    }


def remarks_table(doc: Document, remarks: list[Remark]) -> Table:
    """ "What the board should know" as a table; ratings are words with a colour."""
    return Table(
        "What the board should know",
        ["Measure", "Rating", "What happened and why", "What happens next"],
        [
            [
                doc.title(remark.measure),
                format_html(
                    '<strong class="govuk-tag govuk-tag--{}">{}</strong>',
                    remark.colour,
                    remark.get_rating_display(),
                ),
                linebreaksbr(remark.happened),
                linebreaksbr(remark.next_step),
            ]
            for remark in remarks
        ],
        hide_caption=True,
    )


def report_pdf(report: HighlightReport) -> bytes:
    """The report as a tagged PDF. Takes about a second."""
    context = report_context(report)
    return render_pdf("reporting/report_pdf.html", {**context, "definitions": definitions(context["doc"])})


def report_csv(report: HighlightReport) -> bytes:
    """Every figure of the report, one a row, for a spreadsheet (UTF-8 with a mark, so that Excel reads it right)."""
    doc = Document(report.figures)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(CSV_HEADS)
    for line in doc.lines():
        writer.writerow(
            plain_cell(cell)
            for cell in (
                line.quarter.code,
                line.quarter.starts_on.isoformat(),
                line.quarter.ends_on.isoformat(),
                doc.title(line.indicator.code),
                line.breakdown,
                line.district,
                line.group,
                # Figures without a thousands comma, so that a spreadsheet can work with them.
                doc.words(line.value).replace(",", ""),
                doc.unit(line.indicator),
                moment(doc.counted_at_of(line.quarter)),
            )
        )
    return text.getvalue().encode("utf-8-sig")


def plain_cell(text: str) -> str:
    """Text that a spreadsheet shows and never runs: a leading apostrophe stops a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def file_name(report: HighlightReport, file_format: str) -> str:
    return f"highlight-report-{report.quarter.code}.{file_format}"
