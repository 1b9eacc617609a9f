"""Addresses under register/: bringing in a county's register of assessments. No address holds a name."""

from django.urls import path

from reporting.register import views

urlpatterns = [
    path("", views.registers, name="registers"),
    path("duplicates/", views.duplicates, name="register-duplicates"),
    path("duplicates/<uuid:pk>/", views.duplicate, name="register-duplicate"),
    path("<uuid:pk>/", views.register, name="register-import"),
    path("<uuid:pk>/columns/", views.columns, name="register-columns"),
    path("<uuid:pk>/lines/<slug:which>/", views.lines, name="register-lines"),
    path("<uuid:pk>/load/", views.load, name="register-load"),
    path("<uuid:pk>/again/", views.again, name="register-again"),
    path("<uuid:pk>/throw-away/", views.throw_away, name="register-throw-away"),
    path("<uuid:pk>/findings/<slug:kind>/", views.download, name="register-findings"),
]
