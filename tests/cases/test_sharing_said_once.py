"""What the page about sharing, and the form kept beside answers, say once instead of forty times."""

from __future__ import annotations

import pytest

from earlyhelp.access.context import as_system
from tests.cases.test_consent_pages import answers, photo, typed, url

pytestmark = pytest.mark.django_db


def test_form_is_about_all_that_was_said_on_that_day(home, signed_in_as):
    """One line for each person, agency and day: a family of five gives a few lines and not forty."""
    alice = signed_in_as(home.alice)
    alice.post(url(home), typed(home, extent="some", topics=["1", "3"], step="record"))
    page = alice.get(url(home, "record-evidence"))
    [(line, words)] = [
        (value, label)
        for value, label in page.context["form"].fields["answers"].choices
        if home.elsewhere.name in label
    ]
    assert "family and contact, health" in words
    later = {"answers": [line], "evidence": photo(), "evidence_category": "1"}
    assert alice.post(url(home, "record-evidence"), later).status_code == 302
    assert [bool(answer.evidence_id) for answer in answers(home)] == [True, True]


def test_phone_reads_each_reason_once_and_no_label_stands_alone(home, signed_in_as):
    page = signed_in_as(home.alice).get(url(home, "record-sharing")).content.decode()
    seeing = page.split('app-cell--narrow"><span class="app-table__label" aria-hidden="true">Sees')[1].split(
        "</td>"
    )[0]
    assert seeing.count("the family agreed") == 1


def test_agency_called_like_the_hub_is_told_from_it(home, signed_in_as):
    with as_system():
        home.elsewhere.name = f"{home.case.hub.name} hub"
        home.elsewhere.save()
    alice = signed_in_as(home.alice)
    alice.post(url(home), typed(home, step="record"))
    page = alice.get(url(home, "record-sharing"))
    names = [line.name for line in page.context["lines"]]
    assert len(set(names)) == len(names)
    assert f"{home.elsewhere.name} (coordinates)" in names
