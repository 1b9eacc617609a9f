"""Pages for finding a time and setting a meeting up: who gets in, what is asked, what is said, how many queries."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Invitation, Meeting, TimeAnswer
from cases.scheduling.actions import choose_time
from earlyhelp.access.context import as_system
from tests.fixtures.scheduling import at, sent

pytestmark = pytest.mark.django_db


def path(name, people, *ids):
    return reverse(name, args=[people.case.reference, *ids])


def initial_of(form) -> dict:
    """What a browser sends when somebody presses the button without touching anything."""
    data = {}
    for field in form:
        value = field.value()
        if value in (None, "", False, []):
            continue
        if isinstance(value, dt.date):
            value = f"{value.day}/{value.month}/{value.year}"
        if isinstance(value, dt.time):
            value = f"{value:%H:%M}"
        data[field.html_name] = value
    return data


@pytest.fixture
def alice(people, signed_in_as):
    return signed_in_as(people.alice)


# -- The five-minute set-up ----------------------------------------------------------------------------------------------


def test_a_meeting_is_set_up_with_one_press(people, alice, world, mother, meeting_of):
    world.join(people.case, people.bob)
    meeting_of(people.case, people.alice, starts_at=at(-10), place="Westmoor Primary")
    url = path("meeting-new", people)
    form = alice.get(url).context["form"]
    answer = alice.post(url, initial_of(form))
    with as_system():
        meeting = Meeting.objects.latest("arranged_at")
        assert answer.url == path("meeting", people, meeting.pk)
        assert (meeting.place, meeting.title, meeting.chair) == (
            "Westmoor Primary",
            "Review meeting",
            people.alice,
        )
        due = timezone.localdate(at(-10)) + dt.timedelta(days=42)
        assert dt.timedelta() <= timezone.localdate(meeting.starts_at) - due <= dt.timedelta(days=4)
        asked = {invitation.name for invitation in meeting.invitations.all()}
        assert asked == {people.alice.user.full_name, people.bob.user.full_name, mother.called}
        assert meeting.agenda.count() >= 3
    assert len(sent()) == 2


def test_a_first_meeting_says_so(people, alice):
    form = alice.get(path("meeting-new", people)).context["form"]
    assert (form["kind"].value(), form["title"].value()) == ("first", "First meeting")


def test_a_day_that_does_not_suit_is_asked_about_once(people, alice):
    url = path("meeting-new", people)
    data = initial_of(alice.get(url).context["form"])
    saturday = timezone.localdate() + dt.timedelta(days=(5 - timezone.localdate().weekday()) % 7 + 7)
    data["on"] = f"{saturday.day}/{saturday.month}/{saturday.year}"
    page = alice.post(url, data)
    assert page.status_code == 200 and "is a Saturday." in page.content.decode()
    assert not Meeting.objects.exists()
    assert alice.post(url, data | {"anyway": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("http://teams.microsoft.com/x", "starts with https://"),
        ("https://teams.microsoft.com.evil.example/x", "call service"),
        ("https://user:word@zoom.us/j/1", "starts with https://"),
        ("https://zoom.us:8443/j/1", "starts with https://"),
        ("https://notzoom.us/j/1", "call service"),
        ("javascript:alert(1)", "valid"),
    ],
)
def test_a_link_to_elsewhere_is_refused_with_words(people, alice, link, words):
    url = path("meeting-new", people)
    page = alice.post(url, initial_of(alice.get(url).context["form"]) | {"call_link": link})
    assert page.status_code == 200
    assert words in str(page.context["form"].errors["call_link"])


@pytest.mark.parametrize(
    "link", ["https://us02web.zoom.us/j/1?pwd=x", "https://teams.microsoft.com/l/meet/1"]
)
def test_a_link_to_the_partnerships_service_is_taken(people, alice, link):
    url = path("meeting-new", people)
    assert (
        alice.post(url, initial_of(alice.get(url).context["form"]) | {"call_link": link}).status_code == 302
    )


def test_a_link_is_made_where_the_partnership_has_rooms(people, alice, settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {
        "CALL_LINK_TEMPLATE": "https://meet.westmoor.example/eh-{code}"
    }
    url = path("meeting-new", people)
    data = initial_of(alice.get(url).context["form"])
    for _ in range(2):
        assert alice.post(url, data | {"make_call": "on"}).status_code == 302
    with as_system():
        links = set(Meeting.objects.values_list("call_link", flat=True))
    assert len(links) == 2
    assert all(re.fullmatch(r"https://meet\.westmoor\.example/eh-[0-9a-f]{24}", link) for link in links)


# -- Proposing and choosing ----------------------------------------------------------------------------------------------


def test_times_are_proposed_answered_and_chosen_on_pages(people, alice, signed_in_as, world):
    world.join(people.case, people.bob)
    url = path("meeting-propose", people)
    form = alice.get(url).context["form"]
    offered = [value for value, _words in form.fields["offered"].choices]
    assert len(offered) == 6
    assert not form.has_own_times
    data = initial_of(form) | {"offered": offered[:2], "on_1": at(20).strftime("%d/%m/%Y"), "at_1": "9:15am"}
    answer = alice.post(url, data)
    with as_system():
        meeting = Meeting.objects.get()
        assert meeting.proposed_times.count() == 3
        bobs = meeting.invitations.get(membership=people.bob)
        first = meeting.proposed_times.first()
    assert answer.url == path("meeting-times", people, meeting.pk)
    bob = signed_in_as(people.bob)
    assert "Say when you can come to a meeting" in bob.get(reverse("my-work")).content.decode()
    page = bob.get(path("meeting-times-answer", people, meeting.pk, bobs.pk))
    answers = dict.fromkeys(page.context["form"].names, "can")
    assert bob.post(path("meeting-times-answer", people, meeting.pk, bobs.pk), answers).status_code == 302
    assert "Say when you can come to a meeting" not in bob.get(reverse("my-work")).content.decode()
    assert "Finding a time" in alice.get(reverse("meetings")).content.decode()
    choose = path("meeting-times-choose", people, meeting.pk, first.pk)
    assert bob.post(choose).status_code == 403
    assert alice.get(choose).status_code == 405
    assert alice.post(choose).url == path("meeting", people, meeting.pk)
    assert alice.post(choose).status_code == 403
    with as_system():
        assert Meeting.objects.get().status == "planned"
    for name in ("meeting-times", "meeting-times-more"):
        assert alice.get(path(name, people, meeting.pk)).url == path("meeting", people, meeting.pk)


@pytest.mark.parametrize(
    ("sent_data", "words"),
    [
        ({"offered": []}, "at least two"),
        ({"on_1": "1/1/2020", "at_1": "10am"}, "must be"),
        ({"on_1": "tomorrow"}, "Enter the start time"),
        ({"at_1": "10am"}, "Enter the day"),
        ({"offered": ["nonsense"]}, "from the list"),
        ({"offered": ["2026-11-23T10:00:00"]}, "from the list"),
        ({"offered": ["2020-01-06T10:00:00+00:00", "2020-01-07T10:00:00+00:00"]}, "is over"),
    ],
)
def test_times_that_cannot_be_are_refused_with_words(people, alice, sent_data, words):
    url = path("meeting-propose", people)
    page = alice.post(url, initial_of(alice.get(url).context["form"]) | sent_data)
    assert page.status_code == 200
    assert words in str(page.context["form"].errors)
    assert not Meeting.objects.exists()


def test_more_than_six_times_are_too_many(people, alice):
    url = path("meeting-propose", people)
    form = alice.get(url).context["form"]
    data = initial_of(form) | {"offered": [value for value, _words in form.fields["offered"].choices]}
    data |= {"on_1": at(25).strftime("%d/%m/%Y"), "at_1": "10am"}
    assert "at most 6" in str(alice.post(url, data).context["form"].errors)


def test_more_times_leave_out_what_is_proposed(finding, people, alice):
    url = path("meeting-times-more", people, finding.pk)
    form = alice.get(url).context["form"]
    known = {each.isoformat() for each in finding.proposed_times.values_list("starts_at", flat=True)}
    assert known.isdisjoint(value for value, _words in form.fields["offered"].choices)
    data = initial_of(form) | {"offered": [form.fields["offered"].choices[0][0]]}
    assert alice.post(url, data).status_code == 302
    with as_system():
        assert finding.proposed_times.count() == 4


# -- Who gets in -------------------------------------------------------------------------------------------------------


def pages_of(people, finding, mother):
    with as_system():
        mine = finding.invitations.get(membership=people.alice)
        hers = finding.invitations.get(person=mother)
    return {
        "meeting-propose": path("meeting-propose", people),
        "meeting-times": path("meeting-times", people, finding.pk),
        "meeting-times-more": path("meeting-times-more", people, finding.pk),
        "meeting-times-answer": path("meeting-times-answer", people, finding.pk, mine.pk),
        "meeting-link": path("meeting-link", people, finding.pk, hers.pk),
    }


def test_alice_bob_charlie_and_nobody(finding, people, mother, signed_in_as, client):
    expected = {
        # Bob is on the team: he proposes meetings of his own and sees the times; what Alice set up he does not run.
        "meeting-propose": (200, 200),
        "meeting-times": (200, 200),
        "meeting-times-more": (200, 403),
        "meeting-times-answer": (200, 403),
        "meeting-link": (200, 403),
    }
    alice, bob, charlie = map(signed_in_as, (people.alice, people.bob, people.charlie))
    for name, url in pages_of(people, finding, mother).items():
        assert (alice.get(url).status_code, bob.get(url).status_code) == expected[name], name
        hidden, absent = charlie.get(url), charlie.get(url.replace(people.case.reference, "WM-1"))
        assert hidden.status_code == absent.status_code == 404
        assert client.get(url).status_code == 302 and "sign" in client.get(url).url
    go = reverse("meeting-go", args=[finding.pk])
    assert alice.get(go).url == path("meeting-times", people, finding.pk)
    assert charlie.get(go).status_code == 404
    assert client.get(go).status_code == 302


def test_an_invitation_of_another_meeting_is_not_found(finding, people, alice, meeting_of):
    other = meeting_of(people.case, people.alice)
    url = path("meeting-times-answer", people, finding.pk, other.invitations.get().pk)
    assert alice.get(url).status_code == 404


def test_the_page_of_a_meeting_leads_to_its_times_until_it_has_one(finding, people, alice, seen_by):
    assert alice.get(path("meeting", people, finding.pk)).url == path("meeting-times", people, finding.pk)
    by = seen_by(people.alice)
    choose_time(proposed=finding.proposed_times.first(), by=by)
    assert alice.get(path("meeting", people, finding.pk)).status_code == 200
    assert alice.get(reverse("meeting-go", args=[finding.pk])).url == path("meeting", people, finding.pk)


def test_a_planned_meeting_alone_is_changed(finding, people, alice):
    assert alice.get(path("meeting-change", people, finding.pk)).status_code == 403


def test_a_family_member_is_emailed_from_the_page_and_not_without_agreement(finding, people, mother, alice):
    sent()
    with as_system():
        hers = finding.invitations.get(person=mother)
    url = path("meeting-link", people, finding.pk, hers.pk)
    page = alice.post(url, {"email": "karen@example.org"})
    assert "Ask them first" in str(page.context["form"].errors)
    assert alice.post(url, {"email": "karen@example.org", "agreed": "on"}).status_code == 302
    assert [each.to for each in sent()] == [["karen@example.org"]]
    times = alice.get(path("meeting-times", people, finding.pk)).content.decode()
    assert "Emailed at karen@example.org" in times
    assert alice.post(url, {"do": "stop"}).status_code == 302
    assert "Emailed at" not in alice.get(path("meeting-times", people, finding.pk)).content.decode()


def test_what_is_proposed_is_nobodys_name_in_the_address_or_title(finding, people, alice, mother):
    for url in pages_of(people, finding, mother).values():
        page = alice.get(url).content.decode()
        title = re.search(r"<title>(.*?)</title>", page, re.S).group(1)
        with as_system():
            names = [people.case.family.name, mother.first_name, people.bob.user.last_name]
        assert not [name for name in names if name in title + url]


# -- Series and changes ------------------------------------------------------------------------------------------------


def test_dates_are_shown_before_anybody_is_told_then_planned(people, alice, meeting_of):
    meeting = meeting_of(people.case, people.alice, starts_at=at(3))
    url = path("meeting-series", people, meeting.pk)
    page = alice.post(url, {"weeks": "12", "number": "2", "skip": "on", "do": "show"})
    assert len(page.context["dates"]) == 2
    assert Meeting.objects.count() == 0 and not sent(), "shown alone"
    assert alice.post(url, {"weeks": "12", "number": "2", "do": "plan"}).status_code == 302
    with as_system():
        assert Meeting.objects.count() == 3
    assert "planned already" in alice.get(url).content.decode()
    change = path("meeting-change", people, meeting.pk)
    form = alice.get(change).context["form"]
    data = initial_of(form) | {"which": "following", "starts": "1pm", "ends": "2pm"}
    assert alice.post(change, data).status_code == 302
    with as_system():
        starts = {timezone.localtime(each.starts_at).hour for each in Meeting.objects.all()}
        assert starts == {13}
    cancel = path("meeting-cancel", people, meeting.pk)
    assert alice.post(cancel, {"reason": "Done", "which": "following"}).status_code == 302
    with as_system():
        assert not Meeting.objects.exclude(status="cancelled").exists()


def test_a_meeting_that_stands_alone_is_not_asked_which(people, alice, meeting_of):
    meeting = meeting_of(people.case, people.alice, starts_at=at(3))
    for name in ("meeting-change", "meeting-cancel"):
        assert "which" not in alice.get(path(name, people, meeting.pk)).context["form"].fields


def test_ending_says_that_the_next_is_planned_already(people, alice, meeting_of):
    meeting = meeting_of(people.case, people.alice, starts_at=timezone.now() - dt.timedelta(hours=1))
    meeting_of(people.case, people.alice, starts_at=at(30))
    assert "Planned already" in alice.get(path("meeting-end", people, meeting.pk)).content.decode()


# -- Queries -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["meeting-propose", "meeting-times", "meeting-times-more", "meeting-times-answer", "meeting-link"]
)
def test_pages_ask_the_same_number_of_queries_for_one_and_for_many(
    name, finding, people, mother, alice, queries_of, world
):
    url = pages_of(people, finding, mother)[name]
    before = queries_of(alice, url)
    assert before <= 25
    with as_system():
        times = list(finding.proposed_times.all())
        for n in range(5):
            member = world.member(people.school, first_name=f"More{n}")
            world.join(people.case, member)
            invitation = Invitation.objects.create(case=people.case, meeting=finding, membership=member)
            for each in times:
                TimeAnswer.objects.create(
                    case=people.case, proposed=each, invitation=invitation, answer="can", recorded_by=member
                )
    assert queries_of(alice, url) == before


def test_lists_with_meetings_that_look_for_their_time(finding, people, alice, queries_of):
    for url in (reverse("meetings"), path("record-meetings", people), path("meeting-new", people)):
        assert queries_of(alice, url) <= 25


def test_the_page_behind_a_link_needs_few(finding, people, mother, seen_by, client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from cases.scheduling.actions import send_link
    from tests.fixtures.scheduling import link_in

    sent()
    send_link(
        invitation=finding.invitations.get(person=mother), email="k@example.org", by=seen_by(people.alice)
    )
    browser = Client()
    browser.get(link_in(sent()[0]))
    with CaptureQueriesContext(connection) as captured:
        assert browser.get("/invited/").status_code == 200
    assert len([each for each in captured if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]) <= 6
