"""Asking a panel for a family: who of its members reads the item from then on, what the others lack, and when it ends."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.actions.close import close_case
from cases.models import (
    Case,
    Panel,
    PanelMember,
    PanelRequest,
    PanelSignature,
    Restriction,
    Sitting,
    TeamMember,
)
from cases.models.sharing import RestrictionName
from cases.panels.actions import panels as panel_actions
from cases.panels.actions.requests import (
    ask_panel,
    change_agreement,
    let_in,
    move_request,
    withdraw_request,
)
from cases.panels.places import panels_to_ask, seats_of
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind
from tests.fixtures.at_panels import at, sits

pytestmark = pytest.mark.django_db


def places_of(case) -> dict[int, TeamMember]:
    with as_system():
        today = timezone.localdate()
        found = TeamMember.objects.filter(case=case, place="panel", ends_on__gte=today)
        return {each.membership_id: each for each in found}


def items_of(membership) -> set:
    with acting_as(membership):
        return set(PanelRequest.objects.values_list("pk", flat=True))


def lacks_of(request, by) -> dict[int, list[str]]:
    with acting_as(by):
        found = PanelRequest.objects.select_related("case", "panel").get(pk=request.pk)
        return {seat.membership.pk: seat.lacks for seat in seats_of(found)}


def test_those_covered_by_agreement_and_consent_get_a_place_that_ends(asked):
    places = places_of(asked.first)
    assert set(places) == {asked.hal.pk, asked.vi.pk}
    assert set(places_of(asked.second)) == {asked.hal.pk}
    last = asked.sitting.day + dt.timedelta(days=14)
    assert {(each.starts_on, each.ends_on) for each in places.values()} == {(timezone.localdate(), last)}
    assert not asked.asked["first"].is_late and asked.asked["first"].sitting_id == asked.sitting.pk


def test_each_member_sees_exactly_their_own_items(asked):
    first, second = asked.asked["first"].pk, asked.asked["second"].pk
    assert items_of(asked.dee) == {first, second}
    assert items_of(asked.hal) == {first, second}
    assert items_of(asked.vi) == {first}
    assert items_of(asked.pat) == set()
    assert items_of(asked.alice) == {first, second}
    assert items_of(asked.bob) == items_of(asked.charlie) == set()


def test_what_members_lack_is_said_in_words(asked):
    lacks = lacks_of(asked.asked["first"], asked.alice)
    assert lacks[asked.hal.pk] == lacks[asked.vi.pk] == []
    assert "no live signature on the information sharing agreement" in lacks[asked.pat.pk][0]
    other = lacks_of(asked.asked["second"], asked.alice)[asked.vi.pk]
    assert any("has not agreed that Harbour Families talks about them" in words for words in other)
    assert any("not agreed to share with Harbour Families" in words for words in other)


@pytest.mark.parametrize(("signed", "words"), [(None, "has not signed"), (400, "ran out on")])
def test_a_member_without_a_signature_in_force_reads_nothing(panels, signed, words):
    with as_system():
        PanelSignature.objects.filter(membership=panels.hal).delete()
        PanelMember.objects.filter(membership=panels.hal).delete()
        sits(panels.panel, panels.hal, signed=signed)
    request = panels.ask(panels.first, panels.hal)
    assert places_of(panels.first) == {} and items_of(panels.hal) == set()
    assert words in lacks_of(request, panels.alice)[panels.hal.pk][0]
    with acting_as(panels.hal) as hal:
        panel_actions.sign(panel=panels.panel, by=hal)
    with acting_as(panels.alice) as alice:
        assert let_in(request=request, by=alice) == 1
    assert items_of(panels.hal) == {request.pk}


def test_a_place_ends_no_later_than_the_signature(panels):
    with as_system():
        until = timezone.localdate() + dt.timedelta(days=5)
        PanelSignature.objects.filter(membership=panels.hal).update(valid_until=until)
    panels.ask(panels.first, panels.hal)
    assert places_of(panels.first)[panels.hal.pk].ends_on == until


def test_members_read_from_a_week_before_the_sitting(panels):
    with as_system():
        Sitting.objects.filter(pk=panels.sitting.pk).update(starts_at=at(20), ends_at=at(20, 12))
    panels.ask(panels.first, panels.hal)
    assert places_of(panels.first)[panels.hal.pk].starts_on == timezone.localdate() + dt.timedelta(days=13)
    assert items_of(panels.hal) == set()


def test_consent_withdrawn_before_the_sitting_takes_the_item_away_at_once(asked):
    request = asked.asked["first"].pk
    with as_system():
        asked.first.consents.filter(agency=asked.vi.agency).update(
            ended_at=timezone.now(), end_reason="withdrawn"
        )
    assert items_of(asked.vi) == set()
    assert request in items_of(asked.hal)


def test_an_agency_taken_off_the_familys_list_loses_the_item(asked):
    request = asked.asked["first"]
    with acting_as(asked.alice) as alice:
        change_agreement(request=request, agreed_agencies=[asked.hal.agency_id], by=alice)
    assert items_of(asked.vi) == set()
    assert set(places_of(asked.first)) == {asked.hal.pk}


def test_consent_given_later_lets_a_member_in(panels):
    request = panels.ask(panels.second, panels.hal, panels.vi)
    assert items_of(panels.vi) == set()
    panels.world.consent(panels.second, panels.vi.agency)
    with acting_as(panels.alice) as alice:
        let_in(request=request, by=alice)
    assert items_of(panels.vi) == {request.pk}


def test_somebody_on_the_familys_team_keeps_their_own_place(panels):
    panels.world.join(panels.first, panels.hal)
    request = panels.ask(panels.first, panels.hal)
    assert places_of(panels.first) == {}
    with acting_as(panels.alice) as alice:
        withdraw_request(request=request, reason="The family changed its mind", by=alice)
    assert request.pk in items_of(panels.hal)


def test_taking_back_ends_every_place(asked):
    with acting_as(asked.alice) as alice:
        withdraw_request(request=asked.asked["first"], reason="Not wanted", by=alice)
        with pytest.raises(NotAllowed):
            withdraw_request(request=asked.asked["first"], reason="Again", by=alice)
    assert places_of(asked.first) == {}
    assert items_of(asked.vi) == set()
    assert set(places_of(asked.second)) == {asked.hal.pk}


def test_a_restricted_record_is_put_to_no_panel(panels):
    restrict(panels, panels.first)
    with pytest.raises(NotAllowed, match="no panel talks about it"):
        panels.ask(panels.first, panels.hal)
    assert places_of(panels.first) == {}


def test_a_restriction_takes_an_item_away(asked):
    restrict(asked, asked.first)
    assert items_of(asked.hal) == {asked.asked["second"].pk} == items_of(asked.dee)
    with acting_as(asked.alice) as alice, pytest.raises(NotAllowed):
        let_in(request=asked.asked["first"], by=alice)


def restrict(panels, case) -> None:
    with as_system():
        restriction = Restriction.objects.create(
            case=case, reason="staff", review_on=timezone.localdate(), restricted_by=panels.alice
        )
        RestrictionName.objects.create(restriction=restriction, case=case, membership=panels.alice)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"agencies": []}, "at least one agency"),
        ({"agencies": [0]}, "at least one agency"),
    ],
)
def test_bad_requests_are_refused(panels, facts, words):
    with pytest.raises(ValueError, match=words):
        panels.ask(panels.first, **facts)


def test_dates_people_and_panels_that_cannot_be(panels):
    other = panels.world.family(panels.hub, name="Else")
    with acting_as(panels.alice) as alice:
        case = Case.objects.get(pk=panels.first.pk)
        facts = {
            "case": case, "panel": panels.panel.pk, "what": "Help", "needs_several": False,
            "agreed_person": case.family.people.first(), "agreed_on": timezone.localdate(), "agreed_how": "phone",
            "agreed_agencies": [panels.hal.agency_id], "leaflet_given": False, "by": alice,
        }  # fmt: skip
        with as_system():
            stranger = other.people.first()
        for changed in (
            {"panel": case.pk},
            {"agreed_on": timezone.localdate() + dt.timedelta(days=1)},
            {"agreed_person": stranger},
        ):
            with pytest.raises(ValueError), transaction.atomic():
                ask_panel(**facts | changed)
        ask_panel(**facts)
        with pytest.raises(ValueError, match="already"):
            ask_panel(**facts)


def test_a_panel_may_ask_for_a_registered_assessment_first(panels, start_assessment):
    with as_system():
        Panel.objects.update(needs_assessment=True)
    with pytest.raises(ValueError, match="registered assessment"):
        panels.ask(panels.first, panels.hal)
    with as_system():
        start_assessment(panels.first, panels.alice)
    assert panels.ask(panels.first, panels.hal).pk


def test_bob_and_charlie_ask_nothing(panels):
    for stranger in (panels.bob, panels.charlie, panels.hal):
        with pytest.raises((NotAllowed, Case.DoesNotExist, AttributeError)):
            panels.ask(panels.first, panels.hal, by=stranger)
        with acting_as(stranger):
            assert panels_to_ask(panels.first) == []


def test_somebody_who_sits_on_no_panel_learns_what_can_be_asked_and_no_more(panels):
    with acting_as(panels.alice):
        [found] = panels_to_ask(panels.first)
        assert (found.name, found.sitting_id) == ("Alder Vale panel", panels.sitting.pk)
        assert not Panel.objects.exists() and not Sitting.objects.exists()
    panels.ask(panels.first, panels.hal)
    with acting_as(panels.alice):
        assert Panel.objects.count() == Sitting.objects.count() == 1


def test_a_date_that_is_cancelled_hands_its_items_on_unseen_ones_too(asked):
    """The chair of a police officer's making sees no item, and moves them all the same."""
    with as_system():
        Panel.objects.update(chair=asked.pat)
        later = Sitting.objects.create(panel=asked.panel, starts_at=at(10), ends_at=at(10, 12))
    with acting_as(asked.pat) as pat:
        assert not PanelRequest.objects.exists()
        panel_actions.cancel_sitting(sitting=asked.sitting, reason="Snow", by=pat)
    with as_system():
        assert set(PanelRequest.objects.values_list("sitting", flat=True)) == {later.pk}
    last = later.day + dt.timedelta(days=14)
    assert places_of(asked.first)[asked.vi.pk].ends_on == last


def test_without_another_date_a_cancelled_one_leaves_the_items_waiting(asked):
    with acting_as(asked.dee) as dee:
        panel_actions.cancel_sitting(sitting=asked.sitting, reason="Snow", by=dee)
        waiting = PanelRequest.objects.select_related("sitting").get(pk=asked.asked["first"].pk)
        assert waiting.needs_a_date
        later = panel_actions.arrange_sitting(panel=asked.panel, starts_at=at(8), ends_at=at(8, 11), by=dee)
    with acting_as(asked.alice) as alice:
        moved = move_request(request=waiting, sitting=later, by=alice)
    assert moved.sitting_id == later.pk


def test_leaving_the_panel_ends_the_reading(asked):
    with as_system():
        member = PanelMember.objects.select_related("panel").get(membership=asked.vi)
        chair = PanelMember.objects.select_related("panel").get(membership=asked.dee)
    with acting_as(asked.dee) as dee:
        panel_actions.end_member(member=member, by=dee)
        with pytest.raises(ValueError, match="another chair"):
            panel_actions.end_member(member=chair, by=dee)
    assert items_of(asked.vi) == set()
    assert set(places_of(asked.first)) == {asked.hal.pk}


def test_closing_a_record_takes_its_request_back(asked):
    with acting_as(asked.alice) as alice:
        close_case(case=Case.objects.get(pk=asked.first.pk), reason="outcomes_met", note="", by=alice)
    with as_system():
        request = PanelRequest.objects.get(pk=asked.asked["first"].pk)
    assert request.status == "withdrawn" and places_of(asked.first) == {}


def test_only_those_who_run_it_change_a_panel(asked):
    for stranger in (asked.alice, asked.hal, asked.charlie):
        with acting_as(stranger) as actor:
            for action in (
                lambda a=actor: panel_actions.arrange_sitting(
                    panel=asked.panel, starts_at=at(5), ends_at=at(5, 12), by=a
                ),
                lambda a=actor: panel_actions.cancel_sitting(sitting=asked.sitting, reason="x", by=a),
                lambda a=actor: panel_actions.add_member(panel=asked.panel, membership=asked.nurse, by=a),
            ):
                with pytest.raises((NotAllowed, Panel.DoesNotExist, Sitting.DoesNotExist)):
                    action()


def test_the_database_alone_refuses_what_the_rules_refuse(asked):
    with acting_as(asked.vi) as vi:
        for sql in (
            "update cases_panel set name = 'x'",
            "update cases_sitting set place = 'x'",
            "update cases_panelmember set ends_on = null",
            "update cases_panelrequest set next_step = 'x' where id = %s",
        ):
            values = [asked.asked["second"].pk] if "%s" in sql else []
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                assert cursor.rowcount == 0, sql
        for sql, values in (
            ("select app.carry_panel_items(%s, null, null)", [asked.sitting.pk]),
            ("select app.end_panel_places(%s, %s)", [asked.panel.pk, asked.hal.pk]),
            (
                "insert into cases_panelsignature (id, panel_id, membership_id, signed_on, valid_until)"
                " values (gen_random_uuid(), %s, %s, current_date, current_date + 300)",
                [asked.panel.pk, asked.hal.pk],
            ),
            (
                "insert into cases_panelmember (id, panel_id, membership_id, starts_on)"
                " values (gen_random_uuid(), %s, %s, current_date)",
                [asked.panel.pk, vi.membership.pk],
            ),
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql, values)


def test_a_school_has_its_own_panel(world, people):
    lead = world.member(people.school, Role.AGENCY_LEAD, first_name="Sam")
    with acting_as(lead) as actor:
        panel = panel_actions.start_panel(
            kind="school", name="Team Around Oak School", hub=people.hub, agency=people.school, rhythm="termly",
            terms="Pupils", chair=lead, by=actor,
        )  # fmt: skip
        assert list(Panel.objects.all()) == [panel]
        with pytest.raises(NotAllowed), transaction.atomic():
            panel_actions.start_panel(
                kind="school", name="Theirs", hub=people.hub, agency=people.elsewhere, rhythm="termly",
                terms="Pupils", chair=lead, by=actor,
            )  # fmt: skip
    with acting_as(people.charlie) as charlie:
        assert not Panel.objects.exists()
        with pytest.raises(NotAllowed):
            panel_actions.start_panel(
                kind="allocation", name="Mine", hub=people.hub, rhythm="weekly", terms="x",
                chair=people.charlie, by=charlie,
            )  # fmt: skip


def test_who_does_not_work_with_families_sits_on_no_panel(panels, world):
    board = world.member(world.agency(AgencyKind.OTHER), Role.BOARD_MEMBER)
    with acting_as(panels.dee) as dee, pytest.raises(ValueError, match="works with families"):
        panel_actions.add_member(panel=panels.panel, membership=board, by=dee)
