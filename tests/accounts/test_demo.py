"""The demo's "sign in as" page: one click in the demo, no page at all in production."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone

from earlyhelp.accounts import demo
from earlyhelp.checks import check_demo
from tests.accounts.conftest import EMAIL, PASSWORD, SECRET, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def personas(tmp_path, settings, priya):
    settings.DEMO_FILES = tmp_path
    people = [
        {"persona": "practitioner", "name": "Priya Raman", "agency": "Alder Vale Primary", "role": "Pastoral lead",
         "email": EMAIL, "password": PASSWORD, "totp_secret": SECRET}
    ]  # fmt: skip
    (tmp_path / "demo-signins.json").write_text(json.dumps(people))
    return people


def test_one_click_signs_in_with_both_factors(personas, browser):
    page = browser.get(reverse("demo_sign_in")).content.decode()
    assert "Sign in as Priya Raman" in page
    assert PASSWORD not in page
    assert browser.post(reverse("demo_sign_in"), {"email": EMAIL}).status_code == 302
    assert browser.get(reverse("accounts:profile")).status_code == 200


def test_person_of_an_old_demo_wakes_up(personas, browser, priya):
    type(priya).objects.filter(pk=priya.pk).update(asleep_since=timezone.now())
    browser.post(reverse("demo_sign_in"), {"email": EMAIL})
    assert browser.get(reverse("accounts:profile")).status_code == 200


def test_listed_password_and_secret_work_the_normal_way(personas, browser):
    person = personas[0]
    sign_in(browser, person["email"], person["password"], person["totp_secret"])
    assert browser.get(reverse("accounts:profile")).status_code == 200


def test_only_listed_people_can_be_chosen(personas, browser, people):
    assert browser.post(reverse("demo_sign_in"), {"email": people.alice.user.email}).status_code == 404


def test_page_without_the_file_says_what_to_do(tmp_path, settings, browser):
    settings.DEMO_FILES = tmp_path
    assert "./dev demo" in browser.get(reverse("demo_sign_in")).content.decode()


def test_page_refuses_when_switched_off(personas, browser, settings):
    settings.EH_DEMO = False
    assert browser.get(reverse("demo_sign_in")).status_code == 404
    assert browser.post(reverse("demo_sign_in"), {"email": EMAIL}).status_code == 404


def test_check_and_address_list_refuse_it_in_production(settings):
    assert check_demo(None) == []
    settings.DEPLOYMENT = "production"
    assert [error.id for error in check_demo(None)] == ["earlyhelp.E001"]
    with pytest.raises(ImproperlyConfigured):
        demo.refuse_outside_demo()


def production(extra, code):
    """Run `code` with the production settings in a process of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "earlyhelp.settings.base",
        "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGHIJKLMNOPQ",
        "ALLOWED_HOSTS": "early-help.example.org",
        "SITE_URL": "https://early-help.example.org",
        "DATABASE_URL": "postgres://eh_app:x8Wq-long-word-0193@db.example.org/earlyhelp",
        "REDIS_URL": "redis://:x8Wq-long-word-0193@cache.example.org:6379",
        "EMAIL_HOST": "mail.example.org",
        "DEFAULT_FROM_EMAIL": "early-help@example.org",
        "EH_PARTNERSHIP_NAME": "Westmoor partnership",
        "EH_COUNTY": "Westmoor",
        "EH_HUB_PHONE": "01632 960 100",
        "EH_REFERENCE_PREFIX": "WM",
        **extra,
    }
    command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
    return subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60
    )


def test_production_has_no_such_address():
    ran = production(
        {},
        "from earlyhelp.accounts import urls\nprint([p.name for p in urls.urlpatterns if hasattr(p, 'name')])",
    )
    assert "account_login" in ran.stdout, ran.stderr
    assert "demo" not in ran.stdout


def test_production_does_not_start_with_the_demo_on():
    ran = production({"EH_DEMO": "1"}, "print('started')")
    assert ran.returncode != 0
    assert "Remove EH_DEMO" in ran.stderr
