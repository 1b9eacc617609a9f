"""Parts that are filled in again each time: one after the other, each with its own answers, none of them a new assessment."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.models import Assessment, Section
from assessments.pages import neighbours, read, read_page
from cases.models import Person
from cases.rules import NotAllowed
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def completed(people, eha):
    """Alice's assessment, complete: reviews can begin."""
    now = timezone.now()
    with as_system():
        Assessment.objects.filter(pk=eha.pk).update(
            status="completed", signed_off_at=now, signed_off_by=people.alice, completed_at=now
        )
        eha.refresh_from_db()
    return eha


def save(assessment, key, by, person=None, *, round=1, done=True, **values):
    return save_answers(
        assessment=assessment, part=assessment.form.find(key), person=person, writer="w", done=done, round=round, by=by,
        sent={name: Sent(value=value, base="-") for name, value in values.items()},
    )  # fmt: skip


def test_second_time_needs_the_first_to_be_finished(people, completed, seen_by):
    alice = seen_by(people.alice)
    with pytest.raises(NotAllowed, match="Finish the one before first"):
        save(completed, "review_record", alice, round=2, better="They eat together")
    save(completed, "review_record", alice, done=False, better="Quiet mornings")
    with pytest.raises(NotAllowed, match="Finish the one before first"):
        save(completed, "review_record", alice, round=2, better="They eat together")
    save(completed, "review_record", alice, better="Quiet mornings")
    save(completed, "review_record", alice, round=2, better="They eat together")
    book = read(completed, alice)
    part = completed.form.find("review_record")
    assert [page.answers["better"] for page in book.of_part(part)] == ["Quiet mornings", "They eat together"]
    assert book.next_round(part, None) == 3
    with pytest.raises(NotAllowed, match="Finish the one before first"):
        save(completed, "closure", alice, round=2, changed="All of it")


def test_earlier_time_may_be_opened_again_without_losing_the_later(people, completed, seen_by):
    alice = seen_by(people.alice)
    save(completed, "review_record", alice, better="Quiet mornings")
    save(completed, "review_record", alice, round=2, done=False, better="They eat together")
    save(completed, "review_record", alice, done=False, actions="Breakfast club")
    save(completed, "review_record", alice, round=2, actions="Half")
    rows = dict(Section.objects.filter(key="review_record").values_list("round", "answers"))
    assert rows == {
        1: {"better": "Quiet mornings", "actions": "Breakfast club"}, 2: {"better": "They eat together", "actions": "Half"}
    }  # fmt: skip


def test_addresses_of_each_time(people, completed, signed_in_as):
    alice, bob = signed_in_as(people.alice), signed_in_as(people.bob)
    first = reverse("assessment-part", args=[completed.pk, "review_record"])
    second = reverse("assessment-part-again", args=[completed.pk, "review_record", 2])
    assert alice.get(first).status_code == 200 and alice.get(second).status_code == 404
    assert alice.post(first, {"better": "Quiet mornings", "done": "on", "go": "list"}).status_code == 302
    page = alice.get(second).content.decode()
    assert f'data-save-url="{second}save/"' in page and "(2)" in page
    saved = alice.post(f"{second}save/", {"question": "better", "better": "They eat together", "base": "{}", "writer": "a"})
    assert saved.json()["version"] == 1
    assert bob.get(second).status_code == 404 and bob.post(f"{second}save/", {}).status_code == 404
    assert alice.get(reverse("assessment-part-again", args=[completed.pk, "review_record", 0])).status_code == 404
    assert alice.get(reverse("assessment-part-again", args=[completed.pk, "closure", 2])).status_code == 404
    tasks = alice.get(reverse("assessment", args=[completed.pk])).content.decode()
    assert "What the review found (2)" in tasks and "What the review found (3)" not in tasks


def test_each_child_has_times_of_their_own(people, completed, seen_by, signed_in_as):
    alice = seen_by(people.alice)
    child = Person.objects.get(family=people.case.family_id, is_child=True)
    save(completed, "review_child", alice, child, words="I like breakfast club")
    save(completed, "review_child", alice, child, round=2, words="I like maths")
    book, page = read_page(completed, completed.form.find("review_child"), child.pk, alice, 2)
    assert page.round == 2 and page.answers == {"words": "I like maths"}
    assert neighbours(book, page) == (None, None)
    browser = signed_in_as(people.alice)
    words = browser.get(reverse("assessment-check", args=[completed.pk])).content.decode()
    assert f"p-review_child-{child.pk}-again2" in words and "I like breakfast club" in words and "I like maths" in words
    back = browser.post(
        reverse("assessment-person-part-again", args=[completed.pk, "review_child", child.pk, 2]) + "?from=check",
        {"wish": "A quiet place to read"},
    )
    assert back["Location"].endswith(f"#p-review_child-{child.pk}-again2")


def test_review_is_counted_neither_as_an_assessment_nor_among_its_pages(people, completed, seen_by):
    alice = seen_by(people.alice)
    before = read(completed, alice).finished()
    save(completed, "review_record", alice, better="Quiet mornings")
    save(completed, "review_record", alice, round=2, better="They eat together")
    assert read(completed, alice).finished() == before
    assert Assessment.objects.count() == 1


def test_database_keeps_one_row_for_each_time(people, completed):
    with as_system():
        spot = {"assessment": completed, "case": completed.case, "key": "review_record", "category": 1}
        Section.objects.create(**spot)
        Section.objects.create(**spot, round=2)
        for round in (2, 0):
            with pytest.raises(IntegrityError), transaction.atomic():
                Section.objects.create(**spot, round=round)
