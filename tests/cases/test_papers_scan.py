"""A file is given out when the virus scanner has passed it, and not before: tests/fixtures/clamd.py is the scanner."""

import datetime as dt
import io
import socket

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.document import add_document
from cases.models import Document, DocumentPage, DocumentStatus
from cases.papers import jobs, scanner
from cases.papers.scanner import ScannerAway, Verdict
from cases.papers.tasks import look_after_documents
from cases.states import TRANSITIONS
from earlyhelp.access.context import as_system, clear_request
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message
from tests.fixtures.clamd import EICAR
from tests.papers.made import docx, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def added(people, seen_by):
    """`added(data, name)`: a document that Alice added, as its id."""

    def add(data=b"A letter.", name="letter.txt"):
        upload = SimpleUploadedFile(name, data)
        return str(add_document(case=people.case, upload=upload, title="Letter", by=seen_by(people.alice)).pk)

    return add


def stored(pk) -> Document:
    with as_system():
        return Document.objects.get(pk=pk)


def make_due(pk) -> None:
    with as_system():
        Document.objects.filter(pk=pk).update(work_due_at=timezone.now() - dt.timedelta(hours=1))


def download(people, signed_in_as, pk):
    return signed_in_as(people.alice).get(reverse("document-download", args=[people.case.reference, pk]))


# -- The scanner itself -------------------------------------------------------------------------------------------------


def test_answers(clamd):
    assert scanner.is_set_up() and scanner.answers()
    assert scanner.scan(io.BytesIO(b"A letter.")) == Verdict.CLEAN
    assert scanner.scan(io.BytesIO(EICAR)) == Verdict.VIRUS
    assert scanner.scan(io.BytesIO(b"x" * 300_000)) == Verdict.CLEAN
    assert clamd.scanned[-1] == b"x" * 300_000, "every byte reaches the scanner"


def test_more_than_the_scanner_takes(clamd):
    clamd.limit = 100_000
    assert scanner.scan(io.BytesIO(b"x" * 2_000_000)) == Verdict.TOO_LARGE


@pytest.mark.parametrize("behaviour", ["hangs_up", "silent", "half_a_word", "error"])
def test_anything_but_a_whole_good_word_is_no_answer(clamd, behaviour):
    clamd.behaviour = behaviour
    for data in (b"A letter." * 50_000, EICAR):
        with pytest.raises(ScannerAway):
            scanner.scan(io.BytesIO(data))


def test_nobody_there(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.CLAMAV_ADDRESS = f"127.0.0.1:{taken.getsockname()[1]}"
    assert not scanner.answers()
    with pytest.raises(ScannerAway):
        scanner.scan(io.BytesIO(b"x"))


# -- From upload to an answer -------------------------------------------------------------------------------------------


def test_quarantined_until_clean(people, clamd, added, signed_in_as):
    pk = added()
    assert stored(pk).status == DocumentStatus.QUARANTINED
    refused = download(people, signed_in_as, pk)
    assert refused.status_code == 403 and "still being checked" in refused.content.decode()
    assert jobs.look_after(pk) == "drawn"
    document = stored(pk)
    assert (document.status, document.preview, document.pages) == ("clean", "ready", 1)
    assert document.checked_at and document.work_due_at is None
    assert download(people, signed_in_as, pk).status_code == 200
    with as_system():
        assert (
            Event.objects.filter(verb="A document passed the virus scanner", case_id=people.case.pk).count()
            == 1
        )


def test_a_virus_is_deleted_and_its_uploader_told(people, clamd, added, signed_in_as):
    pk = added(EICAR, "eicar.txt")
    key = stored(pk).storage_key
    assert default_storage.exists(key)
    assert jobs.look_after(pk) == "refused"
    assert stored(pk).status == DocumentStatus.REFUSED and not default_storage.exists(key)
    answer = download(people, signed_in_as, pk)
    assert answer.status_code == 403 and "refused" in answer.content.decode()
    page = (
        signed_in_as(people.alice).get(reverse("document", args=[people.case.reference, pk])).content.decode()
    )
    assert "refused and is deleted" in page and "harmful" in page and "Download</a>" not in page
    with as_system():
        [message] = Message.objects.filter(kind="document-refused")
        assert message.to_user_id == people.alice.user_id
        [event] = Event.objects.filter(verb="The virus scanner refused a document")
        assert (event.case_id, event.facts["why"], event.user_id) == (people.case.pk, "virus", None)
    assert jobs.look_after(pk) == "nothing"


def test_too_large_for_the_scanner_is_refused_with_the_reason(clamd, added):
    clamd.limit = 1_000
    pk = added(b"x" * 5_000)
    assert jobs.look_after(pk) == "refused"
    assert stored(pk).get_refused_why_display() == "It is too large for the virus scanner"


@pytest.mark.parametrize("behaviour", ["hangs_up", "silent", "half_a_word", "error"])
def test_killed_in_the_middle_it_stays_in_quarantine_and_says_so(
    people, clamd, added, signed_in_as, behaviour
):
    clamd.behaviour = behaviour
    pk = added(b"A letter. " * 20_000)
    assert jobs.look_after(pk) == "waits"
    document = stored(pk)
    assert document.status == DocumentStatus.QUARANTINED and document.scanner_away_since
    assert document.work_due_at > timezone.now()
    page = signed_in_as(people.alice).get(reverse("record-documents", args=[people.case.reference]))
    assert "Waits for the virus scanner" in page.content.decode()
    answer = download(people, signed_in_as, pk)
    assert answer.status_code == 403 and "scanner does not answer" in answer.content.decode()
    # Nothing before its time; then the scheduler finds it, and the scanner is back.
    assert jobs.look_after(pk) == "nothing"
    make_due(pk)
    clamd.behaviour = "well"
    assert look_after_documents() == 1
    document = stored(pk)
    assert document.status == DocumentStatus.CLEAN and document.scanner_away_since is None


def test_waits_longer_each_time(clamd, added):
    clamd.behaviour = "error"
    pk = added()
    waits = []
    for _try in range(6):
        assert jobs.look_after(pk) == "waits"
        waits.append(round((stored(pk).work_due_at - timezone.now()).total_seconds(), -1))
        make_due(pk)
    assert waits == [30, 60, 120, 300, 600, 600]


def test_a_job_that_died_is_made_up_for(clamd, added):
    pk = added()
    with transaction.atomic(), connection.cursor() as cursor:
        clear_request()
        cursor.execute("select 1 from app.claim_paper(%s, true, 900)", [pk])
    assert jobs.look_after(pk) == "nothing" and pk not in jobs.due(), "another job has it in hand"
    make_due(pk)
    assert pk in jobs.due() and jobs.look_after(pk) == "drawn"


def test_bytes_that_changed_in_the_store_are_not_passed(clamd, added):
    pk = added()
    key = stored(pk).storage_key
    with default_storage.open(key, "wb") as file:
        file.write(b"Something else.")
    assert jobs.look_after(pk) == "waits"
    assert stored(pk).status == DocumentStatus.QUARANTINED


def test_without_a_scanner_it_is_not_scanned_and_the_county_decides(people, added, signed_in_as, settings):
    pk = added()
    assert stored(pk).status == DocumentStatus.NOT_SCANNED
    assert jobs.look_after(pk) == "drawn"
    assert download(people, signed_in_as, pk).status_code == 200
    settings.EARLY_HELP = settings.EARLY_HELP | {"SERVE_UNSCANNED_DOCUMENTS": False}
    assert download(people, signed_in_as, pk).status_code == 403
    picture = reverse("document-page", args=[people.case.reference, pk, 1])
    assert signed_in_as(people.alice).get(picture).status_code == 403


def test_files_from_before_the_scanner_are_held_and_scanned(people, added, signed_in_as, clamd, settings):
    settings.CLAMAV_ADDRESS = ""
    clean, bad = added(), added(docx(extra=[("word/media/a.bin", EICAR)]), "a.docx")
    assert [jobs.look_after(pk) for pk in (clean, bad)] == ["drawn", "drawn"]
    settings.CLAMAV_ADDRESS = clamd.address
    assert download(people, signed_in_as, clean).status_code == 403, "a scanner is there now: it speaks first"
    with as_system():
        drawn = list(DocumentPage.objects.filter(document=bad).values_list("storage_key", flat=True))
    assert look_after_documents() == 2
    assert [stored(pk).status for pk in (clean, bad)] == ["clean", "refused"]
    assert drawn and not any(default_storage.exists(key) for key in drawn), "its pictures go too"
    assert download(people, signed_in_as, clean).status_code == 200


def test_the_scanner_taken_away_lets_nothing_out(people, clamd, added, signed_in_as, settings):
    pk = added()
    settings.CLAMAV_ADDRESS = ""
    assert jobs.look_after(pk) == "waits"
    assert stored(pk).status == DocumentStatus.QUARANTINED
    assert download(people, signed_in_as, pk).status_code == 403


# -- Who may say so -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", DocumentStatus.values)
@pytest.mark.parametrize("before", DocumentStatus.values)
def test_the_database_changes_what_the_table_of_states_allows(added, before, after):
    pk = added()
    with as_system():
        Document.objects.filter(pk=pk).update(
            status=before, refused_why="virus" if before == "refused" else ""
        )
    legal = after in TRANSITIONS["cases.Document"][DocumentStatus(before)]
    with transaction.atomic(), connection.cursor() as cursor:
        clear_request()
        try:
            with transaction.atomic():
                cursor.execute("select app.settle_scan(%s, %s, %s)", [pk, after, "virus"])
                done = cursor.fetchone()[0] is not None
        except DatabaseError:
            done = False
    assert done == legal
    assert stored(pk).status == (after if legal else before)


JOBS = (
    ("select app.settle_scan(%s, 'clean', '')", 1),
    ("select app.keep_preview(%s, 'ready', 1, '[]')", 1),
    ("select app.put_off_paper(%s, 1, true)", 1),
    ("select app.claim_paper(%s, true, 1)", 1),
    ("select app.papers_due(true, 5)", 0),
    ("select app.unknown_files(array['documents/nobody'])", 0),
)


@pytest.mark.parametrize(("sql", "takes"), JOBS, ids=[sql.split("(")[0][7:] for sql, _n in JOBS])
def test_a_person_is_no_job(people, clamd, added, seen_by, sql, takes):
    pk = added()
    seen_by(people.alice)
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(sql, [pk] * takes or None)
                rows = cursor.fetchall()
        except DatabaseError:
            rows = []
    assert rows in ([], [(None,)]), sql
    assert stored(pk).status == DocumentStatus.QUARANTINED


def test_nobody_writes_a_status_past_the_functions(people, clamd, added, seen_by):
    pk = added()
    seen_by(people.alice)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=pk).update(status="clean")
    upload = stored(pk)
    seen_by(people.alice)
    upload.pk, upload.storage_key, upload.status = None, upload.storage_key + "2", "clean"
    upload.pk = Document._meta.pk.get_default()
    with pytest.raises(DatabaseError), transaction.atomic():
        upload.save(force_insert=True)


def test_a_pdf_passes_with_its_pages(clamd, added):
    pk = added(pdf("First page", "Second page"), "two.pdf")
    assert jobs.look_after(pk) == "drawn"
    with as_system():
        assert list(DocumentPage.objects.filter(document=pk).values_list("number", "text")) == [
            (1, "First page"),
            (2, "Second page"),
        ]
