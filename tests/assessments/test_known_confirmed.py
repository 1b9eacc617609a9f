"""Saying that an earlier answer is still right: one by one, a page at a time, or all that is known in one go."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import known
from assessments.answers import digest
from assessments.models import Assessment, Section
from assessments.pages import read, read_page
from cases.models import Address, Person
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event

pytestmark = pytest.mark.django_db


def test_words_that_stand_in_a_box_are_not_stored_until_somebody_says_that_they_are_right(
    people, eha, later, write_answers, signed_in_as
):
    write_answers(eha, people.alice, "important", people="Grandma Joan", contact="Nobody")
    url = reverse("assessment-part", args=[later.pk, "important"])
    browser = signed_in_as(people.alice)
    form = browser.get(url).context["form"]
    assert form["people"].value() == "Grandma Joan"
    sent = {"people": "Grandma Joan", "people__offer": digest("Grandma Joan"), "base": form["base"].value()}
    for more, stored in (
        ({}, {}),
        ({"people__still": "no"}, {}),
        ({"people__still": "yes", "people": "Aunt May", "people__offer": digest("Aunt May")}, {}),
        ({"people__still": "no", "people": "Aunt May"}, {"people": "Aunt May"}),
        ({"people__still": "yes"}, {"people": "Grandma Joan"}),
    ):
        with as_system():
            Section.objects.filter(assessment=later).delete()
        browser.post(url, sent | more | {"go": "list"})
        with as_system():
            row = Section.objects.filter(assessment=later).first()
        assert (row.answers if row else {}) == stored, more
    assert row.marks["people"]["from"]["id"] == str(eha.pk)
    page = browser.get(url).content.decode()
    assert "people__still" not in page and f"from {eha.reference}" in page
    check = browser.get(reverse("assessment-check", args=[later.pk])).content.decode()
    assert "Grandma Joan" in check


def test_words_typed_that_happen_to_be_the_same_are_stored(people, eha, later, write_answers, signed_in_as):
    """A page opened before the earlier answer was there offered nothing: what is typed in it counts as typed."""
    write_answers(eha, people.alice, "important", people="Grandma Joan")
    url = reverse("assessment-part", args=[later.pk, "important"])
    signed_in_as(people.alice).post(url, {"people": "Grandma Joan", "base": "{}", "go": "list"})
    with as_system():
        row = Section.objects.get(assessment=later)
    assert row.answers == {"people": "Grandma Joan"} and "from" not in row.marks["people"]


def test_one_click_for_a_page_confirms_what_was_shown_and_not_marked_no(
    people, eha, later, write_answers, signed_in_as, child
):
    write_answers(eha, people.alice, "child", child, gp="Mill Street", disabled="no", carer="no")
    url = reverse("assessment-person-part", args=[later.pk, "child", child.pk])
    browser = signed_in_as(people.alice)
    page = browser.get(url)
    assert "All 3 of these are still right" in page.content.decode()
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value()}
    answer = browser.post(url, sent | {"carer__still": "no", "go": "known"})
    assert answer.status_code == 302 and answer.url == url, answer.context["form"].errors
    with as_system():
        assert Section.objects.get(assessment=later).answers == {"gp": "Mill Street", "disabled": "no"}


def test_a_refused_answer_leaves_the_others_offered(people, eha, later, write_answers, signed_in_as, child):
    write_answers(eha, people.alice, "learning", child, attendance=91, participation_well="Loves science")
    url = reverse("assessment-person-part", args=[later.pk, "learning", child.pk])
    browser = signed_in_as(people.alice)
    form = browser.get(url).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value()}
    sent |= {"attendance__still": "no", "attendance": "lots", "go": "next"}
    again = browser.post(url, sent)
    assert again.status_code == 422 and {each.key: each.is_open for each in again.context["form"].known()} == {
        "attendance": True, "participation_well": False,
    }  # fmt: skip
    assert again.context["form"]["participation_well"].value() == "Loves science"
    with as_system():
        assert not Section.objects.filter(assessment=later, key="learning").exclude(answers={}).exists()


def test_autosave_confirms_and_takes_back(people, eha, later, write_answers, signed_in_as):
    write_answers(eha, people.alice, "important", people="Grandma Joan")
    browser = signed_in_as(people.alice)
    form = browser.get(reverse("assessment-part", args=[later.pk, "important"])).context["form"]
    url = reverse("assessment-part-save", args=[later.pk, "important"])
    sent = {
        "question": "people", "people": "Grandma Joan", "people__offer": digest("Grandma Joan"),
        "base": form["base"].value(), "writer": "me",
    }  # fmt: skip
    browser.post(url, sent | {"people__still": "yes"})
    with as_system():
        assert Section.objects.get(assessment=later).answers == {"people": "Grandma Joan"}
    browser.post(url, sent | {"people__still": "no"})
    with as_system():
        assert Section.objects.get(assessment=later).answers == {}


def test_autosave_between_no_and_yes_wipes_nothing(people, eha, later, write_answers, signed_in_as):
    """Changed after "No" and stored; then "Yes", or the old words typed again: they are there, not nothing."""
    write_answers(eha, people.alice, "important", people="Grandma Joan")
    browser = signed_in_as(people.alice)
    form = browser.get(reverse("assessment-part", args=[later.pk, "important"])).context["form"]
    url = reverse("assessment-part-save", args=[later.pk, "important"])
    sent = {
        "question": "people", "people": "Grandma Joan", "people__offer": digest("Grandma Joan"),
        "base": form["base"].value(), "writer": "me",
    }  # fmt: skip
    changed = {"people__still": "no", "people": "Aunt May"}
    for then, stored in (
        ({"people__still": "yes"}, {"people": "Grandma Joan"}),
        ({"people__still": "no"}, {"people": "Grandma Joan"}),
        ({"people__still": "no", "people": ""}, {}),
    ):
        for turn, each in enumerate((changed, then), start=1):
            browser.post(url, sent | each | {"turn": turn})
        with as_system():
            row = Section.objects.get(assessment=later)
            assert row.answers == stored, then
            row.delete()


def test_words_never_touched_do_not_stand_beside_somebody_elses(
    people, eha, later, write_answers, signed_in_as
):
    """The whole page sent without a script, while somebody else has answered: what was offered was not typed."""
    write_answers(eha, people.alice, "important", people="Grandma Joan")
    url = reverse("assessment-part", args=[later.pk, "important"])
    browser = signed_in_as(people.alice)
    form = browser.get(url).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value()}
    write_answers(later, people.alice, "important", people="Aunt May")
    browser.post(url, sent | {"go": "list"})
    with as_system():
        row = Section.objects.get(assessment=later)
    assert row.answers == {"people": "Aunt May"} and row.differing == {}


def test_an_earlier_record_is_named_only_to_those_who_may_see_it(
    people, world, eha, later, write_answers, signed_in_as
):
    """What was confirmed from a closed case does not tell a new colleague its reference, nor who wrote there."""
    case = world.shared_case(people.hub, people.alice, people.charlie, family=people.case.family)
    write_answers(eha, people.alice, "important", people="Grandma Joan")
    with as_system():
        Assessment.objects.filter(pk=later.pk).update(case=case)
    browser = signed_in_as(people.alice)
    url = reverse("assessment-part", args=[later.pk, "important"])
    assert eha.reference in browser.get(url).content.decode()
    browser.post(
        url, {"people__still": "yes", "people__offer": digest("Grandma Joan"), "base": "{}", "go": "list"}
    )
    assert f"from {eha.reference}" in browser.get(url).content.decode()
    theirs = signed_in_as(people.charlie).get(url).content.decode()
    assert "Grandma Joan" in theirs and "Confirmed by Alice" in theirs and eha.reference not in theirs


# -- Everything on one page --------------------------------------------------------------------------------------------


@pytest.fixture
def filled(people, eha, later, write_answers, child, mother):
    write_answers(eha, people.alice, "important", people="Grandma Joan")
    write_answers(eha, people.alice, "child", child, gp="Mill Street", disabled="no")
    write_answers(eha, people.alice, "adult", mother, working="caring")
    return reverse("assessment-already-known", args=[later.pk])


def shown(page):
    return {
        f"{offer.name}-shown": offer.shown
        for _, pages in page.context["groups"]
        for each in pages
        for offer in each.offers
    }


def names(page):
    return {
        name.removesuffix("-shown").rpartition("-")[2]: name.removesuffix("-shown") for name in shown(page)
    }


def test_all_is_confirmed_in_one_go_except_what_is_marked(people, filled, later, signed_in_as, mother):
    browser = signed_in_as(people.alice)
    page = browser.get(filled)
    count = page.context["count"]
    assert f"All {count} are still right" in page.content.decode() and count >= 4
    done = f"adult-{mother.pk}-done"
    answer = browser.post(filled, shown(page) | {names(page)["gp"]: "no", done: "on", "go": "all"})
    assert answer.status_code == 302 and answer.url == filled
    left = browser.get(filled)
    assert set(names(left)) == {"gp"}
    with as_system():
        rows = {row.key: row for row in Section.objects.filter(assessment=later)}
        assert Event.objects.filter(verb="Saved answers", object_id=str(rows["adult"].pk)).count() == 1
        saved = Event.objects.get(verb="Saved answers", object_id=str(rows["adult"].pk))
        assert saved.facts["confirmed"] == len(rows["adult"].answers)
    assert rows["important"].answers == {"people": "Grandma Joan"} and "gp" not in rows["child"].answers
    assert rows["adult"].status == "completed" and rows["child"].status == "in_progress"
    assert all("from" in row.marks[key] for row in rows.values() for key in row.answers)
    last = browser.post(filled, shown(left) | {"go": "all"})
    assert last.url == reverse("assessment", args=[later.pk])
    assert "Everything that is known" in browser.get(filled).content.decode()


def test_saving_what_was_marked_confirms_nothing_else(people, filled, later, signed_in_as):
    browser = signed_in_as(people.alice)
    page = browser.get(filled)
    browser.post(filled, shown(page) | {names(page)["gp"]: "yes", "go": "marked"})
    with as_system():
        assert [row.answers for row in Section.objects.filter(assessment=later)] == [{"gp": "Mill Street"}]


def test_what_has_changed_since_it_was_read_is_not_confirmed(
    people, filled, eha, later, write_answers, signed_in_as
):
    browser = signed_in_as(people.alice)
    page = browser.get(filled)
    with as_system():
        row = Section.objects.get(assessment=eha, key="important")
        row.answers["people"] = "Nobody any more"
        row.save()
    browser.post(filled, shown(page) | {"go": "all"})
    with as_system():
        assert not Section.objects.filter(assessment=later, key="important").exists()


def test_a_protected_address_among_the_answers_is_pointed_out(people, filled, eha, later, signed_in_as):
    with as_system():
        Address.objects.create(
            family=people.case.family, lines="7 Hidden Lane", postcode="WM9 9ZZ", is_confidential=True
        )
        row = Section.objects.get(assessment=eha, key="important")
        row.answers["people"] = "Grandma Joan, 7 Hidden Lane, WM9 9ZZ"
        row.save()
    browser = signed_in_as(people.alice)
    page = browser.get(filled)
    after = browser.post(filled, shown(page) | {"go": "all"}, follow=True).content.decode()
    assert "protected address" in after


def test_only_those_who_see_the_record_open_the_page(people, filled, signed_in_as):
    assert signed_in_as(people.alice).get(filled).status_code == 200
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(filled).status_code == 404
        assert signed_in_as(who).post(filled, {"go": "all"}).status_code == 404
    assert Client().get(filled).status_code == 302


def test_a_signed_off_assessment_takes_nothing_more(people, filled, later, signed_in_as):
    browser = signed_in_as(people.alice)
    page = browser.get(filled)
    with as_system():
        Assessment.objects.filter(pk=later.pk).update(
            signed_off_at=timezone.now(), signed_off_by=people.alice
        )
    browser.post(filled, shown(page) | {"go": "all"})
    with as_system():
        assert not Section.objects.filter(assessment=later).exists()


def test_pages_need_no_more_queries_for_many_earlier_assessments(
    people, filled, later, write_answers, child, mother, start_assessment, signed_in_as, queries_of, seen_by
):
    browser = signed_in_as(people.alice)
    paths = [
        filled,
        reverse("assessment-person-part", args=[later.pk, "child", child.pk]),
        reverse("assessment-person-part", args=[later.pk, "learning", child.pk]),
        reverse("assessment-part", args=[later.pk, "services"]),
        reverse("assessment-part", args=[later.pk, "important"]),
    ]
    before = [queries_of(browser, path) for path in paths]
    for number in range(12):
        at = timezone.now() - dt.timedelta(days=30 * (number + 1))
        more = start_assessment(people.case, people.alice, initiated_at=at)
        write_answers(more, people.alice, "important", people=f"Number {number}")
        write_answers(more, people.alice, "learning", child, attendance=number)
        write_answers(more, people.alice, "services", universal=f"Club {number}")
    after = [queries_of(browser, path) for path in paths]
    assert max(after) <= 25 and all(now <= then + 1 for then, now in zip(before, after, strict=True)), (
        before,
        after,
    )


def test_every_offer_of_the_whole_form_is_what_its_page_offers(people, filled, later, seen_by):
    actor = seen_by(people.alice)
    book = read(later, actor)
    for page, found in known.offers(book):
        person = page.subject and Person.objects.get(pk=page.subject.id)
        own_book, own_page = read_page(later, page.part, person and person.pk, actor)
        wanted = {question.key for question in page.part.questions}
        assert known.earlier_answers(own_book, own_page, wanted) == found


def test_saving_leads_on_to_the_next_page_that_nobody_has_finished(
    people, eha, write_answers, signed_in_as, child, mother
):
    """Pages that were finished elsewhere are passed over; after the last one comes the list of parts."""
    browser = signed_in_as(people.alice)
    first = reverse("assessment-part", args=[eha.pk, "start"])
    assert browser.post(first, {"go": "next"}).url == reverse("assessment-part", args=[eha.pk, "assessor"])
    for key, person in (("assessor", None), ("child", child)):
        args = [eha.pk, key, person.pk] if person else [eha.pk, key]
        url = reverse("assessment-person-part" if person else "assessment-part", args=args)
        browser.post(url, {"done": "on", "go": "list"})
    assert browser.post(first, {"go": "next"}).url == reverse(
        "assessment-person-part", args=[eha.pk, "adult", mother.pk]
    )
    last = reverse("assessment-part", args=[eha.pk, "support"])
    assert browser.post(last, {"go": "next"}).url == reverse("assessment", args=[eha.pk])
    with as_system():
        Section.objects.filter(key="child").update(status="in_progress")
    assert browser.post(first, {"go": "next"}).url == reverse(
        "assessment-person-part", args=[eha.pk, "child", child.pk]
    )
