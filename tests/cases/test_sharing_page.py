"""Who can see this record, and why: every fact on one page, in as many queries for fifty agencies as for five."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.sharing import record_answer
from cases.models import CaseNote, EmergencyAccess, Guest
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind, Category, Signature

pytestmark = pytest.mark.django_db


def page_of(signed_in_as, membership, case) -> str:
    return signed_in_as(membership).get(reverse("record-sharing", args=[case.reference])).content.decode()


def line_of(html: str, name: str) -> str:
    """The row of the matrix about one agency."""
    matrix = html.split("What each agency can see, with the reason")[1].split("</table>")[0]
    return matrix.split(f">{name}<")[1].split("</tr>")[0]


def many_agencies(world, case, n) -> None:
    for _ in range(n):
        agency = world.agency(everyone_sees_team_cases=True)
        world.join(case, world.member(agency))
        world.member(agency)
        world.consent(case, agency)


def test_as_many_queries_for_fifty_agencies_as_for_five(home, world, signed_in_as, queries_of):
    """With everything at once: guests, two who disagree, sharing by law, notes kept from somebody, an emergency."""
    case, address = home.case, reverse("record-sharing", args=[home.case.reference])
    many_agencies(world, case, 4)
    with acting_as(home.alice) as actor:
        usual = {
            "case": case,
            "agency": home.elsewhere,
            "method": "phone",
            "given_on": timezone.localdate(),
            "by": actor,
        }
        record_answer(people=[home.small], given=[None], given_by=home.mother, **usual)
        record_answer(people=[home.small], given=[], refused=[None], given_by=home.father, **usual)
    with as_system():
        CaseNote.objects.create(
            case=case,
            kind="fact",
            title="x",
            happened_at=timezone.now(),
            agency=home.school,
            author=home.alice,
            not_for=[home.elsewhere.pk],
            not_for_members=[home.charlie.pk],
        )
        Guest.objects.create(
            case=case,
            name="Ama",
            email="ama@example.org",
            categories=[1],
            agreed_by=home.mother,
            invited_by=home.alice,
            expires_at=timezone.now() + dt.timedelta(days=7),
            secret_hash="x",
        )
        EmergencyAccess.objects.create(
            case=case,
            membership=home.bob,
            reason="x",
            starts_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(hours=1),
        )
    browser = signed_in_as(home.alice)
    few = queries_of(browser, address)
    many_agencies(world, case, 45)
    assert queries_of(browser, address) == few
    assert few <= 27, "an emergency, a guest and a kept note each ask for their names"


def test_without_such_facts_the_page_needs_no_more_than_25(home, world, signed_in_as, queries_of):
    many_agencies(world, home.case, 5)
    assert queries_of(signed_in_as(home.alice), reverse("record-sharing", args=[home.case.reference])) <= 25


def test_each_reason_is_said(home, world, signed_in_as):
    case, health = home.case, world.member(world.agency(AgencyKind.HEALTH))
    unsigned = world.member(world.agency(AgencyKind.HEALTH, signed=False))
    for each in (health, unsigned):
        world.join(case, each)
        world.consent(case, each.agency, person=home.mother)
    world.consent(case, health.agency, person=home.mother, answer="refused", category=Category.SAFEGUARDING)
    html = page_of(signed_in_as, home.alice, case)
    school, theirs = line_of(html, home.school.name), line_of(html, health.agency.name)
    assert "The family agreed" in school
    assert "Agreement does not give it" in school
    assert "The family refused" in theirs
    assert "Not about Ty Moss" in theirs
    assert line_of(html, unsigned.agency.name).count("Agreement not signed") >= 7
    assert "sharing agreement, version 1" in html
    with as_system():
        Signature.objects.filter(agency=health.agency).update(suspended_at=timezone.now())
    assert "Agreement not signed" in line_of(page_of(signed_in_as, home.alice, case), health.agency.name)


def test_who_there_sees_it_and_why(home, world, signed_in_as):
    lead = world.member(home.school, Role.AGENCY_LEAD, first_name="Lena")
    html = page_of(signed_in_as, home.alice, home.case)
    names = html.split("The people by name")[1]
    assert f"{home.alice.user.full_name}, pastoral lead: on the team" in names
    assert f"{lead.user.full_name}, pastoral lead: leads this agency" in names
    assert f"{home.coordinator.user.full_name}, pastoral lead: coordinates the hub" in names
    assert home.bob.user.full_name not in names
    with as_system():
        home.school.everyone_sees_team_cases = True
        home.school.save()
    html = page_of(signed_in_as, home.alice, home.case)
    assert f"{home.bob.user.full_name}, pastoral lead: works here, where everyone sees it" in html
    assert "everyone who works there" in line_of(html, home.school.name)


def test_a_restricted_record_says_so_and_names_who_still_sees_it(home, world, seen_by, signed_in_as):
    from cases.actions.restriction import restrict

    lead = world.member(home.school, Role.AGENCY_LEAD)
    restrict(case=home.case, reason="high_risk", note="", named=[home.alice, lead], by=seen_by(lead))
    html = page_of(signed_in_as, home.alice, home.case)
    assert "This record is restricted." in html
    assert "Restricted to named people" in line_of(html, home.school.name)
    assert "named on the restriction" in html


def test_an_open_emergency_is_on_top(home, world, signed_in_as):
    with as_system():
        EmergencyAccess.objects.create(
            case=home.case,
            membership=home.bob,
            reason="Call",
            starts_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(hours=1),
        )
    assert "Open in an emergency until" in page_of(signed_in_as, home.alice, home.case)


# -- Entries kept from somebody --------------------------------------------------------------------------------------


def note(kept, **more):
    return {
        "kind": "fact",
        "title": "Kept entry",
        "category": "1",
        "happened_on": "1/2/2026",
        "keep_from": kept,
    } | more


def test_entry_kept_from_an_agency_or_a_person_leaves_no_gap(home, world, signed_in_as):
    world.consent(home.case, home.elsewhere)
    world.join(home.case, home.bob)
    timeline, add = (reverse(name, args=[home.case.reference]) for name in ("record-timeline", "record-note"))
    alice, bob, charlie = (signed_in_as(who) for who in (home.alice, home.bob, home.charlie))
    form = alice.get(add).content.decode()
    assert f"Everyone at {home.elsewhere.name}" in form
    assert f"{home.charlie.user.full_name}, {home.elsewhere.name}, only" in form
    assert f"Everyone at {home.school.name}" not in form, "one’s own agency always sees what it wrote"
    assert f"{home.alice.user.full_name}, {home.school.name}, only" not in form
    for kept, hidden_from in (
        ([f"a{home.elsewhere.pk}"], {charlie}),
        ([f"m{home.charlie.pk}"], {charlie}),
        ([f"m{home.bob.pk}"], {bob}),
        ([], set()),
    ):
        assert alice.post(add, note(kept)).status_code == 302
        for reader in (alice, bob, charlie):
            assert ("Kept entry" in reader.get(timeline).content.decode()) is (reader not in hidden_from), (
                kept
            )
        with as_system():
            CaseNote.objects.filter(title="Kept entry").delete()


def test_those_who_read_it_see_from_whom_it_is_kept_and_the_others_nothing(home, world, signed_in_as):
    world.consent(home.case, home.elsewhere)
    alice, charlie = signed_in_as(home.alice), signed_in_as(home.charlie)
    args = [home.case.reference]
    alice.post(reverse("record-note", args=args), note([f"a{home.elsewhere.pk}"]))
    tag = f"Not for {home.elsewhere.name}"
    for name in ("record-timeline", "record-overview"):
        assert tag in alice.get(reverse(name, args=args)).content.decode()
        assert tag not in charlie.get(reverse(name, args=args)).content.decode()
    assert f"1 entry from {home.elsewhere.name}" in page_of(signed_in_as, home.alice, home.case)
    assert "They see no gap" not in page_of(signed_in_as, home.charlie, home.case)


def test_nobody_outside_the_team_can_be_chosen(home, world, signed_in_as):
    stranger = world.member(world.agency())
    page = signed_in_as(home.alice).post(
        reverse("record-note", args=[home.case.reference]), note([f"m{stranger.pk}"])
    )
    assert page.status_code == 200
    with as_system():
        assert not CaseNote.objects.filter(title="Kept entry").exists()
