"""A key's life: made with a fresh code, shown once, ended with everything that it stands for."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import NotAllowed, Role
from earlyhelp.access.context import as_system
from earlyhelp.accounts import second_factor
from earlyhelp.accounts.actions import deactivate, reset_sign_in
from earlyhelp.api.actions import MOST_KEYS, make_key, revoke_key
from earlyhelp.api.models import ApiKey, hash_of
from earlyhelp.audit.models import Event
from hubs.actors import actor_for
from hubs.models import AgencyKind

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LIST = "/api/v1/families/"


@pytest.fixture(autouse=True)
def no_earlier_tries():
    cache.clear()


@pytest.fixture
def administrator(world):
    return world.member(world.agency(AgencyKind.COUNCIL_EARLY_HELP), Role.SYSTEM_ADMINISTRATOR)


def answers(client) -> list[int]:
    return [client.get(LIST).status_code, client.get("/api/v1/families/WM-1/").status_code]


# -- Making one ----------------------------------------------------------------------------------------------------------


def test_a_key_is_made_with_a_fresh_code_and_shown_once(people, signed_in_as):
    second_factor.set_up_totp(people.alice.user, SECRET)
    browser = signed_in_as(people.alice)
    asked = {"name": "School records", "scope": "read", "days": "90"}
    for code in ("", "000000"):
        refused = browser.post(reverse("api-key-new"), asked | {"code": code})
        assert refused.status_code == 200
    assert not ApiKey.objects.exists()
    shown = browser.post(reverse("api-key-new"), asked | {"code": second_factor.current_code(SECRET)})
    [secret] = set(re.findall(r"eh_[0-9a-f]{8}_[\w-]{43}", shown.content.decode()))
    key = ApiKey.objects.get()
    assert (key.membership, key.scopes) == (people.alice, ["read"])
    assert key.secret_hash == hash_of(secret) != secret
    assert secret not in browser.get(reverse("api-keys")).content.decode()
    assert key.prefix in browser.get(reverse("api-keys")).content.decode()
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get(LIST).status_code == 200


def test_the_same_code_makes_no_second_key(people, signed_in_as):
    second_factor.set_up_totp(people.alice.user, SECRET)
    browser, code = signed_in_as(people.alice), second_factor.current_code(SECRET)
    for _ in range(2):
        browser.post(reverse("api-key-new"), {"name": "x", "scope": "read", "days": "30", "code": code})
    assert ApiKey.objects.count() == 1


def test_a_password_alone_makes_no_key(people, client):
    client.force_login(people.alice.user, backend="earlyhelp.accounts.backends.SignInBackend")
    assert client.get(reverse("api-key-new")).status_code == 302
    assert client.post(reverse("api-key-new"), {"name": "x"}).status_code == 302
    assert client.get(LIST).status_code == 401


def test_a_key_opens_no_page_and_makes_no_key(people, program):
    her = program(people.alice)
    for name in ("my-work", "api-keys", "api-key-new", "family-list"):
        assert her.get(reverse(name)).status_code == 302
    itself = dataclasses.replace(actor_for(people.alice), api_key=her.key)
    with pytest.raises(NotAllowed):
        make_key(name="x", days=1, may_write=False, by=itself)


def test_a_key_lasts_a_year_at_most_and_one_person_has_ten(people):
    actor = actor_for(people.alice)
    for days in (0, 366):
        with pytest.raises(ValueError):
            make_key(name="x", days=days, may_write=False, by=actor)
    made = [make_key(name="x", days=365, may_write=False, by=actor) for _ in range(MOST_KEYS)]
    with pytest.raises(NotAllowed):
        make_key(name="x", days=1, may_write=False, by=actor)
    revoke_key(key=made[0].key, by=actor)
    make_key(name="x", days=1, may_write=False, by=actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.create(
            membership=people.alice,
            name="x",
            prefix="eh_0",
            secret_hash="0",
            scopes=["read"],
            generation=0,
            expires_at=timezone.now() + dt.timedelta(days=400),
        )


@pytest.mark.parametrize(
    "change",
    [{"scopes": ["read", "write"]}, {"secret_hash": "0"}, {"expires_at": None}, {"membership_id": 1}],
)
def test_the_application_cannot_widen_a_key(people, program, change):
    key = program(people.alice, may_write=False).key
    with pytest.raises(ProgrammingError), transaction.atomic():
        ApiKey.objects.filter(pk=key.pk).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from api_apikey")


# -- Using one -----------------------------------------------------------------------------------------------------------


def test_a_key_sees_what_its_owner_sees_and_the_log_names_it(people, program):
    reference = people.case.reference
    hers, his = program(people.alice), program(people.charlie)
    assert hers.get(f"/api/v1/families/{reference}/").status_code == 200
    assert his.get(f"/api/v1/families/{reference}/").status_code == 404
    with as_system():
        event = Event.objects.get(case_id=people.case.pk, level="record")
    assert (event.membership_id, event.facts["key"]) == (people.alice.pk, hers.key.pk)
    hers.key.refresh_from_db()
    assert hers.key.last_used_on == timezone.localdate()


def test_a_key_needs_no_token_and_leaves_no_cookie(people, program):
    her = program(people.alice)
    answer = her.send(
        f"/api/v1/families/{people.case.reference}/timeline/", {"kind": "fact", "title": "Came in"}
    )
    assert answer.status_code == 201
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"


def test_a_session_needs_the_token(people, signed_in_as):
    browser = signed_in_as(people.alice)
    browser.handler.enforce_csrf_checks = True
    address = f"/api/v1/families/{people.case.reference}/timeline/"
    facts = {"kind": "fact", "title": "Came in"}
    assert browser.get(address).status_code == 200
    assert browser.post(address, facts, content_type="application/json").status_code == 403
    browser.get(reverse("record-note", args=[people.case.reference]))
    token = browser.cookies["earlyhelp-csrf"].value
    headers = {"X-CSRFToken": token}
    assert browser.post(address, facts, content_type="application/json", headers=headers).status_code == 201


def test_with_a_key_the_cookie_does_not_count(people, program, signed_in_as):
    browser = signed_in_as(people.alice)
    address = f"/api/v1/families/{people.case.reference}/"
    his = program(people.charlie).secret
    assert browser.get(address, headers={"Authorization": f"Bearer {his}"}).status_code == 404
    assert browser.get(address, headers={"Authorization": "Bearer nothing"}).status_code == 401


def test_a_key_that_reads_writes_nothing(people, program):
    her = program(people.alice, may_write=False)
    address = f"/api/v1/families/{people.case.reference}/timeline/"
    assert her.get(address).status_code == 200
    refused = her.send(address, {"kind": "fact", "title": "Came in"})
    assert refused.status_code == 403
    assert refused.json()["detail"] == "This key may only read. Make one that may write."


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "Token {}",
        "bearer {}",
        "Bearer {} ",
        "Bearer  {}",
        "Bearer {}x",
        "Bearer eh_00000000_" + "a" * 43,
        "Bearer {},Bearer {}",
        "Bearer " + "a" * 5000,
        "Bearer ü{}",
    ],
)
def test_anything_else_in_the_header_is_refused_alike(people, program, header):
    secret = program(people.alice).secret
    answer = Client().get(LIST, headers={"Authorization": header.replace("{}", secret)})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Early Help"'
    assert answer.content == Client().get(LIST).content


def test_a_key_in_the_address_or_in_a_cookie_is_no_key(people, program):
    secret = program(people.alice).secret
    for name in ("key", "access_token", "api_key", "token", "Authorization"):
        browser = Client(headers={"X-Api-Key": secret, "X-User": str(people.alice.user_id)})
        browser.cookies[name] = secret
        assert browser.get(LIST, {name: secret}).status_code == 401


def test_plain_http_is_refused_and_sent_nowhere(people, program, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = program(people.alice).get(LIST)
    assert (answer.status_code, answer.get("Location")) == (403, None)
    assert program(people.alice).get(LIST, secure=True).status_code == 200


def test_wrong_keys_are_slowed_down_and_a_right_one_never_is(people, program, settings):
    settings.API_WRONG_KEYS = "5/m/ip"
    her, wrong = program(people.alice), Client(headers={"Authorization": "Bearer eh_00000000_" + "a" * 43})
    assert [wrong.get(LIST).status_code for _ in range(7)] == [401] * 5 + [429] * 2
    assert wrong.post(LIST)["Retry-After"] == "60"
    assert her.get(LIST).status_code == 200


def test_forwarded_headers_of_a_client_change_nothing(people, world, program, settings):
    """The proxy adds the last address; what stands before it is the client's own invention."""
    settings.API_WRONG_KEYS, settings.ALLAUTH_TRUSTED_PROXY_COUNT = "3/m/ip", 1
    statuses = [
        Client()
        .get(LIST, headers={"Authorization": "Bearer x", "X-Forwarded-For": f"203.0.113.{n}, 198.51.100.7"})
        .status_code
        for n in range(5)
    ]
    assert statuses == [401] * 3 + [429] * 2
    for _ in range(26):
        world.shared_case(people.hub, people.alice)
    answer = program(people.alice).get(LIST, headers={"X-Forwarded-Host": "evil.example", "X-User": "1"})
    assert answer.json()["next"] == "https://testserver/api/v1/families/?page=2"


# -- Its end -------------------------------------------------------------------------------------------------------------


def end_membership(alice, _administrator):
    with as_system():
        alice.starts_on = alice.ends_on = dt.date(2014, 1, 1)
        alice.save()


def close_account(alice, administrator):
    deactivate(user=alice.user, by=actor_for(administrator))


def start_afresh(alice, administrator):
    reset_sign_in(user=alice.user, by=actor_for(administrator))
    with as_system():
        alice.user.is_active = True  # even when the owner has accepted the new link
        alice.user.save()


def fall_asleep(alice, _administrator):
    with as_system():
        alice.user.asleep_since = timezone.now()
        alice.user.save()


def go_unused(alice, _administrator):
    with as_system():
        long_ago = timezone.now() - dt.timedelta(days=46)
        alice.user.joined_at = alice.user.last_seen_at = long_ago
        alice.user.save()


def end_agency(alice, _administrator):
    with as_system():
        alice.agency.is_active = False
        alice.agency.save()


def revoke(alice, administrator):
    revoke_key(key=ApiKey.objects.get(membership=alice), by=actor_for(alice))


@pytest.mark.parametrize(
    "ends", [end_membership, close_account, start_afresh, fall_asleep, go_unused, end_agency, revoke]
)
def test_a_key_ends_at_once_with_what_it_stands_for(people, program, administrator, ends):
    her, others = program(people.alice), program(people.bob)
    assert answers(her) == [200, 404]
    ends(people.alice, administrator)
    assert answers(her) == [401, 401]
    if ends is not end_agency:
        assert answers(others) == [200, 404]
    assert not ApiKey.objects.get(pk=her.key.pk).is_live


def test_a_key_runs_out(people, program):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        her = program(people.alice, days=30)
        clock.shift(dt.timedelta(days=29, hours=23))
        assert answers(her) == [200, 404]
        clock.shift(dt.timedelta(hours=2))
        assert answers(her) == [401, 401]


def test_live_keys_in_a_list_are_the_ones_that_open_something(people, program, administrator):
    kept = program(people.bob).key
    for ends in (end_membership, revoke):
        key = program(people.alice).key
        if ends is revoke:
            revoke_key(key=key, by=actor_for(people.alice))
        assert set(ApiKey.objects.live()) == {one for one in ApiKey.objects.with_people() if one.is_live}
    end_membership(people.alice, administrator)
    assert list(ApiKey.objects.live()) == [kept]


# -- Who may revoke ------------------------------------------------------------------------------------------------------


def test_one_revokes_ones_own_and_nobody_elses(people, program, signed_in_as):
    hers = program(people.alice)
    address = reverse("api-key-revoke", args=[hers.key.pk])
    assert signed_in_as(people.bob).post(address).status_code == 404
    assert signed_in_as(people.bob).post(reverse("api-key-revoke-for", args=[hers.key.pk])).status_code == 403
    assert answers(hers) == [200, 404]
    assert signed_in_as(people.alice).get(address).status_code == 200
    assert answers(hers) == [200, 404], "looking at the question revokes nothing"
    assert signed_in_as(people.alice).post(address).status_code == 302
    assert answers(hers) == [401, 401]


def test_an_administrator_lists_and_revokes_any(people, program, administrator, signed_in_as):
    hers, browser = program(people.alice), signed_in_as(administrator)
    listed = browser.get(reverse("api-keys-all")).content.decode()
    assert hers.key.prefix in listed
    assert hers.secret not in listed
    assert browser.post(reverse("api-key-revoke-for", args=[hers.key.pk])).status_code == 302
    assert answers(hers) == [401, 401]
    assert hers.key.prefix not in browser.get(reverse("api-keys-all")).content.decode()
    with as_system():
        verbs = set(Event.objects.filter(object_type="api.ApiKey").values_list("verb", flat=True))
    assert verbs == {"Made an API key", "Revoked an API key"}


@pytest.mark.parametrize("name", ["api-keys", "api-keys-all"])
def test_pages_of_keys_ask_as_much_for_five_as_for_one(
    people, program, administrator, signed_in_as, queries_of, name
):
    browser = signed_in_as(administrator)
    program(administrator)
    program(people.alice)
    one = queries_of(browser, reverse(name))
    for _ in range(4):
        program(administrator)
        program(people.alice)
    assert queries_of(browser, reverse(name)) == one
