"""A meeting is set up in real browsers: at once, and by finding a time; answered with and without JavaScript, and by a link.

The page behind a link is no part of the crawl of every page, since nobody meets it by a link of ours: it is looked at here
in the same way, at 1280 and 320 pixels.
"""

import datetime as dt
import os
import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone

from cases.models import Meeting
from earlyhelp.access.context import as_system
from tests.browser.journey import cast_of
from tests.fixtures.browser import axe_faults, sideways
from tests.fixtures.scheduling import at, entry_in, files_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(480)]
SHOTS = os.environ.get("EH_SHOTS")  # a folder for pictures of all pages


@pytest.fixture
def case(world, outcome_of, action_of, meeting_of):
    """A family that Priya leads, with Karen on the team, a plan, and a meeting some weeks ago."""
    cast = cast_of(world)
    case = world.shared_case(cast.hub, cast.priya, cast.karen, level=world.level(2))
    case.cast = cast
    outcome = outcome_of(case, agency=cast.school)
    action_of(outcome, agency=cast.school, owner_membership=cast.priya)
    meeting_of(
        case,
        cast.priya,
        title="First meeting",
        place="School, the Orchard room",
        starts_at=at(-20),
        status="held",
        held_at=timezone.now(),
    )
    return case


def look(window, name: str) -> None:
    """Whatever is wrong with the page in this window, at two widths; and its picture."""
    page = window.page
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe_faults(page) == [], (name, width)
        assert sideways(page) == [], (name, width)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.locator("h1").count() == 1
    assert window.problems == [], name
    assert not [word for word in ("Hollis", "Ellie", "Dana") if word in page.title()], page.title()


def test_a_meeting_is_set_up_with_two_presses(case, window_of, live_server):
    """From the record's meetings: "Plan a meeting", then the button under what is filled in already."""
    priya = window_of(case.cast.priya)
    priya.go("record-meetings", case.reference)
    priya.press("Plan a meeting")
    look(priya, "new")
    priya.press("Plan the meeting and invite people")
    assert priya.page.get_by_role("heading", level=1).inner_text() == "Review meeting"
    with as_system():
        meeting = Meeting.objects.get(status="planned")
        assert (meeting.place, meeting.invitations.count()) == ("School, the Orchard room", 3)
    look(priya, "planned")
    priya.press("Plan the next ones")
    priya.page.get_by_label("How often?").select_option("12")
    priya.press("Show the dates")
    look(priya, "series")
    priya.press("Plan these meetings and tell people")
    assert "4 more meetings are planned" in priya.page.locator(".govuk-notification-banner").inner_text()
    look(priya, "meetings")
    priya.go("meeting-change", case.reference, meeting.pk)
    look(priya, "change")
    today = timezone.localdate()
    saturday = f"{today + dt.timedelta(days=(5 - today.weekday()) % 7 + 35):%d/%m/%Y}"
    priya.page.get_by_label("Day", exact=True).fill(saturday)
    priya.press("Save changes and tell people")
    look(priya, "unsuitable")


def test_a_time_is_found_with_javascript_without_it_and_by_a_link(case, window_of, open_window, live_server):
    cast = case.cast
    priya = window_of(cast.priya)
    priya.go("record-meetings", case.reference)
    priya.press("Find a time")
    look(priya, "propose")
    priya.press("Ask people when they can come")
    look(priya, "propose-refused")
    boxes = priya.page.locator("input[name=offered]")
    for n in (0, 2, 3):
        boxes.nth(n).check()
    priya.press("Ask people when they can come")
    with as_system():
        meeting = Meeting.objects.get(status="proposed")
        mother = meeting.invitations.get(person__isnull=False)
    look(priya, "times-asked")

    # The mother agrees to be e-mailed; her link opens a page without JavaScript and without an account.
    mail.outbox.clear()
    priya.follow("Email them a link", exact=False)
    look(priya, "link")
    priya.page.get_by_label("Email address").fill("dana@example.org")
    priya.page.get_by_label("They agreed", exact=False).check()
    priya.press("Email a link")
    [told] = [each for each in mail.outbox if each.to == ["dana@example.org"]]
    link = urlsplit(re.search(r"https?://\S+", told.body).group()).path
    hers = open_window(script=False)
    hers.go(link)
    assert hers.page.url.endswith("/invited/"), "the secret is out of the address"
    shown = hers.words()
    assert not [word for word in ("Hollis", "Ellie", "Dana", "Orchard", case.reference) if word in shown]
    hers.press("Send my answer")
    assert "There is a problem" in hers.words()
    for row in hers.page.locator("fieldset").all():
        row.get_by_label("If need be").check()
    hers.press("Send my answer")
    assert "Your answer is saved" in hers.words()

    # Karen answers from My work, on a phone without JavaScript.
    karen = window_of(cast.karen, width=320, script=False)
    karen.go("my-work")
    karen.press("Say when you can come", exact=False)
    for row in karen.page.locator("fieldset").all():
        row.get_by_label("Can come", exact=True).check()
    karen.press("Save answer")
    assert "Everybody has answered" in karen.words()

    seen = open_window()
    seen.go(link)
    look(seen, "invited-when")

    priya.go("meeting-times-answer", case.reference, meeting.pk, mother.pk)
    look(priya, "when")
    priya.go("meeting-times-more", case.reference, meeting.pk)
    priya.page.get_by_text("Other times").click()
    look(priya, "more")
    priya.go("meetings")
    look(priya, "my-meetings")
    priya.go("meeting-times", case.reference, meeting.pk)
    look(priya, "times")
    mail.outbox.clear()
    priya.page.get_by_role("button", name="Choose this time", exact=False).first.click()
    priya.page.wait_for_load_state()
    assert "The meeting has its time" in priya.page.locator(".govuk-notification-banner").inner_text()
    with as_system():
        meeting.refresh_from_db()
        mother.refresh_from_db()
    assert (meeting.status, mother.answer, mother.answer_note) == ("planned", "accepted", "If need be")
    told = {each.to[0]: each for each in mail.outbox}
    assert set(told) == {cast.priya.user.email, cast.karen.user.email, "dana@example.org"}
    for each in told.values():
        [(method, content)] = files_of(each)
        assert (method, entry_in(content)["DTSTART"].dt) == ("REQUEST", meeting.starts_at)

    # The same link now asks whether she comes.
    seen.go(link)
    look(seen, "invited")
    seen.page.get_by_label("No", exact=True).check()
    seen.press("Send my answer")
    look(seen, "invited-done")
    with as_system():
        mother.refresh_from_db()
    assert mother.answer == "declined"
    seen.go("/invited/link/" + "x" * 43 + "/", status=410)
    look(seen, "over")
