"""A draft is handed on: asked and answered, or given by a manager; exactly one assessor at every moment."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.flow import hand_on as actions
from assessments.flow.waiting import drafts
from assessments.models import Assessment, HandOver
from cases.models import CaseNote, TeamMember
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(people, eha, seen_by):
    """Alice asks Bob, of her school, who does not see the family."""

    def do(to=None):
        by = seen_by(people.alice)
        return actions.ask_to_take_over(
            assessment=Assessment.objects.get(), membership=to or people.bob, note="Health is left", by=by
        )

    return do


def requests(actor):
    """The lines of My work about who goes on with a draft."""
    return [each for each in drafts(actor) if not each.what.startswith(("Finish", "Assessments of"))]


def assessor():
    with as_system():
        return Assessment.objects.select_related("assessor").get().assessor


def test_colleague_reads_first_and_is_assessor_from_the_moment_they_accept(people, ask, seen_by):
    asked = ask()
    assert assessor() == people.alice, "asking changes nothing"
    actor = seen_by(people.bob)
    assert Assessment.objects.get(), "they see the family now, to read it first"
    assert [each.what for each in requests(actor)] == ["Answer: can you go on with assessment EHA/2026/9000?"]
    actions.accept(hand_over=asked, by=actor)
    assert assessor() == people.bob
    seen_by(people.alice)
    terms = actions.assessors_of(Assessment.objects.get())
    assert [(term.member, term.until is None) for term in terms] == [
        (people.alice, False),
        (people.bob, True),
    ]
    assert terms[0].until == terms[1].since
    with as_system():
        assert not TeamMember.objects.filter(membership=people.bob).exclude(helps_with="").exists()
        assert Event.objects.filter(verb="Changed the assessor", membership_id=people.bob.pk).count() == 1
        assert set(Message.objects.values_list("kind", "to_user_id")) == {
            ("assessment-asked", people.bob.user_id),
            ("assessment-answered", people.alice.user_id),
        }
        for note in CaseNote.objects.all():
            assert "Bob" not in note.title and "Health" not in note.title + note.body


def test_declining_needs_a_reason_and_ends_sight_again(people, ask, seen_by):
    asked = ask()
    actor = seen_by(people.bob)
    with pytest.raises(ValidationError, match="why you cannot"):
        actions.decline(hand_over=asked, reason="  ", by=actor)
    actions.decline(hand_over=asked, reason="On a course until May", by=actor)
    assert assessor() == people.alice
    assert not Assessment.objects.exists(), "who joined for this alone sees the family no more"
    seen_by(people.alice)
    assert HandOver.objects.get().answer_reason == "On a course until May"


def test_somebody_who_was_on_the_team_before_stays_on_it_after_declining(people, world, ask, seen_by):
    world.join(people.case, people.bob)
    asked = ask()
    actions.decline(hand_over=asked, reason="Too much", by=seen_by(people.bob))
    assert Assessment.objects.exists()


def test_request_is_taken_back_and_can_be_made_again(people, ask, seen_by):
    asked = ask()
    with pytest.raises(ValidationError, match="asked already"):
        ask()
    actions.take_back(hand_over=asked, by=seen_by(people.alice))
    with as_system():
        assert not TeamMember.objects.current().filter(membership=people.bob).exists()
    assert ask().pk != asked.pk
    late = seen_by(people.bob)
    with pytest.raises(NotAllowed, match="answered already"):
        actions.accept(hand_over=asked, by=late)


def test_only_the_assessor_their_lead_and_the_hub_hand_on(people, world, eha, seen_by):
    world.join(people.case, people.bob)
    lead = world.member(people.school, Role.AGENCY_LEAD)
    for who, may_ask, may_give in [
        (people.alice, True, False),
        (people.bob, False, False),
        (lead, True, True),
        (people.coordinator, True, True),
        (people.charlie, False, False),
    ]:
        actor = seen_by(who)
        assert actions.can_ask(actor, eha) is may_ask, who
        assert actions.can_give(actor, eha) is may_give, who


def test_manager_gives_it_at_once_with_a_reason_and_the_next_one_confirms(people, world, ask, seen_by):
    asked = ask()
    dan = world.member(people.school, first_name="Dan")
    hub = seen_by(people.coordinator)
    assessment = Assessment.objects.get()
    with pytest.raises(ValidationError, match="Say why"):
        actions.give(assessment=assessment, membership=dan, reason="", by=hub)
    given = actions.give(assessment=assessment, membership=dan, reason="Alice is ill", by=hub)
    assert assessor() == dan, "at once"
    with as_system():
        assert HandOver.objects.get(pk=asked.pk).status == "cancelled", "nobody else can accept any more"
        assert not TeamMember.objects.current().filter(membership=people.bob).exists()
    actor = seen_by(dan)
    assert [each.what for each in requests(actor)] == ["Confirm that you have assessment EHA/2026/9000"]
    with pytest.raises(NotAllowed):
        actions.decline(hand_over=given, reason="No", by=actor)
    actions.accept(hand_over=given, by=actor)
    assert list(requests(actor)) == []
    with as_system():
        assert HandOver.objects.get(pk=given.pk).answered_at is not None, "proof that they have it"
        assert actions.assessors_of(Assessment.objects.get())[-1].why == "Alice is ill"
        told = Message.objects.filter(kind="assessment-answered", to_user=people.alice.user)
        assert told.count() == 1, "who had it before is told too"


def test_work_goes_on_while_the_answer_is_awaited_and_signed_off_ones_stay(people, ask, eha, seen_by):
    asked = ask()
    actor = seen_by(people.alice)
    part = eha.form.find("start")
    save_answers(
        assessment=eha,
        part=part,
        person=None,
        sent={"reason": Sent(value="Late", base="-")},
        writer="w",
        by=actor,
    )
    with as_system():
        Assessment.objects.update(signed_off_at="2026-11-20T10:00Z", initiated_at="2026-11-01T10:00Z")
    with pytest.raises(NotAllowed, match="still being written"):
        actions.accept(hand_over=asked, by=seen_by(people.bob))
    assert list(requests(seen_by(people.bob))) == []


def test_another_agency_needs_the_familys_agreement(people, world, eha, seen_by):
    by = seen_by(people.alice)
    with pytest.raises(NotAllowed):
        actions.ask_to_take_over(assessment=eha, membership=people.charlie, note="x", by=by)
    assert people.charlie not in actions.could_take_over(eha)
    world.consent(people.case, people.elsewhere)
    seen_by(people.alice)
    assert people.charlie in actions.could_take_over(eha)
    asked = actions.ask_to_take_over(assessment=eha, membership=people.charlie, note="x", by=by)
    actions.accept(hand_over=asked, by=seen_by(people.charlie))
    with as_system():
        assert Assessment.objects.get().agency == people.school, "who registered it is still counted"
        lead = world.member(people.elsewhere, Role.AGENCY_LEAD)
        assert actions.looks_after(world.actor(lead), Assessment.objects.get()), (
            "and the new assessor's lead may help"
        )


def test_pages_for_alice_bob_charlie_and_nobody(people, ask, eha, signed_in_as, queries_of):
    asked = ask()
    page, answer = (
        reverse("assessment-hand-on", args=[eha.pk]),
        reverse("assessment-hand-on-answer", args=[eha.pk, asked.pk]),
    )
    take_back = reverse("assessment-hand-on-take-back", args=[eha.pk, asked.pk])
    assert signed_in_as(people.charlie).get(page).status_code == 404
    assert signed_in_as(people.charlie).get(answer).status_code == 404
    assert signed_in_as(people.charlie).post(take_back).status_code == 404
    assert Client().get(page).status_code == 302
    assert signed_in_as(people.alice).get(answer).status_code == 403, "only the person who was asked"
    assert queries_of(signed_in_as(people.alice), page) <= 25
    browser = signed_in_as(people.bob)
    assert b"Health is left" in browser.get(answer).content
    assert queries_of(browser, answer) <= 25
    refused = browser.post(answer, {"answer": "decline"})
    assert b"Enter why you cannot" in refused.content
    done = browser.post(answer, {"answer": "accept"})
    assert done["Location"] == reverse("assessment", args=[eha.pk])
    assert assessor() == people.bob
    again = browser.get(answer)
    assert again["Location"] == page, "answered once"


def test_asking_by_the_page(people, eha, signed_in_as):
    browser = signed_in_as(people.alice)
    page = reverse("assessment-hand-on", args=[eha.pk])
    wrong = browser.post(page, {"membership": people.bob.pk, "note": "", "what": "ask"})
    assert b"Enter what your colleague needs to know" in wrong.content
    refused = browser.post(page, {"give-membership": people.bob.pk, "give-reason": "x", "what": "give"})
    assert b"Only a lead of the assessor" in refused.content or refused.status_code == 403
    assert (
        browser.post(page, {"membership": people.bob.pk, "note": "Two parts", "what": "ask"}).status_code
        == 302
    )
    with as_system():
        assert HandOver.objects.get().to_membership == people.bob
