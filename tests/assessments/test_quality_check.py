"""Check your answers: what is missing, what differs, and a way to each question and back."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.models import Section
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(eha, people, signed_in_as):
    browser = signed_in_as(people.alice)
    return lambda: browser.get(reverse("assessment-check", args=[eha.pk])).content.decode()


def say(eha, seen_by, who, text):
    save_answers(
        assessment=eha,
        part=eha.form.find("start"),
        person=None,
        sent={"reason": Sent(value=text, base="-")},
        writer=who.user.first_name,
        by=seen_by(who),
    )


def test_what_is_needed_is_apart_from_what_was_left_blank(eha, page):
    html = page()
    needed, blank = html.split("Left blank, shown as")
    assert "needed before signing off" in needed
    assert "?from=check#q-" in needed
    assert "None of these is needed" in blank


def test_two_versions_are_named_with_the_way_to_settle_them(eha, people, page, seen_by):
    assert "Two people wrote different answers" not in page()
    say(eha, seen_by, people.alice, "Late most days")
    with as_system():
        row = Section.objects.get(key="start")
        row.differing = {"reason": [{"value": "Often away", "m": people.coordinator.pk, "writer": "w", "name": "Dee", "at": "2026-11-01T10:00:00+00:00"}]}  # fmt: skip
        row.save()
    html = page()
    assert "Two people wrote different answers" in html
    url = f"{reverse('assessment-part', args=[eha.pk, 'start'])}?from=check#two-versions"
    assert url in html


def test_changing_an_answer_leads_to_the_question_and_back(eha, people, page, seen_by, signed_in_as):
    say(eha, seen_by, people.alice, "Late most days")
    browser = signed_in_as(people.alice)
    link = re.search(r'href="([^"]*/parts/start/\?from=check#q-reason)"', page())[1]
    question = browser.get(link).content.decode()
    assert 'id="q-reason"' in question
    assert "Save and go back to check answers" in question and 'value="next"' not in question
    sent = {
        "reason": "Late on Mondays",
        "base": re.search(r'name="base" value="([^"]*)"', question)[1].replace("&quot;", '"'),
        "writer": "w",
    }
    answer = browser.post(link, sent)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('assessment-check', args=[eha.pk])}#p-start"
    assert "Late on Mondays" in page() and 'id="p-start"' in page()


def test_who_reads_only_gets_no_way_to_change(eha, people, world, page, signed_in_as):
    with as_system():
        eha.status = "withdrawn"
        eha.withdrawn_at, eha.withdrawn_reason = eha.initiated_at, "Moved away"
        eha.save()
    html = page()
    assert "?from=check" not in html and "Sign off the assessment" not in html


def test_checking_takes_the_same_few_queries_however_much_is_written(
    eha, people, signed_in_as, queries_of, seen_by
):
    browser, url = signed_in_as(people.alice), reverse("assessment-check", args=[eha.pk])
    before = queries_of(browser, url)
    say(eha, seen_by, people.alice, "Late most days")
    assert queries_of(browser, url) <= min(before + 2, 25)
