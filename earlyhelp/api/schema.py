"""The API's description (OpenAPI 3), drawn from the views: `./dev manage describe_api` writes docs/api.yaml."""

from __future__ import annotations

import re

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from earlyhelp.api.problems import CONTENT_TYPE, TITLES

KEY = "key"
REFERENCE = OpenApiParameter(
    "reference",
    {"type": "string", "pattern": "^[A-Z]{1,6}-[0-9]{1,9}$"},
    OpenApiParameter.PATH,
    description="The record's reference, such as WM-20418.",
)


class Problem(serializers.Serializer):
    """What is wrong with a request (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with each field; under an empty name what is wrong with the whole.",
    )


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "earlyhelp.api.policy.WhoIsAsking"
    name = KEY

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key, made on the page Keys for programs.",
        }


class Described(AutoSchema):
    """Every object that is sent has the members named and no other."""

    def _map_basic_serializer(self, serializer, direction):
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request":
            schema["additionalProperties"] = False
        return schema


def documented(
    summary: str,
    answer,
    *,
    status: int = 200,
    media: str = "application/json",
    body=None,
    query=None,
    path=(),
    refusals: tuple[int, ...] = (),
    description: str = "",
    tags: tuple[str, ...] = ("Families",),
):
    """Describe one method of a view: what it answers, and every way in which it refuses.

    Args:
        answer: the serializer of what is answered.
        query, body: serializers of the address's parameters and of what is sent.
        refusals: statuses beyond those that every address has (401, 403, 429) and that follow from query and body.
    """
    statuses = {401, 403, 429, *refusals}
    if query is not None or body is not None:
        statuses.add(400)
    if body is not None:
        statuses |= {413, 415}
    responses: dict = {(status, media): answer}
    for each in sorted(statuses):
        responses[(each, CONTENT_TYPE)] = OpenApiResponse(Problem, description=TITLES[each][1])
    parameters = [*path, *([query] if query is not None else [])]
    return extend_schema(
        operation_id=re.sub(r"[^a-z]+", "_", summary.lower()),
        summary=summary,
        description=description,
        parameters=parameters,
        request={"application/json": body} if body is not None else None,
        responses=responses,
        tags=list(tags),
    )


def description_in_yaml() -> str:
    """The whole description, the same bytes for the same code."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
