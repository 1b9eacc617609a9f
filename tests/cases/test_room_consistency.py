"""What check_consistency finds wrong with a room."""

import pytest

from cases.models import AgendaItem, Meeting
from earlyhelp.access.context import as_system
from reporting.consistency import broken

pytestmark = pytest.mark.django_db


def names() -> set[str]:
    with as_system():
        return {rule.name for rule in broken()} & {"part_for_some_has_somebody", "meeting_is_at_its_own_item"}


def test_rooms_rules_are_named_when_broken(people, meeting_now, meeting_of):
    assert names() == set()
    with as_system():
        item = AgendaItem.objects.filter(meeting=meeting_now).first()
        AgendaItem.objects.filter(pk=item.pk).update(audience="chosen")
    assert names() == {"part_for_some_has_somebody"}
    with as_system():
        AgendaItem.objects.filter(pk=item.pk).update(audience="all")
        other = meeting_of(people.case, people.alice)
        Meeting.objects.filter(pk=other.pk).update(current_item=item)
    assert names() == {"meeting_is_at_its_own_item"}
