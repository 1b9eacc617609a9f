"""Proving the second factor again, in the form that asks for something grave: a screen left open is not enough."""

from __future__ import annotations

from earlyhelp.accounts import actions, second_factor, throttle
from earlyhelp.accounts.adapter import TOO_MANY
from earlyhelp.accounts.forms import INCORRECT_CODE, code_field
from earlyhelp.web.forms import Form, Look

CODE_HINT = "6 digits, from the authenticator app on your phone"


class ProvenForm(Form):
    """A form with a one-use code. The code is used only when everything else is right, because it works once.

    Give it the request: `ProvenForm(request.POST or None, request=request)`.
    """

    code = code_field(CODE_HINT)
    looks = {"code": Look(width=10)}

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["code"].error_messages["required"] = "Enter the code"
        self.order_fields([name for name in self.fields if name != "code"] + ["code"])

    def clean(self):
        data = super().clean()
        if not self.errors:
            self._prove_second_factor(data["code"])
        return data

    def _prove_second_factor(self, code: str) -> None:
        user = self.request.user
        counted = throttle.count_code(self.request, user)
        if not counted:
            actions.note_too_many_codes(user)
            self.add_error("code", TOO_MANY)
        elif second_factor.use_code(user, code) is None:
            actions.note_wrong_code(user)
            self.add_error("code", INCORRECT_CODE)
        else:
            counted.rollback()
