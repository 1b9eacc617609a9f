"""Links by e-mail for people without an account: guessed, replayed, late or ended; times and nothing about anybody."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.guest import end_guest
from cases.actions.meeting import cancel_meeting, invite
from cases.models import Invitation, InvitationLink, TimeAnswer
from cases.rules import NotAllowed
from cases.scheduling.actions import choose_time, send_link, stop_links
from cases.scheduling.telling import fingerprint
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox.models import Message
from tests.fixtures.scheduling import link_in, sent

pytestmark = pytest.mark.django_db
ADDRESS = "karen@example.org"
HOME = "/invited/"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


@pytest.fixture
def mothers(finding, people, seen_by, mother):
    """The mother's invitation, with the path of the link that she was e-mailed."""
    sent()
    invitation = finding.invitations.get(person=mother)
    send_link(invitation=invitation, email=ADDRESS, by=seen_by(people.alice))
    [told] = sent()
    assert told.to == [ADDRESS]
    invitation.path = link_in(told)
    return invitation


def opened(path: str) -> Client:
    """A browser of nobody's in which the link has been opened."""
    browser = Client()
    answer = browser.get(path)
    assert (answer.status_code, answer.url) == (302, HOME)
    return browser


def answers(finding, *codes):
    with as_system():
        times = [each.pk for each in finding.proposed_times.all()]
    return {f"time_{pk}": code for pk, code in zip(times, codes, strict=False)}


def is_over(answer) -> bool:
    return answer.status_code == 410 and "This link has ended" in answer.content.decode()


def names_of(people) -> set[str]:
    with as_system():
        found = {people.case.family.name, people.case.reference, people.alice.agency.name}
        found |= {p.first_name for p in people.case.family.people.all()}
        found |= {p.last_name for p in people.case.family.people.all()}
        found |= {m.user.last_name for m in (people.alice, people.bob)}
    return found - {""}


def test_the_page_behind_a_link_shows_times_and_nothing_about_anybody(mothers, finding, people):
    with as_system():
        type(finding).objects.filter(pk=finding.pk).update(place="4 Elm Road", purpose="About Ellie")
    page = opened(mothers.path).get(HOME)
    assert page.status_code == 200
    words = page.content.decode()
    assert "a meeting you were invited to: in person" in words
    shown = words[words.index("<main") :]
    for name in {*names_of(people), "Elm Road", "About Ellie", finding.title, ADDRESS, str(finding.pk)}:
        assert name not in shown, name
    assert page["Cache-Control"].startswith("max-age=0")


def test_answering_by_a_link_counts_and_is_an_event_of_nobody(mothers, finding, people, seen_by):
    browser = opened(mothers.path)
    page = browser.post(HOME, answers(finding, "can", "if_needed", "cannot"))
    assert "Your answer is saved" in page.content.decode()
    browser.post(HOME, answers(finding, "cannot", "cannot", "can"))
    with as_system():
        said = TimeAnswer.objects.filter(invitation=mothers).order_by("proposed__starts_at")
        assert [(each.answer, each.recorded_by_id) for each in said] == [("cannot", None)] * 2 + [
            ("can", None)
        ]
        event = Event.objects.filter(verb="Said by a link when they can come").latest("at")
        assert (event.membership_id, event.case_id, event.object_id) == (
            None,
            people.case.pk,
            str(mothers.pk),
        )


def test_a_form_that_is_not_complete_keeps_what_was_said(mothers, finding):
    browser = opened(mothers.path)
    page = browser.post(HOME, answers(finding, "can", "nonsense"))
    assert page.status_code == 200
    words = page.content.decode()
    assert "There is a problem" in words and "checked" in words
    with as_system():
        assert not TimeAnswer.objects.filter(invitation=mothers).exists()


def test_the_secret_is_kept_as_a_hash_and_forgotten_once_sent(mothers):
    secret = mothers.path.split("/")[-2]
    assert len(secret) >= 43
    with as_system():
        link = InvitationLink.objects.get()
    assert link.secret_hash == fingerprint(secret)
    assert secret not in str(link.__dict__)
    assert not [m for m in Message.objects.filter(state="sent") if m.link or m.to_address]


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "é" * 20, "0" * 64, "x" * 5000])
def test_a_guessed_link_is_over(token, mothers):
    assert is_over(Client().get(f"/invited/link/{token}/", follow=True))


def test_a_hash_from_the_table_is_no_link(mothers):
    with as_system():
        stolen = InvitationLink.objects.get().secret_hash
    assert is_over(Client().get(f"/invited/link/{stolen}/", follow=True))


def test_nobody_without_a_link_gets_in(client, mothers):
    assert is_over(client.get(HOME))
    assert is_over(client.post(HOME, {"answer": "accepted"}))
    assert is_over(client.get(reverse("invited-calendar")))


def test_a_link_ends_with_the_last_proposed_time(mothers, finding):
    browser = opened(mothers.path)
    with as_system():
        link = InvitationLink.objects.get()
        assert link.expires_at == max(each.ends_at for each in finding.proposed_times.all())
        InvitationLink.objects.update(expires_at=timezone.now() - dt.timedelta(hours=1))
    assert is_over(browser.get(HOME))
    assert is_over(browser.post(HOME, answers(finding, "can", "can", "can")))
    with as_system():
        assert not TimeAnswer.objects.filter(invitation=mothers).exists()


def test_after_the_choice_the_same_link_asks_whether_one_comes(mothers, finding, people, seen_by):
    browser = opened(mothers.path)
    stale = answers(finding, "can", "can", "can")
    alice = seen_by(people.alice)
    choose_time(proposed=finding.proposed_times.first(), by=alice)
    # Sent from a page that was opened before the choice: nothing is written, the new question is asked.
    page = browser.post(HOME, stale)
    assert page.status_code == 200 and "Will you come?" in page.content.decode()
    with as_system():
        assert not TimeAnswer.objects.filter(invitation=mothers).exists()
    browser.post(HOME, {"answer": "declined"})
    with as_system():
        assert Invitation.objects.get(pk=mothers.pk).answer == "declined"
    assert len([each for each in sent() if each.to == [ADDRESS]]) == 1
    calendar = browser.get(reverse("invited-calendar"))
    assert calendar["Content-Type"].startswith("text/calendar")
    assert people.case.reference not in calendar.content.decode()


def test_a_cancelled_meeting_ends_its_links(mothers, finding, people, seen_by):
    browser = opened(mothers.path)
    cancel_meeting(meeting=finding, reason="Away", by=seen_by(people.alice))
    assert is_over(browser.get(HOME))


def test_a_closed_case_ends_its_links(mothers, people):
    browser = opened(mothers.path)
    with as_system():
        people.case.status, people.case.closed_on = "closed", timezone.localdate()
        people.case.closure_reason = "needs_met"
        people.case.save()
    assert is_over(browser.get(HOME))


def test_a_link_is_to_one_meeting_alone(mothers, finding, people, seen_by, world, mother):
    from cases.scheduling.actions import propose_meeting
    from tests.fixtures.scheduling import at, times_at

    other = propose_meeting(
        case=people.case,
        title="Another",
        chair=people.alice,
        times=times_at(at(3), at(4)),
        invite=[mother],
        by=seen_by(people.alice),
    )
    browser = opened(mothers.path)
    browser.post(HOME, answers(finding, "can", "can", "can") | answers(other, "cannot", "cannot"))
    with as_system():
        assert not TimeAnswer.objects.filter(invitation__meeting=other, invitation__person=mother).exists()
        assert TimeAnswer.objects.filter(invitation=mothers).count() == 3


def test_an_account_counts_for_nothing_behind_a_link(mothers, people, signed_in_as, finding):
    """Alice's browser opens the mother's link: the answer is the mother's, and no event is Alice's."""
    browser = signed_in_as(people.alice)
    browser.get(mothers.path)
    page = browser.post(HOME, answers(finding, "can", "can", "can"))
    assert page.status_code == 200 and people.alice.user.full_name not in page.content.decode()
    with as_system():
        assert set(TimeAnswer.objects.filter(invitation=mothers).values_list("recorded_by", flat=True)) == {
            None
        }


def test_links_stop_when_somebody_says_so(mothers, people, seen_by, finding):
    browser = opened(mothers.path)
    alice = seen_by(people.alice)
    stop_links(invitation=mothers, by=alice)
    assert is_over(browser.get(HOME))
    alice = seen_by(people.alice)
    choose_time(proposed=finding.proposed_times.first(), by=alice)
    assert ADDRESS not in [each.to[0] for each in sent()]


def test_a_new_address_gets_a_new_link_and_the_old_one_ends(mothers, people, seen_by):
    old = opened(mothers.path)
    send_link(invitation=mothers, email="karen.new@example.org", by=seen_by(people.alice))
    [told] = sent()
    assert told.to == ["karen.new@example.org"]
    assert is_over(old.get(HOME))
    assert opened(link_in(told)).get(HOME).status_code == 200


def test_only_whoever_runs_the_meeting_sends_links_and_only_to_the_family(mothers, finding, people, seen_by):
    with pytest.raises(NotAllowed):
        send_link(invitation=mothers, email="x@example.org", by=seen_by(people.bob))
    alice = seen_by(people.alice)
    with pytest.raises(NotAllowed, match="family"):
        send_link(invitation=finding.invitations.get(membership=people.bob), email="x@example.org", by=alice)
    with pytest.raises(ValueError, match="email address"):
        send_link(invitation=mothers, email="no address", by=alice)


def test_a_guest_of_the_family_is_asked_by_a_link_while_their_invitation_holds(
    finding, people, seen_by, ask_guest, signed_in_as
):
    asked = ask_guest()
    sent()
    alice = seen_by(people.alice)
    invite(meeting=finding, someone=asked.guest, by=alice)
    [told] = sent()
    assert told.to == [asked.guest.email]
    browser = opened(link_in(told))
    assert browser.get(HOME).status_code == 200
    browser.post(HOME, answers(finding, "can", "can", "can"))
    with as_system():
        assert TimeAnswer.objects.filter(invitation__guest=asked.guest).count() == 3
    end_guest(guest=asked.guest, by=seen_by(people.alice))
    assert is_over(browser.get(HOME))
    alice = seen_by(people.alice)
    choose_time(proposed=finding.proposed_times.first(), by=alice)
    assert asked.guest.email not in [each.to[0] for each in sent()]


def test_trying_links_is_counted_by_address(mothers, settings):
    browser = Client()
    for n in range(30):
        browser.get(f"/invited/link/{'x' * 40}{n}/", follow=True)
    # The right link from the same place waits as well; from elsewhere it opens.
    assert is_over(browser.get(mothers.path, follow=True))
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.get(mothers.path, follow=True).status_code == 200


def test_the_messages_say_nothing_about_anybody(mothers, finding, people, seen_by):
    alice = seen_by(people.alice)
    choose_time(proposed=finding.proposed_times.first(), by=alice)
    for each in sent():
        text = f"{each.subject} {each.body}"
        for name in names_of(people):
            assert name not in text
        assert not re.search(r"WM-\d+", text)
