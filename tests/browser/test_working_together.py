"""Working together in real browsers: who leads, a meeting from plan to signed minutes, stepping up and down.

Each journey starts from a family that a school and a health visitor share; the first walk (test_worry_to_plan) makes one.
"""

import re
from io import BytesIO

import pypdf
import pytest
from playwright.sync_api import expect

from cases.models import Case, LeadProfessional
from earlyhelp.access.context import as_system
from tests.browser.journey import cast_of, choose, end_and_sign_off, in_days, says

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
ROOM = "School, the Orchard room"


@pytest.fixture
def cast(world):
    return cast_of(world)


@pytest.fixture
def reference(cast, world) -> str:
    """A family that Priya leads and Karen helps, with the agreement of both people in it."""
    return world.shared_case(cast.hub, cast.priya, cast.karen, level=world.level(2)).reference


def leads(reference) -> list[str]:
    """Who leads now, by first name. There is always exactly one."""
    with as_system():
        found = LeadProfessional.objects.filter(case__reference=reference, until_at=None)
        return [lead.membership.user.first_name for lead in found.select_related("membership__user")]


def status(reference) -> str:
    with as_system():
        return Case.objects.get(reference=reference).status


# -- The lead professional --------------------------------------------------------------------------------------------


def ask_to_lead(window, reference, who):
    page = window.go("lead-ask", reference)
    choose(page, "Who do you ask?", who.user.full_name)
    page.get_by_label("Hand-over note").fill(
        "Dana likes a text first. The breakfast place is promised until July."
    )
    page.get_by_label("The family was asked whom they want, and agrees").check()
    choose(page, "How did the family agree?", "Face to face")
    page.get_by_label("When did they agree?").fill(in_days(0))
    window.press("Send the request")
    says(window, "Request sent", "Waiting for an answer")


def answer_the_request(window, *, yes: bool):
    page = window.go("my-work")
    says(window, "Become lead professional for the Hollis family")
    page.get_by_role("button", name="Read the hand-over note and answer").click()
    says(window, "Dana likes a text first.")
    if yes:
        page.get_by_label("Yes, I accept").check()
    else:
        page.get_by_label("No, I cannot").check()
        page.get_by_label("Why not?").fill("I am away until Easter.")
    window.press("Send answer")


def test_the_lead_changes_only_when_the_next_one_accepts(cast, reference, window_of):
    priya, karen, tom = window_of(cast.priya), window_of(cast.karen), window_of(cast.tom)
    ask_to_lead(priya, reference, cast.karen)
    assert leads(reference) == ["Priya"]
    answer_the_request(karen, yes=False)
    assert leads(reference) == ["Priya"]
    priya.go("record-lead", reference)
    says(priya, "could not lead", "I am away until Easter.")

    ask_to_lead(priya, reference, cast.karen)
    tom.go("record-lead", reference)
    says(tom, "Waiting for an answer", priya.name)
    answer_the_request(karen, yes=True)
    assert leads(reference) == ["Karen"]
    for window in (priya, karen, tom):
        page = window.go("record-overview", reference)
        expect(page.locator(".app-identity__facts")).to_contain_text(karen.name)
        assert window.problems == []


# -- The meeting --------------------------------------------------------------------------------------------------------


def plan_a_meeting(window, reference) -> str:
    page = window.go("meeting-new", reference)
    page.get_by_label("Day").fill(in_days(3))
    page.get_by_label("Start time").fill("1:30pm")
    page.get_by_label("End time").fill("2:30pm")
    page.get_by_label("Place").fill(ROOM)
    page.get_by_label("Anything else to talk about?").fill("Mornings and school")
    window.press("Plan the meeting and invite people")
    says(window, "Meeting arranged", ROOM, "Mornings and school")
    return page.url.removeprefix(window.site)


def write_minute(window, words, kind, button="Add to minutes"):
    page = window.page
    page.get_by_label("Add to the minutes").fill(words)
    page.get_by_label(kind).check()
    window.press(button)


def test_a_meeting_is_planned_minuted_by_several_and_signed_off(cast, reference, window_of):
    """With forms alone, as on a computer where scripts do not run; test_four_at_a_meeting types in the live room."""
    priya, karen = (window_of(who, script=False) for who in (cast.priya, cast.karen))
    stranger = window_of(cast.stranger)
    address = plan_a_meeting(priya, reference)
    stranger.go(address, status=404)

    page = karen.go("meetings")
    says(karen, "First meeting")
    karen.go(address)
    page.get_by_role("button", name="Answer the invitation").click()
    page.get_by_role("group", name="Will you come?").get_by_label("Yes", exact=True).check()
    page.locator("main form button").last.click()
    says(karen, "Answer recorded")

    page = priya.go(address)
    page.get_by_role("button", name="Start the meeting").click()
    page.wait_for_load_state()
    karen.go(address)  # both have the page open before either writes
    write_minute(priya, "Ellie was on time four days a week.", "a fact")
    write_minute(karen, "“She packs her bag the night before.”", "what someone said")
    says(
        karen, "Ellie was on time four days a week.", "She packs her bag the night before."
    )  # neither is lost
    write_minute(priya, "Keep the breakfast place until July.", "a fact", button="Add as decision")
    says(priya, "Decisions: 1", "Keep the breakfast place until July.")
    write_minute(priya, "Lend a plug-in light", "a fact", button="Add as action")
    choose(page, "Who will do it?", karen.name)
    page.get_by_label("By when?").fill(in_days(9))
    priya.press("Add to the plan")
    says(priya, "Action agreed. It is in the plan.", "Actions: 1")
    karen.go("record-plan", reference)
    says(karen, "Lend a plug-in light", f"{karen.name} (you)")

    end_and_sign_off(priya, address)
    karen.go(address)
    says(karen, "Minutes signed off", "Ellie was on time four days a week.", "Lend a plug-in light")
    assert karen.page.get_by_label("Add to the minutes").count() == 0  # locked
    with karen.page.expect_download() as waiting:
        karen.follow("Minutes (PDF)")
    pdf = pypdf.PdfReader(BytesIO(waiting.value.path().read_bytes()))
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "She packs her bag" in " ".join(" ".join(each.extract_text() for each in pdf.pages).split())
    assert priya.problems == karen.problems == []


# -- Up to social care and down again -------------------------------------------------------------------------------------


def step_up(priya, reference):
    page = priya.go("record-steps", reference)
    priya.follow("Step up to children’s social care")
    says(priya, "call 999")
    priya.press("No child is in immediate danger: continue")
    page.get_by_label("Domestic abuse in the home").check()
    page.get_by_label("What is it like for each child?").fill("Ellie hid in the wardrobe on Sunday.")
    page.get_by_label("What has been tried, and what came of it?").fill("A safety plan, which was not kept to.")
    page.get_by_label("There was no meeting").check()
    page.get_by_label("Why was there no meeting?").fill("He would have come to it.")
    page.get_by_label("A child is, or may be, at risk of harm").check()
    page.get_by_role("group", name="Does the family know?").get_by_label("Yes", exact=True).check()
    priya.press("Check before sending")
    says(priya, "Ellie hid in the wardrobe on Sunday.", "Westmoor social care")
    priya.press("Send to children’s social care")
    says(priya, "Sent to children’s social care.", "Decision due")


def test_a_step_up_is_decided_and_a_step_down_ends_with_a_named_lead(cast, reference, window_of):
    priya, karen = window_of(cast.priya), window_of(cast.karen)
    tom, yasmin = window_of(cast.tom), window_of(cast.yasmin)
    yasmin.go("record-overview", reference, status=404)  # before it was sent
    step_up(priya, reference)

    page = yasmin.go("my-work")
    says(yasmin, "Decide on a step up")
    page.get_by_role("button", name="Open the request").click()
    says(yasmin, "Ellie hid in the wardrobe on Sunday.")
    page.get_by_label("Accept: children’s social care takes the case on").check()
    page.get_by_label("Reason").fill("We start a child in need plan on Monday.")
    yasmin.press("Send the decision")
    says(yasmin, "Your decision was sent back.")
    assert status(reference) == "stepped_up" and leads(reference) == ["Priya"]  # nobody is left in between
    priya.go("record-steps", reference)
    says(priya, "Accepted", "We start a child in need plan on Monday.")

    step_down(yasmin, reference)
    assert status(reference) == "stepped_up"  # asked is not done
    page = tom.go("record-steps", reference)
    page.get_by_role("link", name=re.compile("^Step down of")).click()
    page.get_by_label("Accept, and ask somebody to lead").check()
    choose(page, "Who is asked to lead?", karen.name)
    tom.press("Send answer")
    says(tom, "Your answer was recorded.")
    assert status(reference) == "stepped_up" and leads(reference) == ["Priya"]

    page = karen.go("my-work")
    says(karen, "Accept a step down and lead")
    page.get_by_role("button", name="Open the request").click()
    page.get_by_label("Yes, I accept").check()
    karen.press("Send answer")
    says(karen, "Finished: early help leads")
    assert status(reference) == "open" and leads(reference) == ["Karen"]
    karen.go("record-plan", reference)
    says(karen, "Visit the new flat")  # what was left to do is an action of the plan
    for window in (priya, karen, tom, yasmin):
        window.problems = [words for words in window.problems if "Failed to load resource" not in words]
        assert window.problems == []


def step_down(yasmin, reference):
    page = yasmin.go("record-steps", reference)
    yasmin.follow("Step down to early help")
    page.get_by_label("Why is early help now enough?").fill("Ellie is safe: her father has moved out.")
    page.get_by_label("What still has to be done?").fill("Visit the new flat")
    page.get_by_label("The family agrees to early help").check()
    yasmin.press("Send to the hub")
    says(yasmin, "Children’s social care holds the case until a lead professional accepts.")
