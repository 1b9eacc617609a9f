"""Signing off, completing, taking back, withdrawing and closing: what each needs, and that nothing else moves it."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from assessments.actions import (
    close_assessments,
    complete_if_ready,
    sign_off,
    take_back_sign_off,
    withdraw,
)
from assessments.models import Assessment, Section
from assessments.states import TRANSITIONS, can_move, move
from cases.models import Action, CaseNote, Person
from cases.rules import NotAllowed
from earlyhelp.access.context import as_system
from hubs.models import Category
from tests.assessments.test_saving import child_of, fill_minimum, save

pytestmark = pytest.mark.django_db


def test_sign_off_names_what_is_missing_and_passes_with_the_minimum(people, eha, seen_by):
    alice = seen_by(people.alice)
    with pytest.raises(ValidationError) as refused:
        sign_off(assessment=eha, by=alice)
    assert "How this started; " in refused.value.messages[0]
    assert "Needs of Ellie" in refused.value.messages[0]
    assert "Summary of need: what level of need is this?" in refused.value.messages[0]
    fill_minimum(eha, alice)
    signed = sign_off(assessment=eha, by=alice)
    assert signed.is_signed_off and signed.status == "initiated" and signed.completed_at is None


def test_completed_only_when_signed_off_and_an_action_has_started(people, eha, seen_by, start_action):
    alice = seen_by(people.alice)
    fill_minimum(eha, alice)
    assert complete_if_ready(case=people.case, by=alice) == []
    sign_off(assessment=eha, by=alice)
    assert complete_if_ready(case=people.case, by=alice) == []
    start_action(people.case)
    done = complete_if_ready(case=people.case, by=alice)
    assert [each.pk for each in done] == [eha.pk] and done[0].status == "completed" and done[0].completed_at
    assert complete_if_ready(case=people.case, by=alice) == []


def test_sign_off_after_an_action_started_completes_at_once(people, eha, seen_by, start_action):
    alice = seen_by(people.alice)
    fill_minimum(eha, alice)
    start_action(people.case)
    complete_if_ready(case=people.case, by=alice)
    eha.refresh_from_db()
    assert eha.status == "initiated"
    assert sign_off(assessment=eha, by=alice).status == "completed"


def test_starting_an_action_in_the_plan_completes_a_signed_off_assessment(people, eha, seen_by):
    from cases.actions.plan import add_action, start_action

    alice = seen_by(people.alice)
    fill_minimum(eha, alice)
    sign_off(assessment=eha, by=alice)
    action = add_action(
        case=people.case,
        what="Breakfast club",
        owner=people.alice,
        due_on=timezone.localdate() + dt.timedelta(days=7),
        by=alice,
    )
    eha.refresh_from_db()
    assert eha.status == "initiated"
    start_action(action=action, by=alice)
    eha.refresh_from_db()
    assert eha.status == "completed"


def test_an_action_of_a_hidden_category_counts_as_started(people, eha, seen_by, start_action):
    alice = seen_by(people.alice)
    fill_minimum(eha, alice)
    action = start_action(people.case)
    with as_system():
        mother = Person.objects.get(family=people.case.family_id, is_child=False)
        Action.objects.filter(pk=action.pk).update(
            category=Category.HEALTH, owner_membership=None, owner_person=mother, agency=None
        )
    assert not Action.objects.filter(pk=action.pk).exists()
    assert sign_off(assessment=eha, by=alice).status == "completed"


def test_childs_words_reach_the_timeline_at_sign_off(people, eha, seen_by):
    alice = seen_by(people.alice)
    fill_minimum(eha, alice)
    save(eha, "child_words", alice, child_of(people.case), words="I want quiet mornings")
    sign_off(assessment=eha, by=alice)
    assert CaseNote.objects.get(kind="voice").body == "I want quiet mornings"
    take_back_sign_off(assessment=eha, reason="A wrong date", by=alice)
    sign_off(assessment=eha, by=alice)
    assert CaseNote.objects.filter(kind="voice").count() == 1


def test_after_sign_off_answers_are_closed_until_it_is_taken_back(people, eha, seen_by):
    alice = seen_by(people.alice)
    fill_minimum(eha, alice)
    eha = sign_off(assessment=eha, by=alice)
    with pytest.raises(NotAllowed, match="signed off"):
        save(eha, "money", alice, well="Works hard")
    with pytest.raises(ValidationError):
        take_back_sign_off(assessment=eha, reason=" ", by=alice)
    eha = take_back_sign_off(assessment=eha, reason="The attendance figure was wrong", by=alice)
    assert save(eha, "money", alice, well="Works hard").outcome.written == ["well"]


def test_closure_summary_opens_when_complete(people, eha, seen_by, start_action):
    alice = seen_by(people.alice)
    fill_minimum(eha, alice)
    with pytest.raises(NotAllowed, match="opens when"):
        save(eha, "closure", alice, changed="Calm mornings")
    start_action(people.case)
    eha = sign_off(assessment=eha, by=alice)
    assert save(eha, "closure", alice, changed="Calm mornings").outcome.written == ["changed"]


def test_team_may_write_but_only_those_who_answer_for_it_sign_off(people, eha, seen_by, health):
    fill_minimum(eha, seen_by(people.alice))
    with pytest.raises(NotAllowed, match="Ask Alice"):
        sign_off(assessment=eha, by=seen_by(health))
    with pytest.raises(NotAllowed):
        withdraw(assessment=eha, reason="No", by=seen_by(health))
    assert sign_off(assessment=eha, by=seen_by(people.coordinator)).is_signed_off


def test_withdrawn_with_a_reason_and_nothing_deleted(people, eha, seen_by):
    alice = seen_by(people.alice)
    save(eha, "start", alice, reason="Late for school")
    with pytest.raises(ValidationError):
        withdraw(assessment=eha, reason="", by=alice)
    gone = withdraw(assessment=eha, reason="The family changed their mind", by=alice)
    assert gone.status == "withdrawn" and Section.objects.count() == 1
    with pytest.raises(NotAllowed):
        save(gone, "start", alice, reason="More")


def test_closing_the_case_closes_the_assessment(people, eha, seen_by):
    from cases.actions.close import close_case

    alice = seen_by(people.alice)
    close_case(case=people.case, reason="outcomes_met", by=alice)
    with as_system():
        eha.refresh_from_db()
    assert eha.status == "closed" and eha.closed_at


@pytest.mark.parametrize("status", ["initiated", "completed", "closed", "withdrawn"])
@pytest.mark.parametrize("event", ["complete", "withdraw", "close"])
def test_only_the_table_of_transitions_moves_an_assessment(status, event):
    assessment = Assessment(status=status)
    legal = (status, event) in TRANSITIONS
    assert can_move(assessment, event) is legal
    if legal:
        move(assessment, event)
        assert assessment.status == TRANSITIONS[status, event]
    else:
        with pytest.raises(ValidationError):
            move(assessment, event)
        assert assessment.status == status


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "completed"},
        {"completed_at": timezone.now()},
        {"status": "closed"},
        {"status": "withdrawn"},
        {"withdrawn_reason": "No"},
        {"signed_off_at": timezone.now() - dt.timedelta(days=400)},
    ],
)
def test_database_refuses_facts_that_do_not_go_together(eha, wrong):
    with pytest.raises(IntegrityError), as_system(), transaction.atomic():
        Assessment.objects.filter(pk=eha.pk).update(**wrong)


def test_plan_question_says_nothing_of_a_case_out_of_sight(people, seen_by, start_action):
    start_action(people.case)
    for who, says in ((people.alice, True), (people.charlie, False)):
        seen_by(who)
        with connection.cursor() as cursor:
            cursor.execute("select app.plan_has_started(%s)", [people.case.pk])
            assert cursor.fetchone()[0] is says


def test_close_assessments_is_safe_to_call_again(people, eha, seen_by):
    alice = seen_by(people.alice)
    assert len(close_assessments(case=people.case, by=alice)) == 1
    assert close_assessments(case=people.case, by=alice) == []
