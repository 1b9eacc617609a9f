"""Assessments of a family for programs: which there are, not what was answered."""

from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from assessments.models import Assessment
from assessments.models.assessment import AssessmentStatus, ConsentStatement
from cases.views.common import get_case_for
from earlyhelp.access import Permission
from earlyhelp.api.base import Endpoint
from earlyhelp.api.schema import REFERENCE, documented


class AssessmentShape(serializers.Serializer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    form = serializers.CharField(source="form_version.title")
    status = serializers.ChoiceField(AssessmentStatus.choices)
    consent_statement = serializers.ChoiceField(ConsentStatement.choices)
    agency = serializers.SerializerMethodField()
    assessor = serializers.SerializerMethodField()
    initiated_at = serializers.DateTimeField()
    due_on = serializers.DateField(allow_null=True)
    signed_off_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)

    def get_agency(self, assessment) -> str | None:
        return assessment.agency.name if assessment.agency else None

    def get_assessor(self, assessment) -> str | None:
        return assessment.assessor.user.full_name if assessment.assessor else None


class AssessmentList(serializers.Serializer):
    results = AssessmentShape(many=True)


class Assessments(Endpoint):
    permissions = (Permission.CASE_READ,)

    @documented(
        "List assessments", AssessmentList, path=(REFERENCE,), refusals=(404,), description="Newest first."
    )
    def get(self, request, reference):
        case = get_case_for(request._request, reference, "assessments")
        found = Assessment.objects.filter(case=case).with_record_data()
        return Response(AssessmentList({"results": found}).data)


urlpatterns = [
    path("families/<reference:reference>/assessments/", Assessments.as_view(), name="api-assessments")
]
