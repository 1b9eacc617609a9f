"""Habits that the code keeps because safety leans on them (OWASP ASVS 5.0, the numbers beside each test)."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("earlyhelp", "hubs", "cases", "assessments", "outcomes", "reporting")
SOURCES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))

# Text that is not escaped again: each is drawn by us from numbers or from escaped parts.
RAISED_TO_MARKUP = {
    "cases/genogram/svg.py",
    "earlyhelp/accounts/views/own.py",
    "earlyhelp/web/charts/drawing.py",
    "earlyhelp/web/charts/spec.py",
    "earlyhelp/web/gallery.py",
    "earlyhelp/web/templatetags/eh.py",
    "reporting/register/views.py",
}
# Ciphers and digests whose time is over; md5 stands in SQL as a fingerprint of rows and protects nothing.
WEAK = {"md5", "sha1", "des", "arc4", "blowfish", "ecb", "pkcs1v15"}
# A weak digest that somebody else's protocol asks for, where it is as strong as is needed: file and digest, and why.
ASKED_FOR = {
    ("cases/live_room/call.py", "sha1"): "coturn knows passwords of some hours as HMAC-SHA1 alone; HMAC needs no strong digest",
}


def calls(path: Path):
    """(name as written, node) of every call in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_nothing_typed_becomes_markup():
    """1.2.1: what people write is escaped by the templates, and nowhere is that switched off."""
    loose = {
        name_of(path)
        for path in SOURCES
        for name, _node in calls(path)
        if name.split(".")[-1] in {"mark_safe", "SafeString", "SafeText"}
    }
    assert loose <= RAISED_TO_MARKUP
    for path in TEMPLATES:
        text = path.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq", text), name_of(path)


def test_scripts_build_no_markup_and_run_no_text():
    """1.3.2, 3.2.2, 3.5.5: no eval, no innerHTML, no message from elsewhere is believed."""
    assert SCRIPTS
    for path in SCRIPTS:
        found = re.findall(
            r"\beval\(|new Function\(|\.innerHTML\s*=|\.outerHTML\s*=|document\.write|insertAdjacentHTML|"
            r"addEventListener\(\s*['\"]message['\"]|localStorage|sessionStorage|indexedDB",
            path.read_text(),
        )
        assert not found, (name_of(path), found)


def test_python_runs_no_text():
    """1.3.2, 1.5.2: no eval, exec or pickle; jobs and sessions are JSON."""
    for path in SOURCES:
        for name, _node in calls(path):
            assert name not in {"eval", "exec", "compile", "pickle.loads", "pickle.load", "yaml.load"}, name_of(path)
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]


def test_sql_is_bound_not_glued():
    """1.2.4: the ORM's own doors to raw SQL stay shut outside the few reviewed places."""
    for path in SOURCES:
        for name, _node in calls(path):
            assert not re.search(r"objects\.raw$|\.extra$|\bRawSQL$", name), f"{name_of(path)} {name}"


def test_secrets_are_drawn_by_the_system_and_ciphers_are_current():
    """11.3.1, 11.4.1, 11.5.1: no weak digest, no chance from `random` outside invented data."""
    for path in SOURCES:
        if "demo" in path.parts or path.name in {"bench.py", "load_county.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id == "random":
                    assert node.attr in {"SystemRandom", "Random"}, name_of(path)
                if node.value.id == "hashlib":
                    assert node.attr not in WEAK or (name_of(path), node.attr) in ASKED_FOR, name_of(path)


def patterns():
    for path in SOURCES:
        for name, node in calls(path):
            if name.startswith("re.") and node.args and isinstance(node.args[0], ast.Constant):
                yield f"{name_of(path)}:{node.lineno}", node.args[0].value


@pytest.mark.parametrize("kind", ["a", " ", "1", "-", "(", "aA1 ", "\n", "%", '"', "0,"])
def test_no_pattern_is_slow_on_long_text(kind):
    """1.2.9, 1.3.12: each pattern of ours reads 300 odd characters, as many as the longest line that one reads,
    without getting lost in them."""
    text = kind * (300 // len(kind)) + "!"
    found = 0
    for where, pattern in patterns():
        found += isinstance(pattern, str)
        if not isinstance(pattern, str):
            continue
        started = time.process_time()
        re.search(pattern, text)
        re.fullmatch(pattern, text)
        # Not a race against a clock: a pattern that backtracks takes minutes here, a sound one a few thousandths.
        assert time.process_time() - started < 0.5, f"{where} {pattern}"
    assert found > 30
