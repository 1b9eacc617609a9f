"""The words for reading registers. Row-level security decides which rows there are at all."""

from __future__ import annotations

from django.db import models

from earlyhelp.access import Actor, Permission


class RegisterImportQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor | None):
        """Registers the person brought in; none without the right to bring one in."""
        if actor is None or not actor.may(Permission.REGISTER_IMPORT):
            return self.none()
        return self.filter(membership=actor.membership)

    def without_files(self):
        """For lists: everything but the file and the guesses."""
        return self.defer("content", "guesses", "columns")


class RegisterRowQuerySet(models.QuerySet):
    def loaded(self, source: str):
        """Lines of a register that have become cases."""
        return self.filter(source=source, loaded_at__isnull=False)

    def taken(self):
        return self.filter(outcome="taken")

    def refused(self):
        return self.filter(outcome="refused")

    def repeated(self):
        return self.filter(outcome="repeated")

    def warned(self):
        return self.filter(outcome="taken").exclude(warnings=[])


class PossibleDuplicateQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(decision="waiting")

    def of_import(self, register_import):
        """Pairs in which a line of this register is the newer record."""
        return self.filter(row__register_import=register_import)

    def with_both(self):
        """Both sides, for showing them beside each other."""
        return self.select_related(
            "row", "other_row", "row__case", "other_row__case", "other_person__family", "decided_by__user"
        )
