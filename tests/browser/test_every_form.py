"""Every page of every form in use, as a phone, a keyboard and a browser without scripts meet it."""

import datetime as dt

import pytest
from django.utils import timezone

from assessments.models import Assessment, FormVersion, Section
from assessments.pages import read
from assessments.spec import Opens, Source
from assessments.views.record import part_url
from cases.models import Person
from earlyhelp.access.context import as_system
from tests.fixtures.assessments import STATEMENT
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900), pytest.mark.django_db(transaction=True)]
FORMS = ["somerset_eha", "caf", "kfsf"]
FIELDS = "main form#part :is(input, textarea, select, button):visible"


@pytest.fixture
def household(people, world):
    """Two adults, two children and a baby not born yet."""
    today = timezone.localdate()
    born = {"Ellie": dt.timedelta(days=9 * 365), "Sam": dt.timedelta(days=2 * 365)}
    with as_system():
        family = people.case.family
        Person.objects.filter(family=family, is_child=True).update(first_name="Mo", born_on=today - dt.timedelta(days=5000))
        for name, ago in born.items():
            Person.objects.create(family=family, first_name=name, last_name="Hollis", born_on=today - ago)
        Person.objects.create(family=family, first_name="Baby", last_name="Hollis", due_on=today + dt.timedelta(days=60))
        Person.objects.create(
            family=family, first_name="Gareth", last_name="Hollis", is_child=False, role_in_household="father"
        )
        for person in Person.objects.filter(family=family, consents__isnull=True):
            world.consent(people.case, people.alice.agency, person=person)
    return people


def pages_of(code: str, people, opens: Opens) -> list[tuple[str, str]]:
    """A new assessment with this form, and the addresses of its pages that open then, as (name, path)."""
    now = timezone.now()
    with as_system():
        assessment = Assessment.objects.create(
            case=people.case, form_version=FormVersion.objects.newest(code), reference=f"EHA/2026/{code[:4]}",
            hub=people.case.hub, agency=people.alice.agency, assessor=people.alice, consent_statement="agreed",
            consent_at=now, initiated_at=now - dt.timedelta(days=9), **STATEMENT,
        )  # fmt: skip
        if opens is not Opens.REGISTERED:
            Assessment.objects.filter(pk=assessment.pk).update(
                status="completed", signed_off_at=now, signed_off_by=people.alice, completed_at=now
            )
        book = read(assessment, None)
        found = []
        for part in book.form.parts:
            if part.source is Source.ANSWERS and part.opens is opens:
                for page in book.of_part(part):
                    name = part.key if page.subject is None else f"{part.key} of {page.subject.name}"
                    found.append((name, part_url(assessment, page.part, page.subject)))
    assert not Section.objects.filter(assessment=assessment).exists()
    return found


def every_page(code, people):
    yield from pages_of(code, people, Opens.REGISTERED)
    with as_system():
        Assessment.objects.all().delete()
    yield from pages_of(code, people, Opens.COMPLETED)


@pytest.mark.parametrize("code", FORMS)
def test_page_on_a_phone_and_by_keyboard(code, household, window_of):
    window = window_of(household.alice, width=320)
    problems, looked = [], 0
    for name, path in every_page(code, household):
        page = window.go(path)
        window.settle()
        looked += 1
        problems += [f"{name}: {words}" for words in [*axe_faults(page), *sideways(page), *out_of_reach(page)]]
        page.set_viewport_size({"width": 1280, "height": 900})
        problems += [f"{name} at 1280: {words}" for words in sideways(page)]
        page.set_viewport_size({"width": 320, "height": 800})
        problems += [f"{name}: {words}" for words in window.problems]
        window.problems.clear()
    assert problems == [], "\n".join(problems[:40])
    assert looked >= 30


@pytest.mark.parametrize("code", FORMS)
def test_page_without_javascript(code, household, window_of):
    window = window_of(household.alice, width=320, script=False)
    problems = []
    for name, path in every_page(code, household):
        page = window.go(path)
        problems += [f"{name}: {words}" for words in sideways(page)]
        if not page.locator("main form#part button[name=go]").count():
            problems.append(f"{name}: no button to save")
        if dead := page.locator("main button[type=button]:visible").count():
            problems.append(f"{name}: {dead} buttons that do nothing")
    assert problems == [], "\n".join(problems[:40])


def out_of_reach(page) -> list[str]:
    """Controls of the part's form that the Tab key never comes to, one line each; a group of radios is one stop."""
    wanted = set(page.locator(FIELDS).evaluate_all("found => found.map((each) => each.name || each.textContent.trim())"))
    page.locator("h1").evaluate("h1 => { h1.tabIndex = -1; h1.focus() }")
    met = set()
    for _ in range(4 * len(wanted) + 40):
        page.keyboard.press("Tab")
        met.add(page.evaluate("(document.activeElement.name || document.activeElement.textContent || '').trim()"))
        if wanted <= met:
            return []
    return [f"not reached by keyboard: {name}" for name in sorted(wanted - met)]
