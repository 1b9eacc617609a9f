"""A family whose help ended comes back: a new case of the same family, with the people who are known."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.actions import check_for_record, register_assessment
from assessments.matching import Asked, helped_elsewhere
from assessments.models import Assessment, MatchCheck
from cases.actions import AddressDetails, PersonDetails
from cases.actions.close import close_case
from cases.models import Address, Case, CaseNote, Consent, EmergencyAccess, Person, Relationship
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from tests.assessments.test_registration import agreed

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def closed(people, seen_by) -> Case:
    """Alice closes her case: she sees it for FORMER_LEAD_DAYS more, the hub for good."""
    with as_system():
        Case.objects.filter(pk=people.case.pk).update(opened_on=timezone.localdate() - 100 * DAY)
        people.case.refresh_from_db()
        assert people.case.family and people.case.hub, "read now, with eyes that see them"
    case = close_case(case=people.case, reason="outcomes_met", by=seen_by(people.alice))
    seen_by(None)
    return case


def closed_days_ago(case: Case, days: int) -> None:
    with as_system():
        day = timezone.localdate() - days * DAY
        Case.objects.filter(pk=case.pk).update(closed_on=day, opened_on=day - 30 * DAY)


def again(case: Case, actor, **changes) -> Assessment:
    with as_system():
        family, hub = case.family, case.hub
        known = list(family.people.all())
    facts = {
        "check": None,
        "hub": hub,
        "family": family,
        "people": [PersonDetails(existing=each, is_child=each.is_child) for each in known],
        "statement": "agreed",
        "facts": agreed(),
        "by": actor,
    } | changes
    return register_assessment(**facts)


def url(case: Case) -> str:
    return reverse("assessment-help-again", args=[case.reference])


def typed(case: Case, **more) -> dict:
    """The page's form with everybody on record ticked."""
    with as_system():
        known = list(case.family.people.all())
    return {f"known{each.pk.hex}-included": "on" for each in known} | {
        "home-hub": str(case.hub_id), "children": "0", "adults": "0",
    } | more  # fmt: skip


def consent_typed(**more) -> dict:
    yesterday = timezone.localdate() - DAY
    return {
        "agreed_by": ["0"], "child": "no", "consent_on": f"{yesterday:%d/%m/%Y}", "consent_time": "9:30am",
        "consent_place": "At school", "method": "phone",
    } | more  # fmt: skip


# -- The action --------------------------------------------------------------------------------------------------------


def test_family_comes_back_with_its_people_and_its_earlier_case(people, closed, seen_by):
    made = again(closed, seen_by(people.alice), level=people.case.level)
    case = made.case
    assert (case.family_id, case.previous_case_id, case.level_id) == (closed.family_id, closed.pk, closed.level_id)
    assert Person.objects.filter(family=case.family_id).count() == 2, "nobody is written down twice"
    assert Consent.objects.filter(case=case, answer="given", agency=people.school).count() == 2
    assert case.leads.get(until_at=None).membership == people.alice
    assert made.lead_agency == people.school
    assert CaseNote.objects.filter(case=case, title__startswith="Re-referral").count() == 1


def test_coming_back_after_the_months_set_is_no_rereferral(people, closed, seen_by):
    closed_days_ago(closed, 400)
    made = again(closed, seen_by(people.coordinator))
    assert made.case.previous_case_id == closed.pk
    assert not CaseNote.objects.filter(case=made.case, title__startswith="Re-referral").exists()


def test_new_baby_is_added_with_the_mother_responsible_and_the_known_child_is_left(people, closed, seen_by):
    with as_system():
        mother, child = (closed.family.people.get(is_child=each) for each in (False, True))
    baby = PersonDetails(first_name="Noor", last_name="Hollis", born_on=timezone.localdate() - 9 * DAY)
    known = [PersonDetails(existing=mother, is_child=False, role_in_household="mother")]
    made = again(closed, seen_by(people.alice), people=[*known, baby], responsible=[0])
    parent = Relationship.objects.get(has_parental_responsibility=True)
    assert (parent.person, parent.to_person.first_name, parent.kind) == (mother, "Noor", "parent")
    assert set(Consent.objects.filter(case=made.case).values_list("person__first_name", flat=True)) == {"Dana", "Noor"}
    assert not Consent.objects.filter(case=made.case, person=child).exists()


def test_new_address_ends_the_one_before_and_the_family_moves_to_the_new_hub(people, closed, world, seen_by):
    there = world.hub("Sedge")
    with as_system():
        old = Address.objects.create(family=closed.family, lines="4 Old Road", postcode="WM1 1AA")
    made = again(closed, seen_by(people.alice), hub=there, address=AddressDetails(lines="9 New Lane", postcode="WM2 2BB"))
    with as_system():
        old.refresh_from_db()
        assert old.ends_on == timezone.localdate()
        assert Address.objects.get(family=closed.family, ends_on=None).lines == "9 New Lane"
        assert Case.objects.get(pk=made.case_id).family.hub == there


@pytest.mark.parametrize(("statement", "facts"), [("", {}), ("neither", {}), ("agreed", {}), ("tier4", {})])
def test_without_a_statement_nobody_comes_back(people, closed, seen_by, statement, facts):
    alice = seen_by(people.alice)
    with pytest.raises(ValidationError):
        again(closed, alice, statement=statement, facts=facts)
    assert again(closed, alice).pk


def test_family_is_helped_once_at_a_time(people, closed, seen_by):
    alice = seen_by(people.alice)
    again(closed, alice)
    with pytest.raises(ValidationError, match="helped already"):
        again(closed, alice)


def test_open_record_that_the_writer_does_not_see_tells_only_the_hub(people, closed, world, seen_by):
    there = world.hub("Sedge")
    hidden = world.case(there, family=closed.family)
    alice = seen_by(people.alice)
    assert helped_elsewhere(closed.family) == there
    with pytest.raises(ValidationError, match="Ring Sedge first") as refused:
        again(closed, alice)
    assert hidden.reference not in str(refused.value)
    with as_system():
        Case.objects.filter(pk=hidden.pk).update(
            status="closed", closed_on=timezone.localdate(), closure_reason="other"
        )
    assert again(closed, seen_by(people.alice)).case.previous_case_id == closed.pk


def test_database_tells_strangers_nothing_about_who_is_helped(people, closed, world, seen_by):
    world.case(world.hub("Sedge"), family=closed.family)
    answers = {}
    for name in ("alice", "bob", "charlie", None):
        seen_by(getattr(people, name) if name else None)
        with connection.cursor() as cursor:
            cursor.execute("select app.helped_elsewhere(%s)", [closed.family_id])
            answers[name] = cursor.fetchone()[0] is not None
    assert answers == {"alice": True, "bob": False, "charlie": False, None: False}


def test_emergency_access_does_not_help_again_and_the_hub_does(people, closed, world, seen_by):
    with as_system():
        EmergencyAccess.objects.create(
            case=closed, membership=people.bob, reason="Call from hospital",
            starts_at=timezone.now() - dt.timedelta(hours=1), expires_at=timezone.now() + dt.timedelta(hours=1),
        )  # fmt: skip
    with pytest.raises(NotAllowed, match="reading only"):
        again(closed, seen_by(people.bob))
    assert again(closed, seen_by(people.coordinator)).pk


# -- The pages ---------------------------------------------------------------------------------------------------------


def test_button_stands_on_the_closed_record_for_whoever_may_press_it(people, closed, world, signed_in_as):
    page = reverse("record-assessments", args=[closed.reference])
    for who in (people.alice, people.coordinator):
        assert "Help this family again" in signed_in_as(who).get(page).content.decode()
    for who in (people.bob, people.charlie):
        assert signed_in_as(who).get(page).status_code == 404
    analyst = world.member(people.coordinator.agency, Role.HUB_COORDINATOR, hub=world.hub("Sedge"))
    assert signed_in_as(analyst).get(page).status_code == 404


def test_open_record_has_no_button_and_its_page_sends_back(people, signed_in_as):
    alice = signed_in_as(people.alice)
    page = reverse("record-assessments", args=[people.case.reference])
    assert "Help this family again" not in alice.get(page).content.decode()
    for method in (alice.get, alice.post):
        assert method(url(people.case)).url == page


def test_page_opens_for_the_former_lead_and_the_hub_and_nobody_else(people, closed, signed_in_as):
    for who in (people.alice, people.coordinator):
        answer = signed_in_as(who).get(url(closed))
        assert answer.status_code == 200
        words = answer.content.decode()
        assert "Dana Hollis" in words and "Ellie Hollis" in words and "re-referral" in words
        assert "Hollis" not in words[words.index("<title>") : words.index("</title>")]
    for who in (people.bob, people.charlie):
        for method in ("get", "post"):
            assert getattr(signed_in_as(who), method)(url(closed)).status_code == 404
    assert "/sign-in/" in Client().get(url(closed))["Location"]


def test_former_lead_helps_again_for_thirty_days_and_then_the_hub_is_rung(people, closed, world, signed_in_as):
    alice = signed_in_as(people.alice)
    assert alice.get(url(closed)).status_code == 200
    with as_system():
        closed.team.filter(membership=people.alice).update(
            starts_on=timezone.localdate() - 60 * DAY, ends_on=timezone.localdate() - DAY
        )
    assert alice.get(url(closed)).status_code == 404
    words = alice.post(
        reverse("start-assessment"),
        {"first_name": "Ellie", "last_name": "Hollis", "born_on_day": "1", "born_on_month": "3", "born_on_year": "2016"},
        follow=True,
    ).content.decode()
    assert "A record may exist" in words and "Alder Vale" in words and closed.reference not in words


def test_match_check_leads_to_the_page_when_the_family_was_helped_before(people, closed, seen_by, signed_in_as):
    asked = Asked(first_name="Ellie", last_name="Hollis", born_on=dt.date(2016, 3, 1))
    check = check_for_record(asked=asked, by=seen_by(people.alice))
    person = check.candidates["people"][0]["id"]
    found = signed_in_as(people.alice).get(reverse("assessment-check-result", args=[check.pk]))
    assert "Helped before, until" in found.content.decode()
    chosen = signed_in_as(people.alice).get(reverse("assessment-known", args=[check.pk, person]))
    assert chosen.url == url(closed)
    assert signed_in_as(people.bob).get(reverse("assessment-known", args=[check.pk, person])).status_code == 404


def test_all_the_way_without_javascript(people, closed, world, signed_in_as, seen_by):
    alice = signed_in_as(people.alice)
    more = alice.post(url(closed), typed(closed, add="child"))
    assert more.status_code == 200 and "New child 1" in more.content.decode()
    with as_system():
        mother = closed.family.people.get(is_child=False)
    birth = timezone.localdate() - 9 * DAY
    data = typed(
        closed, children="1", **{
            f"known{mother.pk.hex}-has_responsibility": "on", "child0-first_name": "Noor",
            "child0-born_on_day": birth.day, "child0-born_on_month": birth.month, "child0-born_on_year": birth.year,
            "home-level": str(people.case.level_id), "home-address": "9 New Lane", "home-postcode": "wm2 2bb",
        },
    )  # fmt: skip
    on = alice.post(url(closed), data)
    with as_system():
        check = MatchCheck.objects.get()
        assert Case.objects.filter(family=closed.family_id).count() == 1, "nothing is registered yet"
    assert on.url == reverse("assessment-statement", args=[check.pk])
    back = alice.get(url(closed)).content.decode()
    assert 'value="Noor"' in back and "9 New Lane" in back, "what was typed is still there"
    assert url(closed) in alice.get(on.url).content.decode(), "and the way back leads to it"
    assert alice.get(reverse("assessment-register", args=[check.pk])).url == url(closed)
    agreed_url = alice.post(on.url, {"statement": "agreed"}).url
    assert "Dana Hollis" in alice.get(agreed_url).content.decode()
    done = alice.post(agreed_url, consent_typed(), follow=True)
    assert done.status_code == 200 and "put it right on the people page" in done.content.decode()
    with as_system():
        case = Case.objects.get(family=closed.family_id, status="open")
        assert (case.previous_case_id, case.level_id) == (closed.pk, people.case.level_id)
        given = Consent.objects.filter(case=case, answer="given")
        assert set(given.values_list("person__first_name", flat=True)) == {"Dana", "Ellie", "Noor"}
        assert given.get(person__first_name="Ellie").given_by == mother
        assert Relationship.objects.get(has_parental_responsibility=True).to_person.first_name == "Noor"
        assert MatchCheck.objects.get().asked == {}
    page = alice.get(reverse("record-assessments", args=[case.reference])).content.decode()
    assert "came back within" in page and closed.reference in page
    assert case.reference in alice.get(reverse("record-assessments", args=[closed.reference])).content.decode()


def test_adult_who_was_not_asked_has_not_agreed(people, closed, signed_in_as):
    alice = signed_in_as(people.alice)
    on = alice.post(url(closed), typed(closed))
    check = on.url.split("/")[3]
    alice.post(
        reverse("assessment-agreed", args=[check]), consent_typed(agreed_by=[], consent_with="Her grandmother")
    )
    with as_system():
        case = Case.objects.get(family=closed.family_id, status="open")
        assert [c.person.first_name for c in Consent.objects.filter(case=case)] == ["Ellie"]


def test_unticked_people_are_left_out_and_a_child_is_needed(people, closed, signed_in_as):
    alice = signed_in_as(people.alice)
    with as_system():
        child = closed.family.people.get(is_child=True)
    data = typed(closed)
    del data[f"known{child.pk.hex}-included"]
    refused = alice.post(url(closed), data)
    assert refused.status_code == 422 and "at least one child" in refused.content.decode()
    assert alice.post(url(closed), typed(closed)).status_code == 302


def test_new_child_who_is_known_elsewhere_is_asked_about_first(people, closed, world, signed_in_as):
    there = world.hub("Sedge")
    with as_system():
        other = world.case(there, family=world.family(there, name="Pike"))
        assert other.pk
    alice = signed_in_as(people.alice)
    data = typed(
        closed, children="1", **{
            "child0-first_name": "Ellie", "child0-last_name": "Pike", "child0-born_on_day": "1",
            "child0-born_on_month": "3", "child0-born_on_year": "2016",
        },
    )  # fmt: skip
    found = alice.post(url(closed), data, follow=True)
    words = found.content.decode()
    assert "A record may exist" in words and "Sedge" in words and "Ellie Hollis" not in words
    on = alice.post(found.redirect_chain[-1][0], {"reason": "Spoke to Sam: another child"})
    assert "/agreement/" in on.url and alice.get(on.url).status_code == 200


def test_draft_is_its_writers_own(people, closed, signed_in_as):
    signed_in_as(people.alice).post(url(closed), typed(closed, **{"home-address": "9 New Lane"}))
    assert "9 New Lane" in signed_in_as(people.alice).get(url(closed)).content.decode()
    assert "9 New Lane" not in signed_in_as(people.coordinator).get(url(closed)).content.decode()


def test_page_says_whom_to_ring_when_somebody_else_helps_already(people, closed, world, signed_in_as):
    hidden = world.case(world.hub("Sedge"), family=closed.family)
    words = signed_in_as(people.alice).get(url(closed)).content.decode()
    assert "Sedge" in words and "may be getting help already" in words and "Save and continue" not in words
    assert hidden.reference not in words
    assert signed_in_as(people.alice).post(url(closed), typed(closed)).status_code in (302, 409, 422)
    with as_system():
        assert not Case.objects.filter(previous_case=closed).exists()


def test_confidential_address_is_not_shown(people, closed, signed_in_as):
    with as_system():
        Address.objects.create(family=closed.family, lines="4 Safe Street", postcode="WM1 1AA", is_confidential=True)
    words = signed_in_as(people.alice).get(url(closed)).content.decode()
    assert "confidential address" in words and "Safe Street" not in words and "WM1 1AA" not in words


def test_somebody_new_on_the_team_is_not_told_of_a_record_they_cannot_see(people, closed, world, seen_by, signed_in_as):
    made = again(closed, seen_by(people.alice))
    seen_by(None)
    world.consent(made.case, people.elsewhere)
    world.join(made.case, people.charlie)
    charlie = signed_in_as(people.charlie)
    for name in ("record-assessments", "record-steps"):
        answer = charlie.get(reverse(name, args=[made.case.reference]))
        assert answer.status_code == 200 and closed.reference not in answer.content.decode(), name
        shown = signed_in_as(people.alice).get(reverse(name, args=[made.case.reference]))
        assert closed.reference in shown.content.decode(), name


def test_query_counts_do_not_grow_with_the_family(people, world, seen_by, signed_in_as, queries_of):
    counts = []
    for children in (1, 5):
        case = world.shared_case(people.hub, people.alice, family=world.family(people.hub, children=children))
        close_case(case=case, reason="outcomes_met", by=seen_by(people.alice))
        seen_by(None)
        browser = signed_in_as(people.alice)
        counts.append((queries_of(browser, url(case)), queries_of(browser, reverse("record-assessments", args=[case.reference]))))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 25, counts
