"""Protected addresses: noticed when somebody is about to write one down where others read it (domain.md 6.5)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from cases.models import Case

# The answer of somebody who was warned and wants to write it all the same.
KEEP = "keep_address"


class ProtectedAddressTyped(Exception):
    """What somebody sent holds an address that is kept secret. They are asked first; nothing has been saved."""

    def __init__(self, case: Case):
        super().__init__("a protected address was typed")
        self.case = case


def mentions_protected_address(case: Case, words: Iterable[str]) -> bool:
    """Whether any of `words` holds a confidential address of the family, or one kept from somebody of it.

    False for somebody who does not see the case.
    """
    said = "\n".join(text for text in words if len(text) >= 5)
    if not said:
        return False
    with connection.cursor() as cursor:
        cursor.execute("select app.mentions_protected_address(%s, %s)", [case.pk, said.replace("\0", "")])
        return bool(cursor.fetchone()[0])


def check_words_sent(case: Case, sent) -> None:
    """Raise ProtectedAddressTyped when a form holds a protected address and its writer has not been asked yet.

    Args:
        sent: the request's POST.
    """
    words = [text for name, texts in sent.lists() if name != "csrfmiddlewaretoken" for text in texts]
    if KEEP not in sent and mentions_protected_address(case, words):
        raise ProtectedAddressTyped(case)
