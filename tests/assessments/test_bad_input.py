"""What people type that cannot be right: a message at the field that says how to fix it, and everything else kept."""

import datetime as dt
import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessments.models import MatchCheck, Section
from cases.identifiers import check_upn
from cases.models import Document, Person
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db
EMOJI = "She drew 👨‍👩‍👧‍👦 and wrote “I 💛 Mum”"
ARABIC = "قالت إنها تحب المدرسة"
TABLE = "Day\tBreakfast\tSchool\r\nMonday\tno\tlate\r\nTuesday\tyes\ton time"


@pytest.fixture
def alices(people, signed_in_as):
    return signed_in_as(people.alice)


def words_of(response) -> str:
    return html.unescape(response.content.decode())


def register(browser, people, **typed):
    """The page of the family after the check, with what was typed on it."""
    born = {"born_on_day": "4", "born_on_month": "5", "born_on_year": "2017"}
    browser.post(reverse("start-assessment"), {"first_name": "Maya", "last_name": "Orchard"} | born)
    with as_system():
        check = MatchCheck.objects.latest("made_at")
    cards = {
        "children": "1", "adults": "1", "child0-first_name": "Maya", "child0-last_name": "Orchard",
        "child0-born_on_day": "4", "child0-born_on_month": "5", "child0-born_on_year": "2017", "adult0-first_name": "Rosa",
        "home-family_name": "Orchard", "home-hub": str(people.hub.pk),
    }  # fmt: skip
    return browser.post(reverse("assessment-register", args=[check.pk]), cards | typed), cards | typed, check


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"child0-born_on_day": "31", "child0-born_on_month": "2"}, "must be a real date"),
        ({"child0-born_on_year": "17"}, "the year must have 4 numbers"),
        ({"child0-born_on_year": "2031"}, "must be today or earlier"),
        ({"child0-born_on_year": "1984"}, "add this person as an adult"),
        ({"child0-born_on_month": "Mayday"}, "must be a real date"),
        ({"adult0-born_on_day": "1", "adult0-born_on_month": "1", "adult0-born_on_year": "2020"}, "add this person as a child"),
        ({"adult0-born_on_day": "1", "adult0-born_on_month": "1", "adult0-born_on_year": "1066"}, "must be 1 January 1900 or later"),
        ({"child0-due_on_day": "1", "child0-due_on_month": "1", "child0-due_on_year": "2017"}, "must be"),
        ({"child0-nhs_number": "943 476"}, "Enter an NHS number that has 10 numbers"),
        ({"child0-nhs_number": "943 476 591O"}, "Enter an NHS number that has 10 numbers"),
        ({"child0-upn": "H8012"}, "Enter a UPN that has 13 characters"),
        ({"child0-first_name": "x" * 121}, "120 characters"),
    ],
)  # fmt: skip
def test_registration_says_what_is_wrong_and_keeps_the_rest(people, alices, typed, says):
    answer, cards, _check = register(alices, people, **typed)
    page = words_of(answer)
    assert answer.status_code == 422 and says in page and "There is a problem" in page
    for name, value in cards.items():
        if name.startswith(("child0", "adult0")):
            assert f'value="{value}"' in page, f"{name} is lost"


@pytest.mark.parametrize(
    ("name", "wrong", "says"),
    [
        ("nhs_number", "943 476 5910", "Check the NHS number"),
        ("upn", "A801200005001", "Check the UPN"),
    ],
)
def test_wrong_check_digit_is_asked_about_once_and_can_be_kept(people, alices, name, wrong, says):
    answer, cards, check = register(alices, people, **{f"child0-{name}": wrong})
    bare = wrong.replace(" ", "")
    assert answer.status_code == 422 and says in words_of(answer)
    assert f'name="child0-numbers_seen" value="{bare}"' in words_of(answer)
    again = alices.post(reverse("assessment-register", args=[check.pk]), cards | {"child0-numbers_seen": bare})
    assert again["Location"] == reverse("assessment-statement", args=[check.pk])
    other = alices.post(
        reverse("assessment-register", args=[check.pk]), cards | {"child0-numbers_seen": "9434765919 H801200001001"}
    )
    assert other.status_code == 422, "another wrong number is asked about again"


@pytest.mark.parametrize("number", ["A8012000²5001", "A80120000٣001", "A٨٠١٢٠٠٠٠٥٠٠١"])
def test_figures_that_are_none_of_ours_make_no_pupil_number(number):
    assert check_upn(number) == (number, "UPN check letter is wrong.")


def test_a_record_with_a_wrong_number_is_changed_without_being_asked_again(people, alices, child):
    with as_system():
        Person.objects.filter(pk=child.pk).update(nhs_number="9434765910", first_name="Ellie")
    url = reverse("record-person-change", args=[people.case.reference, child.pk])
    typed = {"is_child": "yes", "first_name": "Ellie", "sex": "F", "ethnicity": "NOBT", "nhs_number": "943 476 5910",
             "reason": "Spelling", "lives_with_family": "on"}  # fmt: skip
    assert alices.post(url, typed).status_code == 302
    changed = alices.post(url, typed | {"nhs_number": "943 476 5911"})
    assert "Check the NHS number" in words_of(changed)


def test_a_pasted_row_of_a_table_becomes_a_name_on_one_line(people, alices):
    answer, cards, check = register(alices, people, **{"child0-first_name": " Maya\tRose\r\nAnn "})
    assert answer.status_code == 302
    with as_system():
        check.refresh_from_db()
    assert check.asked["draft"]["children"][0]["first_name"] == "Maya Rose Ann"


def test_numbers_of_another_script_and_any_separators_are_read(people, alices):
    answer, _cards, check = register(alices, people, **{"child0-nhs_number": "９４３４‑７６５.919"})
    assert answer.status_code == 302
    with as_system():
        check.refresh_from_db()
    assert check.asked["draft"]["children"][0]["nhs_number"] == "9434765919"


@pytest.mark.parametrize("text", [EMOJI, ARABIC, TABLE, "<b>bold</b> & 'quoted' \x00\x07", "a" * 20_000])
def test_odd_text_is_kept_as_typed(people, eha, alices, text):
    url = reverse("assessment-part", args=[eha.pk, "start"])
    assert alices.post(url, {"reason": text, "base": "{}", "writer": "w", "go": "list"}).status_code == 302
    with as_system():
        kept = Section.objects.get(key="start").answers["reason"]
    wanted = text.replace("\r\n", "\n").replace("\x00", "").replace("\x07", "").strip()
    assert kept == wanted
    page = words_of(alices.get(url))
    assert wanted in page and 'dir="auto"' in page
    check = words_of(alices.get(reverse("assessment-check", args=[eha.pk])))
    assert wanted.split("\n")[0] in check


@pytest.mark.parametrize("place", ["assessment-part", "assessment-part-save"])
def test_what_no_page_of_ours_sends_beside_an_answer_costs_no_answer(people, eha, alices, place):
    odd = {"writer": "w\x00\u202e", "base": "\x00", "turn": "\x00", "question": "reason", "go": "list"}
    answer = alices.post(reverse(place, args=[eha.pk, "start"]), odd | {"reason": "Late every day"})
    assert answer.status_code in {200, 302, 422}, "what is wrong may be said; the answer is saved all the same"
    with as_system():
        section = Section.objects.get(key="start")
    assert section.answers == {"reason": "Late every day"}


def test_100_000_characters_are_refused_at_the_field_and_stay_in_the_page(people, eha, alices):
    url = reverse("assessment-part", args=[eha.pk, "start"])
    long = "word " * 20_000
    sent = {"reason": long, "hopes": "Calm mornings", "base": "{}", "writer": "w", "go": "list"}
    answer = alices.post(url, sent)
    page = words_of(answer)
    assert answer.status_code == 422 and "Shorten this answer to 20,000 characters. It has 99,999." in page
    assert long.strip() in page and "Calm mornings" in page
    with as_system():
        assert Section.objects.get(key="start").answers == {"hopes": "Calm mornings"}, "the rest is saved"
    saved = alices.post(reverse("assessment-part-save", args=[eha.pk, "start"]), {**sent, "question": ["reason", "hopes"]})
    assert "Shorten this answer" in saved.json()["errors"]["reason"]


@pytest.mark.parametrize(
    ("day", "says"),
    [(("31", "2", "2026"), "enter a real date"), (("", "13", "2026"), "enter a real month"), (("1", "1", "26"), "4 numbers"),
     (("1", "1", "2126"), "in the past")],
)  # fmt: skip
def test_impossible_date_in_an_assessment_keeps_the_other_answers(people, eha, alices, day, says):
    url = reverse("assessment-part", args=[eha.pk, "start"])
    boxes = dict(zip(("last_assessed_day", "last_assessed_month", "last_assessed_year"), day, strict=True))
    answer = alices.post(url, boxes | {"reason": "Late", "base": "{}", "writer": "w"})
    page = words_of(answer)
    assert answer.status_code == 422 and says in page
    for value in filter(None, day):
        assert f'value="{value}"' in page
    with as_system():
        assert Section.objects.get(key="start").answers == {"reason": "Late"}


FILES = {
    "too large": ("scan.pdf", b"%PDF-1.4" + b"0" * (50 * 1024 * 1024), "must be smaller than"),
    "not a Word document": ("letter.docx", b"MZ\x90 this is a program", "does not match its name"),
    "a zip called Word": ("letter.docx", b"PK\x05\x06" + b"\0" * 18, "does not match its name"),
    "a picture that is text": ("photo.jpg", b"just words", "does not match its name"),
    "a program": ("setup.exe", b"MZ", "The file must be a PDF"),
    "nothing": ("empty.txt", b"", "empty"),
}


@pytest.mark.parametrize("name", FILES)
def test_wrong_file_is_refused_with_a_way_out_and_the_words_stay(people, alices, name):
    file_name, data, says = FILES[name]
    url = reverse("document-add", args=[people.case.reference])
    upload = SimpleUploadedFile(file_name, data)
    answer = alices.post(url, {"title": "Letter from the doctor", "category": "1", "file": upload})
    assert says in words_of(answer) and "There is a problem" in words_of(answer)
    assert 'value="Letter from the doctor"' in words_of(answer)
    with as_system():
        assert not Document.objects.exists()


def test_tomorrow_is_no_day_somebody_agreed(people, eha, alices):
    url = reverse("assessment-again-agreed", args=[eha.case.reference])
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    typed = {"child": "no", "consent_with": "Dana", "consent_on": f"{tomorrow:%d/%m/%Y}", "consent_time": "25:61",
             "consent_place": "At home", "method": "phone"}  # fmt: skip
    page = words_of(alices.post(url, typed))
    assert "must be today or earlier" in page and "must be a time, like 9:30am" in page and 'value="At home"' in page
