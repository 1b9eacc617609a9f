"""Facts that brothers and sisters share: written once, for those who were ticked, and over nobody's answer."""

import pytest
from django.test import Client
from django.urls import reverse

from assessments import origins
from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.models import Section
from cases.models import Person
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def children(people, world):
    """Ellie, Mia and Leo, of Alice's family; her school may read about all three."""
    with as_system():
        found = {"Ellie": Person.objects.get(family=people.case.family_id, is_child=True)}
        for name in ("Mia", "Leo"):
            found[name] = Person.objects.create(
                family=people.case.family,
                first_name=name,
                last_name="Hollis",
                is_child=True,
                born_on="2019-04-05",
            )
    for name in ("Mia", "Leo"):
        world.consent(people.case, people.school, person=found[name])
    return found


@pytest.fixture
def page_of(eha):
    return lambda child: reverse("assessment-person-part", args=[eha.pk, "child", child.pk])


@pytest.fixture
def together(eha):
    return reverse("assessment-together", args=[eha.pk, "child"])


def row_of(eha, child):
    with as_system():
        return Section.objects.filter(assessment=eha, key="child", person=child).first()


def write(eha, who, child, **answers):
    with acting_as(who) as by:
        return save_answers(
            assessment=eha, part=eha.form.find("child"), person=child, writer="w", by=by,
            sent={key: Sent(value=value, base="-") for key, value in answers.items()},
        )  # fmt: skip


def test_what_is_ticked_is_copied_and_says_from_where(people, eha, children, page_of, signed_in_as):
    browser = signed_in_as(people.alice)
    url = page_of(children["Ellie"])
    page = browser.get(url).content.decode()
    assert (
        "Is any of this also true of Mia or Leo?" in page or "Is any of this also true of Leo or Mia?" in page
    )
    mia, leo = children["Mia"], children["Leo"]
    sent = {"first_language": "Polish", "gp": "Mill Street", "disabled": "no", "base": "{}", "go": "list"}
    ticks = {f"also-{mia.pk}": ["first_language", "gp", "disabled"], f"also-{leo.pk}": ["gp", "faith"]}
    assert browser.post(url, sent | ticks).status_code == 302
    assert row_of(eha, mia).answers == {"first_language": "Polish", "gp": "Mill Street"}, (
        "each has their own needs"
    )
    assert row_of(eha, leo).answers == {"gp": "Mill Street"}
    mark = row_of(eha, leo).marks["gp"]
    assert mark["name"] == people.alice.user.full_name and mark["from"]["kind"] == "person"
    assert "from Ellie’s page" in browser.get(page_of(leo)).content.decode()
    with as_system():
        assert Event.objects.filter(verb="Saved answers", object_id=str(row_of(eha, leo).pk)).count() == 1


def test_what_stands_on_another_page_is_never_overwritten(people, eha, children, page_of, signed_in_as):
    mia = children["Mia"]
    write(eha, people.alice, mia, gp="Sedge Surgery")
    browser = signed_in_as(people.alice)
    page = browser.get(page_of(children["Ellie"])).content.decode()
    assert f'id="also-{mia.pk}-gp"' not in page and "Already answered" in page
    sent = {"gp": "Mill Street", "base": "{}", "go": "list", f"also-{mia.pk}": ["gp"]}
    browser.post(page_of(children["Ellie"]), sent)
    assert row_of(eha, mia).answers == {"gp": "Sedge Surgery"} and row_of(eha, mia).differing == {}


def test_ticks_for_strangers_and_for_other_questions_count_for_nothing(
    people, world, eha, children, page_of, signed_in_as
):
    other = world.shared_case(people.hub, people.alice, family=world.family(people.hub, name="Pike"))
    with as_system():
        stranger = other.family.people.filter(is_child=True).first()
        mother = people.case.family.people.get(is_child=False)
    sent = {"gp": "Mill Street", "carer": "yes", "base": "{}", "go": "list"}
    ticks = {f"also-{who.pk}": ["gp", "carer"] for who in (stranger, mother)} | {"also-nobody": ["gp"]}
    ticks[f"also-{children['Mia'].pk}"] = ["carer"]
    assert signed_in_as(people.alice).post(page_of(children["Ellie"]), sent | ticks).status_code == 302
    with as_system():
        assert Section.objects.count() == 1


def test_a_childs_answer_is_offered_on_the_others_pages(people, eha, children, page_of, signed_in_as):
    write(eha, people.alice, children["Ellie"], first_language="Polish", disabled="no")
    browser = signed_in_as(people.alice)
    form = browser.get(page_of(children["Mia"])).context["form"]
    offer = next(each for each in form.known() if each.key == "first_language")
    assert offer.box.label == "Also true of Mia?" and "About Ellie" in offer.source
    assert "disabled" not in {each.key for each in form.known()}
    sent = {
        f"first_language__{end}": value
        for end, value in (("still", "yes"), ("offer", form["first_language__offer"].value()))
    }
    browser.post(page_of(children["Mia"]), sent | {"base": "{}", "go": "list"})
    assert row_of(eha, children["Mia"]).marks["first_language"]["from"]["kind"] == "person"


# -- One sitting for all -----------------------------------------------------------------------------------------------


def test_one_sitting_writes_a_fact_for_everybody_ticked(people, eha, children, together, signed_in_as):
    write(eha, people.alice, children["Leo"], gp="Sedge Surgery")
    browser = signed_in_as(people.alice)
    page = browser.get(together)
    assert "Leo has an answer already: Sedge Surgery" in page.content.decode()
    form = page.context["form"]
    assert set(form["first_language__to"].initial) == {str(each.pk) for each in children.values()}
    ellie, mia = str(children["Ellie"].pk), str(children["Mia"].pk)
    sent = {
        "first_language": "Polish",
        "first_language__to": [ellie, mia],
        "gp": "Mill Street",
        "gp__to": [mia],
    }
    assert browser.post(together, sent).url == reverse("assessment", args=[eha.pk])
    assert row_of(eha, children["Ellie"]).answers == {"first_language": "Polish"}
    assert row_of(eha, children["Mia"]).answers == {"first_language": "Polish", "gp": "Mill Street"}
    assert row_of(eha, children["Leo"]).answers == {"gp": "Sedge Surgery"}
    assert "needs" not in form.fields and "disabled" not in form.fields


def test_everybody_answered_leaves_nothing_to_ask(people, eha, children, together, signed_in_as):
    for child in children.values():
        write(eha, people.alice, child, first_language="Polish", faith="None", setting="Sedge", gp="Mill")
    assert "Every child has an answer" in signed_in_as(people.alice).get(together).content.decode()


def test_too_long_an_answer_is_explained_and_nothing_is_written(
    people, eha, children, together, signed_in_as
):
    sent = {
        "gp": "x" * 400,
        "gp__to": [str(children["Mia"].pk)],
        "faith": "None",
        "faith__to": [str(children["Mia"].pk)],
    }
    answer = signed_in_as(people.alice).post(together, sent)
    assert answer.status_code == 422 and "Shorten this answer" in answer.content.decode()
    with as_system():
        assert not Section.objects.exists()


def test_only_those_who_see_the_record_write_for_all(people, eha, children, together, signed_in_as):
    assert signed_in_as(people.alice).get(together).status_code == 200
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(together).status_code == 404
        assert signed_in_as(who).post(together, {"gp": "x"}).status_code == 404
    assert Client().get(together).status_code == 302
    for part in ("start", "nothing", "rating", "match"):
        assert (
            signed_in_as(people.alice).get(reverse("assessment-together", args=[eha.pk, part])).status_code
            == 404
        )


def test_queries_of_the_ticks_and_of_one_sitting(
    people, eha, children, page_of, together, signed_in_as, queries_of
):
    browser = signed_in_as(people.alice)
    assert queries_of(browser, page_of(children["Ellie"])) <= 25
    assert queries_of(browser, together) <= 20


def test_where_a_copy_comes_from_is_said_without_a_name_that_the_reader_may_not_know():
    mark = {
        "name": "Alice Moss",
        "at": "2026-11-22T09:00:00+00:00",
        "from": {"kind": "person", "id": "ellie", "on": "2026-11-22"},
    }
    known, unknown = (origins.Visible(references={}, people=people) for people in ({"ellie": "Ellie"}, {}))
    assert origins.in_words(mark, known) == "Copied by Alice Moss on 22 November 2026 from Ellie’s page"
    assert origins.in_words(mark, unknown).endswith("from a brother’s or sister’s page")
    assert origins.in_words({"name": "Alice Moss"}, known) == ""
