"""Helping a family again in a real browser: from the closed record to the new one, at both widths."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.actions.close import close_case
from cases.models import Address, Case
from earlyhelp.access.context import acting_as, as_system
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def closed(people, world, settings) -> Case:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    with as_system():
        Case.objects.filter(pk=people.case.pk).update(opened_on=timezone.localdate() - dt.timedelta(days=90))
        Address.objects.create(family=people.case.family, lines="4 Old Road", postcode="WM1 1AA")
    with acting_as(people.alice) as actor:
        return close_case(case=Case.objects.get(pk=people.case.pk), reason="outcomes_met", by=actor)


@pytest.mark.parametrize("width", [1280, 320])
def test_former_lead_helps_the_family_again(people, closed, window_of, width):
    window = window_of(people.alice, width=width)
    page = window.go("record-assessments", closed.reference)
    window.press("Help this family again")
    assert "Dana Hollis" in window.words() and "4 Old Road" in window.words()
    window.press("Add a child")
    card = page.get_by_role("group", name="New child 1")
    card.get_by_label("First name").fill("Noor")
    born = timezone.localdate() - dt.timedelta(days=9)
    for label, value in (("Day", born.day), ("Month", born.month), ("Year", born.year)):
        card.get_by_label(label, exact=True).first.fill(str(value))
    mother = page.get_by_role("group", name="Dana Hollis")
    mother.get_by_label("Has parental responsibility for a child added below").check()
    window.settle()
    assert sideways(page) == [] and axe_faults(page) == []
    window.press("Save and continue")
    page.get_by_label("Yes, I talked to them and they agreed").check()
    window.press("Continue")
    page.get_by_label("Dana Hollis").check()
    page.get_by_label("No, not discussed").check()
    page.get_by_label("Date they agreed").first.fill(f"{timezone.localdate() - dt.timedelta(days=1):%d/%m/%Y}")
    page.get_by_label("Time", exact=True).fill("9:30am")
    page.get_by_label("Where?").fill("At school")
    page.get_by_label("Face to face").check()
    window.press("Register the assessment")
    assert "put it right on the people page" in page.locator("body").inner_text()
    with as_system():
        case = Case.objects.get(previous_case=closed)
    window.go("record-assessments", case.reference)
    assert f"Their earlier record is {closed.reference}" in window.words()
    window.go("record-timeline", case.reference)
    assert "Re-referral" in window.words()
    assert window.problems == []
