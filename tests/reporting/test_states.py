"""When a report may change."""

import pytest

from reporting.models import ReportStatus
from reporting.states import TRANSITIONS, NotNow, Step, after, can_take


def test_every_step_is_in_the_table_and_every_status_can_be_reached():
    assert set(TRANSITIONS) == set(Step)
    reached = {to for _from, to in TRANSITIONS.values()} | {ReportStatus.ASKED}
    assert reached == set(ReportStatus)


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("status", list(ReportStatus))
def test_a_step_is_taken_from_its_states_alone(step, status):
    allowed, to = TRANSITIONS[step]
    if status in allowed:
        assert after(step, status) == to
        assert can_take(step, status)
    else:
        assert not can_take(step, status)
        with pytest.raises(NotNow, match="cannot be"):
            after(step, status)


def test_nothing_leads_on_from_a_report_that_was_taken_back():
    assert not any(can_take(step, ReportStatus.WITHDRAWN) for step in Step)


def test_a_published_report_can_only_be_taken_back():
    assert [step for step in Step if can_take(step, ReportStatus.PUBLISHED)] == [Step.WITHDRAW]
