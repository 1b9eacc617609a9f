"""Restricted records: to named people, never orphaned, looked at every 90 days, lifted by two people."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.actions.restriction import answer_lift, ask_to_lift, keep_restriction, record_relation, restrict
from cases.models import Case, CaseNote, Restriction, StaffRelation
from cases.protect import restrictions_in_force
from cases.rules import NotAllowed
from cases.search import find
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(people, world):
    """The agency lead of Alice's school."""
    return world.member(people.school, Role.AGENCY_LEAD, first_name="Lee")


def restrict_as(actor, people, *named, **facts):
    facts = {"reason": "high_risk", "note": "", **facts}
    case = Case.objects.get(pk=people.case.pk)
    return restrict(case=case, named=named, by=actor, **facts)


def sees(seen_by, who, case) -> bool:
    actor = seen_by(who)
    by_database = Case.objects.filter(pk=case.pk).exists()
    assert Case.objects.granted_to(actor).filter(pk=case.pk).exists() is by_database
    return by_database


def test_only_the_named_see_it_from_then_on(people, lead, manager, seen_by, signed_in_as):
    for who in (people.alice, lead, manager, people.coordinator):
        assert sees(seen_by, who, people.case)
    restrict_as(seen_by(lead), people, lead, people.alice)
    assert [sees(seen_by, w, people.case) for w in (people.alice, lead)] == [True, True]
    for who in (manager, people.coordinator, people.bob, people.charlie):
        assert not sees(seen_by, who, people.case)
        page = signed_in_as(who).get(reverse("record-overview", args=[people.case.reference]))
        assert page.status_code == 404
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select * from app.projection_faults()")
        assert cursor.fetchall() == []


def test_through_the_page(people, lead, signed_in_as, client):
    page = reverse("record-restriction", args=[people.case.reference])
    facts = {"reason": "adoption", "named": [lead.pk, people.alice.pk], "note": "Placed in May"}
    assert client.get(page).status_code == 302
    for who, expected in (
        (people.charlie, 404),
        (people.bob, 404),
        (people.alice, 403),
        (people.coordinator, 403),
    ):
        assert signed_in_as(who).post(page, facts).status_code == expected
    for who in (people.alice, people.coordinator):  # they may see that it is not
        assert signed_in_as(who).get(page).status_code == 200
    browser = signed_in_as(lead)
    assert browser.get(page).status_code == 200
    assert browser.post(page, facts | {"named": []}).status_code == 200
    assert browser.post(page, facts).status_code == 302
    with as_system():
        restriction = Restriction.objects.get()
        assert set(restriction.named.all()) == {lead, people.alice}
        assert Event.objects.filter(verb="Restricted a record", case_id=people.case.pk).count() == 1
    sharing = browser.get(reverse("record-sharing", args=[people.case.reference])).content.decode()
    assert "Adoption" in sharing or "adoption" in sharing
    for section in ("record-team", "record-plan", "record-meetings"):
        assert (
            "This record is restricted."
            in browser.get(reverse(section, args=[people.case.reference])).content.decode()
        )


def test_a_practitioner_restricts_nothing_in_the_database_either(people, seen_by):
    alice = seen_by(people.alice)
    with pytest.raises(NotAllowed):
        restrict_as(alice, people, people.alice)
    for sql in (
        "select app.restrict_case(%(case)s, 'high_risk', '', current_date, array[%(me)s])",
        "insert into cases_restriction (id, case_id, reason, note, starts_at, review_on, lift_reason)"
        " values (gen_random_uuid(), %(case)s, 'high_risk', '', now(), current_date, '')",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, {"case": people.case.pk, "me": people.alice.pk})


def test_a_lead_of_another_agency_or_a_manager_of_another_hub_restricts_nothing(people, world, seen_by):
    others = [
        world.member(people.elsewhere, Role.AGENCY_LEAD),
        world.member(people.coordinator.agency, Role.HUB_MANAGER, hub=world.hub()),
    ]
    for other in others:
        seen_by(other)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "select app.restrict_case(%s, 'high_risk', '', current_date, array[%s])",
                [people.case.pk, other.pk],
            )


def test_it_is_never_orphaned(people, lead, world, seen_by):
    gone = world.member(people.school, starts_on=dt.date(2014, 1, 1), ends_on=dt.date(2015, 1, 1))
    office = world.member(people.school, Role.AUDITOR)
    manager = world.member(people.coordinator.agency, Role.HUB_MANAGER)
    actor = seen_by(manager)
    for named in ([gone], [office], []):
        with pytest.raises(ValueError, match="at least one"):
            restrict_as(actor, people, *named)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "select app.restrict_case(%s, 'high_risk', '', current_date, %s::int[])",
                [people.case.pk, [m.pk for m in named]],
            )
    with pytest.raises(ValueError, match="yourself"):
        restrict_as(seen_by(lead), people, people.alice)
    assert restrict_as(seen_by(manager), people, people.alice) is None  # a hub manager need not be named


def test_a_restriction_whose_named_people_have_left_says_so(people, lead, manager, seen_by):
    restrict_as(seen_by(lead), people, lead)
    assert restrictions_in_force(seen_by(manager))[0].working == 1
    with as_system():
        lead.ends_on = dt.date(2015, 1, 1)
        lead.save()
    assert restrictions_in_force(seen_by(manager))[0].working == 0


def test_names_change_in_one_step(people, lead, seen_by):
    first = restrict_as(seen_by(lead), people, lead, people.alice)
    second = restrict_as(seen_by(lead), people, lead, people.coordinator)
    assert first.pk == second.pk
    assert [sees(seen_by, w, people.case) for w in (lead, people.coordinator, people.alice)] == [
        True,
        True,
        False,
    ]
    with as_system():
        event = Event.objects.get(verb="Changed who may see a restricted record")
        assert event.facts["before"] == sorted([lead.pk, people.alice.pk])
        assert CaseNote.objects.filter(title="This record was restricted").count() == 1


def test_search_tells_only_which_hub_to_call(people, lead, seen_by):
    restrict_as(seen_by(lead), people, lead)
    for who in (people.alice, people.coordinator, people.charlie):
        findings = find(words="Ellie Hollis", born_on=dt.date(2016, 3, 1), by=seen_by(who))
        assert findings.people == []
        assert findings.elsewhere == [people.hub]


def test_lifting_takes_two_people(people, lead, manager, seen_by, signed_in_as):
    restriction = restrict_as(seen_by(lead), people, lead, people.alice)
    page = reverse("restriction-lift", args=[restriction.pk])
    for who in (people.alice, people.bob, people.charlie, people.coordinator):
        assert signed_in_as(who).get(page).status_code == 404
        with pytest.raises(NotAllowed):
            ask_to_lift(restriction=restriction.pk, why="x", by=seen_by(who))
    browser = signed_in_as(lead)
    assert browser.post(page, {"why": "The threat has ended"}).status_code == 302
    assert "Somebody else decides" in browser.get(page).content.decode()
    assert browser.post(page, {"answer": "lift"}).status_code == 404
    with pytest.raises(NotAllowed):
        answer_lift(restriction=restriction.pk, is_agreed=True, by=seen_by(lead))
    assert not sees(seen_by, manager, people.case)
    assert "asks to lift" in signed_in_as(manager).get(reverse("my-work")).content.decode()
    assert signed_in_as(manager).post(page, {"answer": "lift"}).status_code == 302
    assert [sees(seen_by, w, people.case) for w in (manager, people.coordinator, people.alice)] == [True] * 3
    with as_system():
        restriction.refresh_from_db()
        assert (restriction.lift_asked_by, restriction.lifted_by) == (lead, manager)
        verbs = set(Event.objects.filter(case_id=people.case.pk).values_list("verb", flat=True))
    assert {"Asked to lift a restriction", "Lifted a restriction"} <= verbs


def test_the_second_person_is_not_the_first_in_another_agency(people, lead, world, seen_by):
    restriction = restrict_as(seen_by(lead), people, lead)
    ask_to_lift(restriction=restriction.pk, why="Ended", by=seen_by(lead))
    again = world.member(people.coordinator.agency, Role.HUB_MANAGER, user=lead.user)
    with pytest.raises(NotAllowed):
        answer_lift(restriction=restriction.pk, is_agreed=True, by=seen_by(again))
    ig_lead = world.member(people.coordinator.agency, Role.IG_LEAD)
    answer_lift(restriction=restriction.pk, is_agreed=True, by=seen_by(ig_lead))
    assert not sees(seen_by, ig_lead, people.case)


def test_left_as_it_is_it_can_be_asked_again(people, lead, manager, seen_by):
    restriction = restrict_as(seen_by(lead), people, lead)
    ask_to_lift(restriction=restriction.pk, why="Ended", by=seen_by(lead))
    answer_lift(restriction=restriction.pk, is_agreed=False, by=seen_by(manager))
    assert not sees(seen_by, manager, people.case)
    ask_to_lift(restriction=restriction.pk, why="Now it has", by=seen_by(lead))


def test_the_application_lifts_nothing_by_itself(people, lead, seen_by):
    restrict_as(seen_by(lead), people, lead)
    with pytest.raises(DatabaseError), transaction.atomic():
        Restriction.objects.update(lifted_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def test_looked_at_again_within_ninety_days(people, lead, manager, world, seen_by, signed_in_as):
    restriction = restrict_as(seen_by(lead), people, lead)
    assert restriction.review_on == world.today + dt.timedelta(days=90)
    with as_system():
        Restriction.objects.update(review_on=world.today - dt.timedelta(days=1))
    browser = signed_in_as(manager)
    assert "Review overdue" in browser.get(reverse("protection")).content.decode()
    assert "to look at again" in browser.get(reverse("my-work")).content.decode()
    keep = reverse("restriction-keep", args=[restriction.pk])
    for who in (people.alice, people.charlie, people.coordinator):
        assert signed_in_as(who).post(keep).status_code == 404
    assert browser.post(keep).status_code == 302
    assert "Review overdue" not in browser.get(reverse("protection")).content.decode()
    with pytest.raises(NotAllowed):
        keep_restriction(restriction=restriction.pk, by=seen_by(people.alice))
    seen_by(lead)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select app.keep_restriction(%s, current_date + 91)", [restriction.pk])


# -- Colleagues whose own family it is ---------------------------------------------------------------------------------


def test_a_relative_is_recorded_and_loses_sight_at_once(people, lead, seen_by, signed_in_as, client):
    page = reverse("record-relation-add", args=[people.case.reference])
    child = None
    with as_system():
        child = people.case.family.people.get(is_child=True)
    facts = {"person": child.pk, "email": people.coordinator.user.email.upper()}
    assert client.get(page).status_code == 302
    for who, expected in (
        (people.charlie, 404),
        (people.bob, 404),
        (people.alice, 403),
        (people.coordinator, 403),
    ):
        assert signed_in_as(who).post(page, facts).status_code == expected
    assert sees(seen_by, people.coordinator, people.case)
    browser = signed_in_as(lead)
    assert "Nobody who works here" in browser.post(page, facts | {"email": "no@example.org"}).content.decode()
    assert browser.post(page, facts).status_code == 302
    assert not sees(seen_by, people.coordinator, people.case)
    seen_by(people.coordinator)
    assert not StaffRelation.objects.exists()


def test_relatives_are_neither_named_nor_the_lead_nor_the_writer(people, lead, seen_by):
    actor = seen_by(lead)
    case = Case.objects.get(pk=people.case.pk)
    person = case.family.people.first()
    for membership, words in ((lead, "somebody else"), (people.alice, "lead this family")):
        with pytest.raises(ValueError, match=words):
            record_relation(case=case, person=person, membership=membership, by=actor)
    record_relation(case=case, person=person, membership=people.coordinator, by=actor)
    with pytest.raises(ValueError, match="relative"):
        restrict_as(actor, people, lead, people.coordinator)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select app.restrict_case(%s, 'staff', '', current_date, %s)",
            [case.pk, [lead.pk, people.coordinator.pk]],
        )


def test_few_queries(people, lead, manager, seen_by, signed_in_as, queries_of):
    restriction = restrict_as(seen_by(lead), people, lead, people.alice)
    pages = {
        "record-restriction": people.case.reference,
        "record-relation-add": people.case.reference,
        "restriction-lift": restriction.pk,
    }
    for name, key in pages.items():
        assert queries_of(signed_in_as(lead), reverse(name, args=[key])) <= 25, name
    assert queries_of(signed_in_as(manager), reverse("protection")) <= 25
