"""People at work in their browsers: what the journeys share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from cases.models import Person
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from hubs.models import Agency, AgencyKind, Hub, Membership
from tests.fixtures import plan
from tests.fixtures.browser import Window

SAVED = re.compile(r"^Saved ")


@dataclass
class Cast:
    """A school, a health service, a hub and children's social care, with one person each, and one in another school."""

    hub: Hub
    school: Agency
    health: Agency
    social_care: Agency
    priya: Membership  # pastoral lead of the school
    karen: Membership  # health visitor
    tom: Membership  # coordinator of the hub
    yasmin: Membership  # manager in social care, who decides
    stranger: Membership  # another school, which has nothing to do with the family


def cast_of(world) -> Cast:
    """The county of the journeys, with its signed agreement and its levels of need."""
    for number in (1, 2, 3, 4):
        world.level(number)
    hub = world.hub("Alder Vale")
    school = world.agency(AgencyKind.SCHOOL, name="Alderbrook Primary School", hub=hub)
    health = world.agency(AgencyKind.HEALTH, name="Moorside Community Health")
    council = world.agency(AgencyKind.COUNCIL_EARLY_HELP, name="Alder Vale hub", hub=hub)
    social_care = world.agency(AgencyKind.COUNCIL_SOCIAL_CARE, name="Westmoor social care")
    return Cast(
        hub=hub,
        school=school,
        health=health,
        social_care=social_care,
        priya=world.member(school, first_name="Priya"),
        karen=world.member(health, first_name="Karen", job_title="Health visitor"),
        tom=world.member(council, Role.HUB_COORDINATOR, hub=hub, first_name="Tom", job_title="Coordinator"),
        yasmin=world.member(social_care, Role.AGENCY_LEAD, first_name="Yasmin", job_title="Team manager"),
        stranger=world.member(world.agency(AgencyKind.SCHOOL, name="Hexley Primary"), first_name="Max"),
    )


def in_days(days: int) -> str:
    """A day as people type it: today or before, or the first working day at least so many days from today."""
    day = plan.working_day(days) if days > 0 else plan.in_days(days)
    return f"{day.day}/{day.month}/{day.year}"


def choose(page: Page, label: str, words: str) -> None:
    """Choose from a list, whether it is an ordinary one or one that completes what is typed."""
    field = page.get_by_label(label).first
    if field.evaluate("each => each.tagName") == "SELECT":
        option = field.locator("option").filter(has_text=words).first
        field.select_option(value=option.get_attribute("value"))
    else:
        field.fill(words)
        page.get_by_role("option", name=words).first.click()


def wait_until_saved(page: Page) -> None:
    """Wait for the words that autosave says."""
    expect(page.locator("[data-autosave-status]")).to_have_text(SAVED, timeout=15_000)


def says(window: Window, *words: str) -> None:
    """Everything in `words` can be read in the main part of the page."""
    text = window.words()
    missing = [each for each in words if each not in text]
    assert not missing, f"{window.page.url} does not say {missing}:\n{text[:1500]}"


def is_silent_about(window: Window, *words: str) -> None:
    """Nothing of `words` is anywhere on the page, not even in its source."""
    source = window.page.content()
    assert [each for each in words if each in source] == [], window.page.url


def add_note(window: Window, reference: str, *, topic: str, title: str, body: str) -> None:
    """Write one fact on the timeline."""
    page = window.go("record-note", reference)
    page.get_by_role("group", name="What are you adding?").get_by_label("Fact", exact=True).check()
    page.get_by_label("In a few words").fill(title)
    page.get_by_label("What happened", exact=False).first.fill(body)
    choose(page, "What kind of information is it?", topic)
    window.press("Add to timeline")
    expect(page.get_by_role("heading", level=1)).to_have_text("Timeline")
    says(window, title)


def record_consent(window: Window, reference: str, agency: str, *, but_not: list[str]) -> None:
    """The first adult answers, for themself and the children: everything about one agency but some topics."""
    page = window.go("record-consent", reference)
    for box in page.get_by_role("group", name="Whose answer is it?").get_by_role("checkbox").all():
        box.check()
    page.get_by_role("group", name="Who answered?").get_by_role("radio").nth(1).check()
    page.get_by_label("I have checked that they have parental responsibility").check()
    choose(page, "Which agency did you ask about?", agency)
    page.get_by_label("All but some topics").check()
    for topic in but_not:
        page.get_by_role("group", name="Which topics must they not see?").get_by_label(
            topic, exact=True
        ).check()
    page.get_by_role("group", name="How did you ask?").get_by_label("Face to face").check()
    window.press("Check what this changes")
    says(window, "Check before you save", agency)
    window.press("Record this answer")
    says(window, "Answer recorded")


def add_to_team(window: Window, reference: str, who: Membership, helps_with: str) -> None:
    """Put somebody on the Team Around the Family."""
    page = window.go("record-team", reference)
    choose(page, "Who is joining?", who.user.full_name)
    page.get_by_label("What will they help with?").fill(helps_with)
    window.press("Add to the team")
    says(window, "Added to the team")


def withdraw_everything_from(window: Window, reference: str, agency: str, loses: str) -> None:
    """Each person takes back what they agreed to share with `agency`; the last page must name who loses sight."""
    with as_system():
        people = list(Person.objects.filter(family__cases__reference=reference).order_by("is_child"))
    for number, person in enumerate(people, start=1):
        page = window.go("record-withdraw", reference, person.pk)
        for box in page.get_by_role("group", name="What is taken back?").get_by_role("checkbox").all():
            label = page.locator(f"label[for={box.get_attribute('id')}]").inner_text()
            box.set_checked(label.startswith(agency))
        window.press("Show what this would change")
        if number == len(people):
            says(window, "Will lose sight", agency, loses)
        page.get_by_role("button", name=re.compile("^Withdraw consent")).click()
        page.wait_for_load_state()
        says(window, "Consent withdrawn")


def everybody_was_there(page: Page) -> None:
    """Answer for each person invited, on the page that ends a meeting."""
    page.get_by_role("button", name="End the meeting").wait_for()  # it comes last: all that is asked is on the page
    for group in page.locator("main fieldset").filter(has=page.get_by_label("Was there", exact=True)).all():
        group.get_by_label("Was there", exact=True).check()


def end_and_sign_off(window: Window, address: str) -> None:
    """The chair ends the meeting at this path, sets the next one and signs the minutes off."""
    page = window.go(address)
    page.get_by_role("button", name="Set next date and end meeting").click()
    everybody_was_there(page)
    page.get_by_label("Day of the next meeting").fill(in_days(45))
    page.get_by_label("Start time").fill("1:30pm")
    window.press("End the meeting")
    says(window, "The chair can now sign off the minutes.")
    window.press("Sign off and lock the minutes")
    says(window, "Minutes signed off and locked.")
