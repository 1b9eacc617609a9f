"""Addresses of live connections to parts of assessments (earlyhelp/live/urls.py)."""

from django.urls import path

from assessments.consumers import PartConsumer

PART = "live/assessments/<uuid:pk>/parts/<slug:key>/"

urlpatterns = [
    path(PART, PartConsumer, name="live-part"),
    path(f"{PART}<int:round>/", PartConsumer, name="live-part-round"),
    path(f"{PART}<uuid:person>/", PartConsumer, name="live-person-part"),
    path(f"{PART}<uuid:person>/<int:round>/", PartConsumer, name="live-person-part-round"),
]
