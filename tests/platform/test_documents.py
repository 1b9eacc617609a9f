"""Pages that are made from the code are what the code says."""

import tomllib

import pytest

from devtools import documents


def test_the_page_of_roles_is_the_code():
    assert (documents.ROOT / "docs/roles.md").read_text() == documents.roles_page(), "run ./dev docs"


def test_the_page_of_requirements_is_current():
    assert (documents.ROOT / "docs/asvs.md").read_text() == documents.asvs_page(), "run ./dev docs"


def test_every_requirement_is_written_once_with_what_proves_it():
    rows = documents.requirements()
    ids = [number for row in rows for number, _level in row["ids"]]
    assert len(ids) == len(set(ids)) == 240
    assert {row["state"] for row in rows} <= set(documents.STATES)
    for row in rows:
        assert row["tests"], row["ids"]
        assert bool(row["missing"]) is (row["state"] != "proved"), row["ids"]


def test_every_test_named_is_there():
    assert documents.missing_tests(documents.requirements()) == []


def test_a_test_that_is_not_there_is_noticed():
    row = {"tests": ["tests/platform/test_documents.py::test_of_nothing", "tests/no_such_file.py::test_it"]}
    assert documents.missing_tests([row]) == row["tests"]


def test_the_table_is_plain_toml():
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(documents.ASVS.read_text() + "\n[[check")
