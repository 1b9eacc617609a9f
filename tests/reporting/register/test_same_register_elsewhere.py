"""The sample register as other programs would export it: the answer key holds, and every line is known again."""

import csv
import datetime as dt
import io
import random

import pytest

from cases.blocking import likely_pairs
from reporting.register.checking import Checker
from reporting.register.mapping import guess_columns, settle
from reporting.register.reading import read_table
from reporting.register.repeats import candidate_of
from reporting.register.setting import Setting
from tests.reporting.register.counties import TODAY, workbook
from tests.reporting.register.sample import DISTRICTS, FILE, KEY

# Headings of the sample in other counties' words. None of them is one of the sample's own.
WORDS = [
    {
        "EHA Ref": "CAF no",
        "Child surname": "Surname",
        "Child forename(s)": "Forename",
        "DOB": "D.O.B",
        "Gender": "M/F",
        "Ethnicity": "Ethnic origin",
        "UPN": "Unique Pupil Number",
        "NHS No.": "NHS Number",
        "Address": "Home address",
        "Postcode": "Post Code",
        "District": "Locality",
        "Date registered": "Date CAF started",
        "Date completed": "CAF completed on",
        "Assessor role": "Job title of assessor",
        "Agency": "Organisation",
        "Lead professional agency": "Lead worker",
        "Level of need": "Tier",
        "Presenting needs": "Reason for CAF",
        "Consent": "Consent (Y/N)",
        "Date closed": "CAF closure date",
        "Closure reason": "Reason for closing",
        "Notes": "Comments",
    },
    {
        "EHA Ref": "KFSF Reference",
        "Child surname": "Family Name",
        "Child forename(s)": "First name(s)",
        "DOB": "Date of Birth",
        "Gender": "Sex",
        "Ethnicity": "Ethnicity code",
        "UPN": "Pupil UPN",
        "NHS No.": "NHS no",
        "Address": "Address of child",
        "Postcode": "Home postcode",
        "District": "District / Hub",
        "Date registered": "Notification date",
        "Date completed": "Assessment completion date",
        "Assessor role": "Role of notifier",
        "Agency": "Notifying agency",
        "Lead professional agency": "Agency of LP",
        "Level of need": "Threshold level",
        "Presenting needs": "Presenting issues",
        "Consent": "Parental consent",
        "Date closed": "End date",
        "Closure reason": "Outcome",
        "Notes": "Additional information",
    },
]


def sample() -> list[dict[str, str]]:
    with FILE.open(encoding="cp1252", newline="") as opened:
        return list(csv.DictReader(opened))


def check(content: bytes):
    table = read_table(content)
    mapping = settle(None, guess_columns(table.headings, [line.cells for line in table.lines[:500]]))
    assert not mapping.missing()
    assert [heading for heading, key in mapping.columns.items() if not key] == []
    return Checker(table, mapping, Setting(hubs=DISTRICTS, today=TODAY)).check_all()


def hold_against_key(verdicts) -> None:
    refused = {(v.facts.reference, v.reasons) for v in verdicts if v.outcome == "refused"}
    assert refused == {(row["ref"], row["reason"]) for row in KEY["rejected"]}
    warned = {(v.facts.reference, v.reasons) for v in verdicts if v.outcome == "taken" and v.warnings}
    assert warned == {(row["ref"], row["reason"]) for row in KEY["warnings"]}
    taken = [(v.facts.reference, candidate_of(v.facts)) for v in verdicts if v.outcome == "taken"]
    assert len(taken) == KEY["accepted"]
    assert {frozenset(pair[:2]) for pair in likely_pairs(taken)} == {
        frozenset(pair) for pair in KEY["duplicates"]
    }


def fingerprints(verdicts) -> list[str]:
    return sorted(v.fingerprint for v in verdicts if v.outcome == "taken")


@pytest.fixture(scope="module")
def known():
    return fingerprints(check(FILE.read_bytes()))


@pytest.mark.parametrize("words", WORDS, ids=["cambridgeshire words", "kent words"])
@pytest.mark.parametrize(
    "form", [(";", "utf-8-sig"), ("\t", "utf-16"), (",", "cp1252")], ids=["bom", "unicode text", "ansi"]
)
def test_other_words_order_and_form(words, form, known):
    delimiter, encoding = form
    rng = random.Random(3)
    columns = list(words)
    rng.shuffle(columns)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Register of assessments"] + [""] * (len(columns) - 1))
    writer.writerow([words[column] for column in columns])
    for row in sample():
        writer.writerow([row[column] for column in columns])
    verdicts = check(out.getvalue().encode(encoding))
    hold_against_key(verdicts)
    assert fingerprints(verdicts) == known


def real_date(text: str):
    """The date that Excel would have kept for a text, or the text."""
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%b-%y"):
        try:
            return dt.datetime.strptime(text, form)
        except ValueError:
            continue
    return text or None


def test_as_a_workbook_with_real_dates(known):
    rows = sample()
    dates = {"DOB", "Date registered", "Date completed", "Date closed"}
    numbers = {"NHS No.", "Level of need"}

    def value(column, text):
        if column in dates:
            return real_date(text)
        return int(text) if column in numbers and text.isdigit() else text or None

    lines = [
        ["EHA register 2015/16"],
        list(rows[0]),
        *([value(c, t) for c, t in row.items()] for row in rows),
    ]
    # A note that begins like a formula is one in a workbook: openpyxl writes it as such.
    verdicts = check(workbook(lines, merge=("A1:F1",), others=[("Lists", [["Codes"], ["WBRI"]])]))
    hold_against_key(verdicts)
    assert fingerprints(verdicts) == known


def test_with_the_name_in_one_column_and_the_address_in_three(known):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    rows = sample()
    others = [c for c in rows[0] if c not in ("Child surname", "Child forename(s)", "Address")]
    writer.writerow(["Name of child", "Address 1", "Address 2", "Town", *others])
    for row in rows:
        name = f"{row['Child surname']}, {row['Child forename(s)']}" if row["Child surname"] else ""
        street, town = row["Address"].split(", ")
        writer.writerow([name, street, "", town, *(row[c] for c in others)])
    verdicts = check(out.getvalue().encode())
    hold_against_key(verdicts)
    assert fingerprints(verdicts) == known
