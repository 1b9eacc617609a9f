"""`manage.py import_register`: what an operator types and is told."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from assessments.models import Assessment
from cases.models import Case
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from hubs.models import Hub, Membership
from reporting.models import RegisterImport
from reporting.register.mapping import REPORT_COLUMNS
from tests.reporting.register.sample import DISTRICTS, FILE, KEY

SMALL = (
    "Ref,Surname,Forename,DOB,District,Date registered,Consent,Notes\n"
    "1,Ash,Bo,01/02/2010,East,03/04/2015,Yes,=1+1\n"
    "2,Elm,Di,02/02/2010,East,someday,Yes,@home\n"
)


def counted(model) -> int:
    with as_system():
        return model.objects.count()


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(SMALL)
    return path


def test_sample_register_as_an_operator_would(world, tmp_path, capsys):
    for name in DISTRICTS:
        world.hub(name)
    for number in (2, 3):
        world.level(number)
    report = tmp_path / "out.csv"
    call_command("import_register", FILE, report=report)
    said = capsys.readouterr().out
    assert "1078 lines: 1066 taken (15 with a warning), 11 refused, 1 repeated, 0 blank." in said
    assert "8 likely duplicates wait for a person to decide." in said
    with report.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    refused = {(row["EHA Ref"], row["Reasons"]) for row in rows if row["What happened"] == "Refused"}
    assert refused == {(row["ref"], row["reason"]) for row in KEY["rejected"]}
    warned = {
        (row["EHA Ref"], row["Reasons"]) for row in rows if row["What happened"] == "Taken with a warning"
    }
    assert warned == {(row["ref"], row["reason"]) for row in KEY["warnings"]}
    pairs = {
        frozenset((row["EHA Ref"], row["Other line or reference"]))
        for row in rows
        if row["What happened"] == "Possible duplicate"
    }
    assert pairs == {frozenset(pair) for pair in KEY["duplicates"]}
    for quarter, count in KEY["initiated"].items():
        call_command("highlight_report", quarter, json=True)
        figures = json.loads(capsys.readouterr().out)
        assert figures["assessments_initiated"]["total"] == count
        assert figures["assessments_completed"]["total"] == KEY["completed"].get(quarter, 0)
    call_command("import_register", FILE)
    assert "0 taken" in capsys.readouterr().out
    assert counted(Case) == counted(Assessment) == 1066


def test_dry_run_leaves_no_trace(world, small, capsys):
    world.hub("East")
    before = counted(Membership)
    call_command("import_register", small, dry_run=True)
    said = capsys.readouterr().out
    assert "2 lines: 1 would be taken" in said
    assert "line 3 2: date registered is not a date" in said
    assert "Ash" not in said
    assert counted(Case) == counted(RegisterImport) == 0
    assert counted(Membership) == before


def test_county_without_hubs_is_told_how_to_begin(db, small):
    with pytest.raises(CommandError, match="--create-hubs"):
        call_command("import_register", small)
    call_command("import_register", small, create_hubs=True)
    assert counted(Case) == 1
    assert counted(Hub) == 1


def test_as_a_coordinator(world, small, capsys):
    hub, other = world.hub("West"), world.hub("East")
    council = world.agency("council_early_help")
    here = world.member(council, Role.HUB_COORDINATOR, hub=hub)
    call_command("import_register", small, person=here.user.email)
    assert "not your hub" in capsys.readouterr().out
    there = world.member(council, Role.HUB_COORDINATOR, hub=other)
    call_command("import_register", small, person=there.user.email)
    assert counted(Case) == 1
    with pytest.raises(CommandError, match="does not work here"):
        call_command("import_register", small, person="nobody@example.org")


def test_corrected_report_can_be_loaded(world, small, tmp_path, capsys):
    """The way out of a refusal: correct the line in the report and load the report itself."""
    world.hub("East")
    report = tmp_path / "report.xlsx"
    call_command("import_register", small, report=report)
    book = load_workbook(report)
    page = book.active
    headings = [cell.value for cell in page[1]]
    assert tuple(headings[:5]) == REPORT_COLUMNS
    # Nothing in the report is a formula.
    assert not any(cell.data_type == "f" for row in page.iter_rows() for cell in row)
    assert page.cell(2, headings.index("Notes") + 1).value == "'@home"
    page.cell(2, headings.index("Date registered") + 1).value = "04/04/2015"
    book.save(report)
    call_command("import_register", report)
    assert "1 taken" in capsys.readouterr().out
    with as_system():
        assert Case.objects.get(family__name="Elm").notes.get(kind="fact").body == "@home"


def test_mapping_file_and_wrong_ones(world, tmp_path):
    world.hub("East")
    path = tmp_path / "odd.csv"
    path.write_text("A;B;C\n1;Bo Ash;3.4.15\n")
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("heading,field\nA,reference\nB,Child’s full name\nC,registered_on\n")
    with pytest.raises(CommandError, match="No column holds"):
        call_command("import_register", path)
    call_command("import_register", path, mapping=mapping, hub="East")
    assert counted(Case) == 1
    mapping.write_text("Z,reference\n")
    with pytest.raises(CommandError, match="“Z” that the file does not have"):
        call_command("import_register", path, mapping=mapping)
    mapping.write_text("A,shoe size\n")
    with pytest.raises(CommandError, match="is not a field"):
        call_command("import_register", path, mapping=mapping)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_register", tmp_path / "none.csv")
