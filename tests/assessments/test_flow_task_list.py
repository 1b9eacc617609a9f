"""The task list: four states, why something must wait, who wrote last and when, and where one left off."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.flow.task_list import record_counts, resume_of, task_groups, writers
from assessments.models import Assessment, Section
from assessments.pages import read
from assessments.spec import Opens, Source
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db


def write(assessment, key, by, *, person=None, box="reason", value="Late", done=False):
    part = assessment.form.find(key)
    sent = {box: Sent(value=value, base="-")}
    return save_answers(
        assessment=assessment, part=part, person=person, sent=sent, writer=by.name, done=done, by=by
    )


def tasks(assessment, actor):
    book = read(assessment, actor, in_words=False)
    groups = task_groups(book, missing_count=len(book.missing()), counts=record_counts(assessment.case))
    return {task.id: task for group in groups for task in group.tasks}


def test_four_states_in_words(people, eha, seen_by):
    by = seen_by(people.alice)
    before = tasks(eha, by)
    assert before["start-1"].status == "Not started"
    later = next(
        part for part in eha.form.parts if part.opens is Opens.COMPLETED and part.source is Source.ANSWERS
    )
    waits = before[later.key]
    assert (waits.status, waits.url) == ("Cannot start yet", "")
    assert waits.hint == "Opens when the assessment is signed off and an action of the plan has started"
    write(eha, "start", by)
    task = tasks(eha, by)["start-1"]
    assert task.status == "In progress"
    assert task.hint.startswith("Last saved by Alice") and str(timezone.localdate().year) in task.hint
    write(eha, "start", by, value="Late again", done=True)
    task = tasks(eha, by)["start-1"]
    assert task.status == "Completed" and task.hint.startswith("Finished by Alice")


def test_reason_why_a_part_must_wait_changes_with_the_sign_off(people, eha, seen_by):
    with as_system():
        Assessment.objects.update(signed_off_at=timezone.now())
    by = seen_by(people.alice)
    signed = Assessment.objects.select_related("case", "form_version").get()
    later = next(
        part for part in eha.form.parts if part.opens is Opens.COMPLETED and part.source is Source.ANSWERS
    )
    assert tasks(signed, by)[later.key].hint == "Opens as soon as an action of the plan has started"


def test_everybody_goes_on_where_they_left_off_on_any_device(
    people, world, eha, child, seen_by, signed_in_as
):
    world.join(people.case, people.bob)
    alice = seen_by(people.alice)
    first = resume_of(read(eha, alice), alice)
    assert first.words.startswith("Start with ") and first.at is None
    write(eha, "learning", alice, person=child, box="said", value="Maths is fun")
    with as_system():
        Section.objects.update(saved_at=timezone.now() - dt.timedelta(hours=2))
    bob = seen_by(people.bob)
    write(eha, "start", bob)
    assert resume_of(read(eha, bob), bob).words == f"Go on with {eha.form.find('start').title}"
    alice = seen_by(people.alice)
    mine = resume_of(read(eha, alice), alice)
    title = eha.form.find("learning").title.replace("{name}", "Ellie")
    assert mine.words == f"Go on with {title}", "her own page, though Bob wrote later"
    assert [each.name.split()[0] for each in writers(read(eha, alice))] == ["Bob", "Alice"]
    page = signed_in_as(people.alice).get(reverse("assessment", args=[eha.pk])).content.decode()
    assert f"Go on with {title}" in page and "You last wrote there on" in page


def test_after_a_finished_page_the_next_unfinished_one_follows(people, eha, seen_by):
    by = seen_by(people.alice)
    write(eha, "start", by, done=True)
    following = resume_of(read(eha, by), by)
    assert following.words.startswith("Go on with ")
    assert reverse("assessment-part", args=[eha.pk, "start"]) != following.url


def test_nothing_to_go_on_with_once_it_is_signed_off(people, eha, seen_by, signed_in_as):
    with as_system():
        Assessment.objects.update(signed_off_at=timezone.now())
    by = seen_by(people.alice)
    signed = Assessment.objects.select_related("case", "form_version").get()
    assert resume_of(read(signed, by), by) is None
    page = signed_in_as(people.alice).get(reverse("assessment", args=[eha.pk])).content.decode()
    assert "Go on with" not in page and "Put something right" in page


def test_same_number_of_queries_for_one_page_and_many(people, eha, child, seen_by, signed_in_as, queries_of):
    browser, url = signed_in_as(people.alice), reverse("assessment", args=[eha.pk])
    write(eha, "start", seen_by(people.alice))
    one = queries_of(browser, url)
    by = seen_by(people.alice)
    for part in eha.form.parts[:12]:
        if part.source is Source.ANSWERS and part.opens is Opens.REGISTERED and part.per == "once":
            for question in part.questions:
                if question.kind.value in {"text", "long_text"}:
                    write(eha, part.key, by, box=question.key, value="x")
    assert queries_of(browser, url) <= min(one, 25)
