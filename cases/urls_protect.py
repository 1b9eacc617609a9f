"""Addresses of emergency access and restricted records."""

from django.urls import path

from cases.views import emergency, restriction, unusual

urlpatterns = [
    path("access-log/unusual/", unusual.unusual, name="unusual-looks"),
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
