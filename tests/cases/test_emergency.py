"""Emergency access: asked for with a code and a reason, to read, for hours, told at once and signed off by another."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.emergency import break_glass, check_emergency
from cases.models import (
    Case,
    EmergencyAccess,
    Family,
    Person,
    Restriction,
    StaffRelation,
)
from cases.models.sharing import RestrictionName
from cases.rules import NotAllowed
from cases.views.emergency import NOT_OPENED
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.alike import words_of

pytestmark = pytest.mark.django_db
ASKED = {"harm": "injury", "reason": "He has hurt his hand and cannot say what medicine he takes."}


@pytest.fixture(autouse=True)
def no_counts(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def open_for(people, actor, **facts):
    return break_glass(reference=facts.pop("reference", people.case.reference), **(ASKED | facts), by=actor)


def restrict_past_rules(world, case, *named, reason="staff"):
    with as_system():
        restriction = Restriction.objects.create(
            case=case, reason=reason, review_on=world.today, restricted_by=named[0]
        )
        for membership in named:
            RestrictionName.objects.create(restriction=restriction, case=case, membership=membership)
    return restriction


def test_by_reference_with_a_code_and_a_reason_the_record_opens_to_read(people, signed_in_as, code_of):
    browser = signed_in_as(people.charlie)
    record = reverse("record-overview", args=[people.case.reference])
    assert browser.get(record).status_code == 404
    answer = browser.post(
        reverse("emergency"),
        ASKED | {"reference": people.case.reference.lower(), "code": code_of(people.charlie)},
    )
    assert (answer.status_code, answer.url) == (302, record)
    page = browser.get(record)
    assert page.status_code == 200
    assert "Emergency access until" in page.content.decode()
    assert "Add to timeline" not in page.content.decode()
    with as_system():
        emergency = EmergencyAccess.objects.get()
    assert emergency.expires_at - emergency.starts_at == dt.timedelta(hours=4)


def test_wrong_and_hidden_references_read_the_same_until_the_code_is_right(people, signed_in_as):
    """Without the second factor nothing is learnt: the two answers are equal, the token apart."""
    browser = signed_in_as(people.charlie)
    pages = []
    for reference in (people.case.reference, "WM-99999"):
        answer = browser.post(reverse("emergency"), ASKED | {"reference": reference, "code": "000000"})
        assert answer.status_code == 200
        pages.append(words_of(answer, reference))
    assert pages[0] == pages[1]
    with as_system():
        assert not EmergencyAccess.objects.exists()


def test_absent_and_refused_records_answer_in_the_same_words_and_both_are_recorded(
    people, world, signed_in_as, code_of
):
    with as_system():
        child = people.case.family.people.get(is_child=True)
        StaffRelation.objects.create(membership=people.charlie, person=child)
    browser = signed_in_as(people.charlie)
    pages = []
    for reference in (people.case.reference, "WM-99999"):
        facts = ASKED | {"reference": reference, "code": code_of(people.charlie)}
        pages.append(words_of(browser.post(reverse("emergency"), facts), reference))
    assert pages[0] == pages[1]
    assert NOT_OPENED.encode() in pages[0]
    with as_system():
        events = Event.objects.filter(verb="Asked for emergency access")
        assert sorted(event.facts["reference"] for event in events) == sorted(
            [people.case.reference, "WM-99999"]
        )
        assert {event.facts["opened"] for event in events} == {False}


def test_a_name_typed_as_a_reference_is_not_kept(people, seen_by):
    assert open_for(people, seen_by(people.charlie), reference="Dana Hollis") is None
    with as_system():
        assert Event.objects.get(verb="Asked for emergency access").facts["reference"] == "not a reference"


@pytest.mark.parametrize("missing", ["reference", "harm", "reason", "code"])
def test_nothing_opens_without_each_answer(people, signed_in_as, code_of, missing):
    facts = ASKED | {"reference": people.case.reference, "code": code_of(people.charlie)}
    browser = signed_in_as(people.charlie)
    assert browser.post(reverse("emergency"), facts | {missing: ""}).status_code == 200
    with as_system():
        assert not EmergencyAccess.objects.exists()
    # The code was not used up by the refused form.
    assert browser.post(reverse("emergency"), facts).status_code == 302


def test_a_code_opens_one_record_only(people, world, signed_in_as, code_of):
    other = world.case(people.hub)
    browser = signed_in_as(people.charlie)
    code = code_of(people.charlie)
    facts = ASKED | {"code": code}
    assert browser.post(reverse("emergency"), facts | {"reference": people.case.reference}).status_code == 302
    assert browser.post(reverse("emergency"), facts | {"reference": other.reference}).status_code == 200


def test_somebody_who_sees_the_record_needs_no_emergency(people, signed_in_as, code_of):
    facts = ASKED | {"reference": people.case.reference, "code": code_of(people.alice)}
    answer = signed_in_as(people.alice).post(reverse("emergency"), facts)
    assert answer.url == reverse("record-overview", args=[people.case.reference])
    with as_system():
        assert not EmergencyAccess.objects.exists()


@pytest.mark.parametrize("role", [Role.BOARD_MEMBER, Role.IG_LEAD, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR])
def test_roles_without_casework_are_refused_by_page_and_database(people, world, signed_in_as, seen_by, role):
    person = world.member(people.elsewhere, role)
    assert signed_in_as(person).get(reverse("emergency")).status_code == 403
    seen_by(person)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select * from app.break_glass(%s, 'x', 4)", [people.case.reference])


def test_an_agency_without_a_live_signature_opens_nothing(people, world, seen_by):
    unsigned = world.member(world.agency(signed=False))
    with pytest.raises(NotAllowed):
        open_for(people, seen_by(unsigned))
    with connection.cursor() as cursor:
        cursor.execute("select * from app.break_glass(%s, 'x', 4)", [people.case.reference])
        assert cursor.fetchall() == []
    with as_system():
        world.sign(unsigned.agency)
    assert open_for(people, seen_by(unsigned)) is not None


def test_the_database_caps_the_hours_and_asks_for_a_reason(people, seen_by):
    seen_by(people.charlie)
    for why, hours in (("x", 13), ("x", 0), ("x", None), (" ", 4), (None, 4)):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select * from app.break_glass(%s, %s, %s)", [people.case.reference, why, hours])


def test_the_application_writes_no_emergency_by_itself(people, seen_by):
    seen_by(people.charlie)
    facts = {"case": people.case, "membership": people.charlie, "reason": "x"}
    with pytest.raises(DatabaseError), transaction.atomic():
        EmergencyAccess.objects.create(expires_at=timezone.now() + dt.timedelta(hours=1), **facts)
    open_for(people, seen_by(people.charlie))
    with pytest.raises(DatabaseError), transaction.atomic():
        EmergencyAccess.objects.update(expires_at=timezone.now() + dt.timedelta(days=9))


def test_tries_are_counted(people, seen_by):
    charlie = seen_by(people.charlie)
    for _ in range(10):
        assert open_for(people, charlie, reference="WM-99999") is None
    with pytest.raises(NotAllowed, match="too many"):
        open_for(people, charlie)


# -- Whose own it is ---------------------------------------------------------------------------------------------------


def test_own_surname_in_a_record_restricted_because_of_staff_never_opens(people, world, seen_by):
    restriction = restrict_past_rules(world, people.case, people.alice)
    with as_system():
        people.charlie.user.last_name = "HOLLIS"
        people.charlie.user.save()
    assert open_for(people, seen_by(people.charlie)) is None
    with as_system():  # the same with one fact changed
        Restriction.objects.filter(pk=restriction.pk).update(reason="high_risk")
    assert open_for(people, seen_by(people.charlie)) is not None


def test_a_relative_loses_every_right_and_gets_no_emergency(people, seen_by, signed_in_as):
    record = reverse("record-overview", args=[people.case.reference])
    assert signed_in_as(people.alice).get(record).status_code == 200
    with as_system():
        child = people.case.family.people.get(is_child=True)
        relation = StaffRelation.objects.create(membership=people.alice, person=child)
    assert signed_in_as(people.alice).get(record).status_code == 404
    alice = seen_by(people.alice)
    assert not Case.objects.exists() and not Person.objects.exists() and not Family.objects.exists()
    assert open_for(people, alice) is None
    with as_system():
        relation.delete()
    assert signed_in_as(people.alice).get(record).status_code == 200


def test_a_relative_is_kept_out_in_every_agency_they_work_for(people, world, seen_by):
    second = world.member(people.elsewhere, Role.PRACTITIONER, user=people.alice.user)
    with as_system():
        child = people.case.family.people.get(is_child=True)
        StaffRelation.objects.create(membership=second, person=child)
    seen_by(people.alice)
    assert not Case.objects.exists()


# -- It ends, it is told, it is checked --------------------------------------------------------------------------------


def test_it_ends_by_itself_on_the_next_click(people, seen_by, signed_in_as):
    open_for(people, seen_by(people.charlie))
    record = reverse("record-overview", args=[people.case.reference])
    browser = signed_in_as(people.charlie)
    assert browser.get(record).status_code == 200
    with as_system():
        EmergencyAccess.objects.update(
            starts_at=timezone.now() - dt.timedelta(hours=5),
            expires_at=timezone.now() - dt.timedelta(hours=1),
        )
    assert browser.get(record).status_code == 404


def test_it_ends_when_the_agency_is_suspended(people, seen_by, signed_in_as):
    open_for(people, seen_by(people.charlie))
    record = reverse("record-overview", args=[people.case.reference])
    browser = signed_in_as(people.charlie)
    assert browser.get(record).status_code == 200
    with as_system():
        people.elsewhere.signatures.update(suspended_at=timezone.now())
    assert browser.get(record).status_code == 404
    assert not Case.objects.granted_to(seen_by(people.charlie)).exists()


def test_the_hubs_manager_is_told_at_once_and_others_are_not(people, manager, world, seen_by, signed_in_as):
    open_for(people, seen_by(people.charlie))
    words = f"Emergency access to check: {people.case.reference}"
    assert words in signed_in_as(manager).get(reverse("my-work")).content.decode()
    county = world.member(people.coordinator.agency, Role.HUB_MANAGER)
    ig_lead = world.member(people.coordinator.agency, Role.IG_LEAD)
    for person in (county, ig_lead):
        assert words in signed_in_as(person).get(reverse("my-work")).content.decode()
    elsewhere = world.member(people.coordinator.agency, Role.HUB_MANAGER, hub=world.hub())
    for person in (elsewhere, people.coordinator, people.bob, people.charlie):
        browser = signed_in_as(person)
        assert words not in browser.get(reverse("my-work")).content.decode()
        assert people.case.reference not in browser.get(reverse("protection")).content.decode()


def test_whoever_restricted_the_record_is_told_and_a_manager_who_does_not_see_it(
    people, manager, world, seen_by, signed_in_as
):
    restrict_past_rules(world, people.case, people.alice, reason="high_risk")
    with as_system():
        people.alice.roles = [Role.AGENCY_LEAD.value]
        people.alice.save()
    open_for(people, seen_by(people.charlie))
    for person in (people.alice, manager):
        assert "Emergency access to check" in signed_in_as(person).get(reverse("my-work")).content.decode()
    seen_by(manager)
    assert not Case.objects.filter(pk=people.case.pk).exists()


def test_signed_off_by_another_with_a_note_and_never_by_its_user(
    people, manager, world, seen_by, signed_in_as
):
    with as_system():
        world.member(people.coordinator.agency, Role.HUB_MANAGER, user=people.charlie.user)
    open_for(people, seen_by(people.charlie))
    with as_system():
        emergency = EmergencyAccess.objects.get()
    page = reverse("emergency-check", args=[emergency.pk])
    own = people.charlie.user.memberships.exclude(pk=people.charlie.pk).get()
    for person in (own, people.bob, people.coordinator):
        assert signed_in_as(person).get(page).status_code == 404
        with pytest.raises(NotAllowed):
            check_emergency(emergency=emergency.pk, note="Fine", by=seen_by(person))
    browser = signed_in_as(manager)
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"note": " "}).status_code == 200
    assert browser.post(page, {"note": "Rang her; the hospital confirms."}).status_code == 302
    assert browser.get(page).status_code == 404
    with as_system():
        emergency.refresh_from_db()
        assert emergency.reviewed_by == manager
        assert Event.objects.filter(verb="Checked an emergency access", case_id=people.case.pk).exists()


def test_unchecked_after_two_working_days_it_is_overdue(people, manager, seen_by, signed_in_as):
    open_for(people, seen_by(people.charlie))
    browser = signed_in_as(manager)
    assert "Overdue" not in browser.get(reverse("protection")).content.decode()
    with as_system():
        EmergencyAccess.objects.update(
            starts_at=timezone.now() - dt.timedelta(days=8), expires_at=timezone.now() - dt.timedelta(days=7)
        )
    assert "Overdue" in browser.get(reverse("protection")).content.decode()


def test_the_record_says_who_came_in(people, seen_by, signed_in_as):
    open_for(people, seen_by(people.charlie))
    browser = signed_in_as(people.alice)
    sharing = browser.get(reverse("record-sharing", args=[people.case.reference])).content.decode()
    assert people.charlie.user.full_name in sharing and "Not checked yet" in sharing
    history = browser.get(reverse("record-history", args=[people.case.reference])).content.decode()
    assert "Opened a record in an emergency" in history


def test_few_queries_and_sign_in_first(people, manager, signed_in_as, client, queries_of, seen_by):
    open_for(people, seen_by(people.charlie))
    with as_system():
        pk = EmergencyAccess.objects.get().pk
    pages = {
        reverse("protection"): manager,
        reverse("emergency-check", args=[pk]): manager,
        reverse("emergency"): people.charlie,
        reverse("my-work"): manager,
        reverse("record-sharing", args=[people.case.reference]): people.alice,
    }
    for page, person in pages.items():
        assert queries_of(signed_in_as(person), page) <= 25, page
        assert client.get(page).status_code == 302
