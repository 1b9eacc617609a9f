"""Who may add a file, and when one may be given out."""

from __future__ import annotations

from django.conf import settings

from cases.models import Case, CaseStatus, Document, DocumentStatus
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from earlyhelp.access import Actor


def check_can_add_document(actor: Actor, case: Case) -> None:
    """Persons who may add a file: anybody who may write in the record, while it is not closed."""
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed.")


def check_can_be_given_out(document: Document) -> None:
    """When a file may be downloaded, by those who see it (row-level security says who):

    - when the virus scanner found it clean,
    - when no scanner is set up and the partnership allows that (SERVE_UNSCANNED_DOCUMENTS).
    """
    if document.status == DocumentStatus.REFUSED:
        raise NotAllowed("This file was refused by the virus scanner and cannot be downloaded.")
    if document.status == DocumentStatus.QUARANTINED:
        raise NotAllowed("This file is still being checked. Try again in a few minutes.")
    if document.status == DocumentStatus.NOT_SCANNED and not settings.EARLY_HELP["SERVE_UNSCANNED_DOCUMENTS"]:
        raise NotAllowed("This file has not been checked for viruses yet.")


can_add_document = answered(check_can_add_document)
can_be_given_out = answered(check_can_be_given_out)
