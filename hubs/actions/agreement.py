"""The only writers of the agreement's versions: drafted, asked for, activated by somebody else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import Actor, NotAllowed, Permission
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.models import Agreement, Membership
from hubs.rules import check_can_activate, check_can_ask, check_can_change, check_can_draft
from hubs.terms import Basis, Stated, Terms, terms_of, write_terms

# A new draft proposes these; the person who drafts changes them.
NOTICE_DAYS = 30
REVIEW_AFTER_DAYS = 365


@transaction.atomic
def draft_version(*, by: Actor) -> Agreement:
    """Begin a new version that says what the newest one says, from NOTICE_DAYS ahead.

    Raises NotAllowed when another version is in preparation.
    """
    check_can_draft(by)
    newest = Agreement.objects.order_by("-version").first()
    starts_on = timezone.localdate() + dt.timedelta(days=NOTICE_DAYS)
    review_on = starts_on + dt.timedelta(days=REVIEW_AFTER_DAYS)
    if newest is None:
        terms = Terms(title="Information sharing agreement", starts_on=starts_on, review_on=review_on)
    else:
        terms = replace(terms_of(newest), starts_on=starts_on, review_on=review_on, ends_on=None, summary="")
    return _begin(terms, by, "Drafted a version of the agreement")


@transaction.atomic
def import_version(*, terms: Terms, by: Actor) -> Agreement:
    """Begin a new version with words that were brought in as a file. Never active. Raises NotAllowed as above."""
    check_can_draft(by)
    return _begin(terms, by, "Imported a version of the agreement")


def _begin(terms: Terms, by: Actor, verb: str) -> Agreement:
    last = Agreement.objects.aggregate(last=Max("version"))["last"] or 0
    agreement = Agreement(version=last + 1)
    write_terms(agreement, terms)
    record_change(by, verb, obj=agreement, version=agreement.version)
    return agreement


def _locked(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update(of=["self"]).select_related("asked_by").get(pk=agreement.pk)


@transaction.atomic
def change_words(*, agreement: Agreement, stated: list[Stated], by: Actor, **facts) -> Agreement:
    """Change the dates, purposes and clauses of a draft.

    Args:
        stated: the purposes that it names. What is not named any more is taken out of the matrix too.
        facts: fields of hubs.terms.Terms.

    Raises NotAllowed unless it is a draft.
    """
    agreement = _locked(agreement)
    check_can_change(agreement, by)
    codes = {each.code for each in stated}
    terms = terms_of(agreement)
    cells = {cell: purposes & codes for cell, purposes in terms.cells.items()}
    write_terms(
        agreement,
        replace(
            terms, **facts, stated=tuple(stated), cells={cell: left for cell, left in cells.items() if left}
        ),
    )
    record_change(by, "Changed the words of a version", obj=agreement, version=agreement.version)
    return agreement


@transaction.atomic
def change_kind(
    *, agreement: Agreement, kind: str, gives: dict[int, list[str]], basis: Basis | None, by: Actor
) -> Agreement:
    """Change what a draft gives one kind of agency, and on which lawful basis.

    Args:
        gives: category -> codes of purposes; an empty list takes the category away.
        basis: None when this kind takes no part.

    Raises NotAllowed unless it is a draft.
    """
    agreement = _locked(agreement)
    check_can_change(agreement, by)
    terms = terms_of(agreement)
    stated = {each.code for each in terms.stated}
    cells = {cell: purposes for cell, purposes in terms.cells.items() if cell[0] != kind}
    cells |= {
        (kind, category): frozenset(purposes) & stated
        for category, purposes in gives.items()
        if frozenset(purposes) & stated
    }
    bases = {each: its for each, its in terms.bases.items() if each != kind} | (
        {kind: basis} if basis is not None else {}
    )
    write_terms(agreement, replace(terms, cells=cells, bases=bases))
    record_change(
        by, "Changed what a kind of agency receives", obj=agreement, version=agreement.version, kind=kind
    )
    return agreement


@transaction.atomic
def throw_away(*, agreement: Agreement, by: Actor) -> None:
    """Throw a draft away. Raises NotAllowed unless it is one."""
    agreement = _locked(agreement)
    check_can_change(agreement, by)
    record_change(by, "Threw a draft of the agreement away", obj=agreement, version=agreement.version)
    for part in (agreement.stated_purposes, agreement.parties, agreement.matrix):
        part.all().delete()
    agreement.delete()


@transaction.atomic
def ask_to_activate(*, agreement: Agreement, by: Actor) -> Agreement:
    """Ask for a draft to take effect on its first day. From here on its words stand, unless the request is taken back.

    Raises NotAllowed while it is not complete.
    """
    agreement = _locked(agreement)
    check_can_ask(agreement, terms_of(agreement), by)
    agreement.asked_at, agreement.asked_by = timezone.now(), by.membership
    agreement.save(update_fields=["asked_at", "asked_by"])
    record_change(by, "Asked for a version to take effect", obj=agreement, version=agreement.version)
    for other in Membership.objects.live().who_confirm_the_agreement().exclude(user=by.user):
        notify(
            "agreement-to-activate",
            to=other,
            key=f"agreement-to-activate:{agreement.pk}:{agreement.asked_at:%Y%m%d%H%M%S}",
            link=reverse("agreement-activate", args=[agreement.version]),
        )
    return agreement


@transaction.atomic
def take_back(*, agreement: Agreement, by: Actor) -> Agreement:
    """Take back the request for a version, so that it can be changed. Anybody who may activate it may send it back.

    Raises NotAllowed when nobody has asked or it has been activated.
    """
    agreement = _locked(agreement)
    if not (by.may(Permission.AGREEMENT_MANAGE) or by.may(Permission.AGREEMENT_CONFIRM)):
        by.require(Permission.AGREEMENT_MANAGE)
    if not agreement.is_asked:
        raise NotAllowed("There is no request to take back.")
    agreement.asked_at, agreement.asked_by = None, None
    agreement.save(update_fields=["asked_at", "asked_by"])
    record_change(by, "Took a request for a version back", obj=agreement, version=agreement.version)
    return agreement


@transaction.atomic
def activate(*, agreement: Agreement, asked_at: dt.datetime | None, by: Actor) -> Agreement:
    """Let a version take effect on its first day, as the second of two people.

    Args:
        asked_at: the request that this person read: words that changed in between are not activated unread.

    The caller has had the person prove a second factor again (ASVS 7.5.3).
    Raises NotAllowed as check_can_activate says.
    """
    agreement = _locked(agreement)
    check_can_activate(agreement, by)
    if asked_at != agreement.asked_at:
        raise NotAllowed("The version has changed since you opened the page. Read it again.")
    agreement.activated_at, agreement.activated_by = timezone.now(), by.membership
    agreement.save(update_fields=["activated_at", "activated_by"])
    record_change(by, "Activated a version of the agreement", obj=agreement, version=agreement.version)
    ask_for_signatures(agreement)
    return agreement


def ask_for_signatures(agreement: Agreement) -> int:
    """Tell each signatory whose agency has not signed this version that it waits; once each. Returns how many."""
    told = 0
    for signatory in Membership.objects.live().signatories_without(agreement):
        told += bool(
            notify(
                "agreement-to-sign",
                to=signatory,
                key=f"agreement-to-sign:{agreement.pk}",
                link=reverse("agreement-sign-own", args=[agreement.version]),
            )
        )
    return told
