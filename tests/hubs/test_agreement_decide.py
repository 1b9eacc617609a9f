"""PERMIT, DENY or REVIEW: what the agreement's words settle, what is left to people, and what is never told."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case
from cases.policy import decide_request
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind, AgreementCategory, Category
from hubs.policy import Outcome, SharingRequest

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def live(keepers):
    """Version 1 as it is, with its purposes named."""
    agreement = keepers.world.agreement()
    with as_system():
        for code in ("support", "safeguarding", "planning"):
            agreement.stated_purposes.create(code=code, title=code)
        AgreementCategory.objects.filter(agreement=agreement).update(
            purposes=["support", "safeguarding", "planning"]
        )
    return agreement


def asks(by, category=Category.EDUCATION, purpose="support", **facts) -> SharingRequest:
    return SharingRequest(
        agency=facts.pop("agency", by.agency),
        category=category,
        purpose=purpose,
        on=facts.pop("on", timezone.localdate()),
        **facts,
    )


def answered(request, by) -> tuple[str, str]:
    decision = decide_request(request, by=by)
    return str(decision.outcome), decision.code


def test_request_that_the_agreement_gives_is_permitted_with_policy_and_version(live, people, seen_by):
    alice = seen_by(people.alice)
    decision = decide_request(asks(alice), by=alice)
    assert decision.outcome == Outcome.PERMIT
    assert (decision.policy, decision.policy_system, decision.version) == (
        live.identifier, live.identifier_system, 1,
    )  # fmt: skip
    assert decision.reason.endswith(".")


def test_what_the_words_settle_is_denied_with_a_reason(live, people, seen_by, world):
    alice = seen_by(people.alice)
    today = timezone.localdate()
    for facts, code in (
        ({"category": Category.HEALTH}, "not_given"),
        ({"on": dt.date(2013, 1, 1)}, "no_version"),
        ({"policy": "another"}, "other_policy"),
        ({"policy": live.identifier, "policy_system": "urn:x"}, "other_policy"),
        ({"version": 7}, "other_version"),
        ({"agency": people.elsewhere}, "not_theirs"),
    ):
        assert answered(asks(alice, **facts), alice) == ("DENY", code), facts
    assert answered(asks(alice, version=1, policy=live.identifier), alice)[0] == "PERMIT"
    assert answered(asks(alice, on=today + 30 * DAY), alice)[0] == "PERMIT"
    with as_system():
        live.matrix.filter(agency_kind="school", category=2).update(purposes=["support"])
    assert answered(asks(alice, purpose="planning"), alice) == ("DENY", "not_for_this")
    with as_system():
        live.signatures.filter(agency=people.school).update(suspended_at=timezone.now())
    assert answered(asks(alice), alice) == ("DENY", "not_signed")
    outsider = seen_by(world.member(world.agency(AgencyKind.OTHER, signed=False)))
    assert answered(asks(outsider), outsider) == ("DENY", "not_signed")


def test_a_day_in_the_reign_of_a_coming_version_is_answered_by_it(live, people, keepers, seen_by):
    coming = keepers.version(2, activated=True)
    alice = seen_by(people.alice)
    assert answered(asks(alice, on=coming.starts_on), alice) == ("DENY", "not_signed")
    with as_system():
        coming.signatures.create(agency=people.school, signatory_name="Jo", signed_on=timezone.localdate())
    decision = decide_request(asks(alice, on=coming.starts_on), by=alice)
    assert (decision.outcome, decision.version) == (Outcome.PERMIT, 2)
    assert decide_request(asks(alice), by=alice).version == 1


@pytest.mark.parametrize("purpose", ["evaluation", "marketing", "", "x" * 5000, "<script>"])
def test_purpose_that_is_not_listed_is_for_people(live, people, seen_by, purpose):
    alice = seen_by(people.alice)
    assert answered(asks(alice, purpose=purpose), alice) == ("REVIEW", "purpose_not_listed")


# -- About one family ----------------------------------------------------------------------------------------------------


def test_family_that_shares_it_is_permitted_and_one_that_refused_is_denied(live, people, world, seen_by):
    alice = seen_by(people.alice)
    mine = people.case.reference
    assert answered(asks(alice, reference=mine.lower()), alice) == ("PERMIT", "shared")
    world.consent(people.case, people.school, answer="refused", category=Category.EDUCATION)
    alice = seen_by(people.alice)
    assert answered(asks(alice, reference=mine), alice) == ("DENY", "refused")
    # What no answer covers, although the record is seen, is for people; so is another purpose than helping.
    assert answered(asks(alice, purpose="safeguarding", reference=mine), alice) == ("REVIEW", "people_judge")
    assert answered(asks(alice, purpose="planning", reference=mine), alice) == ("DENY", "not_one_family")


def test_seen_family_without_an_answer_about_the_category_is_for_people(live, people, world, seen_by):
    """A record seen by consent to one category alone."""
    hub = people.hub
    case = world.case(hub)
    world.consent(case, people.school, category=Category.FAMILY)
    world.join(case, people.alice)
    alice = seen_by(people.alice)
    assert answered(asks(alice, Category.FAMILY, reference=case.reference), alice) == ("PERMIT", "shared")
    assert answered(asks(alice, reference=case.reference), alice) == ("REVIEW", "people_judge")


def test_a_family_that_is_not_seen_is_answered_like_one_that_does_not_exist(live, people, world, seen_by):
    """Charlie's agency, which has nothing to do with it; Bob, not named on the team; and one that refused the agency."""
    refused = world.case(people.hub)
    world.consent(refused, people.elsewhere, answer="refused")
    counts = set()
    for who in (people.charlie, people.bob):
        actor = seen_by(who)
        for purpose in ("support", "safeguarding", "planning"):
            nothing = None
            for reference in ("WM-1", "not a reference", people.case.reference, refused.reference):
                with CaptureQueriesContext(connection) as captured:
                    decision = decide_request(asks(actor, purpose=purpose, reference=reference), by=actor)
                counts.add(len(captured))
                nothing = nothing or decision
                assert decision == nothing, (who, purpose, reference)
    assert len(counts) == 1, "the number of queries tells nothing either"


def test_hub_staff_are_answered_from_what_the_hub_has(live, people, seen_by):
    dee = seen_by(people.coordinator)
    assert answered(asks(dee, reference=people.case.reference), dee) == ("PERMIT", "shared")


# -- The log -------------------------------------------------------------------------------------------------------------


def test_every_decision_is_an_event_of_codes_alone(live, people, seen_by):
    alice = seen_by(people.alice)
    decide_request(asks(alice, identifier="req-7", reference="Hollis family", purpose="Dana"), by=alice)
    decide_request(asks(alice, identifier="Ellie Hollis", reference=people.case.reference), by=alice)
    with as_system():
        first, second = Event.objects.filter(verb="Decided a sharing request").order_by("id")
    assert first.facts | {"on": ""} == {
        "outcome": "REVIEW", "why": "purpose_not_listed", "version": 1, "agency": people.school.pk, "category": 2,
        "purpose": "other", "on": "", "request": "req-7", "reference": "not a reference",
    }  # fmt: skip
    assert (second.facts["request"], second.facts["reference"]) == ("", people.case.reference)
    assert first.membership_id == people.alice.pk


def test_a_decision_opens_nothing(live, people, world, seen_by):
    charlie = world.member(people.elsewhere, Role.AGENCY_LEAD)
    actor = seen_by(charlie)
    decide_request(asks(actor, reference=people.case.reference), by=actor)
    assert not Case.objects.filter(pk=people.case.pk).exists()
