"""Addresses of highlight reports. A quarter's code is not personal, so it may stand in an address."""

from django.urls import include, path, register_converter

from reporting import quality_views, views
from reporting.quarters import Quarter


class QuarterConverter:
    """2015-Q3 in an address."""

    regex = r"(?:19|2[01])\d\d-Q[1-4]"

    def to_python(self, value: str) -> Quarter:
        return Quarter.parse(value)

    def to_url(self, value: Quarter | str) -> str:
        return str(value)


register_converter(QuarterConverter, "quarter")

urlpatterns = [
    path("register/", include("reporting.register_urls")),
    path("subject-access/", include("reporting.subject.urls")),
    path("retention/", include("reporting.retention.urls")),
    path("quality/trend/", quality_views.trend, name="quality-trend"),
    path("reports/", views.reports, name="reports"),
    path("reports/ask/", views.ask, name="ask-for-report"),
    path("reports/<quarter:quarter>/", views.report, name="report"),
    path("reports/<quarter:quarter>/definitions/", views.report_definitions, name="report-definitions"),
    path("reports/<quarter:quarter>/progress/", views.progress, name="report-progress"),
    path("reports/<quarter:quarter>/pdf/", views.download_pdf, name="report-pdf"),
    path("reports/<quarter:quarter>/csv/", views.download_csv, name="report-csv"),
    path("reports/<quarter:quarter>/commentary/", views.commentary, name="report-commentary"),
    path("reports/<quarter:quarter>/count-again/", views.count_again, name="report-count-again"),
    path("reports/<quarter:quarter>/approve/", views.approve, name="report-approve"),
    path("reports/<quarter:quarter>/send-back/", views.send_back, name="report-send-back"),
    path("reports/<quarter:quarter>/publish/", views.publish, name="report-publish"),
    path("reports/<quarter:quarter>/withdraw/", views.withdraw, name="report-withdraw"),
]
