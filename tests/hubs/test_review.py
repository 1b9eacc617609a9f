"""The quarterly access review: everybody confirmed by somebody else, nobody forgotten, nobody by themself."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import NotAllowed, Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message
from hubs.actions import end_membership
from hubs.models import AccessReview, AgencyKind, Membership, ReviewedMembership
from hubs.review import (
    answer_review,
    board_of,
    finish_change,
    keep_review_going,
    quarter_of,
    waiting_for,
    with_families,
)
from hubs.tasks import keep_access_review

pytestmark = pytest.mark.django_db
PAGE = reverse("access-review")


@pytest.fixture
def lead(people, world):
    return world.member(people.school, Role.AGENCY_LEAD, first_name="Lee")


@pytest.fixture
def administrator(people, world):
    return world.member(
        world.agency(AgencyKind.OTHER, signed=False), Role.SYSTEM_ADMINISTRATOR, first_name="Sam"
    )


@pytest.fixture
def ig_lead(people, world):
    return world.member(people.coordinator.agency, Role.IG_LEAD, first_name="Ruth")


@pytest.fixture
def review(people, lead, administrator, ig_lead, seen_by):
    seen_by(None)
    assert keep_review_going() == Membership.objects.live().count()
    return AccessReview.objects.get()


def line_of(member) -> ReviewedMembership:
    return ReviewedMembership.objects.with_people().get(membership=member)


def names(lines) -> set:
    return {line.membership_id for line in lines}


# -- Opening it ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "start"),
    [("2026-01-01", "2026-01-01"), ("2026-03-31", "2026-01-01"), ("2026-11-22", "2026-10-01"), ("2026-12-31", "2026-10-01")],
)  # fmt: skip
def test_quarters_begin_in_january_april_july_and_october(day, start):
    assert quarter_of(dt.date.fromisoformat(day)) == dt.date.fromisoformat(start)


def test_it_opens_once_a_quarter_for_everybody_with_access(review, people, world, seen_by):
    assert names(ReviewedMembership.objects.all()) >= {
        people.alice.pk,
        people.charlie.pk,
        people.coordinator.pk,
    }
    assert keep_access_review() == 0
    world.member(people.school)
    assert keep_access_review() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=93)):
        assert keep_access_review() == Membership.objects.live().count()
    assert AccessReview.objects.count() == 2


def test_leads_are_told_once_and_reminded_when_it_is_overdue(review, lead, seen_by, settings):
    keep_access_review()
    told = Message.objects.filter(kind="access-review")
    assert [(each.to_user_id, each.facts["count"]) for each in told] == [(lead.user_id, 2)]
    AccessReview.objects.update(quarter_start=dt.date(2026, 10, 1), due_on=dt.date(2026, 10, 29))
    with time_machine.travel(dt.datetime(2026, 11, 22, 7, tzinfo=dt.UTC)):
        keep_access_review()
        keep_access_review()
    assert Message.objects.filter(kind="access-review-late").count() == 1


# -- Who reviews whom ----------------------------------------------------------------------------------------------------


def test_a_lead_reviews_colleagues_and_never_themself(review, people, lead, seen_by):
    actor = seen_by(lead)
    assert names(waiting_for(actor)) == {people.alice.pk, people.bob.pk}
    for member in (lead, people.charlie, people.coordinator):
        with pytest.raises(NotAllowed):
            answer_review(line=line_of(member), answer="keep", by=actor)
    answer_review(line=line_of(people.alice), answer="keep", by=actor)
    assert names(waiting_for(actor)) == {people.bob.pk}
    with pytest.raises(NotAllowed, match="already"):
        answer_review(line=line_of(people.alice), answer="keep", by=actor)


def test_a_sole_lead_and_people_without_one_are_reviewed_by_those_who_look_after_all(
    review, people, lead, administrator, ig_lead, seen_by
):
    for_admin = names(waiting_for(seen_by(administrator)))
    assert for_admin == {lead.pk, people.charlie.pk, people.coordinator.pk, ig_lead.pk}
    assert names(waiting_for(seen_by(ig_lead))) == {
        lead.pk,
        people.charlie.pk,
        people.coordinator.pk,
        administrator.pk,
    }
    for member in (people.alice, people.bob, people.charlie, people.coordinator):
        assert waiting_for(seen_by(member)) == []


def test_two_leads_review_each_other(review, people, world, lead, administrator, seen_by):
    second = world.member(people.school, Role.AGENCY_LEAD)
    assert lead.pk in names(waiting_for(seen_by(second)))
    assert lead.pk not in names(waiting_for(seen_by(administrator)))


def test_nobody_reviews_themself_through_a_second_membership(
    review, people, world, lead, administrator, seen_by
):
    """By account: an administrator who is also the school's only lead."""
    also = world.member(administrator.agency, Role.SYSTEM_ADMINISTRATOR, user=lead.user)
    assert lead.pk not in names(waiting_for(seen_by(also)))
    with pytest.raises(NotAllowed, match="Nobody reviews their own"):
        answer_review(line=line_of(lead), answer="keep", by=seen_by(also))
    line = line_of(lead)
    line.answer, line.answered_by, line.answered_at = "keep", also, timezone.now()
    with pytest.raises(DatabaseError, match="nobody reviews their own access"), transaction.atomic():
        line.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        ReviewedMembership.objects.all()._raw_delete("default")


# -- Answers -------------------------------------------------------------------------------------------------------------


def test_ending_takes_the_access_away_on_the_next_click(review, people, world, lead, seen_by, signed_in_as):
    browser = signed_in_as(people.alice)
    record = reverse("record-overview", args=[people.case.reference])
    assert browser.get(record).status_code == 200
    yesterday = world.today - dt.timedelta(days=1)
    answer_review(line=line_of(people.alice), answer="end", ends_on=yesterday, by=seen_by(lead))
    assert browser.get(record).url == reverse("choose-agency")
    people.alice.refresh_from_db()
    assert people.alice.ends_on == yesterday
    with as_system():
        verbs = list(
            Event.objects.filter(level="account", membership_id=lead.pk).values_list("verb", flat=True)
        )
    assert set(verbs) == {"Ended a membership", "Reviewed a colleague's access"}


def test_a_last_day_to_come_keeps_access_until_then(review, people, world, lead, seen_by):
    last = world.today + dt.timedelta(days=20)
    answer_review(line=line_of(people.bob), answer="end", ends_on=last, by=seen_by(lead))
    assert Membership.objects.live().filter(pk=people.bob.pk).exists()
    with time_machine.travel(timezone.now() + dt.timedelta(days=21)):
        assert not Membership.objects.live().filter(pk=people.bob.pk).exists()
    with pytest.raises(ValueError, match="last day"):
        answer_review(line=line_of(people.alice), answer="end", by=seen_by(lead))
    with pytest.raises(ValueError, match="within a year"):
        answer_review(
            line=line_of(people.alice), answer="end", ends_on=last + dt.timedelta(days=400), by=seen_by(lead)
        )


def test_a_change_goes_to_an_administrator_who_says_when_it_is_done(
    review, people, lead, administrator, seen_by
):
    with pytest.raises(ValueError, match="what to change"):
        answer_review(line=line_of(people.alice), answer="change", by=seen_by(lead))
    answer_review(line=line_of(people.alice), answer="change", words="Now agency lead", by=seen_by(lead))
    assert Message.objects.filter(kind="access-to-change", to_user=administrator.user).count() == 1
    assert names(board_of(seen_by(administrator)).to_change) == {people.alice.pk}
    with pytest.raises(Exception, match="manage accounts"):
        finish_change(line=line_of(people.alice), by=seen_by(lead))
    finish_change(line=line_of(people.alice), by=seen_by(administrator))
    assert board_of(seen_by(administrator)).to_change == []
    with pytest.raises(NotAllowed):
        finish_change(line=line_of(people.alice), by=seen_by(administrator))


# -- The narrow right of a lead to end a membership ----------------------------------------------------------------------


def test_a_lead_ends_a_practitioners_membership_of_their_own_agency_and_no_other(
    people, world, lead, seen_by
):
    actor = seen_by(lead)
    for member in (people.charlie, people.coordinator):
        with pytest.raises(NotAllowed, match="manage accounts"):
            end_membership(membership=member, by=actor)
    with pytest.raises(NotAllowed, match="your own roles"):
        end_membership(membership=lead, by=actor)
    with pytest.raises(NotAllowed, match="manage accounts"):
        end_membership(membership=people.bob, by=seen_by(people.alice))
    end_membership(membership=people.bob, by=seen_by(lead))
    assert not Membership.objects.live().filter(pk=people.bob.pk).exists()


@pytest.mark.parametrize("role", [Role.IG_LEAD, Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR, Role.BOARD_CHAIR])
def test_a_lead_does_not_end_somebody_with_a_role_of_the_partnership(role, people, world, lead, seen_by):
    colleague = world.member(people.school, Role.PRACTITIONER, role)
    with pytest.raises(NotAllowed, match="A system administrator ends this"):
        end_membership(membership=colleague, by=seen_by(lead))


def test_a_person_does_not_end_their_own_through_another_membership(people, world, lead, seen_by):
    """Lead at one school, practitioner at another: the account is the same."""
    elsewhere = world.member(people.elsewhere, user=lead.user)
    lead_there = world.member(world.agency(), Role.AGENCY_LEAD, user=lead.user)
    for member in (elsewhere, lead_there):
        with pytest.raises(NotAllowed, match="your own roles"):
            end_membership(membership=member, by=seen_by(lead))


# -- What is shown -------------------------------------------------------------------------------------------------------


def test_families_are_counted_and_never_named(review, people, world, lead, ig_lead, seen_by):
    world.shared_case(people.hub, people.alice)
    actor = seen_by(lead)
    lines = waiting_for(actor)
    with_families(lines)
    assert {line.membership_id: line.families for line in lines} == {people.alice.pk: 2, people.bob.pk: 0}
    lines = [line_of(people.coordinator)]
    with_families(lines)
    assert lines[0].families == 0, "a lead asks about their own agency only"
    seen_by(ig_lead)
    with_families(lines)
    assert lines[0].families == 2


def test_page_of_a_lead(review, people, lead, signed_in_as):
    with as_system():
        people.bob.user.joined_at = people.bob.user.last_seen_at = timezone.now() - dt.timedelta(days=60)
        people.bob.user.save()
    browser = signed_in_as(lead)
    assert "2 people to confirm" in browser.get(reverse("my-work")).content.decode()
    page = browser.get(PAGE).content.decode()
    assert people.alice.user.full_name in page and "Could open 1 family." in page
    assert "Asleep" in page, "Bob has used nothing for 60 days"
    assert people.charlie.user.full_name not in page and "Hollis" not in page and "Every agency" not in page
    address = reverse("access-review-answer", args=[line_of(people.alice).pk])
    assert browser.post(address, {"answer": "keep"}).status_code == 302
    assert browser.get(address).status_code == 404
    page = browser.get(PAGE).content.decode()
    assert "Reviewed at your agency" in page and "keep as it is" in page
    address = reverse("access-review-answer", args=[line_of(people.bob).pk])
    assert "Enter their last day" in browser.post(address, {"answer": "end"}).content.decode()
    assert browser.post(address, {"answer": "end", "ends_on": "1/11/2026"}).status_code == 302
    assert "to confirm" not in browser.get(reverse("my-work")).content.decode()


def test_page_of_those_who_look_after_all_says_what_nobody_has_reviewed(
    review, people, lead, administrator, ig_lead, signed_in_as
):
    for member in (administrator, ig_lead):
        page = signed_in_as(member).get(PAGE).content.decode()
        assert "Every agency" in page and people.school.name in page
        assert f"<strong>{ReviewedMembership.objects.count()}</strong> not reviewed yet" in page
        assert "It is overdue." not in page
        assert people.alice.user.full_name not in page
    AccessReview.objects.update(quarter_start=dt.date(2025, 1, 1), due_on=dt.date(2025, 1, 29))
    assert "It is overdue." in signed_in_as(ig_lead).get(PAGE).content.decode()


def test_nobody_is_unreviewed_when_all_have_answered(review, people, lead, administrator, ig_lead, seen_by):
    for member in (lead, administrator, ig_lead):
        actor = seen_by(member)
        for line in waiting_for(actor):
            answer_review(line=line, answer="keep", by=actor)
    assert board_of(seen_by(ig_lead)).unreviewed == 0
    assert not ReviewedMembership.objects.unanswered().exists()


def test_others_see_an_empty_page_and_nobodys_line(review, people, lead, signed_in_as, client):
    address = reverse("access-review-answer", args=[line_of(people.alice).pk])
    for member in (people.alice, people.bob, people.charlie, people.coordinator):
        browser = signed_in_as(member)
        assert "Nobody waits for you." in browser.get(PAGE).content.decode()
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"answer": "keep"}).status_code == 404
    assert client.get(PAGE).status_code == 302 == client.get(address).status_code
    done = reverse("access-review-done", args=[line_of(people.alice).pk])
    assert signed_in_as(lead).post(done).status_code == 403


def test_administrator_marks_a_change_as_done_on_the_page(
    review, people, lead, administrator, seen_by, signed_in_as
):
    answer_review(line=line_of(people.alice), answer="change", words="Now agency lead", by=seen_by(lead))
    browser = signed_in_as(administrator)
    assert "Now agency lead" in browser.get(PAGE).content.decode()
    done = reverse("access-review-done", args=[line_of(people.alice).pk])
    assert browser.post(done).status_code == 302
    assert browser.post(done).status_code == 404
    assert "Now agency lead" not in browser.get(PAGE).content.decode()


def test_same_number_of_queries_for_few_and_many(
    people, world, lead, administrator, seen_by, signed_in_as, queries_of
):
    def counts():
        return [queries_of(signed_in_as(member), PAGE) for member in (lead, administrator)]

    seen_by(None)
    with transaction.atomic():
        keep_review_going()
        few = counts()
        transaction.set_rollback(True)
    for _ in range(4):
        world.member(people.school)
        world.member(world.agency())
    seen_by(None)
    keep_review_going()
    assert counts() == few and max(few) <= 25
