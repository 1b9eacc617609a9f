"""Does the agreement let this agency have this information for this purpose? PERMIT, DENY or REVIEW, with the reason.

It answers the draft national `Request` object (SocialCareData/information-governance on GitHub: request.json, metadata
version 0.1, and decide&log.md): who asks, which data, for which asserted purpose, under which policy. PERMIT and DENY
follow from the agreement's words alone; REVIEW is for people: where the words do not settle it, or where a family's own
answer is needed. The draft says the same: the decision point does not judge the risk of sharing.

About one family it never says more than its record would show the asker: a family that they cannot see is answered like
one that does not exist. A decision opens nothing: row-level security alone gives sight.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone

from earlyhelp.access import Actor
from earlyhelp.audit import record_look
from hubs.models import Agency, Agreement, Category, Purpose

_LOOKS_LIKE_A_REFERENCE = re.compile(r"[A-Z]{1,6}-\d{1,9}")


class Outcome(StrEnum):
    PERMIT = "PERMIT"
    DENY = "DENY"
    REVIEW = "REVIEW"


class AboutFamily(StrEnum):
    """What is known of one family's answer about one category, as far as the asker may know it."""

    SHARED = "shared"  # the asker's agency sees the category in this family's record today
    REFUSED = "refused"  # the asker sees the record, and the family refused this category to the agency
    UNKNOWN = "unknown"  # everything else, and families that the asker does not see or that do not exist


@dataclass(frozen=True)
class SharingRequest:
    """One request. `agency` is who asks, as authenticated; everything else is what they assert.

    category: the data asked for. purpose: a code of Purpose, or whatever other word they sent. on: the day for which
    they ask. identifier: their own id of the request, for the log. policy, policy_system, version: the policy that they
    rely on, when they name one. reference: of one case, when it is about one.
    """

    agency: Agency
    category: Category
    purpose: str
    on: dt.date
    identifier: str = ""
    policy: str = ""
    policy_system: str = ""
    version: int | None = None
    reference: str = ""


@dataclass(frozen=True)
class Decision:
    """The answer: the outcome, which policy and version it rests on (none when none is in force), and why."""

    outcome: Outcome
    reason: str
    code: str
    policy: str = ""
    policy_system: str = ""
    version: int | None = None


def decide(
    request: SharingRequest, *, about_family: Callable[[str, Category], AboutFamily] | None = None, by: Actor
) -> Decision:
    """Answer a request and record the answer as an audit event, in the same transaction.

    Args:
        about_family: gives what is known of a family by reference and category (cases.policy.about_family); asked only
            when the agreement permits the request as such, and always then, so that the time says nothing.

    Raises earlyhelp.access.NotAllowed never: a request for another agency than the asker's own is a DENY.
    """
    decision = _decide(request, about_family, by)
    typed = request.reference.strip().upper()
    record_look(
        by,
        "Decided a sharing request",
        level="search",
        outcome=str(decision.outcome),
        why=decision.code,
        version=decision.version,
        agency=request.agency.pk,
        category=int(request.category),
        purpose=request.purpose if request.purpose in Purpose.values else "other",
        on=request.on.isoformat(),
        request=request.identifier if re.fullmatch(r"[A-Za-z0-9._:-]{1,80}", request.identifier) else "",
        reference=typed if _LOOKS_LIKE_A_REFERENCE.fullmatch(typed) else ("not a reference" if typed else ""),
    )
    return decision


def _decide(request: SharingRequest, about_family, by: Actor) -> Decision:
    agreement = Agreement.objects.in_force_on(request.on)
    if agreement is None:
        return Decision(Outcome.DENY, "No version of the agreement is in force on that day.", "no_version")

    def answer(outcome: Outcome, code: str, reason: str) -> Decision:
        return Decision(
            outcome, reason, code, agreement.identifier, agreement.identifier_system, agreement.version
        )

    deny, review = Outcome.DENY, Outcome.REVIEW
    if request.agency.pk != by.agency.pk:
        return answer(deny, "not_theirs", "An agency asks for itself.")
    named = (request.policy or agreement.identifier, request.policy_system or agreement.identifier_system)
    if named != (agreement.identifier, agreement.identifier_system):
        return answer(
            deny, "other_policy", "The policy named in the request is not this partnership’s agreement."
        )
    if request.version is not None and request.version != agreement.version:
        return answer(
            deny, "other_version", f"Version {agreement.version} of the agreement is in force on that day."
        )
    if not _has_signed(agreement, request.agency, request.on):
        return answer(deny, "not_signed", "The agency has no live signature on the agreement.")
    cells = {
        each.category: set(each.purposes) for each in agreement.matrix.filter(agency_kind=request.agency.kind)
    }
    given = cells.get(int(request.category))
    if not given:
        return answer(
            deny,
            "not_given",
            f"The agreement does not give {request.category.label.lower()} information to this kind of agency.",
        )
    stated = set(agreement.stated_purposes.values_list("code", flat=True))
    if request.purpose not in (stated or given):
        return answer(
            review,
            "purpose_not_listed",
            "The agreement does not name this purpose. Ask the contact named in it.",
        )
    if request.purpose not in given:
        return answer(
            deny,
            "not_for_this",
            f"The agreement does not give this kind of agency {request.category.label.lower()} information for this.",
        )
    return _about_a_family(request, about_family, answer)


def _has_signed(agreement: Agreement, agency: Agency, on: dt.date) -> bool:
    return (
        agency.is_active
        and agreement.signatures.counting(min(on, timezone.localdate())).filter(agency=agency).exists()
    )


def _about_a_family(request: SharingRequest, about_family, answer) -> Decision:
    """The agreement permits a request of this kind. Whether it covers this family is another matter."""
    if not request.reference.strip():
        return answer(
            Outcome.PERMIT,
            "permitted",
            "The agreement permits it. For each family their agreement, or a lawful basis, is needed as well.",
        )
    known = (
        about_family(request.reference.strip().upper(), request.category)
        if about_family
        else AboutFamily.UNKNOWN
    )
    if request.purpose in (Purpose.PLANNING, Purpose.EVALUATION):
        return answer(
            Outcome.DENY, "not_one_family", "For this purpose counts are shared, and no one family’s record."
        )
    if request.purpose == Purpose.SUPPORT and known == AboutFamily.SHARED:
        return answer(
            Outcome.PERMIT,
            "shared",
            "The agreement permits it, and this information is shared with the agency.",
        )
    if request.purpose == Purpose.SUPPORT and known == AboutFamily.REFUSED:
        return answer(
            Outcome.DENY, "refused", "The family does not want this information shared with the agency."
        )
    return answer(
        Outcome.REVIEW,
        "people_judge",
        "The agreement permits requests of this kind. People decide about one family: ask the early help hub.",
    )
