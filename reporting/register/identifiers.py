"""Identifiers and postcodes of a register: tidied, checked, and kept with a warning when the source is wrong."""

import re

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
UPN_SHAPE = re.compile(r"[A-Z]\d{11}[\dA-Z]")
# Reasons a school gives for having no number yet (DfE common basic data set).
UPN_UNKNOWN = re.compile(r"UN[1-9]")
NHS_WEIGHTS = range(10, 1, -1)
# The shapes of the Royal Mail's programmer's guide; the two letters of the inward part leave out C, I, K, M, O, V.
POSTCODE = re.compile(
    r"(GIR ?0AA|[A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9]|[A-HK-Y][0-9][0-9]|[0-9][A-HJKPS-UW]|[A-HK-Y][0-9][ABEHMNPRV-Y])"
    r" ?[0-9][ABD-HJLNP-UW-Z]{2})"
)


def upn_check_letter(upn: str) -> str:
    """The letter that the last twelve characters of a UPN call for: the sum of value times position (2 to 13), modulo
    23. The final letter of a temporary number counts A=0, B=1 and so on (Government Data Standards Catalogue v2.0)."""
    values = [int(c) if c.isdigit() else UPN_LETTERS.find(c) for c in upn[1:]]
    return UPN_LETTERS[sum(value * place for place, value in enumerate(values, start=2)) % 23]


def read_upn(text: str) -> tuple[str, str]:
    """A UPN tidied, and what is wrong with it ("" when nothing)."""
    upn = re.sub(r"[\s.-]", "", text).upper()
    if not upn or UPN_UNKNOWN.fullmatch(upn):
        return "", ""
    if not UPN_SHAPE.fullmatch(upn) or upn[-1].isalpha() and upn[-1] not in UPN_LETTERS:
        return upn, "UPN is not 13 characters of the right kind"
    if upn[0] != upn_check_letter(upn):
        return upn, "UPN check letter is wrong"
    return upn, ""


def read_nhs_number(text: str) -> tuple[str, str]:
    """An NHS number as ten figures, and what is wrong with it ("" when nothing).

    Check digit: 11 less the sum of the first nine figures times 10 to 2, modulo 11 (NHS Data Dictionary).
    """
    number = re.sub(r"[\s.-]", "", re.sub(r"\.0+$", "", text.strip()))
    if not number:
        return "", ""
    if re.fullmatch(r"\d+(\.\d+)?E\+?\d+", text.strip(), re.IGNORECASE):
        return number, "NHS number was shortened by a spreadsheet"
    if not re.fullmatch(r"[0-9]{10}", number):
        return number, "NHS number is not ten figures"
    check = 11 - sum(int(c) * weight for c, weight in zip(number, NHS_WEIGHTS, strict=False)) % 11
    if check == 10 or check % 11 != int(number[9]):
        return number, "NHS number check digit is wrong"
    return number, ""


def read_postcode(text: str) -> tuple[str, str]:
    """A postcode in capitals with its space, and what is wrong with it ("" when nothing)."""
    bare = re.sub(r"[\s.]", "", text).upper()
    if not bare:
        return "", ""
    if not POSTCODE.fullmatch(bare):
        return "", "postcode is not a postcode"
    return f"{bare[:-3]} {bare[-3:]}", ""
