"""Two people help the same family again in the same moment: one new case, and the other is told."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from cases.actions.close import close_case
from cases.models import Case
from earlyhelp.access.context import acting_as, as_system
from tests.assessments.test_again import again

pytestmark = pytest.mark.django_db(transaction=True)


def test_second_of_two_at_once_is_told_that_the_family_is_helped(people):
    with as_system():
        Case.objects.filter(pk=people.case.pk).update(opened_on=timezone.localdate() - dt.timedelta(days=90))
    with acting_as(people.alice) as actor:
        closed = close_case(case=Case.objects.get(pk=people.case.pk), reason="outcomes_met", by=actor)
    registered, second_started = threading.Event(), threading.Event()
    outcomes = {}

    def first() -> None:
        with acting_as(people.alice) as actor:
            again(closed, actor)
            registered.set()
            second_started.wait(10)
            # Not committed yet: the second asks meanwhile, and must wait instead of seeing no open case.
            threading.Event().wait(0.5)
        connection.close()

    def second() -> None:
        registered.wait(10)
        try:
            with acting_as(people.coordinator) as actor:
                second_started.set()
                again(closed, actor)
        except ValidationError as refusal:
            outcomes["second"] = refusal.messages[0]
        connection.close()

    threads = [threading.Thread(target=each) for each in (first, second)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    with as_system():
        assert Case.objects.filter(previous_case=closed).count() == 1
    assert "helped already" in outcomes["second"]
