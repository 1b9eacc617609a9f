"""A worker may be killed anywhere, and a job may be given out twice: nothing is lost, nothing is counted twice."""

import datetime as dt

import pytest
from django.db import OperationalError
from django.utils import timezone

from reporting import actions, counting, tasks
from reporting.models import HighlightReport, ReportStatus
from reporting.quarters import Quarter


class Killed(BaseException):
    """A worker that ends without a word, as `kill -9` does: no handler runs."""


@pytest.fixture
def asked(board, seen_by, last_quarter):
    return actions.ask_for_report(quarter=last_quarter, by=seen_by(board.manager))


def kill_after(monkeypatch, quarters):
    """Let a worker count so many quarters and then die. Returns the list of quarters that were begun."""
    begun = []
    real = counting.quarter_to_show

    def count(quarter):
        begun.append(quarter)
        if len(begun) > quarters:
            raise Killed
        return real(quarter)

    monkeypatch.setattr(counting, "quarter_to_show", count)
    return begun


@pytest.mark.parametrize("done", [0, 1, 4])
def test_another_worker_carries_on_where_one_was_killed(asked, monkeypatch, done):
    with monkeypatch.context() as killing:
        kill_after(killing, done)
        with pytest.raises(Killed):
            counting.count_report(asked.pk)
    asked.refresh_from_db()
    assert asked.status == ReportStatus.RUNNING
    assert counting.quarters_done(asked) == (done, 5)

    begun = kill_after(monkeypatch, 99)
    assert counting.count_report(asked.pk)
    assert len(begun) == 5 - done
    asked.refresh_from_db()
    assert asked.status == ReportStatus.DRAFT
    assert len(asked.figures["quarters"]) == 5
    assert asked.draft_figures == {}


def test_the_sweeper_finds_what_a_killed_worker_left(asked, monkeypatch, django_capture_on_commit_callbacks):
    with monkeypatch.context() as killing:
        kill_after(killing, 2)
        with pytest.raises(Killed):
            counting.count_report(asked.pk)
    assert counting.lost_reports(timezone.now()) == []
    HighlightReport.objects.update(heard_at=timezone.now() - dt.timedelta(minutes=10))
    assert counting.lost_reports(timezone.now()) == [asked.pk]
    tasks.find_lost_reports()
    asked.refresh_from_db()
    assert asked.status == ReportStatus.DRAFT


def test_the_sweeper_finds_what_the_queue_lost(asked):
    assert counting.lost_reports(timezone.now()) == []
    assert counting.lost_reports(timezone.now() + dt.timedelta(minutes=3)) == [asked.pk]


def test_an_older_worker_stops_when_another_has_taken_over(asked, monkeypatch):
    real, overtaken = counting.quarter_to_show, []

    def count(quarter):
        if not overtaken:
            overtaken.append(quarter)
            assert counting.count_report(asked.pk)  # the whole report, by another worker, in the meantime
        return real(quarter)

    monkeypatch.setattr(counting, "quarter_to_show", count)
    assert not counting.count_report(asked.pk)
    asked.refresh_from_db()
    assert asked.status == ReportStatus.DRAFT


def test_a_job_given_out_again_after_the_end_does_nothing(asked):
    assert counting.count_report(asked.pk)
    before = HighlightReport.objects.values().get()
    assert not counting.count_report(asked.pk)
    assert HighlightReport.objects.values().get() == before


def test_a_job_for_a_report_that_is_not_there_does_nothing(db):
    assert not counting.count_report("00000000-0000-0000-0000-000000000000")


def test_a_report_that_kills_every_worker_is_given_up(asked, monkeypatch):
    kill_after(monkeypatch, 0)
    for _ in range(counting.MOST_ATTEMPTS):
        with pytest.raises(Killed):
            counting.count_report(asked.pk)
    assert not counting.count_report(asked.pk)
    asked.refresh_from_db()
    assert asked.status == ReportStatus.FAILED
    assert "Ask for the report again" in asked.failure


def test_an_error_is_told_in_plain_words_and_can_be_tried_again(asked, board, seen_by, monkeypatch):
    with monkeypatch.context() as breaking:
        breaking.setattr(counting, "quarter_to_show", lambda _quarter: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tasks.count_report(str(asked.pk))
    asked.refresh_from_db()
    assert asked.status == ReportStatus.FAILED
    assert asked.failure.startswith("Something went wrong")
    actions.count_again(report=asked, by=seen_by(board.manager))
    tasks.count_report(str(asked.pk))
    asked.refresh_from_db()
    assert asked.status == ReportStatus.DRAFT


def test_when_the_database_goes_away_the_report_waits_for_the_sweeper(asked, monkeypatch):
    def gone(_quarter):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(counting, "quarter_to_show", gone)
    with pytest.raises(OperationalError):
        tasks.count_report(str(asked.pk))
    asked.refresh_from_db()
    assert asked.status == ReportStatus.RUNNING


def test_counting_again_keeps_what_was_written(asked, board, seen_by):
    counting.count_report(asked.pk)
    actions.save_commentary(report=asked, summary="Our own words.", remarks=[], by=seen_by(board.manager))
    actions.count_again(report=asked, by=seen_by(board.manager))
    counting.count_report(asked.pk)
    asked.refresh_from_db()
    assert asked.summary == "Our own words."


def test_the_beat_asks_for_the_quarter_that_ended(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tasks.ask_for_quarter_that_ended()
    report = HighlightReport.objects.get()
    assert report.quarter == Quarter.containing(timezone.localdate()).shift(-1)
    assert report.status == ReportStatus.DRAFT
