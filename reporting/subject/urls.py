"""Addresses of requests for what is held. None holds a name."""

from django.urls import path

from reporting.subject import item_views, views

urlpatterns = [
    path("", views.subject_requests, name="subject-requests"),
    path("log/", views.subject_log, name="subject-log"),
    path("<uuid:subject>/", views.subject_request, name="subject-request"),
    path("<uuid:subject>/identity/", views.subject_ask_identity, name="subject-ask-identity"),
    path("<uuid:subject>/checks/", views.subject_checks, name="subject-checks"),
    path("<uuid:subject>/extend/", views.subject_extend, name="subject-extend"),
    path("<uuid:subject>/correct/", views.subject_correct, name="subject-correct"),
    path("<uuid:subject>/refuse/", views.subject_refuse, name="subject-refuse"),
    path("<uuid:subject>/gather/", views.subject_gather, name="subject-gather"),
    path("<uuid:subject>/items/", item_views.subject_items, name="subject-items"),
    path("<uuid:subject>/items/<int:item>/", item_views.subject_item, name="subject-item"),
    path("<uuid:subject>/marks/<uuid:mark>/", item_views.subject_decide, name="subject-decide"),
    path("<uuid:subject>/hand-over/", views.subject_hand_over, name="subject-hand-over"),
    path("<uuid:subject>/send-back/", views.subject_send_back, name="subject-send-back"),
    path("<uuid:subject>/send/", views.subject_send, name="subject-send"),
    path("<uuid:subject>/files/<slug:kind>/", views.subject_file, name="subject-file"),
]
