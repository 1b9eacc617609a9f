"""The information sharing agreement: what the page says, and that a suspension blinds an agency at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.actions import NotAllowed, sign_agreement, suspend_signature
from hubs.models import Agency, AgencyKind, Agreement, Signature

pytestmark = pytest.mark.django_db
SIGNED = "/agreement/versions/1/signatures/"


@pytest.fixture
def governor(world, people):
    return world.member(world.agency(AgencyKind.COUNCIL_EARLY_HELP, name="Westmoor Council"), Role.IG_LEAD)


@pytest.fixture
def record(people):
    return reverse("record-overview", args=[people.case.reference])


def signature_of(agency) -> Signature:
    return Signature.objects.get(agency=agency)


def test_everybody_who_works_with_families_reads_it_and_only_its_keeper_changes_it(
    people, governor, signed_in_as
):
    alice, keeper = signed_in_as(people.alice), signed_in_as(governor)
    assert "What each kind of agency may receive" in alice.get(reverse("agreement")).content.decode()
    signed = reverse("agreement-signatures", args=[1])
    page = alice.get(signed).content.decode()
    assert people.school.name in page
    assert "Suspend<" not in page and "Withdraw<" not in page and "Record a signature" not in page
    kept, signature = keeper.get(signed).content.decode(), signature_of(people.school).pk
    assert "Record a signature" in kept
    for name in ("signature-suspend", "signature-withdraw"):
        assert reverse(name, args=[signature]) in kept


def test_matrix_is_what_the_database_enforces(people, signed_in_as):
    table = signed_in_as(people.alice).get(reverse("agreement")).context["matrix"]
    given = dict(table)
    assert given["School"] == [True, True, False, False, False, False, True]
    assert given["Housing"] == [True, False, False, False, True, False, False]
    assert given["Other"] == [False] * 7


def test_signing_brings_an_agency_in(people, governor, world, signed_in_as, record):
    charity = world.agency(AgencyKind.VOLUNTARY, signed=False, name="Alder Vale Families")
    helper = world.member(charity)
    world.consent(people.case, charity)
    world.join(people.case, helper)
    assert signed_in_as(helper).get(record).status_code == 404
    facts = {
        "agency": charity.pk,
        "signatory_name": "Jo Marsh",
        "signatory_role": "Chair",
        "signed_on": f"{world.today:%d/%m/%Y}",
    }
    assert signed_in_as(governor).post(reverse("agreement-sign"), facts).url == SIGNED
    assert signed_in_as(helper).get(record).status_code == 200
    with as_system():
        assert Event.objects.filter(verb="Recorded a signature", user_id=governor.user_id).count() == 1


def test_signature_is_recorded_once_and_not_ahead(people, governor, world, signed_in_as):
    browser = signed_in_as(governor)
    facts = {
        "agency": people.school.pk,
        "signatory_name": "Jo",
        "signatory_role": "Head",
        "signed_on": f"{world.today:%d/%m/%Y}",
    }
    assert browser.post(reverse("agreement-sign"), facts).status_code == 200
    unsigned = world.agency(signed=False)
    tomorrow = world.today + dt.timedelta(days=1)
    facts |= {"agency": unsigned.pk, "signed_on": f"{tomorrow:%d/%m/%Y}"}
    assert browser.post(reverse("agreement-sign"), facts).status_code == 200
    assert not unsigned.signatures.exists()
    by = world.actor(governor)
    for agency, day, why in (
        (people.school, world.today, "signed this version"),
        (unsigned, tomorrow, "in the future"),
    ):
        with pytest.raises(ValueError, match=why):
            sign_agreement(
                agreement=world.agreement(),
                agency=agency,
                signatory_name="Jo",
                signatory_role="Head",
                signed_on=day,
                by=by,
            )


def test_suspension_blinds_at_once_and_its_end_lets_see_again(people, governor, signed_in_as, record):
    alice, keeper, signature = signed_in_as(people.alice), signed_in_as(governor), signature_of(people.school)
    assert alice.get(record).status_code == 200
    suspend = reverse("signature-suspend", args=[signature.pk])
    assert keeper.get(suspend).status_code == 200
    assert keeper.post(suspend, {"reason": ""}).status_code == 200
    assert alice.get(record).status_code == 200
    assert keeper.post(suspend, {"reason": "Laptop lost"}).url == SIGNED
    assert alice.get(record).status_code == 404
    assert people.case.reference not in alice.get(reverse("my-work")).content.decode()
    assert "Laptop lost" in keeper.get(SIGNED).content.decode()
    # Suspended is suspended: a second click does not write over the reason.
    assert keeper.post(suspend, {"reason": "Something else"}).url == SIGNED
    assert signature_of(people.school).suspended_reason == "Laptop lost"
    resume = reverse("signature-resume", args=[signature.pk])
    assert keeper.get(resume).status_code == 405
    assert keeper.post(resume).url == SIGNED
    assert alice.get(record).status_code == 200


def test_hub_keeps_names_and_contact_when_its_council_is_suspended(
    people, governor, world, signed_in_as, record
):
    """A statutory duty needs no signature; only what is beyond names is lost (cases/sql/request_v1.sql)."""
    council = people.coordinator.agency
    suspend_signature(signature=signature_of(council), reason="Test", by=world.actor(governor))
    assert signed_in_as(people.coordinator).get(record).status_code == 200


def test_only_the_keeper_signs_suspends_and_resumes(people, world):
    signature = signature_of(people.school)
    for person in (people.alice, people.coordinator):
        with pytest.raises(PermissionDenied):
            suspend_signature(signature=signature, reason="x", by=world.actor(person))


def test_what_is_suspended_or_withdrawn_is_not_suspended_again(people, governor, world):
    signature = signature_of(people.school)
    with as_system():
        Signature.objects.filter(pk=signature.pk).update(withdrawn_at=timezone.now())
    signature.refresh_from_db()
    with pytest.raises(NotAllowed):
        suspend_signature(signature=signature, reason="x", by=world.actor(governor))


def test_agreement_that_has_ended_or_does_not_run_yet_shares_nothing(
    people, governor, world, signed_in_as, record
):
    alice = signed_in_as(people.alice)
    for facts in (
        {"ends_on": world.today - dt.timedelta(days=1)},
        {"starts_on": world.today + dt.timedelta(days=1), "ends_on": None},
        {"starts_on": dt.date(2014, 4, 1), "ends_on": None, "activated_at": None},
    ):
        with as_system():
            Agreement.objects.update(**facts)
        assert alice.get(record).status_code == 404, facts
        assert "No version is in force" in alice.get(reverse("agreement")).content.decode()
    assert signed_in_as(governor).get(reverse("agreement-sign")).url == reverse("agreement")
    with as_system():
        Agreement.objects.update(activated_at=timezone.now() - dt.timedelta(days=1))
    assert alice.get(record).status_code == 200


def test_an_agency_that_is_not_active_sees_nothing(people, signed_in_as, record):
    alice = signed_in_as(people.alice)
    with as_system():
        Agency.objects.filter(pk=people.school.pk).update(is_active=False)
    assert alice.get(record).url == reverse("choose-agency")
