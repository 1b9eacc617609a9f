"""Sections about assessments: how many, where, by whom, how fast."""

from __future__ import annotations

from earlyhelp.web.charts import GroupedBars, Series, TargetBars
from earlyhelp.web.tables import Table
from reporting.document import Document, group_rows, is_number
from reporting.indicators import COUNT_OF
from reporting.sections.parts import Block, Section, all_districts, group_block, growth, line, over_time


def started_and_completed(doc: Document) -> Section:
    title = "Assessments started and completed each quarter"
    chart = line(
        doc,
        "over-time",
        title,
        [("Started", "assessments_initiated"), ("Completed", "assessments_completed")],
    )
    table = over_time(
        doc,
        title,
        [
            ("Started", "assessments_initiated", ""),
            ("Completed", "assessments_completed", ""),
            ("Share", "conversion", "%"),
        ],
    )
    finding = " ".join(
        filter(
            None,
            [
                growth(doc, "assessments_initiated", "Started"),
                growth(doc, "assessments_completed", "Completed"),
            ],
        )
    )
    return Section(
        "started",
        "Assessments started and completed",
        ("assessments_initiated", "assessments_completed", "conversion"),
        [Block(table, chart, finding, "Number of assessments each quarter.")],
    )


def districts(doc: Document) -> Section:
    blocks = [
        _district_block(
            doc, "assessments_initiated", "Assessments started in each district", "districts-started"
        ),
        _district_block(
            doc, "assessments_completed", "Assessments completed in each district", "districts-completed"
        ),
    ]
    return Section(
        "districts", "In each district", ("assessments_initiated", "assessments_completed"), blocks
    )


def _district_block(doc: Document, code: str, title: str, name: str) -> Block:
    hubs, now = doc.hubs, doc.part(code, "by_hub")
    series, heads, columns = [], ["District"], []
    before = doc.part(code, "by_hub", doc.before) if doc.before else {}
    if doc.before:
        series.append(Series(doc.before.short_label, [doc.mark(before.get(hub)) for hub in hubs]))
        heads.append(doc.before.short_label)
        columns.append((before, doc.total(code, doc.before)))
    series.append(Series(doc.quarter.short_label, [doc.mark(now.get(hub)) for hub in hubs]))
    heads.append(doc.quarter.short_label)
    columns.append((now, doc.total(code)))
    rows = [[hub, *(doc.words(values.get(hub)) for values, _total in columns)] for hub in hubs]
    rows.append([all_districts(), *(doc.words(total) for _values, total in columns)])
    if doc.before:
        heads.append("Change")
        for row, hub in zip(rows, hubs, strict=False):
            row.append(doc.change(now.get(hub), before.get(hub)))
        rows[-1].append(doc.change(doc.total(code), doc.total(code, doc.before)))
    table = Table(title, heads, rows, numeric=tuple(range(1, len(heads))), stack=False)
    chart = GroupedBars(name, title, hubs, series=series, first_heading="District")
    return Block(table, chart, _most_changed(now, before), f"Number of {title.split(' in ')[0].lower()}.")


def _most_changed(now: dict, before: dict) -> str:
    """ "Alder Vale grew most, by 21." or, when none grew, who fell most; nothing while any is hidden."""
    if not all(is_number(now[hub]) and is_number(before.get(hub)) for hub in now):
        return ""
    changes = {hub: now[hub] - before[hub] for hub in now if now[hub] != before[hub]}
    if not changes:
        return ""
    grown = max(changes.values()) > 0
    most = max(changes.values()) if grown else min(changes.values())
    names = [hub for hub, change in changes.items() if change == most]
    return f"{names[0]} {'grew' if grown else 'fell'} most, by {abs(most):,}." if len(names) == 1 else ""


def kinds(doc: Document) -> Section:
    title = f"Assessments started by kind of agency, {doc.quarter.label}"
    started = group_block(
        doc,
        "assessments_initiated",
        "kinds",
        title,
        ("Kind of agency", "Started", "Share of all"),
        "{largest} started most.",
        whole="assessments_initiated",
    )
    completed = {code: value for code, _label, value in group_rows(doc, COUNT_OF["assessments_completed"])}
    rows = group_rows(doc, COUNT_OF["assessments_initiated"])
    heads = [*started.table.heads[:2], "Completed", started.table.heads[2]]
    cells = [
        [*row[:2], doc.words(completed.get(code, 0)), row[2]]
        for (code, _label, _value), row in zip(rows, started.table.rows, strict=True)
    ]
    table = Table(title, heads, cells, numeric=(1, 2, 3), stack=False)
    blocks = [Block(table, started.chart, started.finding, "Number of assessments started."), _grid(doc)]
    return Section(
        "kinds", "Who started assessments", ("assessments_initiated", "assessments_completed"), blocks
    )


def _grid(doc: Document) -> Block:
    """Districts by kinds of agency, most active kinds first."""
    kinds = group_rows(doc, COUNT_OF["assessments_initiated"])
    grid = doc.part("assessments_initiated", "by_hub_and_agency_kind")
    hubs = doc.hubs
    rows = [
        [label, *(doc.words(grid[hub].get(code, 0)) for hub in hubs), doc.words(value)]
        for code, label, value in kinds
    ]
    by_hub = doc.part("assessments_initiated", "by_hub")
    rows.append(
        [
            "All kinds",
            *(doc.words(by_hub[hub]) for hub in hubs),
            doc.words(doc.total("assessments_initiated")),
        ]
    )
    heads = ["Kind of agency", *hubs, "All"]
    table = Table(
        f"Assessments started by kind of agency in each district, {doc.quarter.label}",
        heads,
        rows,
        numeric=tuple(range(1, len(heads))),
        stack=False,
        classes="app-grid",
    )
    return Block(table)


def how_long(doc: Document) -> Section:
    title = doc.clock_words("Assessments completed in {ASSESSMENT_WORKING_DAYS} working days")
    table = over_time(
        doc,
        title,
        [
            ("Completed", "assessments_completed", ""),
            ("In time", "completed_in_time", ""),
            ("Share", "timeliness", "%"),
            ("Median days", "median_days", ""),
        ],
    )
    chart = line(doc, "in-time", title, [("Share in time", "timeliness")], "%")
    value, target = doc.total("timeliness"), doc.target("timeliness")
    finding = ""
    if is_number(value) and target:
        gap = abs(value - target)
        met = (
            "met the target"
            if value >= target
            else f"were {gap} point{'' if gap == 1 else 's'} under the target"
        )
        finding = f"At {value}%, assessments {met} of {target}%."
    rows = []
    for hub in doc.hubs:
        rate, median = doc.part("timeliness", "by_hub").get(hub), doc.part("median_days", "by_hub").get(hub)
        done = doc.part("assessments_completed", "by_hub").get(hub)
        rows.append([hub, doc.words(done), doc.words(rate, "%"), doc.words(median)])
    rows.append(
        [
            all_districts(),
            doc.words(doc.total("assessments_completed")),
            doc.words(value, "%"),
            doc.words(doc.total("median_days")),
        ]
    )
    districts = Table(
        f"How long assessments took in each district, {doc.quarter.label}",
        ["District", "Completed", "In time", "Median days"],
        rows,
        numeric=(1, 2, 3),
        stack=False,
        classes="app-measure",
    )
    targets = _targets(doc)
    return Section(
        "how-long",
        "How long assessments took",
        ("timeliness", "completed_in_time", "median_days", "re_referral_rate"),
        [
            Block(table, chart, finding, "Share of completed assessments, in per cent."),
            Block(districts),
            *([targets] if targets else []),
        ],
    )


# Short, because they stand beside a bar. The second is good when it is low.
TARGET_TITLES = {
    "timeliness": "Completed in {ASSESSMENT_WORKING_DAYS} working days",
    "re_referral_rate": "Came back within {REREFERRAL_MONTHS} months (at most)",
}


def _targets(doc: Document) -> Block | None:
    """Shares against the partnership's targets."""
    rows, cells = [], []
    for code in TARGET_TITLES:
        target, value = doc.target(code), doc.total(code)
        if target is None:
            continue
        title = doc.clock_words(TARGET_TITLES[code])
        # More than 100% cannot be: both are shares of a whole.
        rows.append((title, doc.mark(value), target))
        if not is_number(value):
            gap = doc.words(value)
        elif value == target:
            gap = "On target"
        else:
            points = f"{abs(value - target)} point{'' if abs(value - target) == 1 else 's'}"
            gap = f"{points} {'over' if value > target else 'under'}"
        cells.append([title, doc.words(value, "%"), f"{target}%", gap])
    if not rows:
        return None
    title = f"Against target, {doc.quarter.label}"
    table = Table(title, ["Measure", "This quarter", "Target", "Gap"], cells, numeric=(1, 2, 3), stack=False)
    return Block(
        table,
        TargetBars("targets", title, rows),
        note="Share this quarter, with the target marked.",
        is_stacked=True,
    )
