"""What we change in allauth: one wording for every refusal, no sign-up, plain notices, counted attempts."""

from __future__ import annotations

import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpResponseRedirect
from django.urls import reverse

from earlyhelp.accounts import actions, kept, mail, throttle
from earlyhelp.accounts.encryption import fernet
from earlyhelp.accounts.second_factor import has_second_factor
from earlyhelp.headers import SIGNED_IN_AT

WRONG = (
    "Check your email address and password. If your account is new, use the link in your invitation first."
)
TOO_MANY = "There have been too many tries. Wait 5 minutes, then try again."
SAYINGS = {
    "account/messages/password_changed.txt": "Your password has been changed.",
    "account/messages/password_set.txt": "Your password has been changed.",
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": WRONG,
        "account_inactive": WRONG,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": "Enter your current password. The one you typed is not right.",
        "enter_current_password": "Enter your current password. The one you typed is not right.",
        "invalid_password_reset": "This link does not work any more. Ask for a new one.",
    }

    def is_open_for_signup(self, request):
        """Nobody signs up: accounts are made by invitation."""
        return False

    def is_ajax(self, request):
        """One kind of answer for everybody, so that a refusal always has the same status and body."""
        return False

    def authenticate(self, request, **credentials):
        """The account for a right password. None for an unknown, wrong, closed or sleeping one, all alike."""
        counted = throttle.count_attempt(request, credentials.get("email", ""))
        if not counted:
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()  # allauth would tell a closed account that it is closed
        if user:
            counted.rollback()
        else:
            actions.note_failed_sign_in(credentials.get("email", ""))
        return user

    def reauthenticate(self, user, password):
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def respond_user_inactive(self, request, user):
        return HttpResponseRedirect(reverse("account_login"))

    def login(self, request, user):
        super().login(request, user)
        request.session[SIGNED_IN_AT] = int(time.time())
        kept.drop_if_anothers(request.session, user)
        actions.note_sign_in(user, second_factor=has_second_factor(request))

    def post_login(self, request, user, **kwargs):
        response = super().post_login(request, user, **kwargs)
        if user.last_seen_before and not throttle.is_known_device(request, user.email):
            mail.notice(user, "new_device")
        throttle.remember_device(request, response, user.email)
        if not has_second_factor(request):
            # Just proved by password: setting up the authenticator does not ask for it again.
            record_authentication(request, user, method="password", reauthenticated=True)
            response["Location"] = reverse("mfa_activate_totp")
        return response

    def add_message(
        self, request, level, message_template=None, message_context=None, extra_tags="", message=None
    ):
        """Only sentences written here are shown; allauth's own are left out."""
        if saying := message or SAYINGS.get(message_template):
            messages.add_message(request, level, saying, extra_tags=extra_tags)

    def set_password(self, user, password):
        actions.set_password(user, password)

    def is_safe_url(self, url):
        """Whether `next` stays on this site. What cannot be read as an address at all does not."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False

    def send_mail(self, template_prefix, email, context):
        """allauth's own messages name people and machines; ours are sent by earlyhelp.accounts.mail."""

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        if name := mail.NOTICES.get(template_prefix):
            mail.notice(user, name)

    def get_password_change_redirect_url(self, request):
        return reverse("accounts:profile")


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are encrypted with keys derived from SECRET_KEY and its fallbacks."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "Enter the 6-digit code that your app shows now. Each code works once.",
    }

    def encrypt(self, text):
        return fernet("second-factor").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return fernet("second-factor").decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self):
        return f"Early Help {settings.EARLY_HELP['COUNTY']}"
