"""Addresses of agencies, people and the agreement."""

from django.urls import path

from hubs.views import agreement, people

urlpatterns = [
    path("choose-agency/", people.choose_agency, name="choose-agency"),
    path("directory/", people.directory, name="directory"),
    path("agencies/", people.agencies, name="agencies"),
    path("people/<int:user>/memberships/", people.memberships, name="memberships"),
    path("memberships/<int:pk>/end/", people.membership_end, name="membership-end"),
    path("agreement/", agreement.agreement, name="agreement"),
    path("agreement/sign/", agreement.sign, name="agreement-sign"),
    path("agreement/signatures/<int:pk>/suspend/", agreement.suspend, name="signature-suspend"),
    path("agreement/signatures/<int:pk>/resume/", agreement.resume, name="signature-resume"),
]
