"""What the statement of a further assessment says about sharing, recorded beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from cases.actions import PersonDetails
from cases.actions.sharing import record_consent
from cases.models import Case, Consent, ConsentAnswer, Person
from cases.models.sharing import ConsentEnd
from earlyhelp.access import Actor

TAKEN_BACK = (
    "Somebody has said no to {agency} since that talk, or taken their agreement back. Talk to them again."
)


def record_agreed(
    *, case: Case, people: Sequence[PersonDetails], facts: dict[str, Any], by: Actor
) -> list[Consent]:
    """Record that the people named agreed to sharing with the writer's agency, where that is not in force already.

    Args:
        people: those of the family whom the writer sees; `agreed` says whether the statement speaks for them.
        facts: consent_at (when they were talked to) and method, as in register_assessment.

    Raises NotAllowed, or ValidationError when one of them said no after that talk.
    """
    persons = [details.existing for details in people if details.agreed and details.existing]
    talked_at: dt.datetime = facts["consent_at"]
    on = timezone.localdate(talked_at)
    _check_nobody_said_no(case, persons, talked_at, by)
    given = Consent.objects.in_force().filter(
        case=case, agency=by.agency, category=None, answer=ConsentAnswer.GIVEN, person__in=persons
    )
    settled = set(given.values_list("person_id", flat=True))
    new = [person for person in persons if person.pk not in settled]
    if not new:
        return []
    return record_consent(
        case=case,
        people=new,
        agency=by.agency,
        answer=ConsentAnswer.GIVEN,
        method=facts.get("method", "face_to_face"),
        given_on=on,
        given_by=next((person for person in persons if not person.is_child), None),
        by=by,
    )


def _check_nobody_said_no(case: Case, persons: Sequence[Person], talked_at: dt.datetime, by: Actor) -> None:
    """A later answer counts: an older talk does not undo what somebody said since."""
    on = timezone.localdate(talked_at)
    refused = Q(answer=ConsentAnswer.REFUSED, ended_at__isnull=True, given_on__gt=on)
    withdrawn = Q(end_reason=ConsentEnd.WITHDRAWN, ended_at__gt=talked_at)
    answers = Consent.objects.filter(case=case, agency=by.agency, category=None, person__in=persons)
    if answers.filter(refused | withdrawn).exists():
        raise ValidationError(TAKEN_BACK.format(agency=by.agency.name), code="taken_back")
