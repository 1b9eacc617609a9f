"""Whatever a county publishes goes all the way: its pages draw, save, are read back, printed and reviewed; so do the three
forms that ship, with a family of five and a baby not born yet."""

import datetime as dt
import html
import itertools
import json

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from assessments.answers import is_blank
from assessments.api import WholeAssessment, in_json
from assessments.forms.questions import raw
from assessments.household import Household, slots
from assessments.models import Assessment, FormVersion, Section
from assessments.pages import household_for, people_of, read
from assessments.rules import open_categories
from assessments.spec import Kind, Opens, Source, from_json, to_json
from assessments.views.record import part_url
from cases.models import Person
from earlyhelp.access.context import as_system
from tests.assessments.definitions import form_of, forms
from tests.fixtures.assessments import STATEMENT

pytestmark = pytest.mark.django_db
SHIPPED = ["somerset_eha", "caf", "kfsf"]
MOST_QUERIES = 25
TYPED = "She said “<b>calm</b> mornings” & more"
numbers = itertools.count(1)


@pytest.fixture
def family(people, world):
    """Two adults, two children and a baby not born yet, all of whom Alice may read about."""
    today = timezone.localdate()
    with as_system():
        for level in (1, 3, 4):
            world.level(level)
        Person.objects.create(
            family=people.case.family, first_name="Sam", last_name="Hollis", born_on=today - dt.timedelta(days=800)
        )
        Person.objects.create(
            family=people.case.family, first_name="Baby", last_name="Hollis", due_on=today + dt.timedelta(days=60)
        )
        Person.objects.create(
            family=people.case.family, first_name="Gareth", last_name="Hollis", is_child=False,
            role_in_household="father",
        )  # fmt: skip
        for person in Person.objects.filter(family=people.case.family, consents__isnull=True):
            world.consent(people.case, people.school, person=person)
    return people


@pytest.fixture
def printed(monkeypatch):
    """Copies come as the HTML that is laid out, not as PDF: faster by far, and it can be read."""
    monkeypatch.setattr(
        "assessments.views.copies.render_pdf",
        lambda template, context, *args, **more: render_to_string(template, context).encode(),
    )


def start(people, version: FormVersion) -> Assessment:
    now = timezone.now()
    return Assessment.objects.create(
        case=people.case, form_version=version, reference=f"EHA/2026/F{next(numbers)}", hub=people.hub,
        agency=people.school, assessor=people.alice, initiated_at=now - dt.timedelta(days=9),
        consent_statement="agreed", consent_at=now - dt.timedelta(days=10), **STATEMENT,
    )  # fmt: skip


def an_answer(question, household: Household):
    """Some answer to a question, as it is stored; None where there is nobody to name."""
    match question.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return TYPED
        case Kind.NUMBER:
            return 7
        case Kind.DATE:
            return "2025-03"
        case Kind.YES_NO:
            return "no"
        case Kind.CHOICE:
            return question.options[-1].value
        case Kind.MULTI:
            return [option.value for option in question.options]
        case Kind.SCALE:
            return 6
        case Kind.SCHOOL_YEAR:
            return "none"
        case Kind.PERSON:
            return household.people[0].id
        case Kind.PEOPLE:
            return [person.id for person in household.people]
        case Kind.NEEDS:
            return ["parenting"]
        case _:
            return "3"


def answers_for(part, subject, household: Household) -> dict:
    return {slot.name: an_answer(slot.question, household) for slot in slots(part, subject, household)}


def as_sent(part, subject, household: Household) -> dict[str, list[str]]:
    answers = answers_for(part, subject, household)
    sent = {}
    for slot in slots(part, subject, household):
        sent |= raw(slot, answers[slot.name])
    return sent


def fill_in(browser, assessment, household, opens, *, look=True) -> int:
    """Open and save every page that can be written now, and read back what is stored. Says how many pages there are."""
    count = 0
    for part in assessment.form.parts:
        if part.source is not Source.ANSWERS or part.opens is not opens:
            continue
        for subject in household.subjects(part):
            url = part_url(assessment, part, subject)
            if look:
                answer = browser.get(url)
                assert answer.status_code == 200, (part.key, answer.status_code)
                page = answer.content.decode()
                boxes = {slot.question.key for slot in slots(part, subject, household)}
                assert all(f'name="{key}' in page for key in boxes if part.find(key).kind is not Kind.SCALE), part.key
            saved = browser.post(url, as_sent(part, subject, household) | {"done": "on", "go": "list"})
            assert saved.status_code == 302, (part.key, saved.context and saved.context["form"].errors)
            with as_system():
                stored = Section.objects.get(
                    assessment=assessment, key=part.key, round=1, person=subject.id if subject else None
                )
            expected = answers_for(part, subject, household)
            assert stored.answers == {name: value for name, value in expected.items() if not is_blank(value)}
            assert stored.status == "completed"
            count += 1
    return count


def household_of(people, seen_by) -> Household:
    seen_by(people.alice)
    return household_for(people_of(people.case), raters=[people.alice.pk], with_levels=True)


def complete(assessment, people) -> None:
    now = timezone.now()
    with as_system():
        Assessment.objects.filter(pk=assessment.pk).update(
            status="completed", signed_off_at=now, signed_off_by=people.alice, completed_at=now
        )
        assessment.refresh_from_db()


def check_words_and_copies(browser, assessment, household) -> None:
    """The check page and both copies say what was typed, as text; the task list draws."""
    assert browser.get(reverse("assessment", args=[assessment.pk])).status_code == 200
    typed = any(
        question.kind in {Kind.TEXT, Kind.LONG_TEXT} and household.subjects(part)
        for part, question in assessment.form.every_question()
        if part.opens is Opens.REGISTERED or assessment.completed_at
    )
    for name in ("assessment-check", "assessment-professional-copy"):
        words = browser.get(reverse(name, args=[assessment.pk])).content.decode()
        assert (html.escape(TYPED) in words) == typed, name
        assert TYPED not in words
    copies = reverse("assessment-copies", args=[assessment.pk])
    reader = next(person for person in household.people if not person.is_child)
    copy = browser.post(copies, {"person": reader.id})
    assert copy.status_code == 200 and TYPED not in copy.content.decode()


def check_export(assessment, actor) -> None:
    """The JSON for programs holds every answer that is stored, and nothing else."""
    given = json.loads(json.dumps(WholeAssessment(in_json(read(assessment, actor))).data, default=str))
    with as_system():
        rows = list(Section.objects.filter(assessment=assessment))
    stored = {(row.key, str(row.person_id) if row.person_id else None, row.round): row.answers for row in rows}
    assert {(page["part"], page["person"], page["time"]) for page in given["pages"]} == set(stored)
    for page in given["pages"]:
        answers = stored[page["part"], page["person"], page["time"]]
        assert len(page["answers"]) == len(answers)
        values = [each["value"] for each in page["answers"]]
        assert all(value in values for value in answers.values())


@pytest.mark.parametrize("code", SHIPPED)
def test_shipped_form_goes_all_the_way_with_a_family_of_five(code, family, seen_by, signed_in_as, printed):
    with as_system():
        assessment = start(family, FormVersion.objects.newest(code))
    household = household_of(family, seen_by)
    assert sum(person.is_unborn for person in household.people) == 1
    browser = signed_in_as(family.alice)
    assert fill_in(browser, assessment, household, Opens.REGISTERED) > 20
    check_words_and_copies(browser, assessment, household)
    seen_by(family.alice)
    assert read(assessment, None).missing() == ()
    signed = browser.post(reverse("assessment-check", args=[assessment.pk]), {"shared": "on"})
    assert signed.status_code == 302
    complete(assessment, family)
    assert fill_in(browser, assessment, household, Opens.COMPLETED) > 3
    again = [part for part in assessment.form.parts if part.repeats]
    assert {part.per for part in again} == {"once", "child"}, "a review of the whole, and each child's own"
    for part in again:
        for subject in household.subjects(part):
            assert browser.get(part_url(assessment, part, subject, 3)).status_code == 404, "the second is not done"
            url = part_url(assessment, part, subject, 2)
            assert browser.get(url).status_code == 200
            sent = as_sent(part, subject, household) | {"done": "on"}
            assert browser.post(url, sent | {"go": "list"}).status_code == 302
            assert browser.get(part_url(assessment, part, subject, 3)).status_code == 200
    tasks = browser.get(reverse("assessment", args=[assessment.pk])).content.decode()
    assert all(f"{part.title} (2)" in tasks and f"{part.title} (3)" in tasks for part in again if part.per == "once")
    words = browser.get(reverse("assessment-check", args=[assessment.pk])).content.decode()
    assert all(f"{part.title} (2)" in words for part in again if part.per == "once")
    check_export(assessment, seen_by(family.alice))


@pytest.mark.parametrize("code", SHIPPED)
def test_no_page_of_a_shipped_form_needs_more_than_25_queries(code, family, seen_by, signed_in_as, queries_of):
    with as_system():
        assessment = start(family, FormVersion.objects.newest(code))
    household = household_of(family, seen_by)
    browser = signed_in_as(family.alice)
    fill_in(browser, assessment, household, Opens.REGISTERED, look=False)
    counts = {
        part.key: queries_of(browser, part_url(assessment, part, household.subjects(part)[0]))
        for part in assessment.form.parts
        if part.source is Source.ANSWERS and part.opens is Opens.REGISTERED
    }
    counts |= {
        name: queries_of(browser, reverse(name, args=[assessment.pk])) for name in ("assessment", "assessment-check")
    }
    complete(assessment, family)
    fill_in(browser, assessment, household, Opens.COMPLETED, look=False)
    counts |= {
        part.key: queries_of(browser, part_url(assessment, part, household.subjects(part)[0]))
        for part in assessment.form.parts
        if part.opens is Opens.COMPLETED
    }
    assert {name: count for name, count in counts.items() if count > MOST_QUERIES} == {}


@pytest.mark.parametrize("code", SHIPPED)
def test_shipped_form_as_a_real_pdf(code, family, seen_by, signed_in_as):
    with as_system():
        assessment = start(family, FormVersion.objects.newest(code))
    browser = signed_in_as(family.alice)
    made = browser.get(reverse("assessment-professional-copy", args=[assessment.pk]))
    assert made["Content-Type"] == "application/pdf" and made.content.startswith(b"%PDF")


@given(forms())
@settings(
    max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_published_form_goes_all_the_way(family, seen_by, signed_in_as, printed, form):
    data = to_json(form) | {"code": f"made_{next(numbers)}"}
    with as_system():
        version = FormVersion.objects.create(
            code=data["code"], version=1, title=form.title[:120], spec=data, status="published",
            published_on=timezone.localdate(),
        )  # fmt: skip
        assessment = start(family, version)
    household = household_of(family, seen_by)
    readable = open_categories(family.case)
    browser = signed_in_as(family.alice)
    form = assessment.form
    assert form == from_json(data)
    for part in form.parts:
        for subject in household.subjects(part):
            url = part_url(assessment, part, subject)
            assert browser.get(url).status_code == 200
            saved = browser.post(url, as_sent(part, subject, household) | {"done": "on", "go": "list"})
            assert saved.status_code == 302, saved.context and saved.context["form"].errors
            assert (browser.get(part_url(assessment, part, subject, 2)).status_code == 200) == part.repeats
    with as_system():
        rows = list(Section.objects.filter(assessment=assessment))
    assert len(rows) == sum(len(household.subjects(part)) for part in form.parts)
    for row in rows:
        subject = household.subject(str(row.person_id)) if row.person_id else None
        expected = answers_for(form.find(row.key), subject, household)
        assert row.answers == {name: value for name, value in expected.items() if not is_blank(value)}
        assert (row.agency_id is None) == (row.category in readable)
    check_words_and_copies(browser, assessment, household)
    check_export(assessment, seen_by(family.alice))
    browser = signed_in_as(family.alice)
    everyone = {"shared": "on", "everyone": "on"}  # a form may leave somebody of the family out
    signed = browser.post(reverse("assessment-check", args=[assessment.pk]), everyone)
    assert signed.status_code == 302, signed.context["form"].errors


@pytest.mark.parametrize("count", [0, 200])
def test_form_without_questions_and_one_with_two_hundred(family, seen_by, signed_in_as, printed, count):
    with as_system():
        version = FormVersion.objects.create(
            code="size", version=1, title="A form", spec=to_json(form_of(count)), status="published",
            published_on=timezone.localdate(),
        )  # fmt: skip
        assessment = start(family, version)
    household = household_of(family, seen_by)
    browser = signed_in_as(family.alice)
    assert fill_in(browser, assessment, household, Opens.REGISTERED) == 1
    check_words_and_copies(browser, assessment, household)


def test_what_was_written_before_a_birth_stays_when_the_baby_is_born(family, seen_by, signed_in_as):
    with as_system():
        assessment = start(family, FormVersion.objects.newest("caf"))
        baby = Person.objects.get(family=family.case.family_id, due_on__isnull=False)
    browser = signed_in_as(family.alice)
    before = reverse("assessment-person-part", args=[assessment.pk, "expecting", baby.pk])
    words = reverse("assessment-person-part", args=[assessment.pk, "child_words", baby.pk])
    assert browser.get(before).status_code == 200 and browser.get(words).status_code == 404
    about = reverse("assessment-person-part", args=[assessment.pk, "child", baby.pk])
    assert 'name="first_language"' not in browser.get(about).content.decode()
    browser.post(before, {"ready": "A cot from her sister", "go": "list"})
    with as_system():
        Person.objects.filter(pk=baby.pk).update(born_on=timezone.localdate(), due_on=None)
    assert browser.get(words).status_code == 200
    assert "A cot from her sister" in browser.get(before).content.decode()
    assert "A cot from her sister" in browser.get(reverse("assessment-check", args=[assessment.pk])).content.decode()
    assert 'name="first_language"' in browser.get(about).content.decode()
