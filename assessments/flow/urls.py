"""Addresses of drafts under way, quick notes and corrections. None names a family."""

from django.urls import path

from assessments.flow.views import hand_on, into_answer, quick_notes

urlpatterns = [
    path("quick-note/", quick_notes.write, name="quick-note"),
    path("quick-note/save/", quick_notes.save, name="quick-note-save"),
    path("quick-notes/", quick_notes.listed, name="quick-notes"),
    path("quick-notes/<uuid:pk>/", quick_notes.sort, name="quick-note-sort"),
    path("quick-notes/<uuid:pk>/keep/", quick_notes.keep, name="quick-note-keep"),
    path("quick-notes/<uuid:pk>/throw-away/", quick_notes.throw_away, name="quick-note-throw-away"),
    path("quick-notes/<uuid:pk>/timeline/", quick_notes.timeline, name="quick-note-timeline"),
    path("quick-notes/<uuid:pk>/answer/", into_answer.answer, name="quick-note-answer"),
    path("assessments/to-finish/", hand_on.to_finish, name="assessments-to-finish"),
    path("assessments/<uuid:pk>/hand-on/", hand_on.hand_on, name="assessment-hand-on"),
    path(
        "assessments/<uuid:pk>/hand-on/<uuid:request_pk>/", hand_on.answer, name="assessment-hand-on-answer"
    ),
    path(
        "assessments/<uuid:pk>/hand-on/<uuid:request_pk>/take-back/",
        hand_on.take_back,
        name="assessment-hand-on-take-back",
    ),
]
