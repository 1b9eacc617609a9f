"""How quality checks of assessments come out over time, for a hub's manager or an agency's lead.

Only checks of random samples are counted, by the quarter in which they were shared. All counts of one page are joined
by their sums and protected together, as those of the board's report are (disclosure.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils import timezone

from assessments.models import Rubric
from assessments.models.quality import GOOD_OR_BETTER, Grade
from assessments.quality.rubric import Criterion, criteria_of
from assessments.quality.sample import Scope, quarter_words, quarters_over
from earlyhelp.web.charts import Hidden, LineChart, Series
from earlyhelp.web.tables import Table
from hubs.models import Agency
from reporting.disclosure import CELL, MARGIN, TOTAL, LinkedCounts, Shown, percentage, protect
from reporting.quarters import Quarter

OVERALL = "overall"
ALL = "all"


@dataclass
class Trend:
    """The tables of the page, and a chart when there is anything to draw."""

    quarters: Table
    questions: Table
    agencies: Table | None
    chart: LineChart | None


def trend_of(scope: Scope) -> Trend:
    """Count, protect and lay out the quarters that are over and the one that runs, for one hub or one agency."""
    quarters = [*reversed(quarters_over()), Quarter.containing(timezone.localdate()).starts_on]
    with connection.cursor() as cursor:
        cursor.execute("select * from app.quality_counts(%s, %s)", [scope.hub_id, scope.agency_id])
        rows = [row for row in cursor.fetchall() if row[0] in set(quarters)]
    counts: Counter = Counter()
    for quarter, agency, question, grade, number in rows:
        counts[quarter, agency, question, grade] += number
    agencies = sorted({agency for _quarter, agency, _question, _grade in counts})
    criteria = criteria_of(Rubric.objects.first())
    keys = [each.key for each in criteria]
    shown = protect(_linked(counts, quarters, agencies, keys), settings.EARLY_HELP["SDC_THRESHOLD"])
    return Trend(
        quarters=_by_quarter(shown, quarters),
        questions=_by_question(shown, criteria),
        agencies=_by_agency(shown, agencies) if scope.hub_id and len(agencies) > 1 else None,
        chart=_chart(shown, quarters),
    )


def _linked(counts: Counter, quarters: list, agencies: list[int], keys: list[str]) -> LinkedCounts:
    """Every count of the page with the sums that join them."""
    linked = LinkedCounts()

    def number(*, quarter=None, agency=None, question=OVERALL, grades=None) -> int:
        return sum(
            n
            for (q, a, asked, grade), n in counts.items()
            if quarter in (None, q)
            and agency in (None, a)
            and asked == question
            and (grades is None or grade in grades)
        )

    def split(of, worth: int, **which) -> None:
        """A count, and how many of it were good or better."""
        linked.add((of, ALL), number(**which), worth)
        linked.add((of, "better"), number(**which, grades=GOOD_OR_BETTER), worth)
        linked.add((of, "worse"), linked.counts[of, ALL] - linked.counts[of, "better"], worth, printed=False)
        linked.add_sum((of, ALL), [(of, "better"), (of, "worse")])

    split(ALL, TOTAL)
    for quarter in quarters:
        split(quarter, MARGIN, quarter=quarter)
        for grade in Grade:
            linked.add((quarter, grade), number(quarter=quarter, grades=(grade,)), CELL)
        linked.add_sum((quarter, "better"), [(quarter, grade) for grade in GOOD_OR_BETTER])
        worse = [grade for grade in Grade if grade not in GOOD_OR_BETTER]
        linked.add_sum((quarter, "worse"), [(quarter, grade) for grade in worse])
    for agency in agencies:
        split(("agency", agency), CELL, agency=agency)
    for part in (ALL, "better", "worse"):
        linked.add_sum((ALL, part), [(quarter, part) for quarter in quarters])
        if agencies:
            linked.add_sum((ALL, part), [(("agency", agency), part) for agency in agencies])
    for key in keys:
        answered = number(question=key, grades=tuple(Grade))
        linked.add((key, "better"), number(question=key, grades=GOOD_OR_BETTER), CELL)
        linked.add((key, "worse"), answered - linked.counts[key, "better"], CELL, printed=False)
        linked.add((key, "graded"), answered, CELL)
        linked.add((key, "left"), linked.counts[ALL, ALL] - answered, CELL, printed=False)
        linked.add_sum((key, "graded"), [(key, "better"), (key, "worse")])
        linked.add_sum((ALL, ALL), [(key, "graded"), (key, "left")])
    return linked


def _words(shown: Shown) -> str:
    return shown.words(settings.EARLY_HELP["SDC_THRESHOLD"])


def _share(better: Shown, whole: Shown) -> str:
    if whole.value == 0:
        return "None checked"
    share = percentage(better, whole)
    return "hidden" if share is None else f"{share}%"


def _by_quarter(shown: dict, quarters: list) -> Table:
    heads = ["Shared in", "Checked", *(grade.label for grade in Grade), "Good or better"]
    rows = [
        [
            quarter_words(quarter),
            _words(shown[quarter, ALL]),
            *(_words(shown[quarter, grade]) for grade in Grade),
            _share(shown[quarter, "better"], shown[quarter, ALL]),
        ]
        for quarter in reversed(quarters)
    ]
    return Table("Overall grades by quarter", heads, rows, numeric=tuple(range(1, 7)), stack=True)


def _by_question(shown: dict, criteria: Sequence[Criterion]) -> Table:
    rows = [
        [
            each.title,
            _words(shown[each.key, "graded"]),
            _share(shown[each.key, "better"], shown[each.key, "graded"]),
        ]
        for each in criteria
    ]
    return Table(
        "By question, in all these quarters", ["Question", "Graded", "Good or better"], rows, numeric=(1, 2)
    )


def _by_agency(shown: dict, agencies: list[int]) -> Table:
    names = Agency.objects.in_bulk(agencies)
    rows = [
        [
            names[agency].name,
            _words(shown[("agency", agency), ALL]),
            _share(shown[("agency", agency), "better"], shown[("agency", agency), ALL]),
        ]
        for agency in sorted(agencies, key=lambda pk: names[pk].name)
    ]
    return Table(
        "By agency, in all these quarters", ["Agency", "Checked", "Good or better"], rows, numeric=(1, 2)
    )


def _chart(shown: dict, quarters: list) -> LineChart | None:
    """Checks each quarter and how many were good or better; nothing to draw before two quarters have checks."""

    def value(each: Shown):
        return each.value if each.is_number else Hidden(_words(each))

    if sum(shown[quarter, ALL].value != 0 for quarter in quarters) < 2:
        return None
    labels = [(quarter_words(quarter).rsplit(" ", 1)[0], str(quarter.year)) for quarter in quarters]
    labels = [(" to ".join(month[:3] for month in months.split(" to ")), year) for months, year in labels]
    series = [
        Series("Checked", [value(shown[quarter, ALL]) for quarter in quarters]),
        Series("Good or better", [value(shown[quarter, "better"]) for quarter in quarters]),
    ]
    return LineChart(
        "quality", "Assessments checked each quarter", labels, series=series, first_heading="Quarter"
    )
