"""Versions of a document, what kind of information it holds, how much there is room for, and documents of a meeting."""

import datetime as dt

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.document import add_document, add_version, change_category, put_before
from cases.files import RefusedFile
from cases.models import CaseNote, Document, MeetingPaper
from cases.papers.reading import papers_of, versions_of
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message
from hubs.models import AgencyKind, Category

pytestmark = pytest.mark.django_db


def file(words="A letter.", name="letter.txt"):
    return SimpleUploadedFile(name, words.encode())


@pytest.fixture
def nurse(people, world):
    """Somebody of another agency on the team."""
    found = world.member(world.agency(AgencyKind.HEALTH), first_name="Nia")
    world.consent(people.case, found.agency)
    world.join(people.case, found)
    return found


@pytest.fixture
def letter(people, seen_by):
    return add_document(case=people.case, upload=file(), title="Letter", by=seen_by(people.alice))


# -- Versions -----------------------------------------------------------------------------------------------------------


def test_the_newest_stands_in_lists_and_the_others_stay_readable(
    people, letter, nurse, seen_by, signed_in_as
):
    second, crossed = add_version(
        document=letter,
        upload=file("Another letter."),
        note="Date put right",
        seen=letter.pk,
        by=seen_by(nurse),
    )
    assert crossed is None and second.series_id == letter.pk and second.title == "Letter"
    alice = signed_in_as(people.alice)
    listed = alice.get(reverse("record-documents", args=[people.case.reference])).content.decode()
    assert listed.count(">Letter</a>") == 1 and "1 earlier version" in listed
    assert reverse("document", args=[people.case.reference, second.pk]) in listed
    page = alice.get(reverse("document", args=[people.case.reference, second.pk])).content.decode()
    assert (
        "Version 1" in page and "Version 2 (this one)" in page and "Date put right" in page and "Nia" in page
    )
    old = alice.get(reverse("document", args=[people.case.reference, letter.pk])).content.decode()
    assert "This is an earlier version" in old
    answer = alice.get(reverse("document-download", args=[people.case.reference, letter.pk]))
    assert b"".join(answer.streaming_content) == b"A letter."


def test_two_at_once_are_both_kept_in_order_and_both_are_told(people, letter, nurse, seen_by, signed_in_as):
    url = reverse("document-version", args=[people.case.reference, letter.pk])
    alice = signed_in_as(people.alice)
    seen = alice.get(url).context["form"]["seen"].value()
    first, _none = add_version(
        document=letter, upload=file("Nia’s"), note="By Nia", seen=letter.pk, by=seen_by(nurse)
    )
    answer = alice.post(url, {"file": file("Alice’s"), "note": "By Alice", "seen": seen}, follow=True)
    assert "Somebody else added one while you were at it" in answer.content.decode()
    seen_by(people.alice)
    notes = [version.version_note for version in versions_of(letter)]
    assert notes == ["By Alice", "By Nia", ""]
    assert Document.objects.filter(case=people.case).current().get().version_note == "By Alice"
    with as_system():
        [message] = Message.objects.filter(kind="document-versions-crossed")
        assert message.to_user_id == nurse.user_id


def test_the_same_moment_keeps_the_order_of_arrival(letter, people, seen_by, monkeypatch):
    frozen = letter.uploaded_at
    monkeypatch.setattr("cases.actions.document.timezone.now", lambda: frozen)
    for n in range(3):
        add_version(document=letter, upload=file(str(n)), note=str(n), by=seen_by(people.alice))
    assert [version.version_note for version in versions_of(letter)] == ["2", "1", "0", ""]


def test_a_refused_version_does_not_take_the_place_of_a_good_one(letter, people, seen_by):
    second, _crossed = add_version(document=letter, upload=file("2"), note="2", by=seen_by(people.alice))
    with as_system():
        Document.objects.filter(pk=second.pk).update(status="refused", refused_why="virus")
    seen_by(people.alice)
    assert Document.objects.filter(case=people.case).current().get().pk == letter.pk
    with as_system():
        Document.objects.update(status="refused", refused_why="virus")
    seen_by(people.alice)
    assert Document.objects.filter(case=people.case).current().get().pk == second.pk


def test_who_may_add_a_version(people, letter, seen_by, signed_in_as):
    url = reverse("document-version", args=[people.case.reference, letter.pk])
    assert signed_in_as(people.alice).get(url).status_code == 200
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(url).status_code == 404
        with pytest.raises(NotAllowed):
            add_version(document=letter, upload=file(), note="x", by=seen_by(who))


def test_a_hidden_version_is_not_counted(people, letter, nurse, seen_by, signed_in_as):
    """The school sees its own letter; what health added to it is about health, and shows in no number."""
    with as_system():
        Document.objects.filter(pk=letter.pk).update(category=Category.HEALTH)
    add_version(
        document=Document.objects.get(pk=letter.pk) if seen_by(nurse) else None,
        upload=file("2"),
        note="Dose",
        by=seen_by(nurse),
    )
    seen_by(people.alice)
    assert [version.number for version in versions_of(letter)] == [1]
    page = signed_in_as(people.alice).get(reverse("document", args=[people.case.reference, letter.pk]))
    assert "Dose" not in page.content.decode() and "Versions" not in page.content.decode()
    listed = signed_in_as(people.alice).get(reverse("record-documents", args=[people.case.reference]))
    assert "earlier version" not in listed.content.decode()


def test_the_database_takes_no_version_of_a_document_that_is_not_seen(people, letter, nurse, world, seen_by):
    with as_system():
        Document.objects.filter(pk=letter.pk).update(category=Category.EDUCATION)
    actor = seen_by(nurse)
    facts = {
        "case": people.case, "agency": actor.agency, "uploaded_by": actor.membership, "title": "x", "original_name": "x.txt",
        "content_type": "text/plain", "size": 1, "sha256": "0" * 64, "status": "not_scanned",
    }  # fmt: skip
    for category in (Category.EDUCATION, Category.FAMILY):
        with pytest.raises(DatabaseError), transaction.atomic():
            Document.objects.create(
                first_id=letter.pk, category=category, storage_key=f"documents/{category}", **facts
            )


# -- What kind of information -------------------------------------------------------------------------------------------


def test_changing_the_category_changes_who_reads_every_version(people, letter, nurse, seen_by, signed_in_as):
    add_version(document=letter, upload=file("2"), note="2", by=seen_by(people.alice))
    alice, theirs = signed_in_as(people.alice), signed_in_as(nurse)
    page = reverse("document", args=[people.case.reference, letter.pk])
    assert theirs.get(page).status_code == 200
    url = reverse("document-category", args=[people.case.reference, letter.pk])
    wrong = alice.post(url, {"category": Category.EDUCATION, "why": ""})
    assert wrong.status_code == 200 and "Say why" in wrong.content.decode()
    assert (
        alice.post(url, {"category": Category.EDUCATION, "why": "It is a school report"}).status_code == 302
    )
    assert theirs.get(page).status_code == 404
    with as_system():
        assert set(Document.objects.values_list("category", flat=True)) == {Category.EDUCATION}
        [event] = Event.objects.filter(verb="Changed what kind of information a document holds")
        assert (event.facts["before"], event.facts["after"], event.facts["versions"]) == (1, 2, 2)
        note = CaseNote.objects.get(title__startswith="What kind of information")
        assert (note.body, note.category) == ("It is a school report", Category.EDUCATION)


def test_who_decides_on_the_category(people, letter, nurse, world, seen_by, signed_in_as):
    head = world.member(people.school, Role.PRACTITIONER, Role.AGENCY_LEAD)
    manager = world.member(people.coordinator.agency, Role.HUB_MANAGER, hub=people.hub)
    url = reverse("document-category", args=[people.case.reference, letter.pk])
    expected = {people.alice: 200, head: 200, manager: 200, nurse: 403, people.bob: 404, people.charlie: 404}
    found = {who: signed_in_as(who).get(url).status_code for who in expected}
    assert found == expected
    with pytest.raises(NotAllowed):
        change_category(document=letter, category=Category.HEALTH, why="x", by=seen_by(nurse))
    from django.db import connection

    seen_by(nurse)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select app.recategorise(%s, 3)", [letter.pk])


def test_whoever_adds_a_version_does_not_decide_about_the_first(people, letter, nurse, seen_by):
    second, _crossed = add_version(document=letter, upload=file("2"), note="2", by=seen_by(nurse))
    with pytest.raises(NotAllowed):
        change_category(document=second, category=Category.HEALTH, why="x", by=seen_by(nurse))


# -- Room ---------------------------------------------------------------------------------------------------------------


def test_a_familys_measure(people, seen_by, settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"DOCUMENT_FAMILY_MB": 1}
    half = "x" * 600_000
    add_document(case=people.case, upload=file(half), title="1", by=seen_by(people.alice))
    before = Document.objects.count()
    with pytest.raises(RefusedFile, match="fill the 1 MB that one family has.*ask your hub"):
        add_document(case=people.case, upload=file(half), title="2", by=seen_by(people.alice))
    assert Document.objects.count() == before
    add_document(case=people.case, upload=file("small"), title="3", by=seen_by(people.alice))


def test_a_familys_measure_counts_what_one_does_not_see_and_says_no_more(people, nurse, seen_by, settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"DOCUMENT_FAMILY_MB": 1}
    add_document(
        case=people.case, upload=file("x" * 900_000), title="1", category=Category.HEALTH, by=seen_by(nurse)
    )
    with pytest.raises(RefusedFile, match="1 MB"):
        add_document(case=people.case, upload=file("x" * 200_000), title="2", by=seen_by(people.alice))


def test_an_agencys_day(people, nurse, seen_by, settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"DOCUMENT_AGENCY_DAY_MB": 1}
    half = "x" * 600_000
    first = add_document(case=people.case, upload=file(half), title="1", by=seen_by(people.alice))
    with pytest.raises(RefusedFile, match="Your agency has added 1 MB of documents today.*tomorrow"):
        add_document(case=people.case, upload=file(half), title="2", by=seen_by(people.alice))
    add_document(case=people.case, upload=file(half), title="of another agency", by=seen_by(nurse))
    with as_system():
        Document.objects.filter(pk=first.pk).update(uploaded_at=timezone.now() - dt.timedelta(days=1))
    add_document(case=people.case, upload=file(half), title="the day after", by=seen_by(people.alice))


def test_full_is_said_on_the_form_with_what_was_typed(people, signed_in_as, settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"DOCUMENT_FAMILY_MB": 1}
    url = reverse("document-add", args=[people.case.reference])
    answer = signed_in_as(people.alice).post(
        url, {"file": file("x" * 1_100_000), "title": "Long letter", "category": "1"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200 and "1 MB that one family has" in page and "Long letter" in page


def test_nobody_asks_about_a_record_that_is_not_theirs(people, seen_by):
    from django.db import connection

    seen_by(people.charlie)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select app.room_for_paper(%s, 1, 1, 1)", [people.case.pk])


# -- In a meeting -------------------------------------------------------------------------------------------------------


def test_sharing_one_of_the_record_and_a_new_one(people, letter, meeting_of, signed_in_as, seen_by):
    meeting = meeting_of(people.case, people.alice)
    alice = signed_in_as(people.alice)
    url = reverse("meeting-paper-add", args=[people.case.reference, meeting.pk])
    page = alice.get(url).content.decode()
    assert "Letter" in page and "One that is in the record" in page
    nothing = alice.post(url, {"do": "choose"})
    assert "Choose a document of the record" in nothing.content.decode()
    assert alice.post(url, {"do": "choose", "document": str(letter.pk)}).status_code == 302
    answer = alice.post(url, {"do": "add", "file": file("New"), "title": "Fresh", "category": "1"})
    assert answer.status_code == 302
    room = alice.get(reverse("meeting", args=[people.case.reference, meeting.pk])).content.decode()
    assert "Letter" in room and "Fresh" in room and url in room
    with as_system():
        assert Event.objects.filter(verb="Put a document before a meeting").count() == 1
    assert "One that is in the record" not in alice.get(url).content.decode(), "all of them are there"
    seen_by(people.alice)
    assert not put_before(meeting=meeting, document=letter, by=seen_by(people.alice)), "once is enough"


def test_only_those_who_see_its_category_see_it_in_the_meeting(
    people, nurse, meeting_of, seen_by, signed_in_as
):
    meeting = meeting_of(people.case, people.alice)
    secret = add_document(
        case=people.case, upload=file(), title="Clinic letter", category=Category.HEALTH, by=seen_by(nurse)
    )
    put_before(meeting=meeting, document=secret, by=seen_by(nurse))
    url = reverse("meeting", args=[people.case.reference, meeting.pk])
    assert "Clinic letter" in signed_in_as(nurse).get(url).content.decode()
    assert "Clinic letter" not in signed_in_as(people.alice).get(url).content.decode()
    seen_by(people.alice)
    assert not MeetingPaper.objects.exists() and papers_of(meeting) == []
    choose = signed_in_as(people.alice).get(
        reverse("meeting-paper-add", args=[people.case.reference, meeting.pk])
    )
    assert "Clinic letter" not in choose.content.decode()


def test_the_meeting_shows_the_newest_version(people, letter, meeting_of, seen_by):
    meeting = meeting_of(people.case, people.alice)
    put_before(meeting=meeting, document=letter, by=seen_by(people.alice))
    second, _crossed = add_version(document=letter, upload=file("2"), note="2", by=seen_by(people.alice))
    assert [each.pk for each in papers_of(meeting)] == [second.pk]


def test_who_may_share(people, letter, meeting_of, signed_in_as, seen_by, world):
    meeting = meeting_of(people.case, people.alice)
    url = reverse("meeting-paper-add", args=[people.case.reference, meeting.pk])
    found = {
        who: signed_in_as(who).get(url).status_code for who in (people.alice, people.bob, people.charlie)
    }
    assert found == {people.alice: 200, people.bob: 404, people.charlie: 404}
    elsewhere = world.shared_case(people.hub, people.alice)
    with pytest.raises(ValueError, match="not in this family"):
        put_before(meeting=meeting_of(elsewhere, people.alice), document=letter, by=seen_by(people.alice))
    with as_system():
        type(meeting).objects.filter(pk=meeting.pk).update(
            status="signed_off",
            held_at=timezone.now(),
            signed_off_at=timezone.now(),
            signed_off_by=people.alice,
        )
    assert signed_in_as(people.alice).get(url).status_code == 403


def test_the_number_of_queries_stays(people, letter, nurse, meeting_of, seen_by, signed_in_as, queries_of):
    meeting = meeting_of(people.case, people.alice)
    names = {
        "record-documents": [], "document": [letter.pk], "document-version": [letter.pk],
        "document-category": [letter.pk], "meeting-paper-add": [meeting.pk],
    }  # fmt: skip
    alice = signed_in_as(people.alice)
    urls = {name: reverse(name, args=[people.case.reference, *rest]) for name, rest in names.items()}
    with_one = {name: queries_of(alice, url) for name, url in urls.items()}
    for n in range(4):
        add_document(case=people.case, upload=file(str(n)), title=f"Letter {n}", by=seen_by(nurse))
        add_version(document=letter, upload=file(str(n)), note=str(n), by=seen_by(nurse))
    assert {name: queries_of(alice, url) for name, url in urls.items()} == with_one
    assert max(with_one.values()) <= 25, with_one


def test_keys_of_the_store_say_nothing(people, letter, seen_by):
    second, _crossed = add_version(document=letter, upload=file("2"), note="2", by=seen_by(people.alice))
    for document in (letter, second):
        assert (
            str(document.pk) not in document.storage_key
            and document.title.lower() not in document.storage_key
        )
        assert default_storage.exists(document.storage_key)
    assert letter.storage_key[:20] != second.storage_key[:20]
