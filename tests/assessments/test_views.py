"""Every page of assessments, as the case's own practitioner, the next desk, the next agency and nobody."""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.actions import save_answers
from assessments.answers import Sent, digest
from assessments.models import Assessment, Section
from cases.models import Person
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.alike import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def child(people):
    with as_system():
        return Person.objects.get(family=people.case.family_id, is_child=True)


def pages_of(eha, child):
    """Every page of one assessment that is read with GET."""
    return {
        "record-assessments": [eha.case.reference],
        "assessment-again": [eha.case.reference],
        "assessment-again-agreed": [eha.case.reference],
        "assessment-again-tier4": [eha.case.reference],
        "assessment-again-neither": [eha.case.reference],
        "assessment": [eha.pk],
        "assessment-part": [eha.pk, "start"],
        "assessment-person-part": [eha.pk, "learning", child.pk],
        "assessment-check": [eha.pk],
        "assessment-take-back": [eha.pk],
        "assessment-withdraw": [eha.pk],
        "assessment-copies": [eha.pk],
        "assessment-professional-copy": [eha.pk],
    }


@pytest.fixture
def names(eha, child):
    return pages_of(eha, child)


PAGES = [
    "record-assessments", "assessment-again", "assessment-again-agreed", "assessment-again-tier4",
    "assessment-again-neither", "assessment", "assessment-part", "assessment-person-part", "assessment-check",
    "assessment-take-back", "assessment-withdraw", "assessment-copies", "assessment-professional-copy",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_for_alice_and_for_nobody_else(people, names, signed_in_as, name):
    url = reverse(name, args=names[name])
    assert signed_in_as(people.alice).get(url).status_code == 200
    with as_system():
        assert Event.objects.filter(case_id=people.case.pk).exists(), "the look is recorded"
    there = signed_in_as(people.bob).get(url)
    assert there.status_code == 404
    assert signed_in_as(people.charlie).get(url).status_code == 404
    anonymous = Client().get(url)
    assert anonymous.status_code == 302 and "/sign-in/" in anonymous["Location"]


@pytest.mark.parametrize("name", ["assessment-part-save", "assessment-person-part-save", "assessment-part"])
def test_answers_are_saved_by_alice_and_by_nobody_else(people, eha, child, signed_in_as, name):
    key = "learning" if "person" in name else "start"
    args = [eha.pk, key, child.pk] if "person" in name else [eha.pk, key]
    box = "said" if "person" in name else "reason"
    data = {box: "Late", "question": box, "base": "{}", "writer": "w"}
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).post(reverse(name, args=args), data).status_code == 404
    assert Client().post(reverse(name, args=args), data).status_code == 302
    with as_system():
        assert not Section.objects.exists()
    assert signed_in_as(people.alice).post(reverse(name, args=args), data).status_code in (200, 302)
    with as_system():
        assert Section.objects.get().answers == {box: "Late"}


def test_another_agencys_assessment_answers_like_one_that_does_not_exist(people, eha, signed_in_as):
    browser = signed_in_as(people.charlie)
    theirs = browser.get(reverse("assessment", args=[eha.pk]))
    none = browser.get(reverse("assessment", args=["018f0000-0000-7000-8000-000000000000"]))
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert words_of(theirs) == words_of(none)


def test_unknown_part_and_person_of_another_family_are_not_found(people, world, eha, signed_in_as, child):
    other = world.shared_case(people.hub, people.alice, family=world.family(people.hub, name="Pike"))
    with as_system():
        stranger = other.family.people.filter(is_child=True).first()
    browser = signed_in_as(people.alice)
    for args in ([eha.pk, "nothing"], [eha.pk, "plan"], [eha.pk, "learning"]):
        assert browser.get(reverse("assessment-part", args=args)).status_code == 404
    for args in ([eha.pk, "learning", stranger.pk], [eha.pk, "start", child.pk], [eha.pk, "adult", child.pk]):
        assert browser.get(reverse("assessment-person-part", args=args)).status_code == 404
    assert browser.get(reverse("assessment-person-part", args=[eha.pk, "learning", child.pk])).status_code == 200


def test_no_name_stands_in_a_title_or_an_address(people, eha, child, signed_in_as, names):
    browser = signed_in_as(people.alice)
    for name, args in names.items():
        url = reverse(name, args=args)
        page = browser.get(url).content
        title = re.search(rb"<title>(.*?)</title>", page, re.DOTALL)
        for word in (b"Hollis", b"Ellie", b"Dana"):
            assert word not in url.encode()
            assert title is None or word not in title.group(1), name


def test_autosave_answers_with_the_time_and_merges_by_box(people, eha, child, signed_in_as):
    url = reverse("assessment-person-part-save", args=[eha.pk, "learning", child.pk])
    alice = signed_in_as(people.alice)
    coordinator = signed_in_as(people.coordinator)
    one = alice.post(url, {"question": "said", "said": "I like maths", "base": "{}", "writer": "a"}).json()
    assert one["saved"] and one["kept"] == [] and one["version"] == 1
    two = coordinator.post(url, {"question": "change", "change": "Earlier bus", "base": "{}", "writer": "b"}).json()
    assert two["newer"]["said"] == {"said": ["I like maths"]}
    three = coordinator.post(
        url, {"question": "said", "said": "I hate maths", "base": json.dumps({}), "writer": "c"}
    ).json()
    assert three["kept"] == ["said"] and "I like maths" in three["versions"]["said"], "what is not in the writer's own box"
    with as_system():
        section = Section.objects.get()
    assert section.answers == {"said": "I like maths", "change": "Earlier bus"}
    page = alice.get(reverse("assessment-person-part", args=[eha.pk, "learning", child.pk])).content.decode()
    assert "Two versions of this answer" in page and "I hate maths" in page and "I like maths" in page


def test_saving_without_javascript_shows_both_versions_and_settles(people, eha, signed_in_as):
    url = reverse("assessment-part", args=[eha.pk, "start"])
    alice, coordinator = signed_in_as(people.alice), signed_in_as(people.coordinator)

    def opened(browser):
        page = browser.get(url).content.decode()
        base = re.search(r'name="base" value="([^"]*)"', page).group(1).replace("&quot;", '"')
        return {"base": base, "writer": re.search(r'name="writer" value="(\w+)"', page).group(1)}

    mine, theirs = opened(alice), opened(coordinator)
    assert alice.post(url, mine | {"reason": "From Alice", "go": "list"})["Location"] == reverse("assessment", args=[eha.pk])
    kept = coordinator.post(url, theirs | {"reason": "From Dee", "hopes": "Calm", "go": "list"})
    assert kept["Location"].endswith("#two-versions")
    now = opened(coordinator)
    settled = coordinator.post(url, now | {"reason": "From both", "hopes": "Calm", "settle": "reason", "go": "next"})
    assert settled.status_code == 302
    with as_system():
        section = Section.objects.get()
    assert section.answers == {"reason": "From both", "hopes": "Calm"} and section.differing == {}


def test_wrong_answer_is_explained_and_everything_else_is_kept(people, eha, child, signed_in_as):
    browser = signed_in_as(people.alice)
    url = reverse("assessment-person-part", args=[eha.pk, "learning", child.pk])
    answer = browser.post(url, {"attendance": "lots", "said": "x" * 20_001, "change": "Earlier bus", "go": "next"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "enter a whole number" in page and "Shorten this answer" in page
    assert 'value="lots"' in page and "x" * 20_001 in page and "Earlier bus" in page
    assert "<title>\nError: " in page or "<title>Error: " in page
    with as_system():
        assert Section.objects.get().answers == {"change": "Earlier bus"}


def test_page_written_after_an_error_does_not_undo_what_others_wrote_meanwhile(people, eha, child, signed_in_as):
    alice, coordinator = signed_in_as(people.alice), signed_in_as(people.coordinator)
    url = reverse("assessment-person-part", args=[eha.pk, "learning", child.pk])
    coordinator.post(url, {"change": "From Dee", "base": "{}", "writer": "d", "go": "list"})
    page = alice.post(url, {"attendance": "lots", "base": "{}", "writer": "a", "go": "next"}).content.decode()
    assert "From Dee" in page
    base = re.search(r'name="base" value="([^"]*)"', page).group(1).replace("&quot;", '"')
    alice.post(url, {"attendance": "91", "change": "From Dee", "base": base, "writer": "a", "go": "next"})
    with as_system():
        assert Section.objects.get().answers == {"change": "From Dee", "attendance": 91}


def test_sign_off_from_the_page(people, eha, child, seen_by, signed_in_as):
    browser = signed_in_as(people.alice)
    url = reverse("assessment-check", args=[eha.pk])
    assert b"Tick that you have thought about" in browser.post(url, {"shared": "on"}).content
    refused = browser.post(url, {"shared": "on", "everyone": "on"})
    assert b"Before you can sign off, answer" in refused.content
    alice = seen_by(people.alice)
    for key, person, values in (
        ("start", None, {"reason": "Late"}),
        ("rating", child, {f"overall__m{people.alice.pk}": 6}),
        ("child_needs", child, {"needs": ["none"]}),
        ("summary", None, {"change": "Calm mornings", "level": "2"}),
    ):
        save_answers(
            assessment=eha, part=eha.form.find(key), person=person, writer="w", by=alice,
            sent={name: Sent(value=value, base="-") for name, value in values.items()},
        )
    assert browser.post(url, {}).status_code == 200
    assert browser.post(url, {"shared": "on", "everyone": "on"}).status_code == 302
    page = browser.get(reverse("assessment", args=[eha.pk])).content.decode()
    assert "It counts as complete as soon as" in page
    part = browser.get(reverse("assessment-part", args=[eha.pk, "start"])).content.decode()
    assert "signed off" in part and "<textarea" not in part
    back = reverse("assessment-take-back", args=[eha.pk])
    assert browser.post(back, {"reason": ""}).status_code == 422
    assert browser.post(back, {"reason": "A wrong date"}).status_code == 302
    gone = reverse("assessment-withdraw", args=[eha.pk])
    assert browser.post(gone, {"reason": "Family moved"}).status_code == 302
    with as_system():
        eha.refresh_from_db()
    assert eha.status == "withdrawn"


def test_family_copy_leaves_out_what_could_harm(people, world, eha, child, seen_by, signed_in_as):
    from assessments.family.whole import read_whole
    from assessments.pages import read
    from assessments.views.copies import family_groups

    with as_system():
        mother = Person.objects.get(family=people.case.family_id, is_child=False)
        father = Person.objects.create(family_id=people.case.family_id, first_name="Jed", last_name="Hollis", is_child=False)
    world.consent(people.case, people.school, person=father)
    alice = seen_by(people.alice)
    for key, person, values in (
        ("start", None, {"reason": "Late for school"}),
        ("safety", None, {"facts": "Mother said she is afraid"}),
        ("adult_words", mother, {"words": "I want to leave"}),
        ("adult_words", father, {"words": "All is well"}),
        ("child_words", child, {"words": "Quiet mornings"}),
    ):
        save_answers(
            assessment=eha, part=eha.form.find(key), person=person, writer="w", by=alice,
            sent={name: Sent(value=value, base="-") for name, value in values.items()},
        )
    book = read(eha, None)

    def words(reader):
        return str([[row.lines for row in page["answered"]] for _, pages in family_groups(read_whole(book), str(reader.pk)) for page in pages])

    assert "All is well" in words(father) and "I want to leave" not in words(father) and "afraid" not in words(father)
    assert "I want to leave" in words(mother) and "Quiet mornings" in words(mother)
    pdf = signed_in_as(people.alice).post(reverse("assessment-copies", args=[eha.pk]), {"person": str(father.pk)})
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert "Hollis" not in pdf["Content-Disposition"]
    with as_system():
        assert Event.objects.filter(verb="Made a family copy of an assessment").count() == 1


def queries(browser, url):
    browser.get(url)
    with CaptureQueriesContext(connection, ) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["record-assessments", "assessment", "assessment-check", "assessment-part", "assessment-person-part"])
def test_query_count_is_the_same_for_one_row_and_five(people, eha, names, child, start_assessment, seen_by, signed_in_as, name):
    browser = signed_in_as(people.alice)
    url = reverse(name, args=names[name])

    def fill(assessment, keys):
        alice = seen_by(people.alice)
        for key in keys:
            part = assessment.form.find(key)
            save_answers(
                assessment=assessment, part=part, person=child if part.per == "child" else None, writer="w", by=alice,
                sent={part.questions[0].key: Sent(value="Something", base="-")},
            )

    fill(eha, ["start"])
    one = queries(browser, url)
    fill(eha, ["family_strengths", "money", "child_strengths", "support", "community"])
    for _ in range(4):
        start_assessment(people.case, people.alice, initiated_at=timezone.now() - dt.timedelta(days=40))
    with as_system():
        for n in range(4):
            Person.objects.create(family=people.case.family, first_name=f"Sib{n}", last_name="Hollis",
                                  born_on=dt.date(2018, 1, 1 + n))
    assert queries(browser, url) == one
    assert one <= 25, one


def test_what_was_answered_before_is_offered_and_kept_with_one_click(people, eha, child, start_assessment, seen_by, signed_in_as):
    with as_system():
        Person.objects.filter(pk=child.pk).update(school="Alderbrook Primary")
    save_answers(
        assessment=eha, part=eha.form.find("child"), person=child, writer="w", by=seen_by(people.alice),
        sent={"gp": Sent(value="Mill Street", base="-"), "carer": Sent(value="unknown", base="-")},
    )
    later = start_assessment(people.case, people.alice, initiated_at=timezone.now())
    url = reverse("assessment-person-part", args=[later.pk, "child", child.pk])
    browser = signed_in_as(people.alice)
    page = browser.get(url).content.decode()
    assert "What we already know" in page and f"From assessment {eha.reference}, Alice" in page
    assert "Mill Street" in page and "Alderbrook Primary" in page and "carer__still" not in page
    shown = {f"{name}__offer": digest(value) for name, value in (("gp", "Mill Street"), ("setting", "Alderbrook Primary"))}
    browser.post(url, shown | {"gp__still": "yes", "setting__still": "no", "setting": "Sedge Infants", "go": "list"})
    with as_system():
        section = Section.objects.get(assessment=later)
    assert section.answers == {"gp": "Mill Street", "setting": "Sedge Infants"}
    assert 'value="Mill Street"' in browser.get(url).content.decode()
    other = signed_in_as(people.charlie).get(url)
    assert other.status_code == 404


@pytest.mark.parametrize("count", [0, 200])
def test_a_form_of_200_questions_and_one_of_none_go_all_the_way(people, eha, signed_in_as, count):
    from assessments.models import FormVersion
    from assessments.spec import to_json
    from tests.assessments.definitions import form_of

    with as_system():
        version = FormVersion.objects.create(
            code="long", version=1, title="A form", spec=to_json(form_of(count)), status="published",
            published_on=timezone.localdate(),
        )
        Assessment.objects.filter(pk=eha.pk).update(form_version=version)
    browser = signed_in_as(people.alice)
    page = browser.get(reverse("assessment-part", args=[eha.pk, "only"]))
    assert page.content.count(b"data-question=") == count
    texts = [q.key for _, q in form_of(count).every_question() if q.kind in ("text", "long_text")]
    sent = dict.fromkeys(texts, "Words")
    assert browser.post(reverse("assessment-part", args=[eha.pk, "only"]), sent | {"go": "list"}).status_code == 302
    for name in ("assessment", "assessment-check", "assessment-professional-copy"):
        assert browser.get(reverse(name, args=[eha.pk])).status_code == 200, name
    assert browser.post(reverse("assessment-check", args=[eha.pk]), {"shared": "on", "everyone": "on"}).status_code == 302
