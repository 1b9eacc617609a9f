"""Pages as pictures: who is given them, what is drawn, that a hostile file takes nothing down; and files nobody needs."""

import base64
import contextlib
import datetime as dt
import io
import time
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cases.actions.document import add_document
from cases.models import Document, DocumentPage
from cases.papers import apart, draw, jobs
from cases.papers.apart import CouldNot, draw_pages
from cases.papers.tasks import remove_orphan_files
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind, Category
from tests.papers.made import W, docx, pdf, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(people, seen_by):
    """`drawn(data, name)`: a document of Alice's whose pages were drawn."""

    def make(data: bytes, name: str, **facts) -> Document:
        upload = SimpleUploadedFile(name, data)
        made = add_document(
            case=people.case, upload=upload, title="Letter", by=seen_by(people.alice), **facts
        )
        assert jobs.look_after(str(made.pk)) in {"drawn", "not drawn"}
        with as_system():
            made.refresh_from_db()
        return made

    return make


# -- What is given out --------------------------------------------------------------------------------------------------


def test_page_by_page_without_a_script(people, drawn, signed_in_as):
    made = drawn(pdf("First page", "Second page", "Third page"), "three.pdf")
    alice = signed_in_as(people.alice)
    url = reverse("document", args=[people.case.reference, made.pk])
    first = alice.get(url).content.decode()
    assert "Page 1 of 3" in first and "First page" in first and "Second page" not in first
    assert 'rel="next" href="?page=2#h-page"' in first and 'rel="prev"' not in first
    assert 'alt="Page 1, as a picture. Its words stand below."' in first
    last = alice.get(url + "?page=3").content.decode()
    assert "Third page" in last and 'rel="next"' not in last
    for odd in ("0", "4", "-1", "x", "²", "99999999"):
        answer = alice.get(url, {"page": odd})
        assert answer.status_code == 200 and "Page 1 of 3" in answer.content.decode()


def test_a_picture_of_a_page_is_sealed_and_recorded(people, drawn, signed_in_as):
    made = drawn(pdf("First page"), "one.pdf")
    url = reverse("document-page", args=[people.case.reference, made.pk, 1])
    answer = signed_in_as(people.alice).get(url)
    data = b"".join(answer.streaming_content)
    assert Image.open(io.BytesIO(data)).format == "JPEG" and answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"].startswith("sandbox")
    with as_system():
        [event] = Event.objects.filter(verb="Read a page of a document")
        assert event.facts == {"document": str(made.pk), "page": 1}
        key = DocumentPage.objects.get(document=made).storage_key
    assert str(made.pk) not in key and len(key) > 40


def test_who_sees_a_page(people, world, drawn, signed_in_as, client):
    nurse = world.member(world.agency(AgencyKind.HEALTH))
    world.consent(people.case, nurse.agency)
    world.join(people.case, nurse)
    made = drawn(pdf("School report"), "one.pdf", category=Category.EDUCATION)
    for name, rest in (("document", []), ("document-page", [1]), ("document-download", [])):
        url = reverse(name, args=[people.case.reference, made.pk, *rest])
        found = [
            signed_in_as(who).get(url).status_code
            for who in (people.alice, people.bob, people.charlie, nurse)
        ]
        assert found == [200, 404, 404, 404], name
        assert client.get(url).status_code == 302
    missing = reverse("document-page", args=[people.case.reference, made.pk, 2])
    assert signed_in_as(people.alice).get(missing).status_code == 404


def test_rows_of_pages_follow_the_document(people, world, drawn, seen_by):
    nurse = world.member(world.agency(AgencyKind.HEALTH))
    world.consent(people.case, nurse.agency)
    world.join(people.case, nurse)
    made = drawn(pdf("Words"), "one.pdf", category=Category.EDUCATION)
    for who, sees in ((people.alice, 1), (nurse, 0), (people.bob, 0), (people.charlie, 0)):
        seen_by(who)
        assert DocumentPage.objects.filter(document=made.pk).count() == sees


# -- What is drawn ------------------------------------------------------------------------------------------------------


def test_word_text_and_pictures(drawn):
    found = {
        name: drawn(data, name)
        for name, data in {
            "a.docx": docx("Dear all", "Josh is well."),
            "a.txt": "Café\n£5 < £6".encode("cp1252"),
            "a.png": picture("PNG", (3000, 400)),
            "a.jpg": picture(size=(20, 20)),
        }.items()
    }
    assert {made.preview for made in found.values()} == {"ready"}
    with as_system():
        words = {name: made.page_set.get() for name, made in found.items()}
    assert "Josh is well." in words["a.docx"].text and "£5 < £6" in words["a.txt"].text
    assert (words["a.png"].width, words["a.png"].height) == (1100, 147) and words["a.jpg"].width == 20


def test_a_recording_has_no_pages(people, seen_by):
    """It is played where it was kept (assessments); nothing waits for it."""
    from cases.files import AUDIO
    from tests.assessments import sounds

    made = add_document(
        case=people.case,
        upload=SimpleUploadedFile("a.wav", sounds.wav()),
        title="x",
        take=AUDIO,
        by=seen_by(people.alice),
    )
    assert made.preview == "none" and made.work_due_at is None and jobs.look_after(str(made.pk)) == "nothing"


def test_only_the_first_pages_are_drawn_and_the_page_says_so(people, drawn, signed_in_as, settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"DOCUMENT_PREVIEW_PAGES": 2}
    made = drawn(pdf(*"abcde"), "five.pdf")
    assert made.pages == 5 and made.page_set.model.objects.count() <= 5
    url = reverse("document", args=[people.case.reference, made.pk])
    page = signed_in_as(people.alice).get(url + "?page=2").content.decode()
    assert "Page 2 of 5" in page and "Only the first 2 pages can be read here" in page


def test_nothing_is_fetched_for_a_word_document(tmp_path):
    """Pictures inside are drawn; addresses and files are not asked for, whatever the document says."""
    secret = tmp_path / "secret.txt"
    secret.write_text("A secret of the server")
    body = (
        '<p>Hello</p><img src="http://127.0.0.1:9/x.png"><img src="file:///etc/passwd"><iframe src="x"></iframe>'
        f'<script>evil()</script><style>@import "x"</style><a href="javascript:x">link</a><p onclick="x">b</p>'
        f'<link rel="stylesheet" href="file://{secret}"><svg onload="x"><text>t</text></svg><td colspan="2">c</td>'
    )
    kept = draw.only_kept(body)
    assert kept == '<p>Hello</p>link<p>b</p>t<td colspan="2">c</td>'
    small = base64.b64encode(picture("PNG")).decode()
    assert f'<img src="data:image/png;base64,{small}" alt="">' in draw.only_kept(
        f'<img src="data:image/png;base64,{small}" onerror="x">'
    )
    assert draw.only_kept('<img src="data:image/svg+xml;base64,x">') == ""
    draw.draw_html(
        '<img src="file:///etc/passwd"><link rel="stylesheet" href="http://127.0.0.1:9/"><p>Hello',
        tmp_path,
        1,
        1e12,
    )
    assert (tmp_path / "page-0001.txt").read_text().strip() == "Hello"


# -- That a hostile file takes nothing down -----------------------------------------------------------------------------


def with_limits(settings, **limits):
    settings.EARLY_HELP = settings.EARLY_HELP | {
        f"DOCUMENT_PREVIEW_{name}": most for name, most in limits.items()
    }


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 not a pdf", "application/pdf"),
        (pdf("x")[:300], "application/pdf"),
        (b"PK\x03\x04 broken", draw.WORD),
        (b"\x89PNG broken", "image/png"),
        (
            pdf("x", trailer=b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (y) /P -4 >>"),
            "application/pdf",
        ),
        (b"anything", "application/x-unknown"),
    ],
    ids=["no pdf", "cut off", "no archive", "no picture", "locked", "unknown"],
)
def test_what_cannot_be_drawn_is_said_and_no_more(data, kind):
    with pytest.raises(CouldNot):
        draw_pages(data, kind)


@pytest.mark.slow
def test_a_file_that_would_fill_the_memory(settings):
    with_limits(settings, MEMORY_MB=256, SECONDS=20)
    began = time.monotonic()
    body = "".join(f"<w:tbl>{'<w:tr><w:tc><w:p/></w:tc></w:tr>' * 300}" for _n in range(60)) + "</w:tbl>" * 60
    deep = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    with pytest.raises(CouldNot):
        draw_pages(docx(parts={"word/document.xml": deep}), draw.WORD)
    assert time.monotonic() - began < 100


@pytest.mark.slow
def test_a_file_that_would_take_for_ever(settings):
    with_limits(settings, SECONDS=5)
    began = time.monotonic()
    pages = b"0 0 m " + b"100 100 l 0 0 l " * 2_000_000 + b"S"
    packed = zlib.compress(pages)
    slow = pdf(
        "x", extra=[b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)]
    ).replace(b"/Contents 11 0 R ", b"/Contents 100 0 R")
    with contextlib.suppress(CouldNot):
        draw_pages(slow, "application/pdf")
    assert time.monotonic() - began < 50


@pytest.mark.slow
def test_a_program_that_hangs_is_ended(settings, monkeypatch, tmp_path):
    with_limits(settings, SECONDS=5)
    hanging = tmp_path / "hanging.py"
    hanging.write_text(
        "import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\ntime.sleep(60)\n"
    )
    monkeypatch.setattr(apart, "PROGRAM", hanging)
    began = time.monotonic()
    with pytest.raises(CouldNot, match="too slow"):
        draw_pages(b"x", "text/plain")
    assert time.monotonic() - began < 50


def test_the_program_knows_no_password(settings, monkeypatch, tmp_path):
    told = tmp_path / "told"
    nosy = tmp_path / "nosy.py"
    nosy.write_text(f"import os, pathlib\npathlib.Path({str(told)!r}).write_text(repr(dict(os.environ)))\n")
    monkeypatch.setattr(apart, "PROGRAM", nosy)
    with pytest.raises(CouldNot):
        draw_pages(b"x", "text/plain")
    assert (
        "DATABASE" not in told.read_text()
        and "SECRET" not in told.read_text()
        and "REDIS" not in told.read_text()
    )


@pytest.mark.parametrize(
    ("name", "what"),
    [("no jpeg", "b'GIF89a'"), ("a link", "None"), ("no count", "b''"), ("too large a picture", "big")],
)
def test_what_comes_back_is_looked_at(monkeypatch, tmp_path, name, what):
    """As if the program had been taken over by the file it read."""
    bad = tmp_path / "bad.py"
    lines = [
        "import os, pathlib, sys",
        "made = pathlib.Path(sys.argv[4])",
        "(made / 'done.json').write_text('{\"pages\": 1}')",
    ]
    if name == "a link":
        lines.append("os.symlink('/etc/passwd', made / 'page-0001.jpg')")
    elif name == "too large a picture":
        lines.append("from PIL import Image; Image.new('RGB', (5000, 10)).save(made / 'page-0001.jpg')")
    elif name == "no count":
        lines += [
            "from PIL import Image; Image.new('RGB', (50, 10)).save(made / 'page-0001.jpg')",
            "(made / 'done.json').write_text('x')",
        ]
    else:
        lines.append(f"(made / 'page-0001.jpg').write_bytes({what})")
    bad.write_text("\n".join(lines))
    monkeypatch.setattr(apart, "PROGRAM", bad)
    with pytest.raises(CouldNot):
        draw_pages(b"x", "text/plain")


def test_words_that_the_database_cannot_hold_are_left_out(monkeypatch, drawn):
    page = apart.DrawnPage(1, picture(), 40, 30, apart._plain("a\0b\ud800c\x07\r\nd"))
    monkeypatch.setattr(jobs, "draw_pages", lambda data, kind: (1, [page]))
    made = drawn(b"x", "a.txt")
    with as_system():
        assert made.page_set.get().text == "abc\nd"


def test_a_file_that_kills_its_job_is_given_up(people, drawn, seen_by, signed_in_as, monkeypatch):
    upload = SimpleUploadedFile("a.txt", b"x")
    made = add_document(case=people.case, upload=upload, title="x", by=seen_by(people.alice))

    def killed(data, kind):
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "draw_pages", killed)
    for _try in range(jobs.MOST_TRIES):
        with pytest.raises(KeyboardInterrupt):
            jobs.look_after(str(made.pk))
        with as_system():
            Document.objects.filter(pk=made.pk).update(work_due_at=timezone.now() - dt.timedelta(hours=1))
    assert jobs.look_after(str(made.pk)) == "not drawn"
    page = signed_in_as(people.alice).get(reverse("document", args=[people.case.reference, made.pk]))
    assert "Its pages could not be drawn" in page.content.decode()


# -- Files that nobody needs --------------------------------------------------------------------------------------------


@pytest.fixture
def own_files(settings, tmp_path):
    """A file store that no other test writes to."""
    place = tmp_path / "files"
    store = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(place)}}
    settings.STORAGES = settings.STORAGES | {"default": store}
    return place


def test_orphans_go_after_a_day_and_nothing_else(own_files, people, drawn, monkeypatch):
    made = drawn(pdf("x"), "a.pdf")
    orphans = [default_storage.save(f"{folder}/zz/orphan", ContentFile(b"x")) for folder in jobs.FOLDERS]
    kept = default_storage.save("reports/zz/other", ContentFile(b"x"))
    assert remove_orphan_files() == 0, "younger than a day: its row may still be on the way"
    tomorrow = timezone.now() + dt.timedelta(hours=25)
    monkeypatch.setattr(jobs.timezone, "now", lambda: tomorrow)
    assert remove_orphan_files() == 2
    monkeypatch.undo()
    assert not any(default_storage.exists(key) for key in orphans)
    assert default_storage.exists(kept) and default_storage.exists(made.storage_key)
    with as_system():
        assert all(default_storage.exists(page.storage_key) for page in made.page_set.all())


def test_a_store_that_is_away_loses_nothing(own_files, people, clamd, seen_by, monkeypatch):
    from tests.fixtures.clamd import EICAR

    upload = SimpleUploadedFile("a.txt", EICAR)
    made = add_document(case=people.case, upload=upload, title="x", by=seen_by(people.alice))

    def broken(key):
        raise OSError("read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "delete", broken)
        assert jobs.look_after(str(made.pk)) == "refused"
    assert default_storage.exists(made.storage_key), "refused and closed, though the file is still there"
    tomorrow = timezone.now() + dt.timedelta(hours=25)
    monkeypatch.setattr(jobs.timezone, "now", lambda: tomorrow)
    assert remove_orphan_files() == 1 and not default_storage.exists(made.storage_key)


def test_a_document_without_its_file_answers_like_none(people, drawn, signed_in_as):
    made = drawn(pdf("x"), "a.pdf")
    with as_system():
        keys = [made.storage_key, made.page_set.get().storage_key]
    for key in keys:
        default_storage.delete(key)
    alice = signed_in_as(people.alice)
    for name, rest in (("document-download", []), ("document-page", [1])):
        assert alice.get(reverse(name, args=[people.case.reference, made.pk, *rest])).status_code == 404
