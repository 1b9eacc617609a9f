"""A meeting run from its start to signed minutes with the keyboard alone: Tab, Enter, Space, arrows and letters."""

import pytest

from cases.models import Action, Decision, Meeting, Minute
from earlyhelp.access.context import as_system
from tests.browser.journey import in_days
from tests.browser.keys import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


class Chair(Keyboard):
    """The chair's keyboard in the room."""

    def on_to(self, tag: str, words: str = "", name: str = "") -> None:
        """Tab on until something of this kind has the focus."""
        self.stops_until(
            lambda at: (
                at["tag"] == tag
                and " ".join(at["words"].split()).startswith(words)
                and at["name"].endswith(name)
            )
        )

    def write(self, tag: str, name: str, words: str) -> None:
        self.on_to(tag, name=name)
        self.type(words)

    def do(self, words: str) -> None:
        """A button of the room, which stays where it is."""
        self.on_to("BUTTON", words)
        self.press("Enter")


def test_the_chair_runs_a_meeting_with_the_keyboard_alone(site, people, tom, meeting_now, window_of):
    window = window_of(people.alice)
    page = window.go("meeting", people.case.reference, meeting_now.pk)
    page.locator("[data-who] li", has_text=people.alice.user.full_name).get_by_text("In the room").wait_for()
    keys = Chair(page)

    keys.do("Start the meeting")
    page.locator("#h-item", has_text="1. What is going well").wait_for()
    keys.write("TEXTAREA", "text", "Ellie was on time four days a week.")
    page.get_by_text("All minutes saved").first.wait_for()
    keys.do("Add to minutes")
    page.locator("[data-entries]", has_text="Ellie was on time").wait_for()

    keys.on_to("SUMMARY", "Record a decision")
    keys.press("Enter")
    keys.write("TEXTAREA", "decision-text", "Keep the breakfast place until July.")
    keys.do("Record decision")
    page.locator("[data-part=decisions]", has_text="breakfast place").wait_for()

    keys.on_to("SUMMARY", "Agree an action")
    keys.press("Enter")
    keys.write("INPUT", "action-what", "Lend a plug-in light")
    keys.on_to("SELECT", name="action-owner")
    keys.press("ArrowDown")
    keys.write("INPUT", "action-due_on", in_days(9))
    keys.do("Add to the plan")
    page.locator("[data-part=actions]", has_text="Lend a plug-in light").wait_for()

    keys.write("INPUT", "message-text", "Thank you all.")
    keys.press("Enter")
    page.locator("[data-part=messages]", has_text="Thank you all.").wait_for()

    keys.on_to("A", "Set next date and end meeting")
    keys.enter()
    groups = page.locator("main fieldset").filter(has=page.get_by_label("Was there", exact=True)).count()
    for _ in range(groups):
        keys.stops_until(lambda at: at["type"] == "radio")
        keys.press("Space")
    keys.on_to("BUTTON", "End the meeting")
    keys.enter()
    keys.on_to("BUTTON", "Sign off and lock the minutes")
    keys.enter()
    page.get_by_text("Minutes signed off and locked.").wait_for()
    with as_system():
        assert Meeting.objects.get(pk=meeting_now.pk).status == "signed_off"
        assert Minute.objects.get(meeting=meeting_now).text == "Ellie was on time four days a week."
        assert Decision.objects.get(meeting=meeting_now).text == "Keep the breakfast place until July."
        assert Action.objects.get(from_meeting=meeting_now).what == "Lend a plug-in light"
    assert window.problems == []
