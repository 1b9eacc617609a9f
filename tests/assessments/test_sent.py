"""What goes to social care of an assessment: the answers of the one signed off last, in the categories that go."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment
from assessments.sent import KEPT_BACK
from cases.actions.step_up import send_step_up
from cases.models import Address, StepUpPack
from cases.pack import fingerprint, pack_of
from earlyhelp.access.context import acting_as, as_system
from hubs.models import Category
from reporting.consistency import broken

pytestmark = pytest.mark.django_db
MOST = 14  # queries of a whole pack


@pytest.fixture
def sign_off(eha):
    """`sign_off(assessment, days_ago)`: past the rules, which other tests prove."""

    def sign(assessment: Assessment, days_ago: int) -> None:
        with as_system():
            when = timezone.now() - dt.timedelta(days=days_ago)
            begun = when - dt.timedelta(days=1)
            Assessment.objects.filter(pk=assessment.pk).update(initiated_at=begun, signed_off_at=when)

    return sign


def send(people, social_care, *categories) -> dict:
    with acting_as(people.alice) as alice:
        send_step_up(
            case=people.case, to_agency=social_care, reason="Not safe at night", threshold=["neglect"], tried="The plan",
            why_no_meeting="Too late", basis="risk_of_harm", danger_told=True, categories=categories, by=alice,
        )  # fmt: skip
    with as_system():
        pack = StepUpPack.objects.get()
        assert pack.sha256 == fingerprint(pack.content)
        return pack.content


def test_answers_of_the_latest_signed_one_go_in_the_categories_chosen(
    people, social_care, eha, later, write_answers, sign_off
):
    for assessment, reason in ((eha, "Said in spring"), (later, "Said in autumn")):
        write_answers(assessment, people.alice, "start", reason=reason)
        write_answers(assessment, people.alice, "money", worry="Behind with the rent")
    sign_off(eha, 7)
    sign_off(later, 3)
    first, second = send(people, social_care, Category.EDUCATION)["assessments"]
    assert first["signed_off_on"] and first["pages"] == []
    [page] = second["pages"]
    assert (page["category"], page["by"]) == (Category.FAMILY.label, "")
    assert [answer["lines"] for answer in page["answers"]] == [["Said in autumn"]]
    with as_system():
        assert not [each.name for each in broken() if "pack" in each.name]


def test_what_an_agency_wrote_apart_goes_under_its_name(
    people, social_care, eha, write_answers, sign_off, health
):
    write_answers(eha, people.alice, "start", reason="Late for school")
    write_answers(eha, health, "money", worry="No money for the bus")
    sign_off(eha, 1)
    [sent] = send(people, social_care, Category.FINANCE)["assessments"]
    said = {page["by"]: page["answers"][0]["lines"] for page in sent["pages"]}
    # Health may not read about money here: what it wrote is its own, and the school does not read it either.
    assert said == {"": ["Late for school"]}


def test_a_draft_is_named_and_not_sent(people, social_care, eha, write_answers):
    write_answers(eha, people.alice, "start", reason="Half a thought")
    [sent] = send(people, social_care, Category.EDUCATION)["assessments"]
    assert sent["reference"] == eha.reference and sent["signed_off_on"] is None and sent["pages"] == []


def test_an_answer_with_a_protected_address_stays_behind(people, social_care, eha, write_answers, sign_off):
    write_answers(eha, people.alice, "start", reason="She fled to 12 Safe Harbour Road", hopes="To sleep")
    with as_system():
        Address.objects.create(
            family=people.case.family, lines="12 Safe Harbour Road", postcode="WM1 9ZZ", is_confidential=True
        )
    sign_off(eha, 1)
    [sent] = send(people, social_care, Category.EDUCATION)["assessments"]
    assert [answer["lines"] for answer in sent["pages"][0]["answers"]] == [[KEPT_BACK], ["To sleep"]]


def test_the_receiver_reads_the_answers(people, social_care, eha, write_answers, sign_off, signed_in_as):
    write_answers(eha, people.alice, "start", reason="Late for school <b>again</b>")
    sign_off(eha, 1)
    send(people, social_care, Category.EDUCATION)
    page = signed_in_as(social_care.decider).get(reverse("record-steps", args=[people.case.reference]))
    address = next(
        link for link in page.content.decode().split('"') if "/step-up" in link and link.startswith("/")
    )
    words = signed_in_as(social_care.decider).get(address).content.decode()
    assert "What was answered (1 page)" in words and "Late for school &lt;b&gt;again&lt;/b&gt;" in words


def test_the_pack_of_three_assessments_asks_no_more_than_that_of_one(
    people, eha, later, start_assessment, write_answers, sign_off, django_assert_max_num_queries
):
    third = start_assessment(people.case, people.alice)
    for number, assessment in enumerate((eha, later, third)):
        write_answers(assessment, people.alice, "start", reason="Late for school")
        write_answers(assessment, people.alice, "safety", facts="A row on the stairs")
        sign_off(assessment, 7 - 2 * number)
    with acting_as(people.alice), django_assert_max_num_queries(MOST):
        assert len(pack_of(people.case)["assessments"][2]["pages"]) == 2


def test_the_page_that_shows_it_before_sending(
    people, social_care, eha, write_answers, sign_off, signed_in_as, django_assert_max_num_queries
):
    write_answers(eha, people.alice, "start", reason="Late for school")
    sign_off(eha, 1)
    alice = signed_in_as(people.alice)
    written = {
        "to_agency": social_care.pk, "tried": "The plan", "meeting": "none", "why_no_meeting": "Too late",
        "categories": ["2"], "threshold": ["neglect"], "reason": "Not safe at night", "basis": "risk_of_harm",
        "told": "no", "why_family_not_told": "He would take them away", "do": "check",
    }  # fmt: skip
    address = reverse("step-up-write", args=[people.case.reference])
    with django_assert_max_num_queries(40):  # savepoints too: the page shows the whole record once
        page = alice.post(address, written).content.decode()
    assert "What was answered (1 page)" in page and "Late for school" in page
