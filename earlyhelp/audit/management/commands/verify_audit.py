"""Check that no event of the access log was altered, taken away or slipped in."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from earlyhelp.access.context import as_system
from earlyhelp.audit.chain import Head, faults, head, seal


class Command(BaseCommand):
    help = (
        "Works the chain of hashes over the access log out again and names every row that is wrong. Run it with the "
        "owner's connection. Keep the head it prints somewhere else, and give it back with --head the next time."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="N:HASH",
            help="a head printed earlier and kept elsewhere",
        )

    def handle(self, **options):
        try:
            anchors = tuple(Head.read(words) for words in options["head"])
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        with as_system():
            while seal():
                pass
            found = list(faults(anchors))
            end = head()
        for fault in found:
            self.stdout.write(str(fault))
        if found:
            raise CommandError(f"{len(found)} faults in {end.n} events. head={end}")
        self.stdout.write(f"events={end.n} faults=0 head={end}")
