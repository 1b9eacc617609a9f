"""People with accounts, and the steps of signing in as a browser takes them."""


import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from earlyhelp.accounts import actions, second_factor
from tests.alike import words_of

PASSWORD = "lanterns over wet slate"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EMAIL = "priya.raman@example.org"


@pytest.fixture(autouse=True)
def _fresh_counts():
    """Attempts are counted in the cache: each test starts from nought."""
    cache.clear()


@pytest.fixture
def priya(db):
    return actions.create_person_with_password(
        EMAIL, "Priya", "Raman", PASSWORD, SECRET, phone="01632 960 123"
    )


@pytest.fixture
def administrator(world, signed_in_as):
    """A browser signed in as a system administrator."""
    from earlyhelp.access import Role

    return signed_in_as(world.member(world.agency(), Role.SYSTEM_ADMINISTRATOR, first_name="Sam"))


@pytest.fixture
def browser():
    return Client()


def give_password(browser, email=EMAIL, password=PASSWORD, **extra):
    return browser.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def give_code(browser, code=None, secret=SECRET):
    code = second_factor.current_code(secret) if code is None else code
    return browser.post(reverse("mfa_authenticate"), {"code": code})


def sign_in(browser, email=EMAIL, password=PASSWORD, secret=SECRET):
    """Both steps. Returns the answer to the second."""
    assert give_password(browser, email, password).url == reverse("mfa_authenticate")
    return give_code(browser, secret=secret)


def plain(response):
    """A page in words, without what differs on every answer."""
    return words_of(response).decode()
