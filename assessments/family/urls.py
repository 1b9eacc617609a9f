"""Addresses of the whole family in an assessment. None names anybody."""

from django.urls import path

from assessments.family import views, words_views

ROOT = "assessments/<uuid:pk>/family/"

urlpatterns = [
    path("assessments/levels/", views.threshold_guidance, name="threshold-guidance"),
    path(ROOT, views.family, name="assessment-family"),
    path(f"{ROOT}no-needs/<uuid:person>/", views.no_needs, name="assessment-no-needs"),
    path(f"{ROOT}no-needs/<uuid:row>/take-back/", views.needs_after_all, name="assessment-needs-after-all"),
    path(f"{ROOT}prompts/<slug:indicator>/", views.considered, name="assessment-considered"),
    path(f"{ROOT}words/add/<slug:key>/", words_views.voice_add, name="assessment-voice-add"),
    path(
        f"{ROOT}words/add/<slug:key>/<uuid:person>/",
        words_views.voice_add,
        name="assessment-person-voice-add",
    ),
    path(f"{ROOT}words/<uuid:voice>/file/", words_views.voice_file, name="assessment-voice-file"),
    path(f"{ROOT}words/<uuid:voice>/take-off/", words_views.voice_remove, name="assessment-voice-remove"),
    path(f"{ROOT}views/add/<slug:key>/<slug:question>/", words_views.view_add, name="assessment-view-add"),
    path(
        f"{ROOT}views/add/<slug:key>/<slug:question>/<uuid:person>/",
        words_views.view_add,
        name="assessment-person-view-add",
    ),
    path(f"{ROOT}views/<uuid:view>/take-off/", words_views.view_remove, name="assessment-view-remove"),
]
