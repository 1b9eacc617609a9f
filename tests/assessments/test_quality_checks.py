"""Dip samples drawn by chance, checks with grades, feedback to the author, follow-ups until done."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import QualityAudit, QualityDraw, QualityFollowUp, Rubric
from assessments.models.quality import AuditStatus
from assessments.quality import checks
from assessments.quality.rubric import criteria_of
from assessments.quality.sample import draw, drawn_again, quarter_words, quarters_over, scopes_of
from assessments.quality.states import AUDIT, can_move_audit
from cases.models import Restriction, StaffRelation
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message

pytestmark = pytest.mark.django_db
QUARTER = quarters_over()[0]


@pytest.fixture
def lead(people, world):
    return world.member(people.school, Role.AGENCY_LEAD, first_name="Lee")


@pytest.fixture
def complete(people, world, start_assessment):
    """`complete(membership)`: an assessment of theirs that was completed in QUARTER."""

    def make(membership, case=None, **facts):
        at = timezone.make_aware(dt.datetime.combine(QUARTER + dt.timedelta(days=20), dt.time(12)))
        case = case or world.shared_case(people.hub, membership)
        times = {"initiated_at": at - dt.timedelta(days=9), "signed_off_at": at, "completed_at": at}
        return start_assessment(case, membership, status="completed", **(times | facts))

    return make


def drawn_by(actor, number=5, each_agency=False, scope=0):
    return draw(
        quarter=QUARTER, scope=scopes_of(actor)[scope], number=number, each_agency=each_agency, by=actor
    )


FULL = {
    "grades": {each: {"grade": "good", "words": "Seen on page 3"} for each in (
        "reason", "agreement", "voice", "whole_family", "strengths", "risk", "outcomes", "plan", "recording", "diversity",
    )},
    "overall": "good", "done_well": "Ellie is heard", "to_improve": "Ask her father",
}  # fmt: skip


@pytest.fixture
def audit(people, lead, complete, seen_by) -> QualityAudit:
    """Alice's assessment, drawn by her agency's lead."""
    complete(people.alice)
    return drawn_by(seen_by(lead)).audits.get()


@pytest.fixture
def shared(audit, lead, seen_by) -> QualityAudit:
    return checks.share(audit=audit, **FULL, by=seen_by(lead))


# -- The draw ------------------------------------------------------------------------------------------------------------


def test_a_quarter_is_drawn_once_by_chance_and_comes_out_the_same_again(people, lead, complete, seen_by):
    for _ in range(8):
        complete(people.alice)
    made = drawn_by(seen_by(lead), number=3)
    assert (made.drawn, len(made.pool), len(made.seed), made.agency_id) == (3, 8, 64, people.school.pk)
    assert drawn_again(made.pk) == (3, 3)
    with pytest.raises(ValidationError, match="drawn already"):
        drawn_by(seen_by(lead), number=3)
    with as_system():
        QualityDraw.objects.update(seed="another")
    assert drawn_again(made.pk)[0] == 3
    assert len({tuple(sorted(ids)) for ids in [_with_seed(made, seed) for seed in "abcdef"]}) > 1


def _with_seed(made, seed):
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select app.quality_units(%s::uuid[], 3, false, %s)", [made.pool, seed])
        return [str(row[0]) for row in cursor.fetchall()]


def test_each_agency_gives_so_many_to_the_hubs_manager(people, world, manager, complete, seen_by):
    for _ in range(4):
        complete(people.alice)
        complete(people.charlie)
    made = drawn_by(seen_by(manager), number=2, each_agency=True)
    agencies = list(made.audits.values_list("agency_id", flat=True))
    assert sorted(agencies) == sorted([people.school.pk] * 2 + [people.elsewhere.pk] * 2)


def test_left_out_are_own_ones_other_quarters_unfinished_and_imported_ones(
    people, world, lead, complete, start_assessment, seen_by
):
    case = world.shared_case(people.hub, people.alice)
    kept = complete(people.alice)
    complete(lead)
    complete(people.alice, signed_off_by=lead)
    complete(people.alice, source="register")
    complete(people.alice, completed_at=timezone.now())
    start_assessment(case, people.alice)
    other_hat = world.member(people.elsewhere, user=lead.user)
    complete(
        people.alice, countersigning="signed", countersigned_by=other_hat, countersigned_at=timezone.now()
    )
    made = drawn_by(seen_by(lead), number=9)
    assert made.pool == [kept.pk]


def test_left_out_is_what_the_auditor_may_not_see(people, world, manager, complete, seen_by):
    kept = complete(people.alice)
    restricted = complete(people.alice)
    relatives = complete(people.alice)
    with as_system():
        Restriction.objects.create(case=restricted.case, reason="staff", restricted_by=people.coordinator, review_on=timezone.localdate())  # fmt: skip
        person = relatives.case.family.people.first()
        StaffRelation.objects.create(membership=manager, person=person, recorded_by=people.coordinator)
    made = drawn_by(seen_by(manager), number=9)
    assert made.pool == [kept.pk]


def test_what_was_checked_is_not_drawn_again_and_an_empty_quarter_is_not_drawn(
    shared, people, manager, seen_by
):
    with pytest.raises(ValidationError, match="nothing to draw"):
        drawn_by(seen_by(manager))
    with as_system():
        assert QualityDraw.objects.count() == 1


def test_only_managers_draw_and_only_of_what_is_theirs(people, world, lead, complete, seen_by):
    complete(people.alice)
    other = world.member(people.elsewhere, Role.AGENCY_LEAD)
    scope = scopes_of(seen_by(lead))[0]
    with pytest.raises(NotAllowed):
        draw(quarter=QUARTER, scope=scope, number=1, each_agency=False, by=seen_by(other))
    with (
        pytest.raises(DatabaseError, match="not a manager"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select app.draw_quality(%s, null, %s, 1, false)", [QUARTER, people.school.pk])
    seen_by(people.alice)
    with (
        pytest.raises(DatabaseError, match="not a manager"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select app.draw_quality(%s, null, %s, 1, false)", [QUARTER, people.school.pk])
    assert scopes_of(seen_by(people.alice)) == []


def test_nobody_adds_a_friends_assessment_by_hand(people, lead, complete, audit, seen_by):
    another = complete(people.alice)
    seen_by(lead)
    for sql in (
        "insert into assessments_qualitydraw (id) values (gen_random_uuid())",
        "insert into assessments_qualityaudit (id) values (gen_random_uuid())",
        f"update assessments_qualityaudit set assessment_id = '{another.pk}'",
        "update assessments_qualitydraw set seed = 'mine'",
        "delete from assessments_qualityaudit",
    ):
        with (
            pytest.raises(DatabaseError, match="denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def test_quarters_are_those_that_are_over():
    assert quarters_over(dt.date(2026, 11, 22)) == [
        dt.date(2026, 7, 1), dt.date(2026, 4, 1), dt.date(2026, 1, 1), dt.date(2025, 10, 1),
    ]  # fmt: skip
    assert quarter_words(dt.date(2025, 10, 1)) == "October to December 2025"


# -- Checking ------------------------------------------------------------------------------------------------------------


def test_the_rubric_is_whole(db):
    rubric = Rubric.objects.get(version=1)
    criteria = criteria_of(rubric)
    assert len(criteria) == 10 and len({each.key for each in criteria}) == 10
    for each in criteria:
        assert set(each.looks) == {"outstanding", "good", "requires_improvement", "inadequate"}
        assert all(words.endswith(".") for words in each.looks.values()) and each.question.endswith("?")


def test_a_check_is_saved_unfinished_and_shared_only_when_whole(audit, lead, people, seen_by):
    actor = seen_by(lead)
    half = FULL | {"grades": {"voice": {"grade": "good", "words": ""}}, "overall": ""}
    checks.save_check(audit=audit, **half, by=actor)
    with pytest.raises(ValidationError, match="grade “Reason and timeliness”"):
        checks.share(audit=audit, **half, by=actor)
    done = checks.share(audit=audit, **FULL, by=actor)
    assert done.status == "shared" and done.shared_at
    with as_system():
        message = Message.objects.get(kind="assessment-feedback")
    assert (message.to_membership, message.facts) == (people.alice.pk, {})
    for action in (checks.save_check, checks.share):
        with pytest.raises(ValidationError):
            action(audit=done, **FULL, by=actor)


def test_what_was_shared_stays_and_only_the_author_adds_an_answer(shared, lead, people, seen_by):
    seen_by(lead)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        QualityAudit.objects.filter(pk=shared.pk).update(overall="inadequate")
    author = seen_by(people.alice)
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        QualityAudit.objects.filter(pk=shared.pk).update(overall="outstanding")
    answered = checks.answer(audit=shared, words="He lives in Leeds", by=author)
    assert (answered.status, answered.answer) == ("answered", "He lives in Leeds")
    with pytest.raises(ValidationError):
        checks.answer(audit=answered, words="Again", by=author)
    with pytest.raises(NotAllowed):
        checks.answer(audit=shared, words="Mine", by=seen_by(lead))


def test_every_move_that_is_not_in_the_table_is_refused(db):
    for start in AuditStatus.values:
        for event in ("save", "share", "set_aside", "answer"):
            assert can_move_audit(QualityAudit(status=start), event) == ((start, event) in AUDIT)


def test_set_aside_needs_a_reason_and_stays_in_the_sample(audit, lead, seen_by):
    with pytest.raises(ValidationError, match="why"):
        checks.set_aside(audit=audit, reason=" ", by=seen_by(lead))
    done = checks.set_aside(audit=audit, reason="The family moved, and the record with it", by=seen_by(lead))
    assert done.status == "set_aside" and done.draw.audits.count() == 1


def test_another_manager_takes_over_and_the_first_is_out(audit, lead, manager, people, world, seen_by):
    second = world.member(people.school, Role.AGENCY_LEAD, first_name="Sam")
    with pytest.raises(NotAllowed, match="Lee"):
        checks.save_check(audit=audit, **FULL, by=seen_by(second))
    checks.take_over(audit=audit, by=seen_by(second))
    with pytest.raises(NotAllowed, match="taken this check over"):
        checks.save_check(audit=audit, **FULL, by=seen_by(lead))
    with pytest.raises(NotAllowed):
        checks.take_over(audit=audit, by=seen_by(second))


def test_the_author_never_takes_over_their_own(audit, people, seen_by):
    with as_system():
        people.alice.roles = [Role.PRACTITIONER, Role.AGENCY_LEAD]
        people.alice.save()
    actor = seen_by(people.alice)
    assert not QualityAudit.objects.filter(pk=audit.pk).exists(), (
        "not before it is shared, also not as a lead"
    )
    with pytest.raises(NotAllowed):
        checks.take_over(audit=audit, by=actor)


def test_checked_again_after_feedback_stands_apart_from_the_sample(shared, lead, seen_by):
    actor = seen_by(lead)
    again = checks.check_again(audit=shared, by=actor)
    assert (again.draw_id, again.again_of_id, again.status) == (None, shared.pk, "to_do")
    with pytest.raises(NotAllowed, match="being checked already"):
        checks.check_again(audit=shared, by=actor)


def test_what_follows_has_an_owner_and_a_day_and_is_open_until_it_is_done(shared, lead, people, seen_by):
    due = timezone.localdate() + dt.timedelta(days=10)
    actor = seen_by(lead)
    facts = {"audit": shared, "what": "Ask her father", "owner": people.alice}
    with pytest.raises(ValidationError, match="later day"):
        checks.add_follow_up(**facts, due_on=due - dt.timedelta(days=30), by=actor)
    with pytest.raises(ValidationError, match="from the list"):
        checks.add_follow_up(**facts | {"owner": people.charlie}, due_on=due, by=actor)
    made = checks.add_follow_up(**facts, due_on=due, by=actor)
    with as_system():
        assert Message.objects.get(kind="quality-follow-up").to_membership == people.alice.pk
    author = seen_by(people.alice)
    with pytest.raises(ValidationError, match="what was done"):
        checks.finish_follow_up(follow_up=made, words="", by=author)
    done = checks.finish_follow_up(follow_up=made, words="Rang him on Monday", by=author)
    assert done.done_by_id == people.alice.pk
    with pytest.raises(ValidationError, match="already"):
        checks.finish_follow_up(follow_up=made, words="Again", by=author)


# -- Who sees it ---------------------------------------------------------------------------------------------------------


def test_the_words_of_a_check_are_seen_by_four_kinds_of_people_and_by_nobody_else(
    shared, people, world, lead, manager, seen_by
):
    colleague = world.member(people.school, first_name="Ann")
    for person, sees in [
        (lead, True), (people.alice, True), (manager, True), (colleague, False), (people.coordinator, False),
        (people.bob, False), (people.charlie, False),
    ]:  # fmt: skip
        seen_by(person)
        assert QualityAudit.objects.filter(pk=shared.pk).exists() == sees, person
    with as_system():
        gone = timezone.localdate() - dt.timedelta(days=1)
        shared.case.leads.filter(until_at=None).update(until_at=timezone.now())  # who leads keeps a place
        shared.case.team.update(starts_on=gone, ends_on=gone)
    for person in (people.alice, lead):
        seen_by(person)
        assert not QualityAudit.objects.filter(pk=shared.pk).exists(), (
            "words end with the sight of the record"
        )


def test_a_check_that_is_not_shared_is_hidden_from_its_author(audit, people, lead, manager, seen_by):
    for person, sees in [(lead, True), (manager, True), (people.alice, False)]:
        seen_by(person)
        assert QualityAudit.objects.filter(pk=audit.pk).exists() == sees


# -- Pages ---------------------------------------------------------------------------------------------------------------


def test_a_manager_draws_reads_grades_and_shares_on_pages(people, lead, complete, signed_in_as):
    eha = complete(people.alice)
    browser = signed_in_as(lead)
    sent = {"scope": f"agency-{people.school.pk}", "quarter": QUARTER.isoformat(), "number": "3"}
    drawn = browser.post(reverse("quality-draw"), sent)
    assert drawn.status_code == 302
    page = browser.get(drawn["Location"]).content.decode()
    assert "1 of 1 are the same" in page
    with as_system():
        audit = QualityAudit.objects.get()
    url = reverse("quality-check", args=[audit.pk])
    assert reverse("quality") in browser.get(reverse("my-work")).content.decode()
    assert url in browser.get(reverse("quality")).content.decode()
    reading = browser.get(reverse("quality-reading", args=[audit.pk]))
    assert reading.status_code == 200
    with as_system():
        assert (
            Event.objects.filter(verb="Read an assessment for a quality check", case_id=eha.case_id).count()
            == 1
        )
    half = browser.post(url, {"g_voice": "good", "do": "share"})
    assert half.status_code == 422 and "Select a grade for “Strengths”" in half.content.decode()
    assert "Enter what you saw for “The child’s voice”" in half.content.decode()
    with as_system():
        audit.refresh_from_db()
    assert audit.grades["voice"]["grade"] == "good", "what was written is kept"
    whole = {"overall": "good", "done_well": "Clear", "to_improve": "", "do": "share"}
    for key, given in FULL["grades"].items():
        whole |= {f"g_{key}": given["grade"], f"w_{key}": given["words"]}
    assert browser.post(url, whole).status_code == 302
    assert "Seen on page 3" in browser.get(url).content.decode()


def test_the_author_reads_answers_and_does_what_follows_on_pages(shared, people, lead, seen_by, signed_in_as):
    due = timezone.localdate() + dt.timedelta(days=5)
    made = checks.add_follow_up(
        audit=shared, what="Ask her father", owner=people.alice, due_on=due, by=seen_by(lead)
    )
    browser = signed_in_as(people.alice)
    url = reverse("quality-check", args=[shared.pk])
    work = browser.get(reverse("my-work")).content.decode()
    assert (
        url in work
        and reverse("quality-follow-up", args=[made.pk]) in work
        and reverse("my-feedback") in work
    )
    assert url in browser.get(reverse("my-feedback")).content.decode()
    assert "Ellie is heard" in browser.get(url).content.decode()
    assert (
        browser.post(reverse("quality-answer", args=[shared.pk]), {"words": "Thank you"}).status_code == 302
    )
    assert "Thank you" in browser.get(url).content.decode()
    done = browser.post(reverse("quality-follow-up", args=[made.pk]), {"words": "Rang him"})
    assert done.status_code == 302
    with as_system():
        assert QualityFollowUp.objects.get().done_words == "Rang him"


def test_pages_of_checks_are_for_those_concerned(audit, people, world, lead, signed_in_as):
    url = reverse("quality-check", args=[audit.pk])
    assert signed_in_as(lead).get(url).status_code == 200
    stranger = world.member(people.elsewhere, Role.AGENCY_LEAD)
    for person in (people.alice, people.bob, people.charlie, people.coordinator, stranger):
        assert signed_in_as(person).get(url).status_code == 404, person
    assert Client().get(url).status_code == 302
    for name in ("quality", "quality-draw"):
        assert signed_in_as(lead).get(reverse(name)).status_code == 200
        assert signed_in_as(people.alice).get(reverse(name)).status_code == 403
        assert Client().get(reverse(name)).status_code == 302
    for name in ("quality-reading", "quality-set-aside"):
        assert signed_in_as(stranger).get(reverse(name, args=[audit.pk])).status_code == 404
        assert signed_in_as(people.alice).get(reverse(name, args=[audit.pk])).status_code == 403
        assert signed_in_as(lead).get(reverse(name, args=[audit.pk])).status_code == 200


def test_pages_of_checks_take_few_queries_for_one_and_for_five(
    people, lead, complete, seen_by, signed_in_as, queries_of
):
    complete(people.alice)
    browser = signed_in_as(lead)
    one = drawn_by(seen_by(lead), number=50)
    urls = [reverse("quality"), reverse("quality-drawn", args=[one.pk])]
    before = [queries_of(browser, url) for url in urls]
    with as_system():
        QualityDraw.objects.filter(pk=one.pk).update(quarter=quarters_over()[1])
    for _ in range(4):
        complete(people.alice)
    five = drawn_by(seen_by(lead), number=50)
    urls[1] = reverse("quality-drawn", args=[five.pk])
    assert [queries_of(browser, url) for url in urls] <= [max(each, 1) for each in before]
    with as_system():
        check = five.audits.first()
    for name in ("quality-check", "quality-reading", "quality-set-aside"):
        assert queries_of(browser, reverse(name, args=[check.pk])) <= 25
    assert queries_of(signed_in_as(people.alice), reverse("my-feedback")) <= 25
