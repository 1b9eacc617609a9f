"""The monthly sample: drawn by chance that can be repeated, answered by another, followed up, signed off."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.sample import answer_look, draw_again, draw_sample, follow_up, sign_off
from cases.models import AccessSample, Restriction, SampledLook, StaffRelation
from cases.models.sharing import RestrictionName
from cases.rules import NotAllowed
from cases.sample import looks_waiting, month_before
from cases.tasks import draw_last_months_sample
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message

pytestmark = pytest.mark.django_db
MONTH = month_before(timezone.localdate())


def look(membership, case, day: int, level="record", verb="Opened a family's record"):
    """A look on a day of MONTH, written past the stamp of the present time."""
    at = timezone.make_aware(dt.datetime.combine(MONTH.replace(day=day), dt.time(11)))
    with as_system(), connection.cursor() as cursor:
        event = Event.objects.create(
            verb=verb, level=level, case_id=case.pk, user_id=membership.user_id, membership_id=membership.pk,
            agency_id=membership.agency_id,
        )  # fmt: skip
        cursor.execute("update audit_event set at = %s where id = %s", [at, event.pk])


@pytest.fixture
def lead(people, world):
    return world.member(people.school, Role.AGENCY_LEAD, first_name="Lee")


@pytest.fixture
def ig_lead(people, world):
    return world.member(people.coordinator.agency, Role.IG_LEAD, first_name="Ruth")


def drawn(seen_by, month=MONTH, **facts) -> int:
    seen_by(None)
    return draw_sample(month, **facts)


def waiting_for(member, seen_by) -> list:
    return [each for each in looks_waiting(seen_by(member)) if each.may_answer]


# -- The draw ------------------------------------------------------------------------------------------------------------


def test_each_agency_gives_some_of_its_looks_and_the_draw_can_be_repeated(people, world, seen_by, lead):
    others = [world.shared_case(people.hub, people.alice) for _ in range(3)]
    for day in range(1, 15):
        look(people.alice, people.case, day)
        look(people.alice, others[day % 3], day, level="section")
    for day in (3, 4):
        look(people.coordinator, people.case, day)
    assert drawn(seen_by, per_agency=5) == 7
    with as_system():
        sample = AccessSample.objects.get()
        agencies = list(SampledLook.objects.values_list("agency_id", flat=True))
    assert (sample.looks_at, sample.drawn, sample.per_agency, len(sample.seed)) == (30, 7, 5, 64)
    assert agencies.count(people.school.pk) == 5
    assert draw_again(MONTH) == (7, 7)
    with as_system():
        AccessSample.objects.update(seed="another")
    assert draw_again(MONTH)[1] < 7


def test_pages_of_one_day_are_one_look_and_lists_are_none(people, seen_by, lead):
    for section in ("record", "section", "section"):
        look(people.alice, people.case, 3, level=section)
    for level in ("search", "results", "change", "account"):
        look(people.alice, people.case, 4, level=level)
    assert drawn(seen_by) == 1
    [found] = waiting_for(lead, seen_by)
    assert (found.pages, found.day.day, found.verb) == (3, 3, "Opened a family's record")


def test_every_look_is_as_likely(people, world, seen_by):
    """3 of 12 looks in 60 draws: each is expected 15 times; none is always or never drawn."""
    for day in range(1, 13):
        look(people.alice, people.case, day)
    times = dict.fromkeys(range(1, 13), 0)
    for _ in range(60):
        with transaction.atomic():
            drawn(seen_by, per_agency=3)
            with as_system():
                for day in SampledLook.objects.values_list("day", flat=True):
                    times[day.day] += 1
            transaction.set_rollback(True)
    assert sum(times.values()) == 180
    assert all(3 <= n <= 30 for n in times.values()), times


def test_a_month_is_drawn_once_and_only_when_it_is_over(people, seen_by, lead):
    look(people.alice, people.case, 3)
    assert drawn(seen_by) == 1
    assert drawn(seen_by) == 0
    assert draw_last_months_sample() == 0
    for month in (timezone.localdate().replace(day=1), MONTH.replace(day=2)):
        with pytest.raises(ValueError, match="over"):
            draw_sample(month)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select app.draw_sample(%s, 5, %s)", [month, month])


def test_the_command_draws_and_shows_that_the_draw_comes_out_the_same(people, seen_by, capsys, lead):
    look(people.alice, people.case, 3)
    seen_by(None)
    call_command("draw_sample")
    assert f"month={MONTH:%Y-%m} drawn=1" in capsys.readouterr().out
    call_command("draw_sample", month=f"{MONTH:%Y-%m}", again=True)
    assert "drawn=1 same=1" in capsys.readouterr().out
    with pytest.raises(CommandError, match="not drawn"):
        call_command("draw_sample", month="2020-01", again=True)


def test_those_who_answer_are_told_once_by_an_e_mail_that_says_nothing(people, seen_by, lead, manager):
    look(people.alice, people.case, 3)
    drawn(seen_by)
    drawn(seen_by)
    told = Message.objects.filter(kind="looks-to-answer")
    assert [(each.to_user_id, each.facts["count"]) for each in told] == [(lead.user_id, 1)]


# -- Who answers -----------------------------------------------------------------------------------------------------------


def test_the_agencys_lead_answers_and_nobody_else(people, world, seen_by, lead, manager, ig_lead):
    look(people.alice, people.case, 3)
    drawn(seen_by)
    [found] = waiting_for(lead, seen_by)
    assert (found.reference, found.who) == (people.case.reference, people.alice)
    for member in (people.alice, people.bob, people.charlie, people.coordinator, manager, ig_lead):
        assert waiting_for(member, seen_by) == [], member
        with pytest.raises(NotAllowed):
            answer_look(look=found.id, answer="part_of_work", words="Fine", by=seen_by(member))
    answer_look(look=found.id, answer="part_of_work", words="She leads for them", by=seen_by(lead))
    assert waiting_for(lead, seen_by) == []
    with pytest.raises(NotAllowed, match="already"):
        answer_look(look=found.id, answer="not_explained", words="Hm", by=seen_by(lead))


def test_nobody_answers_for_themselves_in_whatever_agency(people, world, seen_by, lead, manager):
    world.join(people.case, lead)
    look(lead, people.case, 3)
    drawn(seen_by)
    assert waiting_for(lead, seen_by) == []
    [found] = looks_waiting(seen_by(lead))
    assert found.is_own and not found.may_answer
    [for_manager] = waiting_for(manager, seen_by)
    assert for_manager.reference == people.case.reference
    also_manager = world.member(people.coordinator.agency, Role.HUB_MANAGER, user=lead.user)
    assert waiting_for(also_manager, seen_by) == []
    second = world.member(people.school, Role.AGENCY_LEAD)
    assert waiting_for(manager, seen_by) == [], "another lead can answer now"
    assert len(waiting_for(second, seen_by)) == 1


def restrict(people, world, *named):
    with as_system():
        restriction = Restriction.objects.create(case=people.case, reason="adoption", review_on=world.today)
        for member in named:
            RestrictionName.objects.create(restriction=restriction, case=people.case, membership=member)


def test_of_a_record_that_the_lead_may_not_see_only_the_day_is_told(people, world, seen_by, lead, manager, signed_in_as):
    look(people.alice, people.case, 3)
    drawn(seen_by)
    restrict(people, world, people.alice)
    [found] = looks_waiting(seen_by(lead))
    assert (found.reference, found.membership_id, found.may_answer, found.day.day) == (None, None, False, 3)
    page = signed_in_as(lead).get(reverse("look-sample")).content.decode()
    assert people.case.reference not in page and "Alice" not in page
    assert "Of a record that you may not see" in page
    assert signed_in_as(lead).get(reverse("look-answer", args=[found.id])).status_code == 404
    assert len(waiting_for(manager, seen_by)) == 1


def test_a_relative_never_answers(people, world, seen_by, lead, manager):
    look(people.alice, people.case, 3)
    drawn(seen_by)
    with as_system():
        person = people.case.family.people.first()
        for member in (lead, manager):
            StaffRelation.objects.create(membership=member, person=person, recorded_by=people.alice)
    assert waiting_for(lead, seen_by) == [] == waiting_for(manager, seen_by)


def test_where_nobody_can_answer_the_information_governance_lead_does(people, world, seen_by, ig_lead):
    look(people.alice, people.case, 3)
    drawn(seen_by)
    [found] = waiting_for(ig_lead, seen_by)
    answer_look(look=found.id, answer="part_of_work", words="Seen in the plan", by=seen_by(ig_lead))
    assert waiting_for(ig_lead, seen_by) == []


# -- The month's end -------------------------------------------------------------------------------------------------------


def test_a_month_is_signed_off_when_all_is_answered_and_followed_up(people, seen_by, lead, ig_lead):
    look(people.alice, people.case, 3)
    look(people.alice, people.case, 4)
    drawn(seen_by)
    first, second = waiting_for(lead, seen_by)
    answer_look(look=first.id, answer="part_of_work", words="Meeting", by=seen_by(lead))
    with pytest.raises(NotAllowed, match="not ready"):
        sign_off(month=MONTH, by=seen_by(ig_lead))
    answer_look(look=second.id, answer="not_explained", words="She does not remember", by=seen_by(lead))
    with pytest.raises(NotAllowed, match="not ready"):
        sign_off(month=MONTH, by=seen_by(ig_lead))
    with pytest.raises(NotAllowed):
        follow_up(look=second.id, words="Spoke to her", by=seen_by(lead))
    follow_up(look=second.id, words="Spoke to her and her manager", by=seen_by(ig_lead))
    with pytest.raises(NotAllowed):
        follow_up(look=first.id, words="Nothing to follow", by=seen_by(ig_lead))
    with pytest.raises(NotAllowed):
        sign_off(month=MONTH, by=seen_by(lead))
    sign_off(month=MONTH, note="One talk", by=seen_by(ig_lead))
    with as_system():
        sample = AccessSample.objects.get()
        verbs = set(Event.objects.filter(level="change").values_list("verb", flat=True))
    assert sample.signed_off_by == ig_lead and sample.note == "One talk"
    assert verbs >= {
        "Drew the monthly sample",
        "Answered for a colleague's look",
        "Followed up a look",
        "Signed the monthly sample off",
    }


def test_the_application_writes_these_tables_through_functions_alone(people, seen_by, lead):
    look(people.alice, people.case, 3)
    drawn(seen_by)
    seen_by(lead)
    for sql in (
        "update cases_sampledlook set answer = 'part_of_work'",
        "delete from cases_sampledlook",
        "insert into cases_accesssample (id) values (gen_random_uuid())",
        "update cases_accesssample set seed = ''",
        "delete from cases_accesssample",
        "select app.sample_units(now()::date, 1, '')",
        "select app.lead_answers(gen_random_uuid())",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


# -- Pages ---------------------------------------------------------------------------------------------------------------


def test_lead_answers_on_the_page_and_my_work_counts_it(people, seen_by, lead, signed_in_as):
    look(people.alice, people.case, 3)
    drawn(seen_by)
    browser = signed_in_as(lead)
    assert "1 look</a>" in browser.get(reverse("my-work")).content.decode().replace(" to answer for</a>", "</a>")
    page = browser.get(reverse("look-sample")).content.decode()
    assert f"Why did {people.alice.user.full_name} open {people.case.reference} on 3" in page
    with as_system():
        address = reverse("look-answer", args=[SampledLook.objects.get().pk])
    empty = browser.post(address, {"answer": "part_of_work", "words": " "}).content.decode()
    assert "There is a problem" in empty
    assert browser.post(address, {"answer": "part_of_work", "words": "Meeting"}).status_code == 302
    assert browser.get(address).status_code == 404
    assert "to answer for" not in browser.get(reverse("my-work")).content.decode()


def test_progress_is_for_information_governance_and_auditors(people, world, seen_by, lead, ig_lead, signed_in_as):
    look(people.alice, people.case, 3)
    drawn(seen_by)
    address = reverse("look-sample-progress")
    page = signed_in_as(ig_lead).get(address).content.decode()
    assert people.school.name in page and people.alice.user.full_name in page and "Hollis" not in page
    assert "Sign the month off" not in page
    auditor = world.member(people.coordinator.agency, Role.AUDITOR)
    assert signed_in_as(auditor).get(address).status_code == 200
    for member in (lead, people.alice, people.coordinator):
        assert signed_in_as(member).get(address).status_code == 403
    with as_system():
        pk = SampledLook.objects.get().pk
    signed_in_as(lead).post(
        reverse("look-answer", args=[pk]), {"answer": "not_explained", "words": "She does not remember"}
    )
    browser = signed_in_as(ig_lead)
    assert "Follow it up" in browser.get(address).content.decode()
    followed = browser.post(reverse("look-answer", args=[pk]), {"words": "Spoke to her"})
    assert followed.url == f"{address}?month={MONTH}"
    assert "Sign the month off" in browser.get(address).content.decode()
    assert "Sign the month off" not in signed_in_as(auditor).get(address).content.decode()
    assert browser.post(address, {"note": "Fine"}).status_code == 302
    assert "Signed off by Ruth" in browser.get(address).content.decode()


def test_same_number_of_queries_for_few_and_many(people, seen_by, lead, ig_lead, signed_in_as, queries_of):
    browser, readers = signed_in_as(lead), signed_in_as(ig_lead)
    look(people.alice, people.case, 1)
    with transaction.atomic():
        drawn(seen_by)
        few = [
            queries_of(browser, reverse("look-sample")),
            queries_of(readers, reverse("look-sample-progress")),
        ]
        transaction.set_rollback(True)
    for day in range(2, 7):
        look(people.alice, people.case, day)
    drawn(seen_by)
    many = [queries_of(browser, reverse("look-sample")), queries_of(readers, reverse("look-sample-progress"))]
    assert few == many and max(few) <= 25
