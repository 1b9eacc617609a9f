"""Cover for a lead who is away: what it gives, what it never gives, and that it ends by itself."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.close import close_case
from cases.actions.lead import ask_to_lead, change_lead, lock_case
from cases.actions.notes import write_note
from cases.actions.plan import add_action
from cases.joining.covering import (
    accept_cover,
    ask_for_cover,
    decline_cover,
    end_cover,
    families_to_cover,
    take_back_cover,
)
from cases.models import Case, Cover, Restriction, RestrictionName, TeamMember
from cases.rules import NotAllowed
from cases.rules.case import can_close, leads
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db
TODAY = (0, 5)


def asked(people, actor, other=None, days=TODAY, away=None):
    span = (in_days(days[0]), in_days(days[1]))
    [cover] = ask_for_cover(away=away or people.alice, other=other or people.bob, spans=[span], by=actor)
    return cover


def accepted(people, seen_by, **facts):
    cover = asked(people, seen_by(people.alice), **facts)
    accept_cover(cover=cover, by=seen_by(cover.by))
    return cover


def sees(case) -> bool:
    return Case.objects.filter(pk=case.pk).exists()


def test_cover_begins_with_the_yes_and_does_what_the_lead_does(people, seen_by):
    cover = asked(people, seen_by(people.alice))
    seen_by(people.bob)
    assert not sees(people.case)
    bob = seen_by(people.bob)
    assert accept_cover(cover=cover, by=bob) == 1
    bob = seen_by(people.bob)
    assert sees(people.case)
    assert leads(bob, people.case)
    assert can_close(bob, people.case)
    write_note(case=people.case, kind="fact", title="Visited", by=bob)
    add_action(case=people.case, what="Ring the school", owner=people.bob, due_on=in_days(2), by=bob)
    place = TeamMember.objects.get(membership=people.bob)
    assert (place.place, place.covers_for_id, place.ends_on) == ("cover", people.alice.pk, in_days(5))


def test_cover_to_come_gives_nothing_before_its_first_day(people, seen_by):
    accepted(people, seen_by, days=(2, 5))
    bob = seen_by(people.bob)
    assert not sees(people.case)
    assert not leads(bob, people.case)


def test_cover_is_over_the_day_after_its_last(people, seen_by):
    cover = accepted(people, seen_by)
    with as_system():
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        TeamMember.objects.filter(place="cover").update(starts_on=yesterday, ends_on=yesterday)
        Cover.objects.filter(pk=cover.pk).update(starts_on=yesterday, ends_on=yesterday)
    bob = seen_by(people.bob)
    assert not sees(people.case)
    assert not leads(bob, people.case)


def test_cover_ends_early_and_then_gives_nothing(people, seen_by):
    cover = accepted(people, seen_by)
    with pytest.raises(NotAllowed):
        end_cover(cover=cover, by=seen_by(people.charlie))
    assert end_cover(cover=cover, by=seen_by(people.bob)) == 1
    seen_by(people.bob)
    assert not sees(people.case)
    with pytest.raises(NotAllowed):
        end_cover(cover=cover, by=seen_by(people.alice))


def restrict(people, *named):
    with as_system():
        restriction = Restriction.objects.create(
            case=people.case, reason="staff_family", review_on=in_days(60), restricted_by=people.alice
        )
        for membership in named:
            RestrictionName.objects.create(case=people.case, restriction=restriction, membership=membership)
    return restriction


def test_cover_does_not_inherit_a_restricted_record(people, seen_by, world):
    restrict(people, people.alice)
    cover = asked(people, seen_by(people.alice))
    assert accept_cover(cover=cover, by=seen_by(people.bob)) == 0
    seen_by(people.bob)
    assert not sees(people.case)
    with pytest.raises(IntegrityError), transaction.atomic():
        world.join(people.case, people.bob, place="cover", covers_for=people.alice, ends_on=in_days(3))


def test_a_record_that_becomes_restricted_is_nobodys_to_cover_afterwards_either(people, seen_by):
    accepted(people, seen_by)
    restriction = restrict(people, people.alice)
    seen_by(people.bob)
    assert not sees(people.case)
    with as_system():
        Restriction.objects.filter(pk=restriction.pk).update(
            lifted_at=timezone.now(), lifted_by=people.coordinator
        )
    seen_by(people.bob)
    assert not sees(people.case)


def test_an_agency_that_is_not_covered_gets_no_place(people, seen_by, world):
    cover = asked(people, seen_by(people.alice), other=people.charlie)
    found = families_to_cover(people.alice, people.charlie, seen_by(people.alice))
    assert [case.pk for case, _why in found.left_out] == [people.case.pk]
    assert "has not agreed" in found.left_out[0][1]
    assert accept_cover(cover=cover, by=seen_by(people.charlie)) == 0
    assert not TeamMember.objects.filter(membership=people.charlie).exists()


def test_cover_follows_the_lead(people, seen_by, world):
    """Who hands over takes their cover away, and who begins to lead brings theirs."""
    nurse = world.member(people.school, first_name="Nadia")
    helper = world.member(people.school, first_name="Hal")
    world.join(people.case, nurse)
    accepted(people, seen_by)
    cover = asked(people, seen_by(nurse), other=helper, away=nurse)
    assert accept_cover(cover=cover, by=seen_by(helper)) == 0
    alice = seen_by(people.alice)
    change_lead(case=lock_case(people.case), membership=nurse, by=alice)
    seen_by(people.bob)
    assert not sees(people.case)
    hal = seen_by(helper)
    assert leads(hal, people.case)


def test_somebody_on_the_team_already_covers_as_well(people, seen_by, world):
    world.join(people.case, people.bob)
    cover = accepted(people, seen_by)
    bob = seen_by(people.bob)
    assert leads(bob, people.case)
    end_cover(cover=cover, by=bob)
    bob = seen_by(people.bob)
    assert sees(people.case)
    assert not leads(bob, people.case)


def test_who_arranges_answers_and_ends(people, seen_by, world):
    manager = world.member(people.school, Role.AGENCY_LEAD, first_name="Hea")
    for who in (people.bob, people.charlie, people.coordinator):
        with pytest.raises(NotAllowed):
            asked(people, seen_by(who))
    cover = asked(people, seen_by(manager))
    for who in (people.alice, people.charlie, manager):
        with pytest.raises(NotAllowed):
            accept_cover(cover=cover, by=seen_by(who))
    bob = seen_by(people.bob)
    with pytest.raises(ValueError):
        decline_cover(cover=cover, reason="", by=bob)
    decline_cover(cover=cover, reason="I am away too", by=bob)
    with pytest.raises(NotAllowed):
        accept_cover(cover=cover, by=bob)
    again = asked(people, seen_by(people.alice))
    with pytest.raises(NotAllowed):
        take_back_cover(cover=again, by=seen_by(people.bob))
    take_back_cover(cover=again, by=seen_by(people.alice))
    with pytest.raises(NotAllowed):
        accept_cover(cover=again, by=seen_by(people.bob))


def test_one_cover_at_a_time_and_dates_in_order(people, seen_by, world):
    alice = seen_by(people.alice)
    asked(people, alice, days=(0, 5))
    with pytest.raises(ValueError, match="already"):
        asked(people, alice, other=world.member(people.school), days=(5, 9))
    asked(people, alice, days=(6, 9))
    for days in ((5, 3), (-5, -3)):
        with pytest.raises(ValueError):
            asked(people, alice, days=days)
    with pytest.raises(ValueError):
        asked(people, alice, other=people.alice, days=(20, 21))
    volunteer = world.member(world.agency(AgencyKind.VOLUNTARY), Role.VOLUNTEER)
    with pytest.raises(ValueError):
        asked(people, alice, other=volunteer, days=(20, 21))


def test_the_application_does_not_accept_by_itself(people, seen_by):
    """Accepted only by the function that checks who was asked; no row is made accepted either."""
    cover = asked(people, seen_by(people.alice))
    seen_by(people.bob)
    for sql in (
        "update cases_cover set status = 'accepted', answered_at = now() where id = %s",
        "update cases_teammember set place = 'cover' where case_id = %s",
    ):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql, [cover.pk])
                assert cursor.rowcount == 0, sql
        except Exception as error:
            assert "policy" in str(error) or "permission" in str(error), error
    cover.refresh_from_db()
    assert cover.status == "waiting"


def test_history_says_that_somebody_covered(people, seen_by, signed_in_as):
    accepted(people, seen_by)
    bob = seen_by(people.bob)
    write_note(case=people.case, kind="fact", title="Visited", by=bob)
    history = signed_in_as(people.alice).get(reverse("record-history", args=[people.case.reference]))
    assert "covering for the lead" in history.content.decode()


def test_a_former_lead_is_not_led_back_by_cover(people, seen_by, world):
    """Cover is for who leads now: a cover place left over from an earlier lead gives nothing."""
    accepted(people, seen_by)
    bob = seen_by(people.bob)
    assert leads(bob, people.case)
    with as_system():
        people.case.leads.update(until_at=timezone.now())
    bob = seen_by(people.bob)
    assert not leads(bob, people.case)


def test_in_the_browser(people, signed_in_as, queries_of, settings):
    holiday = (in_days(10), in_days(20))
    settings.EARLY_HELP = settings.EARLY_HELP | {"SCHOOL_HOLIDAYS": (holiday,)}
    alice, bob = signed_in_as(people.alice), signed_in_as(people.bob)
    url = reverse("cover")
    nothing = alice.post(url, {"other": people.bob.pk})
    assert "There is a problem" in nothing.content.decode()
    sent = alice.post(
        url, {"other": people.bob.pk, "holidays": [holiday[0].isoformat()], "note": "Ring me"}, follow=True
    )
    assert "1 family that can be covered" in sent.content.decode() or "family" in sent.content.decode()
    with as_system():
        cover = Cover.objects.get()
    assert (cover.starts_on, cover.ends_on, cover.why) == (*holiday, "School holidays")
    one = reverse("cover-one", args=[cover.pk])
    assert one in bob.get(reverse("my-work")).content.decode()
    assert signed_in_as(people.charlie).get(one).status_code == 404
    page = bob.get(one).content.decode()
    assert "Will you cover?" in page
    assert "Hollis" not in page, "not on the team yet"
    assert bob.post(one, {"answer": "accept"}).status_code == 302
    assert queries_of(alice, one) <= 25
    assert queries_of(alice, url) <= 25
    assert alice.post(reverse("cover-end", args=[cover.pk])).status_code == 302
    with as_system():
        cover.refresh_from_db()
        assert cover.status == "ended"
        assert TeamMember.objects.current().filter(place="cover").count() == 0


def test_pages_ask_who_is_there(people, signed_in_as, client, seen_by, world):
    cover = asked(people, seen_by(people.alice))
    for address in (reverse("cover"), reverse("cover-one", args=[cover.pk])):
        assert client.get(address).status_code == 302
    manager = world.member(people.school, Role.AGENCY_LEAD)
    assert signed_in_as(manager).get(reverse("cover-for", args=[people.alice.pk])).status_code == 200
    assert signed_in_as(people.charlie).get(reverse("cover-for", args=[people.alice.pk])).status_code == 403
    assert signed_in_as(people.charlie).post(reverse("cover-end", args=[cover.pk])).status_code == 404
    assert signed_in_as(people.charlie).post(reverse("cover-take-back", args=[cover.pk])).status_code == 404
    assert signed_in_as(people.alice).post(reverse("cover-take-back", args=[cover.pk])).status_code == 302


def test_who_covers_closes_the_case_and_every_place_ends(people, seen_by, world):
    other = world.member(people.school)
    world.join(people.case, other)
    accepted(people, seen_by)
    close_case(case=people.case, reason="outcomes_met", by=seen_by(people.bob))
    with as_system():
        assert not people.case.leads.filter(until_at=None).exists()
        assert not people.case.team.filter(ends_on=None).exists()


def test_who_covers_may_ask_for_a_new_lead(people, seen_by, world):
    accepted(people, seen_by)
    bob = seen_by(people.bob)
    ask_to_lead(case=people.case, membership=people.bob, note="Alice asked me", family_agrees=True, by=bob)


@pytest.mark.django_db(transaction=True)
def test_two_accepts_at_once_exactly_one_wins(people):
    with acting_as(people.alice) as alice:
        cover = asked(people, alice)
    gate, results = threading.Barrier(2), []

    def accept():
        try:
            gate.wait(timeout=10)
            with acting_as(people.bob) as bob:
                accept_cover(cover=cover, by=bob)
            results.append("won")
        except NotAllowed:
            results.append("lost")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(results) == ["lost", "won"]
    with as_system():
        assert TeamMember.objects.filter(case=people.case, place="cover").count() == 1
