"""Finding a time: several are proposed, each says when they can come, one is chosen, and everybody is told once."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.meeting import answer_invitation, cancel_meeting, invite
from cases.actions.minutes import add_minute
from cases.models import CaseNote, Invitation, Meeting, ProposedTime, TimeAnswer
from cases.rules import NotAllowed
from cases.scheduling.actions import answer_times, choose_time, propose_meeting, propose_more
from cases.scheduling.reading import finding_of
from earlyhelp.access.context import as_system
from earlyhelp.outbox.models import Message
from reporting.consistency import broken
from tests.fixtures.scheduling import at, sent, times_at

pytestmark = pytest.mark.django_db


def says(meeting, someone, by, *answers):
    """Answer the proposed times in their order."""
    times = [each.pk for each in meeting.proposed_times.all()]
    invitation = meeting.invitations.get(**someone)
    answer_times(invitation=invitation, answers=dict(zip(times, answers, strict=False)), by=by)
    return invitation


def test_proposing_asks_everybody_but_whoever_proposes(finding, people):
    assert (finding.status, finding.proposed_times.count()) == ("proposed", 3)
    assert finding.starts_at == at(5)
    assert TimeAnswer.objects.filter(invitation__membership=people.alice, answer="can").count() == 3
    [bobs] = sent()
    assert bobs.to == [people.bob.user.email], "the mother has no address yet, Alice knows"
    assert reverse("meeting-go", args=[finding.pk]) in bobs.body
    assert people.case.reference not in bobs.subject + bobs.body
    assert CaseNote.objects.filter(title="3 times were proposed for a meeting").exists()


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (times_at(at(5)), "at least two"),
        (times_at(at(5), timezone.now() - dt.timedelta(hours=1)), "is over"),
        (times_at(at(5), at(-3)), "in the past"),
        ([(at(5), at(5)), *times_at(at(6))], "end after it starts"),
        (times_at(*(at(n) for n in range(2, 16))), "at most"),
    ],
)
def test_times_that_cannot_be_proposed(people, seen_by, times, words):
    with pytest.raises(ValueError, match=words):
        propose_meeting(
            case=people.case, title="x", chair=people.alice, times=times, by=seen_by(people.alice)
        )
    assert not Meeting.objects.exists()


def test_each_answers_for_themself_and_anybody_on_the_team_for_the_family(finding, people, seen_by, mother):
    alice = seen_by(people.alice)
    with pytest.raises(NotAllowed, match="themselves"):
        says(finding, {"membership": people.bob}, alice, "can")
    says(finding, {"person": mother}, alice, "cannot", "can", "if_needed")
    bob = seen_by(people.bob)
    says(finding, {"membership": people.bob}, bob, "can", "can", "cannot")
    page = finding_of(people.case, finding, bob)
    assert [(len(r.can), len(r.if_needed), len(r.cannot)) for r in page.rows] == [
        (2, 0, 1),
        (3, 0, 0),
        (1, 1, 1),
    ]
    assert [row.is_best for row in page.rows] == [False, True, False]
    assert page.is_complete
    says(finding, {"membership": people.bob}, bob, "cannot")
    assert TimeAnswer.objects.filter(invitation__membership=people.bob).count() == 3, "changed, not added"


def test_only_this_meetings_times_are_answered(finding, people, seen_by):
    bob = seen_by(people.bob)
    other = propose_meeting(
        case=people.case, title="x", chair=people.bob, times=times_at(at(3), at(4)), by=bob
    )
    invitation = finding.invitations.get(membership=people.bob)
    with pytest.raises(ValueError, match="not proposed"):
        answer_times(invitation=invitation, answers={other.proposed_times.first().pk: "can"}, by=bob)
    with pytest.raises(ValueError, match="not a valid"):
        answer_times(invitation=invitation, answers={finding.proposed_times.first().pk: "perhaps"}, by=bob)


def test_whoever_asked_is_told_once_that_all_have_answered(finding, people, seen_by, mother):
    sent()
    alice = seen_by(people.alice)
    says(finding, {"person": mother}, alice, "can", "can", "can")
    assert not sent()
    bob = seen_by(people.bob)
    says(finding, {"membership": people.bob}, bob, "can")
    [told] = sent()
    assert told.to == [people.alice.user.email]
    says(finding, {"membership": people.bob}, bob, "cannot")
    assert not sent()


def test_choosing_takes_the_answers_over_and_tells_everybody_once(finding, people, seen_by, mother):
    alice = seen_by(people.alice)
    says(finding, {"person": mother}, alice, "can", "if_needed")
    says(finding, {"membership": people.bob}, seen_by(people.bob), "can", "cannot")
    sent()
    alice = seen_by(people.alice)
    chosen = finding.proposed_times.all()[1]
    meeting = choose_time(proposed=chosen, by=alice)
    assert (meeting.status, meeting.starts_at, meeting.ends_at) == (
        "planned",
        chosen.starts_at,
        chosen.ends_at,
    )
    answers = {
        i.name: (i.answer, i.answer_note)
        for i in Invitation.objects.select_related("membership__user", "person")
    }
    assert answers[people.alice.user.full_name] == ("accepted", "")
    assert answers[mother.called] == ("accepted", "If need be")
    assert answers[people.bob.user.full_name][0] == "declined"
    assert sorted(each.to[0] for each in sent()) == sorted([people.alice.user.email, people.bob.user.email])
    with pytest.raises(NotAllowed, match="changed since"):
        choose_time(proposed=chosen, by=alice)
    assert not sent()
    with pytest.raises(NotAllowed, match="has been chosen"):
        says(finding, {"membership": people.bob}, seen_by(people.bob), "can")


def test_a_time_that_is_over_is_not_chosen(finding, people, seen_by):
    with as_system():
        ProposedTime.objects.filter(starts_at=at(5)).update(
            starts_at=timezone.now() - dt.timedelta(minutes=5)
        )
    with pytest.raises(ValueError, match="is over"):
        choose_time(proposed=finding.proposed_times.first(), by=seen_by(people.alice))
    assert Meeting.objects.get().status == "proposed"


def test_more_times_ask_everybody_again(finding, people, seen_by):
    sent()
    alice = seen_by(people.alice)
    propose_more(meeting=finding, times=times_at(at(5), at(9)), by=alice)
    assert finding.proposed_times.count() == 4, "the one that was there stays one"
    assert [each.to[0] for each in sent()] == [people.bob.user.email]
    with pytest.raises(ValueError, match="already"):
        propose_more(meeting=finding, times=times_at(at(5)), by=alice)
    with pytest.raises(NotAllowed):
        propose_more(meeting=finding, times=times_at(at(11)), by=seen_by(people.bob))


def test_who_is_asked_later_is_asked_for_times(finding, people, seen_by, world):
    sent()
    nurse = world.member(people.school, first_name="Nadia")
    world.join(people.case, nurse)
    invite(meeting=finding, someone=nurse, by=seen_by(people.alice))
    [told] = sent()
    assert told.to == [nurse.user.email]
    assert "say when you can come" in told.subject


def test_not_planning_it_any_more_tells_everybody_and_is_final(finding, people, seen_by):
    sent()
    alice = seen_by(people.alice)
    cancel_meeting(meeting=finding, reason="The family is away", by=alice)
    told = sent()
    assert {each.subject for each in told} == {"Early Help: a meeting is not being planned any more"}
    assert all(not each.attachments for each in told), "it never had a time"
    for act in (
        lambda: choose_time(proposed=finding.proposed_times.first(), by=alice),
        lambda: says(finding, {"membership": people.alice}, alice, "can"),
        lambda: propose_more(meeting=finding, times=times_at(at(11)), by=alice),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_while_its_time_is_found_nothing_else_can_be_done_with_it(finding, people, seen_by):
    alice = seen_by(people.alice)
    mine = finding.invitations.get(membership=people.alice)
    with pytest.raises(NotAllowed, match="not chosen"):
        answer_invitation(invitation=mine, answer="accepted", by=alice)
    with pytest.raises(NotAllowed, match="not chosen"):
        add_minute(meeting=finding, text="x", by=alice)
    assert not Meeting.objects.to_come().exists()
    assert not Meeting.objects.past().exists()
    assert Meeting.objects.finding_a_time().with_answers().get().said == 1


def test_the_database_keeps_answers_to_meetings_that_look_for_their_time(finding, people, seen_by):
    alice = seen_by(people.alice)
    first, second = finding.proposed_times.all()[:2]
    choose_time(proposed=second, by=alice)
    said = TimeAnswer.objects.get(proposed=first, invitation__membership=people.alice)
    assert TimeAnswer.objects.filter(pk=said.pk).update(answer="cannot") == 0
    for write in (
        lambda: ProposedTime.objects.create(
            meeting=finding, case=people.case, starts_at=at(20), ends_at=at(20, 11), proposed_by=people.alice
        ),
        lambda: TimeAnswer.objects.create(
            case=people.case,
            proposed=first,
            invitation=finding.invitations.get(membership=people.bob),
            answer="can",
            recorded_by=people.alice,
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_somebody_who_lost_sight_is_not_told(finding, people, seen_by, world):
    sent()
    nurse = world.member(world.agency("health"), first_name="Nadia")
    consents = world.consent(people.case, nurse.agency)
    world.join(people.case, nurse)
    alice = seen_by(people.alice)
    invite(meeting=finding, someone=nurse, by=alice)
    assert [each.to[0] for each in sent()] == [nurse.user.email]
    with as_system():
        for each in consents:
            each.ended_at, each.end_reason = timezone.now(), "withdrawn"
            each.save()
    choose_time(proposed=finding.proposed_times.first(), by=seen_by(people.alice))
    assert nurse.user.email not in [each.to[0] for each in sent()]


def test_what_rolls_back_tells_nobody(finding, people, seen_by):
    Message.objects.all().delete()
    alice = seen_by(people.alice)
    with transaction.atomic():
        choose_time(proposed=finding.proposed_times.first(), by=alice)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_the_check_of_stored_data_names_what_cannot_be(finding, people, meeting_of):
    names = lambda: {each.name for each in broken()}  # noqa: E731
    ours = {"meeting_that_looks_for_its_time_has_some", "answer_is_to_its_own_meeting"}
    assert not ours & names()
    other = meeting_of(people.case, people.bob)
    with as_system():
        TimeAnswer.objects.filter(proposed=finding.proposed_times.first()).update(
            invitation=other.invitations.get()
        )
    assert ours & names() == {"answer_is_to_its_own_meeting"}
    meeting_of(people.case, people.alice, status="proposed")
    assert ours & names() == ours
