"""Links for a new password: one use, one hour."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator


class ResetTokens(PasswordResetTokenGenerator):
    """A link dies with the password it replaces, with the next sign-in, and when the account is switched off."""

    key_salt = "earlyhelp.accounts.tokens.ResetTokens"

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}:{user.is_active}:{user.session_generation}"
