"""Messages through GOV.UK Notify: against a small server that speaks its two calls."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from earlyhelp.outbox import notify, relay
from earlyhelp.outbox.models import Message, State

pytestmark = pytest.mark.django_db
KEY = "early_help-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"


@pytest.fixture
def govuk(settings):
    """The server: `taken` holds what it was asked to send; `answers` the codes of the next answers, 201 when empty."""

    class Answers(BaseHTTPRequestHandler):
        taken: list = []  # noqa: RUF012
        answers: list = []  # noqa: RUF012

        def _say(self, code, words):
            body = json.dumps(words).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):  # noqa: N802
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            code = self.answers.pop(0) if self.answers else 201
            if code in (201, 504):  # 504: taken, and the answer never came
                self.taken.append(asked)
            self._say(code, {"id": "x"} if code == 201 else {"errors": [], "status_code": code})

        def do_GET(self):  # noqa: N802
            reference = parse_qs(urlsplit(self.path).query)["reference"][0]
            self._say(200, {"notifications": [each for each in self.taken if each["reference"] == reference]})

        def log_message(self, *_facts):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.EMAIL_BACKEND = "earlyhelp.outbox.govuk_notify.NotifyBackend"
    settings.GOVUK_NOTIFY_API_KEY, settings.GOVUK_NOTIFY_TEMPLATE_ID = KEY, "the-template"
    settings.GOVUK_NOTIFY_URL = f"http://127.0.0.1:{server.server_port}"
    yield Answers
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def message(world):
    return notify("emergency-opened", to=world.member(world.agency()), key="e:1", link="/emergencies/")


def try_again() -> int:
    Message.objects.update(due_at=timezone.now(), claimed_until=None)
    return relay.send_due()


def test_a_message_goes_through_the_one_template(govuk, message):
    assert relay.send_due() == 1
    [sent] = govuk.taken
    assert sent["template_id"] == "the-template"
    assert sent["personalisation"]["subject"] == "Early Help: emergency access to check"
    assert "https://testserver/emergencies/" in sent["personalisation"]["body"]
    assert sent["reference"] == relay.message_id(message)


@pytest.mark.parametrize("code", [500, 503, 429, 403])
def test_what_may_pass_is_tried_again(govuk, message, code):
    govuk.answers[:] = [code]
    assert relay.send_due() == 0
    message.refresh_from_db()
    assert (message.state, message.failure) == (State.WAITING, f"GOV.UK Notify answered {code}.")
    assert try_again() == 1
    assert len(govuk.taken) == 1


def test_a_refused_address_is_given_up(govuk, message):
    govuk.answers[:] = [400]
    assert relay.send_due() == 0
    message.refresh_from_db()
    assert message.state == State.GIVEN_UP


def test_taken_without_an_answer_is_not_sent_twice(govuk, message):
    govuk.answers[:] = [504]
    assert relay.send_due() == 0
    assert try_again() == 1
    assert len(govuk.taken) == 1


def test_notify_away_loses_nothing(govuk, message, settings):
    there = settings.GOVUK_NOTIFY_URL
    settings.GOVUK_NOTIFY_URL = "http://127.0.0.1:9"
    assert relay.send_due() == 0
    settings.GOVUK_NOTIFY_URL = there
    assert try_again() == 1
