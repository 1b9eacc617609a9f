"""Who may do what with highlight reports.

Reading is for board members, the board's chair and hub managers; board members see published reports only. Hub managers
and the chair ask for reports and write the commentary. Two people stand behind each published report: whoever wrote the
commentary last does not approve it. Only the chair publishes and takes back.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from earlyhelp.access import Actor, Permission
from reporting.models import HighlightReport
from reporting.states import Step, can_take


def check_can_make(by: Actor) -> None:
    """Hub managers and the board's chair may ask for reports, write, and send an approved one back."""
    by.require(Permission.REPORT_RUN)


def check_can_approve(report: HighlightReport, by: Actor) -> None:
    """A hub manager or the board's chair, but not whoever wrote the commentary last."""
    if not (by.may(Permission.REPORT_RUN) or by.may(Permission.REPORT_PUBLISH)):
        by.require(Permission.REPORT_PUBLISH)
    if report.written_by and report.written_by.user_id == by.user.pk:
        raise PermissionDenied(
            "You wrote this commentary. Ask another hub manager or the chair to approve it."
        )


def check_can_publish(by: Actor) -> None:
    """The board's chair may publish a report and take it back."""
    by.require(Permission.REPORT_PUBLISH)


def check_can_download(report: HighlightReport, by: Actor) -> None:
    """Whoever may see the report, once it has figures."""
    if not HighlightReport.objects.visible_to(by).filter(pk=report.pk).exists():
        by.require(Permission.REPORT_RUN)


def can_make(by: Actor) -> bool:
    return by.may(Permission.REPORT_RUN)


def can_write(report: HighlightReport, by: Actor) -> bool:
    return can_make(by) and can_take(Step.WRITE, report.status)


def can_approve(report: HighlightReport, by: Actor) -> bool:
    if not can_take(Step.APPROVE, report.status):
        return False
    try:
        check_can_approve(report, by)
    except PermissionDenied:
        return False
    return True


def can_publish(report: HighlightReport, by: Actor) -> bool:
    return by.may(Permission.REPORT_PUBLISH) and can_take(Step.PUBLISH, report.status)


def can_withdraw(report: HighlightReport, by: Actor) -> bool:
    return by.may(Permission.REPORT_PUBLISH) and can_take(Step.WITHDRAW, report.status)
