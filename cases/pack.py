"""The record as it is sent with a step-up: frozen as data, so that later changes do not change what was sent."""

from __future__ import annotations

from cases.models import Action, Address, Case, CaseNote, NoteKind, Outcome, Person
from earlyhelp.web.dates import day

NOTES_SENT = 20


def pack_of(case: Case) -> dict:
    """What the sender may see of a family, as plain data for JSON.

    A confidential address is not written into it: the receiver asks the lead professional (domain.md 6.5).
    """
    lead = (
        case.leads.filter(until_at__isnull=True)
        .select_related("membership__user", "membership__agency")
        .first()
    )
    team = case.team.current().with_people()
    people = Person.objects.filter(family=case.family_id)
    addresses = Address.objects.filter(family=case.family_id, ends_on=None)
    notes = (
        CaseNote.objects.filter(case=case)
        .exclude(kind=NoteKind.EVENT)
        .latest_first()
        .with_authors()[:NOTES_SENT]
    )
    return {
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
        "outcomes": [_outcome(outcome) for outcome in Outcome.objects.filter(case=case).with_plan_data()],
        "loose_actions": [_action(a) for a in Action.objects.filter(case=case, outcome=None).with_owners()],
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
        "scores": [first.value, latest.value] if latest else [],
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
