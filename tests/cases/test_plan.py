"""The plan: outcomes, scores, actions with exactly one owner, and reviews."""

import pytest
from django.db import IntegrityError, transaction

from cases.actions import hooks
from cases.actions.plan import (
    add_action,
    add_outcome,
    change_action,
    end_outcome,
    finish_action,
    give_up_action,
    reopen_outcome,
    score_outcome,
    start_action,
)
from cases.actions.review import review_plan
from cases.models import Action, CaseNote, Outcome, Person, PlanReview
from cases.plan import plan_of
from cases.rules import NotAllowed
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import Category
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


def test_first_outcome_needs_a_review_date(people, seen_by):
    alice = seen_by(people.alice)
    words = {"what_will_be_different": "In school on time", "how_we_will_know": "Four days a week"}
    with pytest.raises(ValueError, match="review"):
        add_outcome(case=people.case, by=alice, **words)
    assert not Outcome.objects.exists()
    outcome = add_outcome(
        case=people.case, next_review_on=in_days(42), score=3, rater="Ellie", by=alice, **words
    )
    people.case.refresh_from_db()
    assert people.case.next_review_on == in_days(42)
    assert (outcome.agency, outcome.first_score.value) == (people.school, 3)
    assert Event.objects.filter(verb="Added an outcome to the plan", case_id=people.case.pk).exists()
    assert CaseNote.objects.filter(case=people.case, kind="event").exists()


@pytest.mark.parametrize("owners", [(), ("owner_membership", "owner_person")])
def test_action_has_exactly_one_owner(people, outcome_of, owners):
    outcome = outcome_of(people.case)
    with as_system():
        may_own = {"owner_membership": people.alice, "owner_person": people.case.family.people.first()}
        with pytest.raises(IntegrityError), transaction.atomic():
            Action.objects.create(
                case=people.case,
                outcome=outcome,
                what="x",
                due_on=in_days(1),
                **{name: may_own[name] for name in owners},
            )


def test_owner_is_on_the_team_or_in_the_family(people, world, seen_by, outcome_of):
    outcome = outcome_of(people.case, agency=people.school)
    other_family = world.family(people.hub, name="Elsewhere")
    with as_system():
        stranger = other_family.people.first()
    alice = seen_by(people.alice)
    for owner in (people.bob, people.charlie, stranger):
        with pytest.raises(ValueError):
            add_action(case=people.case, outcome=outcome, what="x", owner=owner, due_on=in_days(3), by=alice)
    assert not Action.objects.exists()
    mother = Person.objects.get(is_child=False)
    action = add_action(
        case=people.case, outcome=outcome, what="x", owner=mother, due_on=in_days(3), by=alice
    )
    assert (action.owner_name, action.agency) == ("Dana Hollis", people.school)


def test_bob_and_charlie_cannot_change_the_plan(people, world, seen_by, outcome_of, action_of):
    action = action_of(outcome_of(people.case), owner_membership=people.alice)
    for who in (people.bob, people.charlie):
        actor = seen_by(who)
        with pytest.raises(NotAllowed):
            start_action(action=action, by=actor)
    world.join(people.case, people.bob)  # the one fact that changes
    start_action(action=action, by=seen_by(people.bob))
    with as_system():
        action.refresh_from_db()
    assert action.status == "started"


def test_listeners_hear_each_action_start_once(people, seen_by, outcome_of, action_of, monkeypatch):
    heard = []
    monkeypatch.setattr(hooks, "after_action_started", [lambda action, by: heard.append(action.pk)])
    outcome = outcome_of(people.case)
    one, two = (action_of(outcome, owner_membership=people.alice) for _ in range(2))
    alice = seen_by(people.alice)
    start_action(action=one, by=alice)
    finish_action(action=one, by=alice)
    finish_action(action=two, by=alice)
    assert heard == [one.pk, two.pk]


def test_a_listener_that_fails_undoes_the_start(people, seen_by, outcome_of, action_of, monkeypatch):
    def fail(action, by):
        raise ValueError("no")

    monkeypatch.setattr(hooks, "after_action_started", [fail])
    action = action_of(outcome_of(people.case), owner_membership=people.alice)
    alice = seen_by(people.alice)
    with pytest.raises(ValueError):
        start_action(action=action, by=alice)
    action.refresh_from_db()
    assert action.status == "not_started"


@pytest.mark.parametrize(
    ("status", "forbidden"),
    [
        ("done", [start_action, finish_action]),
        ("not_done", [start_action, finish_action]),
        ("started", [start_action]),
    ],
)
def test_action_goes_no_illegal_way(people, seen_by, outcome_of, action_of, status, forbidden):
    action = action_of(outcome_of(people.case), owner_membership=people.alice)
    alice = seen_by(people.alice)
    if status == "started":
        start_action(action=action, by=alice)
    elif status == "done":
        finish_action(action=action, by=alice)
    else:
        give_up_action(action=action, why_not="The club closed", by=alice)
    before = Action.objects.filter(pk=action.pk).values().get()
    for go in forbidden:
        with pytest.raises(NotAllowed):
            go(action=action, by=alice)
    assert Action.objects.filter(pk=action.pk).values().get() == before


def test_not_done_needs_a_reason_and_may_be_carried_forward(people, seen_by, outcome_of, action_of):
    action = action_of(outcome_of(people.case), owner_membership=people.alice)
    alice = seen_by(people.alice)
    with pytest.raises(ValueError):
        give_up_action(action=action, why_not=" ", by=alice)
    carried = give_up_action(action=action, why_not="The club closed", carry_to=in_days(20), by=alice)
    assert (carried.carried_from_id, carried.owner_membership, carried.due_on) == (
        action.pk,
        people.alice,
        in_days(20),
    )
    assert carried.is_open


def test_finished_action_is_not_changed(people, seen_by, outcome_of, action_of):
    action = action_of(outcome_of(people.case), owner_membership=people.alice)
    alice = seen_by(people.alice)
    finish_action(action=action, by=alice)
    with pytest.raises(ValueError):
        change_action(action=action, what="y", owner=people.alice, due_on=in_days(3), by=alice)


def test_outcome_ends_only_when_nothing_is_left_hanging(people, seen_by, outcome_of, action_of):
    outcome = outcome_of(people.case)
    action = action_of(outcome, owner_membership=people.alice)
    alice = seen_by(people.alice)
    with pytest.raises(ValueError):
        end_outcome(outcome=outcome, status="met", by=alice)
    finish_action(action=action, by=alice)
    end_outcome(outcome=outcome, status="met", by=alice)
    with pytest.raises(NotAllowed):
        end_outcome(outcome=outcome, status="stopped", by=alice)
    assert reopen_outcome(outcome=outcome, by=alice).status == "open"


def test_scores_of_two_people_are_two_journeys(people, seen_by, outcome_of):
    outcome = outcome_of(people.case)
    alice = seen_by(people.alice)
    for rater, value, ago in [("Ellie", 3, 20), ("Mum", 5, 10), ("Ellie", 6, 0)]:
        score_outcome(outcome=outcome, value=value, rater=rater, scored_on=in_days(-ago), by=alice)
    outcome = Outcome.objects.with_plan_data().get(pk=outcome.pk)
    assert (outcome.first_score.value, outcome.latest_score.value) == (3, 6)
    for wrong in (-1, 11):
        with pytest.raises(ValueError):
            score_outcome(outcome=outcome, value=wrong, rater="Ellie", by=alice)


def test_review_belongs_to_lead_and_hub_and_sets_the_next_date(people, world, seen_by, outcome_of):
    outcome_of(people.case)
    facts = {"case": people.case, "reviewed_on": in_days(0), "summary": "Better", "decision": "continue"}
    world.join(people.case, people.bob)
    with pytest.raises(NotAllowed):
        review_plan(**facts, next_review_on=in_days(42), by=seen_by(people.bob))
    with pytest.raises(ValueError):
        review_plan(**facts, by=seen_by(people.alice))
    review_plan(**facts, next_review_on=in_days(42), by=seen_by(people.alice))
    people.case.refresh_from_db()
    assert people.case.next_review_on == in_days(42)
    review_plan(**facts, next_review_on=in_days(50), by=seen_by(people.coordinator))


def test_what_changed_since_the_review(people, seen_by, outcome_of, action_of):
    outcome = outcome_of(people.case)
    action = action_of(outcome, owner_membership=people.alice)
    alice = seen_by(people.alice)
    score_outcome(outcome=outcome, value=3, rater="Ellie", by=alice)
    review_plan(
        case=people.case,
        reviewed_on=in_days(0),
        summary="As before",
        decision="continue",
        next_review_on=in_days(42),
        by=alice,
    )
    assert plan_of(people.case).changes.lines == []
    score_outcome(outcome=outcome, value=6, rater="Ellie", by=alice)
    finish_action(action=action, by=alice)
    assert plan_of(people.case).changes.lines == [
        "In school on time: up from 3 to 6 out of 10",
        "Done: Set up a breakfast place",
    ]


def test_snapshot_holds_no_words(people, seen_by, outcome_of):
    outcome_of(people.case, what="Sleeps in his own bed")
    review_plan(
        case=people.case,
        reviewed_on=in_days(0),
        summary="As before",
        decision="continue",
        next_review_on=in_days(42),
        by=seen_by(people.alice),
    )
    assert "Sleeps" not in str(PlanReview.objects.get().snapshot)


def test_category_of_an_outcome_hides_it_and_its_actions(people, world, seen_by, outcome_of, action_of):
    outcome = outcome_of(people.case, category=Category.HEALTH)
    action_of(outcome, owner_membership=people.coordinator)
    mine = action_of(outcome, owner_membership=people.alice, what="Ring the nurse")
    seen_by(people.alice)  # a school: health is not for it
    assert not Outcome.objects.exists()
    assert list(Action.objects.all()) == [mine]  # the owner has to know what to do
    assert plan_of(people.case).loose == [mine]
    seen_by(people.coordinator)
    assert Outcome.objects.count() == 1
    assert Action.objects.count() == 2


def test_an_action_is_not_carried_forward_for_somebody_who_has_left(
    people, world, seen_by, outcome_of, action_of
):
    action = action_of(outcome_of(people.case), owner_membership=people.bob)
    alice = seen_by(people.alice)
    with pytest.raises(ValueError, match="no longer on the team"):
        give_up_action(action=action, why_not="Bob left", carry_to=in_days(9), by=alice)
    action.refresh_from_db()
    assert action.status == "not_started"
    give_up_action(action=action, why_not="Bob left", by=alice)
