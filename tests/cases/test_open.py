"""Opening a case: everything or nothing, and the right people see it at once."""

import datetime as dt

import pytest

from cases.actions import AddressDetails, Agreed, PersonDetails, Tier4, open_case
from cases.actions.close import close_case
from cases.actions.sharing import withdraw_consent
from cases.actions.team import add_to_team, leave_team
from cases.models import Case, Family, Person
from cases.rules import NotAllowed

pytestmark = pytest.mark.django_db

MOTHER = PersonDetails(first_name="Grace", last_name="Okafor", is_child=False, role_in_household="mother")
CHILD = PersonDetails(
    first_name="Amara", last_name="Okafor", born_on=dt.date(2017, 2, 3), nhs_number="943 476 5919"
)
FATHER = PersonDetails(first_name="Daniel", last_name="Lane", is_child=False, agreed=False)


def open_for(actor, people, **facts):
    return open_case(
        people=[MOTHER, CHILD, FATHER],
        hub=people.hub,
        statement=facts.pop("statement", Agreed(on=dt.date(2026, 1, 14), given_by=0)),
        address=AddressDetails("2 Mill Lane", "WM1 2AB"),
        by=actor,
        **facts,
    )


def test_the_one_who_opens_sees_it_and_charlie_does_not(people, seen_by):
    case = open_for(seen_by(people.alice), people)
    assert case.reference.startswith("WM-")
    assert Case.objects.filter(pk=case.pk).exists()
    assert Person.objects.filter(family=case.family).count() == 3
    seen_by(people.charlie)
    assert not Case.objects.filter(pk=case.pk).exists()
    assert not Family.objects.exists()
    seen_by(people.coordinator)
    assert Person.objects.filter(family=case.family).count() == 3


def test_an_agency_that_has_not_signed_opens_nothing(people, world, seen_by):
    outside = world.member(world.agency(signed=False))
    actor = seen_by(outside)
    with pytest.raises(NotAllowed, match="no live signature"):
        open_for(actor, people)
    assert not Family.objects.exists()


def test_without_a_statement_nothing_is_opened(people, seen_by):
    with pytest.raises(ValueError, match="not without"):
        open_for(seen_by(people.alice), people, statement=None)


def test_tier_4_statement_covers_the_writer(people, seen_by):
    case = open_for(seen_by(people.alice), people, statement=Tier4(reason="Disclosure of injury"))
    assert Case.objects.filter(pk=case.pk).exists()
    assert not case.consents.exists()


def test_team_member_of_uncovered_agency_is_refused_with_what_is_missing(people, world, seen_by):
    actor = seen_by(people.alice)
    case = open_for(actor, people)
    with pytest.raises(NotAllowed, match="has not agreed to share"):
        add_to_team(case=case, membership=people.charlie, by=actor)
    world.consent(case, people.elsewhere, person=case.family.people.first())
    add_to_team(case=case, membership=people.charlie, by=actor)
    seen_by(people.charlie)
    assert Case.objects.filter(pk=case.pk).exists()
    # Consent is each person's own: only the one who agreed is seen.
    assert Person.objects.filter(family=case.family).count() == 1


def test_leaving_the_team_ends_sight_at_once(people, world, seen_by):
    actor = seen_by(people.alice)
    case = open_for(actor, people)
    member = add_to_team(case=case, membership=people.bob, by=actor)
    seen_by(people.bob)
    assert Case.objects.filter(pk=case.pk).exists()
    seen_by(people.alice)
    leave_team(member=member, reason="Moved on", by=actor)
    seen_by(people.bob)
    assert not Case.objects.filter(pk=case.pk).exists()


def test_withdrawing_ones_own_sight_works(people, seen_by):
    actor = seen_by(people.alice)
    case = open_for(actor, people)
    assert withdraw_consent(case=case, consents=case.consents.all(), by=actor) == 2
    assert not Case.objects.filter(pk=case.pk).exists()


def test_closing_ends_the_team_but_not_the_hub(people, seen_by):
    actor = seen_by(people.alice)
    case = open_for(actor, people)
    close_case(case=case, reason="outcomes_met", by=actor)
    assert Case.objects.get(pk=case.pk).closed_on
    seen_by(people.coordinator)
    assert Case.objects.filter(pk=case.pk, status="closed").exists()
