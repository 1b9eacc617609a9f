"""Addresses of the outbox."""

from django.urls import path

from earlyhelp.outbox import views

urlpatterns = [path("accounts/messages/", views.undelivered, name="undelivered-messages")]
