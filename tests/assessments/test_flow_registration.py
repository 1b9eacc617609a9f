"""What was recorded at registration is put right with a reason, and a withdrawal by mistake is undone."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from assessments.actions import withdraw
from assessments.flow import registration, withdrawal
from assessments.models import Assessment, Correction
from cases.models import CaseNote
from earlyhelp.access import Role
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db


def test_registration_is_put_right_with_history_and_the_due_date_follows(eha, people, seen_by):
    by = seen_by(people.alice)
    before = timezone.localdate(eha.initiated_at)
    start = before + dt.timedelta(days=2)
    made = registration.correct_registration(
        assessment=eha,
        facts={"initiated_on": start, "consent_with": "Gran", "consent_place": eha.consent_place},
        reason="Talked to Gran",
        by=by,
    )
    assert {each.box: (each.was, each.now) for each in made} == {
        "initiated_on": (before.isoformat(), start.isoformat()),
        "consent_with": ("Dana Hollis", "Gran"),
    }
    now = Assessment.objects.get()
    assert timezone.localdate(now.initiated_at) == start and now.consent_with == "Gran"
    assert now.due_on > start


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"initiated_on": dt.date(2099, 1, 1)}, "future"),
        ({"initiated_on": dt.date(2001, 1, 1)}, "talked to before"),
        ({"consent_with": ""}, "left empty"),
        ({"consent_at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}, "future"),
    ],
)
def test_impossible_dates_are_refused_at_their_field(eha, people, seen_by, facts, words):
    by = seen_by(people.alice)
    with pytest.raises(ValidationError, match=words) as refused:
        registration.correct_registration(assessment=eha, facts=facts, reason="x", by=by)
    assert refused.value.error_dict
    assert not Correction.objects.exists()


def test_withdrawal_is_undone_the_same_day_by_whoever_did_it_or_the_hub(eha, people, world, seen_by):
    lead = world.member(people.school, Role.AGENCY_LEAD)
    by = seen_by(people.alice)
    withdrawn = withdraw(assessment=eha, reason="By mistake", by=by)
    for who, may in [
        (people.alice, True),
        (lead, False),
        (people.coordinator, True),
        (people.charlie, False),
    ]:
        assert withdrawal.can_restore(seen_by(who), withdrawn) is may
    by = seen_by(people.alice)
    again = withdrawal.restore(assessment=withdrawn, by=by)
    assert (again.status, again.withdrawn_reason, again.withdrawn_by) == ("initiated", "", None)
    assert CaseNote.objects.filter(body__contains="By mistake").count() == 2, "the timeline keeps both"
    withdrawn = withdraw(assessment=again, reason="For good", by=by)
    withdrawn.withdrawn_at -= dt.timedelta(days=1)
    assert not withdrawal.can_restore(by, withdrawn)


def test_registration_page_shows_an_error_at_the_field_and_then_saves(eha, people, signed_in_as):
    browser = signed_in_as(people.alice)
    url = reverse("assessment-correct-registration", args=[eha.pk])
    form = browser.get(url).context["form"]
    data = {
        name: field.strftime("%d/%m/%Y") if isinstance(field, dt.date) else str(field)
        for name, field in form.initial.items()
        if name in form.fields
    }
    data["consent_time"] = form.initial["consent_time"].strftime("%H:%M")
    wrong = browser.post(url, data | {"consent_with": "Gran", "reason": ""})
    assert b"Enter why it is put right" in wrong.content
    done = browser.post(url, data | {"consent_with": "Gran", "reason": "Talked to Gran"})
    assert done.status_code == 302, done.context["form"].errors
    with as_system():
        [made] = Correction.objects.all()
        assert (made.box, made.now) == ("consent_with", "Gran"), "what was not touched stays, to the second"
