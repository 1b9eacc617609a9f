"""What is asked for to sign in and to look after an account."""

from __future__ import annotations

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import get_totp_secret
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from earlyhelp.accounts import actions, second_factor, throttle
from earlyhelp.accounts.adapter import TOO_MANY
from earlyhelp.web.forms import Form, GovUkMixin, Look, ModelForm, PasswordField

HINT_FOR_A_NEW_ONE = "At least 12 characters. Three random words are easy to remember. You can paste it."
INCORRECT_CODE = "Enter the 6-digit code that your app shows now. Each code works once."


def email_field(**kwargs) -> forms.EmailField:
    attrs = {"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}
    return forms.EmailField(
        label="Email address", max_length=254, widget=forms.EmailInput(attrs=attrs), **kwargs
    )


def code_field(hint: str) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "characters"}
    field = forms.CharField(label="Code", help_text=hint, max_length=40, widget=forms.TextInput(attrs=attrs))
    field.look = Look(width=10)
    return field


def new_password_field(label: str) -> PasswordField:
    return PasswordField(
        new=True,
        label=label,
        help_text=HINT_FOR_A_NEW_ONE,
        error_messages={"required": "Enter a new password"},
    )


class SignInForm(GovUkMixin, allauth_forms.LoginForm):
    """E-mail and password. What is wrong is never said for one of the two."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {
            "login": email_field(error_messages={"required": "Enter your email address"}),
            "password": PasswordField(label="Password", error_messages={"required": "Enter your password"}),
        }
        for name, field in self.fields.items():
            self._word(name, field)

    def clean_login(self):
        return self.cleaned_data["login"].strip().lower()


class OneUseCode:
    """Checks a code against the database under a lock, so that it works once whoever sends it and however often."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field("6 digits, from the authenticator app on your phone")
        self.fields["code"].error_messages["required"] = "Enter the code"
        self._word("code", self.fields["code"])

    def clean_code(self):
        counted = throttle.count_code(context.request, self.user)
        if not counted:
            actions.note_too_many_codes(self.user)
            raise forms.ValidationError(TOO_MANY, code="too_many_login_attempts")
        used = second_factor.use_code(self.user, self.cleaned_data["code"])
        if used is None:
            actions.note_wrong_code(self.user)
            raise forms.ValidationError(INCORRECT_CODE, code="incorrect_code")
        counted.rollback()
        used.user = self.user
        self.authenticator = used
        return self.cleaned_data["code"]

    def save(self):
        super().save()
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            actions.note_recovery_code_used(self.user)


class CodeForm(OneUseCode, GovUkMixin, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(OneUseCode, GovUkMixin, ReauthenticateForm):
    """A code in place of the password, before the second factor is changed."""


class PasswordAgainForm(GovUkMixin, allauth_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(
            label="Password", error_messages={"required": "Enter your password"}
        )
        self._word("password", self.fields["password"])


class SetUpAuthenticatorForm(Form):
    """Proves that the app holds the secret. The secret stays in the session until then."""

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field("6 digits, from the app you have just set up")
        self.fields["code"].error_messages["required"] = "Enter the code that the app shows"
        self._word("code", self.fields["code"])
        self.secret = get_totp_secret()

    def clean_code(self):
        counted = throttle.count_code(context.request, self.user)
        if not counted:
            actions.note_too_many_codes(self.user)
            raise forms.ValidationError(TOO_MANY, code="too_many_login_attempts")
        code = "".join(sign for sign in self.cleaned_data["code"] if sign.isalnum())
        self.step = second_factor.matching_step(self.secret, code)
        if self.step is None:
            raise forms.ValidationError(
                "Enter the 6-digit code that the app shows now. If it is refused again, check the time on your phone.",
                code="incorrect_code",
            )
        counted.rollback()
        return code


class ForgottenPasswordForm(GovUkMixin, allauth_forms.ResetPasswordForm):
    """Asks for a link. The answer is the same whether there is an account or not."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"] = email_field(error_messages={"required": "Enter your email address"})
        self._word("email", self.fields["email"])

    def clean_email(self):
        return self.cleaned_data["email"].strip().lower()

    def save(self, request, **kwargs):
        from earlyhelp.accounts.tasks import send_reset_link

        pk = (
            get_user_model()
            .objects.active()
            .filter(email=self.cleaned_data["email"])
            .values_list("pk", flat=True)
        )
        user_id = pk.first()
        transaction.on_commit(lambda: send_reset_link.delay(user_id), robust=True)
        return self.cleaned_data["email"]


class NewPasswordForm(GovUkMixin, allauth_forms.ResetPasswordKeyForm):
    """A new password from a link. One box with a Show button, so no second box to compare."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {"password1": new_password_field("New password")}
        self._word("password1", self.fields["password1"])

    def clean_password1(self):
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def save(self):
        super().save()
        throttle.forget_attempts(context.request, self.user.email)


class ChangePasswordForm(GovUkMixin, allauth_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {
            "oldpassword": PasswordField(
                label="Current password", error_messages={"required": "Enter your current password"}
            ),
            "password1": new_password_field("New password"),
        }
        for name, field in self.fields.items():
            self._word(name, field)

    def clean_oldpassword(self):
        if not get_adapter(context.request).reauthenticate(self.user, self.cleaned_data["oldpassword"]):
            raise get_adapter().validation_error("enter_current_password")
        return self.cleaned_data["oldpassword"]

    def clean_password1(self):
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]


class AcceptInvitationForm(Form):
    password = new_password_field("Choose a password")

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self):
        validate_password(self.cleaned_data["password"], self.user)
        return self.cleaned_data["password"]


class OwnDetailsForm(ModelForm):
    class Meta:
        model = get_user_model()
        fields = ("first_name", "last_name", "phone")
        labels = {"first_name": "First name", "last_name": "Last name", "phone": "Work phone number"}
        help_texts = {"phone": "Shown to the people you work with"}
        error_messages = {"first_name": {"required": "Enter your first name"}}

    looks = {"first_name": Look(width=20), "last_name": Look(width=20), "phone": Look(width=20)}


class InviteForm(Form):
    first_name = forms.CharField(
        label="First name", max_length=150, error_messages={"required": "Enter their first name"}
    )
    last_name = forms.CharField(label="Last name", max_length=150, required=False)
    email = email_field(
        help_text="Their work address. It becomes their username. Check it: the link goes there.",
        error_messages={"required": "Enter their email address"},
    )
    phone = forms.CharField(label="Work phone number", max_length=40, required=False)

    looks = {"first_name": Look(width=20), "last_name": Look(width=20), "phone": Look(width=20)}


class FindAccountForm(Form):
    """Sent by POST, so that nobody's name is in an address or a log."""

    text = forms.CharField(
        label="Name or email address",
        max_length=200,
        error_messages={"required": "Enter a name or email address"},
    )
    looks = {"text": Look(width=20)}
