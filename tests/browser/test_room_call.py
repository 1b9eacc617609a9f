"""The call in the room: sound and pictures really flow between browsers, and stop when somebody's sight does."""

import json
import os
import time

import pytest
from django.utils import timezone
from playwright.sync_api import sync_playwright

from cases.models import Consent
from earlyhelp.access.context import as_system
from tests.fixtures.browser import Window, axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEVICES = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture
def calling(monkeypatch):
    """A Chromium with an invented microphone and camera."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=DEVICES)
        yield started
        started.close()


@pytest.fixture
def in_one_network(settings):
    """Browsers that reach each other without a relay."""
    settings.CALLS_IN_ONE_NETWORK = True


@pytest.fixture(params=["in_one_network", "relay"])
def room(request, site, people, tom, meeting_now, calling, signed_in_as, settings):
    """Alice and Tom, each in a window of the meeting."""
    request.getfixturevalue(request.param)
    windows = []
    for who in (people.alice, tom):
        window = Window(calling, site.url)
        window.use_cookie(signed_in_as(who).cookies[settings.SESSION_COOKIE_NAME].value)
        window.context.grant_permissions(["microphone", "camera"], origin=site.url)
        window.go("meeting", people.case.reference, meeting_now.pk)
        windows.append(window)
    yield windows
    for window in windows:
        window.close()


def received(window, kind: str, *, more_than: int = 0) -> int:
    """Bytes of sound or pictures that have come from the others, once there are more than so many."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        window.page.evaluate("document.querySelector('[data-call]').dispatchEvent(new Event('bytes'))")
        window.page.wait_for_timeout(200)
        told = json.loads(window.page.locator("[data-call]").get_attribute("data-bytes") or "{}")
        if told.get(kind, 0) > more_than:
            return told[kind]
    raise AssertionError(f"no {kind} came: {told}")


def test_sound_and_pictures_flow_until_somebody_is_out(room, people, tom):
    alice, police = room
    for window in room:
        window.page.get_by_role("button", name="Join the call").click()
        window.page.get_by_role("button", name="Leave the call").wait_for()
    for window in room:
        received(window, "audio")
    alice.page.get_by_role("button", name="Camera on").click()
    seen = received(police, "video", more_than=2000)
    assert received(police, "video", more_than=seen) > seen
    police.page.locator("[data-call-people]").get_by_text(people.alice.user.full_name, exact=True).wait_for()
    alice.page.get_by_role("button", name="Mute").click()
    alice.page.get_by_role("button", name="Unmute").wait_for()
    if os.environ.get("ROOM_SHOTS"):
        police.page.screenshot(path=f"{os.environ['ROOM_SHOTS']}/call.png", full_page=True)
    for window in room:
        assert axe_faults(window.page) == []
        assert sideways(window.page) == []
        assert window.problems == []
    with as_system():
        Consent.objects.filter(agency=tom.agency).update(ended_at=timezone.now(), end_reason="withdrawn")
    police.page.get_by_role("heading", name="You can no longer see this record").wait_for()
    alice.page.get_by_text("1 person on the call").wait_for()
    assert police.page.locator("video").count() == 0
    assert alice.page.locator("[data-call-people] li").count() == 1


@pytest.mark.parametrize("room", ["in_one_network"], indirect=True)
def test_refused_microphone_is_explained_and_the_person_can_listen(room, people, tom):
    alice, _police = room
    alice.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError')) }"
    )
    alice.page.get_by_role("button", name="Join the call").click()
    alice.page.get_by_text("Your browser did not let this page use the microphone").wait_for()
    alice.page.get_by_role("button", name="Leave the call").click()
    alice.page.get_by_role("button", name="Join the call").wait_for()


def test_only_the_room_of_a_meeting_on_now_may_use_microphone_and_camera(
    site, people, meeting_now, meeting_of, signed_in_as, settings
):
    settings.CALLS_IN_ONE_NETWORK = True
    browser = signed_in_as(people.alice)
    later = meeting_of(people.case, people.alice)
    policies = [
        browser.get(f"/families/{people.case.reference}/{path}")["Permissions-Policy"]
        for path in ("plan/", f"meetings/{later.pk}/", f"meetings/{meeting_now.pk}/")
    ]
    assert ["microphone=()" in policy for policy in policies] == [True, True, False]
    settings.CALLS_IN_ONE_NETWORK = False
    answer = browser.get(f"/families/{people.case.reference}/meetings/{meeting_now.pk}/")
    assert "microphone=()" in answer["Permissions-Policy"] and b"data-call" not in answer.content
