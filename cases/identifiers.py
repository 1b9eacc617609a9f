"""NHS numbers and pupil numbers: checked by their check digits, and kept with a warning when the source is wrong."""

from __future__ import annotations

import re
import string

import nhs_number
from stdnum.exceptions import ValidationError
from stdnum.gb import upn as upn_number


def check_nhs_number(text: str) -> tuple[str, str]:
    """The number without spaces and hyphens, and a warning ("" when it is right).

    A wrong number is kept: it is what the source says, and a person can put it right (domain.md 4.5).
    """
    digits = re.sub(r"[\s-]", "", text or "")
    if not digits:
        return "", ""
    if not digits.isdigit() or len(digits) != 10:
        return digits[:10], "An NHS number has 10 digits."
    if not nhs_number.is_valid(digits):
        return digits, "NHS number check digit is wrong."
    return digits, ""


def check_upn(text: str) -> tuple[str, str]:
    """The unique pupil number in capitals, and a warning ("" when it is right)."""
    value = re.sub(r"[\s-]", "", text or "").upper()
    if not value:
        return "", ""
    if len(value) != 13:
        return value[:13], "A UPN has 13 characters."
    try:
        upn_number.validate(value)
    except ValidationError:
        if value[0] == _check_letter(value):
            return value, ""  # a local authority newer than the library's list (domain.md 4.5)
        return value, "UPN check letter is wrong."
    return value, ""


def _check_letter(value: str) -> str:
    alphabet = "ABCDEFGHJKLMNPQRTUVWXYZ"
    total = 0
    for weight, sign in enumerate(value[1:], start=2):
        if sign in string.digits:
            total += weight * int(sign)
        elif weight == 13 and sign in alphabet:
            total += weight * alphabet.index(sign)
        else:
            return "?"
    return alphabet[total % 23]
