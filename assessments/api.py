"""Assessments for programs: which there are of a family, and one of them with what the key's agency may read of it."""

import datetime as dt
from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from assessments.answers import is_not_known
from assessments.household import Slot, slots, told
from assessments.models import Assessment, Section
from assessments.models.answers import SectionStatus
from assessments.models.assessment import AssessmentStatus, ConsentStatement, Countersigning
from assessments.pages import Book, PageOf, read
from assessments.spec import Kind, Nature
from assessments.views.common import get_assessment_for
from cases.views.common import get_case_for
from earlyhelp.access import Permission
from earlyhelp.api.base import Endpoint
from earlyhelp.api.schema import REFERENCE, documented
from hubs.models import Category


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


class AnswerShape(serializers.Serializer):
    question = serializers.CharField(help_text="The question's key in this version of the form.")
    label = serializers.CharField()
    kind = serializers.ChoiceField([each.value for each in Kind])
    nature = serializers.ChoiceField(
        [each.value for each in Nature], help_text="A fact, what somebody said, or a professional's view."
    )
    rater = serializers.CharField(allow_null=True, help_text="Who gave a number, for a scale.")
    value = serializers.JSONField(
        allow_null=True, help_text="Text, a code, a list of codes or a number. Null when it is not known."
    )
    not_known = serializers.BooleanField(help_text="Whether the answer is that nobody knows.")
    written_at = serializers.DateTimeField(allow_null=True)
    written_by = serializers.CharField(allow_null=True)


class PageShape(serializers.Serializer):
    part = serializers.CharField(help_text="The part's key in this version of the form.")
    title = serializers.CharField()
    section = serializers.IntegerField(help_text="The number of its section on the paper form.")
    category = serializers.ChoiceField(Category.choices)
    person = serializers.UUIDField(allow_null=True, help_text="Whom it is about; null for the family.")
    time = serializers.IntegerField(
        help_text="1 for the first time a part was filled in, then 2, 3 and so on."
    )
    agency = serializers.CharField(
        allow_null=True,
        help_text="The agency that wrote this apart from the others; null for what all share.",
    )
    status = serializers.ChoiceField(SectionStatus.choices)
    saved_at = serializers.DateTimeField()
    unsettled = serializers.IntegerField(help_text="Answers of which another version is still kept.")
    answers = AnswerShape(many=True)


class FormShape(serializers.Serializer):
    code = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()


class WholeAssessment(serializers.Serializer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    family = serializers.CharField(help_text="The reference of the family's record.")
    form = FormShape()
    status = serializers.ChoiceField(AssessmentStatus.choices)
    consent_statement = serializers.ChoiceField(ConsentStatement.choices)
    agency = serializers.CharField(allow_null=True)
    assessor = serializers.CharField(allow_null=True)
    initiated_at = serializers.DateTimeField()
    due_on = serializers.DateField(allow_null=True)
    signed_off_at = serializers.DateTimeField(allow_null=True)
    countersigning = serializers.ChoiceField(
        [("", "No manager is asked"), *Countersigning.choices],
        help_text="Whether a manager signs after the author.",
    )
    countersigned_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    pages = PageShape(many=True)


def in_json(book: Book) -> dict[str, Any]:
    """One assessment as `WholeAssessment` gives it: every page that somebody wrote and the reader may see."""
    assessment = book.assessment
    form = assessment.form_version
    names = (
        "id", "reference", "status", "consent_statement", "initiated_at", "due_on", "signed_off_at", "countersigning",
        "countersigned_at", "completed_at",
    )  # fmt: skip
    return {name: getattr(assessment, name) for name in names} | {
        "family": assessment.case.reference,
        "form": {"code": form.code, "version": form.version, "title": form.title},
        "agency": assessment.agency.name if assessment.agency else None,
        "assessor": assessment.assessor.user.full_name if assessment.assessor else None,
        "pages": [
            _page(book, page, row)
            for part in book.form.parts
            for page in book.of_part(part)
            for row in page.rows
            if row.version
        ],
    }


def _page(book: Book, page: PageOf, row: Section) -> dict[str, Any]:
    return {
        "part": page.part.key,
        "title": page.title,
        "section": book.form.section_of(page.part.key).number,
        "category": row.category,
        "person": page.subject.id if page.subject else None,
        "time": page.round,
        "agency": row.agency.name if row.agency else None,
        "status": row.status,
        "saved_at": row.saved_at,
        "unsettled": len(row.differing),
        "answers": [
            _answer(slot, page, row)
            for slot in slots(page.part, page.subject, book.household, row.answers)
            if row.answers.get(slot.name) is not None
        ],
    }


def _answer(slot: Slot, page: PageOf, row: Section) -> dict[str, Any]:
    value, mark = row.answers[slot.name], row.marks.get(slot.name, {})
    return {
        "question": slot.question.key,
        "label": told(slot.question.label, page.subject),
        "kind": slot.question.kind.value,
        "nature": slot.question.nature.value,
        "rater": slot.rater.label if slot.rater else None,
        "value": None if is_not_known(value) else value,
        "not_known": is_not_known(value),
        "written_at": dt.datetime.fromisoformat(mark["at"]) if "at" in mark else None,
        "written_by": mark.get("name"),
    }


class OneAssessment(Endpoint):
    permissions = (Permission.CASE_READ,)

    @documented(
        "Read an assessment",
        WholeAssessment,
        refusals=(404,),
        description="The form, and every page that was written, as far as the key's person may read its category.",
    )
    def get(self, request, pk):
        assessment = get_assessment_for(request._request, pk, verb="Opened an assessment")
        return Response(WholeAssessment(in_json(read(assessment, self.actor))).data)


urlpatterns = [
    path("families/<reference:reference>/assessments/", Assessments.as_view(), name="api-assessments"),
    path("assessments/<uuid:pk>/", OneAssessment.as_view(), name="api-assessment"),
]
