"""Signing in and out, forgotten passwords, invitations. allauth runs the stages; forms and words are ours."""

from __future__ import annotations

from allauth.account import views as account_views
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base import views as mfa_views
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from earlyhelp.access import public
from earlyhelp.accounts import actions, forms
from earlyhelp.accounts.models import Invitation
from earlyhelp.accounts.throttle import fails_closed, remember_device

INVITATION_KEY = "invitation"


class SignIn(account_views.LoginView):
    """E-mail and password. Every refusal has the same status and the same words."""

    form_class = forms.SignInForm


class EnterCode(mfa_views.AuthenticateView):
    """The second step: a code from the authenticator app, or a recovery code."""

    form_class = forms.CodeForm


class PasswordAgain(account_views.ReauthenticateView):
    """Asked before the second factor or the recovery codes are changed."""

    form_class = forms.PasswordAgainForm


class CodeAgain(mfa_views.ReauthenticateView):
    form_class = forms.CodeAgainForm


class SignOut(account_views.LogoutView):
    """Sign out by POST. The browser is told to drop what it keeps of these pages."""

    def post(self, *args, **kwargs):
        if self.request.user.is_authenticated:
            actions.note_sign_out(self.request.user)
        response = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


class ForgottenPassword(account_views.PasswordResetView):
    form_class = forms.ForgottenPasswordForm


class NewPassword(account_views.PasswordResetFromKeyView):
    """Set a new password from a link. The second factor stays as it is and is asked for at sign-in."""

    form_class = forms.NewPasswordForm


@public
@never_cache
def signed_out(request) -> HttpResponse:
    return render(request, "accounts/signed_out.html")


@public
@never_cache
def open_invitation(request, token: str) -> HttpResponse:
    """Take the token out of the address, so that it is in no history, log or referrer of the next page."""
    if request.user.is_authenticated:
        logout(request)
    request.session[INVITATION_KEY] = token
    return redirect("accounts:accept_invitation")


@public
@fails_closed
@never_cache
@sensitive_post_parameters("password")
def accept_invitation(request) -> HttpResponse:
    """Choose a password, then go on to the second factor. Unknown, used and late links look the same."""
    token = request.session.get(INVITATION_KEY, "")
    invitation = Invitation.objects.open().for_token(token).select_related("user").first()
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=410)
    form = forms.AcceptInvitationForm(request.POST or None, user=invitation.user)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_invitation(token=token, password=form.cleaned_data["password"])
        except Invitation.DoesNotExist:
            return render(request, "accounts/invitation_over.html", status=410)
        del request.session[INVITATION_KEY]
        record_authentication(request, user, method="password", reauthenticated=True)
        get_adapter(request).login(request, user)
        onward = redirect("mfa_activate_totp")
        remember_device(request, onward, user.email)
        return onward
    return render(
        request, "accounts/accept_invitation.html", {"form": form, "email": invitation.email, "roomy": True}
    )
