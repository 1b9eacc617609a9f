"""Addresses of live connections to families' records (earlyhelp/live/urls.py)."""

from django.urls import path

from cases.consumers import RecordConsumer
from cases.live_room.consumer import RoomConsumer

urlpatterns = [
    path("live/families/<slug:reference>/", RecordConsumer, name="live-record"),
    path("live/meetings/<uuid:pk>/", RoomConsumer, name="live-room"),
]
