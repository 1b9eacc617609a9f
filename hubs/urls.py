"""Addresses of agencies, people and the agreement."""

from django.urls import path

from hubs import urls_review
from hubs.views import agreement, drafting, need_to_know, people, signing

urlpatterns = [
    *urls_review.urlpatterns,
    path("choose-agency/", people.choose_agency, name="choose-agency"),
    path("directory/", people.directory, name="directory"),
    path("who-sees-families/", need_to_know.need_to_know, name="need-to-know"),
    path("agencies/", people.agencies, name="agencies"),
    path("people/<int:user>/memberships/", people.memberships, name="memberships"),
    path("memberships/<int:pk>/end/", people.membership_end, name="membership-end"),
    path("agreement/", agreement.agreement, name="agreement"),
    path("agreement/sign/", signing.sign, name="agreement-sign"),
    path("agreement/import/", drafting.bring_in, name="agreement-import"),
    path("agreement/versions/", agreement.versions, name="agreement-versions"),
    path("agreement/versions/new/", drafting.draft, name="agreement-draft"),
    path("agreement/versions/<int:version>/", agreement.version, name="agreement-version"),
    path("agreement/versions/<int:version>/signatures/", agreement.signatures, name="agreement-signatures"),
    path("agreement/versions/<int:version>/compare/", agreement.comparison, name="agreement-compare"),
    path("agreement/versions/<int:version>/effect/", agreement.effect, name="agreement-effect"),
    path("agreement/versions/<int:version>/sharing-policy.json", agreement.policy, name="agreement-policy"),
    path("agreement/versions/<int:version>/words/", drafting.words, name="agreement-words"),
    path("agreement/versions/<int:version>/kinds/<slug:kind>/", drafting.kind, name="agreement-kind"),
    path("agreement/versions/<int:version>/throw-away/", drafting.discard, name="agreement-throw-away"),
    path("agreement/versions/<int:version>/ask/", drafting.ask, name="agreement-ask"),
    path("agreement/versions/<int:version>/take-back/", drafting.send_back, name="agreement-take-back"),
    path("agreement/versions/<int:version>/activate/", drafting.confirm, name="agreement-activate"),
    path("agreement/versions/<int:version>/sign/", signing.sign_own, name="agreement-sign-own"),
    path("agreement/signatures/<int:pk>/suspend/", signing.suspend, name="signature-suspend"),
    path("agreement/signatures/<int:pk>/resume/", signing.resume, name="signature-resume"),
    path("agreement/signatures/<int:pk>/withdraw/", signing.withdraw, name="signature-withdraw"),
]
