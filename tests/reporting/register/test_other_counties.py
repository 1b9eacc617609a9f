"""Registers of other counties: other order, other words, other dirt. None needs a mapping file."""

import datetime as dt

import pytest

from reporting.register.checking import Checker
from reporting.register.facts import Counts
from reporting.register.mapping import guess_columns, read_mapping_file, settle
from reporting.register.reading import UnreadableFile, read_table
from reporting.register.setting import Setting
from tests.reporting.register.counties import (
    CAMBRIDGESHIRE,
    KENT,
    MONTH_FIRST,
    TODAY,
    essex_workbook,
    workbook,
)


def check(content, hubs, mapping=None, **settings):
    """The table, mapping and verdicts of a file, with the hubs given."""
    if isinstance(content, str):
        content = content.encode()
    known = mapping.columns if mapping else ()
    table = read_table(content, known_headings=known, sheet=mapping.sheet if mapping else "")
    settled = settle(mapping, guess_columns(table.headings, [line.cells for line in table.lines]))
    verdicts = Checker(table, settled, Setting(hubs=hubs, today=TODAY, **settings)).check_all()
    counts = Counts.of(verdicts)
    assert counts.rows == len(table.lines) == counts.taken + counts.refused + counts.repeated + counts.blank
    return table, settled, verdicts


def by_reference(verdicts):
    return {verdict.facts.reference: verdict for verdict in verdicts if verdict.facts.reference}


def test_kent_notifications():
    _, mapping, verdicts = check(KENT, ["Canterbury", "Thanet"])
    assert [heading for heading, key in mapping.columns.items() if not key] == []
    rows = by_reference(verdicts)
    ngozi = rows["K-1001"].facts
    assert (ngozi.surname, ngozi.forenames, ngozi.born_on) == ("Okonjo", "Ngozi", dt.date(2009, 9, 2))
    assert (ngozi.registered_on, ngozi.completed_on) == (dt.date(2016, 4, 11), dt.date(2016, 5, 20))
    assert (ngozi.ethnicity, ngozi.level, ngozi.agency_kind, ngozi.postcode) == (
        "BAFR",
        "3",
        "school",
        "CT1 2AB",
    )
    assert ngozi.needs == ["school_attendance"]
    assert ngozi.other_needs == ["Bullying"]
    sam = rows["K-1002"].facts
    assert (sam.consent, sam.level, sam.closure_reason) == ("given", "3", "stepped_up")
    assert sam.notes == "two lines\nof notes, with a comma"
    assert set(sam.needs) == {"housing", "debt"}
    lotte = rows["K-1003"].facts
    assert (lotte.surname, lotte.forenames, lotte.born_on, lotte.due_on) == (
        "van der Meer",
        "Lotte",
        None,
        dt.date(2016, 8, 30),
    )
    assert rows["K-1004"].reasons == "consent refused: not registered"
    assert rows["K-1005"].reasons == "date registered is not a date"
    assert rows["K-1005"].refusals[0].text == "2016-13-01"


def test_cambridgeshire_caf_list():
    table, mapping, verdicts = check(CAMBRIDGESHIRE, ["Huntingdon", "Fenland", "Ely and Soham"])
    assert table.form == "text, UTF-8, separated by semicolons"
    assert table.heading_line == 4
    assert mapping.columns["Lead worker"] == "lead_name"
    assert mapping.columns["Lead worker agency"] == "lead_agency"
    assert mapping.columns_of("needs") == ["Need 1", "Need 2"]
    rows = by_reference(verdicts)
    first = rows["H/12/001"].facts
    assert (first.surname, first.forenames, first.born_on) == ("St John", "Ellie-May", dt.date(2003, 3, 4))
    assert (first.registered_on, first.completed_on) == (dt.date(2012, 9, 12), dt.date(2012, 10, 30))
    assert first.needs == ["school_attendance", "parenting"]
    assert first.lead_agency_kind == "council_early_help"
    second = rows["H/12/002"].facts
    assert (second.district, second.born_on, second.registered_on) == (
        "Huntingdon",
        dt.date(2005, 6, 23),
        dt.date(2012, 9, 14),
    )
    assert rows["F/12/009"].reasons == "consent refused: not registered"
    assert rows["E/12/003"].facts.district == "Ely and Soham"
    # Both things wrong with the line are told, not only the first.
    assert rows["W/12/001"].reasons == "date registered is not a date; district unknown"
    assert "Ely and Soham, Fenland, Huntingdon" in rows["W/12/001"].refusals[1].fix
    assert rows["F/12/010"].reasons == "consent not recorded"
    assert Counts.of(verdicts).blank == 1


def test_month_first_only_where_the_column_proves_it():
    _, _, verdicts = check(MONTH_FIRST, ["East", "West"])
    rows = by_reference(verdicts)
    assert rows["1"].facts.registered_on == dt.date(2015, 6, 23)
    assert rows["2"].facts.registered_on == dt.date(2015, 7, 4)
    assert rows["2"].facts.born_on == dt.date(2012, 3, 4)
    assert rows["3"].facts.registered_on == dt.date(2015, 6, 23)
    assert not any(verdict.warnings for verdict in verdicts)


def test_day_first_when_nothing_proves_either():
    _, _, verdicts = check('Ref,Name,DOB,Registered,Hub\n1,"A, Bea",02/03/2010,04/05/2015,East\n', ["East"])
    assert verdicts[0].facts.registered_on == dt.date(2015, 5, 4)
    assert verdicts[0].facts.born_on == dt.date(2010, 3, 2)


def test_excel_workbook_with_title_and_merged_cells():
    table, mapping, verdicts = check(essex_workbook(), ["Mid", "West"])
    assert table.sheet == "Register"
    assert table.heading_line == 2
    assert mapping.columns["Quadrant"] == "district"
    rows = by_reference(verdicts)
    assert {key: row.facts.district for key, row in rows.items()} == {
        "501": "Mid",
        "502": "Mid",
        "503": "Mid",
        "504": "West",
    }
    ivy = rows["501"].facts
    assert (ivy.born_on, ivy.registered_on, ivy.level) == (dt.date(2008, 5, 4), dt.date(2014, 9, 1), "3")
    assert ivy.nhs_number == rows["502"].facts.nhs_number == "9434765919"
    # No spreadsheet has worked the formula out yet, so its text is what there is.
    assert ivy.notes == "=1+1"
    assert rows["503"].reasons == "level of need unknown"
    assert rows["503"].facts.born_on == dt.date(2010, 7, 5)
    assert rows["504"].facts.registered_on == dt.date(2014, 9, 4)
    assert rows["504"].facts.consent == "given"


def test_sheet_that_was_not_read_is_named():
    rows = [
        ["Ref", "Surname", "DOB", "Date registered", "Hub"],
        ["1", "Ash", "01/02/2010", "01/02/2015", "East"],
    ]
    content = workbook(
        rows, sheet="2014", others=[("2015", [*rows, ["2", "Elm", "01/02/2010", "01/02/2016", "East"]])]
    )
    table = read_table(content)
    assert table.sheet == "2015"
    assert table.other_sheets == ("2014",)
    assert "2014" in table.notices[0]
    assert read_table(content, sheet="2014").sheet == "2014"
    with pytest.raises(UnreadableFile, match="no sheet called “2013”"):
        read_table(content, sheet="2013")


def test_mapping_file_decides_where_headings_mean_nothing():
    mapping = read_mapping_file(
        b'{"columns": {"A1": "reference", "A2": "full_name", "A3": "registered_on", "A4": "notes"},'
        b' "hub": "East", "dates": {"registered_on": "mdy"}}'
    )
    _, settled, verdicts = check("A1,A2,A3,A4\nx1,Bo Ash,03/04/2015,fine\n", ["East"], mapping)
    assert settled.missing() == []
    facts = verdicts[0].facts
    assert (facts.surname, facts.forenames, facts.registered_on) == ("Ash", "Bo", dt.date(2015, 3, 4))
    assert (facts.district, facts.notes) == ("East", "fine")


def test_mapping_of_values():
    mapping = read_mapping_file(
        b'{"columns": {"Team": "district"}, "values": {"district": {"E1": "East"}, "level": {"Amber": "3"}}}'
    )
    _, _, verdicts = check("Ref,Surname,Started,Team,Level\n1,Ash,3/4/2015,E1,amber\n", ["East"], mapping)
    assert (verdicts[0].facts.district, verdicts[0].facts.level) == ("East", "3")


def test_missing_columns_are_named():
    _, mapping, verdicts = check("Ref,Surname,Colour\n1,Ash,red\n", ["East"])
    assert mapping.missing() == ["Date registered", "District or hub"]
    assert verdicts[0].reasons == "date registered missing; district missing"


def test_value_with_a_stray_separator_is_refused_not_shifted():
    text = "Ref,Surname,Forename,Address,Started,Hub\n1,Ash,Bo,1 High St, Ely,3/4/2015,East\n2,Elm,Di,2 High St,3/4/2015,East\n"
    _, _, verdicts = check(text, ["East"])
    assert [verdict.outcome for verdict in verdicts] == ["refused", "taken"]
    assert verdicts[0].reasons == "more values than headings"


def test_unclosed_quotation_mark_costs_one_line():
    lines = "".join(f"{n},Ash{n},Bo,3/4/2015,East,note\n" for n in range(3, 30))
    text = f'Ref,Surname,Forename,Started,Hub,Notes\n1,Elm,Di,3/4/2015,East,"open\n{lines}'
    _, _, verdicts = check(text, ["East"])
    assert len(verdicts) == 28
    assert verdicts[0].reasons == "a quotation mark is not closed"
    assert verdicts[0].line == 2
    assert [verdict.outcome for verdict in verdicts[1:]] == ["taken"] * 27


def test_reference_of_a_family_is_shared_by_its_children():
    text = (
        "Ref,Surname,Forename,DOB,Started,Hub\n"
        "7,Ash,Bo,1/2/2010,3/4/2015,East\n7,Ash,Di,5/6/2012,3/4/2015,East\n7,Ash,Bo,1/2/2010,9/4/2015,East\n"
    )
    _, _, verdicts = check(text, ["East"])
    assert [verdict.outcome for verdict in verdicts] == ["taken", "taken", "refused"]
    assert verdicts[1].reasons == "reference also used for another child"
    assert verdicts[2].reasons == "reference used twice with different details"
    assert "date registered" in verdicts[2].refusals[0].fix


def test_only_own_hub():
    text = "Ref,Surname,Started,Hub\n1,Ash,3/4/2015,East\n2,Elm,3/4/2015,West\n"
    _, _, verdicts = check(text, ["East", "West"], own_hubs=["East"])
    assert [verdict.reasons for verdict in verdicts] == ["", "not your hub"]


def test_hubs_may_be_created_on_first_load():
    text = "Ref,Surname,Started,Hub\n1,Ash,3/4/2015,East\n2,Elm,3/4/2015,EAST \n"
    _, _, verdicts = check(text, [], create_hubs=True)
    assert [verdict.facts.district for verdict in verdicts] == ["East", "East"]


def test_wrong_kinds_of_file_are_named():
    with pytest.raises(UnreadableFile, match="PDF"):
        read_table(b"%PDF-1.7 ...")
    with pytest.raises(UnreadableFile, match="old Excel"):
        read_table(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 ...")
    with pytest.raises(UnreadableFile, match="damaged"):
        read_table(b"PK\x03\x04 not a zip")
    with pytest.raises(UnreadableFile, match="empty"):
        read_table(b"  \n ")


def test_utf_16_as_excel_saves_unicode_text():
    table = read_table("Ref\tSurname\tDate registered\tHub\n1\tŁuczak\t1/2/2015\tEast\n".encode("utf-16"))
    assert table.headings == ("Ref", "Surname", "Date registered", "Hub")
    assert table.lines[0].cells[1] == "Łuczak"


def test_heading_repeated_on_each_page_is_not_a_child():
    text = "Ref,Surname,Started,Hub\n1,Ash,3/4/2015,East\nRef,Surname,Started,Hub\n2,Elm,3/4/2015,East\n"
    _, _, verdicts = check(text, ["East"])
    assert [verdict.outcome for verdict in verdicts] == ["taken", "blank", "taken"]


def test_nearly_the_name_of_a_hub_is_asked_about_and_not_taken():
    text = "Ref,Surname,Started,Hub\n1,Ash,3/4/2015,Tauntn Deane\n2,Elm,3/4/2015,East Somerset\n"
    _, _, verdicts = check(text, ["Taunton Deane", "West Somerset"])
    assert [verdict.reasons for verdict in verdicts] == ["district unknown"] * 2
    assert verdicts[0].refusals[0].fix.startswith("Is Taunton Deane meant?")


def test_line_with_values_only_beyond_the_headings():
    _, _, verdicts = check("Ref,Surname,Started,Hub\n,,,,stray\n1,Ash,3/4/2015,East\n", ["East"])
    assert [verdict.outcome for verdict in verdicts] == ["refused", "taken"]


def test_a_word_for_nothing_is_no_reference():
    text = "Ref,Surname,Started,Hub\nn/k,Ash,3/4/2015,East\nn/k,Elm,3/4/2015,East\nTBC,Oak,3/4/2015,East\n"
    _, _, verdicts = check(text, ["East"])
    assert [verdict.outcome for verdict in verdicts] == ["taken"] * 3
    assert not any(verdict.warnings for verdict in verdicts)


def test_thousands_of_lines_with_one_reference_do_not_take_for_ever():
    lines = "".join(f"2015,Ash{n},{n % 28 + 1}/4/2015,East\n" for n in range(4000))
    _, _, verdicts = check(f"Ref,Surname,Started,Hub\n{lines}", ["East"])
    assert Counts.of(verdicts).taken == 4000
