"""What goes with a step-up: the record as it is then, by category, frozen as data with its hash.

Only what the sender may see goes in, and of that only what the receiving agency may have (docs/decisions/0035).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable

from django.db import connection

from cases.models import (
    Action,
    Address,
    Case,
    CaseNote,
    Consultation,
    NoteKind,
    Outcome,
    Person,
    StepUp,
    StepUpBasis,
    StepUpKind,
    Threshold,
)
from earlyhelp.web.dates import day, moment
from hubs.models import Agency, Agreement, AgreementCategory, Category, Membership, Purpose

FORMAT = 3  # of the packs written now; 2 had no answers of assessments, those without a number are older still
NOTES_SENT = 20
ALWAYS = frozenset({Category.FAMILY, Category.SAFEGUARDING})
# A referral that comes from early help says so with this code (CIN census; domain.md 4.3).
SOURCE = {"code": "5D", "words": "Local authority services: early help"}
NOT_AGREED = "the family has not agreed to share it with them"
NOT_IN_AGREEMENT = "the information sharing agreement does not give it to them"
NOT_CHOSEN = "the sender left it out"

# What apps that stand on this one put into a pack: called as contributor(case, categories), gives (key, rows of text).
contributors: list[Callable[[Case, frozenset[int]], tuple[str, list[dict]]]] = []


def frozen(content: dict) -> bytes:
    """A pack as the file that both sides can download: the same bytes each time, so that its hash proves it."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1).encode()


def fingerprint(content: dict) -> str:
    """The SHA-256 of `frozen(content)`, in hexadecimal."""
    return hashlib.sha256(frozen(content)).hexdigest()


def what_they_may_have(case: Case, agency: Agency, basis: str) -> dict[int, str]:
    """Categories that `agency` may not be sent, each with why. Family and safeguarding always go.

    By agreement: what the sharing agreement gives this kind of agency and the family agreed to. When a child is at
    risk of harm: what the agreement gives for helping or for keeping somebody safe, whatever the family answered
    (domain.md 6.1).
    """
    cells = AgreementCategory.objects.filter(agreement=Agreement.objects.live(), agency_kind=agency.kind)
    if basis == StepUpBasis.CONSENT:
        cells = cells.filter(purposes__contains=[Purpose.SUPPORT])
    else:
        cells = cells.filter(purposes__overlap=[Purpose.SUPPORT, Purpose.SAFEGUARDING])
    given = set(cells.values_list("category", flat=True)) | ALWAYS
    kept = {int(each): NOT_IN_AGREEMENT for each in Category if each not in given}
    if basis == StepUpBasis.CONSENT:
        agreed = _agreed_categories(case, agency) | ALWAYS
        kept |= {int(each): NOT_AGREED for each in Category if each in given and each not in agreed}
    return kept


def _agreed_categories(case: Case, agency: Agency) -> set[int]:
    """Categories that somebody's yes opens to `agency` today and nobody's no closes (cases/sql/grants)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct category, answer from app.answers_that_count() where case_id = %s and agency_id = %s",
            [case.pk, agency.pk],
        )
        answers = cursor.fetchall()
    yes = {category for category, answer in answers if answer == "given"}
    no = {category for category, answer in answers if answer == "refused"}
    everything = {int(each) for each in Category}
    return (everything if None in yes else {each for each in yes if each}) - no


def choose(chosen: Iterable[int] | None, kept: dict[int, str]) -> tuple[frozenset[int], list[dict]]:
    """(categories that go, what is left out and why). `chosen` None: everything that may go."""
    wanted = {int(each) for each in Category} if chosen is None else {int(each) for each in chosen} | ALWAYS
    left = [
        {"category": Category(each).label, "why": kept.get(each, NOT_CHOSEN)}
        for each in map(int, Category)
        if each in kept or each not in wanted
    ]
    return frozenset(each for each in wanted if each not in kept), left


def pack_of(case: Case, categories: Iterable[int] | None = None) -> dict:
    """What the sender may see of a family in `categories` (all when None), as plain data for JSON.

    A confidential address is not written into it: the receiver asks the lead professional (domain.md 6.5).
    """
    categories = frozenset(int(each) for each in (Category if categories is None else categories))
    lead = (
        case.leads.filter(until_at__isnull=True)
        .select_related("membership__user", "membership__agency")
        .first()
    )
    team = case.team.current().with_people()
    people = Person.objects.filter(family=case.family_id)
    addresses = Address.objects.filter(family=case.family_id, ends_on=None)
    notes = (
        CaseNote.objects.filter(case=case, category__in=categories)
        .exclude(kind=NoteKind.EVENT)
        .latest_first()
        .with_authors()[:NOTES_SENT]
    )
    return {
        "format": FORMAT,
        "categories": [Category(each).label for each in sorted(categories)],
        "left_out": [],
        "reference": case.reference,
        "family": case.family.name,
        "strengths": case.family.strengths,
        "hub": case.hub.name,
        "level": str(case.level) if case.level else "",
        "opened_on": case.opened_on.isoformat(),
        "lead": _who(lead.membership) if lead else "",
        "team": [
            {"who": _who(m.membership), "helps_with": m.helps_with, "phone": m.membership.contact_phone}
            for m in team
        ],
        "people": [
            {
                "id": str(person.pk),
                "name": person.full_name,
                "known_as": person.known_as,
                "is_child": person.is_child,
                "born_on": person.born_on.isoformat() if person.born_on else None,
                "due_on": person.due_on.isoformat() if person.due_on else None,
                "role": person.role_in_household,
                "school": person.school,
                "language": person.language,
                "interpreter_needed": person.interpreter_needed,
            }
            for person in people
        ],
        "addresses": [
            "Confidential: ask the lead professional"
            if a.is_confidential
            else f"{a.lines}, {a.postcode}".strip(", ")
            for a in addresses
        ],
        "outcomes": [
            _outcome(outcome)
            for outcome in Outcome.objects.filter(case=case, category__in=categories).with_plan_data()
        ],
        "loose_actions": [
            _action(a)
            for a in Action.objects.filter(case=case, outcome=None, category__in=categories).with_owners()
        ],
        "notes": [
            {
                "kind": note.get_kind_display(),
                "title": note.title,
                "body": note.body,
                "on": note.happened_at.date().isoformat(),
                "by": f"{note.author.user.full_name}, {note.agency.name}"
                if note.author and note.agency
                else "",
            }
            for note in notes
        ],
        "consultations": [_consultation(each) for each in case.consultations.filter(category__in=categories)],
    } | dict(contribute(case, categories) for contribute in contributors)


def request_of(step_up: StepUp, sender: Membership) -> dict:
    """What the sender wrote, for the same pack: exactly what was sent is all in one place."""
    return {
        "sent_at": step_up.sent_at.isoformat(),
        "decide_by": step_up.decide_by.isoformat(),
        "from": _who(sender),
        "to": step_up.to_agency.name,
        "source": SOURCE,
        "kind": {"code": step_up.kind, "words": StepUpKind(step_up.kind).label},
        "threshold": [
            {"code": code, "words": Threshold(code).label}
            for code in step_up.threshold
            if code in Threshold.values
        ],
        "reason": step_up.reason,
        "working_well": step_up.working_well,
        "tried": step_up.tried,
        "meeting": f"{step_up.meeting.title}, {day(step_up.meeting.starts_at)}" if step_up.meeting else "",
        "why_no_meeting": step_up.why_no_meeting,
        "happened_at": step_up.happened_at.isoformat() if step_up.happened_at else None,
        "safe_now": step_up.safe_now,
        "rang_at": step_up.rang_at.isoformat() if step_up.rang_at else None,
        "rang_whom": step_up.rang_whom,
        "basis": {"code": step_up.basis, "words": StepUpBasis(step_up.basis).label},
        "family_told": step_up.family_told,
        "why_family_not_told": step_up.why_family_not_told,
    }


def _who(membership) -> str:
    return f"{membership.user.full_name}, {membership.job_title}, {membership.agency.name}"


def _outcome(outcome: Outcome) -> dict:
    first, latest = outcome.first_score, outcome.latest_score
    return {
        "what": outcome.what_will_be_different,
        "how": outcome.how_we_will_know,
        "for": outcome.person.called if outcome.person else "The whole family",
        "status": outcome.get_status_display(),
        "scores": [first.value, latest.value] if first and latest else [],
        "actions": [_action(action) for action in outcome.actions.all()],
    }


def _action(action: Action) -> dict:
    return {
        "what": action.what,
        "owner": action.owner_name,
        "due": day(action.due_on),
        "status": action.get_status_display(),
        "why_not": action.why_not,
    }


def _consultation(consultation: Consultation) -> dict:
    return {
        "asked": consultation.get_asked_display(),
        "adviser": consultation.adviser,
        "when": moment(consultation.asked_at),
        "family_named": consultation.family_named,
        "question": consultation.question,
        "advice": consultation.advice,
        "status": consultation.get_status_display(),
        "why": consultation.why,
    }
