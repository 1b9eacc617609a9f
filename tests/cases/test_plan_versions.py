"""The plan as it was: versions, what changed, and that nobody reads in the past what they may not read today."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.plan import (
    add_action,
    add_outcome,
    change_action,
    change_outcome,
    end_outcome,
    finish_action,
    give_up_action,
    reopen_outcome,
    score_outcome,
)
from cases.actions.progress import note_progress
from cases.actions.review import review_plan
from cases.models import Action, ActionNote, ActionPast, Outcome, OutcomePast, Person, PlanVersion
from cases.plan import plan_of
from cases.plan_past import rows_of, versions_of
from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind, Category
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db
WORDS = {"what_will_be_different": "In school on time", "how_we_will_know": "Four days a week"}


def _review(case, by, **facts):
    given = {"summary": "Better", "decision": "continue", "next_review_on": in_days(42)} | facts
    return review_plan(case=case, reviewed_on=timezone.localdate(), by=by, **given)


def _change(outcome, by, **words):
    facts = {
        name: words.get(name, getattr(outcome, name))
        for name in ("what_will_be_different", "how_we_will_know", "theme", "category", "target")
    }
    return change_outcome(outcome=outcome, by=by, **facts)


@pytest.fixture
def planned(people, seen_by):
    """A plan with one outcome and one action of Alice's, seen by her."""
    alice = seen_by(people.alice)
    outcome = add_outcome(
        case=people.case, next_review_on=in_days(30), target=8, score=3, rater="Ellie", by=alice, **WORDS
    )
    action = add_action(
        case=people.case,
        outcome=outcome,
        what="Walk in on Monday",
        owner=people.alice,
        due_on=in_days(7),
        by=alice,
    )
    return alice, outcome, action


def test_a_review_keeps_the_plan_as_it_stood(people, planned):
    alice, outcome, action = planned
    _review(people.case, alice)
    _change(outcome, alice, what_will_be_different="In school every day", target=9)
    score_outcome(outcome=outcome, value=6, rater="Ellie", by=alice)
    mother = Person.objects.get(is_child=False)
    change_action(action=action, what="Walk in together", owner=mother, due_on=in_days(9), by=alice)
    finish_action(action=action, by=alice)
    version = versions_of(people.case)[0]
    then = rows_of(people.case).at(version.frozen_at)
    was = then.outcomes[0]
    assert (was.what, was.target, was.latest_score.value) == ("In school on time", 8, 3)
    assert (was.actions[0].what, was.actions[0].owner_name, was.actions[0].status) == (
        "Walk in on Monday", people.alice.user.full_name, "not_started",
    )  # fmt: skip
    now = rows_of(people.case).at(timezone.now()).outcomes[0]
    assert (now.what, now.target, now.actions[0].status) == ("In school every day", 9, "done")
    assert plan_of(people.case).changes.lines == [
        "“In school on time” now reads “In school every day”",
        "In school every day: up from 3 to 6 out of 10",
        "In school every day: we now aim for 9 out of 10",
        "Done: Walk in together",
    ]


def test_an_outcome_taken_up_again_was_ended_then(people, planned):
    alice, outcome, action = planned
    finish_action(action=action, by=alice)
    end_outcome(outcome=outcome, status="met", note="She did it", by=alice)
    _review(people.case, alice)
    reopen_outcome(outcome=outcome, by=alice)
    version = versions_of(people.case)[0]
    assert rows_of(people.case).at(version.frozen_at).outcomes[0].status == "met"
    assert plan_of(people.case).changes.lines == ["In school on time: taken up again"]


def test_carried_forward_and_progress_are_told(people, planned):
    alice, _outcome, action = planned
    _review(people.case, alice)
    note_progress(action=action, text="The club has a place", by=alice)
    assert plan_of(people.case).changes.lines == ["Walk in on Monday: 1 progress note"]
    give_up_action(action=action, why_not="Half term", carry_to=in_days(20), by=alice)
    lines = plan_of(people.case).changes.lines
    assert lines[0].startswith("Carried forward to ") and lines[-1] == "1 new action"


def test_signing_off_minutes_keeps_a_version_once(people, meeting_of):
    meeting = meeting_of(people.case, people.alice, status="held", held_at=timezone.now())
    with as_system():
        for title in ("One", "Two"):
            meeting.status, meeting.title = "signed_off", title
            meeting.signed_off_at, meeting.signed_off_by = timezone.now(), people.alice
            meeting.save()
        assert PlanVersion.objects.filter(meeting=meeting).count() == 1


def test_nobody_writes_versions_or_pasts(people, planned):
    alice, outcome, _action = planned
    _review(people.case, alice)
    _change(outcome, alice, what_will_be_different="Other words")
    assert OutcomePast.objects.count() == 1 and ActionPast.objects.count() == 0
    for model in (OutcomePast, ActionPast, PlanVersion):
        for sql in ("delete from {}", "update {} set case_id = case_id"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql.format(model._meta.db_table))
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanVersion.objects.create(
            case=people.case, frozen_at=timezone.now(), review=people.case.reviews.get()
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        ActionNote.objects.update(text="Other")


def test_what_is_not_for_a_reader_today_is_not_in_the_past_either(people, world, seen_by):
    """A health outcome is nobody's but health's, then and now; one that became open is left out of its hidden time."""
    nurse = world.member(world.agency(AgencyKind.HEALTH), first_name="Nia")
    world.consent(people.case, nurse.agency)
    world.join(people.case, nurse)
    with acting_as(nurse) as nia:
        hidden = add_outcome(
            case=people.case, next_review_on=in_days(30), category=Category.HEALTH, by=nia, **WORDS
        )
        opened = add_outcome(
            case=people.case, category=Category.HEALTH, what_will_be_different="Sleeping through",
            how_we_will_know="Five nights a week", by=nia,
        )  # fmt: skip
    with acting_as(people.alice) as alice:
        _review(people.case, alice)
    with acting_as(nurse) as nia:
        _change(hidden, nia, what_will_be_different="Hidden in other words")
        _change(opened, nia, category=Category.FAMILY)
    seen_by(people.alice)
    version = versions_of(people.case)[0]
    assert rows_of(people.case).at(version.frozen_at).outcomes == []
    assert [o.what for o in rows_of(people.case).at(timezone.now()).outcomes] == ["Sleeping through"]
    assert plan_of(people.case).changes.lines == []  # its earlier wording is not hers, so it is not compared
    seen_by(nurse)
    assert len(rows_of(people.case).at(version.frozen_at).outcomes) == 2
    assert versions_of(people.case)[0].number == 1
    seen_by(people.charlie)
    assert not PlanVersion.objects.exists() and not OutcomePast.objects.exists()


def test_progress_is_seen_with_its_action_and_by_nobody_else(people, world, seen_by):
    nurse = world.member(world.agency(AgencyKind.HEALTH), first_name="Nia")
    world.consent(people.case, nurse.agency)
    world.join(people.case, nurse)
    with acting_as(nurse) as nia:
        outcome = add_outcome(
            case=people.case, next_review_on=in_days(30), category=Category.HEALTH, by=nia, **WORDS
        )
        action = add_action(
            case=people.case, outcome=outcome, what="Ring the clinic", owner=nurse, due_on=in_days(5), by=nia
        )
        note_progress(action=action, text="They will see her", by=nia)
        for text, on in (("", in_days(0)), ("Later", in_days(1))):
            with pytest.raises(ValueError):
                note_progress(action=action, text=text, happened_on=on, by=nia)
    alice = seen_by(people.alice)
    assert not ActionNote.objects.exists() and not Action.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        ActionNote.objects.create(
            case=people.case, action_id=action.pk, agency=people.school, author=people.alice, text="x"
        )
    for who in (people.bob, people.charlie):
        with acting_as(who) as actor, pytest.raises(NotAllowed):
            note_progress(action=action, text="x", by=actor)
    assert alice


def test_pages_of_the_past(people, planned, signed_in_as, queries_of, world):
    alice, outcome, action = planned
    note_progress(action=action, text="The club has a place", by=alice)
    _review(people.case, alice)
    _change(outcome, alice, what_will_be_different="In school every day")
    version = versions_of(people.case)[0]
    url = reverse("plan-version", args=[people.case.reference, version.pk])
    page = signed_in_as(people.alice).get(url).content.decode()
    assert "In school on time" in page and "The club has a place" in page and "aiming for 8" in page
    assert "now reads “In school every day”" in page
    assert queries_of(signed_in_as(people.alice), url) <= 25
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    world.join(people.case, people.bob)
    assert signed_in_as(people.bob).get(url).status_code == 200
    strange = reverse("plan-version", args=[people.case.reference, outcome.pk])
    assert signed_in_as(people.alice).get(strange).status_code == 404
    plan = (
        signed_in_as(people.alice).get(reverse("record-plan", args=[people.case.reference])).content.decode()
    )
    assert "Version 1" in plan and "Good enough at" in plan


def test_writing_progress_through_the_page(people, planned, signed_in_as, seen_by):
    _alice, _outcome, action = planned
    url = reverse("plan-action-progress", args=[people.case.reference, action.pk])
    alice = signed_in_as(people.alice)
    today = timezone.localdate()
    facts = {"text": "The club has a place", "happened_on": f"{today.day}/{today.month}/{today.year}"}
    assert alice.get(url).status_code == 200
    assert "Error: " in alice.post(url, facts | {"text": ""}).content.decode()
    late = in_days(3)
    assert alice.post(url, facts | {"happened_on": f"{late.day}/{late.month}/{late.year}"}).status_code == 200
    assert alice.post(url, facts).status_code == 302
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).post(url, facts).status_code == 404
    seen_by(people.alice)
    assert ActionNote.objects.get().text == "The club has a place"


def test_a_plan_always_has_a_review_date(people, seen_by, signed_in_as):
    """An action given before any outcome sets the usual date; a plan whose day is over says so at the top."""
    alice = seen_by(people.alice)
    add_action(case=people.case, what="Ring the school", owner=people.alice, due_on=in_days(3), by=alice)
    people.case.refresh_from_db()
    assert people.case.next_review_on == in_days(42)
    url = reverse("record-plan", args=[people.case.reference])
    assert "overdue. A plan does not go on" not in signed_in_as(people.alice).get(url).content.decode()
    with as_system():
        people.case.next_review_on = in_days(-2)
        people.case.save(update_fields=["next_review_on"])
    assert (
        "is 2 days overdue. A plan does not go on without one"
        in signed_in_as(people.alice).get(url).content.decode()
    )
    assert Outcome.objects.count() == 0


@pytest.mark.parametrize("target", [0, 11, -1])
def test_a_target_is_1_to_10(people, seen_by, target):
    alice = seen_by(people.alice)
    with pytest.raises(ValueError, match="1 to 10"):
        add_outcome(case=people.case, next_review_on=in_days(9), target=target, by=alice, **WORDS)
