"""Answers about sharing: who answers for whom, what takes the place of what, and what a change would do."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from cases.actions.sharing import add_evidence, record_answer, replaced_by, withdraw_consent, young_deciders
from cases.actions.sharing_decisions import note_deciding, settle_disagreement, take_back_note
from cases.answers import answers_of
from cases.models import Case, CaseNote, Consent, DecidesForSelf, Document, Person
from cases.preview import Change, effect_of
from cases.rules import NotAllowed
from cases.rules.sharing_people import (
    can_answer_for,
    can_settle,
    check_can_settle,
    decides,
    is_to_be_asked,
)
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind, Category

pytestmark = pytest.mark.django_db


def photo(name="form.png"):
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


def born(years: int) -> dt.date:
    today = timezone.localdate()
    return today.replace(year=today.year - years, day=min(today.day, 28)) - dt.timedelta(days=1)


@pytest.fixture
def home(people, world):
    """Alice's family with two parents, a child of nine, one of thirteen and one of sixteen; Charlie's school is on the team."""
    family = people.case.family
    with as_system():
        people.mother = family.people.get(is_child=False)
        people.small = family.people.get(is_child=True)
        people.father = Person.objects.create(
            family=family, first_name="Ty", last_name="Moss", is_child=False, born_on=born(40)
        )
        people.teen = Person.objects.create(
            family=family, first_name="Amara", last_name="Hollis", born_on=born(13)
        )
        people.young = Person.objects.create(
            family=family, first_name="Jude", last_name="Hollis", born_on=born(16)
        )
        for child in (people.small, people.teen, people.young):
            for parent in (people.mother, people.father):
                parent.relationships.create(to_person=child, kind="parent", has_parental_responsibility=True)
    for each in (people.father, people.teen, people.young):
        world.consent(people.case, people.school, person=each)
    world.join(people.case, people.charlie)
    return people


def answer(home, actor, people, *, given=(None,), refused=(), **facts):
    return record_answer(
        case=home.case,
        people=people,
        agency=facts.pop("agency", home.elsewhere),
        given=given,
        refused=refused,
        method="face_to_face",
        given_on=facts.pop("given_on", timezone.localdate()),
        by=actor,
        **facts,
    )


def sees(membership, case, seen_by, about: Person | None = None) -> bool:
    seen_by(membership)
    if about is not None:
        return Person.objects.filter(pk=about.pk).exists()
    return Case.objects.filter(pk=case.pk).exists()


# -- Who answers for whom --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "able", "expected"),
    [
        (9, None, False),
        (9, True, True),
        (13, None, False),
        (13, True, True),
        (13, False, False),
        (16, None, True),
        (17, False, False),
        (18, False, True),
        (None, None, False),
    ],
)
def test_who_decides_by_age_and_note(years, able, expected):
    person = Person(first_name="A", is_child=True, born_on=None if years is None else born(years))
    note = None if able is None else DecidesForSelf(person=person, able=able, note="x")
    assert decides(person, note) is expected


def test_from_12_it_is_asked_and_at_16_presumed():
    asked = {
        years: is_to_be_asked(Person(is_child=True, born_on=born(years)), None) for years in (11, 12, 15, 16)
    }
    assert asked == {11: False, 12: True, 15: True, 16: False}
    assert is_to_be_asked(Person(is_child=True), None), "nobody knows the age, so ask"
    assert not is_to_be_asked(Person(is_child=True, due_on=timezone.localdate()), None)


def test_adult_answers_for_themself_and_another_only_as_their_attorney(home):
    assert can_answer_for(home.father, None, None)
    assert not can_answer_for(home.father, home.mother, None, has_responsibility=True)
    assert can_answer_for(home.father, home.mother, None, acts_for=True)


def test_parent_with_responsibility_answers_for_a_young_child_and_nobody_else_does(home):
    assert not can_answer_for(home.small, None, None)
    assert not can_answer_for(home.small, home.mother, None)
    assert can_answer_for(home.small, home.mother, None, has_responsibility=True)


def test_nobody_answers_for_somebody_of_16_unless_a_note_says_they_cannot(home):
    assert can_answer_for(home.young, None, None)
    assert not can_answer_for(home.young, home.mother, None, has_responsibility=True)
    unable = DecidesForSelf(person=home.young, able=False, note="x")
    assert can_answer_for(home.young, home.mother, unable, has_responsibility=True)


# -- An answer takes the place of what the same giver said --------------------------------------------------------------


def test_one_answer_opens_what_it_says_and_a_narrower_one_closes_the_rest(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother], given=[None])
    assert sees(home.charlie, home.case, seen_by)
    assert sees(home.charlie, home.case, seen_by, home.mother)
    assert not sees(home.charlie, home.case, seen_by, home.father)
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother], given=[Category.FAMILY])
    kept = Consent.objects.filter(case=home.case, agency=home.elsewhere).order_by("recorded_at")
    assert [(each.category, each.status) for each in kept] == [(None, "replaced"), (1, "given")]


def test_a_refusal_is_respected_at_once_and_a_new_yes_opens_again(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother])
    assert sees(home.charlie, home.case, seen_by)
    answer(home, seen_by(home.alice), [home.mother], given=[], refused=[None])
    assert not sees(home.charlie, home.case, seen_by)
    answer(home, seen_by(home.alice), [home.mother])
    assert sees(home.charlie, home.case, seen_by)


def test_the_answer_about_ones_own_agency_can_be_recorded_again(home, seen_by):
    """The old answer ends and the new one counts in one step: in between the writer would see nothing."""
    with as_system():
        Consent.objects.filter(agency=home.school).exclude(person=home.mother).delete()
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother], agency=home.school, given=[Category.FAMILY])
    assert sees(home.alice, home.case, seen_by)


def test_refusing_for_ones_own_agency_ends_ones_own_sight(home, seen_by):
    with as_system():
        Consent.objects.filter(agency=home.school).exclude(person=home.mother).delete()
    answer(home, seen_by(home.alice), [home.mother], agency=home.school, given=[], refused=[None])
    assert not sees(home.alice, home.case, seen_by)
    assert sees(home.coordinator, home.case, seen_by)


def test_only_who_sees_the_record_records_answers(home, seen_by):
    with pytest.raises(NotAllowed):
        answer(home, seen_by(home.bob), [home.mother])
    answer(home, seen_by(home.alice), [home.mother])


@pytest.mark.parametrize(
    "facts",
    [
        {"given_on": timezone.localdate() + dt.timedelta(days=1)},
        {"valid_until": timezone.localdate() - dt.timedelta(days=1)},
        {"given": []},
    ],
)
def test_answer_that_makes_no_sense_is_refused(home, seen_by, facts):
    with pytest.raises(ValueError, match="date|Say what"):
        answer(home, seen_by(home.alice), [home.mother], **facts)


def test_event_says_how_many_and_never_who(home, seen_by):
    answer(home, seen_by(home.alice), [home.mother], words="Only the school nurse")
    with as_system():
        event = Event.objects.filter(verb="Recorded an answer about sharing").latest("at")
    assert event.facts["people"] == 1
    assert "Dana" not in str(event.facts)
    assert "nurse" not in str(event.facts)


# -- Two people who disagree ---------------------------------------------------------------------------------------------


@pytest.fixture
def differing(home, seen_by):
    """Mother says yes about the small child, father no; for themselves both said yes."""
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother, home.father])
    answer(home, alice, [home.small], given_by=home.mother)
    answer(home, alice, [home.small], given=[], refused=[None], given_by=home.father)
    return home


def found_in(home, seen_by, membership=None):
    seen_by(membership or home.alice)
    return answers_of(home.case).disagreements


def test_both_answers_stand_side_by_side_and_nothing_goes(differing, seen_by):
    [found] = found_in(differing, seen_by)
    assert (found.yes_names, found.no_names) == (["Dana Hollis"], ["Ty Moss"])
    assert found.person == differing.small
    assert found.agency == differing.elsewhere
    assert sees(differing.charlie, differing.case, seen_by), "the parents themselves agreed"
    assert not sees(differing.charlie, differing.case, seen_by, differing.small)


def test_agreeing_again_ends_the_disagreement(differing, seen_by):
    answer(differing, seen_by(differing.alice), [differing.small], given_by=differing.father)
    assert found_in(differing, seen_by) == []
    assert sees(differing.charlie, differing.case, seen_by, differing.small)


@pytest.mark.parametrize(("follow", "expected"), [("yes", True), ("no", False)])
def test_settled_by_a_lead_with_reason_and_court_order(differing, world, seen_by, follow, expected):
    lead = world.member(differing.school, Role.AGENCY_LEAD)
    [found] = found_in(differing, seen_by, lead)
    actor = seen_by(lead)
    settle_disagreement(
        case=differing.case,
        disagreement=found,
        follow=follow,
        reason="Talked to both",
        court_order="Order of 3 March: lives with mother",
        by=actor,
    )
    assert found_in(differing, seen_by) == []
    assert sees(differing.charlie, differing.case, seen_by, differing.small) is expected
    seen_by(differing.alice)
    [settled] = answers_of(differing.case).settled
    assert settled.end_reason == "resolved"
    assert "Talked to both" in settled.end_words
    assert "Order of 3 March" in settled.end_words
    assert settled.ended_by == lead


def test_who_settles(differing, world, seen_by):
    [found] = found_in(differing, seen_by)
    assert not can_settle(seen_by(differing.alice), differing.case, found), "a practitioner"
    lead = world.member(differing.school, Role.AGENCY_LEAD)
    assert can_settle(seen_by(lead), differing.case, found)
    manager = world.member(differing.coordinator.agency, Role.HUB_MANAGER, hub=differing.hub)
    assert can_settle(seen_by(manager), differing.case, found)
    elsewhere = world.member(world.agency(), Role.AGENCY_LEAD)
    assert not can_settle(seen_by(elsewhere), differing.case, found), "does not see the record"


def test_whoever_recorded_an_answer_settles_only_when_nobody_else_could(home, world, seen_by):
    lead = world.member(home.school, Role.AGENCY_LEAD)
    actor = seen_by(lead)
    answer(home, actor, [home.small], given_by=home.mother)
    answer(home, actor, [home.small], given=[], refused=[None], given_by=home.father)
    [found] = found_in(home, seen_by, lead)
    assert can_settle(seen_by(lead), home.case, found), "there is nobody else"
    world.member(home.coordinator.agency, Role.HUB_MANAGER, hub=home.hub)
    with pytest.raises(NotAllowed, match="recorded one of the answers"):
        check_can_settle(seen_by(lead), home.case, found)


def test_a_refused_topic_of_one_parent_is_no_disagreement_and_hides_that_topic(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.small], given_by=home.mother)
    answer(home, alice, [home.small], given=[None], refused=[Category.EDUCATION], given_by=home.father)
    assert found_in(home, seen_by) == []
    with as_system():
        grants = set(
            home.case.group_grants.filter(group=home.elsewhere.group).values_list(
                "permission__codename", flat=True
            )
        )
    assert "view_case" in grants
    assert "topic_education" not in grants


# -- A child who decides -------------------------------------------------------------------------------------------------


def test_answers_of_parents_do_not_count_while_a_child_decides(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother])
    answer(home, alice, [home.teen], given_by=home.mother)
    assert sees(home.charlie, home.case, seen_by, home.teen)
    note = note_deciding(
        case=home.case,
        person=home.teen,
        able=True,
        note="Told me back",
        by=seen_by(home.alice),
        assessed_on=timezone.localdate(),
    )
    assert not sees(home.charlie, home.case, seen_by, home.teen)
    answer(home, seen_by(home.alice), [home.teen])
    assert sees(home.charlie, home.case, seen_by, home.teen)
    answer(home, seen_by(home.alice), [home.teen], given=[], refused=[None])
    assert not sees(home.charlie, home.case, seen_by, home.teen), (
        "their own no counts, the mother's yes does not"
    )
    assert found_in(home, seen_by) == [], "it is no disagreement: the child decides"
    take_back_note(case=home.case, note=note, by=seen_by(home.alice))
    [found] = found_in(home, seen_by)
    assert found.person == home.teen


def test_a_second_note_ends_the_first_and_both_are_kept(home, seen_by):
    alice = seen_by(home.alice)
    for able in (False, True):
        note_deciding(
            case=home.case, person=home.teen, able=able, note="x", by=alice, assessed_on=timezone.localdate()
        )
    notes = home.teen.decides_for_self.order_by("recorded_at")
    assert [(each.able, each.ended_at is None) for each in notes] == [(False, False), (True, True)]


@pytest.mark.parametrize(
    "facts", [{"note": " "}, {"assessed_on": timezone.localdate() + dt.timedelta(days=1)}]
)
def test_a_note_without_reason_or_of_tomorrow_is_refused(home, seen_by, facts):
    usual = {"note": "Told me back", "assessed_on": timezone.localdate()}
    with pytest.raises(ValueError, match="judged|future"):
        note_deciding(case=home.case, person=home.teen, able=True, by=seen_by(home.alice), **usual | facts)


def test_young_person_of_16_who_answers_is_presumed_to_decide(home, seen_by):
    alice = seen_by(home.alice)
    world_answer = answer(home, alice, [home.young], given=[], refused=[None])
    assert len(world_answer) == 1
    assert home.young.decides_for_self.get().able
    with as_system():
        Consent.objects.create(
            case=home.case,
            person=home.young,
            agency=home.elsewhere,
            answer="given",
            given_by=home.mother,
            method="phone",
            given_on=timezone.localdate(),
        )
    assert found_in(home, seen_by) == []
    assert not sees(home.charlie, home.case, seen_by, home.young)


# -- What a change would do is what it does ------------------------------------------------------------------------------


def test_preview_changes_nothing_and_says_what_then_happens(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother])
    answer(home, alice, [home.small], given_by=home.mother)
    before = list(Consent.objects.order_by("pk").values())
    alice = seen_by(home.alice)
    people = [home.small]
    change = Change.answering(
        replaced=replaced_by(home.case, people, home.elsewhere, home.mother),
        young=young_deciders(people, home.mother),
        people=people,
        agency=home.elsewhere,
        given=[],
        refused=[None],
        given_by=home.mother,
        given_on=timezone.localdate(),
        valid_until=None,
    )
    effect = effect_of(home.case, change)
    assert list(Consent.objects.order_by("pk").values()) == before
    [losing] = effect.losing
    assert (losing.name, losing.loses_sight, losing.loses_people) == (
        home.elsewhere.name,
        False,
        ["Ellie Hollis"],
    )
    assert effect.gaining == []
    answer(home, alice, people, given=[], refused=[None], given_by=home.mother)
    assert not sees(home.charlie, home.case, seen_by, home.small)
    assert sees(home.charlie, home.case, seen_by)


def test_preview_of_a_first_yes_names_who_gains(home, seen_by):
    seen_by(home.alice)
    change = Change.answering(
        replaced=[],
        young=[],
        people=[home.mother],
        agency=home.elsewhere,
        given=[None],
        refused=[],
        given_by=None,
        given_on=timezone.localdate(),
        valid_until=None,
    )
    [gaining] = effect_of(home.case, change).gaining
    assert gaining.gains_sight
    assert [who.pk for who in gaining.people] == [home.charlie.pk]
    assert gaining.gains == ["Family and contact", "Education", "Safeguarding"], (
        "no more than the agreement gives"
    )
    assert gaining.gains_people == ["Dana Hollis"]


def test_preview_of_a_note_names_whom_others_no_longer_know_of(home, seen_by):
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother])
    answer(home, alice, [home.teen], given_by=home.mother)
    seen_by(home.alice)
    losing = effect_of(home.case, Change.deciding(home.teen, able=True)).losing
    assert [(each.name, each.loses_people) for each in losing] == [(home.elsewhere.name, ["Amara Hollis"])]
    assert not DecidesForSelf.objects.filter(person=home.teen).exists()


def test_preview_tells_nothing_to_somebody_who_does_not_see_the_record(home, seen_by):
    seen_by(home.bob)
    effect = effect_of(home.case, Change.deciding(home.teen, able=True))
    assert (effect.agencies, effect.keep) == ([], [])


# -- Evidence ------------------------------------------------------------------------------------------------------------


def test_signed_form_is_made_anew_kept_and_linked(home, seen_by):
    [made] = answer(home, seen_by(home.alice), [home.mother], evidence=photo())
    document = Document.objects.get(pk=made.evidence_id)
    assert (document.content_type, document.about, document.category) == (
        "image/png",
        home.mother,
        Category.FAMILY,
    )


def test_what_is_no_form_is_refused_and_nothing_is_recorded(home, seen_by):
    with pytest.raises(ValueError, match="must be"):
        answer(home, seen_by(home.alice), [home.mother], evidence=SimpleUploadedFile("a.exe", b"MZ"))
    assert not Consent.objects.filter(agency=home.elsewhere).exists()


def test_form_added_later_changes_nothing_else_about_the_answer(home, seen_by):
    until = timezone.localdate() + dt.timedelta(days=90)
    made = answer(home, seen_by(home.alice), [home.mother, home.father], valid_until=until)
    before = list(Consent.objects.order_by("pk").values())
    add_evidence(case=home.case, consents=made, upload=photo(), by=seen_by(home.alice))
    after = list(Consent.objects.order_by("pk").values())
    assert [{k: v for k, v in row.items() if k != "evidence_id"} for row in after] == [
        {k: v for k, v in row.items() if k != "evidence_id"} for row in before
    ]
    assert sum(row["evidence_id"] is not None for row in after) == 2
    assert sees(home.charlie, home.case, seen_by)


def test_form_is_visible_only_to_those_who_see_its_kind_of_information(home, world, seen_by):
    nurse = world.member(world.agency(AgencyKind.HEALTH))
    world.join(home.case, nurse)
    alice = seen_by(home.alice)
    answer(home, alice, [home.mother], agency=nurse.agency)
    answer(home, alice, [home.mother], evidence=photo(), evidence_category=Category.EDUCATION)
    of = {
        who: next(line for line in _lines(home, seen_by, who) if line.person == home.mother)
        for who in (home.alice, home.charlie, nurse)
    }
    assert len(of[home.alice].evidence) == len(of[home.charlie].evidence) == 1
    assert of[nurse].evidence == [], "education is not for health services"


def _lines(home, seen_by, who):
    seen_by(who)
    return answers_of(home.case).lines


def test_withdrawal_ends_and_the_timeline_names_the_agency_and_no_person(home, seen_by):
    made = answer(home, seen_by(home.alice), [home.mother])
    withdraw_consent(case=home.case, consents=made, words="Changed my mind", by=seen_by(home.alice))
    assert not sees(home.charlie, home.case, seen_by)
    with as_system():
        titles = list(CaseNote.objects.filter(case=home.case, kind="event").values_list("title", flat=True))
    assert f"Consent withdrawn for {home.elsewhere.name}" in titles
    assert not any("Dana" in title for title in titles)
