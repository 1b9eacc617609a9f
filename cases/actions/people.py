"""Putting a family's details right, and showing what is masked."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cases.actions.notes import write_event
from cases.actions.open import PersonDetails, identifiers_of
from cases.models import Address, Case, Person, Relationship
from cases.rules.case import check_can_read, check_can_write
from earlyhelp.access import Actor
from earlyhelp.audit import record_change, record_look
from earlyhelp.web.dates import day

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

_DATES = {"born_on": "The birth date", "due_on": "The due date"}
_WORDS = {
    "first_name": "name",
    "last_name": "name",
    "known_as": "name",
    "born_on": "birth date",
    "due_on": "due date",
    "is_child": "child or adult",
    "role_in_household": "place in the family",
    "phone": "telephone",
    "school": "school",
}


@transaction.atomic
def change_person(*, case: Case, person: Person, details: PersonDetails, reason: str, by: Actor) -> Person:
    """Correct somebody's details. The timeline keeps which ones, why, and what a date was; the log only which ones.

    An earlier name or number is not kept: it may be what somebody has to be protected from. Raises
    cases.rules.NotAllowed.
    """
    check_can_write(by, case)
    wanted = {name: getattr(details, name) for name in _CHANGEABLE} | identifiers_of(details)
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    before = {name: getattr(person, name) for name in _DATES if name in changed}
    for name in changed:
        setattr(person, name, wanted[name])
    if changed:
        person.save(update_fields=[*changed, "updated_at"])
        record_change(
            by, "Changed a person's details", case=case, obj=person, fields=changed, has_reason=bool(reason)
        )
        words = ", ".join(sorted({_WORDS.get(name, "other details") for name in changed}))
        lines = [f"Put right: {words}."]
        lines += [f"{_DATES[name]} was {day(on) if on else 'not recorded'}." for name, on in before.items()]
        lines += [f"Why: {reason.strip()}"] * bool(reason.strip())
        write_event(
            case=case, title="Details of a person were put right", body="\n".join(lines), about=person, by=by
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


@transaction.atomic
def add_address(
    *,
    case: Case,
    lines: str,
    postcode: str = "",
    person: Person | None = None,
    starts_on: dt.date | None = None,
    is_confidential: bool = False,
    hidden_from: Person | None = None,
    ends_earlier: bool = False,
    by: Actor,
) -> Address:
    """Record where the family, or one person of it, lives.

    Args:
        hidden_from: the person a confidential address is kept from.
        ends_earlier: they moved: earlier addresses of the same person (or family) end on `starts_on`.

    Raises cases.rules.NotAllowed.
    """
    check_can_write(by, case)
    if ends_earlier and starts_on:
        earlier = Address.objects.filter(family=case.family_id, person=person, ends_on=None)
        earlier.exclude(starts_on__gt=starts_on).update(ends_on=starts_on)
    address = Address.objects.create(
        family=case.family,
        person=person,
        lines=lines,
        postcode=postcode,
        starts_on=starts_on,
        is_confidential=is_confidential,
        hidden_from=hidden_from,
    )
    record_change(by, "Added an address", case=case, obj=address, is_confidential=is_confidential)
    return address


@transaction.atomic
def relate(
    *,
    case: Case,
    person: Person,
    kind: str,
    to_person: Person,
    has_parental_responsibility: bool = False,
    by: Actor,
) -> Relationship:
    """Record how two people of the family are related; the same pair and kind again changes the responsibility.

    Raises cases.rules.NotAllowed.
    """
    check_can_write(by, case)
    relationship, _ = Relationship.objects.update_or_create(
        person=person,
        to_person=to_person,
        kind=kind,
        defaults={"has_parental_responsibility": has_parental_responsibility},
    )
    record_change(by, "Recorded a relationship", case=case, obj=relationship, kind=kind)
    return relationship
