"""Addresses about accounts, one line each. allauth's own list is not included: only what is here exists.

Names that begin with account_ and mfa_ are the ones that allauth looks up.
"""

from allauth.account import views as account_views
from django.conf import settings
from django.urls import include, path, re_path

from earlyhelp.access import public, signed_in
from earlyhelp.accounts import demo
from earlyhelp.accounts.throttle import fails_closed
from earlyhelp.accounts.views import own, people, session, sign_in

half = signed_in(second_factor=False)

ours = [
    path("signed-out/", sign_in.signed_out, name="signed_out"),
    path("invitation/", sign_in.accept_invitation, name="accept_invitation"),
    path("invitation/<str:token>/", sign_in.open_invitation, name="open_invitation"),
    path("account/", own.profile, name="profile"),
    path("account/session/", session.session, name="session"),
    path("account/kept/", session.kept_words, name="kept"),
    path("accounts/", people.people, name="people"),
    path("accounts/invite/", people.invite, name="invite"),
    path("accounts/<int:pk>/", people.person, name="person"),
    path("accounts/<int:pk>/<slug:action>/", people.change_person, name="change_person"),
]

urlpatterns = [
    path("sign-in/", public(fails_closed(sign_in.SignIn.as_view())), name="account_login"),
    path("sign-in/code/", public(fails_closed(sign_in.EnterCode.as_view())), name="mfa_authenticate"),
    path(
        "sign-in/again/", half(fails_closed(sign_in.PasswordAgain.as_view())), name="account_reauthenticate"
    ),
    path("sign-in/again/code/", half(fails_closed(sign_in.CodeAgain.as_view())), name="mfa_reauthenticate"),
    path("sign-out/", public(sign_in.SignOut.as_view()), name="account_logout"),
    path(
        "password/forgotten/",
        public(fails_closed(sign_in.ForgottenPassword.as_view())),
        name="account_reset_password",
    ),
    path(
        "password/forgotten/sent/",
        public(account_views.PasswordResetDoneView.as_view()),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/new/(?P<uidb36>[0-9a-z]+)-(?P<key>.+)/$",
        public(fails_closed(sign_in.NewPassword.as_view())),
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/done/",
        public(account_views.PasswordResetFromKeyDoneView.as_view()),
        name="account_reset_password_from_key_done",
    ),
    path(
        "password/change/",
        signed_in(fails_closed(own.ChangePassword.as_view())),
        name="account_change_password",
    ),
    path("account/authenticator/", own.set_up_authenticator, name="mfa_activate_totp"),
    path("account/recovery-codes/", own.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", own.make_recovery_codes, name="mfa_generate_recovery_codes"),
    path("", include((ours, "accounts"))),
]

if settings.EH_DEMO:
    demo.refuse_outside_demo()
    urlpatterns.append(path("demo/sign-in/", demo.sign_in_as, name="demo_sign_in"))
