"""The record's pages as Alice (named), Bob (her agency, not named), Charlie (another agency), the hub and anonymous."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Address, CaseNote, Person
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import Membership
from tests.alike import words_of

pytestmark = pytest.mark.django_db

PAGES = [
    "record-overview",
    "record-people",
    "record-timeline",
    "record-team",
    "record-sharing",
    "record-history",
    "record-note",
    "record-person-add",
    "record-strengths",
    "record-consent",
    "record-lawful",
    "record-receipt",
    "record-close",
    "record-relationship-add",
    "record-address-add",
]


@pytest.mark.parametrize("name", PAGES)
def test_only_those_who_may_open_a_page(name, people, signed_in_as, client):
    url = reverse(name, args=[people.case.reference])
    assert signed_in_as(people.alice).get(url).status_code == 200
    assert signed_in_as(people.coordinator).get(url).status_code == 200
    assert signed_in_as(people.bob).get(url).status_code == 404
    assert signed_in_as(people.charlie).get(url).status_code == 404
    assert client.get(url).status_code == 302


@pytest.mark.parametrize("name", PAGES)
def test_hidden_looks_like_absent(name, people, signed_in_as):
    browser = signed_in_as(people.charlie)
    hidden = browser.get(reverse(name, args=[people.case.reference]))
    absent = browser.get(reverse(name, args=["WM-1"]))
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert words_of(hidden, people.case.reference) == words_of(absent, "WM-1")


def test_every_look_is_recorded_in_the_same_transaction(people, signed_in_as):
    signed_in_as(people.alice).get(reverse("record-overview", args=[people.case.reference]))
    with as_system():
        event = Event.objects.get(case_id=people.case.pk, level="record")
        assert (event.membership_id, event.agency_id) == (people.alice.pk, people.school.pk)


def test_overview_needs_as_many_queries_for_five_children_as_for_one(people, signed_in_as, queries_of):
    url = reverse("record-overview", args=[people.case.reference])
    browser = signed_in_as(people.alice)
    few = queries_of(browser, url)
    with as_system():
        for n in range(5):
            child = Person.objects.create(
                family=people.case.family, first_name=f"Kit{n}", recorded_by_agency=people.school
            )
            CaseNote.objects.create(
                case=people.case,
                kind="voice",
                title="Words",
                body="I like it",
                about=child,
                happened_at=people.case.created_at,
                agency=people.school,
                author=people.alice,
            )
    assert b"Kit4" in browser.get(url).content
    assert queries_of(browser, url) == few <= 25


def test_address_is_masked_until_shown_and_showing_is_recorded(people, signed_in_as):
    with as_system():
        address = Address.objects.create(
            family=people.case.family, lines="9 Hidden Row", postcode="WM9 9ZZ", is_confidential=True
        )
    browser = signed_in_as(people.alice)
    for name in PAGES:
        assert b"Hidden Row" not in browser.get(reverse(name, args=[people.case.reference])).content
    shown = browser.post(reverse("record-address-show", args=[people.case.reference, address.pk]))
    assert b"9 Hidden Row" in shown.content
    with as_system():
        assert (
            Event.objects.filter(verb="Showed a confidential address", membership_id=people.alice.pk).count()
            == 1
        )
    assert (
        signed_in_as(people.charlie)
        .post(reverse("record-address-show", args=[people.case.reference, address.pk]))
        .status_code
        == 404
    )


def test_note_lands_on_the_timeline_and_what_was_typed_survives_an_error(people, signed_in_as):
    browser = signed_in_as(people.alice)
    url = reverse("record-note", args=[people.case.reference])
    wrong = browser.post(
        url,
        {
            "kind": "fact",
            "title": "",
            "body": "Saw them at breakfast",
            "category": "1",
            "happened_on": "1/2/2026",
        },
    )
    assert wrong.status_code == 200
    assert b"Saw them at breakfast" in wrong.content
    right = browser.post(
        url,
        {
            "kind": "fact",
            "title": "Breakfast",
            "body": "Saw them",
            "category": "1",
            "happened_on": "1/2/2026",
        },
    )
    assert right.status_code == 302
    assert b"Breakfast" in browser.get(reverse("record-timeline", args=[people.case.reference])).content


def test_withdrawal_names_who_loses_sight_and_then_they_do(people, world, signed_in_as):
    world.consent(people.case, people.elsewhere)
    world.join(people.case, people.charlie)
    charlie, hub = signed_in_as(people.charlie), signed_in_as(people.coordinator)
    overview = reverse("record-overview", args=[people.case.reference])
    assert charlie.get(overview).status_code == 200
    with as_system():
        everybody = list(people.case.family.people.all())
        consents = {c.person_id: c.pk for c in people.case.consents.filter(agency=people.elsewhere)}
    for n, person in enumerate(everybody):
        url = reverse("record-withdraw", args=[people.case.reference, person.pk])
        preview = hub.get(url, {"consent": consents[person.pk]})
        last = n == len(everybody) - 1
        lost = preview.content.split(b"Will lose sight")[1].split(b"Will not change")[0]
        assert people.elsewhere.name.encode() in lost
        assert (b"will no longer see this record" in lost) is last
        assert (b"will no longer know about" in lost) is not last
        assert charlie.get(overview).status_code == 200
        done = hub.post(url, {"consent": consents[person.pk], "confirm": "yes", "words": ""})
        assert done.status_code == 302
    assert charlie.get(overview).status_code == 404


def test_find_shows_own_and_only_names_a_hub_for_others(people, world, signed_in_as):
    url = reverse("find-family")
    with as_system():
        child = people.case.family.people.get(is_child=True)
    asked = {
        "words": f"{child.first_name} {child.last_name}",
        "born_on_day": child.born_on.day,
        "born_on_month": child.born_on.month,
        "born_on_year": child.born_on.year,
    }
    mine = signed_in_as(people.alice).post(url, asked)
    assert people.case.reference.encode() in mine.content
    theirs = signed_in_as(people.charlie).post(url, asked)
    assert b"A record may exist" in theirs.content
    assert b"It may be restricted: ask for the hub manager" in theirs.content
    assert b"Alder Vale" in theirs.content
    assert people.case.reference.encode() not in theirs.content
    assert b"Hollis" not in theirs.content.split(b"</form>")[-1]


def test_my_work_and_lists(people, signed_in_as):
    page = signed_in_as(people.alice).get(reverse("my-work"))
    assert people.case.reference.encode() in page.content
    assert (
        people.case.reference.encode() in signed_in_as(people.coordinator).get(reverse("family-list")).content
    )
    assert (
        people.case.reference.encode() not in signed_in_as(people.charlie).get(reverse("family-list")).content
    )


def test_only_the_lead_or_the_hub_closes_and_the_team_then_sees_it_no_more(people, world, signed_in_as):
    world.join(people.case, people.bob)
    url = reverse("record-close", args=[people.case.reference])
    answer = {
        "reason": "outcomes_met",
        "note": "Mornings are calm",
        "closed_on": people.case.opened_on.strftime("%d/%m/%Y"),
    }
    assert signed_in_as(people.bob).post(url, answer).status_code == 403
    assert signed_in_as(people.alice).post(url, {**answer, "reason": ""}).status_code == 200
    assert signed_in_as(people.alice).post(url, answer).status_code == 302
    with as_system():
        people.case.refresh_from_db()
        assert (people.case.status, people.case.closure_reason) == ("closed", "outcomes_met")
    assert signed_in_as(people.coordinator).get(url).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_no_page_needs_more_than_25_queries(name, people, world, signed_in_as, queries_of):
    for _ in range(3):
        agency = world.agency()
        world.consent(people.case, agency)
        world.join(people.case, world.member(agency))
    browser = signed_in_as(people.alice)
    assert queries_of(browser, reverse(name, args=[people.case.reference])) <= 25


def test_a_move_ends_the_earlier_address_and_a_kept_one_must_be_confidential(people, signed_in_as):
    browser = signed_in_as(people.alice)
    url = reverse("record-address-add", args=[people.case.reference])
    with as_system():
        father = Person.objects.create(
            family=people.case.family,
            first_name="Lee",
            last_name="Hollis",
            is_child=False,
            recorded_by_agency=people.school,
        )
        old = Address.objects.create(family=people.case.family, lines="1 Old Road", postcode="WM1 1AA")
    wrong = browser.post(url, {"lines": "2 New Road", "hidden_from": str(father.pk)})
    assert wrong.status_code == 200
    assert b"Mark the address as confidential" in wrong.content
    right = {
        "lines": "2 New Road\nAlderbrook",
        "postcode": "wm2 2bb",
        "starts_on": "3/11/2026",
        "ends_earlier": "on",
        "is_confidential": "on",
        "hidden_from": str(father.pk),
    }
    assert browser.post(url, right).status_code == 302
    with as_system():
        old.refresh_from_db()
        new = Address.objects.get(lines="2 New Road, Alderbrook")
        assert (old.ends_on, new.postcode, new.is_confidential) == (new.starts_on, "WM2 2BB", True)
    assert b"2 New Road" not in browser.get(reverse("record-people", args=[people.case.reference])).content


def test_two_people_are_related_once(people, signed_in_as):
    with as_system():
        mother = people.case.family.people.get(is_child=False)
        child = people.case.family.people.get(is_child=True)
    browser = signed_in_as(people.alice)
    url = reverse("record-relationship-add", args=[people.case.reference])
    answer = {"person": str(mother.pk), "kind": "parent", "to_person": str(child.pk)}
    assert browser.post(url, {**answer, "to_person": str(mother.pk)}).status_code == 200
    assert browser.post(url, answer).status_code == 302
    assert browser.post(url, {**answer, "has_parental_responsibility": "on"}).status_code == 302
    with as_system():
        assert mother.relationships.get().has_parental_responsibility


def test_everybody_invited_reads_the_same_count_of_those_who_come(people, world, signed_in_as, meeting_of):
    world.join(people.case, people.bob)
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    meeting = meeting_of(people.case, people.alice, starts_at=noon)
    with as_system():
        meeting.invitations.update(answer="accepted", answered_at=noon)
        meeting.invitations.create(case=people.case, membership=people.bob)
    for who in (people.alice, people.bob):
        assert b"1 of 2 have accepted" in signed_in_as(who).get(reverse("my-work")).content


def test_a_family_led_by_somebody_who_has_left_is_one_that_nobody_leads(people, signed_in_as):
    browser = signed_in_as(people.coordinator)
    nobody_leads = reverse("family-list") + "?show=no_lead"
    assert people.case.reference.encode() not in browser.get(nobody_leads).content
    assert browser.get(reverse("my-work")).context["work"].hub_counts["no_lead"] == 0
    with as_system():
        Membership.objects.filter(pk=people.alice.pk).update(
            ends_on=timezone.localdate() - dt.timedelta(days=1)
        )
    assert people.case.reference.encode() in browser.get(nobody_leads).content
    assert browser.get(reverse("my-work")).context["work"].hub_counts["no_lead"] == 1


@pytest.mark.parametrize("number", ["²", "0", "-1", "9" * 40, "two", "\x00"])
def test_a_page_number_that_is_none_gives_the_first_page(number, people, signed_in_as):
    answer = signed_in_as(people.coordinator).get(reverse("family-list"), {"page": number})
    assert answer.status_code == 200 and people.case.reference in answer.content.decode()
