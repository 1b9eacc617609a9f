"""Addresses of the access review."""

from django.urls import path

from hubs.views import review

urlpatterns = [
    path("access-review/", review.access_review, name="access-review"),
    path("access-review/<int:pk>/", review.access_review_answer, name="access-review-answer"),
    path("access-review/<int:pk>/done/", review.access_review_done, name="access-review-done"),
]
