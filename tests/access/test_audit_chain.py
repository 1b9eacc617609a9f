"""The access log cannot be altered quietly: every trial of tampering is named by `manage.py verify_audit`."""

from __future__ import annotations

import datetime as dt
import hashlib
import random

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from earlyhelp.access.context import as_system
from earlyhelp.audit import record_change, record_look
from earlyhelp.audit.chain import START, Head, faults, head, seal, words_of
from earlyhelp.audit.models import Event
from earlyhelp.audit.tasks import seal_events
from earlyhelp.web.ids import new_id
from tests.access.statements import run

pytestmark = pytest.mark.django_db
EVENTS = 40
TRIALS = 200


@pytest.fixture
def log(people, seen_by):
    """Some looks and changes, sealed in two batches."""
    alice = seen_by(people.alice)
    for n in range(EVENTS):
        if n % 2:
            record_look(alice, f"Opened part {n}", case=people.case, level="section", rows=n, words="é–字")
        else:
            record_change(alice, f"Changed {n}", case=people.case, obj=people.case, before=None)
        if n == EVENTS // 2:
            assert seal() >= EVENTS // 2
    seal()
    return list(Event.objects.order_by("at", "id"))


def found_faults(*anchors) -> list:
    with as_system():
        return list(faults(anchors))


def test_a_log_that_nobody_touched_is_whole(log, capsys):
    assert found_faults() == []
    assert head().n == len(log)
    call_command("verify_audit")
    assert f"events={len(log)} faults=0 head={head()}" in capsys.readouterr().out


def test_sealing_again_adds_nothing_and_the_task_catches_up(log, people, seen_by):
    before = head()
    assert seal() == 0 and head() == before
    record_look(seen_by(people.alice), "Opened the plan", case=people.case)
    seal_events()
    assert head().n == before.n + 1
    assert found_faults(before) == []


def test_the_hash_is_the_one_written_down(people, seen_by):
    """By hand, for one event: sha256 of 32 zero bytes and each field with its length."""
    event = record_look(seen_by(people.alice), "Opened the plan", case=people.case, level="section", n=1)
    with as_system():
        run("delete from audit_link")
        run("delete from audit_event where id <> %s", event.pk)
        seal()
        event.refresh_from_db()
        micro = int(event.at.timestamp()) * 1_000_000 + event.at.microsecond
        fields = (
            str(event.pk),
            str(micro),
            "section",
            "Opened the plan",
            str(event.user_id),
            str(event.membership_id),
            str(event.agency_id),
            str(event.case_id),
            "",
            "",
            '{"n": 1}',
        )
        [(digest,)] = run("select digest from audit_link")
    assert bytes(digest) == hashlib.sha256(START + words_of(fields)).digest()
    assert words_of(("ab", None, "")) == b"2:ab~0:"


CHANGES = {
    "at": "at + interval '1 microsecond'",
    "level": "case level when 'change' then 'record' else 'change' end",
    "verb": "overlay(verb placing 'x' from {byte} for 1)",
    "user_id": "user_id + 1",
    "membership_id": "membership_id + 1",
    "agency_id": "agency_id + 1",
    "case_id": "gen_random_uuid()",
    "object_type": "object_type || '.'",
    "object_id": "object_id || '0'",
    "facts": "facts || '{{\"rows\": -1}}'",
}


def test_every_altered_field_is_named_by_its_row(log):
    """Past row-level security and without triggers' help: 200 random trials, and each column at least once."""
    draw = random.Random(22)
    named = 0
    for trial in range(TRIALS):
        column = list(CHANGES)[trial % len(CHANGES)]
        event = draw.choice(log)
        with as_system(), transaction.atomic():
            to = CHANGES[column].format(byte=draw.randint(1, 3))
            assert run(f"update audit_event set {column} = {to} where id = %s", event.pk) == 1
            found = [(fault.what, fault.event) for fault in faults()]
            transaction.set_rollback(True)
        named += found == [("altered", event.pk)]
    assert named == TRIALS


def test_every_flipped_bit_of_a_link_is_noticed(log):
    draw = random.Random(7)
    for _ in range(40):
        n, bit = draw.randint(1, len(log)), draw.randint(0, 255)
        with as_system(), transaction.atomic():
            run(
                "update audit_link set digest = set_bit(digest, %s, 1 - get_bit(digest, %s)) where n = %s",
                bit,
                bit,
                n,
            )
            assert n in [fault.n for fault in faults()]
            transaction.set_rollback(True)


def test_each_missing_event_is_named(log):
    for event in log:
        with as_system(), transaction.atomic():
            run("delete from audit_event where id = %s", event.pk)
            assert [(fault.what, fault.event) for fault in faults()] == [("missing", event.pk)]
            transaction.set_rollback(True)


def test_a_missing_link_is_named_by_its_number(log):
    for n in (1, 2, len(log) // 2):
        with as_system(), transaction.atomic():
            run("delete from audit_link where n = %s", n)
            assert n in [fault.n for fault in faults() if fault.what == "missing"]
            transaction.set_rollback(True)


def test_an_event_slipped_in_with_an_earlier_time_is_named_sealed_or_not(log):
    for seal_it in (False, True):
        with as_system(), transaction.atomic():
            slipped = Event(pk=new_id(), verb="Opened a family's record", level="record")
            slipped.save(force_insert=True)
            run("update audit_event set at = at - interval '3 days' where id = %s", slipped.pk)
            if seal_it:
                run(
                    "insert into audit_link select max(n) + 1, %s, (select at from audit_event where id = %s),"
                    " sha256((select digest from audit_link order by n desc limit 1) ||"
                    " (select app.audit_words(e) from audit_event e where e.id = %s)), now() from audit_link",
                    slipped.pk,
                    slipped.pk,
                    slipped.pk,
                )
            assert [(fault.what, fault.event) for fault in faults()] == [("inserted", slipped.pk)]
            transaction.set_rollback(True)


def test_a_chain_made_anew_or_cut_short_does_not_fit_a_head_kept_elsewhere(log):
    kept = head()
    with as_system(), transaction.atomic():
        run("update audit_event set verb = 'Opened nothing' where id = %s", log[3].pk)
        run("delete from audit_link")
        seal()
        assert list(faults()) == []  # alone it looks whole
        assert [fault.what for fault in faults((kept,))] == ["chain"]
        transaction.set_rollback(True)
    with as_system(), transaction.atomic():
        run("delete from audit_link where n > %s", kept.n - 2)
        run("delete from audit_event where id = any (%s::uuid[])", [str(event.pk) for event in log[-2:]])
        assert list(faults()) == []
        assert [fault.what for fault in faults((kept,))] == ["missing"]
        transaction.set_rollback(True)


def test_the_command_names_the_row_and_fails(log, capsys):
    kept = head()
    with as_system():
        run("update audit_event set verb = 'Opened nothing' where id = %s", log[5].pk)
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit", head=[str(kept)])
    assert f"altered: event {log[5].pk}" in capsys.readouterr().out
    with pytest.raises(CommandError, match="not a head"):
        call_command("verify_audit", head=["12:abc"])
    assert Head.read(str(kept)) == kept


def test_the_application_neither_reads_nor_writes_the_chain(log):
    for sql in (
        "select 1 from audit_link",
        "delete from audit_link",
        "truncate audit_link",
        "update audit_link set n = n",
        "insert into audit_link values (0, gen_random_uuid(), now(), '', now())",
        "alter table audit_link disable trigger all",
        "drop function app.seal_events(int)",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(sql)


def test_what_commits_late_is_sealed_later(people, seen_by):
    """An event carries its transaction's beginning: one that ends after the batch is found by the next."""
    record_look(seen_by(people.alice), "Opened the plan", case=people.case)
    seal()
    late = record_look(seen_by(people.alice), "Opened the timeline", case=people.case)
    with as_system():
        run("update audit_event set at = at - %s where id = %s", dt.timedelta(minutes=20), late.pk)
        assert seal() == 1
    assert found_faults() == []
