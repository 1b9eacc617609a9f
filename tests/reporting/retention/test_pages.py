"""Pages of retention, and what may be decided when: hold, keep, propose, send back, confirm."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import StaffRelation
from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.accounts.second_factor import current_code, new_totp_secret, set_up_totp
from earlyhelp.audit.models import Event
from reporting.models import RetentionHold, RetentionReview, SubjectRequest
from reporting.retention import actions
from reporting.retention.records import due_records, record_of
from tests.reporting.retention.conftest import make_old

pytestmark = pytest.mark.django_db
IN_A_YEAR = timezone.localdate() + dt.timedelta(days=300)


@pytest.fixture(autouse=True)
def no_counts(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def written(day: dt.date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def code_of(membership) -> str:
    secret = new_totp_secret()
    with as_system():
        set_up_totp(membership.user, secret)
    return current_code(secret)


def at(name: str, record) -> str:
    return reverse(name, args=[record.case.reference])


def test_the_whole_way_through_the_pages(old_record, signed_in_as):
    lead, second = signed_in_as(old_record.lead), signed_in_as(old_record.second)
    reference = old_record.case.reference
    page = lead.get(reverse("retention")).content.decode()
    assert reference in page
    assert "25 years from the youngest child’s birth" in page
    assert "Quillfeather" not in page
    assert lead.post(reverse("retention"), {"reference": reference.lower()}).url == at("retention-record", old_record)
    # A hold stops it, ending it lets it go on.
    held = {"reason": "A complaint", "review_on": written(IN_A_YEAR)}
    assert second.post(at("retention-hold", old_record), held).status_code == 302
    assert "On hold" in lead.get(reverse("retention")).content.decode()
    assert at("retention-propose", old_record) not in lead.get(at("retention-record", old_record)).content.decode()
    assert lead.post(at("retention-propose", old_record), {"reason": "Old"}).status_code == 200
    assert lead.post(at("retention-hold-end", old_record), {"reason": "Answered"}).status_code == 302
    assert lead.post(at("retention-propose", old_record), {"reason": "Its time is over"}).status_code == 302
    # Not by the same person; not without the code and the reference.
    assert lead.get(at("retention-confirm", old_record)).status_code == 404
    assert "to confirm" in second.get(reverse("my-work")).content.decode()
    wrong = second.post(at("retention-confirm", old_record), {"reference": "WM-1", "code": "123456"})
    assert wrong.status_code == 200
    assert "not the reference" in wrong.content.decode()
    gone = second.post(
        at("retention-confirm", old_record), {"reference": reference, "code": code_of(old_record.second)}
    )
    assert gone.url == reverse("retention")
    assert second.get(at("retention-record", old_record)).status_code == 404
    # Later: the lead is told, nobody else is.
    told = lead.post(reverse("retention"), {"reference": reference})
    stone = lead.get(told.url).content.decode()
    assert "Disposed of on" in stone
    assert "cases_person" in stone
    untold = second.post(reverse("retention"), {"reference": reference})
    never = second.post(reverse("retention"), {"reference": "WM-99999"})
    assert "There is no record of this reference" in untold.content.decode()
    assert "There is no record of this reference" in never.content.decode()
    assert reference not in second.get(reverse("retention")).content.decode()


def test_practitioners_are_refused(old_record, everything, signed_in_as):
    browser = signed_in_as(everything.alice)
    assert browser.get(reverse("retention")).status_code == 403
    assert browser.get(at("retention-record", old_record)).status_code == 403


def test_a_colleague_of_the_family_does_not_find_it(old_record, signed_in_as):
    """Paired with the one who does: the relation is the only difference."""
    assert signed_in_as(old_record.second).get(at("retention-record", old_record)).status_code == 200
    with as_system():
        child = old_record.case.family.people.get(is_child=True)
        StaffRelation.objects.create(membership=old_record.second, person=child)
    assert signed_in_as(old_record.second).get(at("retention-record", old_record)).status_code == 404
    assert signed_in_as(old_record.lead).get(at("retention-record", old_record)).status_code == 200


def test_a_proposal_that_is_sent_back_leaves_the_record(old_record, signed_in_as):
    with acting_as(old_record.lead) as by:
        actions.propose_disposal(record=record_of(old_record.case.reference), reason="Old", by=by)
    answer = signed_in_as(old_record.second).post(at("retention-send-back", old_record), {"reason": "A brother asks"})
    assert answer.status_code == 302
    page = signed_in_as(old_record.lead).get(at("retention-record", old_record)).content.decode()
    assert "Sent back by" in page
    with as_system():
        assert Event.objects.filter(verb="Sent back a proposal to dispose of a record").count() == 1


def test_a_family_with_an_open_case_is_never_listed(old_record, world, everything):
    with as_system():
        family = old_record.case.family
    world.case(everything.hub, family=family)
    with acting_as(old_record.lead) as by:
        assert due_records() == []
        record = record_of(old_record.case.reference)
        assert record.is_open
        with pytest.raises(ValueError, match="may not go"):
            actions.propose_disposal(record=record, reason="Old", by=by)


def test_longer_rules_count_where_they_fit(old_record, everything):
    """Stepped up: 35 years from birth; with a restriction because of an adoption: 100."""
    from cases.models import Restriction, StepUp

    with as_system():
        StepUp.objects.create(
            case=old_record.case, agency=everything.alice.agency, to_agency=everything.decider.agency, reason="Needs",
            basis="consent", sent_by=everything.alice, decide_by=timezone.now(), status="accepted",
            decided_by=everything.decider, decided_at=timezone.now(), decision_reason="Met",
            why_no_meeting="No time for one",
        )  # fmt: skip
    with acting_as(old_record.lead):
        assert due_records() == []
        assert record_of(old_record.case.reference).rule == "stepped_up"
    make_old(old_record.case, born=36)
    with acting_as(old_record.lead):
        assert [each.rule for each in due_records()] == ["stepped_up"]
    with as_system():
        Restriction.objects.filter(case=old_record.case).update(reason="adoption")
    with acting_as(old_record.lead):
        assert due_records() == []
        assert record_of(old_record.case.reference).rule == "adoption"


# -- Every history of a record: holds, keeping, asking, proposing, opening again ------------------------------------------

FACTS = ("hold", "keep", "asked", "open", "young")


@pytest.mark.parametrize("facts", [(), *[(fact,) for fact in FACTS], ("hold", "keep"), ("asked", "young"), FACTS])
def test_a_record_goes_only_when_nothing_stands_in_the_way(old_record, world, everything, facts):
    """Over-retained 0, held never disposed: what the list says, what may be proposed and what SQL does agree."""
    with acting_as(old_record.lead) as by:
        review = actions.propose_disposal(record=record_of(old_record.case.reference), reason="Old", by=by)
    with as_system():
        if "hold" in facts:
            RetentionHold.objects.create(
                family_id=old_record.family_id, reason="Court", review_on=IN_A_YEAR, placed_by=old_record.lead
            )
        if "keep" in facts:
            RetentionReview.objects.create(
                family_id=old_record.family_id, choice="keep", reason="Court", keep_until=IN_A_YEAR, decided_by=old_record.lead
            )
        if "asked" in facts:
            SubjectRequest.objects.create(
                number=9, asker="person", way="said", received_on=timezone.localdate(), logged_by=everything.alice,
                families=[old_record.family_id],
            )
    if "open" in facts:
        world.case(everything.hub, family=everything.case.family)
    if "young" in facts:
        make_old(everything.case, born=20)
        if "open" in facts:
            world.case(everything.hub, family=everything.case.family)
    with acting_as(old_record.second) as by:
        record = record_of(old_record.case.reference)
        listed = [each.reference for each in due_records()]
        assert record.may_go is not bool(facts)
        assert bool(listed) is not bool(set(facts) - {"hold", "asked"})
        if facts:
            with pytest.raises(ValueError, match="may not go"):
                actions.dispose(review=review, by=by)
            assert record_of(old_record.case.reference) is not None
        else:
            assert actions.dispose(review=review, by=by)
            assert record_of(old_record.case.reference) is None
            assert due_records() == []


def test_only_a_year_may_pass_before_a_hold_is_looked_at_and_five_before_a_record_that_is_kept(old_record):
    record_for = {"record": None}
    with acting_as(old_record.lead) as by:
        record_for["record"] = record_of(old_record.case.reference)
        for days in (0, -1, 400):
            with pytest.raises(ValueError, match="within a year"):
                actions.place_hold(reason="x", review_on=timezone.localdate() + dt.timedelta(days=days), by=by, **record_for)
        for days in (0, 2000):
            with pytest.raises(ValueError, match="five years"):
                actions.keep_record(reason="x", until=timezone.localdate() + dt.timedelta(days=days), by=by, **record_for)
        with pytest.raises(ValueError, match="Say why"):
            actions.keep_record(reason=" ", until=IN_A_YEAR, by=by, **record_for)


def test_nobody_without_the_role_decides(old_record, everything):
    with acting_as(old_record.lead):
        record = record_of(old_record.case.reference)
    with acting_as(everything.alice) as by:
        for action, facts in (
            (actions.place_hold, {"record": record, "reason": "x", "review_on": IN_A_YEAR}),
            (actions.keep_record, {"record": record, "reason": "x", "until": IN_A_YEAR}),
            (actions.propose_disposal, {"record": record, "reason": "x"}),
        ):
            with pytest.raises(NotAllowed):
                action(by=by, **facts)


def test_queries_of_the_list_do_not_grow(old_record, world, everything, signed_in_as, queries_of):
    browser = signed_in_as(old_record.lead)
    few = queries_of(browser, reverse("retention"))
    for _n in range(4):
        make_old(world.shared_case(everything.hub, everything.alice))
    assert queries_of(browser, reverse("retention")) == few
    assert few <= 22
