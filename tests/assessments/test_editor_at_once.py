"""Two practice leads in the same moment: one draft, one published version, and the other is told in words."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from assessments.editor import actions
from assessments.models import DEFAULT_FORM, FormVersion
from earlyhelp.access import NotAllowed
from earlyhelp.access.context import acting_as

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(first, second, leads) -> dict[str, str]:
    """Let the second begin while the first has written and not committed. What each was told, "" for nothing."""
    written, second_started = threading.Event(), threading.Event()
    told = {"first": "", "second": ""}

    def do(name, act, lead) -> None:
        try:
            with acting_as(lead) as by:
                if name == "second":
                    written.wait(10)
                    second_started.set()
                act(by)
                if name == "first":
                    written.set()
                    second_started.wait(10)
                    threading.Event().wait(0.5)
        except NotAllowed as refusal:
            told[name] = str(refusal)
        finally:
            connection.close()

    pairs = zip(("first", "second"), (first, second), leads, strict=True)
    threads = [threading.Thread(target=do, args=each) for each in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return told


def test_two_drafts_of_one_form(lead, colleague):
    in_use = FormVersion.objects.newest(DEFAULT_FORM)

    def start(by):
        actions.start_draft(source=in_use, by=by)

    told = at_once(start, start, (lead, colleague))
    assert told["first"] == "" and "is a draft already" in told["second"]
    assert FormVersion.objects.filter(code=DEFAULT_FORM, status="draft").count() == 1


def test_two_forms_of_one_title(lead, colleague):
    def start(by):
        actions.new_form(title="Early years check", about="", by=by)

    told = at_once(start, start, (lead, colleague))
    assert told["first"] == "" and "just started a form of this title" in told["second"]


def test_a_draft_is_published_once(lead, colleague):
    with acting_as(lead) as by:
        draft = actions.start_draft(source=FormVersion.objects.newest(DEFAULT_FORM), by=by)

    def publish(by):
        actions.publish(version=draft, note="Tried", seen=0, by=by)

    told = at_once(publish, publish, (lead, colleague))
    assert told["first"] == "" and "has been published" in told["second"]
    assert FormVersion.objects.newest(DEFAULT_FORM).pk == draft.pk
    assert FormVersion.objects.published().filter(code=DEFAULT_FORM).count() == 1
