"""`manage.py check_consistency`: whether the stored data keeps its rules, and which rows do not."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from earlyhelp.access.context import as_system
from reporting.consistency import broken, invariants


class Command(BaseCommand):
    help = (
        "Check the rules that span rows, tables and the file store: one lead or an owner for every open case, a basis "
        "for every sight, every row in one record, a file for every document. Names ids, never people. Ends with 1 "
        "when a rule is broken."
    )

    def handle(self, *args, **options):
        with as_system():
            found = list(broken())
            rules = sum(1 for _ in invariants()) + 2  # and the two of the file store
        for rule in found:
            self.stdout.write(f"{rule.name}: {rule.says} Broken by {rule.count}: {', '.join(rule.ids)}")
        if found:
            raise CommandError(f"{len(found)} of {rules} rules are broken.")
        self.stdout.write(f"{rules} rules hold.")
