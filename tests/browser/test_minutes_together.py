"""Minutes typed by three people at once in real browsers: in one entry, in several, without a line, and while it ends."""

import json
import re
import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import AgendaItem, Consent, Meeting, Minute
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind
from tests.browser.journey import cast_of
from tests.fixtures.browser import Window, axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
SAVED = re.compile(r"^All minutes saved \d+:\d\d[ap]m$")


class Writer:
    """One person in the room."""

    def __init__(self, window: Window, address: str) -> None:
        self.window, self.page = window, window.page
        window.go(address)
        self.box = self.page.get_by_label("Add to the minutes")
        self.status = self.page.locator("[data-minutes-status]")
        self.entries = self.page.locator("[data-entries] .app-minute")
        expect(self.page.locator("[data-room-people], [data-room]").first).to_be_attached()

    def sees(self, *words: str) -> None:
        """Wait until the entries say this; the others' names at their carets are no words of it."""
        for _ in range(100):
            text = self.page.evaluate(
                """() => { const copy = document.querySelector("[data-entries]").cloneNode(true)
                copy.querySelectorAll(".app-caret").forEach((each) => each.remove())
                return copy.textContent }"""
            )
            if all(each in text for each in words):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{words} is not in {text}")

    def saved(self) -> None:
        expect(self.status).to_have_text(SAVED)

    def write_in(self, words: str):
        """Open the entry that says this, and give its box."""
        self.entries.filter(has_text=words).get_by_role("button", name=re.compile("^Write here")).click()
        return self.page.locator("textarea.app-minute__box")


@pytest.fixture
def cast(world):
    return cast_of(world)


@pytest.fixture
def meeting(cast, world, meeting_of) -> Meeting:
    """A review that is on, about a family that a school, a health visitor and the police help."""
    cast.dan = world.member(world.agency(AgencyKind.POLICE, name="Westmoor Police"), first_name="Dan")
    case = world.shared_case(cast.hub, cast.priya, cast.karen, cast.dan, level=world.level(2))
    found = meeting_of(case, cast.priya, starts_at=timezone.now())
    with as_system():
        Meeting.objects.filter(pk=found.pk).update(current_item=AgendaItem.objects.get(meeting=found))
    return found


@pytest.fixture
def writers(site, window_of, cast, meeting):
    address = f"/families/{meeting.case.reference}/meetings/{meeting.pk}/"
    return [Writer(window_of(who), address) for who in (cast.priya, cast.karen, cast.dan)]


def comes_to_say(meeting, *wanted: str) -> None:
    """Wait until the entries' texts in the database are these; they are written once a second."""
    for _ in range(200):
        with as_system():
            found = sorted(Minute.objects.filter(meeting=meeting).values_list("text", flat=True))
        if found == sorted(wanted):
            return
        time.sleep(0.1)
    raise AssertionError(f"{found} is not {sorted(wanted)}")


def test_three_people_type_at_once_in_one_entry_and_in_their_own(writers, meeting, cast):
    priya, karen, dan = writers
    priya.box.press_sequentially("Amara was on time")
    karen.sees("Amara was on time")
    expect(karen.entries.first).to_contain_text("writing now")
    expect(karen.page.locator(".app-caret b").first).to_have_text("Priya")
    priya.saved()

    # Karen and Dan type into Priya's entry, one at each end, while she writes on in the box under the list.
    hers, his = karen.write_in("Amara was on time"), dan.write_in("Amara was on time")
    hers.press("Control+Home")
    for hers_key, his_key, own_key in zip("Today: ", " again,", " - yes!", strict=True):
        hers.press_sequentially(hers_key)
        his.press_sequentially(his_key)
        priya.box.press_sequentially(own_key)
    for writer in writers:
        writer.saved()
    with_all = priya.box.input_value()
    assert sorted(with_all.replace("Amara was on time", "")) == sorted("Today: " + " again," + " - yes!")
    expect(hers).to_have_value(with_all)
    expect(his).to_have_value(with_all)
    priya.page.get_by_role("button", name="Add to minutes").click()
    expect(priya.box).to_have_value("")
    priya.sees(with_all)
    expect(priya.entries.first).to_contain_text(re.compile(r"with (Karen|Dan) .* and (Dan|Karen) "))

    # Each in an entry of their own.
    for writer, words in (
        (priya, "The bag is packed."),
        (karen, "A night light could help."),
        (dan, "No calls since May."),
    ):
        writer.box.press_sequentially(words)
    for writer in writers:
        writer.saved()
    for writer in writers:
        writer.page.get_by_role("button", name="Add to minutes").click()
    for writer in writers:
        writer.sees("The bag is packed.", "A night light could help.", "No calls since May.")
    comes_to_say(meeting, "The bag is packed.", "A night light could help.", "No calls since May.", with_all)
    for writer in writers:
        assert axe_faults(writer.page) == []
        assert sideways(writer.page) == []
        assert writer.window.problems == []


def test_nothing_is_lost_without_a_line_and_over_a_reload(writers, meeting):
    priya, karen, _dan = writers
    priya.box.press_sequentially("Before. ")
    karen.sees("Before.")
    priya.window.context.set_offline(True)
    priya.box.press_sequentially("While there was no line. ")
    expect(priya.status).to_contain_text(re.compile("Saving|Not saved"))
    hers = karen.write_in("Before.")
    hers.press_sequentially("Karen meanwhile. ")
    karen.saved()
    priya.window.context.set_offline(False)
    priya.window.page.evaluate("dispatchEvent(new Event('online'))")
    priya.saved()
    expect(priya.box).to_have_value(re.compile("Karen meanwhile"))
    expect(hers).to_have_value(re.compile("While there was no line"))
    priya.box.press("End")
    priya.box.press_sequentially("Half a wo", delay=0)
    priya.window.again()  # in the middle of a word: nothing was acknowledged yet
    priya.sees("Before.", "While there was no line.", "Half a wo", "Karen meanwhile.")
    expect(hers).to_have_value(re.compile("Half a wo"))
    comes_to_say(meeting, hers.input_value())


def test_words_typed_before_the_scripts_have_come_are_shared_all_the_same(writers, meeting):
    priya, karen, _dan = writers
    held = []
    priya.page.route("**/vendor/yjs/**", lambda route: held.append(route))
    priya.window.again()
    priya.box.press_sequentially("Typed on a slow line.")
    for route in held:
        route.continue_()
    priya.saved()
    karen.sees("Typed on a slow line.")
    priya.window.again()
    priya.sees("Typed on a slow line.")
    expect(priya.box).to_have_value("")
    assert held
    comes_to_say(meeting, "Typed on a slow line.")


def test_a_line_that_is_dead_without_saying_so_is_given_up(writers, meeting):
    """A phone between two cells, or a server that forgot to hang up: nothing comes, and nothing has closed it."""
    priya, karen, _dan = writers
    lines = []

    def between(page_side):
        line = {"is_dead": False}
        lines.append(line)
        server_side = page_side.connect_to_server()
        page_side.on_message(lambda words: line["is_dead"] or server_side.send(words))
        server_side.on_message(lambda words: line["is_dead"] or page_side.send(words))

    priya.page.route_web_socket("**/live/meetings/**", between)
    priya.window.again()
    priya.box.press_sequentially("Heard. ")
    karen.sees("Heard.")
    lines[0]["is_dead"] = True
    priya.box.press_sequentially("Not heard for a while.")
    expect(priya.status).to_have_text("Saving")
    expect(priya.status).to_have_text(SAVED, timeout=40_000)
    karen.sees("Heard. Not heard for a while.")
    assert len(lines) > 1


def test_an_entry_that_is_taken_away_takes_no_words_with_it(writers, meeting):
    priya, _karen, _dan = writers
    sides = []

    def between(page_side):
        sides.append(page_side)
        page_side.connect_to_server()

    priya.page.route_web_socket("**/live/meetings/**", between)
    priya.window.again()
    priya.box.press_sequentially("Amara was")
    priya.saved()
    with as_system():
        entry = str(Minute.objects.get(meeting=meeting).pk)
    sides[-1].send(json.dumps({"type": "minutes.gone", "entries": [entry]}))
    expect(priya.status).to_contain_text("What you typed is still in the box")
    priya.box.press_sequentially(" on time")
    priya.saved()
    expect(priya.box).to_have_value("Amara was on time")
    comes_to_say(meeting, "Amara was", "Amara was on time")  # the first was taken away from the page only


def test_whose_consent_ends_is_out_and_their_words_stay_theirs(writers, meeting, cast):
    priya, karen, _dan = writers
    karen.box.press_sequentially("Jude sleeps badly.")
    karen.saved()
    priya.sees("Jude sleeps badly.")
    with as_system():
        Consent.objects.filter(case=meeting.case, agency=cast.karen.agency).update(
            ended_at=timezone.now(), end_reason="withdrawn"
        )
    expect(karen.page.get_by_role("heading", level=1)).to_have_text(
        "You can no longer see this record", timeout=3000
    )
    priya.box.press_sequentially("She has left the room.")
    priya.saved()
    expect(priya.entries.filter(has_text="Jude sleeps badly.")).to_contain_text(cast.karen.user.full_name)
    comes_to_say(meeting, "Jude sleeps badly.", "She has left the room.")
    with as_system():
        minute = Minute.objects.get(text="Jude sleeps badly.")
        assert minute.runs == [[cast.karen.pk, 18]]


def test_without_script_an_entry_is_changed_by_a_form(site, window_of, cast, meeting):
    window = window_of(cast.priya, script=False)
    page = window.go(f"/families/{meeting.case.reference}/meetings/{meeting.pk}/")
    page.get_by_label("Add to the minutes").fill("On time four days.")
    window.press("Add to minutes")
    page.get_by_role("link", name=re.compile("^Change")).first.click()
    page.get_by_label("What the minutes say").fill("On time five days.")
    window.press("Save")
    assert "On time five days." in window.words()
