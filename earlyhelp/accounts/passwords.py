"""Password rules beyond Django's: nothing that is mostly the partnership's own name."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError

LONGEST = 1000  # characters; far above any real password, below what would keep the hasher busy
FEWEST_OTHER_CHARACTERS = 6
OWN_WORDS = ("early help", "earlyhelp", "password", "safeguarding", "children", "council", "county")


class NotOurNameValidator:
    """Refuse a password that is little more than the county's, partnership's or product's name (ASVS 6.2.11)."""

    def validate(self, password, user=None):
        rest = password.lower()
        for word in sorted(self.words(), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(password) > LONGEST:
            raise ValidationError(f"Use at most {LONGEST} characters.", code="password_too_long")
        if rest != password.lower() and len(rest) < FEWEST_OTHER_CHARACTERS:
            raise ValidationError(self.get_help_text(), code="password_our_name")

    def words(self):
        names = " ".join(str(settings.EARLY_HELP.get(name, "")) for name in ("PARTNERSHIP_NAME", "COUNTY"))
        return {*OWN_WORDS, *(word for word in re.findall(r"[a-z]+", names.lower()) if len(word) > 3)}

    def get_help_text(self):
        return (
            "Choose a password that is not made from the name of the county, the partnership or this system."
        )
