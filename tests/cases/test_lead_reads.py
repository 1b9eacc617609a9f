"""After the lead changes: who handed over reads and writes nothing, and the new lead says what they have read."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.lead import Agreed, accept_lead, acknowledge_lead, ask_to_lead, assign_lead
from cases.actions.notes import write_note
from cases.actions.team import add_to_team
from cases.models import Case, CaseNote, LeadProfessional, TeamMember
from cases.rules import NotAllowed
from cases.rules.case import can_read, can_write
from cases.rules.sharing import can_change_sharing
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def nadia(world, people):
    return world.member(people.school, first_name="Nadia")


@pytest.fixture
def handed(people, nadia, seen_by):
    """Alice handed the family to Nadia and does not stay."""
    request = ask_to_lead(
        case=people.case,
        membership=nadia,
        note="Mornings are the hard part.",
        family_agrees=True,
        agreed=Agreed("in_person", timezone.localdate()),
        former_lead_stays=False,
        by=seen_by(people.alice),
    )
    return accept_lead(request=request, by=seen_by(nadia))


def test_reads_everything_it_read_and_writes_nothing(people, handed, seen_by, signed_in_as, settings):
    alice = seen_by(people.alice)
    case = Case.objects.get(pk=people.case.pk)
    assert can_read(alice, case)
    assert not can_write(alice, case)
    assert not can_change_sharing(alice, case)
    with pytest.raises(NotAllowed, match="handed this family over"):
        write_note(case=case, kind="fact", title="One more thing", by=alice)
    place = TeamMember.objects.get(membership=people.alice)
    assert place.ends_on == in_days(settings.EARLY_HELP["FORMER_LEAD_DAYS"])
    page = signed_in_as(people.alice).get(reverse("record-overview", args=[case.reference])).content.decode()
    assert "You can read the record until" in page
    assert "Add to timeline" not in page


def test_the_database_refuses_what_a_rule_forgot(people, handed, seen_by):
    alice = seen_by(people.alice)
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        CaseNote.objects.create(
            case=people.case, kind="fact", title="x", happened_at=timezone.now(), author=alice.membership,
            agency=alice.agency,
        )  # fmt: skip
    assert refused.value.__cause__.pgcode == "42501"
    for sql in (
        "update cases_case set latest = 'x' where id = %s",
        "update cases_teammember set ends_on = null, reads_only = false where case_id = %s",
        "update cases_leadprofessional set until_at = now() where case_id = %s",
    ):
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [people.case.pk])
        assert refused.value.__cause__.pgcode == "42501", sql


def test_their_agencys_leads_see_nothing_by_it(people, handed, seen_by, world, nadia):
    """The place is its holder's alone: with nobody else of the agency there, its leads and colleagues see nothing."""
    manager = world.member(people.school, Role.AGENCY_LEAD)
    with as_system():
        LeadProfessional.objects.filter(until_at=None).update(until_at=timezone.now())
        TeamMember.objects.filter(membership=nadia).update(starts_on=in_days(-1), ends_on=in_days(-1))
    seen_by(manager)
    assert not Case.objects.exists()
    seen_by(people.alice)
    assert Case.objects.exists()


def test_after_the_last_day_nothing_is_read(people, handed, seen_by):
    with as_system():
        TeamMember.objects.filter(membership=people.alice).update(starts_on=in_days(-31), ends_on=in_days(-1))
    seen_by(people.alice)
    assert not Case.objects.exists()


def test_taking_back_consent_ends_it_too(people, handed, seen_by):
    with as_system():
        people.case.consents.update(ended_at=timezone.now(), end_reason="withdrawn")
    seen_by(people.alice)
    assert not Case.objects.exists()


def test_added_again_they_write_again(people, handed, nadia, seen_by):
    add_to_team(case=people.case, membership=people.alice, by=seen_by(nadia))
    place = TeamMember.objects.get(membership=people.alice)
    assert (place.reads_only, place.ends_on) == (False, None)
    write_note(case=people.case, kind="fact", title="Back again", by=seen_by(people.alice))


def test_they_lead_again_when_they_accept_again(people, handed, nadia, seen_by):
    request = ask_to_lead(
        case=people.case, membership=people.alice, note="Back", family_agrees=True, by=seen_by(nadia)
    )
    accept_lead(request=request, by=seen_by(people.alice))
    write_note(case=people.case, kind="fact", title="Leads", by=seen_by(people.alice))


def test_how_and_when_the_family_agreed_is_kept(people, handed):
    assert (handed.agreed_how, handed.agreed_on) == ("in_person", timezone.localdate())
    assert handed.asked.note == "Mornings are the hard part."


def test_an_agreement_ahead_is_refused(people, nadia, seen_by):
    with pytest.raises(ValueError):
        ask_to_lead(
            case=people.case,
            membership=nadia,
            note="x",
            family_agrees=True,
            agreed=Agreed("phone", in_days(1)),
            by=seen_by(people.alice),
        )


def test_the_new_lead_says_what_they_have_read(people, handed, nadia, seen_by):
    assert handed.read_by is not None
    for who in (people.alice, people.coordinator):
        with pytest.raises((NotAllowed, LeadProfessional.DoesNotExist)):
            acknowledge_lead(lead=handed, by=seen_by(who))
    first = acknowledge_lead(lead=handed, by=seen_by(nadia)).read_at
    assert acknowledge_lead(lead=handed, by=seen_by(nadia)).read_at == first


def test_it_stands_in_my_work_until_it_is_said(people, handed, nadia, signed_in_as):
    browser = signed_in_as(nadia)
    url = reverse("record-lead", args=[people.case.reference])
    assert "Read the plan and hand-over note" in browser.get(reverse("my-work")).content.decode()
    page = browser.get(url).content.decode()
    assert "Mornings are the hard part." in page
    assert "The family agreed face to face" in page
    read = reverse("lead-read", args=[people.case.reference, handed.pk])
    assert signed_in_as(people.charlie).post(read).status_code == 404
    assert signed_in_as(people.coordinator).post(read).status_code == 403
    assert browser.post(read).status_code == 302
    assert "Read the plan and hand-over note" not in browser.get(reverse("my-work")).content.decode()
    assert "having read both" in browser.get(url).content.decode()


def test_who_is_named_by_the_hub_reads_the_plan_too(people, seen_by):
    with as_system():
        people.case.leads.update(until_at=timezone.now())
    dee = seen_by(people.coordinator)
    lead = assign_lead(
        case=people.case, membership=people.alice, agreed=Agreed("meeting", timezone.localdate()), by=dee
    )
    assert lead.read_by is not None
    assert lead.agreed_how == "meeting"
