"""Addresses of emergency access, restricted records, and who looked."""

from django.urls import path

from cases.views import emergency, history, restriction, sample, unusual

urlpatterns = [
    path(
        "families/<slug:reference>/history/for-the-family/", history.for_the_family, name="record-reading-log"
    ),
    path(
        "families/<slug:reference>/history/for-the-family/copy/",
        history.for_the_family_copy,
        name="record-reading-log-copy",
    ),
    path("access-log/unusual/", unusual.unusual, name="unusual-looks"),
    path("access-log/sample/", sample.progress, name="look-sample-progress"),
    path("to-check/looks/", sample.looks, name="look-sample"),
    path("to-check/looks/<uuid:pk>/", sample.look_answer, name="look-answer"),
    path("emergency/", emergency.emergency, name="emergency"),
    path("to-check/", emergency.protection, name="protection"),
    path("to-check/emergency/<int:pk>/", emergency.emergency_check, name="emergency-check"),
    path("to-check/restriction/<uuid:pk>/", restriction.restriction_lift, name="restriction-lift"),
    path("to-check/restriction/<uuid:pk>/keep/", restriction.restriction_keep, name="restriction-keep"),
    path("families/<slug:reference>/restriction/", restriction.restriction, name="record-restriction"),
    path(
        "families/<slug:reference>/restriction/relative/",
        restriction.relation_add,
        name="record-relation-add",
    ),
]
