"""Addresses of retention. A reference number is not personal, so it may stand in one."""

from django.urls import path

from reporting.retention import views

urlpatterns = [
    path("", views.retention, name="retention"),
    path("gone/<uuid:stone>/", views.retention_stone, name="retention-stone"),
    path("<slug:reference>/", views.retention_record, name="retention-record"),
    path("<slug:reference>/hold/", views.retention_hold, name="retention-hold"),
    path("<slug:reference>/hold/end/", views.retention_hold_end, name="retention-hold-end"),
    path("<slug:reference>/keep/", views.retention_keep, name="retention-keep"),
    path("<slug:reference>/propose/", views.retention_propose, name="retention-propose"),
    path("<slug:reference>/send-back/", views.retention_send_back, name="retention-send-back"),
    path("<slug:reference>/confirm/", views.retention_confirm, name="retention-confirm"),
]
