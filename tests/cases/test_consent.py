"""Answers about sharing: who answers for whom, what takes the place of what, and what a change would do."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.actions.sharing_decisions import note_deciding, settle_disagreement, take_back_note
from cases.answers import answers_of
from cases.models import Consent, DecidesForSelf, Person
from cases.rules import NotAllowed
from cases.rules.sharing import missing_to_share_with
from cases.rules.sharing_people import (
    can_answer_for,
    can_settle,
    check_can_settle,
    decides,
    is_to_be_asked,
)
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import Category
from tests.fixtures.sharing import answer, born, sees

pytestmark = pytest.mark.django_db


# -- Who answers for whom --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "able", "expected"),
    [
        (9, None, False),
        (9, True, True),
        (13, None, False),
        (13, True, True),
        (13, False, False),
        (16, None, True),
        (17, False, False),
        (18, False, True),
        (None, None, False),
    ],
)
def test_who_decides_by_age_and_note(years, able, expected):
    person = Person(first_name="A", is_child=True, born_on=None if years is None else born(years))
    note = None if able is None else DecidesForSelf(person=person, able=able, note="x")
    assert decides(person, note) is expected


def test_from_12_it_is_asked_and_at_16_presumed():
    asked = {
        years: is_to_be_asked(Person(is_child=True, born_on=born(years)), None) for years in (11, 12, 15, 16)
    }
    assert asked == {11: False, 12: True, 15: True, 16: False}
    assert is_to_be_asked(Person(is_child=True), None), "nobody knows the age, so ask"
    assert not is_to_be_asked(Person(is_child=True, due_on=timezone.localdate()), None)


def test_adult_answers_for_themself_and_another_only_as_their_attorney(home):
    assert can_answer_for(home.father, None, None)
    assert not can_answer_for(home.father, home.mother, None, has_responsibility=True)
    assert can_answer_for(home.father, home.mother, None, acts_for=True)


def test_parent_with_responsibility_answers_for_a_young_child_and_nobody_else_does(home):
    assert not can_answer_for(home.small, None, None)
    assert not can_answer_for(home.small, home.mother, None)
    assert can_answer_for(home.small, home.mother, None, has_responsibility=True)


def test_nobody_answers_for_somebody_of_16_unless_a_note_says_they_cannot(home):
    assert can_answer_for(home.young, None, None)
    assert not can_answer_for(home.young, home.mother, None, has_responsibility=True)
    unable = DecidesForSelf(person=home.young, able=False, note="x")
    assert can_answer_for(home.young, home.mother, unable, has_responsibility=True)


# -- An answer takes the place of what the same giver said --------------------------------------------------------------


def test_one_answer_opens_what_it_says_and_a_narrower_one_closes_the_rest(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother], given=[None])
    assert sees(home.charlie, home.case, seen_by)
    assert sees(home.charlie, home.case, seen_by, home.mother)
    assert not sees(home.charlie, home.case, seen_by, home.father)
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother], given=[Category.FAMILY])
    kept = Consent.objects.filter(case=home.case, agency=home.elsewhere).order_by("recorded_at")
    assert [(each.category, each.status) for each in kept] == [(None, "replaced"), (1, "given")]


def test_a_refusal_is_respected_at_once_and_a_new_yes_opens_again(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother])
    assert sees(home.charlie, home.case, seen_by)
    answer(home, seen_by(home.alice), [home.mother], given=[], refused=[None])
    assert not sees(home.charlie, home.case, seen_by)
    answer(home, seen_by(home.alice), [home.mother])
    assert sees(home.charlie, home.case, seen_by)


def test_the_answer_about_ones_own_agency_can_be_recorded_again(home, seen_by):
    """The old answer ends and the new one counts in one step: in between the writer would see nothing."""
    with as_system():
        Consent.objects.filter(agency=home.school).exclude(person=home.mother).delete()
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother], agency=home.school, given=[Category.FAMILY])
    assert sees(home.alice, home.case, seen_by)


def test_refusing_for_ones_own_agency_ends_ones_own_sight(home, seen_by):
    with as_system():
        Consent.objects.filter(agency=home.school).exclude(person=home.mother).delete()
    answer(home, seen_by(home.alice), [home.mother], agency=home.school, given=[], refused=[None])
    assert not sees(home.alice, home.case, seen_by)
    assert sees(home.coordinator, home.case, seen_by)


def test_only_who_sees_the_record_records_answers(home, seen_by):
    with pytest.raises(NotAllowed):
        answer(home, seen_by(home.bob), [home.mother])
    answer(home, seen_by(home.alice), [home.mother])


@pytest.mark.parametrize(
    "facts",
    [
        {"given_on": timezone.localdate() + dt.timedelta(days=1)},
        {"valid_until": timezone.localdate() - dt.timedelta(days=1)},
        {"given": []},
    ],
)
def test_answer_that_makes_no_sense_is_refused(home, seen_by, facts):
    with pytest.raises(ValueError, match="date|Say what"):
        answer(home, seen_by(home.alice), [home.mother], **facts)


def test_event_says_how_many_and_never_who(home, seen_by):
    answer(home, seen_by(home.alice), [home.mother], words="Only the school nurse")
    with as_system():
        event = Event.objects.filter(verb="Recorded an answer about sharing").latest("at")
    assert event.facts["people"] == 1
    assert "Dana" not in str(event.facts)
    assert "nurse" not in str(event.facts)


# -- Two people who disagree ---------------------------------------------------------------------------------------------


@pytest.fixture
def differing(home, seen_by):
    """Mother says yes about the small child, father no; for themselves both said yes."""
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother, home.father])
    answer(home, alice, [home.small], given_by=home.mother)
    answer(home, alice, [home.small], given=[], refused=[None], given_by=home.father)
    return home


def found_in(home, seen_by, membership=None):
    seen_by(membership or home.alice)
    return answers_of(home.case).disagreements


def test_both_answers_stand_side_by_side_and_nothing_goes(differing, seen_by):
    [found] = found_in(differing, seen_by)
    assert (found.yes_names, found.no_names) == (["Dana Hollis"], ["Ty Moss"])
    assert found.person == differing.small
    assert found.agency == differing.elsewhere
    assert sees(differing.charlie, differing.case, seen_by), "the parents themselves agreed"
    assert not sees(differing.charlie, differing.case, seen_by, differing.small)


def test_agreeing_again_ends_the_disagreement(differing, seen_by):
    answer(differing, seen_by(differing.alice), [differing.small], given_by=differing.father)
    assert found_in(differing, seen_by) == []
    assert sees(differing.charlie, differing.case, seen_by, differing.small)


@pytest.mark.parametrize(("follow", "expected"), [("yes", True), ("no", False)])
def test_settled_by_a_lead_with_reason_and_court_order(differing, world, seen_by, follow, expected):
    lead = world.member(differing.school, Role.AGENCY_LEAD)
    [found] = found_in(differing, seen_by, lead)
    actor = seen_by(lead)
    settle_disagreement(
        case=differing.case,
        disagreement=found,
        follow=follow,
        reason="Talked to both",
        court_order="Order of 3 March: lives with mother",
        by=actor,
    )
    assert found_in(differing, seen_by) == []
    assert sees(differing.charlie, differing.case, seen_by, differing.small) is expected
    seen_by(differing.alice)
    [settled] = answers_of(differing.case).settled
    assert settled.end_reason == "resolved"
    assert "Talked to both" in settled.end_words
    assert "Order of 3 March" in settled.end_words
    assert settled.ended_by == lead


@pytest.mark.parametrize(("follow", "told"), [("yes", 1), ("no", 0)])
def test_settling_is_told_only_to_readers_who_may_know_of_the_child(differing, world, seen_by, follow, told):
    lead = world.member(differing.school, Role.AGENCY_LEAD)
    [found] = found_in(differing, seen_by, lead)
    reason = {"reason": "The small one wants it", "by": seen_by(lead)}
    settle_disagreement(case=differing.case, disagreement=found, follow=follow, **reason)
    seen_by(differing.charlie)
    found = answers_of(differing.case)
    assert [each for each in found.consents if each.end_reason == "resolved"], "the row itself is seen"
    assert len(found.settled) == told


def test_who_settles(differing, world, seen_by):
    [found] = found_in(differing, seen_by)
    assert not can_settle(seen_by(differing.alice), differing.case, found), "a practitioner"
    lead = world.member(differing.school, Role.AGENCY_LEAD)
    assert can_settle(seen_by(lead), differing.case, found)
    manager = world.member(differing.coordinator.agency, Role.HUB_MANAGER, hub=differing.hub)
    assert can_settle(seen_by(manager), differing.case, found)
    elsewhere = world.member(world.agency(), Role.AGENCY_LEAD)
    assert not can_settle(seen_by(elsewhere), differing.case, found), "does not see the record"


def test_whoever_recorded_an_answer_settles_only_when_nobody_else_could(home, world, seen_by):
    lead = world.member(home.school, Role.AGENCY_LEAD)
    actor = seen_by(lead)
    answer(home, actor, [home.small], given_by=home.mother)
    answer(home, actor, [home.small], given=[], refused=[None], given_by=home.father)
    [found] = found_in(home, seen_by, lead)
    assert can_settle(seen_by(lead), home.case, found), "there is nobody else"
    world.member(home.coordinator.agency, Role.HUB_MANAGER, hub=home.hub)
    with pytest.raises(NotAllowed, match="recorded one of the answers"):
        check_can_settle(seen_by(lead), home.case, found)


def test_a_refused_topic_of_one_parent_is_no_disagreement_and_hides_that_topic(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.small], given_by=home.mother)
    answer(home, alice, [home.small], given=[None], refused=[Category.EDUCATION], given_by=home.father)
    assert found_in(home, seen_by) == []
    with as_system():
        grants = set(
            home.case.group_grants.filter(group=home.elsewhere.group).values_list(
                "permission__codename", flat=True
            )
        )
    assert "view_case" in grants
    assert "topic_education" not in grants


# -- A child who decides -------------------------------------------------------------------------------------------------


def test_answers_of_parents_do_not_count_while_a_child_decides(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother])
    answer(home, alice, [home.teen], given_by=home.mother)
    assert sees(home.charlie, home.case, seen_by, home.teen)
    note = note_deciding(
        case=home.case,
        person=home.teen,
        able=True,
        note="Told me back",
        by=seen_by(home.alice),
        assessed_on=timezone.localdate(),
    )
    assert not sees(home.charlie, home.case, seen_by, home.teen)
    answer(home, seen_by(home.alice), [home.teen])
    assert sees(home.charlie, home.case, seen_by, home.teen)
    answer(home, seen_by(home.alice), [home.teen], given=[], refused=[None])
    assert not sees(home.charlie, home.case, seen_by, home.teen), (
        "their own no counts, the mother's yes does not"
    )
    assert found_in(home, seen_by) == [], "it is no disagreement: the child decides"
    take_back_note(case=home.case, note=note, by=seen_by(home.alice))
    [found] = found_in(home, seen_by)
    assert found.person == home.teen


def test_a_second_note_ends_the_first_and_both_are_kept(home, seen_by):
    alice = seen_by(home.alice)
    for able in (False, True):
        note_deciding(
            case=home.case, person=home.teen, able=able, note="x", by=alice, assessed_on=timezone.localdate()
        )
    notes = home.teen.decides_for_self.order_by("recorded_at")
    assert [(each.able, each.ended_at is None) for each in notes] == [(False, False), (True, True)]


@pytest.mark.parametrize(
    "facts", [{"note": " "}, {"assessed_on": timezone.localdate() + dt.timedelta(days=1)}]
)
def test_a_note_without_reason_or_of_tomorrow_is_refused(home, seen_by, facts):
    usual = {"note": "Told me back", "assessed_on": timezone.localdate()}
    with pytest.raises(ValueError, match="judged|future"):
        note_deciding(case=home.case, person=home.teen, able=True, by=seen_by(home.alice), **usual | facts)


def test_young_person_of_16_who_answers_is_presumed_to_decide(home, seen_by):
    alice = seen_by(home.alice)
    world_answer = answer(home, alice, [home.young], given=[], refused=[None])
    assert len(world_answer) == 1
    assert home.young.decides_for_self.get().able
    with as_system():
        Consent.objects.create(
            case=home.case,
            person=home.young,
            agency=home.elsewhere,
            answer="given",
            given_by=home.mother,
            method="phone",
            given_on=timezone.localdate(),
        )
    assert found_in(home, seen_by) == []
    assert not sees(home.charlie, home.case, seen_by, home.young)


def test_an_agency_whose_only_yes_is_disputed_cannot_join_the_team(home, seen_by):
    alice = seen_by(home.alice)
    assert missing_to_share_with(home.case, home.elsewhere)
    answer(home, alice, [home.small], given_by=home.mother)
    assert missing_to_share_with(home.case, home.elsewhere) == []
    answer(home, seen_by(home.alice), [home.small], given=[], refused=[None], given_by=home.father)
    assert "has not agreed" in missing_to_share_with(home.case, home.elsewhere)[0]
