"""Identifiers and postcodes of a register: tidied, checked, and kept with a warning when the source is wrong."""

import re

from cases.identifiers import check_nhs_number, check_upn

UPN_SHAPE = re.compile(r"[A-Z]\d{11}[\dA-Z]")
# Reasons a school gives for having no number yet (DfE common basic data set).
UPN_UNKNOWN = re.compile(r"UN[1-9]")
# The shapes of the Royal Mail's programmer's guide; the two letters of the inward part leave out C, I, K, M, O, V.
POSTCODE = re.compile(
    r"(GIR ?0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]|[A-HK-Y][0-9][0-9]|[0-9][A-HJKPS-UW]|[A-HK-Y][0-9][ABEHMNPRV-Y])"
    r" ?[0-9][ABD-HJLNP-UW-Z]{2})"
)


def read_upn(text: str) -> tuple[str, str]:
    """A UPN tidied, and what is wrong with it ("" when nothing)."""
    upn = re.sub(r"[\s.-]", "", text).upper()
    if not upn or UPN_UNKNOWN.fullmatch(upn):
        return "", ""
    if not UPN_SHAPE.fullmatch(upn):
        return upn, "UPN is not 13 characters of the right kind"
    value, warning = check_upn(upn)
    return value, warning.rstrip(".")


def read_nhs_number(text: str) -> tuple[str, str]:
    """An NHS number as ten figures, and what is wrong with it ("" when nothing)."""
    number = re.sub(r"[\s.-]", "", re.sub(r"\.0+$", "", text.strip()))
    if not number:
        return "", ""
    if re.fullmatch(r"\d+(\.\d+)?E\+?\d+", text.strip(), re.IGNORECASE):
        return number, "NHS number was shortened by a spreadsheet"
    if not re.fullmatch(r"[0-9]{10}", number):
        return number, "NHS number is not ten figures"
    value, warning = check_nhs_number(number)
    return value, warning.rstrip(".")


def read_postcode(text: str) -> tuple[str, str]:
    """A postcode in capitals with its space, and what is wrong with it ("" when nothing)."""
    bare = re.sub(r"[\s.]", "", text).upper()
    if not bare:
        return "", ""
    if not POSTCODE.fullmatch(bare):
        return "", "postcode is not a postcode"
    return f"{bare[:-3]} {bare[-3:]}", ""
