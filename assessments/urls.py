"""Addresses of assessments. None names a family: ids are opaque, parts are those of the form."""

from django.urls import include, path

from assessments.views import again, already_known, copies, finish, match, part, record, register, siblings

urlpatterns = [
    path("", include("assessments.family.urls")),
    path("", include("assessments.editor.urls")),
    path("", include("assessments.flow.urls")),
    path("", include("assessments.quality.urls")),
    path("assessments/start/", match.start, name="start-assessment"),
    path("assessments/checks/<uuid:pk>/", match.result, name="assessment-check-result"),
    path("assessments/checks/<uuid:pk>/known/<uuid:person>/", register.known_family, name="assessment-known"),
    path("assessments/checks/<uuid:pk>/family/", register.family, name="assessment-register"),
    path("assessments/checks/<uuid:pk>/agreement/", register.statement, name="assessment-statement"),
    path("assessments/checks/<uuid:pk>/agreed/", register.agreed, name="assessment-agreed"),
    path("assessments/checks/<uuid:pk>/tier-4/", register.tier4, name="assessment-tier4"),
    path("assessments/checks/<uuid:pk>/neither/", register.neither, name="assessment-neither"),
    path("families/<slug:reference>/assessments/", record.assessments, name="record-assessments"),
    path(
        "families/<slug:reference>/assessments/help-again/",
        again.help_again,
        name="assessment-help-again",
    ),
    path("families/<slug:reference>/assessments/start/", again.again, name="assessment-again"),
    path(
        "families/<slug:reference>/assessments/start/agreed/",
        again.again_agreed,
        name="assessment-again-agreed",
    ),
    path(
        "families/<slug:reference>/assessments/start/tier-4/",
        again.again_tier4,
        name="assessment-again-tier4",
    ),
    path(
        "families/<slug:reference>/assessments/start/neither/",
        again.again_neither,
        name="assessment-again-neither",
    ),
    path("assessments/<uuid:pk>/", record.task_list, name="assessment"),
    path(
        "assessments/<uuid:pk>/already-known/",
        already_known.already_known,
        name="assessment-already-known",
    ),
    path("assessments/<uuid:pk>/together/<slug:key>/", siblings.together, name="assessment-together"),
    path("assessments/<uuid:pk>/parts/<slug:key>/", part.part, name="assessment-part"),
    path("assessments/<uuid:pk>/parts/<slug:key>/save/", part.save, name="assessment-part-save"),
    path("assessments/<uuid:pk>/parts/<slug:key>/<uuid:person>/", part.part, name="assessment-person-part"),
    path(
        "assessments/<uuid:pk>/parts/<slug:key>/<uuid:person>/save/",
        part.save,
        name="assessment-person-part-save",
    ),
    path(
        "assessments/<uuid:pk>/parts/<slug:key>/again/<int:round>/",
        part.part,
        name="assessment-part-again",
    ),
    path(
        "assessments/<uuid:pk>/parts/<slug:key>/again/<int:round>/save/",
        part.save,
        name="assessment-part-again-save",
    ),
    path(
        "assessments/<uuid:pk>/parts/<slug:key>/<uuid:person>/again/<int:round>/",
        part.part,
        name="assessment-person-part-again",
    ),
    path(
        "assessments/<uuid:pk>/parts/<slug:key>/<uuid:person>/again/<int:round>/save/",
        part.save,
        name="assessment-person-part-again-save",
    ),
    path("assessments/<uuid:pk>/check/", finish.check, name="assessment-check"),
    path("assessments/<uuid:pk>/take-back/", finish.take_back, name="assessment-take-back"),
    path("assessments/<uuid:pk>/withdraw/", finish.withdraw_assessment, name="assessment-withdraw"),
    path("assessments/<uuid:pk>/copies/", copies.copies, name="assessment-copies"),
    path("assessments/<uuid:pk>/parts/<slug:key>/print/", copies.print_part, name="assessment-print-part"),
    path(
        "assessments/<uuid:pk>/parts/<slug:key>/<uuid:person>/print/",
        copies.print_part,
        name="assessment-print-person-part",
    ),
    path(
        "assessments/<uuid:pk>/sections/<slug:key>/print/",
        copies.print_section,
        name="assessment-print-section",
    ),
    path(
        "assessments/<uuid:pk>/copies/professional/",
        copies.professional_copy,
        name="assessment-professional-copy",
    ),
]
