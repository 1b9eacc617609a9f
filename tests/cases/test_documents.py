"""Files kept with a record: what is taken, what is stored of it, and how it is given out."""

import hashlib
import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from cases.actions.document import add_document, open_document
from cases.files import RefusedFile, examine
from cases.models import Document
from cases.rules import NotAllowed
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind, Category
from tests.papers.made import docx

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind="JPEG", size=(40, 30), gps=True) -> bytes:
    image, written = Image.new("RGB", size, "teal"), io.BytesIO()
    exif = Image.Exif()
    if gps:
        exif[0x010E] = "Garden of 4 Elm Road"
        exif[0x8825] = {1: "N", 2: (51.0, 1.0, 2.0)}
    image.save(written, kind, exif=exif)
    return written.getvalue()


def word(*extra) -> bytes:
    return docx(extra=[(name, "<x/>") for name in extra])


def upload(name, data):
    return SimpleUploadedFile(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", PDF),
        ("a.docx", word()),
        ("a.txt", "Café".encode()),
        ("a.txt", "Café".encode("cp1252")),
        ("A.JPG", picture()),
        ("a.jpeg", picture()),
        ("a.png", picture("PNG")),
    ],
)
def test_what_is_taken(name, data):
    assert examine(upload(name, data)).data


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.exe", b"MZ\x90"),
        ("a.html", b"<script>"),
        ("a.svg", b"<svg/>"),
        ("noending", b"x"),
        ("a.pdf.exe", PDF),
        ("a.pdf", b"<html>not a pdf"),
        ("a.pdf", picture()),
        ("a.png", picture()),
        ("a.jpg", picture("PNG")),
        ("a.jpg", b"\xff\xd8\xff\xe0 broken"),
        ("a.docx", b"PK not a zip"),
        ("a.docx", word("word/vbaProject.bin")),
        ("a.docx", PDF),
        ("a.txt", b"MZ\x90\x00"),
        ("a.txt", PDF),
        ("a.txt", b"a\0b"),
        ("a.pdf", b""),
    ],
)
def test_what_is_refused(name, data):
    with pytest.raises(RefusedFile):
        examine(upload(name, data))


def test_too_large_is_refused(settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"DOCUMENT_MAX_MB": 1}
    with pytest.raises(RefusedFile, match="1 MB"):
        examine(upload("a.txt", b"x" * (1024 * 1024 + 1)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pictures_are_drawn_anew_without_their_data(kind):
    before = picture(kind)
    assert b"Elm Road" in before
    clean = examine(upload("a.png" if kind == "PNG" else "a.jpg", before))
    assert b"Elm Road" not in clean.data
    with Image.open(io.BytesIO(clean.data)) as image:
        assert not image.getexif()
        assert image.size == (40, 30)


def test_a_name_with_a_path_is_only_a_name():
    assert examine(upload("..\\..\\etc\\a.txt", b"x")).name == "a.txt"


def test_stored_under_a_key_nobody_can_guess(people, seen_by):
    alice = seen_by(people.alice)
    document = add_document(case=people.case, upload=upload("letter.pdf", PDF), title="Letter", by=alice)
    assert "letter" not in document.storage_key and str(document.pk) not in document.storage_key
    assert len(document.storage_key) > 40
    with default_storage.open(document.storage_key) as stored:
        assert hashlib.sha256(stored.read()).hexdigest() == document.sha256
    assert document.status == "not_scanned"


def test_bob_and_charlie_add_nothing_and_no_file_is_left(people, seen_by):
    for who in (people.bob, people.charlie):
        actor = seen_by(who)
        with pytest.raises(NotAllowed):
            add_document(case=people.case, upload=upload("a.txt", b"x"), title="x", by=actor)
    with as_system():
        assert not Document.objects.exists()


def test_download_is_recorded_and_safe(people, seen_by, signed_in_as, settings):
    document = add_document(
        case=people.case, upload=upload("letter.pdf", PDF), title="Letter", by=seen_by(people.alice)
    )
    url = reverse("document-download", args=[people.case.reference, document.pk])
    alice = signed_in_as(people.alice)
    response = alice.get(url)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    seen_by(people.alice)
    assert Event.objects.filter(verb="Downloaded a document", case_id=people.case.pk).count() == 1
    settings.EARLY_HELP = settings.EARLY_HELP | {"SERVE_UNSCANNED_DOCUMENTS": False}
    assert alice.get(url).status_code == 403
    with as_system():
        Document.objects.update(status="clean")
    assert alice.get(url).status_code == 200


@pytest.mark.parametrize("status", ["quarantined", "refused"])
def test_not_given_out_while_unsafe(people, seen_by, status):
    alice = seen_by(people.alice)
    document = add_document(case=people.case, upload=upload("a.txt", b"x"), title="x", by=alice)
    document.status = status
    with pytest.raises(NotAllowed):
        open_document(document=document, by=alice)


def test_category_decides_who_sees_a_file(people, world, seen_by, signed_in_as):
    nurse = world.member(world.agency(AgencyKind.HEALTH))
    world.consent(people.case, nurse.agency)
    world.join(people.case, nurse)
    document = add_document(
        case=people.case,
        upload=upload("a.txt", b"x"),
        title="Clinic letter",
        category=Category.HEALTH,
        by=seen_by(nurse),
    )
    url = reverse("document-download", args=[people.case.reference, document.pk])
    assert signed_in_as(nurse).get(url).status_code == 200
    assert signed_in_as(people.alice).get(url).status_code == 404
    listed = signed_in_as(people.alice).get(reverse("record-documents", args=[people.case.reference]))
    assert "Clinic letter" not in listed.content.decode()


def test_adding_through_the_page(people, signed_in_as, seen_by):
    alice = signed_in_as(people.alice)
    url = reverse("document-add", args=[people.case.reference])
    wrong = alice.post(url, {"file": upload("a.exe", b"MZ"), "title": "x", "category": "1"})
    assert "The file must be" in wrong.content.decode()
    assert (
        alice.post(url, {"file": upload("a.txt", b"x"), "title": "Note", "category": "1"}).status_code == 302
    )
    seen_by(people.alice)
    assert Document.objects.get().title == "Note"
