"""What the pages of one assessment share: fetching it, recording the look."""

from __future__ import annotations

import secrets
import uuid

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest

from assessments.family.reading import has_family_rows
from assessments.models import Assessment
from assessments.spec import Part
from earlyhelp.audit import record_look

ADDRESS_TYPED = "An answer has a protected address in it, which others may read. Take it out of the answer."
ANOTHERS = "Not saved. This page was opened by somebody else, or for another agency. Open it again to write."


def get_assessment_for(
    request: HttpRequest, pk: uuid.UUID, *, verb: str = "", part: Part | str = ""
) -> Assessment:
    """The assessment, if this person may see it by the grants, with the look recorded before it is shown.

    Without a verb no look is recorded: for a save, whose change is recorded by its action.
    Raises Http404 otherwise: another agency's record answers exactly like one that does not exist.
    """
    found = Assessment.objects.visible_to(request.actor).with_record_data().filter(pk=pk)
    found = found.annotate(has_family_rows=has_family_rows()).first()
    if found is None:
        raise Http404
    # Found by the grants a moment ago: the rules need not ask again (cases.rules.case.check_can_read).
    found.case.found_for_membership = request.actor.membership.pk
    if verb:
        facts = {"part": part if isinstance(part, str) else part.key} if part else {}
        facts["assessment"] = found.reference
        record_look(request.actor, verb, case=found.case, level="section", **facts)
    return found


def part_of(assessment: Assessment, key: str) -> Part:
    """A part of the form. Raises Http404 when this version has none with that key."""
    try:
        return assessment.form.find(key)
    except KeyError:
        raise Http404 from None


def new_writer() -> str:
    """A name for a page that is being opened, so that its saves are known from another tab's."""
    return secrets.token_hex(6)


def words_of(error: ValidationError) -> str:
    """A refusal as one sentence for the reader."""
    return " ".join(error.messages)
