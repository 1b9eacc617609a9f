"""Somebody with every right alters the access log: each of many random trials is named (trust.md P22; ASVS 16.4.2).

The application itself is refused. Kinds of tampering one by one are in tests/access/test_audit_chain.py.
"""

from __future__ import annotations

import random
import sys
from collections import Counter

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from earlyhelp.access.context import as_role, as_system
from earlyhelp.audit import record_change, record_look
from earlyhelp.audit.chain import Head, faults, head, seal
from earlyhelp.audit.models import Event
from earlyhelp.web.ids import new_id
from tests.access.statements import run
from tests.database import maintenance_connection

pytestmark = pytest.mark.django_db
EVENTS, TRIALS, SEED = 60, 300, 20261122
TABLES = ("audit_event", "audit_link")

COLUMNS = {
    "at": "at + interval '1 microsecond' * {n}",
    "level": "case level when 'section' then 'record' else 'section' end",
    "verb": "verb || '{n}'",
    "user_id": "coalesce(user_id, 0) + {n}",
    "membership_id": "coalesce(membership_id, 0) + {n}",
    "agency_id": "null",
    "case_id": "gen_random_uuid()",
    "object_type": "object_type || '{n}'",
    "object_id": "object_id || '{n}'",
    "facts": "facts || '{{\"rows\": -{n}}}'",
    "guest_id": "coalesce(guest_id, 0) + {n}",
    "id": "gen_random_uuid()",
}


@pytest.fixture
def log(people, seen_by):
    """Looks and changes of two people, sealed in batches of different lengths."""
    actors = [people.alice, people.coordinator]
    for n in range(EVENTS):
        actor = seen_by(actors[n % 2])
        if n % 3:
            record_look(actor, f"Opened part {n}", case=people.case, level="section", rows=n)
        else:
            record_change(actor, f"Changed {n}", case=people.case, obj=people.case)
        if n in {4, 17, 18, 40}:
            seal()
    seal()
    with as_system():
        assert list(faults()) == []
        return list(Event.objects.raw("select e.* from audit_event e join audit_link l on l.event_id = e.id order by l.n"))


class Tampering:
    """One trial: does something to the log and says which events must be named for it (None: the chain itself)."""

    def __init__(self, draw: random.Random, log: list[Event]):
        self.draw, self.log = draw, log
        self.kinds = [
            self.alter, self.alter_the_link, self.delete, self.delete_both, self.insert_in_between, self.insert_and_seal,
            self.reorder, self.swap_times, self.cut_the_tail, self.change_the_head, self.make_anew,
        ]  # fmt: skip

    def number(self, event: Event) -> int:
        return self.log.index(event) + 1

    def alter(self):
        event, column = self.draw.choice(self.log), self.draw.choice(list(COLUMNS))
        to = COLUMNS[column].format(n=self.draw.randint(1, 9))
        assert run(f"update audit_event set {column} = {to} where id = %s", event.pk) == 1
        return {event.pk}

    def alter_the_link(self):
        event = self.draw.choice(self.log)
        bit = self.draw.randint(0, 255)
        change = self.draw.choice(
            [f"digest = set_bit(digest, {bit}, 1 - get_bit(digest, {bit}))", "event_at = event_at - interval '2 days'"]
        )
        run(f"update audit_link set {change} where event_id = %s", event.pk)
        return {event.pk}

    def delete(self):
        event = self.draw.choice(self.log)
        run("delete from audit_event where id = %s", event.pk)
        return {event.pk}

    def delete_both(self):
        """The event and its link: the number is missing. Not the last one, which only a head kept elsewhere shows."""
        event = self.draw.choice(self.log[:-1])
        run("delete from audit_event where id = %s", event.pk)
        run("delete from audit_link where event_id = %s", event.pk)
        return {self.number(event)}

    def slipped(self) -> Event:
        event = Event(pk=new_id(), verb="Opened a family's record", level="record", case_id=self.log[0].case_id)
        event.save(force_insert=True)
        run("update audit_event set at = at - interval '1 day' * %s where id = %s", self.draw.randint(1, 300), event.pk)
        return event

    def insert_in_between(self):
        return {self.slipped().pk}

    def insert_and_seal(self):
        """With a link of its own at the chain's end, as if it had been sealed in time."""
        event = self.slipped()
        run(
            "insert into audit_link select max(n) + 1, %s, (select at from audit_event where id = %s), sha256((select digest"
            " from audit_link order by n desc limit 1) || (select app.audit_words(e) from audit_event e where e.id = %s)),"
            " now() from audit_link",
            event.pk, event.pk, event.pk,
        )  # fmt: skip
        return {event.pk}

    def reorder(self):
        """Two links change places."""
        one, other = self.draw.sample(self.log, 2)
        places = [run("select n from audit_link where event_id = %s", each.pk)[0][0] for each in (one, other)]
        run("update audit_link set n = -n where event_id in (%s, %s)", one.pk, other.pk)
        for event, place in ((one, places[1]), (other, places[0])):
            run("update audit_link set n = %s where event_id = %s", place, event.pk)
        return {one.pk, other.pk}

    def swap_times(self):
        """When two things happened is swapped; here events of one test share a time, so one is moved to another's day."""
        one, other = self.draw.sample(self.log, 2)
        run("update audit_event set at = at - interval '1 hour' where id = %s", one.pk)
        run("update audit_event set at = at + interval '1 hour' where id = %s", other.pk)
        return {one.pk, other.pk}

    def cut_the_tail(self):
        """The last events and their links are gone: the head kept elsewhere says so."""
        kept = self.draw.randint(1, len(self.log) - 1)
        gone = [str(event.pk) for event in self.log[kept:]]
        run("delete from audit_link where n > %s", kept)
        run("delete from audit_event where id = any (%s::uuid[])", gone)
        return {len(self.log)}

    def change_the_head(self):
        run("update audit_link set digest = sha256(digest) where n = %s", len(self.log))
        return {self.log[-1].pk}

    def make_anew(self):
        """Something is altered and the whole chain computed again: it fits itself, and no head kept before."""
        event = self.draw.choice(self.log)
        run("update audit_event set verb = 'Opened nothing' where id = %s", event.pk)
        run("delete from audit_link")
        while seal():
            pass
        return {len(self.log)}


def test_every_random_tampering_is_detected_and_named(log, record_testsuite_property, capsys):
    draw, named, missed, by_kind = random.Random(SEED), 0, [], Counter()
    kept = head()
    assert kept == Head(len(log), kept.digest)
    for trial in range(TRIALS):
        with as_system(), transaction.atomic():
            tampering = Tampering(draw, log)
            kind = tampering.kinds[trial] if trial < len(tampering.kinds) else draw.choice(tampering.kinds)
            expected = kind()
            found = list(faults((kept,)))
            transaction.set_rollback(True)
        by_kind[kind.__name__] += 1
        if expected <= {fault.event for fault in found} | {fault.n for fault in found}:
            named += 1
        else:
            missed.append((kind.__name__, expected, [str(fault) for fault in found]))
    line = f"tampering trials {TRIALS} (seed {SEED}, {len(by_kind)} kinds), detected and named {named}"
    record_testsuite_property("tampering", line)
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")
    assert missed == []
    assert len(by_kind) == 11 and min(by_kind.values()) >= 10


def test_every_column_of_an_event_is_in_the_hash(log):
    columns = {name for (name,) in run(
        "select attname::text from pg_attribute where attrelid = 'audit_event'::regclass and attnum > 0 and not attisdropped"
    )}  # fmt: skip
    assert columns == set(COLUMNS), "a new column must be hashed, and be tampered with here"
    for column, to in COLUMNS.items():
        with as_system(), transaction.atomic():
            run(f"update audit_event set {column} = {to.format(n=1)} where id = %s", log[7].pk)
            assert log[7].pk in {fault.event for fault in faults()}, column
            transaction.set_rollback(True)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "words",
    [
        "update {t} set id = id",
        "update {t} set event_id = event_id",
        "delete from {t}",
        "truncate {t}",
        "truncate {t} cascade",
        "alter table {t} disable trigger all",
        "alter table {t} disable trigger user",
        "alter table {t} no force row level security",
        "alter table {t} disable row level security",
        "alter table {t} add column words text",
        "create trigger mine before insert on {t} for each row execute function app.stamp_event()",
        "create rule mine as on delete to {t} do instead nothing",
        "drop table {t}",
        "drop policy audit_event_select on {t}",
        "set session_replication_role = replica; delete from {t}",
        "begin; lock table {t} in access exclusive mode",
    ],
)
def test_the_application_is_refused(table, words):
    """On a connection of its own and with no other transaction's locks in the way."""
    server = maintenance_connection(connection.settings_dict["NAME"])
    try:
        with server.cursor() as cursor:
            cursor.execute("set role eh_app; set lock_timeout = '2s'")
            with pytest.raises(psycopg2.Error) as refused:
                cursor.execute(words.format(t=table))
    finally:
        server.close()
    assert refused.value.pgcode in {"42501", "42703", "42704"}, refused.value


def test_the_application_becomes_nobody_who_may():
    for role in ("eh_owner", "eh_system", "eh_test"):
        assert run("select pg_has_role('eh_app', %s, 'member')", role) == [(False,)]


def test_the_owner_of_the_tables_is_not_the_application():
    owners = run("select pg_get_userbyid(relowner), relname from pg_class where relname = any (%s)", list(TABLES))
    assert {owner for owner, _name in owners} == {"eh_owner"}
    with as_role("eh_owner"):  # even the owner passes a forced policy: no row is his to change
        assert run("update audit_event set verb = 'x'") == 0
        assert run("delete from audit_event") == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        run("update audit_event set verb = 'x'")
