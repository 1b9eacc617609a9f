"""Properties of consent's dates: what counts on which day, whatever is recorded, uploaded or recorded again.

Source of the three: users-ask.md, lessons of a case-management system in which an upload cleared consent, an empty
expiry was an error, and two years passed unnoticed.
"""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.actions.sharing import add_evidence, record_answer, withdraw_consent
from cases.forms.sharing import default_expiry, months_later
from cases.models import Case, Consent
from cases.models.sharing import ConsentEnd
from tests.fixtures.sharing import photo

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
days = st.integers(min_value=0, max_value=800)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.booleans(), days, st.one_of(st.none(), days)),
        st.tuples(st.just("upload")),
        st.tuples(st.just("withdraw")),
    ),
    min_size=1,
    max_size=6,
)


@given(start=st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), months=st.integers(1, 60))
def test_months_later_is_so_many_months_later_and_never_a_day_that_does_not_exist(start, months):
    later = months_later(start, months)
    assert (later.year * 12 + later.month) - (start.year * 12 + start.month) == months
    assert later.day == start.day or (later.day < start.day and (later + dt.timedelta(days=1)).day == 1)


def test_default_expiry_is_the_setting(settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"CONSENT_MONTHS": 6}
    assert default_expiry() == months_later(TODAY, 6)


def sight(home, seen_by) -> bool:
    seen_by(home.charlie)
    return Case.objects.filter(pk=home.case.pk).exists()


@FEW
@given(taken=steps)
def test_what_counts_is_the_last_answer_while_it_has_not_run_out_and_an_upload_never_changes_it(
    home,
    seen_by,
    taken,
):
    """A model of one line (the last answer) and the system agree after every step; every answer is kept."""
    with transaction.atomic():
        counts, kept = None, 0
        for step, *facts in taken:
            actor = seen_by(home.alice)
            mine = Consent.objects.filter(case=home.case, agency=home.elsewhere)
            if step == "answer":
                is_yes, ago, length = facts
                given_on = TODAY - dt.timedelta(days=ago)
                until = None if length is None else given_on + dt.timedelta(days=length)
                record_answer(
                    case=home.case,
                    people=[home.mother],
                    agency=home.elsewhere,
                    method="phone",
                    given=[None] if is_yes else [],
                    refused=[] if is_yes else [None],
                    given_on=given_on,
                    valid_until=until,
                    by=actor,
                )
                counts, kept = is_yes and (until is None or until >= TODAY), kept + 1
            elif step == "upload" and kept:
                before = list(
                    mine.values_list("pk", "ended_at", "end_reason", "valid_until", "answer").order_by("pk")
                )
                add_evidence(
                    case=home.case, consents=mine.order_by("-recorded_at")[:1], upload=photo(), by=actor
                )
                after = list(
                    mine.values_list("pk", "ended_at", "end_reason", "valid_until", "answer").order_by("pk")
                )
                assert after == before
            elif step == "withdraw":
                withdraw_consent(
                    case=home.case, consents=mine.filter(answer="given", ended_at=None), by=actor
                )
                counts = False
            assert sight(home, seen_by) is bool(counts)
            seen_by(home.alice)
            assert mine.count() == kept
            assert mine.filter(ended_at=None).count() <= 1
            assert not mine.exclude(end_reason__in=["", ConsentEnd.REPLACED, ConsentEnd.WITHDRAWN]).exists()
        transaction.set_rollback(True)


@pytest.mark.parametrize("until", [None, 0, 1, -1])
def test_an_empty_end_has_no_end_and_the_last_day_still_counts(home, world, seen_by, until):
    last = None if until is None else TODAY + dt.timedelta(days=until)
    world.consent(
        home.case, home.elsewhere, person=home.mother, given_on=TODAY - dt.timedelta(days=9), valid_until=last
    )
    assert sight(home, seen_by) is (until != -1)
    seen_by(home.alice)
    statuses = [answer.status for answer in Consent.objects.filter(agency=home.elsewhere)]
    assert statuses == ["expired" if until == -1 else "given"]


def test_an_answer_of_tomorrow_does_not_count_today(home, world, seen_by):
    world.consent(home.case, home.elsewhere, person=home.mother, given_on=TODAY + dt.timedelta(days=1))
    assert not sight(home, seen_by)


def test_a_refusal_outlasts_the_yes_it_came_with(home, world, seen_by):
    """A topic refused for a year does not open when the year is over and somebody else's yes still stands."""
    actor = seen_by(home.alice)
    record_answer(
        case=home.case,
        people=[home.mother],
        agency=home.elsewhere,
        method="phone",
        given=[None],
        refused=[2],
        given_on=TODAY,
        valid_until=TODAY + dt.timedelta(days=30),
        by=actor,
    )
    ends = dict(Consent.objects.filter(agency=home.elsewhere).values_list("answer", "valid_until"))
    assert ends == {"given": TODAY + dt.timedelta(days=30), "refused": None}
