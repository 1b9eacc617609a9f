"""Two taps and a few words; later an answer or an entry. Only the writer reads it, and only while they see the family."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.actions import save_answers
from assessments.answers import Sent, digest
from assessments.flow import quick_notes as actions
from assessments.flow.nudges import keep_quick_notes
from assessments.models import QuickNote, Section
from cases.models import CaseNote
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(people, seen_by):
    """Alice's note about her family: `note()`, or about none: `note(case=None)`."""

    def write(body="Ellie was early today", case=..., by=people.alice):
        actor = seen_by(by)
        return actions.keep_quick_note(
            note=uuid.uuid4(), body=body, case=people.case if case is ... else case, by=actor
        )

    return write


def test_two_taps(people, signed_in_as):
    """The first opens a page with one box, the second saves; a family is chosen or not."""
    browser = signed_in_as(people.alice)
    for page in ("my-work", "family-list", "help"):
        assert reverse("quick-note") in browser.get(reverse(page)).content.decode(), "a link on every page"
    opened = browser.get(reverse("quick-note"))
    data = {"note": str(opened.context["note_id"]), "body": "Rang at 9", "family": ""}
    assert browser.post(reverse("quick-note"), data)["Location"] == reverse("quick-notes")
    assert browser.post(reverse("quick-note"), data).status_code == 302, "sent twice"
    with as_system():
        kept = QuickNote.objects.get()
        assert (kept.body, kept.case, kept.membership) == ("Rang at 9", None, people.alice)
    assert "Rang at 9" in browser.get(reverse("quick-notes")).content.decode()
    assert "Quick notes to sort: 1" in browser.get(reverse("my-work")).content.decode()
    nothing = browser.post(reverse("quick-note"), {"body": "  ", "family": ""})
    assert b"Enter a word or two" in nothing.content


def test_family_opened_last_is_offered_first_and_none_that_one_does_not_see(people, world, signed_in_as):
    other = world.shared_case(people.hub, people.alice, family=world.family(people.hub, name="Pike"))
    theirs = world.shared_case(people.hub, people.charlie, family=world.family(people.hub, name="Finch"))
    browser = signed_in_as(people.alice)
    for each in (other, people.case):
        browser.get(reverse("record-overview", args=[each.reference]))
    choices = [
        value for value, _label in browser.get(reverse("quick-note")).context["form"].fields["family"].choices
    ]
    assert choices == ["", people.case.reference, other.reference]
    page = browser.get(reverse("quick-note") + f"?family={theirs.reference}")
    assert b"Finch" not in page.content
    refused = browser.post(reverse("quick-note"), {"body": "x", "family": theirs.reference})
    assert refused.status_code == 200
    with as_system():
        assert not QuickNote.objects.exists()


def test_people_who_do_no_casework_are_shown_no_quick_note(people, world, signed_in_as):
    board = world.member(people.school, Role.BOARD_MEMBER)
    browser = signed_in_as(board)
    assert reverse("quick-note") not in browser.get(reverse("my-work")).content.decode()
    assert browser.get(reverse("quick-note")).status_code == 403


def test_saved_while_it_is_typed(people, signed_in_as):
    browser = signed_in_as(people.alice)
    pk, url = str(uuid.uuid4()), reverse("quick-note-save")
    assert browser.post(url, {"note": pk, "family": people.case.reference}).status_code == 422
    first = browser.post(url, {"note": pk, "body": "Rang", "autosave_fields": "body"})
    assert first.status_code == 200 and first.json()["saved_at"]
    browser.post(url, {"note": pk, "family": people.case.reference, "autosave_fields": "family"})
    browser.post(url, {"note": pk, "body": "Rang at 9", "autosave_fields": "body"})
    with as_system():
        kept = QuickNote.objects.get()
        assert (kept.body, kept.case) == ("Rang at 9", people.case)


def test_only_the_writer_reads_it(people, world, note, seen_by, signed_in_as):
    world.join(people.case, people.bob)
    kept = note()
    for who in (people.bob, people.coordinator, people.charlie):
        actor = seen_by(who)
        assert not QuickNote.objects.exists(), who
        with pytest.raises(NotAllowed):
            actions.keep_quick_note(note=kept.pk, body="Mine", case=None, by=actor)
        for name in ("sort", "timeline", "answer"):
            assert signed_in_as(who).get(reverse(f"quick-note-{name}", args=[kept.pk])).status_code == 404
        for name in ("keep", "throw-away"):
            assert signed_in_as(who).post(reverse(f"quick-note-{name}", args=[kept.pk])).status_code == 404
    assert Client().get(reverse("quick-note")).status_code == 302
    assert Client().get(reverse("quick-notes")).status_code == 302
    assert Client().post(reverse("quick-note-save")).status_code == 302


def test_nobody_writes_a_note_in_anothers_name(people, world, seen_by):
    world.join(people.case, people.bob)
    seen_by(people.bob)
    with pytest.raises(DatabaseError), transaction.atomic():
        QuickNote.objects.create(membership=people.alice, body="x")


def test_who_loses_sight_keeps_nothing_of_the_family(people, note, seen_by):
    note()
    own = note(body="Buy pens", case=None)
    with as_system():
        people.case.leads.update(until_at=timezone.now())
        people.case.team.update(ends_on=timezone.localdate() - dt.timedelta(days=1), starts_on="2020-01-01")
    seen_by(people.alice)
    assert list(QuickNote.objects.all()) == [own]


def test_note_becomes_a_timeline_entry_and_keeps_only_the_way_to_it(people, note, signed_in_as, queries_of):
    kept = note()
    browser = signed_in_as(people.alice)
    sort = reverse("quick-note-sort", args=[kept.pk])
    assert queries_of(browser, sort) <= 25
    went = browser.post(sort, {"body": kept.body, "family": people.case.reference, "go": "timeline"})
    page = reverse("quick-note-timeline", args=[kept.pk])
    assert went["Location"] == page
    form = browser.get(page).context["form"]
    assert form.initial["body"] == kept.body
    assert queries_of(browser, page) <= 25
    day = timezone.localdate()
    done = browser.post(
        page,
        {
            "kind": "said",
            "title": "On time",
            "body": kept.body,
            "category": "2",
            "happened_on": f"{day.day}/{day.month}/{day.year}",
        },
    )
    assert done.status_code == 302, done.context["form"].errors
    with as_system():
        entry = CaseNote.objects.get(title="On time")
        assert (entry.category, entry.kind, entry.body) == (2, "said", kept.body)
        used = QuickNote.objects.get()
        assert (used.note, used.body, used.used_at is not None) == (entry, "", True)
        assert Event.objects.filter(verb="Sorted a quick note", case_id=people.case.pk).count() == 1
        for event in Event.objects.all():
            assert "early" not in str(event.facts)
    assert browser.get(sort).status_code == 404, "sorted once"
    assert b"A timeline entry" in browser.get(reverse("quick-notes")).content


def test_sorting_wants_the_family_first(people, note, signed_in_as):
    kept = note(case=None)
    browser = signed_in_as(people.alice)
    asked = browser.post(
        reverse("quick-note-sort", args=[kept.pk]), {"body": kept.body, "family": "", "go": "answer"}
    )
    assert b"Select the family that the note is about" in asked.content
    nobody = browser.post(
        reverse("quick-note-sort", args=[kept.pk]), {"body": kept.body, "family": "WM\0", "go": "answer"}
    )
    assert nobody.status_code in {200, 422}, "what no family can be called is nobody's, and no error"
    assert browser.get(reverse("quick-note-timeline", args=[kept.pk])).status_code == 404


def test_note_becomes_part_of_an_answer_below_what_stands_there(people, eha, note, signed_in_as, queries_of):
    kept = note()
    browser = signed_in_as(people.alice)
    page = reverse("quick-note-answer", args=[kept.pk])
    assert queries_of(browser, page) <= 25
    chosen = f"{page}?page={eha.pk}.start..1"
    assert queries_of(browser, chosen) <= 25
    questions = [value for value, _label in browser.get(chosen).context["form"].fields["question"].choices]
    assert "reason" in questions
    wrong = browser.post(chosen, {"words": kept.body})
    assert b"Select a question" in wrong.content
    done = browser.post(chosen, {"words": kept.body, "question": "reason"})
    assert done["Location"] == reverse("assessment-part", args=[eha.pk, "start"])
    second = note(body="And on Friday")
    page = reverse("quick-note-answer", args=[second.pk])
    browser.post(f"{page}?page={eha.pk}.start..1", {"words": second.body, "question": "reason"})
    with as_system():
        section = Section.objects.get(key="start")
        assert section.answers["reason"] == "Ellie was early today\n\nAnd on Friday"
        assert section.marks["reason"]["m"] == people.alice.pk
        assert QuickNote.objects.filter(section=section, body="").count() == 2


def test_what_somebody_wrote_meanwhile_is_kept_beside_it(people, eha, note, seen_by):
    kept = note()
    by = seen_by(people.alice)
    part = eha.form.find("start")
    save_answers(
        assessment=eha,
        part=part,
        person=None,
        sent={"reason": Sent(value="Theirs", base="-")},
        writer="a",
        by=by,
    )
    saved = actions.put_in_answer(
        note=kept, assessment=eha, part=part, person=None, box="reason",
        sent=Sent(value="Mine", base=digest(None)), writer="b", by=by,
    )  # fmt: skip
    assert saved.outcome.kept == ["reason"]
    section = Section.objects.get(key="start")
    assert section.answers["reason"] == "Theirs" and section.differing["reason"][0]["value"] == "Mine"


def test_signed_off_assessment_takes_no_note(people, eha, note, signed_in_as):
    kept = note()
    with as_system():
        type(eha).objects.update(signed_off_at=timezone.now())
    page = signed_in_as(people.alice).get(reverse("quick-note-answer", args=[kept.pk])).content.decode()
    assert "Put the note on the timeline instead" in page


def test_nothing_becomes_half_a_note(people, eha, note, seen_by, monkeypatch):
    """When marking the note fails, the answer is not written either."""
    kept = note()
    by = seen_by(people.alice)

    def fail(*args, **facts):
        raise RuntimeError("gone")

    monkeypatch.setattr(actions, "_used", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.put_in_answer(
            note=kept, assessment=eha, part=eha.form.find("start"), person=None, box="reason",
            sent=Sent(value="Mine", base="-"), writer="b", by=by,
        )  # fmt: skip
    assert not Section.objects.exists()


def test_empty_words_and_a_closed_record_are_refused(people, seen_by):
    by = seen_by(people.alice)
    with pytest.raises(ValidationError, match="a word or two"):
        actions.keep_quick_note(note=uuid.uuid4(), body=" \n ", case=None, by=by)
    with as_system():
        type(people.case).objects.update(
            status="closed", closed_on=timezone.localdate(), closure_reason="needs_met"
        )
    by = seen_by(people.alice)
    case = type(people.case).objects.filter(pk=people.case.pk).first()
    if case is not None:
        with pytest.raises(NotAllowed):
            actions.keep_quick_note(note=uuid.uuid4(), body="x", case=case, by=by)


def days_on(note, days):
    """The same note, so many days nearer to its end."""
    with as_system():
        kept = QuickNote.objects.get(pk=note.pk)
        kept.keep_until -= dt.timedelta(days=days)
        kept.save()


def test_notes_of_nothing_go_after_thirty_days_and_their_writer_is_told_twice(people, note, seen_by):
    kept = note(case=None)
    assert kept.keep_until == timezone.localdate() + dt.timedelta(days=30)
    seen_by(None)
    assert keep_quick_notes() == 0
    days_on(kept, 23)
    seen_by(None)
    assert (keep_quick_notes(), keep_quick_notes()) == (1, 0), "once, however often it runs"
    days_on(kept, 6)
    seen_by(None)
    assert keep_quick_notes() == 1
    with as_system():
        assert {tuple(sorted(each.facts.items())) for each in Message.objects.all()} == {
            (("count", 1), ("days", 7)),
            (("count", 1), ("days", 1)),
        }
    days_on(kept, 2)
    seen_by(None)
    keep_quick_notes()
    with as_system():
        assert not QuickNote.objects.exists()


def test_keeping_longer_starts_the_days_again(people, note, signed_in_as, seen_by):
    kept = note()
    days_on(kept, 25)
    signed_in_as(people.alice).post(reverse("quick-note-keep", args=[kept.pk]))
    with as_system():
        again = QuickNote.objects.get()
        assert (again.keep_until, again.reminded) == (timezone.localdate() + dt.timedelta(days=30), 0)


def test_throwing_away_deletes_and_says_so_in_the_log(people, note, signed_in_as):
    kept = note()
    assert (
        signed_in_as(people.alice).post(reverse("quick-note-throw-away", args=[kept.pk])).status_code == 302
    )
    with as_system():
        assert not QuickNote.objects.exists()
        assert Event.objects.filter(verb="Threw a quick note away").count() == 1


def test_no_reminder_names_a_family_that_its_writer_sees_no_more(people, note, seen_by):
    kept = note()
    days_on(kept, 25)
    with as_system():
        people.case.leads.update(until_at=timezone.now())
        people.case.team.update(ends_on=timezone.localdate() - dt.timedelta(days=1), starts_on="2020-01-01")
    seen_by(None)
    assert keep_quick_notes() == 0, "there is nothing that they could look at"


def test_same_number_of_queries_for_one_note_and_many(people, note, signed_in_as, queries_of):
    note()
    browser, url = signed_in_as(people.alice), reverse("quick-notes")
    one = queries_of(browser, url)
    for number in range(5):
        note(body=f"Note {number}")
    assert queries_of(browser, url) == one <= 25
    assert queries_of(browser, reverse("quick-note")) <= 25
