"""What a version of the agreement, or an agency's withdrawal, does to sight: counts by the database, and no case."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection

from hubs.models import Agency, Agreement, Category

SIGHT = "The record itself"  # category 0: whether a case is seen at all


@dataclass(frozen=True)
class Count:
    """How many grants, of how many cases, and how many people see less or more."""

    grants: int = 0
    cases: int = 0
    people: int = 0


@dataclass
class AgencyEffect:
    """What changes for one agency: by category, and in all."""

    agency: str
    kind: str
    ends: Count = field(default_factory=Count)
    begins: Count = field(default_factory=Count)
    unsigned: Count = field(default_factory=Count)  # of what ends: because it has not signed
    by_category: list[tuple[str, str, str, Count]] = field(default_factory=list)  # category, change, reason

    @property
    def ending(self) -> list[tuple[str, int]]:
        """Grants that end, by category."""
        return self._summed("ends")

    @property
    def beginning(self) -> list[tuple[str, int]]:
        """Grants that begin, by category."""
        return self._summed("begins")

    def _summed(self, wanted: str) -> list[tuple[str, int]]:
        found: dict[str, int] = {}
        for category, change, _reason, count in self.by_category:
            if change == wanted:
                found[category] = found.get(category, 0) + count.grants
        return list(found.items())


@dataclass
class Effect:
    """The answer to "what would this do?": totals, and each agency that it touches."""

    ends: Count = field(default_factory=Count)
    ends_by_words: Count = field(default_factory=Count)
    ends_unsigned: Count = field(default_factory=Count)
    begins: Count = field(default_factory=Count)
    begins_when_signed: Count = field(default_factory=Count)
    agencies: list[AgencyEffect] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not self.ends.grants and not self.begins.grants


def effect_of_version(agreement: Agreement, on: dt.date) -> Effect:
    """What changes on the day `on` when this version takes over from the one that would be in force without it.

    Counted from the grants of today: what runs out by that day is left out, what families agree to later cannot be
    known. Raises django.db.ProgrammingError unless the context is of somebody who runs or confirms the agreement.
    """
    return _read("select * from app.agreement_effect(%s, %s)", [agreement.pk, on])


def effect_of_withdrawal(agency: Agency) -> Effect:
    """What ends today when the signature of `agency` stops counting. Raises as above."""
    return _read("select * from app.agency_effect(%s)", [agency.pk])


def _read(sql: str, values: list) -> Effect:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    agencies = {
        agency.pk: agency for agency in Agency.objects.filter(pk__in={row[2] for row in rows if row[2]})
    }
    effect, found = Effect(), {}
    totals = {
        ("ends", None): "ends",
        ("ends", "matrix"): "ends_by_words",
        ("ends", "signature"): "ends_unsigned",
        ("begins", None): "begins",
        ("begins", "signature"): "begins_when_signed",
    }
    for change, reason, agency, category, *numbers in rows:
        count = Count(*numbers)
        if agency is None:
            if (change, reason) in totals:
                setattr(effect, totals[change, reason], count)
            continue
        its = found.setdefault(
            agency, AgencyEffect(agencies[agency].name, agencies[agency].get_kind_display())
        )
        if category is not None:
            name = Category(category).label if category else SIGHT
            its.by_category.append((name, change, reason, count))
        elif reason is None:
            setattr(its, change, count)
        elif (change, reason) == ("ends", "signature"):
            its.unsigned = count
    order = [SIGHT, *Category.labels]
    for its in found.values():
        its.by_category.sort(key=lambda row: (row[1] != "ends", order.index(row[0])))
    effect.agencies = sorted(
        found.values(), key=lambda its: (-its.ends.grants, -its.begins.grants, its.agency)
    )
    return effect
