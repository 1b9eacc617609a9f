"""Saving answers, who can read them, and what follows from them."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assessments.actions import (
    save_answers,
)
from assessments.answers import Sent, digest
from assessments.models import Assessment, Need, Score, Section
from assessments.pages import read
from cases.models import Person
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import Category

pytestmark = pytest.mark.django_db


def sent(**values):
    return {name: Sent(value=value, base="-") for name, value in values.items()}


def save(eha, key, actor, person=None, **values):
    part = eha.form.find(key)
    return save_answers(
        assessment=eha, part=part, person=person, sent=sent(**values), writer="w1", done=True, by=actor
    )


def child_of(case):
    return Person.objects.get(family=case.family_id, is_child=True)


def fill_minimum(eha, actor, level="3"):
    child = child_of(eha.case)
    save(eha, "start", actor, reason="Late for school")
    save(eha, "rating", actor, child, **{f"overall__p{child.pk.hex}": 5})
    save(eha, "child_needs", actor, child, needs=["school_attendance", "young_carer"])
    save(eha, "summary", actor, change="Calm mornings", level=level)


def test_answers_are_kept_with_writer_time_and_event(people, eha, seen_by):
    alice = seen_by(people.alice)
    saved = save(eha, "start", alice, reason="Late for school")
    section = Section.objects.get(pk=saved.section.pk)
    assert section.answers == {"reason": "Late for school"} and section.version == 1
    assert section.saved_by == people.alice and section.status == "completed"
    event = Event.objects.get(verb="Saved answers")
    assert event.facts["boxes"] == ["reason"] and "Late" not in str(event.facts)


def test_two_people_in_one_part_lose_nothing(people, eha, seen_by, health):
    part = eha.form.find("family_strengths")
    for who, values in (
        (people.alice, {"strengths": "They laugh"}),
        (health, {"coped": "A flood", "strengths": "Kind"}),
    ):
        save_answers(
            assessment=eha, part=part, person=None, sent=sent(**values), writer=str(who.pk), by=seen_by(who)
        )
    section = Section.objects.get()
    assert section.answers == {"strengths": "They laugh", "coped": "A flood"}
    assert section.differing["strengths"][0]["value"] == "Kind" and section.version == 2


def test_child_mentioned_by_uuid_has_their_own_page(people, eha, seen_by):
    alice = seen_by(people.alice)
    child = child_of(people.case)
    save(eha, "child_words", alice, child, words="I want quiet mornings")
    book = read(eha, alice)
    assert [page.answers for page in book.of_part(eha.form.find("child_words"))] == [
        {"words": "I want quiet mornings"}
    ]


def test_agency_without_the_category_sees_only_what_it_wrote(people, eha, seen_by, health):
    child = child_of(people.case) if seen_by(people.alice) else None
    save(eha, "health", seen_by(people.alice), child, general_health_well="Never ill at school")
    save(eha, "health", seen_by(health), child, general_health_well="Immunised, grows well")
    for who, sees in (
        (people.alice, {"Never ill at school"}),
        (health, {"Never ill at school", "Immunised, grows well"}),
    ):
        seen_by(who)
        rows = Section.objects.filter(key="health")
        assert {row.answers["general_health_well"] for row in rows} == sees, who
    page = read(eha, seen_by(health)).of_part(eha.form.find("health"))[0]
    assert page.shared.answers["general_health_well"] == "Immunised, grows well"
    assert [row.agency for row in page.others] == [people.school]


def test_sections_are_hidden_from_the_next_desk_and_the_next_agency(people, eha, seen_by):
    save(eha, "start", seen_by(people.alice), reason="Late for school")
    for who, sees in (
        (people.alice, 1),
        (people.bob, 0),
        (people.charlie, 0),
        (people.coordinator, 1),
        (None, 0),
    ):
        actor = seen_by(who)
        assert Section.objects.count() == sees, who
        assert Assessment.objects.count() == sees
        assert Assessment.objects.visible_to(actor).count() == sees


def test_application_cannot_write_for_another_agency_or_into_another_case(people, world, eha, seen_by):
    other = world.shared_case(people.hub, people.charlie)
    seen_by(people.alice)
    spot = {"assessment": eha, "case": people.case, "key": "start", "category": Category.FAMILY}
    for wrong in (
        {"agency": people.elsewhere},
        {"case": other},
        {"category": Category.HEALTH},
    ):
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            Section.objects.create(**spot | wrong)
    Section.objects.create(**spot)


def test_refused_category_goes_dark_but_own_words_stay(people, world, eha, seen_by):
    alice = seen_by(people.alice)
    child = child_of(people.case)
    save(eha, "learning", alice, child, said="Maths is fun")
    mother = Person.objects.get(family=people.case.family_id, is_child=False)
    world.consent(people.case, people.school, person=mother, answer="refused", category=Category.EDUCATION)
    alice = seen_by(people.alice)
    assert not Section.objects.filter(key="learning").exists()
    save(eha, "learning", alice, child, said="Maths is still fun")
    assert Section.objects.get(key="learning").agency == people.school


def test_scores_needs_and_level_follow_the_answers(people, eha, seen_by):
    alice = seen_by(people.alice)
    fill_minimum(eha, alice)
    score = Score.objects.get()
    assert (score.area, score.value, score.rater_person) == ("overall", 5, child_of(people.case))
    assert set(Need.objects.values_list("code", flat=True)) == {"school_attendance", "young_carer"}
    people.case.refresh_from_db()
    assert people.case.level.number == 3
    part, child = eha.form.find("child_needs"), child_of(people.case)
    before = ["school_attendance", "young_carer"]
    save_answers(
        assessment=eha,
        part=part,
        person=child,
        writer="w2",
        by=alice,
        sent={"needs": Sent(value=["none"], base=digest(before))},
    )
    assert not Need.objects.exists()


def test_a_second_score_on_the_same_day_corrects_and_on_another_day_adds(
    people, eha, seen_by, time_machine_travel
):
    alice = seen_by(people.alice)
    child = child_of(people.case)
    part = eha.form.find("rating")
    name = f"overall__m{people.alice.pk}"

    def rate(value, base):
        save_answers(
            assessment=eha,
            part=part,
            person=child,
            writer="w",
            by=alice,
            sent={name: Sent(value=value, base=digest(base))},
        )

    rate(4, None)
    rate(6, 4)
    assert [score.value for score in Score.objects.all()] == [6]
    time_machine_travel(days=10)
    rate("na", 6)
    assert [score.value for score in Score.objects.all()] == [6]
    rate(8, "na")
    assert sorted(score.value for score in Score.objects.all()) == [6, 8]


@pytest.fixture
def time_machine_travel():
    import time_machine

    travellers = []

    def travel(days):
        traveller = time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=True)
        traveller.start()
        travellers.append(traveller)

    yield travel
    for traveller in travellers:
        traveller.stop()


def test_forgetting_old_checks_empties_them_for_everybody(people, cleared_check, seen_by):
    from assessments.tasks import forget_match_checks

    check = cleared_check(people.alice)
    with as_system():
        check.made_at = timezone.now() - dt.timedelta(hours=30)
        check.save()
    seen_by(None)
    assert forget_match_checks() == 1
    with as_system():
        check.refresh_from_db()
        assert check.asked == {}
    assert forget_match_checks() == 0


@pytest.mark.django_db(transaction=True)
def test_three_people_saving_at_the_same_moment_lose_nothing(people, eha):
    import threading

    from django.db import close_old_connections

    from earlyhelp.access.context import acting_as

    boxes = ("strengths", "coped", "around", "said")
    problems, lines = [], []
    lock = threading.Barrier(3)

    def write(who, number):
        close_old_connections()
        try:
            for turn in range(6):
                if turn == 0:
                    lock.wait(timeout=20)
                with acting_as(who) as actor:
                    words = f"{number}-{turn}"
                    save_answers(
                        assessment=Assessment.objects.with_record_data().get(pk=eha.pk),
                        part=eha.form.find("family_strengths"),
                        person=None,
                        sent={boxes[(turn + number) % 4]: Sent(value=words, base="-")},
                        writer=words,
                        by=actor,
                    )
                lines.append((boxes[(turn + number) % 4], words))
        except Exception as error:  # told to the test below
            problems.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=write, args=(who, number))
        for number, who in enumerate((people.alice, people.coordinator, people.alice))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert problems == [] and len(lines) == 18
    with as_system():
        section = Section.objects.get()
    for box, words in lines:
        others = [entry["value"] for entry in section.differing.get(box, [])]
        assert words in [section.answers[box], *others], (box, words)
    assert section.version == 18
