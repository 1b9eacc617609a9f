"""The access log: searched by person, agency, record and closeness; taken away as a file; each look at it recorded."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.views import access_log
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.fixtures.everything import FAMILY_NAME

pytestmark = pytest.mark.django_db
LOG, EXPORT = reverse("access-log"), reverse("access-log-export")


@pytest.fixture(autouse=True)
def no_counts(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture
def ig_lead(people, world):
    return world.member(people.coordinator.agency, Role.IG_LEAD, first_name="Ruth")


def last_event(level=None) -> Event:
    with as_system():
        events = Event.objects.filter(level=level) if level else Event.objects.all()
        return events.order_by("-id").first()


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def some_looks(people, world, signed_in_as):
    """Alice opens her family's plan; the coordinator opens the record and has another family, which she lists."""
    other = world.case(people.hub)
    alice, dee = signed_in_as(people.alice), signed_in_as(people.coordinator)
    alice.get(reverse("record-plan", args=[people.case.reference]))
    dee.get(reverse("record-overview", args=[people.case.reference]))
    dee.get(reverse("family-list"))
    return other


def rows_in(answer) -> int:
    return text_of(answer).count('scope="row"')


def test_says_who_came_how_close_to_which_record(people, ig_lead, signed_in_as, some_looks):
    page = text_of(signed_in_as(ig_lead).get(LOG))
    for words in (
        "Opened a plan",
        "Opened part of a record",
        "Opened a family&#x27;s record",
        "Saw in a list",
    ):
        assert words in page
    assert "Saw the list of families: 2 records shown" in page
    assert people.case.reference in page and some_looks.reference in page
    assert "Hollis" not in page


@pytest.mark.parametrize("field", ["person", "agency", "reference", "level"])
def test_each_filter_narrows(field, people, ig_lead, signed_in_as, some_looks):
    browser = signed_in_as(ig_lead)
    value = {
        "person": people.alice.user_id,
        "agency": people.school.pk,
        "reference": some_looks.reference.lower(),
        "level": "record",
    }[field]
    page = browser.get(LOG, {field: value})
    assert rows_in(page) == 1
    wanted = {"reference": "Saw the list of families", "level": "Opened a family"}.get(field, "Opened a plan")
    assert wanted in text_of(page)


def test_a_record_is_found_in_lists_as_well_as_by_its_own_pages(people, ig_lead, signed_in_as, some_looks):
    assert rows_in(signed_in_as(ig_lead).get(LOG, {"reference": people.case.reference})) == 3


def test_dates_include_the_last_day_and_are_checked(people, ig_lead, signed_in_as, some_looks):
    browser, today = signed_in_as(ig_lead), timezone.localdate().isoformat()
    assert rows_in(browser.get(LOG, {"since": today, "until": today})) == 3
    wrong = text_of(browser.get(LOG, {"since": "2026-02-02", "until": "2026-02-01"}))
    assert "The last day must be the same as or after the first." in wrong
    unknown = text_of(browser.get(LOG, {"reference": "WM-9"}))
    assert "No record has this reference." in unknown and "Nothing matches." in unknown


def test_looking_at_the_log_is_recorded_with_what_was_asked(people, ig_lead, signed_in_as):
    signed_in_as(ig_lead).get(LOG, {"person": people.alice.user_id, "reference": people.case.reference})
    event = last_event()
    assert (event.verb, event.level, event.membership_id) == ("Opened the access log", "results", ig_lead.pk)
    assert event.facts["filter"] == {"person": people.alice.user_id, "case": str(people.case.pk)}


def test_only_readers_of_the_log_get_in(people, world, ig_lead, signed_in_as, client):
    auditor = world.member(people.coordinator.agency, Role.AUDITOR)
    for address in (LOG, EXPORT):
        assert signed_in_as(auditor).get(address).status_code == 200
        for member in (people.alice, people.bob, people.charlie, people.coordinator):
            assert signed_in_as(member).get(address).status_code == 403
        assert client.get(address).status_code == 302


def test_the_file_needs_a_fresh_code_is_recorded_and_runs_nothing(
    people, ig_lead, signed_in_as, some_looks, code_of, world
):
    with as_system():
        people.alice.user.first_name = "=HYPERLINK(1)"
        people.alice.user.save()
    browser, code = signed_in_as(ig_lead), code_of(ig_lead)
    address = EXPORT + f"?agency={people.school.pk}"
    assert "1 event as a file" in text_of(browser.get(address))
    assert "Enter the 6-digit code" in text_of(browser.post(address, {"code": "000000"}))
    answer = browser.post(address, {"code": code})
    assert answer["Content-Type"].startswith("text/csv")
    assert "no-store" in answer["Cache-Control"]
    heads, line = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert heads == list(access_log.HEADS)
    assert line[1].startswith("'=HYPERLINK(1)")
    assert line[3:7] == [
        people.school.name,
        "Opened part of a record",
        "Opened a plan",
        people.case.reference,
    ]
    event = last_event("results")
    assert (event.verb, event.facts["rows"]) == ("Exported the access log", 1)
    assert event.facts["filter"] == {"agency": people.school.pk}
    assert browser.post(address, {"code": code}).status_code == 200, "a code works once"
    assert last_event("results").pk != event.pk


def test_too_many_for_one_file_is_said_and_nothing_is_given(
    people, ig_lead, signed_in_as, some_looks, code_of, monkeypatch
):
    monkeypatch.setattr(access_log, "EXPORTED_AT_MOST", 2)
    answer = signed_in_as(ig_lead).post(EXPORT, {"code": code_of(ig_lead)})
    assert "There are more than 2 events." in text_of(answer)
    assert "text/html" in answer["Content-Type"]


def test_searches_say_how_and_never_the_words(everything, signed_in_as, world):
    browser = signed_in_as(everything.alice)
    find = reverse("find-family")
    asked = {"words": FAMILY_NAME, "born_on_day": "1", "born_on_month": "3", "born_on_year": "2016"}
    assert FAMILY_NAME in text_of(browser.post(find, asked))
    with as_system():
        shown, searched = Event.objects.order_by("-id")[:2]
    assert (searched.level, searched.facts["by"]) == ("search", ["name", "born"])
    assert (shown.level, shown.facts["cases"]) == ("results", [str(everything.case.pk)])
    assert FAMILY_NAME not in str(searched.facts) + str(shown.facts)
    browser.post(find, {"words": everything.case.reference})
    with as_system():
        assert Event.objects.order_by("-id").first().facts["by"] == ["reference"]


def test_lists_say_which_records_they_showed(everything, signed_in_as):
    browser = signed_in_as(everything.alice)
    for name in ("my-work", "family-list", "meetings"):
        page = text_of(browser.get(reverse(name)))
        assert FAMILY_NAME in page, name
        event = last_event()
        assert event.level == "results", name
        assert str(everything.case.pk) in event.facts["cases"], name


def test_functions_of_the_log_answer_nobody_else(people, seen_by, some_looks):
    from cases.log import about_record, case_with_reference

    for member in (people.alice, people.coordinator):
        seen_by(member)
        assert case_with_reference(people.case.reference) is None
        assert about_record(people.case.pk).children[1] == ("pk__in", [])


def test_the_page_asks_the_same_number_of_queries_for_few_and_many(people, ig_lead, signed_in_as, queries_of):
    browser = signed_in_as(ig_lead)
    few = queries_of(browser, LOG)
    dee = signed_in_as(people.coordinator)
    for _ in range(8):
        dee.get(reverse("record-overview", args=[people.case.reference]))
    assert queries_of(browser, LOG) == few <= 25


def test_somebody_who_signed_in_is_named_and_not_the_system(people, ig_lead, signed_in_as):
    with as_system():
        Event.objects.create(verb="Signed in", level="account", user_id=people.alice.user_id)
        Event.objects.create(verb="Sealed", level="account")
    table = signed_in_as(ig_lead).get(LOG).context["page"].object_list
    who = {event.verb: event.who for event in table if event.verb in ("Signed in", "Sealed")}
    assert who["Sealed"] == "The system"
    assert who["Signed in"] == people.alice.user.full_name
