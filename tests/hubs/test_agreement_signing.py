"""Signing: an agency's own signatory, statement by statement, with a fresh code; withdrawing for good; reminders."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import NotAllowed, Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message
from hubs.actions import Confirmation, resume_signature, sign_for_agency, withdraw_signature
from hubs.models import AgencyKind, Agreement, Signature
from hubs.reminders import remind, tasks_of

pytestmark = pytest.mark.django_db
ALL = list(Confirmation.values)


@pytest.fixture
def jo(keepers, people):
    return keepers.signatory(people.school, first_name="Jo")


def signature_of(agency, version=1) -> Signature | None:
    return Signature.objects.filter(agency=agency, agreement__version=version).first()


def test_signatory_signs_a_coming_version_for_their_agency(keepers, people, jo, seen_by):
    coming = keepers.version(activated=True)
    signed = sign_for_agency(agreement=coming, confirmed=ALL, by=seen_by(jo))
    assert (signed.agency, signed.signed_by, signed.signatory_role) == (people.school, jo, "Chief officer")
    assert signed.signatory_name == jo.user.full_name
    assert signed.signed_on == timezone.localdate() and signed.signed_at is not None
    with as_system():
        assert Event.objects.filter(verb="Signed the agreement", user_id=jo.user_id).count() == 1
    with pytest.raises(NotAllowed, match="signed this version already"):
        sign_for_agency(agreement=coming, confirmed=ALL, by=seen_by(jo))


@pytest.mark.parametrize("left_out", ALL)
def test_every_statement_is_confirmed_or_nothing_is_signed(keepers, people, jo, seen_by, left_out):
    with pytest.raises(ValueError, match="Tick each"):
        sign_for_agency(
            agreement=keepers.version(activated=True),
            confirmed=[each for each in ALL if each != left_out],
            by=seen_by(jo),
        )


def test_a_draft_and_a_replaced_version_are_not_signed(keepers, people, jo, seen_by):
    first = keepers.world.agreement()
    with as_system():
        first.signatures.filter(agency=people.school).delete()
    draft = keepers.version(3)
    keepers.version(2, activated=True, starts_on=timezone.localdate())
    for version in (first, draft):
        with pytest.raises(NotAllowed, match="not open"):
            sign_for_agency(agreement=version, confirmed=ALL, by=seen_by(jo))


def test_nobody_else_signs(keepers, people, seen_by):
    coming = keepers.version(activated=True)
    for membership in (people.alice, people.coordinator, keepers.ivy, keepers.chair):
        with pytest.raises(PermissionDenied):
            sign_for_agency(agreement=coming, confirmed=ALL, by=seen_by(membership))


def test_signatory_sees_no_family(keepers, people, jo, signed_in_as):
    browser = signed_in_as(jo)
    assert browser.get(reverse("record-overview", args=[people.case.reference])).status_code == 403
    assert browser.get(reverse("find-family")).status_code == 403
    assert browser.get(reverse("my-work")).status_code == 200


def test_signing_on_the_page(keepers, people, jo, signed_in_as, fresh_code):
    """Alice's school signs: My work says so until then. Bob of the school and Charlie elsewhere cannot."""
    keepers.version(activated=True, summary="Schools no longer receive safeguarding information.")
    browser, page = signed_in_as(jo), reverse("agreement-sign-own", args=[2])
    work = browser.get(reverse("my-work")).content.decode()
    assert page in work and "Sign version 2" in work
    shown = browser.get(page).content.decode()
    assert "Schools no longer receive" in shown and "What differs from version 1" in shown
    code = fresh_code(jo)
    for wrong in ({"code": "000000"}, {"confirmed": ALL[1:]}, {"code": ""}):
        assert browser.post(page, {"confirmed": ALL, "code": code} | wrong).status_code == 200
        assert signature_of(people.school, 2) is None
    assert browser.post(page, {"confirmed": ALL, "code": code}).url == reverse("agreement-version", args=[2])
    assert signature_of(people.school, 2).signed_by == jo
    assert page not in browser.get(reverse("my-work")).content.decode()
    assert browser.get(page).url == reverse("agreement-version", args=[2])
    for other in (people.bob, people.charlie):
        assert signed_in_as(other).get(page).status_code == 403


def test_an_agency_lead_may_be_signatory_too(keepers, people, world, seen_by):
    lead = world.member(people.school, Role.AGENCY_LEAD, Role.SIGNATORY)
    assert (
        sign_for_agency(agreement=keepers.version(activated=True), confirmed=ALL, by=seen_by(lead)).signed_by
        == lead
    )


def test_list_of_who_has_signed_and_who_has_not(keepers, people, jo, seen_by, signed_in_as, world):
    coming = keepers.version(activated=True)
    outside = world.agency(AgencyKind.OTHER, name="Parish council")
    sign_for_agency(agreement=coming, confirmed=ALL, by=seen_by(jo))
    browser = signed_in_as(keepers.ivy)
    page = browser.get(reverse("agreement-signatures", args=[2]))
    names = {agency.name for agency, _signature in page.context["rows"]}
    assert people.school.name in names and people.elsewhere.name in names
    assert outside.name not in names, "the version gives that kind nothing"
    assert page.context["signed"] == 1 and page.context["missing"] == page.context["total"] - 1
    for show, expected in (("missing", False), ("signed", True), ("stopped", False)):
        rows = browser.get(reverse("agreement-signatures", args=[2]) + f"?show={show}").context["rows"]
        assert (people.school in [agency for agency, _ in rows]) is expected, show
    assert browser.get(reverse("agreement-signatures", args=[2]) + "?words=nobody").context["rows"] == []
    draft = keepers.version(3)
    assert browser.get(reverse("agreement-signatures", args=[draft.version])).status_code == 404


# -- Withdrawing ---------------------------------------------------------------------------------------------------------


def test_withdrawal_blinds_at_once_and_is_final(keepers, people, signed_in_as, fresh_code, seen_by):
    record = reverse("record-overview", args=[people.case.reference])
    alice, ivy, signature = signed_in_as(people.alice), signed_in_as(keepers.ivy), signature_of(people.school)
    page = reverse("signature-withdraw", args=[signature.pk])
    shown = ivy.get(page).content.decode()
    assert "This is final" in shown and "in 1 case" in shown
    assert people.case.reference not in shown and "Hollis" not in shown
    code = fresh_code(keepers.ivy)
    assert ivy.post(page, {"reason": "", "code": code}).status_code == 200
    assert ivy.post(page, {"reason": "The school has closed", "code": "000000"}).status_code == 200
    assert alice.get(record).status_code == 200
    assert ivy.post(page, {"reason": "The school has closed", "code": code}).status_code == 302
    assert alice.get(record).status_code == 404
    assert "The school has closed" in ivy.get(reverse("agreement-signatures", args=[1])).content.decode()
    assert ivy.get(page).status_code == 302
    ivy.post(reverse("signature-resume", args=[signature.pk]))
    assert signature_of(people.school).withdrawn_at is not None
    with pytest.raises(NotAllowed, match="later version"):
        resume_signature(signature=signature_of(people.school), by=seen_by(keepers.ivy))
    assert alice.get(record).status_code == 404


def test_a_suspended_agency_is_withdrawn_too_and_needs_a_reason(keepers, people, seen_by):
    ivy, signature = seen_by(keepers.ivy), signature_of(people.school)
    with as_system():
        Signature.objects.filter(pk=signature.pk).update(suspended_at=timezone.now(), suspended_reason="x")
    with pytest.raises(ValueError, match="why"):
        withdraw_signature(signature=signature, reason=" ", by=ivy)
    assert withdraw_signature(signature=signature, reason="Closed", by=ivy).withdrawn_at
    with pytest.raises(NotAllowed, match="already"):
        withdraw_signature(signature=signature, reason="Closed", by=ivy)
    for membership in (people.alice, keepers.chair):
        with pytest.raises(PermissionDenied):
            withdraw_signature(signature=signature_of(people.elsewhere), reason="x", by=seen_by(membership))


# -- Reminders -----------------------------------------------------------------------------------------------------------


def review_in(days: int, ends_in: int | None = None) -> None:
    today = timezone.localdate()
    with as_system():
        Agreement.objects.filter(version=1).update(
            review_on=today + dt.timedelta(days=days),
            ends_on=None if ends_in is None else today + dt.timedelta(days=ends_in),
        )


@pytest.mark.parametrize(("days", "shown"), [(61, False), (60, True), (0, True), (-3, True)])
def test_keepers_are_reminded_of_the_review(keepers, seen_by, days, shown):
    review_in(days)
    titles = [task.title for task in tasks_of(seen_by(keepers.ivy))]
    assert ("Review the information sharing agreement" in titles) is shown
    assert tasks_of(seen_by(keepers.signatory(keepers.council))) == []


def test_end_of_the_agreement_is_told_and_a_newer_version_ends_both(keepers, seen_by):
    review_in(10, ends_in=20)
    assert len(tasks_of(seen_by(keepers.ivy))) == 2
    keepers.version(2, activated=True)
    assert tasks_of(seen_by(keepers.ivy)) == []


def test_request_for_activation_waits_for_everybody_but_the_person_who_asked(keepers, seen_by):
    draft = keepers.version()
    with as_system():
        draft.asked_at, draft.asked_by = timezone.now(), keepers.ivy
        draft.save()
    assert [task.title for task in tasks_of(seen_by(keepers.noor))][0].startswith("Activate version 2")
    assert tasks_of(seen_by(keepers.chair)) and tasks_of(seen_by(keepers.ivy)) == []


def test_messages_are_written_once_each_and_hold_no_words_of_ours(keepers, people, jo):
    review_in(30, ends_in=40)
    keepers.version(2)
    assert remind() == 4, "a review and an end, to two keepers"
    assert remind() == 0
    keepers.version(3, activated=True)
    assert remind() == 1, "the signatory of the school"
    assert remind() == 0
    with as_system():
        kinds = list(Message.objects.order_by("kind").values_list("kind", flat=True))
    assert sorted(set(kinds)) == ["agreement-end", "agreement-review", "agreement-to-sign"]
