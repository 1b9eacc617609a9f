"""manage.py load_county: an invented county of any size, to measure with."""

import sys
from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reporting.demo.county import County


class Command(BaseCommand):
    help = (
        "Load an invented county in bulk: 110,000 children, 60,000 cases, 1,000,000 notes, or any part of it."
    )

    next_line = 0.0  # the share at which a log gets its next line

    def add_arguments(self, parser):
        parser.add_argument(
            "--children", type=int, default=110_000, help="how many children (default: 110,000)"
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="the same seed gives the same county (default: 1)"
        )

    def handle(self, *args, children, seed, **options):
        if not settings.EH_DEMO:
            raise CommandError(
                "load_county fills a database with invented people. It runs only with the demo's settings."
            )
        if children < 1:
            raise CommandError("--children must be at least 1.")
        began = monotonic()
        made = County(children, seed, self.tell if options["verbosity"] else lambda *_: None).load()
        if options["verbosity"]:
            self.stdout.write(
                f"Loaded {made.families:,} families with {made.children:,} children ({made.people:,} people), "
                f"{made.cases:,} cases, {made.notes:,} notes, {made.agencies:,} agencies, {made.users:,} users; "
                f"{made.grants:,} grants in force. {monotonic() - began:.0f} s."
            )

    def tell(self, share, words):
        """Draw the progress bar: on one line for a person, a line a step for a log."""
        bar = f"[{'#' * round(share * 30):<30}] {share:4.0%} {words:<45}"
        if sys.stderr.isatty():
            self.stderr.write("\r" + bar, ending="\n" if share >= 1 else "")
        elif share >= self.next_line or "famil" not in words:
            self.stderr.write(bar.rstrip())
            self.next_line = share + 0.1
