"""The pages of highlight reports: who sees what, and the same figures everywhere."""

import csv
import datetime as dt
import html
import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.utils.html import strip_tags

from earlyhelp.web.ids import new_id
from reporting import actions, counting
from reporting.figures import count_quarter
from reporting.models import HighlightReport, ReportDownload, ReportStatus
from reporting.outputs import plain_cell
from reporting.quarters import Quarter
from tests.alike import words_of

QUARTER = Quarter(2015, 3)
REMARK = actions.RemarkFacts("timeliness", "off_track", "Many were late.", "Reminders from February.")


def counted(board, seen_by, quarter=QUARTER):
    report = actions.ask_for_report(quarter=quarter, by=seen_by(board.manager))
    counting.count_report(report.pk)
    report.refresh_from_db()
    return report


def issue(board, seen_by, report):
    actions.save_commentary(
        report=report, summary="First point.\nSecond point.", remarks=[REMARK], by=seen_by(board.manager)
    )
    chair = seen_by(board.chair)
    actions.approve_report(report=report, by=chair)
    return actions.publish_report(report=report, by=chair)


@pytest.fixture
def county(county_maker):
    return county_maker(dt.date(2014, 1, 6), dt.date(2016, 4, 20)).make(7, families=70)


@pytest.fixture
def draft(county, board, seen_by):
    return counted(board, seen_by)


@pytest.fixture
def published(draft, board, seen_by):
    return issue(board, seen_by, draft)


# -- Who sees what -------------------------------------------------------------------------------------------------

PAGES = ["", "definitions/", "pdf/", "csv/"]


def test_a_published_report_is_open_to_the_board_and_to_its_makers(published, board, signed_in_as):
    for who in ("member", "chair", "manager"):
        person = signed_in_as(getattr(board, who))
        for page in PAGES:
            assert person.get(f"/reports/{QUARTER}/{page}").status_code == 200


def test_a_draft_is_not_there_for_board_members(draft, board, signed_in_as):
    member, manager = signed_in_as(board.member), signed_in_as(board.manager)
    for page in PAGES:
        hidden = member.get(f"/reports/{QUARTER}/{page}")
        nothing = member.get(f"/reports/2013-Q1/{page}")
        assert hidden.status_code == nothing.status_code == 404
        assert words_of(hidden) == words_of(nothing)
        assert manager.get(f"/reports/{QUARTER}/{page}").status_code == 200


def test_a_practitioner_is_told_that_reports_are_not_for_their_role(published, board, signed_in_as):
    pat = signed_in_as(board.practitioner)
    for address in ("/reports/", *(f"/reports/{QUARTER}/{page}" for page in PAGES)):
        assert pat.get(address).status_code == 403


def test_anonymous_people_are_sent_to_sign_in(published, client):
    for page in PAGES:
        answer = client.get(f"/reports/{QUARTER}/{page}")
        assert answer.status_code == 302
        assert "sign-in" in answer["Location"]


def test_members_of_the_board_take_no_step(draft, board, signed_in_as):
    member = signed_in_as(board.member)
    for step in ("approve", "send-back", "count-again", "publish", "withdraw", "commentary"):
        assert member.post(f"/reports/{QUARTER}/{step}/").status_code == 403


def test_hub_managers_do_not_publish_or_take_back(draft, board, signed_in_as):
    for step in ("publish", "withdraw"):
        assert signed_in_as(board.manager).post(f"/reports/{QUARTER}/{step}/").status_code == 403


def test_steps_are_taken_by_post_alone(draft, board, signed_in_as):
    chair = signed_in_as(board.chair)
    for step in ("approve", "send-back", "count-again", "publish"):
        assert chair.get(f"/reports/{QUARTER}/{step}/").status_code == 405


# -- From asking to publishing, in the browser -----------------------------------------------------------------------


def test_the_whole_way_of_a_report(
    county, board, signed_in_as, last_quarter, django_capture_on_commit_callbacks
):
    manager, chair, member = (signed_in_as(who) for who in (board.manager, board.chair, board.member))
    assert last_quarter.label in manager.get("/reports/").content.decode()
    with django_capture_on_commit_callbacks():
        answer = manager.post("/reports/ask/", {"quarter": last_quarter.code}, follow=True)
    page = answer.content.decode()
    assert "Waiting for a worker" in page
    assert 'data-waiting="yes"' in manager.get(f"/reports/{last_quarter}/progress/").content.decode()
    report = HighlightReport.objects.get()
    counting.count_report(report.pk)
    assert 'data-waiting="no"' in manager.get(f"/reports/{last_quarter}/progress/").content.decode()

    typed = {
        "summary": "A quiet quarter.",
        "remark-TOTAL_FORMS": "2",
        "remark-INITIAL_FORMS": "0",
        "remark-0-measure": "timeliness",
        "remark-0-rating": "needs_attention",
        "remark-0-happened": "Two agencies could not attend.",
        "remark-0-next_step": "",
        "remark-1-measure": "",
        "remark-1-happened": "",
        "remark-1-next_step": "",
    }
    refused = manager.post(f"/reports/{last_quarter}/commentary/", typed)
    assert refused.status_code == 422
    assert "Enter what happens next" in refused.content.decode()
    assert "Two agencies could not attend." in refused.content.decode()
    saved = manager.post(
        f"/reports/{last_quarter}/commentary/",
        {**typed, "remark-0-next_step": "Evenings online."},
        follow=True,
    )
    assert "Needs attention (amber)" in saved.content.decode()
    assert manager.post(f"/reports/{last_quarter}/approve/").status_code == 403
    chair.post(f"/reports/{last_quarter}/approve/")
    assert member.get(f"/reports/{last_quarter}/").status_code == 404
    chair.post(f"/reports/{last_quarter}/publish/")
    page = member.get(f"/reports/{last_quarter}/").content.decode()
    assert "A quiet quarter." in page
    assert "Evenings online." in page
    assert last_quarter.label in member.get("/reports/").content.decode()

    assert chair.post(f"/reports/{last_quarter}/withdraw/", {"reason": ""}).status_code == 422
    chair.post(f"/reports/{last_quarter}/withdraw/", {"reason": "A district was missing."})
    assert member.get(f"/reports/{last_quarter}/").status_code == 404


def test_asking_for_a_quarter_that_cannot_be_says_why(board, signed_in_as, last_quarter):
    manager = signed_in_as(board.manager)
    for typed, words in (
        ("2015", "Write the quarter like 2015-Q3"),
        (last_quarter.next().code, "This quarter ends on"),
    ):
        assert words in manager.post("/reports/ask/", {"quarter": typed}, follow=True).content.decode()
    assert not HighlightReport.objects.exists()


def test_a_report_that_failed_says_so_and_offers_another_try(board, seen_by, signed_in_as):
    report = actions.ask_for_report(quarter=QUARTER, by=seen_by(board.manager))
    HighlightReport.objects.filter(pk=report.pk).update(
        status=ReportStatus.FAILED, failure="Something went wrong."
    )
    page = signed_in_as(board.manager).get(f"/reports/{QUARTER}/").content.decode()
    assert "Something went wrong." in page
    assert "Count again" in page


# -- The same figures everywhere -------------------------------------------------------------------------------------


def csv_rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def figures_of(rows):
    return {
        (r["Quarter"], r["Measure"], r["Broken down by"], r["District"], r["Group"], r["Unit"]): r["Figure"]
        for r in rows
    }


def tables_of(page):
    """Every table of a page: caption -> rows of cell texts."""
    found = {}
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        caption = strip_tags(re.search(r"<caption.*?</caption>", table, re.DOTALL)[0]).strip()
        rows = [
            [
                html.unescape(strip_tags(cell)).strip()
                for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL)
            ]
            for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)
        ]
        found[caption] = rows
    return found


def test_page_and_spreadsheet_have_the_same_figures(published, board, signed_in_as):
    member = signed_in_as(board.member)
    tables = tables_of(member.get(f"/reports/{QUARTER}/").content.decode())
    figures = figures_of(csv_rows(member.get(f"/reports/{QUARTER}/csv/").content))

    def sheet(measure, *, quarter=QUARTER, district="", group="", by="County", unit="number"):
        return figures[quarter.code, measure, by, district, group, unit]

    compared = 0
    by_quarter = {quarter.short_label: quarter for quarter in [*QUARTER.previous(4), QUARTER]}
    for name, started, completed, _share in tables["Assessments started and completed each quarter"][1:]:
        quarter = by_quarter[name]
        assert started == sheet("Assessments started", quarter=quarter)
        assert completed == sheet("Completed, with a plan running", quarter=quarter)
        compared += 2
    for district, before, now, _change in tables["Assessments started in each district"][1:-1]:
        assert now == sheet("Assessments started", district=district, by="District")
        assert before == sheet(
            "Assessments started", district=district, by="District", quarter=QUARTER.shift(-1)
        )
        compared += 2
    grid = tables[f"Assessments started by kind of agency in each district, {QUARTER.label}"]
    for row in grid[1:-1]:
        for district, value in zip(grid[0][1:-1], row[1:-1], strict=True):
            by = "District and kind of agency"
            assert value == sheet("Assessments started", district=district, group=row[0], by=by)
            compared += 1
    for reason, number, _share in tables[f"Cases closed by reason, {QUARTER.label}"][1:]:
        assert number == sheet("Cases closed", group=reason, by="Reason")
        compared += 1
    assert compared > 20


def test_pdf_has_every_figure_of_the_page(published, board, signed_in_as):
    from pypdf import PdfReader

    member = signed_in_as(board.member)
    page = member.get(f"/reports/{QUARTER}/").content.decode()
    pdf = PdfReader(io.BytesIO(member.get(f"/reports/{QUARTER}/pdf/").content))
    words = " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())
    assert pdf.metadata.title == f"Early Help highlight report, {QUARTER.label}"
    for caption, rows in tables_of(page).items():
        for row in rows[1:] if caption != "What the board should know" else ():
            text = " ".join(" ".join(row).split())
            assert text in words, text
    assert "First point." in words


def test_nothing_that_leaves_shows_a_small_count(published, board, signed_in_as):
    member = signed_in_as(board.member)
    rows = csv_rows(member.get(f"/reports/{QUARTER}/csv/").content)
    counts = [row["Figure"] for row in rows if row["Unit"] == "number"]
    assert "fewer than 5" in counts
    assert "hidden" in counts
    assert not {"1", "2", "3", "4"} & set(counts)
    true = count_quarter(QUARTER).tallies["assessments_initiated"]
    assert any(0 < number < 5 for number in true.grid.values())
    stored = json.dumps(published.figures["quarters"][QUARTER.code]["figures"]["assessments_initiated"])
    assert not re.search(r": [1-4][,}]", stored)


def test_each_headline_links_to_its_definition(published, board, signed_in_as):
    member = signed_in_as(board.member)
    page = member.get(f"/reports/{QUARTER}/").content.decode()
    definitions = member.get(f"/reports/{QUARTER}/definitions/").content.decode()
    anchors = re.findall(rf'href="/reports/{QUARTER}/definitions/#(\w+)"', page)
    assert len(anchors) == 6
    for anchor in anchors:
        assert f'id="{anchor}"' in definitions
    assert "Number underneath" in definitions
    assert "as at" in definitions


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_plain(text):
    assert plain_cell(text).startswith("'")
    assert plain_cell("Alder Vale") == "Alder Vale"


def test_a_district_named_like_a_formula_is_plain_in_the_spreadsheet(
    world, county_maker, board, seen_by, signed_in_as
):
    county_maker(dt.date(2015, 10, 5), dt.date(2015, 12, 20)).make(1, families=8, hubs=("=HYPERLINK(1)",))
    issue(board, seen_by, counted(board, seen_by))
    content = signed_in_as(board.member).get(f"/reports/{QUARTER}/csv/").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in content
    assert not re.search(r'(^|,|")=HYPERLINK', content)


def test_each_download_is_recorded_and_shown_to_the_makers(published, board, signed_in_as):
    signed_in_as(board.member).get(f"/reports/{QUARTER}/pdf/")
    signed_in_as(board.member).get(f"/reports/{QUARTER}/csv/")
    assert ReportDownload.objects.filter(membership=board.member).count() == 2
    page = signed_in_as(board.chair).get(f"/reports/{QUARTER}/").content.decode()
    assert f"{board.member.user.full_name}, {board.member.agency.name} (PDF)" in page
    assert "Who downloaded" not in signed_in_as(board.member).get(f"/reports/{QUARTER}/").content.decode()


# -- How much work a page is -----------------------------------------------------------------------------------------


def queries_of(client, address, count_queries):
    with count_queries() as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.fixture
def count_queries():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connection)


def test_the_list_takes_as_many_queries_for_one_report_as_for_five(
    county, board, seen_by, signed_in_as, count_queries
):
    report = issue(board, seen_by, counted(board, seen_by))
    member = signed_in_as(board.member)
    member.get("/reports/")  # the first request of a session also writes it
    one = queries_of(member, "/reports/", count_queries)
    for quarter in QUARTER.previous(4):
        report.pk, report.quarter_start = new_id(), quarter.starts_on
        report.save(force_insert=True)
    assert queries_of(member, "/reports/", count_queries) == one
    assert one <= 25


def test_a_report_takes_few_queries(published, board, signed_in_as, count_queries):
    assert queries_of(signed_in_as(board.member), f"/reports/{QUARTER}/", count_queries) <= 15
    assert queries_of(signed_in_as(board.manager), f"/reports/{QUARTER}/", count_queries) <= 25


# -- The operator's command ------------------------------------------------------------------------------------------


def test_the_command_prints_figures_before_they_are_hidden(county):
    out = io.StringIO()
    call_command("highlight_report", QUARTER.code, "--json", stdout=out)
    printed = json.loads(out.getvalue())
    tally = count_quarter(QUARTER).tallies["assessments_initiated"]
    assert printed["quarter"] == "2015-Q3"
    assert printed["assessments_initiated"]["total"] == tally.total
    names = {hub.pk: hub.name for hub in county.hubs}
    assert printed["assessments_initiated"]["by_hub"] == {
        name: tally.by_hub.get(hub, 0) for hub, name in names.items()
    }
    assert set(printed["assessments_completed"]) == {
        "total",
        "by_hub",
        "by_agency_kind",
        "by_hub_and_agency_kind",
    }


def test_the_command_prints_for_reading_too(county):
    out, err = io.StringIO(), io.StringIO()
    call_command("highlight_report", QUARTER.code, "--time", stdout=out, stderr=err)
    assert "October to December 2015 (2015-Q3)" in out.getvalue()
    assert "not for publication" in out.getvalue()
    assert "counted in" in err.getvalue()


def test_the_command_refuses_what_is_no_quarter(db):
    with pytest.raises(CommandError, match="2015-Q3"):
        call_command("highlight_report", "winter")
