"""Putting a family's details right, and showing what is masked."""

from __future__ import annotations

from django.db import transaction

from cases.actions.open import PersonDetails, identifiers_of
from cases.models import Address, Case, Person
from cases.rules.case import check_can_read, check_can_write
from earlyhelp.access import Actor
from earlyhelp.audit import record_change, record_look

# What may be put right after registration, as it is called in the event.
_CHANGEABLE = (
    "first_name",
    "last_name",
    "known_as",
    "born_on",
    "due_on",
    "sex",
    "ethnicity",
    "language",
    "interpreter_needed",
    "is_child",
    "lives_with_family",
    "role_in_household",
    "phone",
    "contact_advice",
    "school",
)


@transaction.atomic
def change_person(*, case: Case, person: Person, details: PersonDetails, reason: str, by: Actor) -> Person:
    """Correct somebody's details; which ones and why is recorded, the old values are not copied into the log.

    Raises cases.rules.NotAllowed.
    """
    check_can_write(by, case)
    wanted = {name: getattr(details, name) for name in _CHANGEABLE} | identifiers_of(details)
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, wanted[name])
    if changed:
        person.save(update_fields=[*changed, "updated_at"])
        record_change(
            by, "Changed a person's details", case=case, obj=person, fields=changed, has_reason=bool(reason)
        )
    return person


@transaction.atomic
def change_strengths(*, case: Case, strengths: str, by: Actor) -> None:
    """Write what is going well in the family, one strength a line. Raises cases.rules.NotAllowed."""
    check_can_write(by, case)
    case.family.strengths = strengths.strip()
    case.family.save(update_fields=["strengths", "updated_at"])
    record_change(by, "Changed the family's strengths", case=case, obj=case.family)


@transaction.atomic
def show_address(*, case: Case, address: Address, by: Actor) -> Address:
    """Record that a confidential address is about to be shown to somebody, by name and time. Raises NotAllowed."""
    check_can_read(by, case)
    record_look(by, "Showed a confidential address", case=case, level="section", address=str(address.pk))
    return address
