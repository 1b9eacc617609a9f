"""A real worker process, really killed: another one finishes its report and counts nothing twice."""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from reporting import counting
from reporting.models import HighlightReport, ReportStatus
from reporting.quarters import Quarter

WORKER = """
import sys, time
import django
django.setup()
from reporting import counting
count = counting.quarter_to_show
def slowly(quarter):
    time.sleep(0.3)
    return count(quarter)
counting.quarter_to_show = slowly
counting.count_report(sys.argv[1])
"""


def start_worker(report):
    """Another process on the same test database, counting slowly enough to be caught in the middle."""
    address = urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"])
    environment = {
        **os.environ,
        "TEST_DATABASE_URL": urlunsplit(address),
        "DJANGO_SETTINGS_MODULE": "earlyhelp.settings.test",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, str(report.pk)], env=environment)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_nothing():
    report = HighlightReport.objects.create(quarter_start=Quarter(2015, 3).starts_on)
    worker = start_worker(report)
    try:
        deadline = time.monotonic() + 60
        while len(report.draft_figures) < 2:
            assert worker.poll() is None, "the worker ended before it could be killed"
            assert time.monotonic() < deadline, "the worker counted nothing"
            time.sleep(0.05)
            report.refresh_from_db()
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()

    report.refresh_from_db()
    assert report.status == ReportStatus.RUNNING
    done = dict(report.draft_figures)
    assert 2 <= len(done) < 5
    assert counting.count_report(report.pk)
    report.refresh_from_db()
    assert report.status == ReportStatus.DRAFT
    assert len(report.figures["quarters"]) == 5
    for code, counted in done.items():
        assert report.figures["quarters"][code] == counted
