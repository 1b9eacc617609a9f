"""Who may sign in at all: active accounts that have not fallen asleep."""

from allauth.account.auth_backends import AuthenticationBackend


class SignInBackend(AuthenticationBackend):
    """E-mail and password. A deactivated or sleeping account is refused exactly as a wrong password is."""

    def user_can_authenticate(self, user):
        return super().user_can_authenticate(user) and not user.is_asleep
