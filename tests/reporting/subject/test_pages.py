"""Pages of requests for what is held: who opens what, each page used, and what a form refuses."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event
from reporting.models import Redaction, SubjectItem, SubjectRequest
from reporting.subject import actions
from tests.reporting.subject.conftest import BROTHER, SAFE_ADDRESS, decide_everything, refreshed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_counts(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def logged(**more) -> dict[str, str]:
    day = timezone.localdate()
    return {
        "asker": "parent",
        "asker_name": "Dana Hollis",
        "contact": "01632 960 177",
        "first_name": "Ellie",
        "last_name": "Hollis",
        "born_on_day": "1",
        "born_on_month": "3",
        "born_on_year": "2016",
        "wants": "",
        "way": "said",
        "received_on": f"{day.day}/{day.month}/{day.year}",
    } | more


def test_anybody_logs_a_request_that_reached_them(people, signed_in_as):
    browser = signed_in_as(people.bob)
    address = reverse("subject-log")
    assert browser.get(address).status_code == 200
    assert browser.post(address, logged()).status_code == 302
    with as_system():
        [request] = SubjectRequest.objects.all()
        assert Event.objects.filter(verb="Logged a request for what is held", membership_id=people.bob.pk).exists()
    assert request.logged_by == people.bob
    page = browser.get(address).content.decode()
    assert request.code in page
    assert "Due by" in page
    assert request.code not in signed_in_as(people.charlie).get(address).content.decode()


def test_a_request_cannot_reach_us_tomorrow_and_nothing_typed_is_lost(people, signed_in_as):
    browser = signed_in_as(people.alice)
    answer = browser.post(reverse("subject-log"), logged(received_on="1/1/2090"))
    assert answer.status_code == 200
    assert "Dana Hollis" in answer.content.decode()
    with as_system():
        assert not SubjectRequest.objects.exists()


def test_practitioners_are_refused_where_requests_are_answered(asked, signed_in_as):
    browser = signed_in_as(asked.practitioner)
    for name, args in (
        ("subject-requests", []),
        ("subject-request", [asked.request.pk]),
        ("subject-items", [asked.request.pk]),
        ("subject-file", [asked.request.pk, "pdf"]),
    ):
        assert browser.get(reverse(name, args=args)).status_code == 403, name


def test_the_whole_way_through_the_pages(asked, signed_in_as, code_of):
    """Without JavaScript: checks, gathering, one decision, many decisions, a passage, hand-over, second look, sent."""
    officer, second = signed_in_as(asked.officer), signed_in_as(asked.second)
    today = timezone.localdate()
    day = f"{today.day}/{today.month}/{today.year}"
    pk = asked.request.pk

    def at(name, *more):
        return reverse(name, args=[pk, *more])

    assert asked.request.code in officer.get(reverse("my-work")).content.decode()
    assert officer.post(at("subject-ask-identity")).status_code == 302
    assert "The clock is stopped" in officer.get(at("subject-request")).content.decode()
    page = officer.post(at("subject-checks"), {"identity_seen": "", "identity_seen_on": day})
    assert page.status_code == 200
    assert officer.post(at("subject-checks"), {"identity_seen": "School card", "identity_seen_on": day}).status_code == 302
    assert officer.post(at("subject-gather")).url == at("subject-items")
    page = officer.get(at("subject-items") + "?part=notes").content.decode()
    assert f"<mark>{BROTHER}</mark>" in page
    with as_system():
        note = SubjectItem.objects.get(request=pk, source="cases_casenote", lines__icontains="did well")
        mark = note.redactions.get()
    page = officer.get(at("subject-item", note.position)).content.decode()
    assert "Withhold something else" in page
    assert officer.post(at("subject-decide", mark.pk), {"answer": "give", "note": ""}).status_code == 200
    assert officer.post(at("subject-decide", mark.pk), {"answer": "withhold"}).status_code == 302
    typed = {"where": "body", "words": "takes medicine", "why": "serious_harm"}
    assert officer.post(at("subject-item", note.position), typed).status_code == 200
    typed |= {"opinion_by": "Dr A Lee, paediatrician", "opinion_on": day}
    assert officer.post(at("subject-item", note.position), typed).status_code == 302
    while choices := officer.get(at("subject-items")).context["form"]:
        which = choices.fields["which"].choices[0][0]
        many = {"which": which, "answer": "withhold" if which.startswith("other") else "give", "note": "They agreed"}
        assert officer.post(at("subject-items"), many).status_code == 302
    assert officer.post(at("subject-hand-over")).status_code == 302
    assert officer.get(at("subject-send")).status_code == 403
    files = {kind: second.get(at("subject-file", kind)) for kind in ("pdf", "json")}
    assert files["pdf"].content.startswith(b"%PDF")
    assert b"takes medicine" not in files["json"].content
    assert second.post(at("subject-send"), {"how": "At school", "code": "000000"}).status_code == 200
    sent = second.post(at("subject-send"), {"how": "At school", "code": code_of(asked.second)})
    assert sent.status_code == 302
    page = officer.get(at("subject-request")).content.decode()
    assert "SHA-256" in page
    assert "sent " in officer.get(reverse("subject-requests")).content.decode()
    with as_system():
        looks = Event.objects.filter(verb="Downloaded an answer", facts__request=str(pk))
        assert {event.membership_id for event in looks} == {asked.second.pk}


def test_another_officer_does_not_read_a_working_copy(gathered, signed_in_as):
    """Paired with the officer who does: one fact differs."""
    with as_system():
        mark = Redaction.objects.filter(request=gathered.request).first()
    for name, more in (("subject-items", []), ("subject-item", [1]), ("subject-decide", [mark.pk])):
        address = reverse(name, args=[gathered.request.pk, *more])
        assert signed_in_as(gathered.officer).get(address).status_code == 200, name
        assert signed_in_as(gathered.other_officer).get(address).status_code == 404, name


def test_the_second_person_reads_and_does_not_mark(gathered, signed_in_as):
    decide_everything(gathered)
    with acting_as(gathered.officer) as by:
        actions.pass_on(request=gathered.request, left_out_reason="", by=by)
    browser = signed_in_as(gathered.other_officer)
    page = browser.get(reverse("subject-item", args=[gathered.request.pk, 1]))
    assert page.status_code == 200
    assert "Withhold something else" not in page.content.decode()
    assert browser.post(reverse("subject-item", args=[gathered.request.pk, 1]), {"why": "legal"}).status_code == 404
    back = browser.post(reverse("subject-send-back", args=[gathered.request.pk]), {"note": "Item 3 names a friend."})
    assert back.status_code == 302
    assert refreshed(gathered).request.status == "in_hand"
    assert "Item 3 names a friend." in signed_in_as(gathered.officer).get(
        reverse("subject-request", args=[gathered.request.pk])
    ).content.decode()


def test_no_address_or_title_names_anybody(gathered, signed_in_as):
    import re

    browser = signed_in_as(gathered.officer)
    for name, more in (("subject-request", []), ("subject-items", []), ("subject-item", [1]), ("subject-checks", [])):
        address = reverse(name, args=[gathered.request.pk, *more])
        answer = browser.get(address)
        if answer.status_code == 200:
            title = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL).group(1)
            assert "Ellie" not in title + address


def test_queries_do_not_grow_with_the_rows(gathered, signed_in_as, queries_of, world):
    browser = signed_in_as(gathered.officer)
    few = queries_of(browser, reverse("subject-requests"))
    with acting_as(gathered.practitioner) as by:
        for _n in range(4):
            actions.log_request(
                asker="person", asker_name="A B", contact="x", first_name="A", last_name="B", born_on=None, wants="",
                way="said", received_on=timezone.localdate(), by=by,
            )  # fmt: skip
    assert queries_of(browser, reverse("subject-requests")) == few
    assert few <= 22
    notes = reverse("subject-items", args=[gathered.request.pk])
    assert queries_of(browser, notes + "?part=notes") <= 26


def test_a_protected_address_is_masked_until_its_item_is_opened_and_that_is_recorded(gathered, signed_in_as):
    browser = signed_in_as(gathered.officer)
    pages = [
        browser.get(reverse("subject-items", args=[gathered.request.pk]) + f"?part={part}").content.decode()
        for part in ("addresses", "notes")
    ]
    assert all("open the item to see it" in page for page in pages)
    for protected in (SAFE_ADDRESS, "4 Safe Street"):
        assert not any(protected in page for page in pages), protected
    with as_system():
        own = SubjectItem.objects.get(request=gathered.request, source="cases_address")
    assert "4 Safe Street" in browser.get(reverse("subject-item", args=[own.request_id, own.position])).content.decode()
    with as_system():
        assert Event.objects.filter(verb="Showed a protected address", membership_id=gathered.officer.pk).count() == 1
