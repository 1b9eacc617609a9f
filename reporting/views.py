"""Pages of the quarterly highlight reports."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models.functions import Length
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from earlyhelp.access import Permission, access
from reporting import actions, rules
from reporting.counting import quarters_done
from reporting.definitions import definitions
from reporting.document import Document
from reporting.forms import SummaryForm, WithdrawForm, remark_forms
from reporting.models import HighlightReport, ReportFormat
from reporting.outputs import file_name, report_context
from reporting.quarters import Quarter
from reporting.states import NotNow, Step, can_take

QUARTERS_OFFERED = 8
CONTENT_TYPES = {ReportFormat.PDF: "application/pdf", ReportFormat.CSV: "text/csv; charset=utf-8"}


def report_for(request: HttpRequest, quarter: Quarter) -> HighlightReport:
    """The live report of a quarter, if this person may see it. Raises Http404, also when it exists but is a draft."""
    reports = HighlightReport.objects.visible_to(request.actor).live().for_quarter(quarter)
    people = (
        "asked_by__user",
        "written_by__user",
        "approved_by__user",
        "published_by__user",
        "published_by__agency",
    )
    return get_object_or_404(reports.select_related(*people).defer("pdf").annotate(pdf_bytes=Length("pdf")))


def report_with_figures(request: HttpRequest, quarter: Quarter) -> HighlightReport:
    """As report_for, and it has been counted."""
    report = report_for(request, quarter)
    if not report.figures or report.is_being_counted:
        raise Http404
    return report


@access(Permission.REPORT_READ, Permission.REPORT_RUN)
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The quarters: published reports for everybody here, and what is in the making for those who make them."""
    visible = (
        HighlightReport.objects.visible_to(request.actor)
        .live()
        .without_files()
        .select_related("published_by__user")
        .annotate(pdf_bytes=Length("pdf"))
    )
    makes = rules.can_make(request.actor)
    found = list(visible)
    last = Quarter.containing(timezone.localdate()).shift(-1)
    taken = {report.quarter for report in found}
    offered = [
        quarter for quarter in reversed([*last.previous(QUARTERS_OFFERED - 1), last]) if quarter not in taken
    ]
    return render(
        request,
        "reporting/reports.html",
        {
            "published": [report for report in found if report.is_published],
            "in_the_making": [report for report in found if not report.is_published] if makes else [],
            "offered": offered if makes else [],
            "makes": makes,
        },
    )


@access(Permission.REPORT_RUN)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a quarter's report to be counted."""
    try:
        quarter = Quarter.parse(request.POST.get("quarter", ""))
        actions.ask_for_report(quarter=quarter, by=request.actor)
    except (ValueError, NotNow) as error:
        messages.error(request, str(error))
        return redirect("reports")
    return redirect("report", quarter)


@access(Permission.REPORT_READ, Permission.REPORT_RUN)
@require_GET
def report(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """A quarter's report; while it is being counted, how far that is."""
    report = report_for(request, quarter)
    actor = request.actor
    offers = {
        "may_write": rules.can_write(report, actor),
        "may_approve": rules.can_approve(report, actor) and report.written_by_id is not None,
        "may_publish": rules.can_publish(report, actor),
        "may_withdraw": rules.can_withdraw(report, actor),
        "may_send_back": rules.can_make(actor) and can_take(Step.SEND_BACK, report.status),
        "may_count_again": rules.can_make(actor) and can_take(Step.COUNT_AGAIN, report.status),
        "makes": rules.can_make(actor),
    }
    if report.is_being_counted or not report.figures:
        return render(request, "reporting/waiting.html", _progress_context(report) | offers)
    downloads = []
    if offers["makes"]:
        downloads = report.downloads.select_related("membership__user", "membership__agency")[:10]
    return render(
        request, "reporting/report.html", report_context(report) | offers | {"downloads": downloads}
    )


def _progress_context(report: HighlightReport) -> dict:
    done, of = quarters_done(report)
    return {"report": report, "quarter": report.quarter, "done": done, "of": of}


@access(Permission.REPORT_RUN)
@require_GET
def progress(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """How far counting is: the part of the page that is refreshed."""
    return render(request, "reporting/_progress.html", _progress_context(report_for(request, quarter)))


@access(Permission.REPORT_READ, Permission.REPORT_RUN)
@require_GET
def report_definitions(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """How each figure of a report was counted."""
    report = report_with_figures(request, quarter)
    doc = Document(report.figures)
    return render(
        request,
        "reporting/definitions.html",
        {"report": report, "doc": doc, "quarter": quarter, "definitions": definitions(doc)},
    )


@access(Permission.REPORT_READ, Permission.REPORT_RUN)
@require_GET
def download_pdf(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """The report as PDF: as issued, or as it stands. Recorded."""
    return _download(request, quarter, ReportFormat.PDF)


@access(Permission.REPORT_READ, Permission.REPORT_RUN)
@require_GET
def download_csv(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """The report's figures for a spreadsheet. Recorded."""
    return _download(request, quarter, ReportFormat.CSV)


def _download(request: HttpRequest, quarter: Quarter, file_format: ReportFormat) -> HttpResponse:
    report = report_with_figures(request, quarter)
    content = actions.take_download(report=report, file_format=file_format, by=request.actor)
    response = HttpResponse(content, content_type=CONTENT_TYPES[file_format])
    response["Content-Disposition"] = f'attachment; filename="{file_name(report, file_format.value)}"'
    return response


@access(Permission.REPORT_RUN)
@require_http_methods(["GET", "POST"])
def commentary(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """Write "In short" and "What the board should know"."""
    report = report_with_figures(request, quarter)
    if not can_take(Step.WRITE, report.status):
        messages.error(
            request, f"The commentary cannot be changed: the report is {report.get_status_display().lower()}."
        )
        return redirect("report", quarter)
    doc = Document(report.figures)
    form = SummaryForm(request.POST or None, initial={"summary": report.summary})
    rows = remark_forms(
        request.POST or None, report.remarks.all(), {code: doc.title(code) for code in _codes()}
    )
    if request.method == "POST" and form.is_valid() & rows.is_valid():
        actions.save_commentary(
            report=report, summary=form.cleaned_data["summary"], remarks=rows.facts(), by=request.actor
        )
        messages.success(request, "The commentary is saved. Somebody else can now approve the report.")
        return redirect("report", quarter)
    return render(
        request,
        "reporting/commentary.html",
        report_context(report) | {"form": form, "rows": rows},
        status=422 if request.method == "POST" else 200,
    )


def _codes() -> tuple[str, ...]:
    from reporting.forms import MEASURES

    return MEASURES


def _step(request: HttpRequest, quarter: Quarter, action: Callable, done: str) -> HttpResponse:
    """Take one step and go back to the report, with a sentence that says what happened or why not."""
    report = report_for(request, quarter)
    try:
        action(report=report, by=request.actor)
    except NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("report", quarter)


@access(Permission.REPORT_RUN)
@require_POST
def count_again(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """Count a draft afresh, or one that failed."""
    return _step(request, quarter, actions.count_again, "The figures are being counted again.")


@access(Permission.REPORT_RUN, Permission.REPORT_PUBLISH)
@require_POST
def approve(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """Agree to the figures and the commentary of somebody else."""
    return _step(
        request, quarter, actions.approve_report, "The report is approved. The board's chair can publish it."
    )


@access(Permission.REPORT_RUN)
@require_POST
def send_back(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """Make an approved report a draft again."""
    return _step(request, quarter, actions.send_back, "The report is a draft again.")


@access(Permission.REPORT_PUBLISH)
@require_POST
def publish(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """Issue the report to the board."""
    return _step(
        request, quarter, actions.publish_report, "The report is published. Board members can read it."
    )


@access(Permission.REPORT_PUBLISH)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, quarter: Quarter) -> HttpResponse:
    """Take a published report back, with a reason."""
    report = report_with_figures(request, quarter)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_report(report=report, reason=form.cleaned_data["reason"], by=request.actor)
        except NotNow as error:
            messages.error(request, str(error))
        else:
            messages.success(request, "The report is taken back. A corrected one can now be made.")
        return redirect(reverse("reports"))
    return render(
        request,
        "reporting/withdraw.html",
        {"report": report, "quarter": quarter, "form": form, "roomy": True},
        status=422 if request.method == "POST" else 200,
    )
