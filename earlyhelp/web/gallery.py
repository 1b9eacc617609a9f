"""Invented content for the component gallery: every component in every state, on one internal page."""

import datetime as dt

from django import forms
from django.test import RequestFactory
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .charts import FEWER, HIDDEN, Bars, GroupedBars, LineChart, Series, StackedBars, TargetBars
from .forms import (
    ClockField,
    DatePartsField,
    FilterForm,
    Form,
    Look,
    NearDateField,
    PasswordField,
    ScaleField,
)
from .pagination import page_of
from .tables import Table
from .templatetags.eh import TAG_COLOURS

HUBS = [
    ("", "---------"),
    ("av", "Alder Vale"),
    ("co", "Coastside"),
    ("fe", "Fenbrook"),
    ("mm", "Market Moor"),
]


class EverythingForm(Form):
    """Each kind of answer once."""

    reference = forms.CharField(label="Reference", help_text="For example, WM-20418")
    children = forms.IntegerField(label="How many children live at home?", min_value=0)
    rent = forms.DecimalField(label="Weekly rent", required=False)
    email = forms.EmailField(label="Email address")
    hub = forms.ChoiceField(label="Hub", choices=HUBS)
    agency = forms.ChoiceField(
        label="Agency",
        choices=[
            *HUBS[:1],
            ("s", "Alderbrook Primary School"),
            ("h", "Moorside Community Health"),
            ("b", "Brightwater"),
        ],
    )
    born_on = DatePartsField(label="Date of birth", help_text="For example, 27 3 2019")
    given_on = NearDateField(label="Date they agreed")
    starts_at = ClockField(label="Start time")
    answer = forms.ChoiceField(
        label="Does Grace agree to the assessment?",
        choices=[
            ("given", "Yes, she agrees"),
            ("part", "Yes, but not to all of it"),
            ("asked", "Not asked yet"),
        ],
        widget=forms.RadioSelect,
    )
    part = forms.CharField(label="What does she not agree to?", required=False)
    urgent = forms.ChoiceField(
        label="Is it urgent?", choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect
    )
    topics = forms.MultipleChoiceField(
        label="Which topics may be shared?",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[
            ("education", "Education"),
            ("health", "Health"),
            ("housing", "Housing"),
            ("none", "None of these"),
        ],
    )
    well = forms.CharField(
        label="What is going well?",
        widget=forms.Textarea,
        required=False,
        help_text="Start with what the child can do and what they enjoy.",
    )
    note = forms.CharField(label="Note for the hub", widget=forms.Textarea, required=False)
    letter = forms.FileField(label="Letter", help_text="PDF, Word or a picture, up to 10 MB", required=False)
    password = PasswordField(label="Password")
    amara = ScaleField(label="Amara")
    grace = ScaleField(label="Grace, her mother", required=False, not_asked=False)
    read_out = forms.BooleanField(label="I have read the privacy notice to the family")
    token = forms.CharField(widget=forms.HiddenInput, initial="kept")

    looks = {
        "reference": Look(width=10),
        "children": Look(width=2),
        "rent": Look(width=5, prefix="£", suffix="a week"),
        "agency": Look(search=True),
        "starts_at": Look(width=5),
        "answer": Look(
            label_size="m",
            hints={"given": "Face to face, by phone or in writing"},
            reveals={"part": "part"},
            dividers={"asked": "or"},
        ),
        "part": Look(needed="Enter what Grace does not agree to"),
        "urgent": Look(inline=True),
        "topics": Look(small=True, behaviour={"none": "exclusive"}, dividers={"none": "or"}),
        "well": Look(label_size="m", rows=4),
        "note": Look(count=200, rows=3),
    }


class GalleryFilter(FilterForm):
    name = forms.CharField(label="Name", required=False)
    hub = forms.ChoiceField(label="Hub", choices=HUBS, required=False)


WRONG = {
    "children": "some",
    "rent": "12,x",
    "email": "grace",
    "hub": "nowhere",
    "born_on_day": "31",
    "born_on_month": "2",
    "born_on_year": "2019",
    "given_on": "next week",
    "starts_at": "25:00",
    "answer": "part",
    "topics": ["moon"],
    "well": "Kept as it was typed.",
    "note": "Kept as it was typed.",
    "token": "kept",
}
FILLED = {
    "reference": "WM-20418",
    "children": 3,
    "rent": "120.50",
    "email": "grace@example.org",
    "hub": "av",
    "agency": "h",
    "born_on": dt.date(2017, 2, 27),
    "given_on": dt.date(2026, 1, 14),
    "starts_at": dt.time(13, 30),
    "answer": "given",
    "urgent": "n",
    "topics": ["education", "health"],
    "well": "Amara is kind and funny.",
    "amara": "6",
}
QUARTERS = [
    ("Oct to Dec", "2024"),
    ("Jan to Mar", "2025"),
    ("Apr to Jun", "2025"),
    ("Jul to Sep", "2025"),
    ("Oct to Dec", "2025"),
]
DISTRICTS = ["Alder Vale", "Coastside", "Fenbrook", "Market Moor"]
MONTHS = [
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "January",
    "February",
    "March",
]


def sample_charts():
    """Every kind of chart in every state, as (chart, finding, note)."""
    return [
        (
            LineChart(
                "g-line",
                "Assessments started and completed",
                QUARTERS,
                [
                    Series("Started", [212, 226, 241, 198, 254]),
                    Series("Completed", [148, 163, 171, 150, 187]),
                ],
            ),
            "Started rose by 28% in a quarter.",
            "Number of assessments each quarter.",
        ),
        (
            LineChart(
                "g-gaps",
                "Stepped up to social care",
                QUARTERS,
                [
                    Series("Stepped up", [12, HIDDEN, 9, None, 11]),
                    Series("Stepped down", [FEWER, 8, HIDDEN, 6, 7]),
                ],
            ),
            "Figures that may not be shown leave a gap.",
            "Number of families each quarter.",
        ),
        (
            LineChart(
                "g-months",
                "Months of a year",
                MONTHS,
                [Series("Started", [61, 72, 58, 49, 22, 80, 77, 68, 41, 66, 70, 83])],
            ),
            "August is quiet.",
            "Number of assessments each month.",
        ),
        (
            LineChart("g-one", "One quarter only", QUARTERS[-1:], [Series("Started", [254])]),
            "The first quarter is a single point.",
            "",
        ),
        (
            GroupedBars(
                "g-bars",
                "Assessments started in each district",
                DISTRICTS,
                [
                    Series("Jul to Sep 2025", [61, FEWER, 47, 38]),
                    Series("Oct to Dec 2025", [82, 64, 0, HIDDEN]),
                ],
            ),
            "Alder Vale grew most, by 21.",
            "Number of assessments started.",
        ),
        (
            Bars(
                "g-rows",
                "Who started assessments",
                [
                    ("Education", 148),
                    ("Health", 58),
                    ("Council early help", 31),
                    ("Voluntary, community and faith organisations working with families", 9),
                    ("Police", FEWER),
                    ("Housing", HIDDEN),
                    ("Armed forces welfare", 0),
                ],
                first_heading="Agency type",
            ),
            "Schools start most.",
            "Number of assessments started.",
        ),
        (
            StackedBars(
                "g-stack",
                "Level of need in each district",
                DISTRICTS,
                [
                    Series("Level 1", [10, 20, 30, 5]),
                    Series("Level 2", [40, HIDDEN, 20, 11]),
                    Series("Level 3", [20, 10, 9, 0]),
                    Series("Level 4", [5, FEWER, 6, 2]),
                ],
            ),
            "Most families are at level 2.",
            "Number of open records.",
        ),
        (
            TargetBars(
                "g-target",
                "Measures against target",
                [
                    ("Completed in 15 working days", 71, 80),
                    ("First meeting in 6 weeks", 84, 85),
                    ("Children’s own score rose", 62, 60),
                    ("Decided in 1 working day", HIDDEN, 95),
                    ("Closed with needs met", 55, None),
                ],
            ),
            "One of three measures met its target.",
            "Share this quarter, with the target marked.",
        ),
        (Bars("g-none", "A quarter without data", []), "", "Number of assessments."),
    ]


def _families():
    name = '<a class="govuk-link" href="#tables">{}</a><br><span class="app-small app-muted">{}</span>'
    late = '<strong class="app-overdue">Overdue by 6 days</strong><br>6 March 2026'
    return Table(
        "Families you lead, in order of review date",
        ["Family", "Children", "Next review", "Latest"],
        [
            [
                format_html(name, "Brandt", "WM-19874"),
                "2 children",
                SafeString(late),
                "Reading help starts this week",
            ],
            [
                format_html(name, "Castellan-Wright-Featherstonehaugh", "WM-20290"),
                "2 children",
                "16 April 2026",
                "Parenting course, week 4 of 8. Both parents come, and Nana Ruth minds the children on those evenings.",
            ],
        ],
    )


def _page(number):
    return page_of(range(482), RequestFactory().get("/components", {"page": number, "hub": "av"}), 25)


def gallery_context(request):
    """Return everything the gallery page draws."""
    wrong = EverythingForm({**WRONG}, initial=FILLED)
    wrong.add_error(
        None, "Somebody else changed this record at 10:40am. Check what they wrote before you save."
    )
    return {
        "colours": [(colour or "no colour", colour) for colour in TAG_COLOURS],
        "empty_form": EverythingForm(auto_id="empty_%s"),
        "filled_form": EverythingForm(auto_id="filled_%s", initial=FILLED),
        "wrong_form": wrong,
        "filter_form": GalleryFilter(auto_id="filter_%s"),
        "families": _families(),
        "no_families": Table("Families", ["Family"], [], empty="You do not lead support for any family."),
        "numbers": Table(
            "Assessments by agency",
            ["Agency type", "Started", "Share of all"],
            [["Education", "148", "58%"], ["Police", "fewer than 5", "hidden"]],
            numeric=(1, 2),
            stack=False,
        ),
        "first_page": _page(1),
        "middle_page": _page(9),
        "charts": sample_charts(),
        "sub_items": [
            ("Overview", "#record", True),
            ("People", "#record", False),
            ("Timeline", "#record", False),
            ("Assessments", "#record", False),
            ("Plan", "#record", False),
            ("Sharing", "#record", False),
        ],
        "now": dt.datetime(2026, 3, 12, 10, 42, tzinfo=dt.UTC),
        "born": dt.date(2017, 2, 27),
        "banners": [
            ("success", "The plan review is booked for 24 March 2026."),
            ("info", "The register has not been brought in since 2 March 2026."),
            ("error", "The letter could not be read. Choose another file."),
        ],
    }
