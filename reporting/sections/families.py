"""Sections about families: who is being helped, who moves between levels, who comes back, why help ends."""

from __future__ import annotations

from django.conf import settings

from earlyhelp.web.tables import Table
from reporting.document import Document, group_rows, share
from reporting.indicators import COUNT_OF
from reporting.sections.parts import Block, Section, all_districts, group_block, growth, line, over_time


def open_cases(doc: Document) -> Section:
    title = "Families being helped at the end of each quarter"
    each_quarter = Block(
        over_time(doc, title, [("Families", "open_cases", "")]),
        line(doc, "open-cases", title, [("Families", "open_cases")]),
        growth(doc, "open_cases", "The number of families"),
        "Cases open on the last day.",
    )
    values = doc.part("open_cases", "by_hub")
    rows = [
        [hub, doc.words(values.get(hub)), doc.words(share(values.get(hub), doc.total("open_cases")), "%")]
        for hub in doc.hubs
    ]
    rows.append([all_districts(), doc.words(doc.total("open_cases")), ""])
    districts = Table(
        f"Families being helped in each district, {doc.quarter.ends_on:%-d %B %Y}",
        ["District", "Families", "Share of all"],
        rows,
        numeric=(1, 2),
        stack=False,
        classes="app-measure",
    )
    label = settings.EARLY_HELP["LEAD_PROFESSIONAL_LABEL"]
    leads = group_block(
        doc,
        "open_cases",
        "leads",
        f"{label} by kind of agency, {doc.quarter.ends_on:%-d %B %Y}",
        ("Kind of agency", "Families", "Share of all"),
        "{largest} leads for the most families.",
        whole="open_cases",
    )
    return Section("open", "Families being helped", ("open_cases",), [each_quarter, Block(districts), leads])


def between_levels(doc: Document) -> Section:
    title = "Moves between early help and social care each quarter"
    table = over_time(
        doc,
        title,
        [
            ("Stepped up", "step_ups", ""),
            ("Decided in time", "step_ups_decided_in_time", ""),
            ("Stepped down", "step_downs", ""),
        ],
    )
    chart = line(doc, "levels", title, [("Stepped up", "step_ups"), ("Stepped down", "step_downs")])
    ups, downs = doc.part("step_ups", "by_hub"), doc.part("step_downs", "by_hub")
    rows = [[hub, doc.words(ups.get(hub)), doc.words(downs.get(hub))] for hub in doc.hubs]
    rows.append([all_districts(), doc.words(doc.total("step_ups")), doc.words(doc.total("step_downs"))])
    districts = Table(
        f"Moves in each district, {doc.quarter.label}",
        ["District", "Stepped up", "Stepped down"],
        rows,
        numeric=(1, 2),
        stack=False,
        classes="app-measure",
    )
    return Section(
        "levels",
        "Step up and step down",
        ("step_ups", "step_ups_decided_in_time", "step_downs"),
        [
            Block(table, chart, growth(doc, "step_ups", "Step-ups"), "Number sent each quarter."),
            Block(districts),
        ],
    )


def came_back(doc: Document) -> Section:
    title = doc.title("re_referral_rate")
    table = over_time(
        doc, title, [("Came back", "re_referrals", ""), ("Share of started", "re_referral_rate", "%")]
    )
    chart = line(doc, "came-back", title, [("Share of started", "re_referral_rate")], "%")
    return Section(
        "came-back",
        title,
        ("re_referrals", "re_referral_rate"),
        [Block(table, chart, note="Share of assessments started, in per cent.")],
    )


def closures(doc: Document) -> Section:
    block = group_block(
        doc,
        "cases_closed",
        "closures",
        f"Cases closed by reason, {doc.quarter.label}",
        ("Reason", "Cases", "Share of all"),
        "“{largest}” was the most frequent reason.",
        whole="cases_closed",
    )
    each_quarter = Block(over_time(doc, "Cases closed each quarter", [("Cases closed", "cases_closed", "")]))
    return Section("closures", "Why cases were closed", ("cases_closed",), [block, each_quarter])


def needs(doc: Document) -> Section:
    block = group_block(
        doc,
        "needs",
        "needs",
        f"Needs named in assessments started, {doc.quarter.label}",
        ("Need", "Assessments", "Share of started"),
        "{largest} was named most.",
        whole="assessments_initiated",
    )
    return Section(
        "needs",
        "What families needed help with",
        ("needs",),
        [block],
        "An assessment may name several needs.",
    )


def attendance(doc: Document) -> Section:
    title = "Who comes to meetings"
    each_quarter = Block(
        over_time(
            doc,
            "Professionals at meetings each quarter",
            [
                ("Asked", "meeting_places", ""),
                ("Came", "meeting_places_taken", ""),
                ("Share", "attendance", "%"),
            ],
        ),
        line(doc, "attendance", "Share of professionals asked who came", [("Came", "attendance")], "%"),
    )
    came = doc.part("meeting_places_taken", "by_agency_kind")
    rows = [
        [
            label,
            doc.words(asked),
            doc.words(came.get(code, 0)),
            doc.words(share(came.get(code, 0), asked), "%"),
        ]
        for code, label, asked in group_rows(doc, COUNT_OF["meeting_places"])
    ]
    agencies = Table(
        f"Professionals at meetings by kind of agency, {doc.quarter.label}",
        ["Kind of agency", "Asked", "Came", "Share"],
        rows,
        numeric=(1, 2, 3),
        stack=False,
        classes="app-measure",
        empty="No meeting was held in this quarter.",
    )
    codes = ("meeting_places", "meeting_places_taken", "attendance")
    return Section(
        "attendance", title, codes, [each_quarter, Block(agencies)], "Somebody counts once for each meeting."
    )


def consent(doc: Document) -> Section:
    rows = [[label, doc.words(value)] for _code, label, value in group_rows(doc, COUNT_OF["consent"])]
    table = Table(
        f"Agreement to share information, {doc.quarter.label}",
        ["Answer", "People"],
        rows,
        numeric=(1,),
        stack=False,
        classes="app-measure",
        empty="No answer was recorded in this quarter.",
    )
    return Section("consent", "Agreement to share information", ("consent",), [Block(table)])
