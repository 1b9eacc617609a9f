"""The meeting room in real browsers: everybody follows, nobody loses what they type, and who may not see it is out."""

import time

import pytest
from django.utils import timezone

from cases.models import Consent, Decision, Invitation
from earlyhelp.access.context import as_system
from tests.browser.journey import choose, in_days
from tests.fixtures.browser import axe_faults, sideways
from tests.fixtures.live import LiveProcess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MINE = "Before half-term it was two days, and now"


@pytest.fixture
def both(site, people, tom, meeting_now, window_of):
    """Alice, who chairs, and Tom on a telephone, in the same meeting; each is told of the other."""
    alice, police = window_of(people.alice), window_of(tom, width=320)
    for window in (alice, police):
        window.go("meeting", people.case.reference, meeting_now.pk)
    for window in (alice, police):
        window.page.locator("[data-who] li", has_text=people.alice.user.full_name).get_by_text(
            "In the room"
        ).wait_for()
        window.page.locator("[data-who] li", has_text=tom.user.full_name).get_by_text(
            "In the room"
        ).wait_for()
    return alice, police


def test_everybody_follows_the_chair_and_nobody_loses_focus_or_words(both, people, meeting_now):
    alice, police = both
    alice.press("Start the meeting")
    police.page.locator("#h-item", has_text="1. What is going well").wait_for()
    box = police.page.locator("[data-own=message] input[type=text]")
    box.fill(MINE)
    alice.press("Move to item 2")
    police.page.locator("#h-item", has_text="2. Ellie’s voice").wait_for()
    police.page.get_by_text("I want mornings where nobody shouts.").wait_for()
    assert box.input_value() == MINE
    assert police.page.evaluate("document.activeElement.name") == "message-text"
    # What was begun stays with the item it was begun at; what is written from now on belongs to the next.
    item = "form:has([name='{}']) [name=item]"
    begun, fresh = (police.page.locator(item.format(name)) for name in ("message-text", "decision-text"))
    with as_system():
        first, second = meeting_now.agenda.all()[:2]
    assert (begun.input_value(), fresh.input_value()) == (str(first.pk), str(second.pk))
    done = alice.page.locator(".app-agenda li").first
    done.get_by_text("Done").wait_for()
    for window in both:
        assert axe_faults(window.page) == []
        assert sideways(window.page) == []
        assert window.problems == []


def test_decisions_actions_messages_and_hands_appear_on_the_others_screen(both, people, tom):
    alice, police = both
    page = alice.page
    page.get_by_text("Record a decision").click()
    page.get_by_label("What was decided?").fill("Keep the breakfast club place until July.")
    page.get_by_role("button", name="Record decision").click()
    police.page.get_by_text("Keep the breakfast club place until July.").wait_for()
    page.locator("[role=status]", has_text="Decision recorded").wait_for(state="attached")
    assert page.get_by_label("What was decided?").input_value() == ""
    police.page.get_by_role("textbox", name="Message").fill("I have to leave at two.")
    police.page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("I have to leave at two.").wait_for()
    police.page.get_by_role("button", name="Raise your hand").click()
    page.locator("[data-who] li", has_text=tom.user.full_name).get_by_text("Hand up").wait_for()
    police.page.get_by_role("button", name="Lower your hand").click()
    page.locator(".app-room-hand").wait_for(state="hidden")
    page.locator("form[action*='/actions/'] button", has_text="Done").click()
    police.page.locator("[data-part=actions] li", has_text="Send the housing letter").wait_for(state="hidden")
    with as_system():
        assert Decision.objects.get().recorded_by == people.alice
        assert Invitation.objects.get(membership=tom).arrived_at is not None


def test_item_looked_at_on_purpose_stays(both):
    alice, police = both
    alice.press("Start the meeting")
    police.page.locator("#h-item", has_text="1. What is going well").wait_for()
    police.follow("Mornings and school")
    alice.press("Move to item 2")
    police.page.get_by_text("The meeting is at Ellie’s voice").wait_for()
    assert police.page.locator("#h-item").inner_text() == "3. Mornings and school"
    police.page.locator("#h-item ~ * a, section:has(#h-item) a", has_text="Ellie’s voice").first.click()
    police.page.locator("#h-item", has_text="2. Ellie’s voice").wait_for()


def test_consent_withdrawn_in_mid_meeting_takes_the_room_off_the_screen(no_clock, both, people, tom):
    alice, police = both
    with as_system():
        Consent.objects.filter(agency=tom.agency).update(ended_at=timezone.now(), end_reason="withdrawn")
    police.page.get_by_role("heading", name="You can no longer see this record").wait_for()
    text = police.page.locator("body").inner_text()
    for word in (people.case.reference, "housing", people.alice.user.full_name):
        assert word not in text
    row = alice.page.locator("[data-who] li", has_text=tom.user.full_name)
    row.get_by_text("In the room").wait_for(state="hidden")
    assert axe_faults(police.page) == []


def test_lost_connection_is_said_words_stay_and_what_was_missed_comes(both, live, people, meeting_now):
    """The live process ends and starts again, as in an update: nobody loses a word, and pages catch up."""
    _alice, police = both
    box = police.page.locator("[data-own=message] input[type=text]")
    box.fill(MINE)
    live.stop()
    police.page.locator("[data-room-line]", has_text="Connection lost. Your words are kept").wait_for()
    assert axe_faults(police.page) == []
    assert box.input_value() == MINE
    with as_system():
        Decision.objects.create(
            meeting=meeting_now, case=people.case, agency=people.alice.agency, recorded_by=people.alice,
            text="Decided while the line was down.",
        )  # fmt: skip
    again = LiveProcess()
    again.server.config.port = live.port
    again.start()
    try:
        police.page.get_by_text("Decided while the line was down.").wait_for()
        police.page.locator("[data-room-line]").wait_for(state="hidden")
        assert box.input_value() == MINE
    finally:
        again.stop()


def test_room_without_javascript_works_as_forms(site, people, tom, meeting_now, window_of):
    window = window_of(people.alice, script=False)
    page = window.go("meeting", people.case.reference, meeting_now.pk)
    window.press("Start the meeting")
    window.press("Move to item 2")
    page.get_by_text("Record a decision").click()
    page.get_by_label("What was decided?").fill("Stairs light today.")
    window.press("Record decision")
    assert "Stairs light today." in window.words()
    page.get_by_role("textbox", name="Message").fill("Good.")
    window.press("Send")
    assert "Good." in window.words()
    row = page.locator("[data-who] li", has_text=tom.user.full_name)
    row.get_by_role("button", name="Mark as here").click()
    page.wait_for_load_state()
    assert "Here since" in row.inner_text()
    window.follow("Hand over the chair")
    page.get_by_label(tom.user.full_name).check()
    window.press("Hand over")
    assert f"{tom.user.full_name} chairs the meeting now" in window.words()
    assert sideways(page) == []


def test_a_late_answer_takes_nobody_away_from_what_they_type(both):
    """The chair starts the meeting and types at once; a message goes, and the next is begun before it is answered."""
    alice, _police = both
    page = alice.page

    def late(route):
        page.wait_for_timeout(0)
        time.sleep(1)
        route.continue_()

    page.route("**/agenda/move/", late)
    page.get_by_role("button", name="Start the meeting").click()
    box = page.get_by_label("Add to the minutes")
    box.focus()
    page.locator("[data-part=agenda]", has_text="Now").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.name") == "text"

    page.route("**/messages/**", late)
    message = page.get_by_role("textbox", name="Message")
    message.fill("First")
    page.get_by_role("button", name="Send", exact=True).click()
    message.fill("Second, not sent yet")
    page.locator("[data-part=messages]", has_text="First").wait_for()
    page.wait_for_timeout(300)
    assert page.get_by_role("textbox", name="Message").input_value() == "Second, not sent yet"


@pytest.mark.parametrize("with_key", [False, True])
def test_a_button_that_is_being_pressed_stays_until_the_press_is_over(both, people, with_key):
    """Somebody agrees an action while the chair's finger is on a button beside it: the press counts, and both are shown."""
    alice, police = both
    page = alice.page
    done = page.locator("[data-part=actions] form button", has_text="Done")
    done.scroll_into_view_if_needed()
    place = done.bounding_box()
    if with_key:
        done.focus()
        page.keyboard.down("Space")
    else:
        page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        page.mouse.down()
    with page.expect_response(lambda answer: "part=actions" in answer.url):
        police.page.get_by_text("Agree an action").click()
        police.page.get_by_label("What will be done?").fill("Ring the landlord")
        choose(police.page, "Who will do it?", people.alice.user.full_name)
        police.page.get_by_label("By when?").fill(in_days(9))
        police.page.get_by_role("button", name="Add to the plan").click()
    page.wait_for_timeout(300)
    if with_key:
        page.keyboard.up("Space")
    else:
        page.mouse.up()
    here = page.locator("[data-part=actions]")
    here.locator("li", has_text="Send the housing letter").wait_for(state="hidden")
    here.locator("li", has_text="Ring the landlord").wait_for()
    assert alice.problems == []
