"""The agreement over the API, and its answers to the draft national Request object."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.access.permissions import Permission, permissions_of
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind, Agreement, Signature

pytestmark = pytest.mark.django_db
POLICY, ASK = "/api/v1/agreement/", "/api/v1/agreement/requests/"


@pytest.fixture
def live(people) -> Agreement:
    return Agreement.objects.live()


def request_for(live, *categories: str, about: str = "", purpose: str = "support", **more) -> dict:
    data: dict = {"dataCategories": list(categories or ["education"])}
    if about:
        data["Query"] = {"Identifier": {"value": about, "System": "urn:early-help:reference"}}
    policy = {
        "Identifier": {"value": live.identifier, "System": live.identifier_system},
        "Version": live.version,
    }
    return {
        "Request": {
            "Identifier": {"value": "r-1", "System": "https://school.example"},
            "DateStamp": timezone.now().isoformat(),
            "RequestedData": data,
            "AssertedPurpose": purpose,
            "SharingPolicy": [policy],
        }
        | more
    }


def test_the_policy_is_read_by_those_who_may_read_the_agreement(world, people, program):
    agency = world.agency(AgencyKind.COUNCIL_EARLY_HELP)
    for role in Role:
        his = program(world.member(agency, role, hub=people.hub if role == Role.HUB_COORDINATOR else None))
        may = Permission.AGREEMENT_READ in permissions_of([role])
        assert his.get(POLICY).status_code == (200 if may else 403), role
    assert Client().get(POLICY).status_code == 401
    body = program(people.alice).get(POLICY).json()
    assert body["EarlyHelp"]["Version"] == 1
    assert body["SharingPolicy"]["URI"] == "https://testserver/api/v1/agreement/"


def test_without_a_version_in_force_there_is_none(people, program):
    with as_system():
        Agreement.objects.update(ends_on=timezone.localdate().replace(year=2015))
    assert program(people.alice).get(POLICY).status_code == 404


def test_what_the_agreement_gives_is_permitted_and_what_not_is_denied(people, live, program):
    her = program(people.alice)
    cases = {
        ("education",): "PERMIT",
        ("health",): "DENY",
        ("education", "health"): "DENY",
        ("urn:early-help:data:education",): "PERMIT",
    }
    for categories, outcome in cases.items():
        answer = her.send(ASK, request_for(live, *categories)).json()
        assert answer["Decision"] == outcome, categories
        assert answer["SharingPolicy"]["Version"] == live.version
        assert answer["Request"] == {"value": "r-1", "System": "https://school.example"}
        assert len(answer["Decisions"]) == len(categories)
    assert her.send(ASK, request_for(live, purpose="marketing")).json()["Decision"] == "REVIEW"


def test_a_suspended_agency_is_denied_and_let_in_again_by_that_fact_alone(people, live, program):
    her = program(people.alice)
    assert her.send(ASK, request_for(live)).json()["Decision"] == "PERMIT"
    with as_system():
        Signature.objects.filter(agency=people.school).update(suspended_at=timezone.now())
    assert her.send(ASK, request_for(live)).json()["Decision"] == "DENY"


def test_an_agency_asks_for_itself(people, live, program):
    her = program(people.alice)
    for agency, outcome in (
        (people.school.pk, "PERMIT"),
        (people.elsewhere.pk, "DENY"),
        (0, "DENY"),
        ("x", "DENY"),
    ):
        named = {"value": str(agency), "system": "urn:early-help:agency"}
        assert her.send(ASK, request_for(live, RequesterIdentifier=named)).json()["Decision"] == outcome
    with as_system():
        Event.objects.filter(verb="Decided a sharing request").latest("at")


def test_a_family_that_is_not_seen_answers_like_none(people, live, program):
    reference = people.case.reference
    assert program(people.alice).send(ASK, request_for(live, about=reference)).json()["Decision"] == "PERMIT"
    for other in (people.bob, people.charlie):
        his, answers = program(other), []
        his.send(ASK, request_for(live))  # the first use of a key in a day is written down
        for about in (reference, "WM-1", "no reference at all"):
            with CaptureQueriesContext(connection) as captured:
                body = his.send(ASK, request_for(live, about=about)).json()
            body.pop("DateStamp")
            answers.append((body, len([each for each in captured if "SAVEPOINT" not in each["sql"]])))
        assert answers[0] == answers[1], "in words and in the number of queries"
        assert answers[0][0] == answers[2][0]
        assert answers[0][0]["Decision"] == "REVIEW"


def test_every_decision_is_recorded_or_none_is_given(people, live, program, monkeypatch):
    her = program(people.alice)
    her.send(ASK, request_for(live, "education", "health", about=people.case.reference))
    with as_system():
        events = Event.objects.filter(verb="Decided a sharing request", membership_id=people.alice.pk)
        assert sorted(event.facts["outcome"] for event in events) == ["DENY", "PERMIT"]
        assert {event.facts["key"] for event in events} == {her.key.pk}

    def fails(*_args, **_kwargs):
        raise RuntimeError("the log is not there")

    monkeypatch.setattr(Event.objects, "create", fails)
    her.raise_request_exception = False
    answer = her.send(ASK, request_for(live))
    assert answer.status_code == 500
    assert "Decision" not in answer.json()


WRONG = [
    {}, {"Request": None}, {"Request": {}}, {"Request": []}, {"request": {}},
]  # fmt: skip
WRONG_MEMBERS = {
    "Identifier": [None, "r-1", {}, {"value": "x"}, {"value": 1, "System": "x"}, {"value": "x", "System": "x", "more": 1}],
    "DateStamp": ["", "today", "2026-13-01T00:00:00Z", "1900-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", 1],
    "RequestedData": [None, {}, {"dataCategories": []}, {"dataCategories": ["nonsense"]}, {"dataCategories": [1]},
                      {"dataCategories": ["education"] * 8}, {"dataCategories": ["education"], "Query": {"Name": "Ellie"}}],
    "AssertedPurpose": [None, "", 1, ["support"], "a" * 121],
    "SharingPolicy": [None, [], {}, [{}], [1], [{"Identifier": {"value": "x", "System": "y"}}] * 2],
    "RequesterIdentifier": [None, "x", {"value": "x"}],
    "Proxy": ["x"],
}  # fmt: skip


@pytest.mark.parametrize("body", WRONG)
def test_what_is_no_request_is_refused(people, program, body):
    assert program(people.alice).send(ASK, body).status_code == 400


@pytest.mark.parametrize("member", WRONG_MEMBERS)
def test_a_member_that_is_not_as_described_is_refused(people, live, program, member):
    her = program(people.alice)
    for value in WRONG_MEMBERS[member]:
        answer = her.send(ASK, request_for(live, **{member: value}))
        assert answer.status_code == 400, value
    with as_system():
        assert not Event.objects.filter(verb="Decided a sharing request").exists()
