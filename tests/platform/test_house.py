"""The rules of the house that a program can check."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from devtools.checks import PYTHON_SOURCES
from devtools.console import PYTHON, ROOT

TOO_LONG = 450  # lines; "about 400" in the house rules
PLATFORM = "earlyhelp"
DOMAIN = ("hubs", "cases", "assessments", "outcomes", "reporting")


def sources():
    return [path for folder in PYTHON_SOURCES for path in (ROOT / folder).rglob("*.py")]


def test_imports_point_one_way():
    done = subprocess.run(
        [Path(PYTHON).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_platform_names_no_domain_application():
    pattern = re.compile(rf"^\s*(from|import) ({'|'.join(DOMAIN)})\b", re.MULTILINE)
    for path in (ROOT / PLATFORM).rglob("*.py"):
        assert not pattern.search(path.read_text()), path


def test_files_are_of_readable_length():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := path.read_text().count("\n")) > TOO_LONG and "migrations" not in path.parts
    }
    assert long == {}


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-deploy.txt", "package-lock.json", ".npmrc"]
)
def test_no_registry_address(name):
    text = (ROOT / name).read_text()
    assert not re.search(r'^--?(extra-)?index-url|"resolved":|registry\s*=\s*http', text, re.MULTILINE)


def test_every_package_is_pinned_with_hashes():
    for name in ("requirements.txt", "requirements-deploy.txt"):
        text = re.sub(r"^\s*#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
        for entry in re.split(r"\n(?=\S)", text.strip()):
            assert "==" in entry, entry
            assert "--hash=sha256:" in entry, entry


def test_front_end_packages_have_fingerprints():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: facts for name, facts in lock["packages"].items() if name}
    assert packages
    assert all(facts["integrity"].startswith("sha512-") for facts in packages.values())


def test_no_admin_site():
    """Reference data have pages of their own; nobody edits tables past the rules."""
    from django.conf import settings
    from django.urls import NoReverseMatch, reverse

    assert not [app for app in settings.INSTALLED_APPS if app.startswith("django.contrib.admin")]
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")


def test_no_sign_in_through_others():
    """People sign in with a password and a code of ours: no identity provider, no address of one."""
    from django.conf import settings

    assert not [app for app in settings.INSTALLED_APPS if "socialaccount" in app or "openid" in app or "saml" in app]


def test_no_tokens_of_others():
    """No signed token is read: what a program brings is a random secret, kept as a fingerprint."""
    for path in sources():
        if "tests" not in path.parts:
            assert not re.search(r"^\s*(from|import) (jwt|jose|authlib|oauthlib)\b", path.read_text(), re.MULTILINE), path
