"""What the pages of checks share: fetching one, with the look recorded."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest

from assessments.models import QualityAudit
from cases.models import Case
from earlyhelp.access import Actor
from earlyhelp.audit import record_look


def visible_audits(actor: Actor):
    """Checks that this person may read: by the database's rule, of families they are granted."""
    return QualityAudit.objects.with_people().filter(case__in=Case.objects.granted_to(actor))


def get_audit_for(request: HttpRequest, pk: uuid.UUID, *, verb: str = "") -> QualityAudit:
    """The check, if this person may read it, with the look recorded. Raises Http404 otherwise, whatever the reason."""
    found = visible_audits(request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    if verb:
        record_look(
            request.actor, verb, case=found.case, level="section", assessment=found.assessment.reference
        )
    return found
