"""Who may add a file, a version of one or a paper of a meeting, who decides what it holds, and when it is given out."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from cases.models import Case, CaseStatus, Document, DocumentStatus, Meeting
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from cases.rules.meeting import check_is_open
from earlyhelp.access import Actor


def check_can_add_document(actor: Actor, case: Case) -> None:
    """Persons who may add a file: anybody who may write in the record, while it is not closed."""
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed.")


def check_can_add_version(actor: Actor, document: Document) -> None:
    """Persons who may add a version of a document: those who may add a file, and see this one (row-level security).

    Nobody adds one to a recording: it is what somebody said.
    """
    check_can_add_document(actor, document.case)
    if document.content_type.startswith("audio/"):
        raise NotAllowed("A recording stays as it is. Add another one in the assessment.")


def check_can_put_before(actor: Actor, meeting: Meeting) -> None:
    """Persons who may put a document before a meeting: those who may add a file, until its minutes are signed off."""
    check_can_add_document(actor, meeting.case)
    check_is_open(meeting)


def check_can_change_category(actor: Actor, document: Document) -> None:
    """Persons who may say that a document holds another kind of information, which decides who reads it:

    - who added its first version,
    - an agency lead of that agency,
    - the hub's manager,
    - while they may write in the record (not in an emergency) and it is not closed.

    The database decides (app.may_recategorise): a reader may not see who added the first version.
    """
    check_can_add_document(actor, document.case)
    with connection.cursor() as cursor:
        cursor.execute("select app.may_recategorise(%s)", [document.pk])
        if not cursor.fetchone()[0]:
            raise NotAllowed(
                "Only whoever added the document, their agency’s lead or the hub’s manager can change what kind of "
                "information it holds. Ask one of them."
            )


def may_serve_unscanned() -> bool:
    """Whether a file without a scanner’s answer is given out: where there is no scanner and the county allows it."""
    return not settings.CLAMAV_ADDRESS and settings.EARLY_HELP["SERVE_UNSCANNED_DOCUMENTS"]


def check_can_be_given_out(document: Document) -> None:
    """When a file may be downloaded or read as pictures, by those who see it (row-level security says who):

    - when the virus scanner found it clean,
    - when no scanner is set up and the partnership allows that (SERVE_UNSCANNED_DOCUMENTS).
    """
    if document.status == DocumentStatus.REFUSED:
        raise NotAllowed(
            f"This file was refused and is deleted. {document.get_refused_why_display() or 'It may be harmful'}."
        )
    if document.status == DocumentStatus.QUARANTINED and document.scanner_away_since:
        raise NotAllowed(
            "The virus scanner does not answer, so this file stays closed. It is checked once the scanner is back."
        )
    if document.status == DocumentStatus.QUARANTINED:
        raise NotAllowed("This file is still being checked. Try again in a few minutes.")
    if document.status == DocumentStatus.NOT_SCANNED and not may_serve_unscanned():
        raise NotAllowed("This file has not been checked for viruses yet.")


def why_not_given_out(document: Document) -> str:
    """The words of check_can_be_given_out, or nothing when it would pass."""
    try:
        check_can_be_given_out(document)
    except NotAllowed as refusal:
        return str(refusal)
    return ""


can_add_document = answered(check_can_add_document)
can_add_version = answered(check_can_add_version)
can_put_before = answered(check_can_put_before)
can_change_category = answered(check_can_change_category)
can_be_given_out = answered(check_can_be_given_out)
