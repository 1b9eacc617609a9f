"""Stepping up, in and down in Chromium: wide and at 320 px, axe-clean, and without scripts."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from cases.actions.step_up import accept_step_up, send_step_up
from cases.models import StepDown, StepIn, StepUp
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind
from tests.browser.journey import choose
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
SHOTS = os.environ.get("EH_SHOTS")


@pytest.fixture
def site(request):
    cache.clear()
    for number in (1, 2, 3, 4):
        request.getfixturevalue("world").level(number)
    return request.getfixturevalue("window_of")


def looked_at(window, name: str) -> dict[str, list[str]]:
    """What is wrong with the page as it stands, wide and on a phone; with EH_SHOTS a picture of both."""
    page, found = window.page, {}
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        if faults := sideways(page):
            found[f"{name} at {width}"] = faults
    page.set_viewport_size({"width": 1280, "height": 900})
    if faults := axe_faults(page):
        found[f"{name}: axe"] = faults
    return found


def test_advice_incident_decision_and_a_service_that_joins(site, people, social_care, world, outcome_of):
    health = world.agency(AgencyKind.HEALTH, name="Westmoor health")
    ade = world.member(health, Role.AGENCY_LEAD, first_name="Ade")
    world.consent(people.case, health)
    outcome_of(people.case)
    alice, erin, wrong = site(people.alice), site(social_care.decider), {}
    reference, today = people.case.reference, timezone.localdate()
    page = alice.go("consultation-add", reference)
    page.get_by_label("The consultation helpline").check()
    page.get_by_label("Name and role of who gave the advice").fill("Jo Fenn, duty social worker")
    page.get_by_label("Day").fill(f"{today - dt.timedelta(days=1):%d/%m/%Y}")
    page.get_by_label("Time").fill("10:15am")
    page.get_by_label("No, I asked in general terms").check()
    page.get_by_label("What did you ask?").fill("A child of nine who rings a relative at night.")
    alice.press("Save the advice")
    wrong |= looked_at(alice, "advice-error")
    page.get_by_label("What did they advise?").fill("Ring at once if it happens again.")
    alice.press("Save the advice")
    wrong |= looked_at(alice, "steps-advice")
    page.get_by_role("link", name="Say whether it was followed").click()
    wrong |= looked_at(alice, "advice-decide")
    page.get_by_label("Yes").check()
    alice.press("Save")

    alice.go("step-up-start", reference)
    wrong |= looked_at(alice, "before")
    page.get_by_role("button", name="Tell social care of an incident").click()
    page.get_by_label("What has happened?").fill("Ronnie could not wake his mother and rang his grandfather.")
    page.get_by_label("Day it happened").fill(f"{today - dt.timedelta(days=1):%d/%m/%Y}")
    page.get_by_label("Time it happened").fill("10pm")
    alice.press("Tell children’s social care now")
    wrong |= looked_at(alice, "incident-error")
    assert "Ronnie could not wake" in page.get_by_label("What has happened?").input_value()
    page.get_by_label("Who is safe now, and where?").fill("Ronnie is with his grandparents.")
    page.get_by_role("group", name="Does the family know?").get_by_label("Yes", exact=True).check()
    wrong |= looked_at(alice, "incident")
    alice.press("Tell children’s social care now")
    assert "Children’s social care has been told." in alice.words()
    wrong |= looked_at(alice, "incident-sent")
    with as_system():
        incident = StepUp.objects.get()
    page = erin.go("step-up", incident.pk)
    wrong |= looked_at(erin, "decide")
    page.get_by_label("Return it: early help goes on").check()
    page.get_by_label("Reason").fill("He is safe tonight. Meet tomorrow.")
    erin.press("Send the decision")
    page = alice.go("step-up", incident.pk)
    wrong |= looked_at(alice, "decided")
    alice.press("I have read the decision")
    assert "Read by the sender’s side" in alice.words()

    page = alice.go(reverse("step-up-write", args=[reference]) + "?read=yes")
    page.get_by_label("Basic care, food, warmth or supervision is often missing").check()
    page.get_by_label("What is it like for each child?").fill("Cold and hungry.")
    page.get_by_label("What has been tried, and what came of it?").fill("Three months of the plan.")
    page.get_by_label("There was no meeting").check()
    alice.press("Check before sending")
    wrong |= looked_at(alice, "planned-error")
    page.get_by_label("Why was there no meeting?").fill("The next one is in two weeks.")
    page.get_by_label("A child is, or may be, at risk of harm").check()
    page.get_by_label("Money").uncheck()
    page.get_by_role("group", name="Does the family know?").get_by_label("Yes", exact=True).check()
    alice.press("Check before sending")
    assert "Money: the sender left it out" in alice.words()
    wrong |= looked_at(alice, "check")
    alice.press("Send to children’s social care")
    wrong |= looked_at(alice, "planned-sent")

    page = alice.go("step-in-new", reference)
    wrong |= looked_at(alice, "ask")
    choose(page, "Which service do you ask?", "Westmoor health")
    page.get_by_label("What do you ask them to do?").fill("Six visits about sleep.")
    page.get_by_label("Why now?").fill("A new baby is due.")
    page.get_by_label("The family was asked and wants this help").check()
    alice.press("Send to the service")
    with as_system():
        asked = StepIn.objects.get()
    nurse = site(ade)
    nurse.go("my-work")
    wrong |= looked_at(nurse, "my-work-service")
    page = nurse.go("step-in", asked.pk)
    page.get_by_label("We help: this person joins the team").check()
    choose(page, "Who joins?", "Ade")
    wrong |= looked_at(nurse, "answer")
    nurse.press("Send answer")
    assert "Joined the team" in nurse.words()
    wrong |= looked_at(nurse, "joined")
    alice.go("record-steps", reference)
    wrong |= looked_at(alice, "steps")
    assert wrong == {}
    for window in (alice, erin, nurse):
        assert window.problems == []


def test_the_way_down_ends_with_a_named_lead_and_then_social_care_closes(site, people, social_care, outcome_of):
    outcome_of(people.case)
    with acting_as(people.alice) as actor:
        step_up = send_step_up(
            case=people.case, to_agency=social_care, reason="x", threshold=["neglect"], basis="risk_of_harm", tried="x",
            why_no_meeting="x", danger_told=True, by=actor,
        )  # fmt: skip
    with acting_as(social_care.decider) as actor:
        accept_step_up(step_up=step_up, reason="Yes", by=actor)
    alice, erin, dee, wrong = site(people.alice), site(social_care.decider), site(people.coordinator), {}
    page = erin.go("step-down-new", people.case.reference)
    soon = timezone.localdate() + dt.timedelta(days=6)
    page.get_by_label("Why is early help now enough?").fill("Ellie is safe: he has moved out.")
    page.get_by_label("What still has to be done?").fill("Visit the new flat")
    page.get_by_label("Day of the last child in need meeting").fill(f"{soon:%d/%m/%Y}")
    page.get_by_label("Where it is").fill("Room 2")
    page.get_by_label("What did they say?").fill("We know whom to ring.")
    erin.press("Send to the hub")
    wrong |= looked_at(erin, "down-error")
    page.locator("[name=final_time]").fill("11am")
    page.get_by_label("The family agrees to early help").check()
    erin.press("Send to the hub")
    wrong |= looked_at(erin, "down-sent")
    with as_system():
        step_down = StepDown.objects.get()
    page = dee.go("step-down", step_down.pk)
    page.get_by_label("Accept, and ask somebody to lead").check()
    choose(page, "Who is asked to lead?", "Alice")
    wrong |= looked_at(dee, "down-hub")
    dee.press("Send answer")
    page = alice.go("step-down", step_down.pk)
    page.get_by_label("Yes, I accept").check()
    wrong |= looked_at(alice, "down-lead")
    alice.press("Send answer")
    assert "Open the hand-over meeting" in alice.words()
    wrong |= looked_at(alice, "down-finished")
    erin.go("step-down", step_down.pk)
    wrong |= looked_at(erin, "down-close")
    erin.press("Record that our case is closed")
    assert "stepping across to early help" in erin.words()
    wrong |= looked_at(erin, "down-closed")
    assert wrong == {}
