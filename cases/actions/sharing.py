"""What a family agrees to, and takes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from cases.actions.notes import write_event
from cases.models import Case, Consent, ConsentAnswer, LawfulShare, Person
from cases.models.sharing import ConsentEnd
from cases.rules.sharing import check_can_change_sharing
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Agency


@transaction.atomic
def record_consent(
    *,
    case: Case,
    people: Iterable[Person],
    agency: Agency,
    answer: str,
    category: int | None = None,
    method: str,
    given_on: dt.date,
    valid_until: dt.date | None = None,
    given_by: Person | None = None,
    words: str = "",
    by: Actor,
) -> list[Consent]:
    """Record the answer of one or more people about one agency and one category (None: all of them).

    An earlier answer about the same is kept and marked as replaced. Raises cases.rules.NotAllowed, or ValueError when
    the date lies ahead.
    """
    check_can_change_sharing(by, case)
    if given_on > timezone.localdate():
        raise ValueError("The date they answered is in the future.")
    people = list(people)
    record_change(
        by,
        "Recorded an answer about sharing",
        case=case,
        agency=agency.pk,
        answer=answer,
        category=category,
        people=len(people),
    )
    write_event(case=case, title=f"Sharing with {agency.name}: {ConsentAnswer(answer).label.lower()}", by=by)
    Consent.objects.filter(
        case=case, person__in=people, agency=agency, category=category, ended_at__isnull=True
    ).update(ended_at=timezone.now(), end_reason=ConsentEnd.REPLACED, ended_by=by.membership)
    return Consent.objects.bulk_create(
        Consent(
            case=case,
            person=person,
            agency=agency,
            category=category,
            answer=answer,
            method=method,
            given_on=given_on,
            valid_until=valid_until,
            words=words,
            recorded_by=by.membership,
            given_by=given_by if given_by and given_by.pk != person.pk else None,
        )
        for person in people
    )


@transaction.atomic
def withdraw_consent(*, case: Case, consents: Iterable[Consent], words: str = "", by: Actor) -> int:
    """End answers that the family takes back; those who relied on them lose sight in the same moment.

    Returns how many ended. Raises cases.rules.NotAllowed. What was written stays, under public task (domain.md 6.1).
    """
    check_can_change_sharing(by, case)
    ids = [consent.pk for consent in consents]
    agencies = list(Agency.objects.filter(consents__pk__in=ids).distinct())
    # Written first: the person withdrawing it may be one who loses sight by it.
    record_change(by, "Withdrew consent", case=case, consents=len(ids), agencies=[a.pk for a in agencies])
    for agency in agencies:
        write_event(case=case, title=f"Consent withdrawn for {agency.name}", by=by)
    return Consent.objects.filter(pk__in=ids, case=case, ended_at__isnull=True).update(
        ended_at=timezone.now(), end_reason=ConsentEnd.WITHDRAWN, end_words=words, ended_by=by.membership
    )


@transaction.atomic
def share_on_lawful_basis(
    *,
    case: Case,
    agency: Agency,
    basis: str,
    reason: str,
    family_told: bool,
    manager_consulted: str = "",
    ends_on: dt.date | None = None,
    by: Actor,
) -> LawfulShare:
    """Share with an agency without the family's agreement, on a basis that is recorded (domain.md 6.1).

    Raises cases.rules.NotAllowed, or ValueError when no reason is given.
    """
    check_can_change_sharing(by, case)
    if not reason.strip():
        raise ValueError("Say why this is shared without agreement.")
    share = LawfulShare.objects.create(
        case=case,
        agency=agency,
        basis=basis,
        reason=reason,
        family_told=family_told,
        manager_consulted=manager_consulted,
        starts_on=timezone.localdate(),
        ends_on=ends_on,
        recorded_by=by.membership,
    )
    record_change(by, "Shared on a lawful basis", case=case, obj=share, agency=agency.pk, basis=basis)
    write_event(case=case, title=f"Shared with {agency.name} without agreement, reason recorded", by=by)
    return share
