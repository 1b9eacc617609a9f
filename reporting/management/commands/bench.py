"""manage.py bench: how fast the pages are, as ratios that hold on any machine."""

from __future__ import annotations

import gc
import json
import random
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from cases.models import Case
from earlyhelp.access.context import as_role
from reporting.counting import count_report, quarter_to_show, quarters_of
from reporting.demo.bench import pages as asked
from reporting.demo.bench.results import Cell, percentile, ratio_of, table
from reporting.demo.bench.stage import Stage
from reporting.figures import count_quarter
from reporting.models import HighlightReport
from reporting.outputs import report_pdf
from reporting.quarters import Quarter

WARM_UP = 2


def _seconds(work, times: int = 3) -> float:
    """How long some work takes when nothing else is in the way: the quickest of some runs."""
    found = []
    for _ in range(times):
        began = perf_counter()
        work()
        found.append(perf_counter() - began)
    return round(min(found), 3)


class Command(BaseCommand):
    help = "Measure the main pages against a page that does nothing, and against the same page without access control."
    requires_system_checks = ()  # it signs in as the tests' login, which the application's checks refuse

    def add_arguments(self, parser):
        parser.add_argument(
            "--rounds", type=int, default=40, help="requests of each page and kind (default: 40)"
        )
        parser.add_argument(
            "--output", type=Path, default=None, help="where the figures go (default: var/bench.json)"
        )
        parser.add_argument(
            "--beside",
            type=Path,
            default=None,
            help="figures of a smaller county (default: those kept in var/)",
        )
        parser.add_argument("--strict", action="store_true", help="fail when the lists touch too many blocks")

    def handle(self, *args, rounds, output, beside, strict, **options):
        if not settings.EH_DEMO:
            raise CommandError("bench signs in as invented people. It runs only with the demo's settings.")
        output = output or Path(settings.BASE_DIR) / "var" / "bench.json"
        # The real middleware and templates; sessions and cache in this process, so that the network is not measured.
        with override_settings(
            ROOT_URLCONF="reporting.demo.bench.stage", ALLOWED_HOSTS=["testserver"], DEBUG=False
        ):
            figures = self.measure(rounds)
        smaller = beside or self.smaller_county(output.parent, figures["county"]["cases"])
        if smaller:
            figures["growth"] = self.growth(figures, json.loads(smaller.read_text()))
        output.parent.mkdir(exist_ok=True)
        for path in (output, output.parent / f"bench-{figures['county']['cases']}.json"):
            path.write_text(json.dumps(figures, indent=1) + "\n")
        self.stdout.write(f"Written to {output}")
        too_many = [
            c
            for c in figures["pages"]
            if c["buffers"] and c["buffers"] > asked.BUFFERS * c["buffers_uncontrolled"]
        ]
        if strict and too_many:
            raise CommandError(
                "A list touches more than 1.2 times the blocks that it does without access control."
            )

    def smaller_county(self, folder: Path, cases: int) -> Path | None:
        """The figures kept of a county of at most a fifth of this size, if one was measured: the largest such."""
        sizes = {int(path.stem[6:]): path for path in folder.glob("bench-*.json") if path.stem[6:].isdigit()}
        return max(((size, path) for size, path in sizes.items() if size * 5 <= cases), default=(0, None))[1]

    # -- Measuring -----------------------------------------------------------------------------------------------------

    def measure(self, rounds: int) -> dict:
        """Run everything, interleaved in random order, and print the table."""
        stage = Stage()
        try:
            return self.all_pages(stage, rounds)
        finally:
            stage.close()

    def all_pages(self, stage: Stage, rounds: int) -> dict:
        """The three people's pages and the report."""
        visitors = asked.find_visitors()
        report = self.report()
        found = asked.pages(visitors, report["quarter"])
        nothing = [
            asked.Page(who, name, member, ask)
            for who, member in visitors.everybody().items()
            for name, ask in asked.do_nothing().items()
        ]
        runs: dict[tuple[str, str, bool], list] = {}
        tasks = [(page, control) for page in found for control in (True, False)] + [
            (page, True) for page in nothing
        ]
        rng = random.Random(1)  # noqa: S311  (an order, not a secret)
        gc.collect()
        gc.disable()
        for number in range(rounds + WARM_UP):
            rng.shuffle(tasks)
            for page, control in tasks:
                stage.control(control)
                run = stage.run(page.membership, page.ask)
                if number >= WARM_UP:
                    runs.setdefault((page.who, page.name, control), []).append(run)
            gc.collect()
        gc.enable()
        cells = [self.cell(stage, page, runs) for page in found]
        figures = {
            "made_at": timezone.now().isoformat(timespec="seconds"), "rounds": rounds, "county": self.county(),
            "nothing_ms": {page.who: round(1000 * percentile([r.wall for r in runs[page.who, page.name, True]], 0.5), 2)
                           for page in nothing if page.name == asked.NOTHING},
            "pages": [cell.as_json() for cell in cells], "report": report,
        }  # fmt: skip
        self.stdout.write(
            f"\n{figures['county']['cases']:,} cases, {figures['county']['notes']:,} notes; {rounds} rounds\n"
        )
        self.stdout.write(table(cells))
        for cell in (each for each in cells if each.page == "autosave"):
            self.stdout.write(
                f"\nAutosave, {cell.who}: {cell.queries} SQL queries, {cell.median_ms:.1f} ms, "
                f"{cell.times_nothing:.2f} times a POST that does nothing."
            )
        self.stdout.write(
            f"\nA quarter's figures: {report['figures_seconds']:.2f} s of SQL (at most {asked.FIGURES_SECONDS:g} s). "
            f"The whole report: {report['report_seconds']:.2f} s (at most {asked.REPORT_SECONDS:g} s)."
        )
        return figures

    def cell(self, stage: Stage, page: asked.Page, runs: dict) -> Cell:
        """Work out one page's figures."""
        mine, free = runs[page.who, page.name, True], runs[page.who, page.name, False]
        idle = [run.wall for run in runs[page.who, asked.measured_against(page.name), True]]
        walls = [run.wall for run in mine]
        middle = percentile(walls, 0.5)
        most_a, most_b = page.goals
        cell = Cell(
            who=page.who, page=page.name, requests_per_second=1 / middle, median_ms=middle * 1000,
            p95_ms=percentile(walls, 0.95) * 1000, queries=len(mine[-1].statements),
            times_nothing=ratio_of(walls, idle), most_times_nothing=most_a,
            sql_ms=1000 * percentile([run.sql() for run in mine], 0.5),
            times_uncontrolled=ratio_of(
                [run.sql(counting=False) for run in mine], [run.sql(counting=False) for run in free]
            ),
            times_with_count=ratio_of([run.sql() for run in mine], [run.sql() for run in free]),
            most_times_uncontrolled=most_b, status=mine[-1].status, kilobytes=mine[-1].size / 1024,
        )  # fmt: skip
        if page.name == "family list":
            stage.control(True)
            cell.buffers = stage.buffers(page.membership, mine[-1].statements)
            stage.control(False)
            cell.buffers_uncontrolled = stage.buffers(page.membership, free[-1].statements)
        return cell

    def county(self) -> dict:
        """The size of what was measured."""
        with transaction.atomic(), as_role("eh_system"), connection.cursor() as cursor:
            cursor.execute("select count(*) from cases_casenote")
            return {"cases": Case.objects.count(), "notes": cursor.fetchone()[0]}

    def report(self) -> dict:
        """Count the last quarter that is over and the four before it, make the PDF, and say how long it took.

        The PDF is made twice and the second is timed: a worker reads its programs and fonts once, not for each report.
        """
        quarter = Quarter.containing(timezone.localdate()).shift(-1)
        report = HighlightReport.objects.for_quarter(quarter).live().first()
        if report is None:
            report = HighlightReport.objects.create(quarter_start=quarter.starts_on)
            count_report(report.pk)
            report.refresh_from_db()
        report_pdf(report)
        one = _seconds(lambda: count_quarter(quarter))
        counting = _seconds(lambda: [quarter_to_show(each) for each in quarters_of(quarter)])
        return {
            "quarter": quarter.code,
            "figures_seconds": one,
            "report_seconds": round(counting + _seconds(lambda: report_pdf(report)), 3),
        }

    def growth(self, now: dict, before: dict) -> dict:
        """How much longer each page takes, in times of a page that does nothing, than in the smaller county."""
        small = {(c["who"], c["page"]): c["times_nothing"] for c in before["pages"]}
        grown = {
            f"{c['who']}: {c['page']}": round(c["times_nothing"] / small[c["who"], c["page"]], 2)
            for c in now["pages"] if small.get((c["who"], c["page"]))
        }  # fmt: skip
        times = now["county"]["cases"] / before["county"]["cases"]
        self.stdout.write(
            f"\nPages in a county {times:.1f} times as large (at most {asked.GROWTH:g} times as slow):"
        )
        for name, value in grown.items():
            self.stdout.write(f"  {'!' if value > asked.GROWTH else ' '} {value:.2f}  {name}")
        return grown
