"""What is known already: found for a page, in the reader's own sight only, and confirmed by somebody who has read it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments import known
from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.known.meaning import is_filled_in
from assessments.models import Assessment, FormVersion, Section
from assessments.pages import read
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
from cases.models import CaseNote, Outcome, Person, Relationship
from earlyhelp.access.context import acting_as, as_system
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
    people, eha, later, write_answers, offered_to
):
    saved = write_answers(eha, people.alice, "important", people="Grandma Joan")
    found = offered_to(later, people.alice, "important")["people"]
    assert found.value == "Grandma Joan" and not found.is_old
    assert (
        found.source.startswith(f"From assessment {eha.reference}, Alice")
        and people.school.name in found.source
    )
    aged(saved.section, 200)
    found = offered_to(later, people.alice, "important")["people"]
    assert found.is_old and found.source.endswith("over 6 months old")


def test_the_latest_of_several_answers_counts_and_a_withdrawn_assessment_none(
    people, eha, later, write_answers, offered_to, start_assessment
):
    older = start_assessment(people.case, people.alice, initiated_at=timezone.now() - dt.timedelta(days=400))
    aged(write_answers(older, people.alice, "important", people="Uncle Ray").section, 390)
    assert offered_to(later, people.alice, "important")["people"].value == "Uncle Ray"
    write_answers(eha, people.alice, "important", people="Grandma Joan")
    assert offered_to(later, people.alice, "important")["people"].value == "Grandma Joan"
    with as_system():
        Assessment.objects.filter(pk=eha.pk).update(
            status="withdrawn", withdrawn_at=timezone.now(), withdrawn_reason="Wrong family"
        )
    assert offered_to(later, people.alice, "important")["people"].value == "Uncle Ray"


def test_what_nobody_knows_and_what_two_people_dispute_is_not_offered(
    people, eha, later, write_answers, offered_to, child
):
    write_answers(eha, people.alice, "child", child, gp={"not_known": True}, carer="unknown", disabled="no")
    save = {"disabled": Sent(value="yes", base="other")}
    with acting_as(people.coordinator) as by:
        save_answers(assessment=eha, part=eha.form.find("child"), person=child, sent=save, writer="c", by=by)
    assert offered_to(later, people.alice, "child", child) == {}


def test_what_the_reader_may_not_see_is_never_offered_nor_counted(
    people, world, eha, later, write_answers, offered_to, child, signed_in_as
):
    """The school may not read health: its page of the same part starts empty, as if nobody had ever written there."""
    url = reverse("assessment-person-part", args=[later.pk, "health", child.pk])
    everything = reverse("assessment-already-known", args=[later.pk])
    browser = signed_in_as(people.alice)
    before = (
        browser.get(url).content.count(b"data-offer"),
        browser.get(everything).content.count(b"app-offer"),
    )
    write_answers(eha, people.coordinator, "health", child, general_health_well="Asthma is under control")
    assert offered_to(later, people.coordinator, "health", child)["general_health_well"].value.startswith(
        "Asthma"
    )
    assert offered_to(later, people.alice, "health", child) == {}
    after = browser.get(url).content.count(b"data-offer"), browser.get(everything).content.count(b"app-offer")
    assert before == after and b"Asthma" not in browser.get(everything).content


def test_a_withdrawn_consent_takes_the_source_away(
    people, world, eha, later, write_answers, offered_to, child
):
    """Charlie's school joins; what it reads is offered to it until the family takes back what it agreed to."""
    world.consent(people.case, people.elsewhere)
    world.join(people.case, people.charlie)
    write_answers(eha, people.alice, "learning", child, participation_well="Loves science", attendance=91)
    assert offered_to(later, people.charlie, "learning", child)["attendance"].value == 91
    world.consent(people.case, people.elsewhere, answer="refused", category=Category.EDUCATION)
    assert offered_to(later, people.charlie, "learning", child) == {}
    assert offered_to(later, people.alice, "learning", child)["attendance"].value == 91


def test_a_shared_name_fills_in_between_forms_and_an_item_too(
    people, eha, write_answers, offered_to, child, start_assessment
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
    write_answers(first, people.alice, "c", child, gp_is="Mill Street")
    write_answers(
        eha,
        people.alice,
        "wellbeing",
        child,
        emotional_social_well="Laughs a lot",
        emotional_social_worry="Nightmares",
    )
    write_answers(eha, people.alice, "family_life", wider_family_well="Two aunts nearby")
    found = offered_to(later, people.alice, "me", child)
    assert {key: each.value for key, each in found.items()} == {
        "doctor": "Mill Street", "settled": "Laughs a lot", "unsettled": "Nightmares",
    }  # fmt: skip
    assert offered_to(later, people.alice, "house")["wider"].value == "Two aunts nearby"


def test_an_answer_never_leaves_its_category(people, eha, write_answers, offered_to, child, start_assessment):
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
    write_answers(eha, people.coordinator, "health", child, general_health_well="Asthma")
    assert offered_to(later, people.coordinator, "all", child) == {}
    assert offered_to(later, people.coordinator, "closed", child)["well"].value == "Asthma"


def test_own_words_are_a_quotation_of_the_same_person_and_of_nobody_else(
    people, world, eha, write_answers, offered_to, child
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
    write_answers(eha, people.alice, "own", child, words="I miss Dad")
    write_answers(eha, people.alice, "home", fact="Two rooms", words="We cope")
    assert "words" not in offered_to(eha, people.alice, "own", sister)
    assert (
        offered_to(eha, people.alice, "own", sister)["fact"].value == "Two rooms"
    )  # of the family, asked of each
    assert "this assessment" in offered_to(eha, people.alice, "own", sister)["fact"].source
    write_answers(eha, people.alice, "own", child, fact="Ellie has her own room")
    found = offered_to(eha, people.alice, "home")
    assert found == {}, "what is said of one person is not offered for the family: others may not read of her"
    with as_system():
        again = Assessment.objects.create(
            case=people.case, form_version=version, reference="EHA/2026/7777", hub=people.hub, agency=people.school,
            assessor=people.alice, consent_statement="agreed", consent_at=timezone.now(), **STATEMENT,
        )  # fmt: skip
    mine = offered_to(again, people.alice, "own", child)["words"]
    assert mine.value == "I miss Dad" and mine.is_quote
    assert "words" not in offered_to(again, people.alice, "own", sister)


def test_the_record_the_plan_and_the_timeline_answer_too(
    people, eha, offered_to, child, mother, start_assessment, world
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
    of_child = {key: each.value for key, each in offered_to(later, people.alice, "c", child).items()}
    assert of_child == {"language": "Polish", "interpreter": "yes", "words": "I like drums"}
    of_mother = {key: each.value for key, each in offered_to(later, people.alice, "a", mother).items()}
    assert of_mother == {"role": "mother", "responsible": "yes", "here": "yes"}
    of_family = {key: each.value for key, each in offered_to(later, people.alice, "f").items()}
    assert of_family["aims"] == "In school on time" and people.school.name in of_family["who"]
    assert of_family["last"] == timezone.localdate(eha.initiated_at).isoformat()


# -- The three forms ---------------------------------------------------------------------------------------------------

SAMPLES = {
    Kind.TEXT: "Mill Street", Kind.LONG_TEXT: "All is well.", Kind.NUMBER: 91, Kind.DATE: "2026-03", Kind.YES_NO: "yes",
    Kind.NEEDS: ["parenting"],
}  # fmt: skip


def sample(question):
    if question.options:
        first = question.options[0].value
        return [first] if question.kind is Kind.MULTI else first
    return SAMPLES.get(question.kind)


@pytest.mark.parametrize(
    ("code", "least"),
    [("somerset_eha", 1.0), ("caf", 0.65), ("kfsf", 0.8)],
)
def test_an_eha_answers_most_of_what_each_form_asks_that_can_still_be_true(
    people, eha, write_answers, child, mother, start_assessment, seen_by, code, least
):
    """Of the questions of the form that name something to be filled in from, before sign-off and of those alive."""
    for part in eha.form.parts:
        if part.whom == "unborn" or not part.questions or part.opens != "registered":
            continue
        person = {Per.CHILD: child, Per.ADULT: mother}.get(part.per)
        answers = {each.key: sample(each) for each in part.questions if sample(each) is not None}
        write_answers(eha, people.coordinator, part.key, person, **answers)
    later = start_assessment(people.case, people.alice, initiated_at=timezone.now())
    with as_system():
        version = FormVersion.objects.newest(code)
        Assessment.objects.filter(pk=later.pk).update(form_version=version)
    later = fresh(later)
    book = read(later, seen_by(people.coordinator))
    asked = [
        (page.part.key, question.key)
        for part in later.form.parts
        if part.opens == "registered" and not part.repeats
        for page in book.of_part(part)
        for question in page.part.questions
        if is_filled_in(question) and question.whom != "unborn" and question.prefill not in ("plan.outcomes",)
    ]
    found = {(page.part.key, key) for page, offers in known.offers(book) for key in offers}
    assert len(found) >= least * len(asked), sorted(set(asked) - found)


def test_a_fact_of_the_whole_team_fills_in_a_page_that_fewer_read_and_never_the_other_way(
    people, eha, write_answers, offered_to, child, start_assessment
):
    version = form_with(
        "gp",
        Part(key="team", title="Team", group="g", per=Per.CHILD, questions=(ask("gp", Kind.TEXT, "person.gp"),)),
        Part(
            key="medical", title="Medical", group="g", per=Per.CHILD, category="health",
            questions=(ask("practice", Kind.TEXT, "person.gp"),),
        ),
    )  # fmt: skip
    first, later = start_assessment(people.case, people.alice), start_assessment(people.case, people.alice)
    with as_system():
        Assessment.objects.filter(pk__in=[first.pk, later.pk]).update(form_version=version)
    first, later = fresh(first), fresh(later)
    write_answers(first, people.coordinator, "medical", child, practice="Sedge Surgery")
    assert offered_to(later, people.coordinator, "team", child) == {}
    assert offered_to(later, people.coordinator, "medical", child)["practice"].value == "Sedge Surgery"
    write_answers(first, people.coordinator, "team", child, gp="Mill Street")
    assert offered_to(later, people.coordinator, "medical", child)["practice"].value == "Mill Street"
