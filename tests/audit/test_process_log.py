"""Nothing personal is in the process's log: not on any page, not when anything fails (trust.md P23; ASVS 16.2.5, 16.5.1).

Every text of one family is a canary. Every address is asked, posted canaries, and asked again while the log of looks
cannot be written and the database complains with a row in its words.
"""

from __future__ import annotations

import logging
import re
import sys

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models, transaction
from django.http import HttpResponse
from django.urls import include, path, reverse

from earlyhelp.access import public
from earlyhelp.access.context import as_role, as_system
from earlyhelp.audit.logs import WithoutAddresses, WithoutWords
from earlyhelp.celery import app
from tests.access.addresses import OWNERS
from tests.access.test_urls import addresses_of_families, arguments, undone
from tests.fixtures.everything import FAMILY_NAME

pytestmark = pytest.mark.django_db
CANARY = "Zeisig"  # nowhere else; in every text of the family, and in whatever is posted
OURS = ["earlyhelp", "hubs", "cases", "assessments", "outcomes", "reporting"]
OTHERS = ["django.request", "django.security", "celery", "celery.app.trace", "allauth"]

# The database's own complaint, with a row in it, as a broken constraint would word it.
COMPLAIN = """
create or replace function app.test_complain() returns trigger language plpgsql security definer as $$
begin
  raise exception 'new row violates "names"'
    using detail = 'Failing row contains (' || (select string_agg(p.first_name || p.last_name, ', ') from cases_person p) || ')';
end $$;
alter function app.test_complain() owner to eh_system;
create trigger aa_test_complain before insert on audit_event for each row execute function app.test_complain();
"""


class Kept(logging.Handler):
    """Keeps each line as the console would have written it."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(WithoutWords("{asctime} {levelname} {name} {message}", style="{"))
        self.addFilter(WithoutAddresses())

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def kept():
    """Every line that our loggers, Django's and Celery's write at DEBUG."""
    handler = Kept()
    before = {name: logging.getLogger(name).level for name in OURS + OTHERS}
    root = logging.getLogger()
    root.addHandler(handler)
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield handler.lines
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def text_fields():
    """Every free text of a family: columns that hold what somebody wrote."""
    for name in ("cases", "assessments", "outcomes"):
        for model in apps.get_app_config(name).get_models():
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, ArrayField)
                if is_text and not field.choices and not field.unique and (field.max_length or 99) >= 40:
                    yield model, field


@pytest.fixture
def canaries(everything):
    """Every text of the family says the canary, where the database lets it."""
    filled = 0
    with as_system():
        for model, field in text_fields():
            if field.name in {"storage_key", "sha256", "content_type", "secret_hash", "code_hash", "session_hash"}:
                continue
            keys = everything.rows.get(model._meta.db_table)
            if not keys:
                continue
            try:
                with transaction.atomic():
                    filled += model._base_manager.filter(pk__in=keys).update(**{field.name: f"{CANARY} {field.name}"})
            except DatabaseError:  # a state or code that a constraint guards, not a text
                continue
    assert filled >= 60
    return everything


def found_in(lines) -> list[str]:
    return [line for line in lines if CANARY in line or FAMILY_NAME in line or "4 Safe Street" in line]


def posts_of(page: bytes) -> dict:
    """The canary in every field of the page's own forms."""
    names = re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page.decode("utf-8", "replace"))
    return dict.fromkeys(names, f"{CANARY} <b>posted</b>\r\nForged line") | {"q": CANARY}


def test_no_line_of_the_log_holds_a_word_of_a_family(canaries, kept, signed_in_as, record_testsuite_property, capsys):
    everything, browsers, asked = canaries, {}, 0
    addresses = []
    for name in addresses_of_families():
        who = OWNERS.get(name, "alice")
        if who not in browsers:
            browsers[who] = signed_in_as(getattr(everything, who))
            browsers[who].raise_request_exception = False
        addresses.append((browsers[who], reverse(name, kwargs=arguments(name, everything))))
    shown = 0
    for browser, address in addresses:
        with undone():
            answer = browser.get(address)
            body = b"".join(answer) if answer.streaming else answer.content
            shown += CANARY.encode() in body
            browser.post(address, posts_of(body))
            asked += 2
    assert shown >= 40, "the pages do show the canaries"
    with as_role("eh_owner"), connection.cursor() as cursor:
        cursor.execute(COMPLAIN)
    failed = 0
    for browser, address in addresses:
        for method, data in (("get", {}), ("post", {"words": CANARY, "q": CANARY})):
            with undone():
                answer = getattr(browser, method)(address, data)
            asked += 1
            failed += answer.status_code >= 500
            body = b"".join(answer) if answer.streaming else answer.content
            assert answer.status_code < 500 or CANARY.encode() not in body
    line = f"log lines {len(kept)} of {asked} requests, {failed} of them failing; with a word of a family {len(found_in(kept))}"
    record_testsuite_property("process log", line)
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")
    assert failed >= 150 and len(kept) >= failed
    assert any("Internal Server Error" in each for each in kept)
    assert found_in(kept) == []
    assert not [each for each in kept if everything.case.reference in each], "addresses are written as routes"
    assert not [each for each in kept if "Forged line" in each]


def test_searches_and_sign_ins_leave_no_word_in_the_log(canaries, kept, signed_in_as, client):
    browser = signed_in_as(canaries.alice)
    browser.post(reverse("find-family"), {"words": CANARY, "postcode": CANARY, "number": CANARY})
    browser.post(reverse("start-assessment"), {"first_name": CANARY, "last_name": FAMILY_NAME})
    browser.get(f"/families/{CANARY}/")
    browser.get(f"/{CANARY}/{FAMILY_NAME}/?words={CANARY}")
    client.post(reverse("account_login"), {"login": f"{CANARY}@example.org", "password": CANARY})
    client.post(reverse("account_reset_password"), {"email": f"{CANARY}@example.org"})
    client.get("/", HTTP_HOST="testserver", HTTP_X_FORWARDED_FOR=f"{CANARY}\r\n forged")
    assert found_in(kept) == []


def test_a_job_that_fails_says_which_and_not_what(kept):
    @app.task(name="tests.fails", bind=True)
    def fails(_self, words):
        raise ValueError(f"cannot work with {words}")

    app.conf.task_eager_propagates, before = False, app.conf.task_eager_propagates
    try:
        fails.apply(args=[CANARY], throw=False)
    finally:
        app.conf.task_eager_propagates = before
        app.tasks.unregister("tests.fails")
    told = [line for line in kept if "tests.fails" in line]
    assert told and "builtins.ValueError" in told[0] and "test_process_log.py" in told[0]
    assert found_in(kept) == []


def test_an_exception_in_the_log_keeps_its_kind_its_code_and_its_lines():
    kept = Kept()
    log = logging.Logger("test")
    log.addHandler(kept)
    try:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("select %s::int", [CANARY])
        except DatabaseError as cause:
            raise LookupError(CANARY) from cause
    except LookupError:
        log.exception("it failed")
    [line] = kept.lines
    assert "builtins.LookupError" in line and "22P02" in line and "test_process_log.py" in line
    assert CANARY not in line.replace("CANARY", "")


def test_an_address_is_written_as_its_route(kept, client, settings):
    class Broken:
        @public
        def fails(_request, secret):  # noqa: N805
            raise RuntimeError(secret)

        urlpatterns = [path("door/<str:secret>/", fails), path("", include("earlyhelp.urls"))]
        handler500 = staticmethod(lambda _request: HttpResponse("sorry", status=500))

    settings.ROOT_URLCONF = Broken
    client.raise_request_exception = False
    assert client.get(f"/door/{CANARY}/").status_code == 500
    [line] = [line for line in kept if "Internal Server Error" in line]
    assert "/door/<str:secret>/" in line and CANARY not in line


def test_the_console_writes_lines_as_the_tests_keep_them():
    """What is proved here is what production uses: the same formatter and filter on every handler."""
    for handler in settings.LOGGING["handlers"].values():
        assert handler["filters"] == ["without_addresses"]
        assert settings.LOGGING["formatters"][handler["formatter"]]["()"] == "earlyhelp.audit.logs.WithoutWords"
    assert settings.LOGGING["filters"]["without_addresses"]["()"] == "earlyhelp.audit.logs.WithoutAddresses"
    assert not settings.ADMINS
