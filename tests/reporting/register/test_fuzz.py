"""Whatever bytes or rows arrive: no crash, and the lines add up."""

import csv
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting.register.checking import Checker
from reporting.register.facts import Counts, Facts
from reporting.register.mapping import guess_columns, settle
from reporting.register.reading import UnreadableFile, read_table
from reporting.register.setting import Setting
from tests.reporting.register.counties import CAMBRIDGESHIRE, KENT, TODAY, essex_workbook

HEADINGS = [
    "Ref",
    "Surname",
    "Forename",
    "DOB",
    "Gender",
    "Ethnicity",
    "UPN",
    "NHS No",
    "Address",
    "Postcode",
    "District",
    "Date registered",
    "Date completed",
    "Agency",
    "Level",
    "Needs",
    "Consent",
    "Date closed",
    "Outcome",
    "Notes",
]
CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            "n/k",
            "01/02/2015",
            "31/02/2015",
            "East",
            "WEST ",
            "Yes",
            "N",
            "3",
            "WBRI",
            "=1+1",
            "EDD 1/2/15",
            "42178",
            "9434765919",
            "H801200001001",
            "needs met",
            "Smith, Jo",
            '"',
            "\n",
            "a\nb",
            "2031-01-01",
        ]
    ),
)
slow = settings(max_examples=150, suppress_health_check=list(HealthCheck))


def read_and_check(content: bytes):
    try:
        table = read_table(content)
    except UnreadableFile as told:
        assert str(told).endswith((".", "…")) or ":" in str(told)
        return
    mapping = settle(None, guess_columns(table.headings, [line.cells for line in table.lines]))
    verdicts = Checker(table, mapping, Setting(hubs=["East", "West"], today=TODAY)).check_all()
    counts = Counts.of(verdicts)
    assert counts.rows == len(table.lines) == counts.taken + counts.refused + counts.repeated + counts.blank
    for verdict in verdicts:
        stored = verdict.facts.as_json()
        assert Facts.from_json(stored) == verdict.facts
        assert "\x00" not in str(stored)
        if verdict.outcome == "taken":
            assert verdict.facts.registered_on
            assert verdict.facts.district in ("East", "West")
            assert verdict.facts.surname or verdict.facts.forenames
        if verdict.outcome == "refused":
            assert verdict.reasons
            assert verdict.refusals[0].fix


@slow
@given(st.binary(max_size=400))
def test_random_bytes(content):
    read_and_check(content)


@slow
@given(
    st.lists(st.lists(CELLS, max_size=22), max_size=12),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
def test_random_rows(rows, delimiter, encoding):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    read_and_check(out.getvalue().encode(encoding, errors="replace"))


@slow
@given(st.sampled_from([KENT.encode(), CAMBRIDGESHIRE.encode(), essex_workbook()]), st.data())
def test_damaged_files(content, data):
    """A good file with some bytes changed, or cut short."""
    damaged = bytearray(content[: data.draw(st.integers(1, len(content)))])
    for _ in range(data.draw(st.integers(0, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    read_and_check(bytes(damaged))
