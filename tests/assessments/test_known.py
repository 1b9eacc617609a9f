"""What is known already: found for a page, in the reader's own sight only, and confirmed by somebody who has read it."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import known
from assessments.actions import save_answers
from assessments.answers import Sent, digest
from assessments.models import Assessment, FormVersion, Section
from assessments.pages import read, read_page
from assessments.spec import (
    FormSpec,
    Group,
    Kind,
    Nature,
    Option,
    Part,
    Per,
    Question,
    to_json,
)
from assessments.spec import Section as FormSection
from cases.models import Address, CaseNote, Outcome, Person, Relationship
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event
from hubs.models import Category
from tests.fixtures.assessments import STATEMENT

pytestmark = pytest.mark.django_db
LONG = Kind.LONG_TEXT


def ask(key, kind=LONG, prefill="previous", **facts):
    return Question(key=key, label=f"The {key} of it?", kind=kind, prefill=prefill, **facts)


def form_with(code, *parts):
    """A published form of these parts."""
    spec = FormSpec(
        code=code, version=1, title=f"Form {code}", groups=(Group(key="g", title="All"),),
        sections=(FormSection(number=1, key="s", title="All", parts=parts),),
    )  # fmt: skip
    with as_system():
        return FormVersion.objects.create(
            code=code, version=1, title=spec.title, spec=to_json(spec), status="published",
            published_on=timezone.localdate(),
        )  # fmt: skip


@pytest.fixture
def child(people):
    with as_system():
        return Person.objects.get(family=people.case.family_id, is_child=True)


@pytest.fixture
def mother(people):
    with as_system():
        return Person.objects.get(family=people.case.family_id, is_child=False)


@pytest.fixture
def write(seen_by):
    """`write(assessment, membership, "part", person, key=value, ...)`: answers saved by this person."""

    def save(assessment, by, key, person=None, **answers):
        return save_answers(
            assessment=assessment, part=assessment.form.find(key), person=person, writer="w", by=seen_by(by),
            sent={name: Sent(value=value, base="-") for name, value in answers.items()},
        )  # fmt: skip

    return save


@pytest.fixture
def offered(seen_by):
    """`offered(assessment, membership, "part", person)`: what that page would start with, by question."""

    def look(assessment, by, key, person=None):
        actor = seen_by(by)
        book, page = read_page(assessment, assessment.form.find(key), person and person.pk, actor)
        wanted = {question.key for question in page.part.questions}
        return known.earlier_answers(book, page, wanted)

    return look


@pytest.fixture
def later(start_assessment, people, eha):
    """A second assessment of Alice's family."""
    return start_assessment(people.case, people.alice, initiated_at=timezone.now())


def fresh(assessment):
    """The assessment as it is stored now, with its form."""
    with as_system():
        return Assessment.objects.select_related("form_version", "case__family").get(pk=assessment.pk)


def aged(section, days):
    """The answers of a row, as if they had been written so many days ago."""
    at = timezone.now() - dt.timedelta(days=days)
    with as_system():
        for mark in section.marks.values():
            mark["at"] = at.isoformat(timespec="seconds")
        Section.objects.filter(pk=section.pk).update(marks=section.marks, saved_at=at)


def test_an_earlier_answer_says_where_it_stands_who_wrote_it_when_and_that_it_is_old(
    people, eha, later, write, offered
):
    saved = write(eha, people.alice, "important", people="Grandma Joan")
    found = offered(later, people.alice, "important")["people"]
    assert found.value == "Grandma Joan" and not found.is_old
    assert (
        found.source.startswith(f"From assessment {eha.reference}, Alice")
        and people.school.name in found.source
    )
    aged(saved.section, 200)
    found = offered(later, people.alice, "important")["people"]
    assert found.is_old and found.source.endswith("over 6 months old")


def test_the_latest_of_several_answers_counts_and_a_withdrawn_assessment_none(
    people, eha, later, write, offered, start_assessment
):
    older = start_assessment(people.case, people.alice, initiated_at=timezone.now() - dt.timedelta(days=400))
    aged(write(older, people.alice, "important", people="Uncle Ray").section, 390)
    assert offered(later, people.alice, "important")["people"].value == "Uncle Ray"
    write(eha, people.alice, "important", people="Grandma Joan")
    assert offered(later, people.alice, "important")["people"].value == "Grandma Joan"
    with as_system():
        Assessment.objects.filter(pk=eha.pk).update(
            status="withdrawn", withdrawn_at=timezone.now(), withdrawn_reason="Wrong family"
        )
    assert offered(later, people.alice, "important")["people"].value == "Uncle Ray"


def test_what_nobody_knows_and_what_two_people_dispute_is_not_offered(
    people, eha, later, write, offered, child
):
    write(eha, people.alice, "child", child, gp={"not_known": True}, carer="unknown", disabled="no")
    save = {"disabled": Sent(value="yes", base="other")}
    with acting_as(people.coordinator) as by:
        save_answers(assessment=eha, part=eha.form.find("child"), person=child, sent=save, writer="c", by=by)
    assert offered(later, people.alice, "child", child) == {}


def test_what_the_reader_may_not_see_is_never_offered_nor_counted(
    people, world, eha, later, write, offered, child, signed_in_as
):
    """The school may not read health: its page of the same part starts empty, as if nobody had ever written there."""
    url = reverse("assessment-person-part", args=[later.pk, "health", child.pk])
    everything = reverse("assessment-already-known", args=[later.pk])
    browser = signed_in_as(people.alice)
    before = (
        browser.get(url).content.count(b"data-offer"),
        browser.get(everything).content.count(b"app-offer"),
    )
    write(eha, people.coordinator, "health", child, general_health_well="Asthma is under control")
    assert offered(later, people.coordinator, "health", child)["general_health_well"].value.startswith(
        "Asthma"
    )
    assert offered(later, people.alice, "health", child) == {}
    after = browser.get(url).content.count(b"data-offer"), browser.get(everything).content.count(b"app-offer")
    assert before == after and b"Asthma" not in browser.get(everything).content


def test_a_withdrawn_consent_takes_the_source_away(people, world, eha, later, write, offered, child):
    """Charlie's school joins; what it reads is offered to it until the family takes back what it agreed to."""
    world.consent(people.case, people.elsewhere)
    world.join(people.case, people.charlie)
    write(eha, people.alice, "learning", child, participation_well="Loves science", attendance=91)
    assert offered(later, people.charlie, "learning", child)["attendance"].value == 91
    world.consent(people.case, people.elsewhere, answer="refused", category=Category.EDUCATION)
    assert offered(later, people.charlie, "learning", child) == {}
    assert offered(later, people.alice, "learning", child)["attendance"].value == 91


def test_a_shared_name_fills_in_between_forms_and_an_item_too(
    people, eha, write, offered, child, start_assessment
):
    version = form_with(
        "other",
        Part(
            key="me", title="Me", group="g", per=Per.CHILD,
            questions=(
                ask("doctor", Kind.TEXT, "person.gp"),
                ask("settled", item="emotional_social"),
                ask("unsettled", item="emotional_social", nature=Nature.VIEW),
                ask("nothing", prefill=""),
            ),
        ),
        Part(key="house", title="House", group="g", questions=(ask("wider", item="wider_family"),)),
    )  # fmt: skip
    named = form_with(
        "named",
        Part(key="c", title="C", group="g", per=Per.CHILD, questions=(ask("gp_is", Kind.TEXT, "person.gp"),)),
    )
    first = start_assessment(people.case, people.alice)
    later = start_assessment(people.case, people.alice)
    with as_system():
        Assessment.objects.filter(pk=first.pk).update(form_version=named)
        Assessment.objects.filter(pk=later.pk).update(form_version=version)
    first, later = fresh(first), fresh(later)
    write(first, people.alice, "c", child, gp_is="Mill Street")
    write(
        eha,
        people.alice,
        "wellbeing",
        child,
        emotional_social_well="Laughs a lot",
        emotional_social_worry="Nightmares",
    )
    write(eha, people.alice, "family_life", wider_family_well="Two aunts nearby")
    found = offered(later, people.alice, "me", child)
    assert {key: each.value for key, each in found.items()} == {
        "doctor": "Mill Street", "settled": "Laughs a lot", "unsettled": "Nightmares",
    }  # fmt: skip
    assert offered(later, people.alice, "house")["wider"].value == "Two aunts nearby"


def test_an_answer_never_leaves_its_category(people, eha, write, offered, child, start_assessment):
    """The coordinator reads health; a page that the whole team reads is not filled in from it all the same."""
    version = form_with(
        "open",
        Part(key="all", title="All", group="g", per=Per.CHILD, questions=(ask("well", item="general_health"),)),
        Part(
            key="closed", title="Closed", group="g", per=Per.CHILD, category="health",
            questions=(ask("well", item="general_health"),),
        ),
    )  # fmt: skip
    later = start_assessment(people.case, people.alice)
    with as_system():
        Assessment.objects.filter(pk=later.pk).update(form_version=version)
    later = fresh(later)
    write(eha, people.coordinator, "health", child, general_health_well="Asthma")
    assert offered(later, people.coordinator, "all", child) == {}
    assert offered(later, people.coordinator, "closed", child)["well"].value == "Asthma"


def test_own_words_are_a_quotation_of_the_same_person_and_of_nobody_else(
    people, world, eha, write, offered, child
):
    with as_system():
        sister = Person.objects.create(
            family=people.case.family, first_name="Mia", last_name="Hollis", is_child=True
        )
    world.consent(people.case, people.school, person=sister)
    version = form_with(
        "words",
        Part(
            key="own", title="Own", group="g", per=Per.CHILD,
            questions=(ask("words", nature=Nature.SAID, voice=True), ask("fact", prefill="family.situation")),
        ),
        Part(key="home", title="Home", group="g", questions=(
            ask("fact", prefill="family.situation"), ask("words", nature=Nature.SAID),
        )),
    )  # fmt: skip
    with as_system():
        Assessment.objects.filter(pk=eha.pk).update(form_version=version)
    eha = fresh(eha)
    write(eha, people.alice, "own", child, words="I miss Dad")
    write(eha, people.alice, "home", fact="Two rooms", words="We cope")
    assert "words" not in offered(eha, people.alice, "own", sister)
    assert (
        offered(eha, people.alice, "own", sister)["fact"].value == "Two rooms"
    )  # of the family, asked of each
    assert "this assessment" in offered(eha, people.alice, "own", sister)["fact"].source
    with as_system():
        again = Assessment.objects.create(
            case=people.case, form_version=version, reference="EHA/2026/7777", hub=people.hub, agency=people.school,
            assessor=people.alice, consent_statement="agreed", consent_at=timezone.now(), **STATEMENT,
        )  # fmt: skip
    mine = offered(again, people.alice, "own", child)["words"]
    assert mine.value == "I miss Dad" and mine.is_quote
    assert "words" not in offered(again, people.alice, "own", sister)


def test_the_record_the_plan_and_the_timeline_answer_too(
    people, eha, offered, child, mother, start_assessment, world
):
    with as_system():
        Person.objects.filter(pk=child.pk).update(language="Polish", interpreter_needed=True)
        Person.objects.filter(pk=mother.pk).update(role_in_household="mother")
        Relationship.objects.create(
            person=mother, to_person=child, kind="parent", has_parental_responsibility=True
        )
        Outcome.objects.create(
            case=people.case,
            what_will_be_different="In school on time",
            how_we_will_know="Register",
            agency=people.school,
        )
        for body, not_for in (("I like drums", []), ("Do not tell Bob", [people.elsewhere.pk])):
            CaseNote.objects.create(
                case=people.case, kind="voice", title="Said", body=body, about=child, author=people.alice,
                agency=people.school, happened_at=timezone.now(), not_for=not_for,
            )  # fmt: skip
    version = form_with(
        "record",
        Part(key="c", title="C", group="g", per=Per.CHILD, questions=(
            ask("language", Kind.TEXT, "person.first_language"),
            ask("interpreter", Kind.YES_NO, "person.interpreter"),
            ask("words", LONG, "notes.voice", nature=Nature.SAID),
        )),
        Part(key="a", title="A", group="g", per=Per.ADULT, questions=(
            ask("role", Kind.TEXT, "person.role"),
            ask("responsible", Kind.YES_NO, "person.responsibility"),
            ask("here", Kind.CHOICE, "person.lives_here", options=(Option(value="yes", label="Yes"), Option(value="no", label="No"))),
        )),
        Part(key="f", title="F", group="g", questions=(
            ask("who", LONG, "case.services"), ask("aims", LONG, "plan.outcomes"), ask("last", Kind.DATE, "assessment.last"),
        )),
    )  # fmt: skip
    later = start_assessment(people.case, people.alice)
    with as_system():
        Assessment.objects.filter(pk=later.pk).update(form_version=version)
    later = fresh(later)
    of_child = {key: each.value for key, each in offered(later, people.alice, "c", child).items()}
    assert of_child == {"language": "Polish", "interpreter": "yes", "words": "I like drums"}
    of_mother = {key: each.value for key, each in offered(later, people.alice, "a", mother).items()}
    assert of_mother == {"role": "mother", "responsible": "yes", "here": "yes"}
    of_family = {key: each.value for key, each in offered(later, people.alice, "f").items()}
    assert of_family["aims"] == "In school on time" and people.school.name in of_family["who"]
    assert of_family["last"] == timezone.localdate(eha.initiated_at).isoformat()


# -- Saying that it is still right -------------------------------------------------------------------------------------


def test_words_that_stand_in_a_box_are_not_stored_until_somebody_says_that_they_are_right(
    people, eha, later, write, signed_in_as
):
    write(eha, people.alice, "important", people="Grandma Joan", contact="Nobody")
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


def test_words_typed_that_happen_to_be_the_same_are_stored(people, eha, later, write, signed_in_as):
    """A page opened before the earlier answer was there offered nothing: what is typed in it counts as typed."""
    write(eha, people.alice, "important", people="Grandma Joan")
    url = reverse("assessment-part", args=[later.pk, "important"])
    signed_in_as(people.alice).post(url, {"people": "Grandma Joan", "base": "{}", "go": "list"})
    with as_system():
        row = Section.objects.get(assessment=later)
    assert row.answers == {"people": "Grandma Joan"} and "from" not in row.marks["people"]


def test_one_click_for_a_page_confirms_what_was_shown_and_not_marked_no(
    people, eha, later, write, signed_in_as, child
):
    write(eha, people.alice, "child", child, gp="Mill Street", disabled="no", carer="no")
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


def test_autosave_confirms_and_takes_back(people, eha, later, write, signed_in_as):
    write(eha, people.alice, "important", people="Grandma Joan")
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


def test_an_earlier_record_is_named_only_to_those_who_may_see_it(
    people, world, eha, later, write, signed_in_as
):
    """What was confirmed from a closed case does not tell a new colleague its reference, nor who wrote there."""
    case = world.shared_case(people.hub, people.alice, people.charlie, family=people.case.family)
    write(eha, people.alice, "important", people="Grandma Joan")
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
def filled(people, eha, later, write, child, mother):
    write(eha, people.alice, "important", people="Grandma Joan")
    write(eha, people.alice, "child", child, gp="Mill Street", disabled="no")
    write(eha, people.alice, "adult", mother, working="caring")
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


def test_what_has_changed_since_it_was_read_is_not_confirmed(people, filled, eha, later, write, signed_in_as):
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
    people, filled, later, write, child, mother, start_assessment, signed_in_as, queries_of, seen_by
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
        write(more, people.alice, "important", people=f"Number {number}")
        write(more, people.alice, "learning", child, attendance=number)
        write(more, people.alice, "services", universal=f"Club {number}")
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
