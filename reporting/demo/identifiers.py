"""Numbers and addresses that look right, pass their checks and can belong to nobody.

Sources: NHS Data Dictionary (modulus 11; numbers starting with 9 are never issued); UK Government Data Standards
Catalogue, Unique Pupil Number 2.0 (check letter); Ofcom's telephone numbers for drama (01632 960xxx, 07700 900xxx).
"""

import random

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # no I, O or S: they are too like 1, 0 and 5
UPN_AUTHORITY = "909"  # a local authority abolished in 2023
POSTCODE_AREA = "WM"  # not a postcode area of the United Kingdom
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # the letters Royal Mail uses in the last two places


def nhs_number(rng: random.Random, serial: int | None = None) -> str:
    """Return a ten-digit NHS number that starts with 9 and passes its check digit.

    `serial` (0 to 99,999,999) makes the number a function of it, for bulk loads that must not repeat one.
    """
    serial = rng.randrange(10**8) if serial is None else serial
    while True:
        digits = f"9{serial % 10**8:08d}"
        check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return digits + str(check % 11)
        serial += 50_000_003  # far from its neighbours, so that a bulk load's numbers stay apart


def upn(establishment: int, year: int, serial: int) -> str:
    """Return a pupil number with a right check letter.

    `establishment` is 1 to 999: real schools start at 1000, so the number is nobody's. `year` is the year of entry,
    `serial` 0 to 999.
    """
    body = f"{UPN_AUTHORITY}0{establishment:03d}{year % 100:02d}{serial % 1000:03d}"
    return UPN_LETTERS[sum(int(c) * place for place, c in enumerate(body, start=2)) % 23] + body


def landline(number: int) -> str:
    """Return an Ofcom drama landline; `number` is taken modulo 1,000."""
    return f"01632 960 {number % 1000:03d}"


def mobile(number: int) -> str:
    """Return an Ofcom drama mobile; `number` is taken modulo 1,000."""
    return f"07700 900 {number % 1000:03d}"


def postcode(rng: random.Random, district: int) -> str:
    """Return a postcode of the invented WM area; `district` is its number, 1 to 99."""
    return f"{POSTCODE_AREA}{district} {rng.randint(1, 9)}{rng.choice(INWARD_LETTERS)}{rng.choice(INWARD_LETTERS)}"
