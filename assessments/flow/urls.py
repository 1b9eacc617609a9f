"""Addresses of drafts under way, quick notes and corrections. None names a family."""

from django.urls import path

from assessments.flow.views import corrections, hand_on, into_answer, quick_notes

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
    path("assessments/<uuid:pk>/corrections/", corrections.listed, name="assessment-corrections"),
    path("assessments/<uuid:pk>/corrections/<slug:key>/", corrections.answer, name="assessment-correct"),
    path(
        "assessments/<uuid:pk>/corrections/<slug:key>/<uuid:person>/",
        corrections.answer,
        name="assessment-correct-person",
    ),
    path("assessments/<uuid:pk>/registration/", corrections.facts, name="assessment-correct-registration"),
    path("assessments/<uuid:pk>/wrong-person/", corrections.person, name="assessment-wrong-person"),
    path("assessments/<uuid:pk>/undo-withdrawal/", corrections.restore, name="assessment-restore"),
]
