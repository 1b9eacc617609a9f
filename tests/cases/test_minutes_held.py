"""Words typed at the very moment in which somebody else holds the record: stored a moment later, not refused for good."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from contextlib import contextmanager

import pytest
from django.db import connection
from django.urls import reverse

from cases.minutes.document import first_update
from cases.models import Minute
from earlyhelp.access.context import as_system
from tests.database import maintenance_connection

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def held(meeting):
    """The chair's page is just writing in the meeting; gives a function that lets go."""
    server = maintenance_connection(connection.settings_dict["NAME"])
    server.autocommit = False
    with server.cursor() as cursor:
        cursor.execute("set role eh_system")
        cursor.execute("select 1 from cases_meeting where id = %s for update", [str(meeting.pk)])
    try:
        yield server.rollback
    finally:
        server.close()


def texts(meeting) -> list[str]:
    with as_system():
        return list(Minute.objects.filter(meeting=meeting).values_list("text", flat=True))


def test_an_entry_begun_meanwhile_is_sent_again(writers, peer_of):
    meeting, [who] = writers(1)
    peer = peer_of(who, meeting)
    with held(meeting) as let_go:
        peer.begin("Amara was on time")
        assert peer.wait("minutes.refused")["why"] == "later"
        let_go()
        peer.settle()
    assert peer.refused == []
    assert texts(meeting) == ["Amara was on time"]


def test_what_a_page_held_as_it_was_left_is_stored(writers, signed_in_as):
    meeting, [who] = writers(1)
    message = {
        "type": "minutes.begin", "entry": str(uuid.uuid4()), "key": str(uuid.uuid4()), "kind": "fact", "said_by": "",
        "update": base64.b64encode(first_update("Amara was on time")).decode(),
    }  # fmt: skip
    browser = signed_in_as(who)
    with held(meeting) as let_go:
        ending = threading.Timer(0.5, let_go)
        ending.start()
        answer = browser.post(
            reverse("meeting-minutes-typed", args=[meeting.case.reference, meeting.pk]),
            {"typed": json.dumps({"typed": [message]})},
        )
        ending.join()
    assert answer.json() == {"stored": [message["key"]]}
    assert texts(meeting) == ["Amara was on time"]
