"""Guests: inviting them, and their door."""

from __future__ import annotations

import datetime as dt
import re
from threading import Barrier, Thread

import pytest
from django.contrib.auth.hashers import check_password
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.guest import end_guest, invite_guest, renew_guest, try_code
from cases.guests import fingerprint, guests_on_page, guests_to_see_to
from cases.models import CaseNote, Guest
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox import relay
from earlyhelp.outbox.models import Message
from tests.alike import as_read
from tests.fixtures.guests import Asked, try_to_enter

pytestmark = pytest.mark.django_db

HOME = "/guest/"


def change(guest: Guest, **facts) -> None:
    with as_system():
        Guest.objects.filter(pk=guest.pk).update(**facts)


def events_of(case) -> list[Event]:
    with as_system():
        return list(Event.objects.filter(case_id=case.pk).order_by("at", "id"))


# -- Inviting ------------------------------------------------------------------------------------------------------------


def test_inviting_keeps_only_hashes_and_records_ids_alone(ask_guest, people):
    asked = ask_guest()
    with as_system():
        guest = Guest.objects.get()
    token = asked.link.split("/")[-2]
    assert len(token) >= 43 and re.fullmatch(r"\d{6}", asked.code)
    assert guest.secret_hash == fingerprint(token)
    assert check_password(f"{token}:{asked.code}", guest.code_hash)
    # Without the link's secret a million tries do not give the code away.
    assert not check_password(asked.code, guest.code_hash)
    kept = " ".join(str(value) for value in vars(guest).values())
    assert token not in kept and asked.code not in kept
    [event] = [each for each in events_of(people.case) if each.verb == "Invited a guest"]
    assert (event.object_type, event.object_id, event.facts) == ("cases.Guest", str(guest.pk), {"topics": [1, 2]})
    assert (event.membership_id, event.level) == (people.alice.pk, "change")
    with as_system():
        note = CaseNote.objects.get(kind="event", title__startswith="A guest was invited")
    assert "Ama" not in note.title


def test_the_email_says_nothing_about_anybody(ask_guest, people):
    asked = ask_guest()
    assert relay.send_due() == 1
    [sent] = mail.outbox
    assert sent.to == ["ama@example.org"]
    assert f"https://testserver{asked.link}" in sent.body
    with as_system():
        family = people.case.family
        names = [family.name, people.case.reference, people.hub.name, people.school.name, "Alice", "Ama", "Swimming"]
        names += [word for person in family.people.all() for word in (person.first_name, person.last_name)]
    for word in [*names, asked.code]:
        assert word.lower() not in (sent.subject + sent.body).lower().replace(asked.link.lower(), "")
    assert Message.objects.get(kind="guest-link").link == "", "the outbox forgets the link once it is sent"


@pytest.mark.parametrize("kind", ["alice", "bob", "charlie", "coordinator", "nobody"])
def test_who_may_invite(kind, people, signed_in_as, client):
    browser = client if kind == "nobody" else signed_in_as(getattr(people, kind))
    answer = browser.get(reverse("guest-invite", args=[people.case.reference]))
    expected = {"alice": 200, "bob": 404, "charlie": 404, "coordinator": 200, "nobody": 302}
    assert answer.status_code == expected[kind]


def form_of(people, **facts) -> dict:
    with as_system():
        mother = people.case.family.people.get(is_child=False)
    until = timezone.localdate() + dt.timedelta(days=14)
    return {
        "name": "Ama Boateng",
        "organisation": "Swimming club",
        "email": "ama@example.org",
        "phone": "07700 900123",
        "why": "She teaches Ellie to swim.",
        "topics": ["1"],
        "agreed_by": str(mother.pk),
        "until": f"{until.day}/{until.month}/{until.year}",
    } | facts


def test_the_code_is_shown_once_to_the_inviter(people, signed_in_as):
    browser = signed_in_as(people.alice)
    address = reverse("guest-invite", args=[people.case.reference])
    answer = browser.post(address, form_of(people))
    code = answer.context["code"].replace(" ", "")
    assert answer.status_code == 200 and answer.context["code"] in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    # Sent again, as a browser that loads the page anew does: nobody is invited twice.
    again = browser.post(address, form_of(people))
    assert "has an invitation already" in again.content.decode()
    for page in ("record-sharing", "record-history", "record-timeline"):
        assert code not in browser.get(reverse(page, args=[people.case.reference])).content.decode()
    with as_system():
        assert Guest.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"until": ""}, "Enter the last day"),
        ({"until": "1/1/2020"}, "must be"),
        ({"until": "1/1/2040"}, "must be"),
        ({"topics": ["3"]}, "What may they read"),
        ({"topics": []}, "Select what they may read"),
        ({"agreed_by": ""}, "Select who in the family agreed"),
        ({"why": ""}, "Enter why"),
        ({"email": "no address"}, "email"),
    ],
)
def test_an_invitation_that_will_not_do_is_refused_on_the_form(facts, words, people, signed_in_as):
    answer = signed_in_as(people.alice).post(
        reverse("guest-invite", args=[people.case.reference]), form_of(people, **facts)
    )
    assert words in answer.content.decode() and "There is a problem" in answer.content.decode()
    with as_system():
        assert not Guest.objects.exists()


def test_an_action_refuses_more_than_the_agency_has(ask_guest, people):
    """A school has no health: whoever goes round the form is told so by the action, and the database gives nothing."""
    with pytest.raises(ValueError, match="only topics that your agency has"):
        ask_guest(categories=[1, 3])
    with pytest.raises(ValueError, match="within 30 days"):
        ask_guest(until=timezone.localdate() + dt.timedelta(days=31))
    ask_guest(until=timezone.localdate() + dt.timedelta(days=30))


def test_a_guest_is_somebody_without_an_account_whom_another_agreed_to(ask_guest, people):
    with pytest.raises(ValueError, match="has an account"):
        ask_guest(email=people.bob.user.email.upper())
    with pytest.raises(ValueError, match="nobody agrees to their own invitation"):
        ask_guest(name="dana hollis")
    with as_system():
        child = people.case.family.people.get(is_child=True)
    with pytest.raises(ValueError, match="has not agreed"):
        ask_guest(agreed_by=child)  # ten years old: somebody else answers for her


def test_nobody_agreed_nobody_is_invited(people, world, signed_in_as):
    with as_system():
        people.case.consents.update(ended_at=timezone.now(), end_reason="withdrawn")
        mother = people.case.family.people.get(is_child=False)
    page = signed_in_as(people.coordinator).get(reverse("guest-invite", args=[people.case.reference]))
    assert "Nobody in this family agrees to share" in page.content.decode()
    with acting_as(people.coordinator) as by, pytest.raises(ValueError, match="has not agreed to share"):
        invite_guest(
            case=people.case, name="A", organisation="B", email="a@example.org", why="C", categories=[1],
            agreed_by=mother, until=timezone.localdate(), by=by,
        )


# -- The door ------------------------------------------------------------------------------------------------------------


def test_link_and_code_open_the_record_and_the_secret_leaves_the_address(ask_guest):
    asked = ask_guest()
    browser = Client()
    opened = browser.get(asked.link)
    assert (opened.status_code, opened.url) == (302, reverse("guest-code"))
    token = asked.link.split("/")[-2]
    assert token not in opened.url
    assert token not in browser.get(opened.url).content.decode()
    entered = browser.post(reverse("guest-code"), {"code": f"{asked.code[:3]} {asked.code[3:]}"})
    assert (entered.status_code, entered.url) == (302, HOME)
    cookie = entered.cookies["eh-guest"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["max-age"] == ""
    assert entered.cookies["eh-guest-link"].value == ""
    page = browser.get(HOME)
    assert page.status_code == 200
    assert token not in page.content.decode() and cookie.value not in page.content.decode()
    assert page["Cache-Control"] == "no-store"


def test_opening_the_link_uses_nothing_up(ask_guest, let_in):
    """Mail scanners open links."""
    asked = ask_guest()
    for _ in range(3):
        Client().get(asked.link)
        Client().head(asked.link)
    let_in(asked)


def test_one_wrong_code_costs_one_try(ask_guest, let_in, people):
    asked = ask_guest()
    browser, answer = try_to_enter(asked, asked.wrong_code)
    assert "You have 4 tries left" in answer.content.decode()
    assert browser.get(HOME).url == reverse("guest-over")
    let_in(asked)
    verbs = [(event.verb, event.membership_id) for event in events_of(people.case)]
    assert ("Wrong code for a guest", None) in verbs and ("Guest came in", None) in verbs


def test_five_wrong_codes_shut_the_link_and_its_inviter_is_told(ask_guest, ask_again, let_in, people, signed_in_as):
    asked = ask_guest()
    relay.send_due()
    mail.outbox.clear()
    browser = Client()
    for _ in range(5):
        browser, answer = try_to_enter(asked, asked.wrong_code, browser)
    assert answer.status_code == 410
    for code in (asked.code, asked.wrong_code):
        assert try_to_enter(asked, code)[1].status_code == 410
    relay.send_due()
    [told] = mail.outbox
    assert told.to == [people.alice.user.email] and "Ama" not in told.body
    with acting_as(people.alice) as alice:
        [waiting] = guests_to_see_to(alice)
        assert waiting.is_locked
        assert guests_on_page(alice, people.case)["guest_lines"][0].state == "Code locked"
    assert "Code locked" in signed_in_as(people.alice).get(reverse("my-work")).content.decode()
    let_in(ask_again(asked))
    with as_system():
        assert Guest.objects.get().tries == 0


def test_guessing_is_useless(ask_guest):
    """5 tries of 1,000,000 for each link, whoever tries and however often. Counted over 200 tries from many browsers."""
    asked = ask_guest()
    guesses = [f"{n:06d}" for n in range(200) if f"{n:06d}" != asked.code]
    entered = [try_to_enter(asked, guess)[1].status_code for guess in guesses]
    assert entered.count(302) == 0
    assert entered[:4] == [200] * 4 and set(entered[4:]) == {410}
    with as_system():
        assert Guest.objects.get().tries == 5


def test_the_door_looks_the_same_for_every_link_that_is_none(ask_guest, let_in, people):
    """Unknown, used, locked, ended, run out: one answer, byte for byte."""
    used, ended, late = ask_guest(), ask_guest(email="b@example.org"), ask_guest(email="c@example.org")
    let_in(used)
    with acting_as(people.alice) as by:
        end_guest(guest=Guest.objects.select_related("case").get(pk=ended.guest.pk), by=by)
    now = timezone.now()
    change(late.guest, invited_at=now - dt.timedelta(days=2), expires_at=now - dt.timedelta(hours=1))
    unknown = Asked(used.guest, used.code, "/guest/link/" + "x" * 43 + "/", people.alice)
    broken = Asked(used.guest, used.code, "/guest/link/%00%0a/", people.alice)
    answers = []
    for asked in (unknown, broken, used, ended, late):
        for ask in ("get", "post"):
            browser = Client()
            browser.get(asked.link)
            answer = getattr(browser, ask)(reverse("guest-code"), {"code": asked.code})
            answers.append(as_read(answer))
    assert all(each == answers[0] for each in answers) and answers[0][0] == 410
    assert b"This invitation has ended" in answers[0][2]


def test_a_used_link_and_code_open_nothing_again(ask_guest, let_in):
    asked = ask_guest()
    first = let_in(asked)
    assert try_to_enter(asked)[1].status_code == 410
    # Whoever is in and follows the old link again stays in.
    assert first.get(asked.link).url == reverse("guest-code")
    assert first.get(reverse("guest-code")).url == HOME
    assert first.get(HOME).status_code == 200


def test_coming_back_needs_a_new_link_and_code_and_ends_the_session_before(ask_guest, ask_again, let_in):
    asked = ask_guest()
    first = let_in(asked)
    again = ask_again(asked)
    assert first.get(HOME).url == reverse("guest-over"), "a new code ends the session of the old one"
    assert try_to_enter(Asked(again.guest, again.code, asked.link, again.by))[1].status_code == 410, "the old link is dead"
    second = let_in(again)
    assert second.get(HOME).status_code == 200
    assert try_to_enter(again)[1].status_code == 410, "one session and no other"


def test_only_whoever_invited_makes_a_new_code(ask_guest, people, world):
    asked = ask_guest()
    head = world.member(people.school, Role.AGENCY_LEAD)
    with acting_as(head) as by:
        guest = Guest.objects.select_related("case").get(pk=asked.guest.pk)
        with pytest.raises(NotAllowed, match="Only whoever invited"):
            renew_guest(guest=guest, by=by)
        end_guest(guest=guest, by=by)
        with pytest.raises(NotAllowed, match="ended already"):
            end_guest(guest=guest, by=by)


@pytest.mark.django_db(transaction=True)
def test_many_codes_at_once_are_still_five_tries(ask_guest):
    """Twelve browsers try at the same moment: five are counted and compared, and no more."""
    asked = ask_guest()
    token, gate, answers = asked.link.split("/")[-2], Barrier(12), []

    def guess():
        gate.wait()
        try:
            answers.append(try_code(token=token, code=asked.wrong_code).left)
        finally:
            connection.close()

    threads = [Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0] * 8 + [1, 2, 3, 4]
    with as_system():
        assert Guest.objects.get().tries == 5


@pytest.mark.django_db(transaction=True)
def test_the_right_code_at_once_twice_opens_one_session(ask_guest):
    asked = ask_guest()
    token, gate, answers = asked.link.split("/")[-2], Barrier(4), []

    def enter():
        gate.wait()
        try:
            answers.append(bool(try_code(token=token, code=asked.code).session))
        finally:
            connection.close()

    threads = [Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True]
