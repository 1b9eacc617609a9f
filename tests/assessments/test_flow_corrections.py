"""After sign-off things are put right with a reason, old and new kept; all or nothing."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.actions import save_answers
from assessments.answers import Sent, digest
from assessments.flow import corrections, registration, wrong_person
from assessments.household import slots
from assessments.models import Assessment, Correction, Need, Score, Section
from assessments.pages import household_for, people_of, read
from cases.actions import PersonDetails
from cases.actions.people import change_person
from cases.models import Case, CaseNote, Person
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_children(people, world):
    """Ellie and her sister, for whom the family agreed too, and their mother."""
    with as_system():
        maya = Person.objects.create(
            family=people.case.family, first_name="Maya", last_name="Hollis", born_on=dt.date(2018, 4, 2)
        )
    world.consent(people.case, people.school, person=maya)
    with as_system():
        return {person.first_name: person for person in people.case.family.people.all()}


def write(assessment, key, person, answers, by):
    part = assessment.form.find(key)
    sent = {name: Sent(value=value, base="-") for name, value in answers.items()}
    return save_answers(
        assessment=assessment, part=part, person=person, sent=sent, writer="w", done=True, by=by
    )


@pytest.fixture
def signed(eha, people, two_children, seen_by):
    """Alice's assessment with some answers, signed off yesterday."""
    by = seen_by(people.alice)
    write(eha, "start", None, {"reason": "Lat for school"}, by)
    with as_system():
        Assessment.objects.update(signed_off_at=timezone.now() - dt.timedelta(days=1))
    return Assessment.objects.select_related(
        "case__family", "case__hub", "form_version", "assessor__user"
    ).get()


def correct(
    assessment,
    by,
    value="Late for school",
    reason="A slip",
    was="Lat for school",
    key="start",
    box="reason",
    person=None,
):
    part = assessment.form.find(key)
    sent = {box: Sent(value=value, base=digest(was))}
    return corrections.correct_answers(
        assessment=assessment, part=part, person=person, sent=sent, reason=reason, by=by
    )


def test_answer_is_put_right_and_what_stood_there_is_kept_and_shown(signed, people, seen_by, signed_in_as):
    by = seen_by(people.alice)
    with pytest.raises(NotAllowed):
        write(signed, "start", None, {"reason": "Other"}, by)
    [made] = correct(signed, by)
    assert (made.was, made.now, made.reason) == ("Lat for school", "Late for school", "A slip")
    section = Section.objects.get(key="start")
    assert section.answers["reason"] == "Late for school"
    with as_system():
        event = Event.objects.get(verb="Corrected an answer of an assessment")
        assert "school" not in str(event.facts), "words never stand in the log"
        assert CaseNote.objects.filter(title__contains="put right", body="").count() == 1
    browser = signed_in_as(people.alice)
    for name, args in [
        ("assessment-check", [signed.pk]),
        ("assessment-part", [signed.pk, "start"]),
        ("assessment-corrections", [signed.pk]),
    ]:
        page = browser.get(reverse(name, args=args)).content.decode()
        assert "was “Lat for school”. A slip" in page, name
        assert "by Alice" in page, name


def test_reason_and_a_change_are_compulsory_and_nobody_is_overwritten(signed, people, seen_by):
    by = seen_by(people.alice)
    with pytest.raises(ValidationError, match="Say why"):
        correct(signed, by, reason=" ")
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(signed, by, value="Lat for school")
    correct(signed, by, value="Late since May")
    with pytest.raises(ValidationError, match="meanwhile"):
        correct(signed, by, value="Late since June")
    assert Correction.objects.count() == 1


def test_what_sign_off_needed_is_not_emptied(signed, people, seen_by):
    by = seen_by(people.alice)
    needed = {f"{part.key}.{q.key}" for part in signed.form.parts for q in signed.form.minimum_of(part)}
    if "start.reason" in needed:
        with pytest.raises(ValidationError, match="needed to sign off"):
            correct(signed, by, value=None)
    else:
        correct(signed, by, value=None)
        assert "reason" not in Section.objects.get(key="start").answers


def test_only_those_who_may_sign_off_put_right_and_never_a_draft(signed, people, world, seen_by):
    world.join(people.case, people.bob)
    lead = world.member(people.school, Role.AGENCY_LEAD)
    for who, may in [
        (people.alice, True),
        (people.bob, False),
        (lead, True),
        (people.coordinator, True),
        (people.charlie, False),
    ]:
        actor = seen_by(who)
        assert corrections.can_correct(actor, signed) is may, who
        assert registration.can_correct_registration(actor, signed) is may, who
    actor = seen_by(people.alice)
    signed.signed_off_at = None
    assert not corrections.can_correct(actor, signed)


def test_needs_numbers_and_level_follow_on_the_day_they_were_given(eha, people, two_children, seen_by):
    by = seen_by(people.alice)
    found = _questions(eha)
    (needs_part, needs), (scale_part, scale), (level_part, level) = (
        found[kind] for kind in ("needs", "scale", "level")
    )
    child = two_children["Ellie"]
    about = {part.key: None if part.per == "once" else child for part in (needs_part, scale_part, level_part)}
    household = household_for(people_of(eha.case), raters={people.alice.pk})
    subject = household.subject(str(child.pk)) if about[scale_part.key] else None
    box = next(slot.name for slot in slots(scale_part, subject, household) if slot.question.key == scale.key)
    write(eha, needs_part.key, about[needs_part.key], {needs.key: ["debt"]}, by)
    write(eha, scale_part.key, about[scale_part.key], {box: 3}, by)
    write(eha, level_part.key, about[level_part.key], {level.key: "3"}, by)
    then = timezone.now() - dt.timedelta(days=5)
    with as_system():
        Score.objects.update(scored_on=then.date())
        for section in Section.objects.all():
            for mark in section.marks.values():
                mark["at"] = then.isoformat(timespec="seconds")
            section.save()
        Assessment.objects.update(signed_off_at=timezone.now())
    seen_by(people.alice)
    signed = Assessment.objects.select_related("case__level", "case__hub").get()
    correct(
        signed,
        by,
        key=needs_part.key,
        box=needs.key,
        was=["debt"],
        value=["housing"],
        person=about[needs_part.key],
    )
    correct(signed, by, key=scale_part.key, box=box, was=3, value=8, person=about[scale_part.key])
    correct(signed, by, key=level_part.key, box=level.key, was="3", value="4", person=about[level_part.key])
    assert list(Need.objects.values_list("code", flat=True)) == ["housing"]
    assert list(Score.objects.values_list("value", "scored_on")) == [(8, then.date())], (
        "no second number of today"
    )
    assert Case.objects.select_related("level").get(pk=people.case.pk).level.number == 4


def _questions(assessment):
    """The first part and question of some kinds, before sign-off."""
    found = {}
    for part, question in assessment.form.every_question():
        if part.opens == "registered" and part.source == "answers":
            found.setdefault(question.kind.value, (part, question))
    return found


def test_level_of_the_case_stays_when_somebody_has_set_another_since(
    signed, people, two_children, world, seen_by
):
    by = seen_by(people.alice)
    part, question = _questions(signed)["level"]
    person = None if part.per == "once" else two_children["Ellie"]
    with as_system():
        Case.objects.filter(pk=people.case.pk).update(level=world.level(4))
    seen_by(people.alice)
    correct(signed, by, key=part.key, box=question.key, was=None, value="1", person=person)
    assert Case.objects.select_related("level").get(pk=people.case.pk).level.number == 4


@pytest.fixture
def mixed_up(eha, people, two_children, seen_by):
    """Maya's answers stand on Ellie's page: words, a number of her own, one of Alice's."""
    by = seen_by(people.alice)
    part = next(
        part
        for part in eha.form.parts
        if part.per == "child"
        and {"scale"} & {q.kind.value for q in part.questions}
        and part.opens == "registered"
        and part.whom != "unborn"
    )
    words = next((q for q in part.questions if q.kind.value in {"long_text", "text"}), None)
    scale = next(q for q in part.questions if q.kind.value == "scale")
    ellie, maya = two_children["Ellie"], two_children["Maya"]
    answers = {f"{scale.key}__p{ellie.pk.hex}": 2, f"{scale.key}__m{people.alice.pk}": 5}
    if words is not None:
        answers[words.key] = "Bites her nails"
    write(eha, part.key, ellie, answers, by)
    return part, scale, words, ellie, maya, by


def move(eha, part, person, to, by, reason="Written under her sister"):
    household = household_for(people_of(eha.case))
    return wrong_person.move_to_right_person(
        assessment=eha, part=part, person=person, to=to, household=household, reason=reason, by=by
    )


def test_answers_move_to_the_right_child_with_numbers_and_history(eha, mixed_up, signed_in_as, people):
    part, scale, words, ellie, maya, by = mixed_up
    [made] = move(eha, part, ellie, maya, by)
    rows = {section.person_id: section for section in Section.objects.filter(key=part.key)}
    assert not rows[ellie.pk].answers and rows[ellie.pk].version == 0, "as if nobody had started it"
    assert rows[maya.pk].answers[f"{scale.key}__p{maya.pk.hex}"] == 2, "her own number is her own"
    assert {(each.person_id, each.rater_person_id, each.value) for each in Score.objects.all()} == {
        (maya.pk, maya.pk, 2),
        (maya.pk, None, 5),
    }
    assert made.was["first"][f"{scale.key}__p{ellie.pk.hex}"] == 2
    book = read(eha, by)
    page = next(page for page in book.of_part(part) if page.subject.id == str(maya.pk))
    if words is not None:
        assert page.answers[words.key] == "Bites her nails"
    check = signed_in_as(people.alice).get(reverse("assessment-check", args=[eha.pk])).content.decode()
    assert "moved here on" in check and "Written under her sister" in check


def test_two_children_mixed_up_change_places(eha, mixed_up, people):
    part, scale, _words, ellie, maya, by = mixed_up
    write(eha, part.key, maya, {f"{scale.key}__m{people.alice.pk}": 9}, by)
    move(eha, part, ellie, maya, by)
    about = {(each.person_id, each.value) for each in Score.objects.filter(rater_membership=people.alice)}
    assert about == {(maya.pk, 5), (ellie.pk, 9)}
    move(eha, part, maya, ellie, by, reason="It was right before")
    about = {(each.person_id, each.value) for each in Score.objects.filter(rater_membership=people.alice)}
    assert about == {(ellie.pk, 5), (maya.pk, 9)}, "moved back: as it was"


def test_moving_needs_a_reason_something_to_move_and_a_person_of_the_part(eha, mixed_up, two_children):
    part, _scale, _words, ellie, maya, by = mixed_up
    with pytest.raises(ValidationError, match="Say why"):
        move(eha, part, ellie, maya, by, reason="")
    with pytest.raises(ValidationError, match="nothing on that page"):
        move(eha, part, maya, ellie, by)
    with pytest.raises(ValidationError, match="another person"):
        move(eha, part, ellie, two_children["Dana"], by)
    assert not Correction.objects.exists()


@pytest.mark.parametrize("what", ["answer", "move", "facts"])
def test_all_or_nothing_wherever_it_fails(what, eha, mixed_up, people, seen_by):
    """The k-th statement of a correction fails: everything stands as before. Repeated until none fails."""
    part, _scale, _words, ellie, maya, by = mixed_up
    write(eha, "start", None, {"reason": "Lat for school"}, by)
    with as_system():
        Assessment.objects.update(signed_off_at=timezone.now())
    seen_by(people.alice)
    signed = Assessment.objects.select_related("case__family", "case__hub", "case__level").get()
    do = {
        "answer": lambda: correct(signed, by),
        "move": lambda: move(signed, part, ellie, maya, by),
        "facts": lambda: registration.correct_registration(
            assessment=signed, facts={"consent_with": "Gran"}, reason="x", by=by
        ),
    }[what]
    before, k = _everything(), 0
    while True:
        k += 1
        seen = 0

        def fail(execute, sql, params, many, context, at=k):
            nonlocal seen
            if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen += 1
                if seen == at:
                    raise RuntimeError("the database is gone")
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(fail):
                do()
        except RuntimeError:
            assert _everything() == before, f"statement {k}"
        else:
            break
    assert k > 8
    assert _everything() != before


def _everything():
    """What a correction may change."""
    with as_system():
        tables = (Section, Score, Need, Correction, CaseNote, Event)
        found = [list(table.objects.order_by("pk").values()) for table in tables]
        return [*found, list(Assessment.objects.values())]


def test_corrections_of_a_hidden_category_are_hidden(people, world, eha, two_children, seen_by):
    """A school is not told of health: it neither reads a health answer nor that it was put right."""
    by = seen_by(people.coordinator)
    part = next(part for part in eha.form.parts if part.category == "health" and part.opens == "registered")
    question = next(q for q in part.questions if q.kind.value in {"text", "long_text"})
    person = None if part.per == "once" else two_children["Ellie"]
    write(eha, part.key, person, {question.key: "Asthmma"}, by)
    with as_system():
        Assessment.objects.update(signed_off_at=timezone.now())
    by = seen_by(people.coordinator)
    signed = Assessment.objects.select_related("case__level", "case__hub").get()
    correct(signed, by, key=part.key, box=question.key, was="Asthmma", value="Asthma", person=person)
    assert Correction.objects.count() == 1
    seen_by(people.alice)
    assert Correction.objects.count() == 0


def test_pages_for_alice_bob_charlie_and_nobody(signed, people, two_children, signed_in_as, queries_of):
    pages = {
        "assessment-corrections": [signed.pk],
        "assessment-correct": [signed.pk, "start"],
        "assessment-correct-registration": [signed.pk],
        "assessment-wrong-person": [signed.pk],
    }
    for name, args in pages.items():
        url = reverse(name, args=args)
        browser = signed_in_as(people.alice)
        assert queries_of(browser, url) <= 25, name
        assert signed_in_as(people.bob).get(url).status_code == 404
        assert signed_in_as(people.charlie).get(url).status_code == 404
        assert Client().get(url).status_code == 302
    one = reverse("assessment-correct", args=[signed.pk, "start"]) + "?question=reason"
    browser = signed_in_as(people.alice)
    page = browser.get(one)
    base = page.context["form"].bases()
    refused = browser.post(one, {"reason": "Late for school", "base": base})
    assert b"Enter why it is put right" in refused.content and b"Late for school" in refused.content
    answered = browser.post(one, {"reason": "Late for school", "why-reason": "A slip", "base": base})
    assert answered.status_code == 302
    with as_system():
        assert Correction.objects.get().now == "Late for school"
    restore = reverse("assessment-restore", args=[signed.pk])
    assert browser.get(restore).status_code == 403, "it is not withdrawn"


def test_a_part_that_has_not_opened_yet_is_not_put_right(signed, people, seen_by):
    by = seen_by(people.alice)
    later = next(part for part in signed.form.parts if part.opens == "completed" and part.questions)
    with pytest.raises(NotAllowed, match="opens when"):
        correct(signed, by, key=later.key, box=later.questions[0].key, was=None, value="x")


def test_a_birth_date_put_right_on_people_keeps_what_it_was_and_why(people, two_children, seen_by, signed_in_as):
    child = two_children["Maya"]
    by = seen_by(people.alice)
    facts = {name: getattr(child, name) for name in ("first_name", "last_name", "is_child")}
    details = PersonDetails(**facts, born_on=dt.date(2018, 4, 12))
    change_person(case=people.case, person=child, details=details, reason="The school had it wrong", by=by)
    entry = CaseNote.objects.get(title="Details of a person were put right")
    assert "The birth date was 2 April 2018." in entry.body and "The school had it wrong" in entry.body
    assert entry.about == child
