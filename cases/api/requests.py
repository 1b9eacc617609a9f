"""Answering the draft national `Request` object: PERMIT, DENY or REVIEW, with the policy that it rests on.

Members and their spelling follow the draft (SocialCareData/information-governance on GitHub: request.json and
request.md, version 0.1). What it leaves open is ours: categories and purposes by our codes or URNs, a family by its
record's reference, and never by anything that names a person.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from cases.policy import decide_request
from earlyhelp.access import Permission
from earlyhelp.api.base import Endpoint, Moment, Number, Strict, Text
from earlyhelp.api.schema import documented
from hubs.models import Agency, Category
from hubs.policy import Outcome, SharingRequest
from hubs.sharing_policy import CATEGORY_CODES, URN, category_named, purpose_named

AGENCY_SYSTEM = f"{URN}:agency"
YEARS = range(2000, 2101)
OUTCOMES = [(each.value, each.value) for each in Outcome]


class Identifier(Strict):
    """An identifier and the system that it belongs to."""

    value = Text(max_length=120)
    System = Text(max_length=200)


class RequesterIdentifier(Strict):
    """Who asks. The key says it already; when this names another agency the answer is DENY."""

    value = Text(max_length=120)
    system = Text(max_length=200)


class PersonQuery(Strict):
    """Whom it is about: a record's reference, such as WM-20418. Names and birth dates are not taken."""

    Identifier = Identifier()


class RequestedData(Strict):
    """The categories of information asked for, by code or URN, and whose."""

    dataCategories = serializers.ListField(child=Text(max_length=120), min_length=1, max_length=len(Category))
    Query = PersonQuery(required=False)


class PolicyNamed(Strict):
    """The policy under which the request is made, and its version when that matters."""

    Identifier = Identifier()
    Version = Number(min_value=1, max_value=32_767, required=False)


class RequestShape(Strict):
    """A structured assertion that links a request to a sharing policy."""

    Identifier = Identifier()
    DateStamp = Moment(help_text="The moment of the request.")
    RequesterIdentifier = RequesterIdentifier(required=False)
    RequestedData = RequestedData()
    AssertedPurpose = Text(max_length=120)
    SharingPolicy = serializers.ListField(child=PolicyNamed(), min_length=1, max_length=1)

    def validate_DateStamp(self, value: dt.datetime) -> dt.datetime:
        if value.year not in YEARS:
            raise ValidationError("This is not the moment of a request.")
        return value


class SharingRequestBody(Strict):
    Request = RequestShape()


class OneDecision(serializers.Serializer):
    dataCategory = serializers.CharField()
    Decision = serializers.ChoiceField(OUTCOMES)
    Reason = serializers.CharField()


class IdentifierShape(serializers.Serializer):
    value = serializers.CharField(allow_blank=True)
    System = serializers.CharField(allow_blank=True)


class PolicyAnswered(serializers.Serializer):
    """The policy in force on the day; empty, with version null, when there is none."""

    Identifier = IdentifierShape()
    Version = serializers.IntegerField(allow_null=True)


class DecisionShape(serializers.Serializer):
    """PERMIT when every category is permitted, DENY when one is denied; otherwise REVIEW: people decide."""

    Decision = serializers.ChoiceField(OUTCOMES)
    Request = IdentifierShape(help_text="The identifier that the request came with.")
    DateStamp = serializers.DateTimeField(help_text="The moment of the answer.")
    SharingPolicy = PolicyAnswered()
    Decisions = OneDecision(many=True)


class SharingRequests(Endpoint):
    permissions = (Permission.AGREEMENT_READ,)

    @documented(
        "Ask whether something may be shared",
        DecisionShape,
        body=SharingRequestBody,
        tags=("Agreement",),
        description="Each answer is logged. It opens nothing. A family that you cannot see reads like none.",
    )
    def post(self, request):
        asked = self.body(SharingRequestBody)["Request"]
        decided = [(category, self._decide(asked, category)) for category in _categories(asked)]
        outcomes = {decision.outcome for _category, decision in decided}
        first = decided[0][1]
        stricter = [each for each in (Outcome.DENY, Outcome.REVIEW) if each in outcomes]
        answer = {
            "Decision": (stricter or [Outcome.PERMIT])[0].value,
            "Request": asked["Identifier"],
            "DateStamp": timezone.now(),
            "SharingPolicy": {
                "Identifier": {"value": first.policy, "System": first.policy_system},
                "Version": first.version,
            },
            "Decisions": [
                {
                    "dataCategory": f"{URN}:data:{CATEGORY_CODES[category]}",
                    "Decision": decision.outcome.value,
                    "Reason": decision.reason,
                }
                for category, decision in decided
            ],
        }
        return Response(DecisionShape(answer).data)

    def _decide(self, asked: dict, category: Category):
        policy = asked["SharingPolicy"][0]
        about = asked["RequestedData"].get("Query")
        return decide_request(
            SharingRequest(
                agency=self._agency(asked.get("RequesterIdentifier")),
                category=category,
                purpose=purpose_named(asked["AssertedPurpose"]) or asked["AssertedPurpose"],
                on=timezone.localdate(asked["DateStamp"]),
                identifier=asked["Identifier"]["value"],
                policy=policy["Identifier"]["value"],
                policy_system=policy["Identifier"]["System"],
                version=policy.get("Version"),
                reference=about["Identifier"]["value"] if about else "",
            ),
            by=self.actor,
        )

    def _agency(self, named: dict | None) -> Agency:
        """The agency that asks. Another one's number is passed on as it is, whether there is such an agency or not."""
        own = self.actor.agency
        if named is None or named["system"] != AGENCY_SYSTEM or named["value"] == str(own.pk):
            return own
        return Agency(pk=0)


def _categories(asked: dict) -> list[Category]:
    found = [category_named(word) for word in asked["RequestedData"]["dataCategories"]]
    if None in found:
        raise ValidationError(
            {"dataCategories": ["One of these is no category of information of this agreement."]}
        )
    return list(dict.fromkeys(found))
