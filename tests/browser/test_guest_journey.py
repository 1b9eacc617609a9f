"""A guest in a real browser: invited with a form, let in by link and code, reading, and shown out; each page looked at.

The pages of guests are no part of the crawl of every page, since nobody meets them by a link: they are looked at here in the
same way, at 1280 and 320 pixels, with JavaScript and without.
"""

import datetime as dt
import os
import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone

from cases.models import AgendaItem, CaseNote, Decision, Guest, Minute
from earlyhelp.access.context import as_system
from tests.browser.journey import cast_of, in_days, says
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
SHOTS = os.environ.get("EH_SHOTS")  # a folder for pictures of all pages


@pytest.fixture
def case(world, outcome_of, action_of, meeting_of):
    """A family that Priya leads, with a plan, a timeline, a meeting to come and signed minutes."""
    cast = cast_of(world)
    case = world.shared_case(cast.hub, cast.priya, cast.karen, level=world.level(2))
    case.cast = cast
    facts = {"case": case, "agency": cast.school, "category": 2}
    with as_system():
        aunt = case.family.people.create(
            family=case.family, first_name="Ama", last_name="Boateng", is_child=False, role_in_household="aunt",
            lives_with_family=False,
        )
        outcome = outcome_of(case, agency=cast.school)
        action_of(outcome, agency=cast.school, owner_person=aunt, what="Take Ellie swimming on Mondays")
        action_of(outcome, agency=cast.school, owner_membership=cast.priya)
        CaseNote.objects.create(
            kind="said", title="Reading with Mr Bell", body="She read two pages aloud.", happened_at=timezone.now(),
            author=cast.priya, **facts,
        )
        meeting_of(case, cast.priya, place="School, the Orchard room")
        signed = meeting_of(
            case, cast.priya, title="First meeting", starts_at=timezone.now() - dt.timedelta(days=20),
            status="signed_off", signed_off_at=timezone.now(), signed_off_by=cast.priya,
        )
        item = AgendaItem.objects.create(meeting=signed, position=2, title="School", **facts)
        Minute.objects.create(meeting=signed, item=item, author=cast.priya, text="Four days a week now.", **facts)
        Decision.objects.create(meeting=signed, text="Breakfast club until July", recorded_by=cast.priya, **facts)
    world.consent(case, cast.school, person=aunt)
    return case


def look(window, name: str) -> None:
    """Whatever is wrong with the page in this window, at two widths; and its picture."""
    page = window.page
    window.settle()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe_faults(page) == [], (name, width)
        assert sideways(page) == [], (name, width)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.locator("h1").count() == 1
    assert window.problems == [], name
    title = page.title()
    assert not [word for word in ("Hollis", "Ellie", "Dana", "Ama") if word in title], title


def link_sent() -> str:
    """The path of the link that was mailed last."""
    [found] = re.findall(r"https?://\S+/guest/link/\S+", mail.outbox[-1].body)
    return urlsplit(found).path


def invite(window, case) -> str:
    """Fill the form in and give back the code that is shown."""
    page = window.go("record-sharing", case.reference)
    window.follow("Invite a guest")
    look(window, "guest-invite")
    page.get_by_label("Name", exact=True).fill("Ama Boateng")
    page.get_by_label("Organisation, or how they know the family").fill("Aunt, swimming club")
    page.get_by_label("Email address").fill("ama@example.org")
    page.get_by_label("Phone number (optional)").fill("07700 900123")
    page.get_by_label("Why do they need to read some of this record?").fill("She takes Ellie swimming.")
    page.get_by_label("Family and contact").check()
    page.get_by_label("Education").check()
    page.get_by_label("Dana Hollis").check()
    page.get_by_label("Last day").fill(in_days(10))
    window.press("Invite and show the code")
    return page.locator("#guest-code").inner_text()


def test_a_guest_is_invited_reads_and_is_shown_out(case, window_of, open_window):
    priya = window_of(case.cast.priya)
    code = invite(priya, case)
    assert re.fullmatch(r"\d{3} \d{3}", code)
    look(priya, "guest-code-shown")
    priya.page.get_by_role("button", name="I have told them the code").click()
    says(priya, "Ama Boateng", "Waits for the code")
    look(priya, "guest-on-sharing-page")

    ama = open_window()
    page = ama.page
    page.goto(ama.site + link_sent())
    assert page.url == f"{ama.site}/guest/code/"
    look(ama, "guest-door")
    page.get_by_label("Code").fill("1")
    ama.press("Continue")
    page.locator(".govuk-error-summary").wait_for()
    look(ama, "guest-door-refused")
    page.get_by_label("Code").fill(code)
    ama.press("Continue")
    assert page.url == f"{ama.site}/guest/"
    says(ama, "You are a guest until", "Take Ellie swimming on Mondays", "Ama Boateng (you)", "In school on time")
    look(ama, "guest-record")
    ama.follow("Timeline")
    says(ama, "Reading with Mr Bell")
    look(ama, "guest-timeline")
    ama.follow("Family and plan")
    page.get_by_role("link", name=re.compile("First meeting")).click()
    says(ama, "Four days a week now.", "Breakfast club until July")
    look(ama, "guest-minutes")

    priya.page.reload()
    page_of_priya = priya.page
    says(priya, "May look")
    page_of_priya.get_by_role("link", name="End the invitation of Ama Boateng").click()
    look(priya, "guest-end")
    priya.press("End the invitation")
    says(priya, "Invitation ended", "No guest can read any of this record today")
    ama.page.reload()
    says(ama, "This invitation has ended")
    assert "Hollis" not in page.content()
    ama.problems = [words for words in ama.problems if "Failed to load resource" not in words]  # 410, as it should be
    look(ama, "guest-ended")


def test_a_guest_gets_in_and_out_without_javascript_on_a_narrow_screen(case, window_of, open_window):
    priya = window_of(case.cast.priya, width=320, script=False)
    page = priya.go("guest-invite", case.reference)
    assert sideways(page) == []
    page.get_by_label("Name", exact=True).fill("Ama Boateng")
    page.get_by_label("Organisation, or how they know the family").fill("Aunt")
    page.get_by_label("Email address").fill("ama@example.org")
    page.get_by_label("Why do they need to read some of this record?").fill("She takes Ellie swimming.")
    page.get_by_label("Education").check()
    page.get_by_label("Dana Hollis").check()
    priya.press("Invite and show the code")
    code = page.locator("#guest-code").inner_text()
    assert sideways(page) == []

    ama = open_window(width=320, script=False)
    ama.page.goto(ama.site + link_sent())
    ama.page.get_by_label("Code").fill(code)
    ama.press("Continue")
    says(ama, "Hollis family")
    assert sideways(ama.page) == []
    ama.page.get_by_role("button", name="Sign out").click()
    says(ama, "You have signed out")
    look_back = ama.page.goto(f"{ama.site}/guest/")
    assert look_back.status == 410
    with as_system():
        assert Guest.objects.get().session_hash == ""


def test_five_wrong_codes_are_seen_by_whoever_invited(case, window_of, open_window):
    priya = window_of(case.cast.priya)
    code = invite(priya, case).replace(" ", "")
    ama = open_window()
    ama.page.goto(ama.site + link_sent())
    for _ in range(5):
        ama.page.get_by_label("Code").fill(f"{(int(code) + 1) % 10**6:06d}")
        ama.press("Continue")
    says(ama, "This invitation has ended")
    priya.go("my-work")
    says(priya, "Guests you invited", "Code locked")
    look(priya, "guest-locked-my-work")
    priya.page.get_by_role("link", name=re.compile("Ama Boateng")).click()
    priya.page.get_by_role("button", name="Make a new code for Ama Boateng").click()
    again = priya.page.locator("#guest-code").inner_text()
    fresh = open_window()
    fresh.page.goto(fresh.site + link_sent())
    fresh.page.get_by_label("Code").fill(again)
    fresh.press("Continue")
    says(fresh, "You are a guest until")
