"""Forms of plan and meetings, sent by somebody who may and by somebody who may not."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.step_up import send_step_up, withdraw_step_up
from cases.models import Action, AgendaItem, Invitation, Meeting, Outcome, OutcomeScore, PlanReview
from earlyhelp.access.context import acting_as, as_system
from tests.fixtures.plan import in_days, working_day

pytestmark = pytest.mark.django_db


def typed(day):
    return f"{day.day}/{day.month}/{day.year}"


@pytest.fixture
def sent(people, world, outcome_of, action_of, meeting_of):
    """Each form by its name: (address, what is typed, how to see that it was saved)."""
    world.join(people.case, people.bob)
    case, alice = people.case, people.alice
    outcome = outcome_of(case, agency=people.school)
    loose = outcome_of(case, agency=people.school)
    action = action_of(outcome, owner_membership=alice, agency=people.school)
    meeting = meeting_of(case, alice)
    with as_system():
        invitation = meeting.invitations.get()
        mother = case.family.people.get(is_child=False)

    def at(name, *things):
        return reverse(name, args=[case.reference, *(thing.pk for thing in things)])

    soon = typed(working_day(5))
    when = {"title": "Moved", "on": soon, "starts": "2pm", "ends": "3pm", "chair": f"m{alice.pk}"}
    return {
        "outcome changed": (
            at("plan-outcome-change", outcome),
            {"what_will_be_different": "New words", "how_we_will_know": "Four days a week", "category": "1", "theme": ""},
            lambda: Outcome.objects.filter(what_will_be_different="New words").exists(),
        ),
        "outcome scored": (
            at("plan-outcome-score", outcome),
            {"value": "7", "rater": f"p{mother.pk}", "scored_on": typed(in_days(0))},
            lambda: OutcomeScore.objects.filter(value=7, rater_person=mother).exists(),
        ),
        "outcome ended": (
            at("plan-outcome-end", loose),
            {"status": "met", "note": "She did it"},
            lambda: Outcome.objects.filter(status="met", end_note="She did it").exists(),
        ),
        "action changed": (
            at("plan-action-change", action),
            {"what": "Something else", "owner": f"p{mother.pk}", "due_on": soon},
            lambda: Action.objects.filter(what="Something else", owner_person=mother).exists(),
        ),
        "action for the whole plan": (
            at("plan-action-add-loose"),
            {"what": "Bring photos", "owner": f"p{mother.pk}", "due_on": soon, "outcome": ""},
            lambda: Action.objects.filter(what="Bring photos", outcome=None).exists(),
        ),
        "reviewed": (
            at("plan-review"),
            {
                "reviewed_on": typed(in_days(0)),
                "summary": "Better",
                "decision": "continue",
                "next_review_on": typed(in_days(42)),
            },
            lambda: PlanReview.objects.filter(summary="Better").exists(),
        ),
        "meeting changed": (
            at("meeting-change", meeting),
            when,
            lambda: Meeting.objects.filter(title="Moved").exists(),
        ),
        "meeting cancelled": (
            at("meeting-cancel", meeting),
            {"reason": "Away"},
            lambda: Meeting.objects.filter(status="cancelled", cancel_reason="Away").exists(),
        ),
        "invited": (
            at("meeting-invite", meeting),
            {"someone": f"m{people.bob.pk}"},
            lambda: Invitation.objects.filter(membership=people.bob).exists(),
        ),
        "answered": (
            at("meeting-answer", meeting, invitation),
            {"answer": "declined", "note": "Training", "contribution": "He is settled.", "category": "1"},
            lambda: Invitation.objects.filter(answer="declined", answer_note="Training").exists(),
        ),
        "on the agenda": (
            at("meeting-agenda-add", meeting),
            {"title": "School trip", "minutes_planned": "5", "category": "1", "audience": "all"},
            lambda: AgendaItem.objects.filter(title="School trip").exists(),
        ),
    }


NAMES = [
    "outcome changed", "outcome scored", "outcome ended", "action changed", "action for the whole plan", "reviewed",
    "meeting changed", "meeting cancelled", "invited", "answered", "on the agenda",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_saved_for_alice_refused_to_charlie_and_empty_is_asked_again(name, sent, people, signed_in_as):
    address, facts, was_saved = sent[name]
    assert signed_in_as(people.charlie).post(address, facts).status_code == 404
    assert Client().post(address, facts).status_code == 302
    alice = signed_in_as(people.alice)
    asked_again = alice.post(address, {"csrfmiddlewaretoken": "as a browser sends it"})
    assert asked_again.status_code == 200 and "Error: " in asked_again.content.decode()
    with as_system():
        assert not was_saved()
    assert alice.post(address, facts).status_code == 302
    with as_system():
        assert was_saved()


@pytest.mark.parametrize("name", ["reviewed", "meeting changed", "meeting cancelled", "invited", "answered"])
def test_bob_on_the_team_does_not_do_what_is_the_leads_or_anothers(name, sent, people, signed_in_as):
    address, facts, was_saved = sent[name]
    assert signed_in_as(people.bob).post(address, facts).status_code == 403
    with as_system():
        assert not was_saved()


@pytest.mark.parametrize("status", ["signed_off", "cancelled"])
def test_a_locked_meeting_is_shown_and_not_written_in(status, people, meeting_of, signed_in_as):

    facts = {"signed_off_at": timezone.now(), "signed_off_by": people.alice} if status == "signed_off" else {}
    meeting = meeting_of(people.case, people.alice, status=status, **facts)
    page = signed_in_as(people.alice).get(reverse("meeting", args=[people.case.reference, meeting.pk]))
    assert page.status_code == 200
    assert "Add to minutes" not in page.content.decode()


def test_closing_says_what_it_waits_for(people, social_care, signed_in_as):
    """The page opens; while a step up waits for its answer it is told why it cannot be closed yet."""
    url = reverse("record-close", args=[people.case.reference])
    alice = signed_in_as(people.alice)
    facts = {"reason": "outcomes_met", "note": "x", "closed_on": typed(in_days(0))}
    with acting_as(people.alice) as actor:
        step_up = send_step_up(
            case=people.case,
            to_agency=social_care,
            reason="x",
            threshold=["neglect"],
            basis="risk_of_harm",
            tried="A plan",
            why_no_meeting="No time for one",
            danger_told=True,
            by=actor,
        )
    assert "still waits for its answer" in alice.post(url, facts).content.decode()
    with acting_as(people.alice) as actor:
        withdraw_step_up(step_up=step_up, by=actor)
    assert alice.post(url, facts).status_code == 302
