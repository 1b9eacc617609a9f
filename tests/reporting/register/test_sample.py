"""The sample register against its answer key, before anything is written."""

from collections import Counter

import pytest

from cases.blocking import likely_pairs
from reporting.register.checking import Checker
from reporting.register.facts import Counts
from reporting.register.mapping import guess_columns, settle
from reporting.register.reading import read_table
from reporting.register.repeats import candidate_of
from reporting.register.setting import Setting
from tests.reporting.register.counties import TODAY
from tests.reporting.register.sample import DISTRICTS, FILE, KEY, quarter_of


@pytest.fixture(scope="module")
def verdicts():
    table = read_table(FILE.read_bytes())
    mapping = settle(None, guess_columns(table.headings, [line.cells for line in table.lines]))
    assert not mapping.missing()
    assert "" not in mapping.columns.values()
    return Checker(table, mapping, Setting(hubs=DISTRICTS, today=TODAY)).check_all()


def test_counts(verdicts):
    counts = Counts.of(verdicts)
    assert counts.rows == KEY["total_rows"]
    assert counts.taken == KEY["accepted"]
    assert counts.refused == len(KEY["rejected"])
    assert (counts.repeated, counts.blank) == (1, 0)


def test_refused_with_exactly_these_reasons(verdicts):
    refused = sorted((v.facts.reference, v.reasons) for v in verdicts if v.outcome == "refused")
    assert refused == sorted((row["ref"], row["reason"]) for row in KEY["rejected"])
    assert all(remark.fix for v in verdicts for remark in v.refusals)


def test_warned_with_exactly_these_reasons(verdicts):
    warned = sorted((v.facts.reference, v.reasons) for v in verdicts if v.outcome == "taken" and v.warnings)
    assert warned == sorted((row["ref"], row["reason"]) for row in KEY["warnings"])


def test_repeated_line(verdicts):
    repeated = [v for v in verdicts if v.outcome == "repeated"]
    assert [v.facts.reference for v in repeated] == [KEY["repeated_line"]]
    first = next(v for v in verdicts if v.facts.reference == KEY["repeated_line"])
    assert repeated[0].repeats == f"line {first.line}"


def test_likely_duplicates_are_exactly_these(verdicts):
    taken = [(v.facts.reference, candidate_of(v.facts)) for v in verdicts if v.outcome == "taken"]
    found = {frozenset(pair[:2]) for pair in likely_pairs(taken)}
    assert found == {frozenset(pair) for pair in KEY["duplicates"]}


def test_quarters_and_districts(verdicts):
    taken = [v.facts for v in verdicts if v.outcome == "taken"]
    assert Counter(quarter_of(f.registered_on) for f in taken) == KEY["initiated"]
    assert Counter(quarter_of(f.completed_on) for f in taken if f.completed_on) == KEY["completed"]
    year = [f for f in taken if quarter_of(f.registered_on).startswith("2015")]
    assert len(year) == KEY["initiated_total_in_year"] == 961
    assert Counter(f.district for f in year) == KEY["initiated_by_district"]
    completed = [f for f in taken if f.completed_on and quarter_of(f.completed_on).startswith("2015")]
    assert len(completed) == KEY["completed_total_in_year"] == 699


def test_notes_are_kept_whole(verdicts):
    by_reference = {v.facts.reference: v for v in verdicts}
    assert by_reference[KEY["formula_note"]].facts.notes == '=HYPERLINK("http://example.invalid","click")'
    assert len(by_reference[KEY["long_note"]].facts.notes) == 5000
    assert any(v.facts.notes == "café meeting – 2pm" for v in verdicts)


def test_every_value_can_be_found_again(verdicts):
    """Whatever was not understood stands in the line as it was written."""
    assert all(len(v.original) >= 12 for v in verdicts)
    odd = next(v for v in verdicts if v.facts.reference == "EHA/2015/0395")
    assert odd.facts.unknown == {"level": "2/3?"}
    assert odd.original["Level of need"] == "2/3?"
