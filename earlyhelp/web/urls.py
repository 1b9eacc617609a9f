"""Pages of the platform itself: information for everybody, and the component gallery for system administrators."""

from django.urls import path

from . import views

urlpatterns = [
    path("accessibility", views.accessibility, name="accessibility"),
    path("privacy", views.privacy, name="privacy"),
    path("cookies", views.cookies, name="cookies"),
    path("help", views.help_page, name="help"),
    path("what-is-recorded", views.what_is_recorded, name="what-is-recorded"),
    path("components", views.components, name="components"),
]
