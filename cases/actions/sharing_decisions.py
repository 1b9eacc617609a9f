"""Decisions about sharing that are not the family's own answer: who decides for themself, two who disagree, the law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from cases.actions.ending import end_at_once
from cases.actions.notes import write_event
from cases.actions.open import opening
from cases.models import Case, Consent, ConsentEnd, DecidesForSelf, LawfulShare, Person
from cases.rules.sharing import check_can_change_sharing
from cases.rules.sharing_people import Disagreement, check_can_settle
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Agency


@transaction.atomic
def note_deciding(
    *, case: Case, person: Person, able: bool, note: str, assessed_on: dt.date, by: Actor
) -> DecidesForSelf:
    """Note whether a child decides for themself about sharing; an earlier note ends.

    While it says that they do, answers others gave about them do not count. Raises cases.rules.NotAllowed, or
    ValueError when the person is not of this family, no reason is given or the date lies ahead.
    """
    check_can_change_sharing(by, case)
    if person.family_id != case.family_id:
        raise ValueError("That person is not in this family.")
    if not note.strip():
        raise ValueError("Say how this was judged.")
    if assessed_on > timezone.localdate():
        raise ValueError("The date is in the future.")
    record_change(by, "Noted who decides about sharing", case=case, obj=person, able=able)
    write_event(case=case, title="It was noted whether a child decides for themself about sharing", by=by)
    with opening(case.pk):
        DecidesForSelf.objects.filter(person=person, ended_at=None).update(ended_at=timezone.now())
        return DecidesForSelf.objects.create(
            person=person, able=able, note=note.strip(), assessed_by=by.membership, assessed_on=assessed_on
        )


@transaction.atomic
def take_back_note(*, case: Case, note: DecidesForSelf, by: Actor) -> None:
    """End the note: whoever answered for the child before counts again. Raises cases.rules.NotAllowed."""
    check_can_change_sharing(by, case)
    if not DecidesForSelf.objects.select_for_update().filter(pk=note.pk, ended_at=None).exists():
        return  # taken back already, as when the button was pressed twice
    record_change(by, "Took back a note on who decides", case=case, obj=note.person)
    write_event(case=case, title="The note on whether a child decides for themself was taken back", by=by)
    DecidesForSelf.objects.filter(pk=note.pk, ended_at=None).update(ended_at=timezone.now())


@transaction.atomic
def settle_disagreement(
    *, case: Case, disagreement: Disagreement, follow: str, reason: str, court_order: str = "", by: Actor
) -> int:
    """Settle what two people disagree about: the answers that are not followed end, and say why.

    Args:
        follow: "yes" or "no".
        court_order: what a court order says; empty when there is none.

    Returns how many answers ended. Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    check_can_settle(by, case, disagreement)
    if follow not in ("yes", "no"):
        raise ValueError("Say which answer is followed.")
    if not reason.strip():
        raise ValueError("Say why.")
    words = reason.strip()
    words += f"\nCourt order: {court_order.strip()}" if court_order.strip() else "\nNo court order."
    losing = disagreement.no if follow == "yes" else disagreement.yes
    record_change(
        by,
        "Settled a disagreement about sharing",
        case=case,
        obj=disagreement.person,
        agency=disagreement.agency.pk,
        followed=follow,
        court_order=bool(court_order.strip()),
    )
    write_event(case=case, title=f"Settled: sharing with {disagreement.agency.name}", by=by)
    return Consent.objects.filter(pk__in=[each.pk for each in losing], case=case, ended_at=None).update(
        ended_at=timezone.now(), end_reason=ConsentEnd.RESOLVED, end_words=words, ended_by=by.membership
    )


@transaction.atomic
def share_on_lawful_basis(
    *,
    case: Case,
    agency: Agency,
    basis: str,
    reason: str,
    family_told: bool,
    categories: Iterable[int] = (),
    harm: str = "",
    what: str = "",
    told_why_not: str = "",
    manager_consulted: str = "",
    ends_on: dt.date | None = None,
    by: Actor,
) -> LawfulShare:
    """Share with an agency without the family's agreement, on a basis that is recorded (domain.md 6.1).

    Args:
        categories: what the agency needs; none named means all of them.

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
        categories=sorted(categories),
        harm=harm,
        what=what,
        family_told=family_told,
        told_why_not="" if family_told else told_why_not,
        manager_consulted=manager_consulted,
        starts_on=timezone.localdate(),
        ends_on=ends_on,
        recorded_by=by.membership,
    )
    record_change(
        by,
        "Shared on a lawful basis",
        case=case,
        obj=share,
        agency=agency.pk,
        basis=basis,
        harm=harm,
        categories=share.categories,
    )
    write_event(case=case, title=f"Shared with {agency.name} without agreement, reason recorded", by=by)
    return share


@transaction.atomic
def end_lawful_share(*, case: Case, share: LawfulShare, by: Actor) -> LawfulShare:
    """End sharing without agreement, at once. Raises cases.rules.NotAllowed, or ValueError when it has ended."""
    check_can_change_sharing(by, case)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    if share.case_id != case.pk or (share.ends_on is not None and share.ends_on <= yesterday):
        raise ValueError("This has ended already.")
    # Written first: whoever ends it may lose sight by it.
    record_change(by, "Ended sharing on a lawful basis", case=case, obj=share, agency=share.agency_id)
    write_event(case=case, title=f"Sharing with {share.agency.name} without agreement has ended", by=by)
    end_at_once(share)
    return share
