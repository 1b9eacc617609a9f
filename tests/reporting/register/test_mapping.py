"""Headings as counties write them, and what must not be taken for something else."""

import pytest

from reporting.register.mapping import (
    Mapping,
    UnusableMapping,
    guess_columns,
    likeliest,
    read_mapping_file,
    settle,
)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("D.O.B.", "born_on"),
        ("dateOfBirth", "born_on"),
        ("Date of birth (dd/mm/yyyy)", "born_on"),
        ("DOB/EDD", "born_on"),
        ("CHILD_SURNAME", "surname"),
        ("Child’s forename(s)", "forenames"),
        ("Young Person", "full_name"),
        ("KFSF Notification No", "reference"),
        ("CAF no", "reference"),
        ("Kent level of need", "level"),
        ("Closure Reason/Outcome", "closure_reason"),
        ("Date Registered on system", "registered_on"),
        ("Assessment date", "registered_on"),
        ("Locality team", "district"),
        ("Town/City", "address"),
        ("Lead Professional's Agency", "lead_agency"),
        ("Consent (Y/N)", "consent"),
        ("Surnmae", "surname"),
        ("Ethnic Orgin", "ethnicity"),
        ("Presenting Need(s)", "needs"),
    ],
)
def test_heading_means(heading, field):
    assert likeliest(heading)[0][0] == field


@pytest.mark.parametrize(
    "heading",
    [
        "Mother's DOB",
        "Parent's surname",
        "School name",
        "Review date",
        "Date of next review",
        "Surname of mother",
        "Date of first TAF meeting",
        "Date of step up",
        "Case status",
        "Telephone",
        "Lead professional email",
        "",
        "Age",
        "Number of needs",
        "Social worker",
        "x" * 200,
    ],
)
def test_heading_means_nothing_we_take(heading):
    assert likeliest(heading) == ()


def test_values_overrule_headings():
    headings = ["Closed", "Completed", "Date consent obtained", "Lead worker", "Assessor"]
    lines = [["Yes", "Autumn", "01/02/2015", "Housing", "Health visitor"]] * 5
    assert [guess.field for guess in guess_columns(headings, lines)] == [
        "",
        "",
        "",
        "lead_agency",
        "assessor_role",
    ]
    lines = [["01/02/2015", "01/02/2015", "x", "J Smith", "A Khan"]] * 5
    assert [guess.field for guess in guess_columns(headings, lines)] == [
        "closed_on",
        "completed_on",
        "consent",
        "lead_name",
        "assessor_name",
    ]


def test_clearer_heading_wins():
    headings = ["Assessment date", "Date registered"]
    guesses = guess_columns(headings, [["01/02/2015", "02/02/2015"]] * 3)
    assert [guess.field for guess in guesses] == ["", "registered_on"]


def test_samples_are_different_and_short():
    guesses = guess_columns(["Notes"], [["a"], ["a"], ["b"], ["c" * 100], [""], ["d"], ["e"], ["f"]])
    assert guesses[0].samples == ("a", "b", "c" * 57 + "…", "d", "e")


def test_what_a_person_names_is_not_given_away_again():
    guesses = guess_columns(["DOB", "Born", "Surname"], [["01/02/2010", "01/02/2010", "Ash"]])
    settled = settle(Mapping(columns={"born": "born_on"}), guesses)
    assert settled.columns == {"DOB": "", "Born": "born_on", "Surname": "surname"}


def test_mapping_files():
    assert read_mapping_file(b'{"A": "reference", "B": null, "C": "Level of need"}').columns == {
        "A": "reference",
        "B": "",
        "C": "level",
    }
    assert read_mapping_file(b"Heading,Field\nA,notes\n").columns["A"] == "notes"
    for wrong in (
        b"{",
        b"A\n",
        b'{"columns": {}, "dates": {"born_on": "ymd"}}',
        b'{"columns": {}, "values": {"x": {}}}',
        b'{"A": 1}',
        b'{"columns": {}, "values": {"level": "3"}}',
    ):
        with pytest.raises(UnusableMapping):
            read_mapping_file(wrong)
