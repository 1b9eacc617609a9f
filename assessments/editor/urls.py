"""Addresses of the county's forms: a form by its code, a version by its number, a thing by its key."""

from django.urls import path

from assessments.editor.views import change, trying, versions

_ONE = "forms/<slug:code>/<int:version>/"

urlpatterns = [
    path("forms/", versions.form_list, name="form-list"),
    path("forms/new/", versions.new, name="form-new"),
    path(_ONE, versions.version, name="form-version"),
    path(f"{_ONE}draft/", versions.draft, name="form-draft"),
    path(f"{_ONE}copy/", versions.copy, name="form-copy"),
    path(f"{_ONE}compare/", versions.comparison, name="form-compare"),
    path(f"{_ONE}publish/", versions.publish, name="form-publish"),
    path(f"{_ONE}retire/", versions.retire, name="form-retire"),
    path(f"{_ONE}throw-away/", versions.discard, name="form-throw-away"),
    path(f"{_ONE}facts/", change.facts, name="form-facts"),
    path(f"{_ONE}move/", change.move, name="form-move"),
    path(f"{_ONE}add/<slug:what>/", change.add, name="form-add"),
    path(f"{_ONE}sections/<slug:inside>/add-page/", change.add_page, name="form-add-page"),
    path(f"{_ONE}pages/<slug:inside>/add-question/", change.add_question, name="form-add-question"),
    path(f"{_ONE}pages/<slug:part>/questions/<slug:key>/", change.question, name="form-question"),
    path(
        f"{_ONE}pages/<slug:part>/questions/<slug:key>/remove/",
        change.remove_question,
        name="form-question-remove",
    ),
    path(f"{_ONE}change/<slug:what>/<slug:key>/", change.change, name="form-change"),
    path(f"{_ONE}remove/<slug:what>/<slug:key>/", change.remove, name="form-remove"),
    path(f"{_ONE}try/", trying.pages, name="form-try"),
    path(f"{_ONE}try/<slug:part>/", trying.page, name="form-try-page"),
    path(f"{_ONE}try/<slug:part>/<slug:who>/", trying.page, name="form-try-for"),
]
