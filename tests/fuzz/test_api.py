"""The whole API under schemathesis, with a key that works: no error page, no answer that is not described, no key ignored.

A minute in the fuzz suite; `EH_FUZZ_SECONDS=3600 EH_FUZZ_SEED=7 pytest tests/fuzz/test_api.py -m fuzz -s` for longer. It
ends with `cases=N checks=N failures=N seed=N` (trust.md, P17). Requests go straight into the application: no network.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter

import pytest
import schemathesis
import yaml
from django.core.wsgi import get_wsgi_application
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.transport.wsgi import WSGITransport

from earlyhelp.api.schema import description_in_yaml

SECONDS = int(os.environ.get("EH_FUZZ_SECONDS", "60"))
# The suite asks the same each time, so that what it finds can be found again; EH_FUZZ_SEED=0 draws another.
SEED = int(os.environ.get("EH_FUZZ_SEED", "1")) or random.SystemRandom().randrange(1, 10**6)
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "missing_required_header",
]

pytestmark = [
    pytest.mark.fuzz,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(SECONDS + 240),
    # Threads of schemathesis end with their connection open; the next collection closes it.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Finding:
    """What one run met."""

    def __init__(self) -> None:
        self.cases, self.checks = 0, 0
        self.statuses: Counter = Counter()
        self.phases: Counter = Counter()
        self.failures: Counter = Counter()
        self.shown: dict[str, str] = {}
        self.errors: list[str] = []

    def add(self, event) -> None:
        if isinstance(event, (events.NonFatalError, events.FatalError)):
            error = getattr(event, "value", None) or getattr(event, "exception", None)
            self.errors.append(f"{getattr(event, 'label', '')}: {error!r}")
        if not isinstance(event, events.ScenarioFinished):
            return
        recorder = event.recorder
        self.cases += len(recorder.interactions)
        self.phases[event.phase.value] += len(recorder.interactions)
        for interaction in recorder.interactions.values():
            if interaction.response is not None:
                self.statuses[interaction.response.status_code] += 1
        for nodes in recorder.checks.values():
            self.checks += len(nodes)
            for node in nodes:
                if node.failure_info is not None:
                    named = f"{node.name}: {recorder.label}: {node.failure_info.failure.title}"
                    self.failures[named] += 1
                    details = f"{node.failure_info.failure.message}\n{node.failure_info.code_sample}"
                    self.shown.setdefault(named, details)


def run(secret: str, seconds: int, **parameters) -> Finding:
    """All phases over the whole description. `parameters`: parts of addresses that are real and stay as they are."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "max-time": seconds,
            "workers": 1,
            "continue-on-failure": True,
            "parameters": parameters,
            "auth": {"openapi": {"key": {"bearer": secret}}},
            "generation": {"mode": "all", "max-examples": 100_000, "no-shrink": True, "database": "none"},
            "checks": {"enabled": False} | {name: {"enabled": True} for name in CHECKS},
            "phases": {
                "examples": {"enabled": True},
                "coverage": {"enabled": True, "generate-duplicate-query-parameters": True},
                "fuzzing": {"enabled": True},
                "stateful": {"enabled": True},
            },
        }
    )
    schema = schemathesis.openapi.from_dict(yaml.safe_load(description_in_yaml()), config=config)
    schema.app = get_wsgi_application()
    found = Finding()
    for event in from_schema(schema).execute():
        found.add(event)
    return found


@pytest.fixture
def straight_in(monkeypatch):
    """Probes of `ignored_auth` carry settings of a network session, which a call into the application does not take."""
    send = WSGITransport.send

    def without(self, case, *, session=None, **kwargs):
        for name in ("max_redirects", "verify", "cert", "proxies"):
            kwargs.pop(name, None)
        return send(self, case, session=session, **kwargs)

    monkeypatch.setattr(WSGITransport, "send", without)


def test_whatever_is_asked_of_the_api(everything, program, settings, capsys, straight_in):
    settings.API_WRONG_KEYS = "1000000/m/ip"
    secret = program(everything.alice, days=1).secret
    reference = everything.case.reference
    runs = {
        "anything": run(secret, SECONDS // 2),
        "a real record": run(secret, SECONDS // 2, reference=reference),
    }
    cases, checks = (sum(getattr(each, what) for each in runs.values()) for what in ("cases", "checks"))
    failures = sum(sum(each.failures.values()) for each in runs.values())
    with capsys.disabled():
        for name, each in runs.items():
            sys.stdout.write(f"\n{name}: {dict(each.phases)} {dict(sorted(each.statuses.items()))}")
        sys.stdout.write(f"\ncases={cases} checks={checks} failures={failures} seed={SEED}\n")
    shown = {name: words for each in runs.values() for name, words in each.shown.items()}
    assert not shown, "\n\n".join(f"{name}\n{words}" for name, words in shown.items())
    assert [each.errors for each in runs.values()] == [[], []]
    assert cases > 500
    found = runs["a real record"]
    assert {200, 201, 400, 401, 404, 405} <= set(found.statuses), (
        "it got in, wrote, and was refused in every way"
    )
    assert not [status for each in runs.values() for status in each.statuses if status >= 500]
