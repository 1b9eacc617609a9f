"""Addresses of live connections to families' records (earlyhelp/live/urls.py)."""

from django.urls import path

from cases.consumers import RecordConsumer

urlpatterns = [path("live/families/<slug:reference>/", RecordConsumer, name="live-record")]
