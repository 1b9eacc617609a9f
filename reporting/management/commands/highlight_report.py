"""Print a quarter's figures for an operator: as they are counted, before small numbers are hidden."""

from __future__ import annotations

import json
import time

from django.core.management.base import BaseCommand, CommandError

from reporting.counting import hub_names
from reporting.document import LABELS
from reporting.figures import QuarterFigures, count_quarter
from reporting.indicators import COUNTS, clock_values
from reporting.quarters import Quarter


class Command(BaseCommand):
    help = (
        "Print the figures of a quarter before small numbers are hidden. Not for publication: the report that the board"
        " reads is made in the browser."
    )

    def add_arguments(self, parser):
        parser.add_argument("quarter", help="such as 2015-Q3, which is October to December 2015")
        parser.add_argument("--json", action="store_true", help="machine-readable")
        parser.add_argument(
            "--time", action="store_true", help="also print how long counting took, to the error output"
        )

    def handle(self, *args, **options):
        try:
            quarter = Quarter.parse(options["quarter"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        began = time.perf_counter()
        figures = count_quarter(quarter)
        if options["time"]:
            self.stderr.write(f"counted in {time.perf_counter() - began:.3f} s")
        plain = plain_figures(figures)
        self.stdout.write(
            json.dumps(plain, indent=2) if options["json"] else "\n".join(as_text(quarter, plain))
        )


def plain_figures(figures: QuarterFigures) -> dict:
    """The figures as a dictionary: code -> {"total": n, "by_hub": {name: n}, "by_<group>": {code: n}, ...}."""
    hubs = hub_names(figures)
    plain: dict = {"quarter": figures.quarter.code, "label": figures.quarter.label}
    for count in COUNTS:
        tally = figures.tallies[count.code]
        entry: dict = {}
        if count.adds_up:
            entry["total"] = tally.total
        if count.by_hub:
            entry["by_hub"] = {name: tally.by_hub.get(hub, 0) for hub, name in hubs.items()}
        if count.group:
            entry[f"by_{count.group}"] = dict(sorted(tally.by_group.items()))
        if count.crossed:
            entry[f"by_hub_and_{count.group}"] = {
                name: {group: tally.grid.get((hub, group), 0) for group in sorted(tally.by_group)}
                for hub, name in hubs.items()
            }
        plain[count.code] = entry
    plain["median_days"] = {
        "total": figures.median_days.get(None),
        "by_hub": {name: figures.median_days.get(hub) for hub, name in hubs.items()},
    }
    return plain


def as_text(quarter: Quarter, plain: dict) -> list[str]:
    """The same figures for reading on a terminal."""
    lines = [f"{quarter.label} ({quarter.code}): before small numbers are hidden, not for publication", ""]
    for count in COUNTS:
        entry = plain[count.code]
        title = count.title.format(**clock_values())
        lines.append(f"{title}: {entry['total']:,}" if "total" in entry else title)
        lines += [f"    {name}: {number:,}" for name, number in entry.get("by_hub", {}).items()]
        labels = LABELS[count.group] if count.group else {}
        lines += [
            f"    {labels.get(code, code)}: {number:,}"
            for code, number in entry.get(f"by_{count.group}", {}).items()
        ]
    days = plain["median_days"]["total"]
    lines.append(f"Median days to complete: {'none completed' if days is None else f'{days:g}'}")
    return lines
