"""Registered means initiated. Without agreement or a tier 4 statement, and without the check, it is not registered."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from assessments.actions import check_for_record, clear_check, register_assessment
from assessments.matching import Asked, results
from assessments.models import Assessment, MatchCheck
from cases.actions import AddressDetails, PersonDetails
from cases.models import Case, Consent, LawfulShare, Person, Relationship, TeamMember
from cases.rules import NotAllowed
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event

pytestmark = pytest.mark.django_db

CHILD = PersonDetails(first_name="Maya", last_name="Orchard", born_on=dt.date(2017, 5, 4))
MOTHER = PersonDetails(
    first_name="Rosa", last_name="Orchard", is_child=False, role_in_household="mother", born_on=dt.date(1991, 1, 2)
)


def agreed(**more):
    return {
        "consent_with": "Rosa Orchard",
        "consent_child": "Maya",
        "consent_at": timezone.now() - dt.timedelta(hours=2),
        "consent_place": "At school",
        "method": "face_to_face",
    } | more


def register(people, check, actor, **changes):
    facts = {
        "check": check,
        "hub": people.hub,
        "people": [CHILD, MOTHER],
        "responsible": [1],
        "statement": "agreed",
        "facts": agreed(),
        "family_name": "Orchard",
        "address": AddressDetails(lines="3 Mill Lane", postcode="TA1 1AA"),
        "by": actor,
    } | changes
    return register_assessment(**facts)


def test_registering_makes_family_case_consent_team_and_an_initiated_assessment(people, seen_by, cleared_check):
    check = cleared_check(people.alice)
    alice = seen_by(people.alice)
    made = register(people, check, alice)
    assert made.status == "initiated" and made.reference == f"EHA/{timezone.localdate().year}/0001"
    assert made.initiated_at and made.due_on and made.completed_at is None
    assert (made.consent_with, made.consent_child, made.tier4_reason) == ("Rosa Orchard", "Maya", "")
    assert {person.full_name for person in made.case.family.people.all()} == {"Maya Orchard", "Rosa Orchard"}
    assert Consent.objects.filter(case=made.case, agency=people.school, answer="given").count() == 2
    assert TeamMember.objects.filter(case=made.case, membership=people.alice).exists()
    parent = Relationship.objects.get(has_parental_responsibility=True)
    assert (parent.person.first_name, parent.to_person.first_name) == ("Rosa", "Maya")
    assert Case.objects.granted_to(alice).filter(pk=made.case_id).exists()
    assert Event.objects.filter(verb="Registered an assessment", case_id=made.case_id).count() == 1


def test_references_count_up_and_skip_what_a_register_brought(people, seen_by, cleared_check, start_assessment):
    year = timezone.localdate().year
    start_assessment(people.case, people.alice, reference=f"EHA/{year}/0002")
    checks = [cleared_check(people.alice) for _ in range(2)]
    alice = seen_by(people.alice)
    assert [register(people, check, alice).reference for check in checks] == [f"EHA/{year}/0001", f"EHA/{year}/0003"]


def test_tier_4_statement_needs_no_agreement_and_is_a_lawful_share(people, seen_by, cleared_check):
    check = cleared_check(people.alice)
    facts = {"tier4_reason": "A disclosure that a parent must not know of yet.", "manager_consulted": "Head"}
    made = register(people, check, seen_by(people.alice), statement="tier4", facts=facts)
    assert made.tier4_reason and made.consent_at is None and not Consent.objects.filter(case=made.case).exists()
    assert LawfulShare.objects.get(case=made.case).basis == "risk_of_harm"


@pytest.mark.parametrize(
    ("statement", "facts"),
    [
        ("", {}),
        ("neither", {}),
        ("agreed", {}),
        ("agreed", agreed(consent_with="")),
        ("agreed", agreed(consent_child="")),
        ("agreed", agreed(consent_place="")),
        ("agreed", agreed(tier4_reason="Both at once")),
        ("agreed", agreed(consent_at=timezone.now() + dt.timedelta(days=1))),
        ("tier4", {"tier4_reason": ""}),
        ("tier4", {"tier4_reason": "Risk", "consent_with": "Rosa"}),
    ],
)
def test_without_one_whole_statement_nothing_is_registered(people, seen_by, cleared_check, statement, facts):
    check = cleared_check(people.alice)
    alice = seen_by(people.alice)
    before = Case.objects.count()
    with pytest.raises(ValidationError):
        register(people, check, alice, statement=statement, facts=facts)
    assert (Case.objects.count(), Assessment.objects.count()) == (before, 0)


def test_database_refuses_two_statements_and_none(eha):
    for wrong in ({"tier4_reason": "also"}, {"consent_with": ""}, {"consent_at": None}, {"consent_statement": "tier4"}):
        with pytest.raises(IntegrityError), as_system(), transaction.atomic():
            Assessment.objects.filter(pk=eha.pk).update(**wrong)


def test_without_a_check_nothing_is_registered_and_with_one_it_is(people, seen_by, cleared_check):
    check = cleared_check(people.alice)
    alice = seen_by(people.alice)
    with pytest.raises(ValidationError, match="Check for an existing record first"):
        register(people, None, alice)
    assert register(people, check, alice).pk


@pytest.mark.parametrize("change", ["not cleared", "used", "old", "of Bob"])
def test_a_check_counts_once_for_its_asker_for_a_day(people, seen_by, cleared_check, change):
    check = cleared_check(people.bob if change == "of Bob" else people.alice)
    with as_system():
        if change == "not cleared":
            check.cleared_at = None
        elif change == "used":
            check.used_at = timezone.now()
        elif change == "old":
            check.made_at = timezone.now() - dt.timedelta(hours=25)
        check.save()
    with pytest.raises(ValidationError, match="Check for an existing record first"):
        register(people, check, seen_by(people.alice))


def test_what_was_typed_for_the_check_is_forgotten_once_used(people, seen_by, cleared_check):
    check = cleared_check(people.alice)
    register(people, check, seen_by(people.alice))
    assert MatchCheck.objects.get().asked == {}


def test_agency_without_a_signature_cannot_register_and_with_one_can(people, world, seen_by, cleared_check):
    with as_system():
        people.school.signatures.update(suspended_at=timezone.now())
    check = cleared_check(people.alice)
    with pytest.raises(NotAllowed):
        register(people, check, seen_by(people.alice))
    with as_system():
        people.school.signatures.update(suspended_at=None)
    assert register(people, check, seen_by(people.alice)).pk


def test_registering_again_on_an_open_case_needs_no_check_but_a_statement(people, seen_by):
    alice = seen_by(people.alice)
    with pytest.raises(ValidationError):
        register_assessment(check=None, hub=people.hub, statement="", facts={}, case=people.case, by=alice)
    made = register_assessment(
        check=None, hub=people.hub, statement="agreed", facts=agreed(), case=people.case, by=alice
    )
    assert made.case == people.case


def test_check_shows_what_i_may_see_and_only_the_hub_of_the_rest(people, world, seen_by):
    there = world.hub("Sedge")
    with as_system():
        world.case(there, family=world.family(there, name="Hollis"))
    found = check_for_record(
        asked=Asked(first_name="Ellie", last_name="Hollis", born_on=dt.date(2016, 3, 1)), by=seen_by(people.alice)
    )
    assert found.cleared_at is None
    shown, hubs = results(found)
    assert [item["person"].family_id for item in shown] == [people.case.family_id]
    assert hubs == [there]
    assert "Hollis" not in str(found.candidates)


def test_check_tolerates_a_wrong_letter_and_swapped_day_and_month(people, seen_by):
    with as_system():
        Person.objects.filter(first_name="Ellie").update(born_on=dt.date(2016, 3, 9))
    alice = seen_by(people.alice)
    for first, last, born in (("Elie", "Hollis", dt.date(2016, 3, 9)), ("Ellie", "Hollis", dt.date(2016, 9, 3))):
        check = check_for_record(asked=Asked(first_name=first, last_name=last, born_on=born), by=alice)
        assert len(results(check)[0]) == 1, (first, born)


def test_check_that_found_somebody_needs_a_reason(people, seen_by):
    alice = seen_by(people.alice)
    check = check_for_record(
        asked=Asked(first_name="Ellie", last_name="Hollis", born_on=dt.date(2016, 3, 1)), by=alice
    )
    with pytest.raises(ValidationError, match="Check for an existing record first"):
        register(people, check, alice)
    with pytest.raises(ValidationError):
        clear_check(check=check, reason=" ", by=alice)
    clear_check(check=check, reason="Different birth date on the red book", by=alice)
    assert register(people, check, alice).pk


def test_check_that_found_nobody_is_clear_at_once(people, seen_by):
    check = check_for_record(
        asked=Asked(first_name="Zebedee", last_name="Quillfeather", born_on=dt.date(2011, 1, 1)),
        by=seen_by(people.alice),
    )
    assert check.cleared_at is not None


def test_checks_are_read_by_their_asker_only(people, seen_by, cleared_check):
    cleared_check(people.alice)
    seen_by(people.bob)
    assert not MatchCheck.objects.exists()
    seen_by(people.alice)
    assert MatchCheck.objects.exists()
