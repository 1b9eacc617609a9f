"""Addresses of records that may be there twice. They name ids and nobody."""

from django.urls import path

from cases.merging import views

urlpatterns = [
    path("duplicates/", views.duplicates, name="duplicates"),
    path("duplicates/links/<uuid:pk>/end/", views.link_end, name="duplicates-link-end"),
    path("duplicates/merges/<uuid:pk>/", views.merge, name="merge"),
    path("duplicates/<uuid:one>/<uuid:other>/", views.pair, name="duplicates-pair"),
    path("duplicates/<uuid:kept>/<uuid:gone>/merge/", views.merge_propose, name="merge-propose"),
]
