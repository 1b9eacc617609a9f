"""Stepping up and down through the pages, as both sides see it."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.step_up import send_step_up
from cases.models import StepDown, StepUp
from earlyhelp.access.context import acting_as
from tests.fixtures.plan import in_days


def typed(day) -> str:
    return f"{day.day}/{day.month}/{day.year}"


pytestmark = pytest.mark.django_db


def test_stepping_up_through_the_pages(people, social_care, signed_in_as, seen_by):
    alice, reference = signed_in_as(people.alice), people.case.reference
    write = reverse("step-up-write", args=[reference])
    assert alice.get(write).status_code == 302  # the warning comes first
    assert alice.get(write + "?read=yes").status_code == 200
    facts = {
        "to_agency": social_care.pk,
        "tried": "A plan",
        "meeting": "none",
        "why_no_meeting": "He would not come",
        "categories": ["2"],
        "threshold": ["neglect", "no_change"],
        "reason": "Cold & hungry",
        "basis": "risk_of_harm",
        "told": "no",
        "why_family_not_told": "He would take the children away",
    }
    assert alice.post(write, facts | {"reason": "", "do": "check"}).status_code == 200
    check = alice.post(write, facts | {"do": "check"}).content.decode()
    assert "Check before sending" in check and "Cold &amp; hungry" in check
    seen_by(people.alice)
    assert not StepUp.objects.exists()
    assert "Cold &amp; hungry" in alice.post(write, facts | {"do": "change"}).content.decode()
    assert alice.post(write, facts | {"do": "send"}).status_code == 302
    seen_by(people.alice)
    step_up = StepUp.objects.get()
    url = reverse("step-up", args=[step_up.pk])
    assert alice.get(url).status_code == 200
    assert alice.post(url, {"answer": "accept", "reason": "x"}).status_code == 403
    for who in (people.bob, people.charlie, social_care.worker):
        assert signed_in_as(who).get(url).status_code == 404
    erin = signed_in_as(social_care.decider)
    assert "Cold &amp; hungry" in erin.get(url).content.decode()
    assert erin.post(url, {"answer": "return", "reason": ""}).status_code == 200
    assert erin.post(url, {"answer": "return", "reason": "Night support first"}).status_code == 302
    after = erin.get(url)
    assert (
        after.status_code == 200 and after.context["case"] is None
    )  # what was sent stays, the record is gone
    assert erin.get(reverse("record-overview", args=[reference])).status_code == 404
    assert "Night support first" in alice.get(reverse("record-steps", args=[reference])).content.decode()
    assert Client().get(url).status_code == 302


def test_stepping_down_through_the_pages(people, social_care, signed_in_as, seen_by, world):
    with acting_as(people.alice) as alice:
        step_up = send_step_up(
            case=people.case,
            to_agency=social_care,
            reason="x",
            threshold=["neglect"],
            basis="risk_of_harm",
            tried="A plan",
            why_no_meeting="No time for one",
            danger_told=True,
            by=alice,
        )
    erin, reference = signed_in_as(social_care.decider), people.case.reference
    assert (
        erin.post(reverse("step-up", args=[step_up.pk]), {"answer": "accept", "reason": "Yes"}).status_code
        == 302
    )
    new = reverse("step-down-new", args=[reference])
    assert signed_in_as(people.alice).get(new).status_code == 403
    assert erin.post(new, {"reason": "Safe now"}).status_code == 200  # the family has to agree
    assert (
        erin.post(
            new,
            {
                "reason": "Safe now",
                "outstanding": "Ring the school",
                "family_agrees": "on",
                "agreed_on": typed(in_days(0)),
            },
        ).status_code
        == 302
    )
    seen_by(social_care.decider)
    url = reverse("step-down", args=[StepDown.objects.get().pk])
    dee = signed_in_as(people.coordinator)
    assert "The hub’s answer" in dee.get(url).content.decode()
    assert dee.post(url, {"answer": "name", "lead": people.alice.pk}).status_code == 302
    alice = signed_in_as(people.alice)
    assert "Your answer" in alice.get(url).content.decode()
    assert alice.post(url, {"answer": "accept"}).status_code == 302
    assert "Finished" in alice.get(url).content.decode()
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(url).status_code == 404
    assert Client().get(url).status_code == 302


def test_taking_back_a_step_up_and_a_step_down(people, social_care, signed_in_as, seen_by):
    with acting_as(people.alice) as alice:
        step_up = send_step_up(
            case=people.case,
            to_agency=social_care,
            reason="x",
            threshold=["neglect"],
            basis="risk_of_harm",
            tried="A plan",
            why_no_meeting="No time for one",
            danger_told=True,
            by=alice,
        )
    url = reverse("step-up-withdraw", args=[step_up.pk])
    assert signed_in_as(people.charlie).post(url).status_code == 404
    assert signed_in_as(social_care.decider).post(url).status_code == 403
    assert signed_in_as(people.alice).post(url).status_code == 302
    seen_by(people.alice)
    assert StepUp.objects.get().status == "withdrawn"
