"""Addresses of families' records for programs, under /api/v1/."""

from django.urls import path

from cases.api import requests, views

urlpatterns = [
    path("agreement/requests/", requests.SharingRequests.as_view(), name="api-sharing-requests"),
    path("families/", views.Families.as_view(), name="api-families"),
    path("families/<reference:reference>/", views.Family.as_view(), name="api-family"),
    path(
        "families/<reference:reference>/addresses/<uuid:pk>/show/",
        views.ShowAddress.as_view(),
        name="api-address-show",
    ),
    path("families/<reference:reference>/timeline/", views.Timeline.as_view(), name="api-timeline"),
    path("families/<reference:reference>/plan/", views.Plan.as_view(), name="api-plan"),
    path("families/<reference:reference>/meetings/", views.Meetings.as_view(), name="api-meetings"),
    path("families/<reference:reference>/documents/", views.Documents.as_view(), name="api-documents"),
    path(
        "families/<reference:reference>/documents/<uuid:pk>/file/",
        views.DocumentFile.as_view(),
        name="api-document",
    ),
    path("families/<reference:reference>/sharing/", views.Sharing.as_view(), name="api-sharing"),
]
