"""P5 for live connections: many people, few database connections, handlers that fail: nobody speaks with another's eyes."""

import os
import random
import threading

import pytest
from django.db import connection, transaction
from django.urls import path

from cases.models import Case
from earlyhelp.access import Permission, access
from earlyhelp.live import application
from earlyhelp.live import urls as live_urls
from earlyhelp.live.consumer import LiveConsumer, Sight

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PEOPLE, MESSAGES = 20, int(os.environ.get("EH_LIVE_MESSAGES", "60"))


def as_read() -> list:
    with connection.cursor() as cursor:
        cursor.execute("select app.user_id(), app.membership_id(), app.agency_id(), pg_backend_pid()")
        return list(cursor.fetchone())


@access(Permission.CASE_READ)
class Echo(LiveConsumer):
    """Says through whose eyes each message was handled, or fails in one of the ways in which handlers fail."""

    def look(self, actor):
        before = as_read()
        assert before[0] == actor.user.pk
        seen = sorted(Case.objects.values_list("reference", flat=True))
        return Sight(about="user:0", facts={"seen": seen})

    def whose(self, actor, sight, message):
        return [{"type": "eyes", "eyes": as_read(), "actor": actor.user.pk, "seen": sight.facts["seen"]}]

    def fail(self, actor, sight, message):
        with connection.cursor() as cursor:
            if message["how"] == "sql":
                cursor.execute("select 1 / 0")
            elif (
                message["how"] == "settings"
            ):  # a handler that takes on somebody else's tokens, and then fails
                cursor.execute(
                    "select set_config('app.tokens', '{8,16,24}', true), set_config('app.user', '1', true)"
                )
            elif message["how"] == "begun":
                cursor.execute("savepoint left_open")
        raise RuntimeError(message["how"])

    messages = {"whose": whose, "fail": fail}  # noqa: RUF012


@pytest.fixture
def echo(monkeypatch):
    """The live addresses with the one above in place of the record's."""
    resolver = application.get_resolver("earlyhelp.live.urls")
    monkeypatch.setattr(
        live_urls, "urlpatterns", [path("live/families/<slug:reference>/", Echo, name="live-record")]
    )
    for name in ("url_patterns", "urlconf_module"):
        resolver.__dict__.pop(name, None)
    yield
    monkeypatch.undo()
    for name in ("url_patterns", "urlconf_module"):
        resolver.__dict__.pop(name, None)


@pytest.fixture
def few_connections(settings, monkeypatch):
    """Two connections for everybody, which stay open from one message to the next, as in production."""
    settings.LIVE_DATABASE_CONNECTIONS = 2
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)


def test_nobody_speaks_with_anothers_eyes(few_connections, echo, world, people, knock, monkeypatch, request):
    monkeypatch.setattr("earlyhelp.live.consumer.LiveConsumer.most", 10**9)
    monkeypatch.setattr("earlyhelp.live.consumer.log.exception", lambda *_words: None)
    hub = people.hub
    staff = [world.member(people.school if n % 2 else people.elsewhere) for n in range(PEOPLE)]
    wanted = {who.pk: [world.shared_case(hub, who).reference] for who in staff}
    doors = [(who, knock(who, "any")) for who in staff]
    wrong, answered, failed, backends = [], [], [], set()

    def talk(who, person, seed):
        chance = random.Random(seed)
        for _ in range(MESSAGES):
            if chance.random() < 0.3:
                person.say(type="fail", how=chance.choice(["sql", "settings", "begun", "other"]))
                failed.append(person.hear()["type"] == "refused")
                continue
            person.say(type="whose")
            said = person.hear()
            answered.append(said)
            backends.add(said["eyes"][3])
            if said["eyes"][:3] != [who.user_id, who.pk, who.agency_id] or said["seen"] != wanted[who.pk]:
                wrong.append((who.pk, said))

    threads = [threading.Thread(target=talk, args=(who, person, n)) for n, (who, person) in enumerate(doors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    request.config.get_terminal_writer().line(
        f"messages={len(answered) + len(failed)} people={PEOPLE} connections={len(backends)}"
        f" failing_handlers={len(failed)} read_with_anothers_eyes={len(wrong)}"
    )
    assert wrong == []
    assert all(failed) and len(answered) + len(failed) == PEOPLE * MESSAGES
    assert len(backends) == 2


def test_a_connection_handed_back_is_nobodys(few_connections, echo, people, knock, live):
    """Read on the very connections of the pool, after messages that worked and messages that failed."""
    from earlyhelp.live import database

    person = knock(people.alice, "any")
    person.say(type="whose")
    person.hear("eyes")
    person.say(type="fail", how="settings")
    person.hear("refused")

    def outside():
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('app.tokens', true), current_setting('app.user', true)")
            found = cursor.fetchone()
        with transaction.atomic():
            return found, Case.objects.count()

    for _ in range(4):
        settings_left, seen = database.pool().submit(outside).result()
        assert set(settings_left) <= {"", None}
        assert seen == 0
