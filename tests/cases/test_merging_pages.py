"""Pages about records that may be there twice: who gets in, what they say, and that two people are needed."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from cases.merging.actions import end_link, link
from cases.models import Consent, Merge, Person, RecordLink
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event
from tests.cases.test_merging_undo import fetched

pytestmark = pytest.mark.django_db


def page(browser, name, *args, **data):
    address = reverse(name, args=args)
    answer = browser.post(address, data) if data else browser.get(address)
    return answer, answer.content.decode()


def test_suggestions_are_for_hub_staff_and_of_their_own_records(twice, people, world, signed_in_as, client):
    with as_system():
        RecordLink.objects.all().delete()
    _, words = page(signed_in_as(twice.first), "duplicates")
    assert "Dana Hollis and Dana Holis" in words and "It never links and never merges" in words
    assert "Same date of birth" in words
    stranger = world.member(people.coordinator.agency, Role.HUB_COORDINATOR, hub=world.hub("Sedge"))
    assert "Nobody looks alike" in page(signed_in_as(stranger), "duplicates")[1]
    for member in (people.alice, people.bob, people.charlie):
        assert page(signed_in_as(member), "duplicates")[0].status_code == 403
    assert page(client, "duplicates")[0].status_code == 302


def test_two_records_are_compared_by_their_references(twice, people, signed_in_as):
    browser = signed_in_as(twice.first)
    found, words = page(
        browser, "duplicates", one=twice.kept_case.reference, other=twice.gone_case.reference.lower()
    )
    assert found.status_code == 200 and "Kai Hollis and Kay Holis" in words
    assert "that you may open" in page(browser, "duplicates", one="WM-1", other="WM-2")[1]


def test_link_is_shown_on_both_records_to_those_who_see_both_and_ends_with_a_reason(
    twice,
    people,
    signed_in_as,
):
    with as_system():
        RecordLink.objects.all().delete()
    browser = signed_in_as(twice.first)
    ids = (twice.kai.pk, twice.kay.pk)
    assert "Enter how you know" in page(browser, "duplicates-pair", *ids, about="person", verdict="same")[1]
    answer, _ = page(
        browser, "duplicates-pair", *ids, about="person", verdict="may_be", reason="Spelled twice"
    )
    assert answer.status_code == 302
    for case in (twice.kept_case, twice.gone_case):
        words = page(browser, "record-people", case.reference)[1]
        assert "may be the same person as" in words and "Spelled twice" in words
    assert (
        "same person" not in page(signed_in_as(people.alice), "record-people", twice.kept_case.reference)[1]
    )
    with as_system():
        made = RecordLink.objects.get()
        assert Event.objects.filter(verb="Linked two records").count() == 2
    assert "Enter why" in page(browser, "duplicates-link-end", made.pk, reason="")[1]
    assert page(browser, "duplicates-link-end", made.pk, reason="Cousins")[0].status_code == 302
    assert "Spelled twice" not in page(browser, "record-people", twice.kept_case.reference)[1]
    assert fetched(made).end_reason == "Cousins"


def test_families_are_linked_and_a_new_word_ends_the_one_before(twice):
    with acting_as(twice.first) as actor:
        families = {"one": twice.kept_family, "other": twice.gone_family, "by": actor}
        first = link(verdict="may_be", reason="One house", **families)
        second = link(verdict="same", reason="They say so", **families)
        with pytest.raises(ValidationError):
            link(one=twice.kai, other=twice.kai, verdict="same", reason="x", by=actor)
        with pytest.raises(ValidationError):
            link(verdict="same", reason=" ", **families)
        with pytest.raises(ValidationError):
            end_link(link=fetched(first), reason="x", by=actor)
    assert fetched(first).ended_at and fetched(second).ended_at is None


def test_who_may_not_link(twice, people, world):
    stranger = world.member(people.coordinator.agency, Role.HUB_COORDINATOR, hub=world.hub("Sedge"))
    for member in (people.alice, people.charlie, stranger):
        with acting_as(member) as actor, pytest.raises(NotAllowed):
            link(one=twice.kai, other=twice.kay, verdict="same", reason="x", by=actor)


def test_pair_that_is_not_the_same_is_not_suggested_again(twice, signed_in_as):
    browser = signed_in_as(twice.first)
    assert "Dana Hollis and Dana Holis" in page(browser, "duplicates")[1]
    page(
        browser,
        "duplicates-pair",
        twice.mother.pk,
        twice.dana.pk,
        about="person",
        verdict="different",
        reason="Aunts",
    )
    assert "Dana Hollis and Dana Holis" not in page(browser, "duplicates")[1]


def test_one_proposes_another_merges_and_it_is_undone(twice, signed_in_as, people):
    first, second = signed_in_as(twice.first), signed_in_as(twice.second)
    ids = (twice.kai.pk, twice.kay.pk)
    words = page(first, "merge-propose", *ids)[1]
    assert "Who would see more, and who less" in words and "First1" not in words
    assert "Alice" in words and "are one person" in words and "Kai Hollis: telephone" in words
    typed = {
        f"pair_{twice.dana.pk}": "on",
        f"take_{twice.kay.pk}_first_name": "kept",
        f"take_{twice.kay.pk}_last_name": "kept",
        f"take_{twice.kay.pk}_born_on": "kept",
        f"take_{twice.kay.pk}_phone": "gone",
        f"take_{twice.dana.pk}_last_name": "kept",
        "take_family_name": "kept",
        "take_family_strengths": "gone",
        "reason": "The mother says so",
    }
    assert "Enter how you know" in page(first, "merge-propose", *ids, **typed | {"reason": ""})[1]
    answer, words = page(first, "merge-propose", *ids, **typed)
    assert answer.status_code == 302, words
    with as_system():
        merge = Merge.objects.get()
    own = page(first, "merge", merge.pk)[1]
    assert "You proposed this" in own and "Merge the records" not in own
    page(first, "merge", merge.pk, answer="yes", looked="on")
    assert fetched(merge).status == "proposed"
    assert (
        "The mother says so" in page(second, "duplicates")[1]
        or "Waiting for a second person" in page(second, "duplicates")[1]
    )
    assert "Tick that you have looked" in page(second, "merge", merge.pk, answer="yes")[1]
    assert page(second, "merge", merge.pk, answer="yes", looked="on")[0].status_code == 302
    assert fetched(merge).status == "done" and fetched(twice.kai).phone == "01632 960 001"
    # The old address of Kay leads to Kai, for those who see him.
    old = reverse("record-person-change", args=[twice.kept_case.reference, twice.kay.pk])
    assert first.get(old)["Location"] == reverse(
        "record-person-change", args=[twice.kept_case.reference, twice.kai.pk]
    )
    assert signed_in_as(people.bob).get(old).status_code == 404
    charlie = signed_in_as(people.charlie)
    his = reverse("record-person-change", args=[twice.gone_case.reference, twice.kay.pk])
    assert charlie.get(his, follow=True).status_code == 200, "he had Kay, and now has Kai"
    assert charlie.get(old, follow=True).status_code == 404, "the other record is no more his than before"
    assert "What moved" in page(first, "merge", merge.pk)[1]
    assert "Enter why" in page(first, "merge", merge.pk, answer="undo", reason="")[1]
    assert page(first, "merge", merge.pk, answer="undo", reason="Cousins")[0].status_code == 302
    assert "What was put back" in page(first, "merge", merge.pk)[1]
    with as_system():
        verbs = set(Event.objects.filter(object_id=str(merge.pk)).values_list("verb", flat=True))
    assert verbs == {"Proposed to merge records", "Merged records", "Undid a merge of records"}


def test_either_may_say_no(twice, signed_in_as):
    merge = twice.propose()
    assert page(signed_in_as(twice.first), "merge", merge.pk, answer="no")[0].status_code == 302
    assert fetched(merge).status == "declined"
    assert "Not merged" in page(signed_in_as(twice.second), "merge", merge.pk)[1]


def test_others_are_told_that_there_is_nothing(twice, people, world, signed_in_as, client):
    merge = twice.propose()
    with as_system():
        made = RecordLink.objects.get()
    stranger = world.member(people.coordinator.agency, Role.HUB_COORDINATOR, hub=world.hub("Sedge"))
    ids = (twice.kai.pk, twice.kay.pk)
    for name, args in (
        ("merge", [merge.pk]),
        ("duplicates-pair", ids),
        ("merge-propose", ids),
        ("duplicates-link-end", [made.pk]),
    ):
        assert page(signed_in_as(stranger), name, *args)[0].status_code == 404, name
        assert page(signed_in_as(people.alice), name, *args)[0].status_code == 403, name
        assert page(client, name, *args)[0].status_code == 302, name


def test_confidential_address_is_said_to_stand_in_the_way(twice, signed_in_as):
    with as_system():
        twice.gone_family.addresses.update(is_confidential=True)
    words = page(signed_in_as(twice.first), "merge-propose", twice.kai.pk, twice.kay.pk)[1]
    assert "confidential address" in words and "Propose the merge</button>" not in words


def test_postcode_of_a_confidential_address_is_no_evidence(twice, signed_in_as):
    with as_system():
        twice.gone_family.addresses.update(is_confidential=True, postcode="TA1 1AA")
    assert "postcode" not in page(signed_in_as(twice.first), "duplicates-pair", twice.kai.pk, twice.kay.pk)[1]


def test_query_counts(twice, signed_in_as, queries_of, world):
    browser = signed_in_as(twice.first)
    merge = twice.propose()
    ids = [twice.kai.pk, twice.kay.pk]
    counts = {
        name: queries_of(browser, reverse(name, args=args))
        for name, args in (
            ("duplicates", []),
            ("duplicates-pair", ids),
            ("merge-propose", ids),
            ("merge", [merge.pk]),
        )
    }
    assert max(counts.values()) <= 25, counts
    with as_system():
        for n in range(5):
            for family in (twice.kept_family, twice.gone_family):
                child = Person.objects.create(
                    family=family, first_name=f"Tam{n}", last_name="Hollis", born_on=dt.date(2011, 1, 1 + n)
                )
                Consent.objects.create(
                    case=twice.kept_case, person=child, agency=twice.school, answer="given", method="phone",
                    given_on=dt.date(2026, 1, 1),
                )  # fmt: skip
    again = {
        name: queries_of(browser, reverse(name, args=args))
        for name, args in (("duplicates", []), ("duplicates-pair", ids), ("merge-propose", ids))
    }
    assert {name: again[name] - counts[name] for name in again} == dict.fromkeys(again, 0)
