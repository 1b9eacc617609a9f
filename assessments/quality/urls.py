"""Addresses of countersigning, dip samples, checks and feedback. None names a family or a colleague."""

from django.urls import path

from assessments.quality.views import checks, countersign, draws

urlpatterns = [
    path("assessments/<uuid:pk>/countersign/", countersign.answer, name="assessment-countersign"),
    path("quality/", draws.home, name="quality"),
    path("quality/draw/", draws.draw, name="quality-draw"),
    path("quality/samples/<uuid:pk>/", draws.drawn, name="quality-drawn"),
    path("quality/checks/<uuid:pk>/", checks.check, name="quality-check"),
    path("quality/checks/<uuid:pk>/assessment/", checks.reading, name="quality-reading"),
    path("quality/checks/<uuid:pk>/set-aside/", checks.set_aside, name="quality-set-aside"),
    path("quality/checks/<uuid:pk>/take-over/", checks.take_over, name="quality-take-over"),
    path("quality/checks/<uuid:pk>/again/", checks.again, name="quality-again"),
    path("quality/checks/<uuid:pk>/answer/", checks.answer, name="quality-answer"),
    path("quality/checks/<uuid:pk>/follow-up/", checks.follow_up_add, name="quality-follow-up-add"),
    path("quality/follow-ups/<uuid:pk>/", checks.follow_up, name="quality-follow-up"),
    path("feedback/", checks.my_feedback, name="my-feedback"),
]
