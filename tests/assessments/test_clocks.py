"""The clocks of a form: due dates, what is done, how late it is, in words."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.clocks import due_after, due_on_of, sign_off_stage, stages_of
from assessments.models import Assessment, FormVersion
from assessments.pages import read
from assessments.spec import FormSpec, Stage, from_json
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 11, 2, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def kent(people, world, start_assessment):
    """An assessment in Kent's form, notified on Monday 2 November 2026."""
    for level in (1, 3, 4):
        world.level(level)
    with as_system():
        version = FormVersion.objects.newest("kfsf")
    made = start_assessment(people.case, people.alice, initiated_at=MONDAY)
    with as_system():
        Assessment.objects.filter(pk=made.pk).update(
            form_version=version, due_on=dt.date(2026, 11, 16), consent_at=MONDAY - dt.timedelta(days=1)
        )
        return Assessment.objects.select_related("form_version", "case").get(pk=made.pk)


def clocks(assessment, on: dt.datetime):
    with time_machine.travel(on, tick=False):
        assessment.refresh_from_db()
        return {clock.key: clock for clock in stages_of(read(assessment, None))}


def finish(assessment, key, by, on, **values):
    with time_machine.travel(on, tick=False):
        save_answers(
            assessment=assessment, part=assessment.form.find(key), person=None, writer="w", done=True, by=by,
            sent={name: Sent(value=value, base="-") for name, value in values.items()},
        )  # fmt: skip


def test_stage_counts_working_days_from_what_it_follows(people, kent, seen_by):
    alice = seen_by(people.alice)
    found = clocks(kent, MONDAY)
    assert list(found) == ["screening", "allocation", "assessment", "tracking", "review"]
    assert found["screening"].due_on == dt.date(2026, 11, 4)
    assert found["allocation"].due_on is None, "it waits for the screening"
    assert found["assessment"].due_on == dt.date(2026, 11, 16)
    assert found["review"].due_on is None and found["review"].late == ""
    finish(kent, "screening", alice, MONDAY + dt.timedelta(days=4), found="Known to the school nurse")
    found = clocks(kent, MONDAY + dt.timedelta(days=4))
    assert found["screening"].done_on == dt.date(2026, 11, 6)
    assert found["screening"].late == "2 working days late" and not found["screening"].is_overdue
    assert found["allocation"].due_on == dt.date(2026, 11, 12)
    late = clocks(kent, MONDAY + dt.timedelta(days=11))["allocation"]
    assert late.late == "1 working day late" and late.is_overdue


def test_stage_that_ends_at_sign_off_is_done_that_day_and_starts_the_reviews(people, kent, seen_by):
    seen_by(people.alice)
    signed = MONDAY + dt.timedelta(days=15)
    with as_system():
        Assessment.objects.filter(pk=kent.pk).update(signed_off_at=signed, signed_off_by=people.alice)
    found = clocks(kent, signed)
    assert found["assessment"].done_on == dt.date(2026, 11, 17) and found["assessment"].late == "1 day late"
    assert found["review"].due_on == dt.date(2026, 11, 17) + dt.timedelta(days=42)


def test_review_that_was_held_once_is_done_and_an_ended_assessment_is_never_overdue(people, kent, seen_by):
    alice = seen_by(people.alice)
    with as_system():
        Assessment.objects.filter(pk=kent.pk).update(
            status="completed", signed_off_at=MONDAY, signed_off_by=people.alice, completed_at=MONDAY
        )
    kent.refresh_from_db()
    on = MONDAY + dt.timedelta(days=40)
    finish(kent, "review", alice, on, better="They eat together")
    assert clocks(kent, on + dt.timedelta(days=1))["review"].done_on is None, "it has a second page"
    finish(kent, "review_next", alice, on + dt.timedelta(days=1), why="It works")
    assert clocks(kent, on + dt.timedelta(days=9))["review"].done_on == timezone.localdate(on) + dt.timedelta(days=1)
    overdue = clocks(kent, on + dt.timedelta(days=9))["tracking"]
    assert overdue.late == "7 days late" and overdue.is_overdue
    with as_system():
        Assessment.objects.filter(pk=kent.pk).update(status="closed", closed_at=on)
    assert clocks(kent, on + dt.timedelta(days=9))["tracking"].late == ""


def test_clocks_need_no_query(people, kent, seen_by, django_assert_num_queries):
    seen_by(people.alice)
    book = read(kent, None)
    with django_assert_num_queries(0):
        assert len(stages_of(book)) == 5


def test_due_date_of_a_form_follows_its_stages_or_the_setting(settings):
    monday = MONDAY.date()
    with as_system():
        kfsf, caf = (FormVersion.objects.newest(code).form for code in ("kfsf", "caf"))
    assert sign_off_stage(kfsf).key == "assessment" and due_on_of(kfsf, monday) == dt.date(2026, 11, 16)
    assert sign_off_stage(caf) is None
    settings.EARLY_HELP = settings.EARLY_HELP | {"ASSESSMENT_WORKING_DAYS": 3}
    assert due_on_of(caf, monday) == dt.date(2026, 11, 5)
    part = {"key": "p", "title": "P", "group": "g", "stage": "second", "questions": [{"key": "q", "label": "Q", "kind": "text"}]}
    chained = from_json({
        "code": "chained", "version": 1, "title": "Chained", "groups": [{"key": "g", "title": "G"}], "minimum": ["p.q"],
        "sections": [{"number": 1, "key": "s", "title": "S", "parts": [part]}],
        "stages": [{"key": "first", "title": "First", "days": 2},
                   {"key": "second", "title": "Second", "days": 5, "working": False, "after": "first"}],
    })  # fmt: skip
    assert due_on_of(chained, monday) == dt.date(2026, 11, 9)


def test_weekends_and_bank_holidays_do_not_count_as_working_days():
    christmas_eve = dt.date(2026, 12, 24)
    assert due_after(Stage(key="s", title="S", days=2), christmas_eve) == dt.date(2026, 12, 30)
    assert due_after(Stage(key="s", title="S", days=2, working=False), christmas_eve) == dt.date(2026, 12, 26)


def test_form_without_clocks_has_none():
    assert FormSpec(code="none", version=1, title="None").stages == ()
