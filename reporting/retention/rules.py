"""How long records are kept, and who decides. The database's functions say the same, and what is the least."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cases.rules import NotAllowed, answered
from earlyhelp.access import Actor, Permission, Role


class RetentionRule(models.TextChoices):
    """Which rule makes a record due (domain.md 6.3, the codes of Bath and North East Somerset and of Derbyshire)."""

    BIRTHDAY = "birthday", "The youngest child’s birthday"
    STEPPED_UP = "stepped_up", "A longer time: social care took the family on"
    ADOPTION = "adoption", "The longest time: restricted because of an adoption"
    CLOSED = "closed", "Years since the record was closed"
    ADULT = "adult", "Years since closure: no child is recorded"


def years() -> list[int]:
    """The partnership's settings in the order that app.retention_dates() takes them."""
    names = ("BIRTHDAY", "CLOSED", "STEPPED_UP_BIRTHDAY", "ADOPTION_BIRTHDAY", "ADULT_CLOSED")
    return [settings.EARLY_HELP[f"RETENTION_{name}_YEARS"] for name in names]


def rule_words(code: str) -> str:
    """A rule in words, with this partnership's number of years."""
    birthday, closed, stepped_up, adoption, adult = years()
    return {
        "birthday": f"{birthday} years from the youngest child’s birth",
        "stepped_up": f"{stepped_up} years from the youngest child’s birth, because social care took the family on",
        "adoption": f"{adoption} years from the youngest child’s birth, because of an adoption",
        "closed": f"{closed} years from the day it was closed",
        "adult": f"{adult} years from the day it was closed, as no child is recorded",
    }[code]


def check_can_manage_retention(actor: Actor) -> None:
    """Persons who look at records that are due:

    - information governance leads,
    - disclosure officers.

    They see a reference, dates and what stands in the way; never the record.
    """
    if not actor.may(Permission.RETENTION_MANAGE):
        raise NotAllowed("Information governance leads and disclosure officers look at records that are due.")


def check_can_confirm(actor: Actor, decided_by) -> None:
    """Persons who confirm a disposal: whoever manages retention and is another user than the one who proposed it."""
    check_can_manage_retention(actor)
    if decided_by.user_id == actor.user.pk:
        raise NotAllowed("Somebody else has to confirm what you proposed.")


def check_can_read_tombstones(actor: Actor) -> None:
    """Persons who are told that a record was disposed of: information governance leads."""
    if not actor.has_role(Role.IG_LEAD):
        raise NotAllowed("Information governance leads are told of records that are gone.")


can_manage_retention = answered(check_can_manage_retention)
can_confirm = answered(check_can_confirm)
can_read_tombstones = answered(check_can_read_tombstones)
