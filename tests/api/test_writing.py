"""Writing over the API: what is taken, and what only looks right."""

from __future__ import annotations

import pytest
from django.utils import timezone

from cases.models import CaseNote
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event

pytestmark = pytest.mark.django_db


def of(case, section: str = "") -> str:
    return f"/api/v1/families/{case.reference}/{section}"


def test_a_note_is_written_in_ones_own_name(people, program):
    answer = program(people.alice).send(
        of(people.case, "timeline/"),
        {
            "kind": "said",
            "title": "Called in",
            "body": "All well",
            "category": 2,
            "happened_at": "2026-01-05T10:00:00Z",
        },
    )
    assert answer.status_code == 201
    with as_system():
        note = CaseNote.objects.get(title="Called in")
        assert (note.author, note.agency, note.category, note.kind) == (
            people.alice,
            people.school,
            2,
            "said",
        )
        assert Event.objects.filter(verb="Added to the timeline", object_id=str(note.pk)).exists()


def test_nobody_writes_where_they_do_not_see(people, program):
    for other in (people.bob, people.charlie):
        answer = program(other).send(of(people.case, "timeline/"), {"kind": "fact", "title": "x"})
        assert answer.status_code == 404
        bad = program(other).send(of(people.case, "timeline/"), "no json")
        assert bad.content == answer.content, (
            "what is wrong with a body is told only to those who see the record"
        )
    with as_system():
        assert not CaseNote.objects.filter(case=people.case).exists()


def test_a_closed_record_takes_no_note(people, program):
    with as_system():
        people.case.status, people.case.closed_on, people.case.closure_reason = (
            "closed",
            timezone.localdate(),
            "other",
        )
        people.case.save()
    program(people.coordinator)
    answer = program(people.alice).send(of(people.case, "timeline/"), {"kind": "fact", "title": "x"})
    assert answer.status_code in {403, 404}


# Fields that the writer does not decide: each is refused by name.
NOT_THEIRS = {
    "id": "00000000-0000-0000-0000-000000000000",
    "author": 1,
    "author_id": 1,
    "agency": 1,
    "agency_id": 1,
    "case": "x",
    "case_id": "x",
    "created_at": "2020-01-01T00:00:00Z",
    "acl": [1],
    "is_lead": True,
    "not_for_members": [1],
    "reference": "WM-1",
    "consent": "given",
    "is_confidential": False,
    "__class__": "x",
    "": "",
}


@pytest.mark.parametrize("field", NOT_THEIRS)
def test_a_field_that_is_not_the_writers_is_refused(people, program, field):
    answer = program(people.alice).send(
        of(people.case, "timeline/"), {"kind": "fact", "title": "x", field: NOT_THEIRS[field]}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"] == {field: ["There is no such field."]}


WRONG = {
    "kind": ["event", "", None, 1, True, [], {}, "FACT"],
    "title": ["", "   ", None, 1, True, [], {}, "a" * 161, "nul\x00"],
    "body": [None, 1, [], {}, "a" * 20_001],
    "category": [0, 8, "1", None, True, 1.0, [1], 10**30],
    "happened_at": ["", "yesterday", "2026-02-30T10:00:00Z", "2026-01-05", "2026-01-05T10:00:00", "2999-01-01T00:00:00Z",
                    "0001-01-01T00:00:00+23:59", None, 1, []],
    "about": ["", "x", None, 1, [], "00000000-0000-0000-0000-000000000000"],
    "keep_address": [None, "true", 1, "on"],
    "how_asked": [None, 1, "a" * 121],
    "not_for": [None, "1", 1, [None], ["1"], [0], [10**10], [True], [999_999], [[1]], list(range(1, 60))],
}  # fmt: skip


@pytest.mark.parametrize("field", WRONG)
def test_what_only_looks_right_is_refused(people, program, field):
    her = program(people.alice)
    for value in WRONG[field]:
        answer = her.send(of(people.case, "timeline/"), {"kind": "fact", "title": "x", field: value})
        assert answer.status_code == 400, value
        assert list(answer.json()["errors"]) == [field], value
    with as_system():
        assert not CaseNote.objects.filter(case=people.case).exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "1",
        "null",
        '"x"',
        b"\xff\xfe",
        '{"kind": "fact", "kind": "view", "title": "x"}',
        '{"kind": "fact", "title": NaN}',
        '{"title": "\\ud800", "kind": "fact"}',
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"kind": "fact", "title": "x", "category": ' + "1" * 5000 + "}",
    ],
)
def test_a_body_that_is_no_plain_object_is_refused(people, program, body):
    answer = program(people.alice).send(of(people.case, "timeline/"), body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_other_types_and_huge_bodies_are_refused(people, program):
    her, address = program(people.alice), of(people.case, "timeline/")
    for kind in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/xml",
    ):
        assert her.post(address, b"kind=fact&title=x", content_type=kind).status_code == 415
    for charset in ("utf-8", "rot13", "utf-7", "base64", "nonsense"):
        kind = f"application/json; charset={charset}"
        answer = her.generic("POST", address, b'{"kind":"fact","title":"x"}', content_type=kind)
        assert answer.status_code == 201, "JSON is UTF-8, whatever else is said"
    assert her.send(address, {"kind": "fact", "title": "x", "body": "a" * 300_000}).status_code == 413


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=1&page=2", "page=²", "page=", "page=99999", "q=a"]
)
def test_an_odd_address_is_refused(people, program, query):
    her = program(people.alice)
    for address in ("/api/v1/families/", of(people.case, "timeline/")):
        assert her.get(f"{address}?{query}").status_code == 400


def test_methods_that_are_not_there_and_addresses_that_are_nowhere(people, program):
    her = program(people.alice)
    for method in ("put", "patch", "delete", "options"):
        answer = getattr(her, method)(of(people.case))
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD"), method
    for path in ("nothing/", "families/../", "families/wm-1/", "families/WM-1%00/", "families/%F0%9F%91%A9/"):
        answer = her.get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
