"""Four real browsers and one meeting: arranged, typed together, consent withdrawn in the middle, signed off.

Grace of the family service leads; Priya's school and Karen's health service help; Pete of the police has no consent. Then
everything that has to be right afterwards is looked at: plan, timeline, PDF, calendar file and the access log.
"""

import datetime as dt
import sys
import time
from io import BytesIO

import icalendar
import pypdf
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Action, Case, Meeting, Minute
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind
from reporting.consistency import broken
from tests.browser.journey import cast_of, choose, end_and_sign_off, in_days, says, withdraw_everything_from

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
GRACE = "Ellie was on time four days a week in the last three weeks."
PRIYA = "She packs her bag the night before. That was her idea."
KAREN = "Broken sleep fits with the worry about the dark stairs."
LETTER = b"Repairs note. The stairs light was ordered on Monday."


@pytest.fixture
def cast(world):
    cast = cast_of(world)
    service = world.agency(AgencyKind.COUNCIL_EARLY_HELP, name="Family Service North", hub=cast.hub)
    police = world.agency(AgencyKind.POLICE, name="Westmoor Police")
    cast.grace = world.member(service, first_name="Grace", job_title="Family support worker")
    cast.pete = world.member(police, first_name="Pete", job_title="Neighbourhood officer")
    return cast


@pytest.fixture
def case(cast, world) -> Case:
    """A family that Grace leads, with the school and the health visitor on the team, and one outcome in the plan."""
    return world.shared_case(cast.hub, cast.grace, cast.priya, cast.karen, level=world.level(2))


def test_a_meeting_of_four(no_clock, site, cast, case, outcome_of, window_of):
    outcome_of(case, agency=cast.grace.agency, what="Mornings and school")
    grace, priya, karen, pete = (window_of(who) for who in (cast.grace, cast.priya, cast.karen, cast.pete))
    address = arrange(grace, case)
    pete.go(address, status=404)  # no consent: for the police there is no such meeting
    for window in (grace, priya, karen):
        window.go(address)
    grace.press("Start the meeting")
    for window in (grace, priya, karen):
        expect(window.page.locator("[data-count-here]").first).to_have_text("3")
    type_together({grace: GRACE, priya: PRIYA, karen: KAREN})
    decide(grace, "Keep the breakfast club place until July.", others=(priya, karen))
    decide(priya, "The repair note goes into the plan.", others=(grace, karen))
    for window, what, who in (
        (grace, "Lend a plug-in light", cast.karen),
        (priya, "Text when the bag is packed all week", cast.priya),
        (karen, "Ring the housing officer about the stairs", cast.grace),
    ):
        agree(window, what, who)
    share_a_document(priya, others=(grace, karen))
    withdraw_consent_of(cast.karen.agency, grace, window_of(cast.grace), karen, case, address)
    end_and_sign_off(grace, address)
    after(case, cast, grace, priya, karen, address)
    for window in (grace, priya, karen, pete):
        window.problems = [words for words in window.problems if "Failed to load resource" not in words]
        assert window.problems == [], window.name


def arrange(window, case) -> str:
    """Set it up on one page, for now. Gives its address."""
    start = timezone.localtime() + dt.timedelta(minutes=5)
    if (start.hour, start.minute) == (23, 59):
        start += dt.timedelta(minutes=1)
    last = start.replace(hour=23, minute=59)  # a meeting ends on its own day, also when tests run at night
    end = min(start + dt.timedelta(minutes=45), last)
    page = window.go("meeting-new", case.reference)
    page.get_by_label("Day", exact=True).fill(f"{start.day} {start:%B %Y}")
    page.get_by_label("Start time").fill(f"{start:%H:%M}")
    page.get_by_label("End time").fill(f"{end:%H:%M}")
    page.get_by_label("Place").fill("School, the Orchard room")
    window.press("Plan the meeting and invite people")
    if page.get_by_label("I mean these days").is_visible():  # today is no working day
        page.get_by_label("I mean these days").check()
        window.press("Plan the meeting and invite people")
    says(window, "Meeting arranged")
    return page.url.removeprefix(window.site)


def type_together(words: dict) -> None:
    """Each writes an entry, a piece at a time in turn, so that all are being written at once; all see all."""
    boxes = {window: window.page.get_by_label("Add to the minutes") for window in words}
    for start in range(0, max(map(len, words.values())), 6):
        for window, text in words.items():
            boxes[window].press_sequentially(text[start : start + 6])
    for window in words:
        minutes = window.page.locator("#minutes")
        for text in words.values():
            expect(minutes).to_contain_text(text) if text != words[window] else None
    for window in words:
        window.page.get_by_text("All minutes saved").first.wait_for()


def decide(window, words, others) -> None:
    window.page.get_by_text("Record a decision").click()
    window.page.get_by_label("What was decided?").fill(words)
    window.page.get_by_role("button", name="Record decision").click()
    for each in (window, *others):
        each.page.locator("[data-part=decisions]", has_text=words).wait_for()


def agree(window, what, who) -> None:
    page = window.page
    page.get_by_text("Agree an action").click()
    page.get_by_label("What will be done?").fill(what)
    choose(page, "Who will do it?", who.user.full_name)
    page.get_by_label("By when?").fill(in_days(9))
    page.get_by_role("button", name="Add to the plan").click()
    page.locator("[data-part=actions]", has_text=what).wait_for()


def share_a_document(window, others) -> None:
    page = window.page
    page.get_by_role("link", name="Share a document").click()
    page.get_by_label("What is it?").fill("Repairs note")
    page.locator("input[type=file]").set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": LETTER}
    )
    page.get_by_role("button", name="Add and share it").click()
    for each in (window, *others):
        each.page.locator("[data-part=documents]", has_text="Repairs note").wait_for()


def withdraw_consent_of(agency, grace, other_window, karen, case, address) -> None:
    """The family takes its consent back, told to the lead, who writes it down in another window: health is out at once."""
    withdraw_everything_from(other_window, case.reference, agency.name, loses=karen.name)
    start = time.perf_counter()
    karen.page.get_by_role("heading", name="You can no longer see this record").wait_for()
    took = time.perf_counter() - start
    sys.stderr.write(f"\nout after {took:.2f} s\n")
    for words in (case.reference, GRACE, PRIYA, KAREN):
        assert words not in karen.words()
    karen.go(address, status=404)
    # What she wrote stays, in her name.
    entry = grace.page.locator("[data-entries] > *", has_text=KAREN).first
    expect(entry).to_contain_text("Karen")


def after(case, cast, grace, priya, karen, address) -> None:
    """Plan, timeline, PDF, calendar file and access log."""
    priya.go("record-plan", case.reference)
    says(priya, "Lend a plug-in light", "Text when the bag is packed", "Ring the housing officer")
    priya.go("record-timeline", case.reference)
    says(priya, "A meeting was held", "Minutes of a meeting were signed off")
    priya.go("my-work").get_by_text("Later: 1").click()
    says(priya, "Text when the bag is packed all week")

    minutes = download(priya, address, "Minutes (PDF)")
    pdf = pypdf.PdfReader(BytesIO(minutes))
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for words in (GRACE, PRIYA, KAREN, "Karen", "breakfast club", "plug-in light"):
        assert words in text, words

    with as_system():
        meeting = Meeting.objects.get(case=case, status="signed_off")
        following = Meeting.objects.get(case=case, status="planned")
        assert {minute.text: minute.author for minute in Minute.objects.filter(meeting=meeting)} == {
            GRACE: cast.grace, PRIYA: cast.priya, KAREN: cast.karen,
        }  # fmt: skip
        assert Action.objects.filter(from_meeting=meeting).count() == 3
        events = Event.objects.filter(case_id=case.pk)
        by_person = {
            who: set(events.filter(user_id=who.user_id).values_list("verb", flat=True))
            for who in (cast.grace, cast.priya, cast.karen, cast.pete)
        }
    assert {"Arranged a meeting", "Ended a meeting", "Signed off the minutes"} <= by_person[cast.grace]
    assert "Recorded a decision" in by_person[cast.priya]
    assert any("minutes" in verb.lower() for verb in by_person[cast.karen])
    assert not by_person[cast.pete], "nobody who saw nothing is on the list of those who looked"

    there = icalendar.Calendar.from_ical(
        download(grace, f"/families/{case.reference}/meetings/{following.pk}/", "Add to your calendar")
    )
    [event] = there.walk("VEVENT")
    assert event["UID"] and event["DTSTART"].dt == following.starts_at
    assert "Hollis" not in there.to_ical().decode()
    with as_system():
        assert list(broken()) == []


def download(window, address, words) -> bytes:
    page = window.go(address)
    with page.expect_download() as waiting:
        page.get_by_role("link", name=words).first.click()
    return waiting.value.path().read_bytes()
