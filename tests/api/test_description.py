"""The API's description is the one that the code gives, and says all that the API does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.urls import get_resolver

from earlyhelp.api.schema import description_in_yaml
from tests.access.test_urls import every_address

DESCRIPTION = Path(settings.BASE_DIR) / "docs" / "api.yaml"
WORDS = Path(settings.BASE_DIR) / "docs" / "api.md"


@pytest.fixture(scope="module")
def described() -> dict:
    return yaml.safe_load(DESCRIPTION.read_text())


def test_the_description_is_current():
    assert DESCRIPTION.read_text() == description_in_yaml(), "run ./dev manage describe_api"


def test_every_address_of_the_api_is_described_and_explained(described):
    from tests.access.test_urls import is_for_programs

    routes = {
        "/" + str(each.pattern)
        for each in get_resolver().url_patterns
        if str(each.pattern).startswith("api/")
    }
    assert routes == {"/api/v1/"}
    names = [name for name, view, _keys in every_address() if getattr(view, "cls", None) is not None]
    assert len(described["paths"]) == len(names)
    assert all(is_for_programs(path) for path in described["paths"])
    text = WORDS.read_text()
    assert [path for path in described["paths"] if path.removeprefix("/api/v1/") not in text] == []


def test_every_method_says_how_it_refuses(described):
    for path, methods in described["paths"].items():
        for method, its in methods.items():
            wanted = {"401", "403", "429"} | ({"404"} if "{" in path else set())
            wanted |= {"400", "413", "415"} if "requestBody" in its else set()
            assert wanted <= set(its["responses"]), (method, path)
            assert its["security"] == [{"key": []}], (method, path)
            assert its["summary"], (method, path)
            for status, answer in its["responses"].items():
                kinds = set(answer["content"])
                assert kinds == ({"application/problem+json"} if status >= "400" else kinds), (
                    method,
                    path,
                    status,
                )


def test_what_is_sent_has_no_member_that_is_not_named(described):
    shapes = described["components"]["schemas"]
    sent = {name: shape for name, shape in shapes.items() if name.endswith("Request")}
    assert sent
    assert all(shape["additionalProperties"] is False for shape in sent.values())
