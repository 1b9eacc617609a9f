"""One's own account: details, password, authenticator app, recovery codes."""

from __future__ import annotations

from functools import wraps

from allauth.account import views as account_views
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import clear_totp_secret
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from earlyhelp.access import signed_in
from earlyhelp.accounts import actions, forms, qr, second_factor
from earlyhelp.accounts.throttle import fails_closed

# Where a form that came too late goes back to.
PAGE_OF = {
    "mfa_activate_totp": "mfa_activate_totp",
    "mfa_view_recovery_codes": "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes": "mfa_view_recovery_codes",
}


def password_again(view):
    """Ask for the password, or a code, if that was more than five minutes ago; then come back to the page.

    A form sent too late comes back to its page too. allauth would keep it and run the view past the middleware.
    """

    @wraps(view)
    def asked(request, *args, **kwargs):
        if not is_reauthentication_required(request, app="allauth.mfa"):
            return view(request, *args, **kwargs)
        if request.method != "GET":
            return redirect(PAGE_OF[request.resolver_match.url_name])
        raise ReauthenticationRequired

    return asked


class ChangePassword(account_views.PasswordChangeView):
    """Needs the old password. Ends the person's other sessions; this one goes on."""

    form_class = forms.ChangePasswordForm

    def dispatch(self, request, *args, **kwargs):
        """Somebody without a password, whose invitation is still under way, gets one by a link in an e-mail."""
        if request.user.has_usable_password():
            return super().dispatch(request, *args, **kwargs)
        messages.info(request, "Your account has no password yet. Ask for a link to choose one.")
        return redirect("account_reset_password")


@signed_in
@never_cache
def profile(request) -> HttpResponse:
    """Name and phone number, and the ways to everything else about one's account."""
    user = request.user
    form = forms.OwnDetailsForm(request.POST or None, instance=get_user_model().objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        actions.change_own_details(user=user, **form.cleaned_data)
        messages.success(request, "Your details have been saved.")
        return redirect("accounts:profile")
    facts = {"form": form, "codes_left": second_factor.recovery_codes_left(user)}
    return render(request, "accounts/profile.html", facts)


@signed_in(second_factor=False)
@fails_closed
@never_cache
@password_again
def set_up_authenticator(request) -> HttpResponse:
    """Set up an authenticator app, or another one in place of it. Ends with the recovery codes, shown once.

    Somebody who has an app already gets here only with it: a password alone cannot replace the second factor.
    """
    user = request.user
    replacing = second_factor.has_authenticator(user)
    if replacing and not second_factor.has_second_factor(request):
        return redirect("account_logout")
    form = forms.SetUpAuthenticatorForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        codes = actions.set_up_authenticator(user=user, secret=form.secret, step=form.step)
        clear_totp_secret(request)
        post_authentication(request, Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP))
        request.session.cycle_key()
        return render(
            request,
            "mfa/recovery_codes/shown.html",
            {"codes": codes, "first_time": not replacing, "onward": resolve_url(settings.LOGIN_REDIRECT_URL)},
        )
    url = get_mfa_adapter().build_totp_url(user, form.secret)
    facts = {
        "form": form,
        "replacing": replacing,
        "secret": " ".join(form.secret[i : i + 4] for i in range(0, len(form.secret), 4)),
        "totp_url": url,
        "picture": mark_safe(qr.svg(url)),  # noqa: S308  (drawn here from numbers, no text of anybody's)
        "roomy": True,
    }
    return render(request, "mfa/totp/activate_form.html", facts)


@signed_in
@never_cache
@password_again
def recovery_codes(request) -> HttpResponse:
    """How many recovery codes are left, and a button for new ones."""
    return render(
        request, "mfa/recovery_codes/index.html", {"left": second_factor.recovery_codes_left(request.user)}
    )


@signed_in
@never_cache
@require_POST
@password_again
def make_recovery_codes(request) -> HttpResponse:
    """New recovery codes, shown this once in the answer and kept only as hashes."""
    codes = actions.make_recovery_codes(user=request.user)
    return render(
        request,
        "mfa/recovery_codes/shown.html",
        {"codes": codes, "first_time": False, "onward": resolve_url("accounts:profile")},
    )
