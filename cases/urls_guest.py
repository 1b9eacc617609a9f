"""Addresses of guests: their own, under /guest/, and those of the people who invite them."""

from django.urls import path

from cases.views import guest, guests

urlpatterns = [
    path("guest/", guest.record, name="guest"),
    path("guest/timeline/", guest.timeline, name="guest-timeline"),
    path("guest/meetings/<uuid:pk>/", guest.meeting, name="guest-meeting"),
    path("guest/leave/", guest.leave, name="guest-leave"),
    path("guest/link/<str:token>/", guest.open_link, name="guest-open"),
    path("guest/code/", guest.code, name="guest-code"),
    path("guest/ended/", guest.over, name="guest-over"),
    path("guest/left/", guest.left, name="guest-left"),
    path("families/<slug:reference>/guests/invite/", guests.invite, name="guest-invite"),
    path("families/<slug:reference>/guests/<int:pk>/code/", guests.new_code, name="guest-new-code"),
    path("families/<slug:reference>/guests/<int:pk>/end/", guests.end, name="guest-end"),
]
