"""Draw the monthly sample of looks now, or show that a draw comes out the same again."""

from __future__ import annotations

import datetime as dt

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.actions.sample import draw_again, draw_sample
from cases.sample import month_before


class Command(BaseCommand):
    help = (
        "Draws looks of the month before (or of --month) for agencies to answer for. A month is drawn once."
    )

    def add_arguments(self, parser):
        parser.add_argument("--month", metavar="YYYY-MM", help="the month; the one before this when left out")
        parser.add_argument(
            "--again", action="store_true", help="draw nothing: work the month's draw out again from its seed"
        )

    def handle(self, **options):
        try:
            month = (
                dt.date.fromisoformat(f"{options['month']}-01")
                if options["month"]
                else month_before(timezone.localdate())
            )
            if options["again"]:
                drawn, same = draw_again(month)
                self.stdout.write(f"month={month:%Y-%m} drawn={drawn} same={same}")
                if drawn != same:
                    raise CommandError("The draw does not come out the same.")
                return
            drawn = draw_sample(month)
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(
            f"month={month:%Y-%m} drawn={drawn}" + ("" if drawn else " (drawn before, or nobody looked)")
        )
