"""What people do with reports: asked, counted, written, approved by another, published, taken back, downloaded."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from earlyhelp.audit.models import Event
from reporting import actions, counting
from reporting.models import HighlightReport, ReportDownload, ReportFormat, ReportStatus
from reporting.quarters import Quarter
from reporting.states import NotNow

WORDS = actions.RemarkFacts("timeliness", "off_track", "Many were late.", "Reminders from February.")


@pytest.fixture
def draft(board, seen_by, last_quarter):
    """A counted report of the last quarter, asked for by a hub manager."""
    report = actions.ask_for_report(quarter=last_quarter, by=seen_by(board.manager))
    counting.count_report(report.pk)
    report.refresh_from_db()
    return report


@pytest.fixture
def written(draft, board, seen_by):
    return actions.save_commentary(
        report=draft, summary="A good quarter.", remarks=[WORDS], by=seen_by(board.manager)
    )


@pytest.fixture
def published(written, board, seen_by):
    chair = seen_by(board.chair)
    actions.approve_report(report=written, by=chair)
    return actions.publish_report(report=written, by=chair)


def test_a_report_asked_for_is_handed_to_a_worker_after_the_commit(
    board, seen_by, last_quarter, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        report = actions.ask_for_report(quarter=last_quarter, by=seen_by(board.manager))
        assert report.status == ReportStatus.ASKED
    report.refresh_from_db()
    assert report.status == ReportStatus.DRAFT
    assert len(report.figures["quarters"]) == 5
    assert Event.objects.filter(verb="Asked for a highlight report", object_id=str(report.pk)).count() == 1


def test_a_quarter_that_is_not_over_has_no_report(board, seen_by, last_quarter):
    with pytest.raises(NotNow, match="This quarter ends on"):
        actions.ask_for_report(quarter=last_quarter.next(), by=seen_by(board.manager))


def test_a_quarter_has_one_report(draft, board, seen_by):
    with pytest.raises(NotNow, match="already a report"):
        actions.ask_for_report(quarter=draft.quarter, by=seen_by(board.manager))


@pytest.mark.parametrize("who", ["practitioner", "member"])
def test_only_makers_ask_write_and_send_back(draft, board, seen_by, who, last_quarter):
    by = seen_by(getattr(board, who))
    for attempt in (
        lambda: actions.ask_for_report(quarter=last_quarter.shift(-1), by=by),
        lambda: actions.save_commentary(report=draft, summary="Mine", remarks=[], by=by),
        lambda: actions.approve_report(report=draft, by=by),
        lambda: actions.send_back(report=draft, by=by),
        lambda: actions.count_again(report=draft, by=by),
        lambda: actions.publish_report(report=draft, by=by),
        lambda: actions.withdraw_report(report=draft, reason="Why not", by=by),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_the_draft_begins_with_sentences_written_from_its_figures(county_maker, board, seen_by):
    county_maker(dt.date(2015, 1, 5), dt.date(2015, 12, 20)).make(1, families=60, hubs=("Alder Vale",))
    report = actions.ask_for_report(quarter=Quarter(2015, 2), by=seen_by(board.manager))
    counting.count_report(report.pk)
    report.refresh_from_db()
    total = report.figures["quarters"]["2015-Q2"]["figures"]["assessments_initiated"]["total"]
    assert report.points[0].startswith(f"{total} assessments were started")


def test_whoever_wrote_the_commentary_does_not_approve_it(written, board, seen_by):
    with pytest.raises(PermissionDenied, match="You wrote this commentary"):
        actions.approve_report(report=written, by=seen_by(board.manager))
    assert (
        actions.approve_report(report=written, by=seen_by(board.other_manager)).status
        == ReportStatus.APPROVED
    )


def test_a_chair_who_wrote_needs_a_hub_manager_to_approve(draft, board, seen_by):
    chair = seen_by(board.chair)
    actions.save_commentary(report=draft, summary="Mine.", remarks=[], by=chair)
    with pytest.raises(PermissionDenied):
        actions.approve_report(report=draft, by=chair)
    actions.approve_report(report=draft, by=seen_by(board.manager))
    assert actions.publish_report(report=draft, by=seen_by(board.chair)).is_published


def test_a_report_without_commentary_is_not_approved(draft, board, seen_by):
    with pytest.raises(NotNow, match="Write the commentary first"):
        actions.approve_report(report=draft, by=seen_by(board.chair))


def test_only_the_chair_publishes(written, board, seen_by):
    actions.approve_report(report=written, by=seen_by(board.other_manager))
    with pytest.raises(PermissionDenied):
        actions.publish_report(report=written, by=seen_by(board.other_manager))
    assert actions.publish_report(report=written, by=seen_by(board.chair)).is_published


def test_a_report_that_was_sent_back_is_approved_anew(written, board, seen_by):
    actions.approve_report(report=written, by=seen_by(board.chair))
    report = actions.send_back(report=written, by=seen_by(board.manager))
    assert report.status == ReportStatus.DRAFT
    assert report.approved_by is None
    with pytest.raises(NotNow):
        actions.publish_report(report=written, by=seen_by(board.chair))


def test_what_was_issued_stays_as_it_was(published, board, seen_by, county_maker):
    first = actions.take_download(report=published, file_format=ReportFormat.PDF, by=seen_by(board.member))
    assert first[:5] == b"%PDF-"
    county_maker(published.quarter.starts_on, published.quarter.ends_on).make(
        1, families=20, hubs=("Fenbrook",)
    )
    assert (
        actions.take_download(report=published, file_format=ReportFormat.PDF, by=seen_by(board.member))
        == first
    )
    with pytest.raises(NotNow):
        actions.count_again(report=published, by=seen_by(board.manager))
    with pytest.raises(NotNow):
        actions.save_commentary(report=published, summary="Better", remarks=[], by=seen_by(board.manager))


def test_a_published_quarter_is_shown_later_as_it_was_published(published, board, seen_by, county_maker):
    quarter = published.quarter
    issued = published.figures["quarters"][quarter.code]
    county_maker(quarter.starts_on, quarter.ends_on).make(1, families=20, hubs=("Fenbrook",))
    assert counting.quarter_to_show(quarter) == issued
    HighlightReport.objects.update(
        status="withdrawn", withdrawn_at=published.published_at, withdrawn_reason="Wrong"
    )
    assert counting.quarter_to_show(quarter)["figures"] != issued["figures"]


def test_a_report_taken_back_makes_room_for_a_corrected_one(published, board, seen_by):
    chair = seen_by(board.chair)
    with pytest.raises(NotNow, match="Enter why"):
        actions.withdraw_report(report=published, reason="  ", by=chair)
    actions.withdraw_report(report=published, reason="A district was missing.", by=chair)
    assert not HighlightReport.objects.visible_to(seen_by(board.member)).exists()
    again = actions.ask_for_report(quarter=published.quarter, by=seen_by(board.manager))
    assert again.pk != published.pk


def test_each_download_is_recorded_with_who_when_and_what(published, board, seen_by):
    member = seen_by(board.member)
    actions.take_download(report=published, file_format=ReportFormat.PDF, by=member)
    actions.take_download(report=published, file_format=ReportFormat.CSV, by=member)
    taken = list(ReportDownload.objects.values_list("membership_id", "format", "report_status"))
    assert taken == [(board.member.pk, "csv", "published"), (board.member.pk, "pdf", "published")]
    assert Event.objects.filter(verb="Downloaded a highlight report").count() == 2


def test_nobody_downloads_a_draft_but_its_makers(draft, board, seen_by):
    with pytest.raises(PermissionDenied):
        actions.take_download(report=draft, file_format=ReportFormat.CSV, by=seen_by(board.member))
    assert actions.take_download(report=draft, file_format=ReportFormat.CSV, by=seen_by(board.manager))
    assert ReportDownload.objects.count() == 1


@pytest.mark.parametrize(
    "sql",
    [
        "update reporting_reportdownload set format = 'csv'",
        "delete from reporting_reportdownload",
        "delete from reporting_highlightreport",
    ],
)
def test_the_application_cannot_change_what_is_on_record(published, board, seen_by, sql):
    actions.take_download(report=published, file_format=ReportFormat.PDF, by=seen_by(board.member))
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_the_database_refuses_two_reports_of_a_quarter_and_days_that_begin_none(draft):
    for start in (draft.quarter_start, draft.quarter_start + dt.timedelta(days=1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            HighlightReport.objects.create(quarter_start=start)


def test_the_calendar_asks_once_for_the_quarter_that_ended(db):
    report = actions.ask_for_quarter_that_ended(dt.date(2026, 10, 1))
    assert report.quarter == Quarter(2026, 2)
    assert report.asked_by is None
    assert actions.ask_for_quarter_that_ended(dt.date(2026, 10, 2)) is None
    assert actions.ask_for_quarter_that_ended(dt.date(2027, 1, 1)).quarter == Quarter(2026, 3)


@pytest.mark.parametrize(
    "sql",
    [
        "update reporting_highlightreport set figures = '{}'",
        "update reporting_highlightreport set pdf = 'x'::bytea",
        "update reporting_highlightreport set summary = 'Better'",
        "update reporting_highlightreport set status = 'draft'",
        "update reporting_remark set happened = 'All was well.'",
        "delete from reporting_remark",
    ],
)
def test_the_database_itself_keeps_what_was_issued(published, sql):
    refused = pytest.raises(IntegrityError, match="stays as it was issued")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
