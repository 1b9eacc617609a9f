"""Addresses of the outbox."""

from django.urls import path

from earlyhelp.outbox import views

urlpatterns = [
    path("account/messages/", views.message_choices, name="message-choices"),
    path("accounts/messages/", views.undelivered, name="undelivered-messages"),
]
