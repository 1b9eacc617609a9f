"""How quality checks come out: counts of random samples alone, with small numbers hidden."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import QualityAudit, QualityDraw, Rubric
from assessments.quality.sample import quarter_words, quarters_over, scopes_of
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from reporting.quality import trend_of

pytestmark = pytest.mark.django_db
LAST = quarters_over()[0]


@pytest.fixture
def checked(people, world, manager, start_assessment):
    """`checked(n, grade, author=...)`: n checks of a sample, shared in the last quarter."""

    def make(number, grade, author=None, drawn=True):
        author = author or people.alice
        at = timezone.make_aware(dt.datetime.combine(LAST + dt.timedelta(days=40), dt.time(12)))
        with as_system():
            draw, _ = QualityDraw.objects.get_or_create(
                quarter=quarters_over()[1], hub=people.hub,
                defaults={"wanted": 5, "seed": "0", "pool": [], "drawn": 1, "drawn_by": manager, "drawn_at": at},
            )  # fmt: skip
        first = None
        for _ in range(number):
            eha = start_assessment(people.case, author)
            with as_system():
                facts = {"draw": draw} if drawn else {"again_of": first or QualityAudit.objects.first()}
                first = QualityAudit.objects.create(
                    **facts, case=people.case, assessment=eha, hub=people.hub, agency=author.agency, author=author,
                    auditor=manager, rubric=Rubric.objects.get(version=1), status="shared", shared_at=at,
                    overall=grade, grades={"voice": {"grade": grade, "words": "x"}}, done_well="x",
                )  # fmt: skip

    return make


def rows(table):
    return {row[0]: [str(cell) for cell in row[1:]] for row in table.rows}


def test_checks_are_counted_by_quarter_question_and_agency(checked, people, manager, seen_by):
    checked(6, "good")
    checked(6, "requires_improvement", author=people.charlie)
    checked(5, "inadequate", drawn=False)
    found = trend_of(scopes_of(seen_by(manager))[0])
    assert rows(found.quarters)[quarter_words(LAST)] == ["12", "0", "6", "6", "0", "50%"]
    assert rows(found.questions)["The child’s voice"] == ["12", "50%"]
    assert rows(found.agencies) == {people.school.name: ["6", "100%"], people.elsewhere.name: ["6", "0%"]}


def test_small_numbers_are_hidden_with_what_would_give_them_away(checked, people, manager, seen_by):
    checked(8, "good")
    checked(2, "inadequate")
    found = trend_of(scopes_of(seen_by(manager))[0])
    cells = list(rows(found.quarters).values())[1]
    assert "2" not in cells and "80%" not in cells
    assert any(cell in ("fewer than 5", "hidden") for cell in cells)


def test_a_lead_counts_their_own_agency_and_nobody_asks_for_anothers(
    checked, people, world, manager, seen_by
):
    checked(6, "good")
    lead = world.member(people.school, Role.AGENCY_LEAD)
    other = world.member(people.elsewhere, Role.AGENCY_LEAD)
    mine, theirs = scopes_of(seen_by(lead))[0], scopes_of(seen_by(other))[0]
    seen_by(lead)
    assert list(rows(trend_of(mine).quarters).values())[1][0] == "6"
    seen_by(other)
    assert all(row[0] == "0" for row in rows(trend_of(mine).quarters).values())
    assert trend_of(theirs).chart is None


def test_the_page_is_for_managers(checked, people, manager, signed_in_as, queries_of):
    checked(6, "good")
    url = reverse("quality-trend")
    browser = signed_in_as(manager)
    assert "How quality checks come out" in browser.get(url).content.decode()
    assert queries_of(browser, url) <= 25
    for person in (people.alice, people.bob, people.charlie, people.coordinator):
        assert signed_in_as(person).get(url).status_code == 403
    assert Client().get(url).status_code == 302
