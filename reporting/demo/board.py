"""The board's reports of the last two quarters: counted, commented, approved and published, as people would do it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.db import connection
from django.utils import timezone

from earlyhelp.access.context import acting_as
from hubs.models import Membership
from reporting.actions import RemarkFacts, approve_report, publish_report, save_commentary
from reporting.counting import count_report
from reporting.demo.cast import CAST
from reporting.models import HighlightReport
from reporting.quarters import Quarter

PUBLISHED_QUARTERS = 2
SUMMARY = (
    "Most assessments that were started ended in a plan with work under way.\n"
    "Schools begin most assessments and lead most families. Health visitors lead most families with a baby.\n"
    "Too many assessments still take longer than they should. Few families come back within a year."
)
REMARKS = (
    RemarkFacts("assessments_completed", "on_track", "More assessments end in a plan that has begun.",
                "Thank the teams, and keep the Friday look at drafts."),
    RemarkFacts("completed_in_time", "needs_attention", "Drafts wait in school holidays, when leads are away.",
                "Hubs name a cover for each term-time lead before half term."),
)  # fmt: skip


def publish_reports() -> int:
    """Publish what is missing of the last two quarters; return how many. Must not run inside a transaction.

    Figures are counted by a role that only the application may take on, so the connection changes to one that may;
    without such a login (TEST_DATABASE_URL) nothing is published.
    """
    published = 0
    with _as_application() as can_count:
        if not can_count:
            return 0
        for quarter in Quarter.containing(timezone.localdate()).previous(PUBLISHED_QUARTERS):
            if not HighlightReport.objects.live().for_quarter(quarter).exists():
                _publish(quarter)
                published += 1
    return published


def _publish(quarter: Quarter) -> None:
    manager, chair = _membership("ruth"), _membership("margaret")
    with acting_as(manager) as ruth:
        report = HighlightReport.objects.create(quarter_start=quarter.starts_on, asked_by=ruth.membership)
    count_report(report.pk)
    with acting_as(manager) as ruth:
        save_commentary(report=report, summary=SUMMARY, remarks=REMARKS, by=ruth)
    with acting_as(chair) as margaret:
        approve_report(report=report, by=margaret)
        publish_report(report=report, by=margaret)


def _membership(key: str) -> Membership:
    email = next(member.email for member in CAST if member.key == key)
    return Membership.objects.get(user__email=email)


@contextmanager
def _as_application() -> Iterator[bool]:
    """Act as the application's role until the end of the block; yields whether this login can."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user = 'eh_app'")
        if cursor.fetchone()[0]:
            yield True
            return
    address = os.environ.get("TEST_DATABASE_URL")
    if not address:
        yield False
        return
    login, before = urlsplit(address), dict(connection.settings_dict)
    options = {**before["OPTIONS"], "options": "-c role=eh_app"}
    connection.close()
    connection.settings_dict.update(USER=login.username, PASSWORD=login.password, OPTIONS=options)
    try:
        yield True
    finally:
        connection.close()
        connection.settings_dict.update(before)
