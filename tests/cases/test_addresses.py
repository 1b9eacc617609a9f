"""A protected address: not found out by trying, noticed when it is typed, never lost with what was typed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.addresses import mentions_protected_address
from cases.models import Address, CaseNote
from cases.search import find
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event

pytestmark = pytest.mark.django_db

LINES, POSTCODE = "12a Orchard Lane, Little Wendon", "WM9 4QT"


@pytest.fixture
def kept(people):
    """The mother and her children live where nobody is to know."""
    with as_system():
        family = people.case.family
        return Address.objects.create(family=family, lines=LINES, postcode=POSTCODE, is_confidential=True)


def note_of(people, **words):
    return {
        "kind": "fact",
        "category": "1",
        "title": "Visit",
        "body": "All well.",
        "happened_on": "1/3/2026",
        **words,
    }


@pytest.mark.parametrize(
    "words",
    [
        "They live at 12a Orchard Lane now",
        "12A ORCHARD LANE",
        "post goes to wm94qt",
        "(WM9 4QT)",
        "see 12a, Orchard-Lane; ask for her sister",
    ],
)
def test_it_is_noticed_however_it_is_written(kept, people, seen_by, words):
    seen_by(people.alice)
    assert mentions_protected_address(people.case, ["Nothing here", words])


@pytest.mark.parametrize(
    "words",
    ["", "Orchard Lane school", "She goes to Little Wendon on Fridays", "12 Orchard Lane", "WM9 4QS", "112a Orchard Lane"],
)
def test_what_is_not_the_address_is_let_through(kept, people, seen_by, words):
    seen_by(people.alice)
    assert not mentions_protected_address(people.case, [words])


def test_an_open_address_is_nobodys_secret(people, seen_by):
    with as_system():
        Address.objects.create(family=people.case.family, lines=LINES, postcode=POSTCODE)
    seen_by(people.alice)
    assert not mentions_protected_address(people.case, [LINES, POSTCODE])


def test_a_house_by_its_name_and_not_by_its_town(people, seen_by):
    with as_system():
        lines = "Rose Cottage, Alder Vale\nFlat 3"
        Address.objects.create(family=people.case.family, lines=lines, is_confidential=True)
    seen_by(people.alice)
    assert mentions_protected_address(people.case, ["She moved to Rose Cottage."])
    assert not mentions_protected_address(people.case, ["The Alder Vale hub rang about flat 3."])


def test_an_address_kept_from_somebody_is_noticed_in_their_own_record(people, world, seen_by):
    """The mother's new address, kept from the father, is typed into the record of the father's new family."""
    with as_system():
        father = people.case.family.people.filter(is_child=False).first()
        other = world.family(people.case.hub, children=1)
        Address.objects.create(
            family=other, lines=LINES, postcode=POSTCODE, is_confidential=True, hidden_from=father
        )
    seen_by(people.alice)
    assert mentions_protected_address(people.case, [f"She now lives at {LINES}"])


def test_strangers_learn_nothing_by_trying(kept, people, seen_by):
    seen_by(people.charlie)
    assert not mentions_protected_address(people.case, [LINES, POSTCODE])
    seen_by(None)
    assert not mentions_protected_address(people.case, [LINES, POSTCODE])


def test_the_writer_is_asked_first_and_nothing_typed_is_lost(kept, people, signed_in_as):
    browser = signed_in_as(people.alice)
    address = reverse("record-note", args=[people.case.reference])
    typed = note_of(people, body=f"I drove to {LINES}.\nShe is well.")
    asked = browser.post(address, typed)
    assert asked.status_code == 422
    assert "You typed a protected address" in asked.content.decode()
    assert "I drove to 12a Orchard Lane" in asked.content.decode()
    with as_system():
        assert not CaseNote.objects.filter(title="Visit").exists()
        assert Event.objects.filter(verb="Was warned of a protected address", case_id=people.case.pk).count() == 1
    kept_all = browser.post(address, typed | {"keep_address": "on"})
    assert kept_all.status_code == 302, kept_all.content.decode()
    with as_system():
        assert "12a Orchard Lane" in CaseNote.objects.get(title="Visit").body


def test_without_the_address_the_same_note_is_saved_at_once(kept, people, signed_in_as):
    answer = signed_in_as(people.alice).post(reverse("record-note", args=[people.case.reference]), note_of(people))
    assert answer.status_code == 302, answer.content.decode()
    with as_system():
        assert CaseNote.objects.get(title="Visit")


def test_where_addresses_are_written_nobody_is_asked(kept, people, signed_in_as):
    answer = signed_in_as(people.alice).post(
        reverse("record-address-add", args=[people.case.reference]),
        {"lines": LINES, "postcode": POSTCODE, "is_confidential": "on", "starts_on": "1/3/2026"},
    )
    assert "You typed a protected address" not in answer.content.decode()


def test_the_match_check_does_not_give_a_protected_postcode_away(kept, people, seen_by):
    """Name and postcode together find a family elsewhere; not by a postcode that is kept secret."""
    with as_system():
        child = people.case.family.people.filter(is_child=True).first()
        Address.objects.create(family=people.case.family, lines="1 High Street", postcode="WM1 1AA")
    charlie = seen_by(people.charlie)
    assert find(words=child.full_name, postcode="WM1 1AA", by=charlie).elsewhere
    assert not find(words=child.full_name, postcode=POSTCODE, by=charlie).elsewhere


def test_an_answer_of_an_assessment_is_saved_and_its_writer_told(kept, people, eha, signed_in_as):
    """Typing is never held up there: it is saved, said beside "Saved", and said again before signing off."""
    browser = signed_in_as(people.alice)
    sent = {"reason": f"They are safe at {LINES}", "question": "reason", "base": "{}", "writer": "w"}
    saved = browser.post(reverse("assessment-part-save", args=[eha.pk, "start"]), sent)
    assert saved.status_code == 200, saved.content
    assert "protected address" in saved.json()["notice"]
    check = browser.get(reverse("assessment-check", args=[eha.pk])).content.decode()
    assert "A protected address stands in an answer" in check
