"""The agreement on a phone: what a kind of agency receives in a few words, and nothing that it does not."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_matrix_on_a_phone_names_what_is_given_alone(people, window_of):
    window = window_of(people.alice, width=320)
    page = window.go("agreement")
    row = page.locator("tr", has=page.get_by_role("rowheader", name="School", exact=True)).first
    assert row.locator("td:visible").count() == 3
    assert row.locator("td.app-table__no:visible").count() == 0
    assert row.bounding_box()["height"] < 160
    assert window.problems == []
