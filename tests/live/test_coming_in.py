"""Who gets a live connection: the same people as get the page, and nobody learns more from a refusal."""

import http.client

import pytest
import redis
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import path
from websockets.exceptions import InvalidStatus

from earlyhelp.access import Role, public, signed_in
from earlyhelp.access.context import as_system
from earlyhelp.access.declare import Declaration
from earlyhelp.audit.models import Event
from earlyhelp.live import application, consumer
from earlyhelp.live import urls as live_urls
from earlyhelp.live.consumer import NOT_SEEN, SIGNED_OUT, TOO_LARGE, TOO_MANY, LiveConsumer
from hubs.actors import SESSION_KEY

pytestmark = pytest.mark.django_db(transaction=True)


def refused(knock, *args, **kwargs) -> int:
    """The handshake's status when there is no connection at all."""
    with pytest.raises(InvalidStatus) as raised:
        knock(*args, **kwargs)
    return raised.value.response.status_code


def transcript(person) -> list:
    """Everything that is said to somebody until the end, and the end's code."""
    said = []
    code = person.ended()
    said.append(person.last)
    return [*said, code]


def test_every_live_address_declares_who_may_use_it():
    parts = ["live-part", "live-part-round", "live-person-part", "live-person-part-round"]
    assert [each.name for each in live_urls.urlpatterns] == ["live-record", "live-room", *parts]
    for entry in live_urls.urlpatterns:
        declared = entry.callback.access
        assert isinstance(declared, Declaration)
        assert declared.permissions and declared.needs_second_factor and declared.needs_agency
        assert issubclass(entry.callback, LiveConsumer)


class SaysNothing(LiveConsumer):
    pass


@public
class ForEverybody(LiveConsumer):
    pass


@signed_in(second_factor=False)
class HalfSignedIn(LiveConsumer):
    pass


@pytest.mark.parametrize("kind", [SaysNothing, ForEverybody, HalfSignedIn])
def test_connection_that_does_not_declare_enough_is_refused_to_everybody(kind, people, knock, monkeypatch):
    entry = path("live/families/<slug:reference>/", kind, name="live-record")
    resolver = application.get_resolver("earlyhelp.live.urls")
    monkeypatch.setattr(live_urls, "urlpatterns", [entry])
    for name in ("url_patterns", "urlconf_module"):
        resolver.__dict__.pop(name, None)
    try:
        assert refused(knock, people.alice, people.case.reference) == 403
    finally:
        monkeypatch.undo()
        for name in ("url_patterns", "urlconf_module"):
            resolver.__dict__.pop(name, None)


def test_owner_comes_in_and_the_others_hear_only_that_there_is_nothing(people, knock):
    assert knock(people.alice, people.case.reference).hears_nothing()
    hidden = {
        who: transcript(knock(membership, people.case.reference))
        for who, membership in {"Bob": people.bob, "Charlie": people.charlie}.items()
    }
    absent = transcript(knock(people.charlie, "WM-999999"))
    assert absent[-1] == NOT_SEEN
    assert list(hidden.values()) == [absent, absent]
    assert transcript(knock(people.alice, "WM-999999")) == absent


def test_hidden_visitors_are_not_announced(people, knock):
    alice = knock(people.alice, people.case.reference)
    assert knock(people.charlie, people.case.reference).ended() == NOT_SEEN
    assert alice.hears_nothing(0.5)


OTHER_ORIGINS = """https://elsewhere.example http://testserver.elsewhere.example https://testserver http://testserver:81
    null http://testserver/ HTTP://TESTSERVER""".split()


def test_another_sites_page_is_refused(people, knock):
    for origin in [None, *OTHER_ORIGINS]:
        assert refused(knock, people.alice, people.case.reference, origin=origin) == 403, origin
        assert refused(knock, people.alice, "WM-999999", origin=origin) == 403, origin


def test_without_a_session_there_is_no_connection(people, knock):
    for cookie in [None, "", "x", "../../etc", "a" * 5000]:
        assert refused(knock, None, people.case.reference, cookie=cookie) in {403, 431}, cookie
    assert transcript(knock(None, people.case.reference, cookie="a" * 32))[-1] == SIGNED_OUT


def test_a_password_alone_opens_nothing(people, knock):
    browser = Client()
    browser.force_login(people.alice.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = browser.session
    session[SESSION_KEY] = people.alice.pk
    session.save()
    half = browser.cookies[settings.SESSION_COOKIE_NAME].value
    person = knock(None, people.case.reference, cookie=half)
    assert transcript(person) == transcript(knock(None, "WM-999999", cookie=half))


def test_signed_out_session_opens_nothing(people, knock, signed_in_as):
    browser = signed_in_as(people.alice)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post("/sign-out/")
    assert knock(None, people.case.reference, cookie=cookie).ended() == SIGNED_OUT


def test_a_connection_keeps_no_session_awake_and_ends_none(people, knock, signed_in_as):
    cookie = signed_in_as(people.alice).cookies[settings.SESSION_COOKIE_NAME].value
    before = Session.objects.values_list("session_data", "expire_date").get(session_key=cookie)
    person = knock(None, people.case.reference, cookie=cookie)
    person.say(type="part", part="plan")
    person.hears_nothing()
    assert Session.objects.values_list("session_data", "expire_date").get(session_key=cookie) == before


def test_role_without_the_permission_comes_in_nowhere(people, world, knock):
    board = world.member(people.school, Role.BOARD_MEMBER)
    assert knock(board, people.case.reference).ended() == NOT_SEEN


def test_other_agency_chosen_in_another_window_ends_it(people, world, knock, signed_in_as, live):
    second = world.member(people.elsewhere, user=people.alice.user)
    browser = signed_in_as(people.alice)
    person = knock(None, people.case.reference, cookie=browser.cookies[settings.SESSION_COOKIE_NAME].value)
    assert person.hears_nothing()
    session = browser.session
    session[SESSION_KEY] = second.pk
    session.save()
    person.say(type="part", part="plan")
    assert person.ended() == NOT_SEEN


# -- Too much, too long, nonsense ----------------------------------------------------------------------------------------


def test_too_many_messages_end_the_connection(people, knock):
    person = knock(people.alice, people.case.reference)
    for _ in range(consumer.MESSAGES + 1):
        person.say(type="part", part="plan")
    assert person.ended() == TOO_MANY


def test_too_long_a_message_ends_the_connection(people, knock):
    person = knock(people.alice, people.case.reference)
    person.say(type="part", part="x" * consumer.LARGEST)
    assert person.ended() == TOO_LARGE
    person = knock(people.alice, people.case.reference)
    person.socket.send("x" * 70_000)
    assert person.ended() == 1009
    person = knock(people.alice, people.case.reference)
    person.socket.send(b"\x00\x01")
    assert person.ended() == TOO_LARGE


NONSENSE = [
    "",
    "{",
    "[]",
    "7",
    "null",
    '{"type": []}',
    '{"type": "join"}',
    '{"type": "presence.heard"}',
    "[" * 4000,
]


def test_nonsense_is_refused_and_the_connection_goes_on(people, knock):
    person = knock(people.alice, people.case.reference)
    for words in NONSENSE:
        person.socket.send(words)
        assert person.hear()["type"] == "refused", words
    person.say(type="part", part="plan")
    assert person.hears_nothing()


def test_what_a_page_says_about_itself_is_not_passed_on_unread(people, tom, knock):
    alice = knock(people.alice, people.case.reference)
    police = knock(tom, people.case.reference, "nonsense")
    assert alice.names(tom.user.full_name)["people"][0]["where"] == ""
    for part in ["<script>", "Hollis", 7, None, ["plan"], "overview " * 20]:
        police.say(type="part", part="plan")
        assert alice.hear("here")["people"][0]["where"] == "on the plan"
        police.say(type="part", part=part)
        assert alice.hear("here")["people"][0]["where"] == "", part


def test_live_process_answers_no_page(live):
    for address, status in {"/healthz": 200, "/": 404, "/my-work/": 404, "/live/families/WM-1/": 404}.items():
        connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=5)
        connection.request("GET", address)
        assert connection.getresponse().status == status
        connection.close()


def test_nothing_is_written_down(people, tom, knock):
    """No event, no row, no key in the queue: who was here is told and forgotten."""
    with as_system():
        before = Event.objects.count()
    alice, police = knock(people.alice, people.case.reference), knock(tom, people.case.reference)
    alice.names(tom.user.full_name)
    police.names(people.alice.user.full_name)
    with as_system():
        assert Event.objects.count() == before
    queue = redis.Redis.from_url(f"{settings.REDIS_URL}/2")
    assert queue.keys(f"{settings.CHANNEL_LAYERS['default']['CONFIG']['prefix']}*") == []
    queue.close()
