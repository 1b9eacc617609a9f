"""Load a county's threshold guidance from a file, in place of what is there."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from assessments.family.thresholds import SHIPPED, UnsoundGuidance, load


class Command(BaseCommand):
    help = "Puts the threshold guidance of a JSON file in place of what is there. Without a file: the shipped wording."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="JSON like assessments/family/data/threshold_guidance.json")
        parser.add_argument("--source", default="", help="where the wording comes from, kept with each line")

    def handle(self, **options):
        path = Path(options["file"] or SHIPPED)
        try:
            count = load(path.read_text(encoding="utf-8"), source=options["source"])
        except OSError as wrong:
            raise CommandError(f"The file cannot be read: {wrong.strerror}.") from wrong
        except (UnsoundGuidance, UnicodeDecodeError) as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(f"lines={count}")
