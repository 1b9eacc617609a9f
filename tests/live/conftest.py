"""People of the live tests: Tom of the police, whom Alice's family agreed to share with."""

import pytest

from hubs.models import AgencyKind


@pytest.fixture
def tom(people, world):
    """A police officer on the team, whose agency the family agreed to."""
    police = world.agency(AgencyKind.POLICE, name="Westmoor Police")
    tom = world.member(police, first_name="Tom")
    world.consent(people.case, police)
    world.join(people.case, tom)
    return tom
