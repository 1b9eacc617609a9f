"""From first worry to finished plan in real browsers: three people, each seeing what agreement and consent allow.

Nothing is stood in for: pages are served over HTTP, by the application's own role, under row-level security.
"""

import re
from io import BytesIO

import pypdf
import pytest
from playwright.sync_api import expect

from assessments.models import Assessment
from earlyhelp.access.context import as_system
from tests.browser.journey import (
    add_note,
    add_to_team,
    cast_of,
    choose,
    in_days,
    is_silent_about,
    record_consent,
    says,
    wait_until_saved,
    withdraw_everything_from,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]


@pytest.fixture
def cast(world):
    return cast_of(world)


def test_a_worry_becomes_a_plan_that_others_share_as_the_family_agreed(cast, sign_in_by_hand, window_of):
    priya = sign_in_by_hand(cast.priya)
    finds_nobody(priya)
    reference = registers_the_family(priya, cast)
    fills_in_the_assessment(priya)
    checks_and_signs_off(priya)
    writes_a_plan_and_starts_it(priya, reference)
    prints_the_familys_copy(priya, reference)

    karen, tom, stranger = window_of(cast.karen), window_of(cast.tom), window_of(cast.stranger)
    nobody_else_sees_it_yet(karen, stranger, tom, reference)
    shares_with_health(priya, cast, reference)
    each_sees_what_is_allowed(priya, karen, tom, stranger, reference)
    withdrawal_blinds_at_once(priya, karen, tom, reference)
    assert priya.problems == karen.problems == tom.problems == stranger.problems == []


def finds_nobody(priya):
    page = priya.go("find-family")
    page.get_by_label("Name", exact=False).first.fill("Maya Orchard")
    priya.press("Find")
    says(priya, "Nobody found among the families you may see")
    page.get_by_role("button", name="Check and start a record").click()
    expect(page.get_by_label("First name")).to_be_visible()


def registers_the_family(priya, cast) -> str:
    page = priya.page
    page.get_by_label("First name").fill("Maya")
    page.get_by_label("Family name").fill("Orchard")
    for part, value in (("Day", "14"), ("Month", "5"), ("Year", "2018")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_role("button", name="Check").first.click()
    says(priya, "No record found")
    page.get_by_role("button", name="Start a new record").click()
    page.get_by_role("heading", name="Who is in this family?").wait_for()
    assert page.locator("[name=child0-first_name]").input_value() == "Maya"  # nothing is asked twice
    page.locator("[name=adult0-first_name]").fill("Dana")
    page.locator("[name=adult0-role_in_household]").fill("mother")
    page.locator("[name=adult0-has_responsibility]").check()
    priya.press("Save and continue")
    page.get_by_label("Yes, I talked to them and they agreed").check()
    priya.press("Continue")
    page.get_by_role("group", name="Who with parental responsibility agreed?").get_by_role(
        "checkbox"
    ).first.check()
    page.get_by_label("No, not discussed").check()
    page.get_by_label("Date they agreed").fill(in_days(-1))
    page.get_by_label("Time", exact=True).fill("3:30pm")
    page.get_by_label("Where?").fill("At school")
    page.get_by_label("Face to face").check()
    priya.press("Register the assessment")
    page.get_by_role("heading", name="Parts of", exact=False).or_(page.locator("h1")).first.wait_for()
    says(priya, "Reference")
    with as_system():
        return Assessment.objects.select_related("case").get().case.reference


def fills_in_the_assessment(priya):
    page = priya.page
    priya.follow("How this started")
    page.get_by_label("What has led to this assessment?").fill(
        "Maya has been late most days since September."
    )
    page.get_by_label("What does the family hope will change?").fill("“Calm mornings.”")
    wait_until_saved(page)  # nothing was pressed
    priya.again()
    expect(page.get_by_label("What does the family hope will change?")).to_have_value("“Calm mornings.”")
    priya.press("Save and go back to all parts")
    says(priya, "more answers are needed before you can sign off")


def checks_and_signs_off(priya):
    page = priya.page
    priya.follow("Where do we rate it for Maya, 0 to 10")
    page.locator("input[type=radio][value='4']").first.check()
    wait_until_saved(page)
    priya.press("Save and go back to all parts")
    priya.follow("Needs of Maya")
    page.get_by_label("School attendance").check()
    wait_until_saved(page)
    priya.press("Save and go back to all parts")
    priya.follow("Summary of need")
    page.get_by_label("What needs to change?").fill("Maya arrives before the bell, four days a week.")
    page.get_by_label("Level 2", exact=False).first.check()
    wait_until_saved(page)
    priya.press("Save and go back to all parts")
    says(priya, "Everything needed is there")
    priya.follow("Check the answers and sign off")
    says(priya, "Maya has been late most days since September.", "Not provided")
    for box in page.locator("form input[type=checkbox]").all():
        box.check()
    priya.press("Sign off the assessment")
    says(priya, "Signed off. The assessment is complete as soon as an action of the plan has started.")
    assert status() == ("initiated", False)


def status():
    with as_system():
        assessment = Assessment.objects.get()
        return assessment.status, assessment.completed_at is not None


def writes_a_plan_and_starts_it(priya, reference):
    page = priya.go("record-plan", reference)
    page.get_by_role("button", name="Add an outcome").click()
    choose(page, "Who is this for?", "Maya")
    page.get_by_label("What will be different?").fill("In school on time, four days a week")
    page.get_by_label("How will we know?").fill("The school register, looked at together every Friday")
    priya.press("Add outcome")
    expect(
        page.locator(".govuk-error-summary")
    ).to_be_visible()  # a plan needs a date of review; what was typed stays
    expect(page.get_by_label("What will be different?")).to_have_value("In school on time, four days a week")
    page.get_by_label("When will the plan be reviewed?").fill(in_days(40))
    priya.press("Add outcome")
    page.get_by_label("What will be done?").fill("Keep a breakfast club place")
    choose(page, "Who will do it?", "Priya")
    page.get_by_label("By when?").fill(in_days(10))
    priya.press("Add action")
    page.get_by_role("button", name=re.compile("^Start.*breakfast club")).click()
    says(priya, "Started", "Keep a breakfast club place", "Next review")
    assert status() == ("completed", True)
    priya.go("record-assessments", reference)
    says(priya, "Completed")


def prints_the_familys_copy(priya, reference):
    page = priya.go("record-plan", reference)
    priya.follow("Copy for the family (PDF)")
    page.get_by_label("Maya Orchard").check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Make the copy (PDF)").click()
    pdf = pypdf.PdfReader(BytesIO(waiting.value.path().read_bytes()))
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in pdf.trailer["/Root"]
    assert pdf.trailer["/Root"]["/Lang"].startswith("en")
    words = " ".join(" ".join(each.extract_text() for each in pdf.pages).split())
    assert "In school on time, four days a week" in words and "Keep a breakfast club place" in words


def nobody_else_sees_it_yet(karen, stranger, tom, reference):
    karen.go("record-overview", reference, status=404)
    stranger.go("record-overview", reference, status=404)
    is_silent_about(karen, "Orchard", "Maya")
    karen.go("my-work")
    is_silent_about(karen, "Orchard")
    tom.go("record-overview", reference)  # the hub coordinates every record
    says(tom, "Maya")


def shares_with_health(priya, cast, reference):
    page = priya.go("record-team", reference)
    assert cast.karen.user.full_name not in page.content()  # who is not agreed to cannot even be chosen
    record_consent(priya, reference, "Moorside Community Health", but_not=["Safeguarding"])
    add_to_team(priya, reference, cast.karen, "Sleep and mornings")
    add_note(priya, reference, topic="Family and contact", title="Nana helps on Saturdays", body="She cooks.")
    add_note(priya, reference, topic="Education", title="Ninety per cent in reading", body="Up from eighty.")
    add_note(priya, reference, topic="Safeguarding", title="A bruise explained", body="Fell off the swing.")


def each_sees_what_is_allowed(priya, karen, tom, stranger, reference):
    karen.go("my-work")
    says(karen, "Orchard", reference)
    karen.go("record-timeline", reference)
    says(karen, "Nana helps on Saturdays")
    is_silent_about(
        karen, "Ninety per cent in reading"
    )  # the agreement does not give health services education
    is_silent_about(karen, "A bruise explained")  # the agreement does, but the family refused
    add_note(
        karen, reference, topic="Health", title="Sleeps six hours a night", body="Said at the home visit."
    )
    priya.go("record-timeline", reference)
    says(priya, "Nana helps on Saturdays", "Ninety per cent in reading", "A bruise explained")
    is_silent_about(priya, "Sleeps six hours a night")  # the agreement does not give schools health
    tom.go("record-timeline", reference)
    says(
        tom,
        "Nana helps on Saturdays",
        "Ninety per cent in reading",
        "A bruise explained",
        "Sleeps six hours a night",
    )
    priya.go("record-sharing", reference)
    says(priya, "Moorside Community Health", "The family refused", "Agreement does not give it")
    stranger.go("record-overview", reference, status=404)


def withdrawal_blinds_at_once(priya, karen, tom, reference):
    page = karen.go("record-plan", reference)
    says(karen, "In school on time")
    withdraw_everything_from(priya, reference, "Moorside Community Health", loses=karen.name)
    with page.expect_navigation() as next_click:
        page.get_by_role("link", name="Timeline", exact=True).click()
    assert next_click.value.status == 404
    is_silent_about(karen, "Orchard", "Maya", "Sleeps six hours")
    karen.problems.clear()  # the browser reports the page's own status 404 as an error
    karen.go("my-work")
    is_silent_about(karen, "Orchard", reference)
    priya.go(
        "record-timeline", reference
    )  # who withdrew nothing from the school changed nothing for the school
    says(priya, "Nana helps on Saturdays")
    tom.go("record-timeline", reference)
    says(tom, "Sleeps six hours a night")
