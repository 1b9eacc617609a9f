"""Addresses of countersigning, dip samples, checks and feedback. None names a family or a colleague."""

from django.urls import path

from assessments.quality.views import countersign

urlpatterns = [
    path("assessments/<uuid:pk>/countersign/", countersign.answer, name="assessment-countersign"),
]
