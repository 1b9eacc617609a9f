"""Copies on paper and in JSON: of all three forms, only what the reader may see, nothing that may endanger somebody."""

from __future__ import annotations

import io
import re

import pikepdf
import pypdfium2
import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.family.whole import read_whole
from assessments.models import DifferingView, FormVersion, Voice
from assessments.pages import read
from assessments.spec import Opens
from assessments.views.copies import family_groups
from cases.models import Address, Person
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.assessments.test_every_form import (  # noqa: F401  the family is a fixture
    SHIPPED,
    complete,
    family,
    fill_in,
    household_of,
    start,
)
from tests.cases.test_sharing_words import grade

pytestmark = pytest.mark.django_db
LINES, POSTCODE = "12 Orchard Rise\nFenbrook", "TA9 4QX"


def text_of(pdf: bytes) -> str:
    """The words of a PDF, as a reader gets them."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return re.sub(r"\s+", " ", " ".join(pages))


def say(eha, seen_by, who, key, person, **values):
    save_answers(
        assessment=eha, part=eha.form.find(key), person=person, writer="w", by=seen_by(who),
        sent={name: Sent(value=value, base="-") for name, value in values.items()},
    )  # fmt: skip


@pytest.fixture
def beside(people, eha, child, mother):
    """The child's drawing, the mother's own words and her view that differs."""
    facts = {"assessment": eha, "case": eha.case, "agency": people.school, "recorded_by": people.alice}
    today = timezone.localdate()
    with as_system():
        Voice.objects.create(
            **facts,
            key="child_words",
            person=child,
            speaker=child,
            way="play",
            words="The small doll hides",
            obtained_by="Alice",
            obtained_on=today,
        )
        Voice.objects.create(
            **facts,
            key="parenting",
            speaker=mother,
            way="words",
            words="I count to ten",
            obtained_by="Alice",
            obtained_on=today,
        )
        DifferingView.objects.create(
            **facts, key="learning", question="participation_worry", person=child, speaker=mother,
            words="She likes the school", said_on=today,
        )  # fmt: skip


# -- All three forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", SHIPPED)
def test_copies_of_every_form_are_tagged_and_whole(code, family, seen_by, signed_in_as):  # noqa: F811
    with as_system():
        assessment = start(family, FormVersion.objects.newest(code))
    household = household_of(family, seen_by)
    browser = signed_in_as(family.alice)
    fill_in(browser, assessment, household, Opens.REGISTERED, look=False)
    complete(assessment, family)
    whole = browser.get(reverse("assessment-professional-copy", args=[assessment.pk]))
    reader = next(person for person in household.people if not person.is_child)
    copy = browser.post(reverse("assessment-copies", args=[assessment.pk]), {"person": reader.id})
    for pdf in (whole, copy):
        assert pdf["Content-Type"] == "application/pdf"
        with pikepdf.open(io.BytesIO(pdf.content)) as document, document.open_metadata() as about:
            assert bool(document.Root.MarkInfo.Marked) and document.Root.Lang == "en-GB"
            assert about["pdfuaid:part"] == "1" and assessment.reference in about["dc:title"]
            assert "Hollis" not in about["dc:title"]
    words = text_of(whole.content)
    assert "the unborn baby" in words.lower() or "Baby" in words
    assert "She said “<b>calm</b> mornings” & more" in words
    listed = re.findall(r'href="(/assessments/[^"]*/sections/[^"]*/print/)"', browser.get(reverse("assessment-copies", args=[assessment.pk])).content.decode())  # fmt: skip
    assert len(listed) > 3
    assert browser.get(listed[0])["Content-Type"] == "application/pdf"


# -- Who reads what ------------------------------------------------------------------------------------------------------


def test_a_professionals_copy_holds_voices_views_and_corrections(
    eha, people, beside, child, seen_by, signed_in_as
):
    say(eha, seen_by, people.alice, "learning", child, participation_worry="Away on Mondays")
    pdf = signed_in_as(people.alice).get(reverse("assessment-professional-copy", args=[eha.pk]))
    words = text_of(pdf.content)
    for expected in ("The small doll hides", "I count to ten", "sees it differently", "She likes the school", "Away on Mondays"):  # fmt: skip
        assert expected in words, expected


def test_own_ways_of_telling_stand_in_ones_own_copy_alone(eha, people, beside, child, mother, seen_by):
    say(eha, seen_by, people.alice, "learning", child, participation_worry="Away on Mondays")
    whole = read_whole(read(eha, None))

    def told(reader) -> str:
        groups = family_groups(whole, str(reader.pk))
        return render_to_string(
            "assessments/pdf/family_copy.html",
            {"groups": groups, "reader": whole.book.household.subject(str(reader.pk)), "assessment": eha, "case": eha.case,
             "made_at": timezone.now(), "made_by": seen_by(people.alice), "said": "said", "view": "view"},
        )  # fmt: skip

    hers, childs = told(mother), told(child)
    assert "I count to ten" in hers and "She likes the school" in hers and "The small doll hides" not in hers
    assert "The small doll hides" in childs and "I count to ten" not in childs and "She likes" not in childs


def test_the_familys_copy_tells_neither_who_notified_us_nor_what_the_office_checked(people, seen_by):
    with as_system():
        eha = start(people, FormVersion.objects.newest("kfsf"))
    say(
        eha,
        seen_by,
        people.alice,
        "notification",
        None,
        reason="Late for school",
        notifier="Mrs Pike next door",
    )
    say(eha, seen_by, people.alice, "screening", None, found="Police knew the house")
    with as_system():
        mother = Person.objects.get(family=people.case.family_id, is_child=False)
    seen_by(people.alice)
    groups = family_groups(read_whole(read(eha, None)), str(mother.pk))
    words = str([row.lines for _title, pages in groups for page in pages for row in page["answered"]])
    assert "Late for school" in words and "Pike" not in words and "Police knew" not in words


def test_a_copy_with_a_protected_address_is_not_made(eha, people, mother, seen_by, signed_in_as):
    with as_system():
        Address.objects.create(
            family=people.case.family, lines=LINES, postcode=POSTCODE, is_confidential=True
        )
    say(eha, seen_by, people.alice, "start", None, reason="She moved to 12 Orchard Rise")
    browser = signed_in_as(people.alice)
    refused = browser.post(reverse("assessment-copies", args=[eha.pk]), {"person": str(mother.pk)})
    assert refused.status_code == 422 and b"A protected address stands in" in refused.content
    with as_system():
        assert not Event.objects.filter(verb="Made a family copy of an assessment").exists()


def test_the_familys_copy_is_readable_at_nine_to_eleven(eha, people, mother, seen_by):
    for facts in (
        {},
        {"signed_off_at": timezone.now()},
        {"completed_at": timezone.now()},
        {"status": "withdrawn"},
    ):
        for name, value in facts.items():
            setattr(eha, name, value)
        page = render_to_string(
            "assessments/pdf/family_copy.html",
            {"groups": [], "reader": {"full_name": "Dana"}, "assessment": eha, "case": eha.case,
             "made_at": timezone.now(), "made_by": seen_by(people.alice), "said": "said", "view": "view"},
        )  # fmt: skip
        article = re.sub(r"</(p|li|h1|h2|h3)>", ".\n", page.split("</p>", 1)[1].split("</style>")[1])
        text = re.sub(r"<[^>]+>", " ", article)
        assert grade(text) <= 6, f"grade {grade(text):.1f}"
        assert max(len(each.split()) for each in re.split(r"[.?!\n]+", text)) <= 20


# -- One part, one section -----------------------------------------------------------------------------------------------


def test_a_part_is_printed_alone_and_recorded(eha, people, child, seen_by, signed_in_as):
    say(eha, seen_by, people.alice, "start", None, reason="Late for school")
    say(eha, seen_by, people.alice, "learning", child, participation_worry="Away on Mondays")
    browser = signed_in_as(people.alice)
    page = browser.get(
        reverse("assessment-person-part", args=[eha.pk, "learning", child.pk])
    ).content.decode()
    url = reverse("assessment-print-person-part", args=[eha.pk, "learning", child.pk])
    assert url in page
    pdf = browser.get(url)
    words = text_of(pdf.content)
    assert "Away on Mondays" in words and "Late for school" not in words
    assert "Hollis" not in pdf["Content-Disposition"] and "Ellie" not in pdf["Content-Disposition"]
    with as_system():
        assert Event.objects.filter(verb="Made a part copy of an assessment").count() == 1
    section = text_of(browser.get(reverse("assessment-print-section", args=[eha.pk, "assessment"])).content)
    assert "Away on Mondays" in section and "Late for school" not in section


def test_printing_is_for_those_who_see_the_record_and_for_parts_that_are_there(
    eha, people, child, signed_in_as
):
    urls = [
        reverse("assessment-print-part", args=[eha.pk, "start"]),
        reverse("assessment-print-person-part", args=[eha.pk, "learning", child.pk]),
        reverse("assessment-print-section", args=[eha.pk, "assessment"]),
    ]
    for url in urls:
        assert signed_in_as(people.alice).get(url).status_code == 200
        for person in (people.bob, people.charlie):
            assert signed_in_as(person).get(url).status_code == 404
        assert Client().get(url).status_code == 302
    browser = signed_in_as(people.alice)
    for name, args in (
        ("assessment-print-part", ["plan"]),
        ("assessment-print-part", ["nothing"]),
        ("assessment-print-part", ["learning"]),
        ("assessment-print-person-part", ["start", child.pk]),
        ("assessment-print-section", ["nothing"]),
        ("assessment-print-section", ["closure"]),
    ):
        assert browser.get(reverse(name, args=[eha.pk, *args])).status_code == 404, (name, args)


# -- JSON ----------------------------------------------------------------------------------------------------------------


def test_a_program_reads_one_assessment_with_the_form_and_each_answer(eha, people, child, seen_by, program):
    say(eha, seen_by, people.alice, "learning", child, participation_worry="Away on Mondays")
    say(eha, seen_by, people.alice, "start", None, reason="Late for school")
    found = program(people.alice).get(f"/api/v1/assessments/{eha.pk}/").json()
    assert found["form"] == {
        "code": "somerset_eha",
        "version": eha.form_version.version,
        "title": eha.form_version.title,
    }
    assert (found["family"], found["reference"], found["countersigning"]) == (
        people.case.reference,
        eha.reference,
        "",
    )
    [page] = [each for each in found["pages"] if each["part"] == "learning"]
    assert (page["person"], page["time"], page["category"], page["agency"]) == (str(child.pk), 1, 2, None)
    [answer] = page["answers"]
    assert (answer["question"], answer["value"], answer["not_known"]) == (
        "participation_worry",
        "Away on Mondays",
        False,
    )
    assert answer["written_by"].startswith("Alice") and answer["written_at"]
    assert {each["part"] for each in found["pages"]} == {"learning", "start"}, "pages that somebody wrote"


def test_a_program_reads_the_categories_of_its_agency_alone(eha, people, child, seen_by, program):
    say(
        eha,
        seen_by,
        people.coordinator,
        "health",
        child,
        **{eha.form.find("health").questions[0].key: "Asthma"},
    )
    hub = program(people.coordinator).get(f"/api/v1/assessments/{eha.pk}/")
    school = program(people.alice).get(f"/api/v1/assessments/{eha.pk}/")
    assert b"Asthma" in hub.content and b"Asthma" not in school.content


def test_others_programs_are_told_that_there_is_nothing_and_the_look_is_recorded(eha, people, program):
    nobodys = "/api/v1/assessments/018f0000-0000-7000-8000-000000000000/"
    address = f"/api/v1/assessments/{eha.pk}/"
    assert program(people.alice).get(address).status_code == 200
    with as_system():
        assert Event.objects.filter(verb="Opened an assessment", case_id=eha.case_id).count() == 1
    assert Client().get(address).status_code == 401
    for other in (people.bob, people.charlie):
        his = program(other)
        hidden, missing = his.get(address), his.get(nobodys)
        assert hidden.status_code == missing.status_code == 404
        assert hidden.content == missing.content
