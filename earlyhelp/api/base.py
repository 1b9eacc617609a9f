"""What every view of the API shares: its declaration, what input may look like, how a page of a list is asked for."""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import register_converter
from django.utils.dateparse import parse_datetime
from rest_framework import exceptions, serializers
from rest_framework.views import APIView

from earlyhelp.access import Permission, access
from earlyhelp.access.declare import Declaration
from earlyhelp.api.policy import OneJson

MOST_PAGES = 10_000
PER_PAGE = 25


class Endpoint(APIView):
    """A view of the API. `permissions` are declared exactly as `@access` declares them for a page."""

    permissions: tuple[Permission, ...] = ()
    http_method_names = ["get", "head", "post"]
    declaration: Declaration

    @classmethod
    def as_view(cls, **initkwargs):
        declared = access(*cls.permissions)(super().as_view(**initkwargs))
        cls.declaration = declared.access
        return declared

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        # Before anything is looked up: a page's form sent here is refused, not half read.
        sent = request._request
        if sent.META.get("CONTENT_LENGTH") not in {None, "", "0"}:
            if sent.content_type != OneJson.media_type:
                raise exceptions.UnsupportedMediaType(sent.content_type or "")

    @property
    def actor(self):
        return self.request._request.actor

    def body(self, shape: type[serializers.Serializer], **context) -> dict:
        """What was sent, as `shape` reads it. Call it only when the object that it is for was found."""
        form = shape(data=self.request.data, context={"actor": self.actor, **context})
        form.is_valid(raise_exception=True)
        return form.validated_data

    def query(self, shape: type[serializers.Serializer]) -> dict:
        """The parameters of the address: each known, and given once (ASVS 15.3.7)."""
        sent = self.request.query_params
        errors = {name: ["Send this once."] for name in sent if len(sent.getlist(name)) > 1}
        if errors:
            raise exceptions.ValidationError(errors)
        form = shape(data=sent.dict())
        form.is_valid(raise_exception=True)
        return form.validated_data


# -- Strict input: what the description says, and nothing that merely looks like it ------------------------------------


class Strict(serializers.Serializer):
    """An object with these members and no other."""

    def to_internal_value(self, data):
        if not isinstance(data, dict):
            raise exceptions.ValidationError({"": ["Send an object here."]})
        unknown = set(data) - {name for name, field in self.fields.items() if not field.read_only}
        if unknown:
            raise exceptions.ValidationError(dict.fromkeys(sorted(unknown), ["There is no such field."]))
        return super().to_internal_value(data)


class Text(serializers.CharField):
    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.IntegerField):
    """A JSON number; not a word, not true, not 1.0."""

    def to_internal_value(self, data):
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false; not a word or a number that some take for one."""

    def to_internal_value(self, data):
        if not isinstance(data, bool):
            self.fail("invalid", input="that")
        return data


class Choice(serializers.ChoiceField):
    def to_internal_value(self, data):
        if type(data) not in {type(key) for key in self.choices}:
            self.fail("invalid_choice", input="that")
        return super().to_internal_value(data)


class Uuid(serializers.UUIDField):
    def to_internal_value(self, data):
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """A date and time with its zone, as RFC 3339 writes them."""

    default_error_messages = {"invalid": "Send a date and time with its zone, such as 2026-03-27T10:42:00Z."}

    def to_internal_value(self, data):
        if not isinstance(data, str) or not _MOMENT.fullmatch(data):
            self.fail("invalid")
        try:
            found = parse_datetime(data.upper())
            if found is None:
                self.fail("invalid")
            return self.enforce_timezone(found)
        except (ValueError, OverflowError):
            self.fail("invalid")


_PAGE = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class PageNumber(serializers.IntegerField):
    """A whole number in an address, written with digits alone."""

    def to_internal_value(self, data):
        if not _PAGE.fullmatch(data):
            self.fail("invalid")
        return int(data)


class PageQuery(Strict):
    """Which page of a list. Pages begin at 1."""

    page = PageNumber(default=1, min_value=1, max_value=MOST_PAGES, help_text="Which page, from 1.")


def page_of(rows, number: int) -> tuple[list, bool]:
    """The rows of one page of a queryset or list, and whether there are more. Nothing is counted."""
    start = (number - 1) * PER_PAGE
    found = list(rows[start : start + PER_PAGE + 1])
    return found[:PER_PAGE], len(found) > PER_PAGE


def address(path: str) -> str:
    """An address of this service in full, whatever host the request named."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


class ReferenceConverter:
    """A record's reference in an address. What does not look like one is nobody's record."""

    regex = "[A-Z]{1,6}-[0-9]{1,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ReferenceConverter, "reference")
