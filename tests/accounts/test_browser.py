"""From an invitation to a signed-in page in a real browser, with axe-core on every page and every error state."""

import os
import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils.http import int_to_base36
from playwright.sync_api import sync_playwright

from earlyhelp.access import Role
from earlyhelp.accounts import actions, second_factor
from earlyhelp.accounts.tokens import ResetTokens
from tests.accounts.conftest import EMAIL, PASSWORD, SECRET

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("EH_SHOTS")  # a folder for pictures of the pages


@pytest.fixture
def page(monkeypatch):
    """A page of Chromium. Playwright runs a loop in this thread, which Django must not mistake for async code."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.problems = []
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        yield page
        chromium.close()


def look(page, name):
    """Check the page as it stands: axe finds nothing, nothing scrolls sideways at 320 px, the policy blocks nothing."""
    page.wait_for_load_state()  # a click waits for the answer's first bytes only
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    size = page.viewport_size
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-1280.png", full_page=True)
    page.set_viewport_size({"width": 320, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-320.png", full_page=True)
    page.set_viewport_size(size)
    assert wide <= 320, f"{name} is {wide} px wide"
    assert [said for said in page.problems if "Content Security Policy" in said or "Error" in said] == [], (
        name
    )


def press(page, words):
    """Press a button and wait for the page that answers: without it the old page may be looked at while the new one comes."""
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()


def paste(page, label, text):
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Control+V")


def test_invitation_to_signed_in(page, live_server):
    invited = actions.invite_person(email="jo@example.org", first_name="Jo", last_name="Nowak", by=None)
    page.goto(live_server.url + urlsplit(invited.link).path)
    look(page, "invitation")
    press(page, "Continue to step 2")
    assert page.title().startswith("Error: ")
    look(page, "invitation-error")
    password = "seven grey herons asleep"
    paste(page, "Choose a password", password)
    assert page.get_by_label("Choose a password", exact=True).input_value() == password
    press(page, "Continue to step 2")
    look(page, "enrolment")
    page.get_by_text("I cannot use the camera").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("000")
    press(page, "Finish setting up")
    look(page, "enrolment-error")
    page.get_by_label("Code").fill(second_factor.current_code(secret))
    press(page, "Finish setting up")
    look(page, "recovery-codes")
    code = page.locator("#recovery-codes li").first.inner_text()
    page.goto(live_server.url + reverse("accounts:profile"))
    look(page, "profile")
    press(page, "Sign out")
    look(page, "signed-out")

    press(page, "Sign in again")
    look(page, "sign-in")
    press(page, "Continue")
    look(page, "sign-in-empty")
    page.get_by_label("Email address").fill("jo@example.org")
    page.get_by_label("Password", exact=True).fill("something else")
    press(page, "Continue")
    look(page, "sign-in-refused")
    assert page.get_by_label("Email address").input_value() == "jo@example.org"
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Continue")
    look(page, "code")
    page.get_by_label("Code").fill(code)
    press(page, "Sign in")
    page.goto(live_server.url + reverse("accounts:profile"))
    assert "9 left" in page.content()


def sign_in(page, live_server, email, password, secret):
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Continue")
    page.get_by_label("Code").fill(second_factor.current_code(secret))
    press(page, "Sign in")


def test_other_pages_of_ones_own(page, live_server):
    actions.create_person_with_password(EMAIL, "Priya", "Raman", PASSWORD, SECRET)
    page.goto(live_server.url + reverse("account_reset_password"))
    look(page, "forgotten")
    page.get_by_label("Email address").fill("nobody@example.org")
    press(page, "Send the link")
    look(page, "forgotten-sent")
    page.goto(f"{live_server.url}/password/new/1-abc-def/")
    look(page, "reset-link-over")
    page.goto(live_server.url + reverse("accounts:accept_invitation"))
    look(page, "invitation-over")
    page.problems.clear()  # the browser reports the page's status 410 as an error
    sign_in(page, live_server, EMAIL, PASSWORD, SECRET)
    page.goto(live_server.url + reverse("account_change_password"))
    look(page, "change-password")
    page.goto(live_server.url + reverse("mfa_activate_totp"))
    look(page, "password-again")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Continue")
    look(page, "another-app")
    page.goto(live_server.url + reverse("mfa_view_recovery_codes"))
    look(page, "recovery-codes-left")
    press(page, "Make new recovery codes")
    assert len(re.findall(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", page.inner_text("#recovery-codes"))) == 10


def test_administrators_pages(page, live_server, world):
    member = world.member(world.agency(), Role.SYSTEM_ADMINISTRATOR, first_name="Sam")
    second_factor.set_up_totp(member.user, SECRET)
    actions.set_password(member.user, PASSWORD)
    priya = actions.create_person_with_password(
        EMAIL, "Priya", "Raman", PASSWORD, second_factor.new_totp_secret()
    )
    sign_in(page, live_server, member.user.email, PASSWORD, SECRET)
    page.goto(live_server.url + reverse("accounts:people"))
    look(page, "accounts")
    page.goto(live_server.url + reverse("accounts:person", args=[priya.pk]))
    look(page, "account")
    page.get_by_role("link", name="Close the account").click()
    look(page, "close-account")
    page.goto(live_server.url + reverse("accounts:invite"))
    press(page, "Send the invitation")
    look(page, "invite-error")


def test_one_click_of_the_demo(page, live_server, monkeypatch):
    actions.create_person_with_password(EMAIL, "Priya", "Raman", PASSWORD, SECRET)
    person = {
        "name": "Priya Raman",
        "agency": "Alder Vale Primary",
        "role": "Pastoral lead",
        "email": EMAIL,
        "persona": "Leads families",
    }
    monkeypatch.setattr("earlyhelp.accounts.demo.personas", lambda: [person])
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_role("link", name="Sign in as one of the invented people").click()
    look(page, "demo")
    press(page, "Sign in as Priya Raman")
    page.goto(live_server.url + reverse("accounts:profile"))
    look(page, "demo-signed-in")


def test_new_password_from_a_link(page, live_server):
    user = actions.create_person_with_password(EMAIL, "Priya", "Raman", PASSWORD, SECRET)
    link = reverse(
        "account_reset_password_from_key", args=[int_to_base36(user.pk), ResetTokens().make_token(user)]
    )
    page.goto(live_server.url + link)
    look(page, "new-password")
    page.get_by_label("New password", exact=True).fill("password1234")
    press(page, "Save the new password")
    look(page, "new-password-error")
    page.get_by_label("New password", exact=True).fill("another lantern, drier slate")
    press(page, "Save the new password")
    look(page, "new-password-done")
