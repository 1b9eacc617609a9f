"""Recordings and photographs: taken by what they are, without what a phone wrote beside them."""

import contextlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cases.files import AUDIO, DOCUMENTS, PICTURES, RefusedFile, examine
from tests.assessments import sounds

GOOD = {"a.m4a": sounds.mp4(), "a.mp3": sounds.mp3(), "a.ogg": sounds.ogg(), "a.wav": sounds.wav(), "a.webm": sounds.webm()}


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.mark.parametrize("name", GOOD)
def test_each_kind_of_recording_is_taken_and_loses_the_place(name):
    clean = examine(upload(name, GOOD[name]), AUDIO)
    assert clean.content_type.startswith("audio/")
    assert sounds.PLACE not in clean.data
    assert len(clean.data) > 40


@pytest.mark.parametrize("name", GOOD)
def test_a_recording_under_another_kinds_name_is_refused(name):
    for other, data in GOOD.items():
        if other != name:
            with pytest.raises(RefusedFile, match="not a recording of the kind its name says"):
                examine(upload(name, data), AUDIO)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("film.m4a", sounds.mp4(handler=b"vide")),
        ("film.m4a", sounds.mp4(brand=b"qt  ")),
        ("film.webm", sounds.webm(b"V_VP8")),
        ("film.ogg", sounds.ogg(b"\x80theora")),
        ("page.mp3", b"<script>alert(1)</script>" * 40),
        ("page.mp3", b"ID3\x03\0\0\0\0\0\x00<html>" + b"a" * 500),
        ("program.wav", b"MZ" + b"\0" * 500),
        ("torn.wav", sounds.wav()[:20]),
        ("torn.m4a", sounds.mp4()[:30]),
        ("one.mp3", b"\xff\xfb\x90\x00" + b"\0" * 413),
    ],
)
def test_what_is_no_recording_is_refused_in_words(name, data):
    with pytest.raises(RefusedFile, match="not a recording"):
        examine(upload(name, data), AUDIO)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.txt", "a.png", "a.exe", "a"])
def test_only_recordings_are_taken_for_a_recording(name):
    with pytest.raises(RefusedFile, match="must be a recording"):
        examine(upload(name, b"x"), AUDIO)


def test_documents_of_the_record_take_no_recordings_because_those_need_words_beside_them():
    with pytest.raises(RefusedFile, match="must be a PDF"):
        examine(upload("a.mp3", sounds.mp3()), DOCUMENTS)


@given(st.sampled_from(sorted(GOOD)), st.binary(max_size=300))
def test_no_bytes_whatever_bring_a_reader_down(name, data):
    for start in (b"", GOOD[name][:16], GOOD[name][:40]):
        if not start + data:
            continue
        with contextlib.suppress(RefusedFile):
            examine(upload(name, start + data), AUDIO)


def test_a_photograph_loses_where_and_with_what_it_was_taken():
    before = sounds.photo()
    assert Image.open(io.BytesIO(before)).getexif().get_ifd(0x8825)
    after = examine(upload("drawing.jpg", before), PICTURES).data
    assert not Image.open(io.BytesIO(after)).getexif()
    assert b"Phone of Dana" not in after


def test_a_fake_png_is_refused():
    with pytest.raises(RefusedFile, match="does not match its name"):
        examine(upload("drawing.png", b"\x89PNG\r\n\x1a\nnot really"), PICTURES)


def test_fifty_megabytes_are_refused_before_they_are_read(settings):
    class Heavy(SimpleUploadedFile):
        def read(self, *args):
            raise AssertionError("read")

    heavy = Heavy("a.mp3", b"x")
    heavy.size = 50 * 1024 * 1024
    with pytest.raises(RefusedFile, match="smaller than 20 MB"):
        examine(heavy, AUDIO)
