"""Words of registers and the codes they stand for; identifiers and their check figures; names in one cell."""

import pytest

from assessments.domains import NEED_LABELS
from cases.models import ClosureReason, Ethnicity, Sex
from hubs.models import AgencyKind
from reporting.register import codes
from reporting.register.identifiers import read_nhs_number, read_postcode, read_upn
from reporting.register.names import known_as_in, split_full_name


def test_every_code_is_one_of_ours():
    assert set(codes.NEED_WORDS.values()) <= set(NEED_LABELS)
    assert set(codes.ETHNICITY.values()) == set(Ethnicity.values)
    assert set(codes.SEX.values()) == set(Sex.values)
    assert {code for code, _ in codes.CLOSURES} <= set(ClosureReason.values)
    kinds = {kind for kind, _ in codes.AGENCY_KINDS} | set(codes.AGENCY_EXACT.values())
    assert kinds == set(AgencyKind.values)


@pytest.mark.parametrize(
    ("reader", "text", "expected"),
    [
        ("sex", "Female", ("F", True)),
        ("sex", " m ", ("M", True)),
        ("sex", "2", ("F", True)),
        ("sex", "n/k", ("", True)),
        ("sex", "blue", ("", False)),
        ("ethnicity", "WBRI", ("WBRI", True)),
        ("ethnicity", "White - British", ("WBRI", True)),
        ("ethnicity", "White/Black Caribbean", ("MWBC", True)),
        ("ethnicity", "WHITE", ("", False)),
        ("ethnicity", "Asian or Asian British - Pakistani", ("APKN", True)),
        ("ethnicity", "WBRI - White British", ("WBRI", True)),
        ("ethnicity", "White British (WBRI)", ("WBRI", True)),
        ("ethnicity", "Martian", ("", False)),
        ("ethnicity", "Not known", ("", True)),
        ("consent", "yes - verbal", ("given", True)),
        ("consent", "Y", ("given", True)),
        ("consent", "N", ("refused", True)),
        ("consent", "No - mother declined", ("refused", True)),
        ("consent", "Refused", ("refused", True)),
        ("consent", "not given", ("refused", True)),
        ("consent", "no - safeguarding", ("tier4", True)),
        ("consent", "withdrawn 3/4/15", ("withdrawn", True)),
        ("consent", "not yet asked", ("not_asked", True)),
        ("consent", "maybe", ("", False)),
        ("consent", "", ("", True)),
        ("consent", "TRUE", ("given", True)),
        ("consent", "None", ("", True)),
        ("consent", "Signed 1/2/15", ("given", True)),
        ("level", "3", ("3", True)),
        ("level", "Tier 3", ("3", True)),
        ("level", "L2", ("2", True)),
        ("level", "3.0", ("3", True)),
        ("level", "2/3?", ("", False)),
        ("level", "2-3", ("", False)),
        ("level", "Level 3 - Intensive", ("3", True)),
        ("level", "Intensive", ("3", True)),
        ("level", "5", ("", False)),
        ("level", "Level II", ("2", True)),
        ("level", "3?", ("", False)),
        ("level", "0", ("", False)),
        ("closure_reason", "Needs met", ("outcomes_met", True)),
        ("closure_reason", "Stepped up to social care", ("stepped_up", True)),
        ("closure_reason", "Family moved away", ("moved_area", True)),
        ("closure_reason", "Single agency support", ("single_agency", True)),
        ("closure_reason", "Did not engage", ("did_not_engage", True)),
        ("closure_reason", "Consent withdrawn", ("consent_withdrawn", True)),
        ("closure_reason", "needs not met", ("", False)),
        ("closure_reason", "NFA", ("other", True)),
        ("closure_reason", "banana", ("", False)),
        ("need", "SEND", ("send", True)),
        ("need", "Anti-Social Behaviour", ("anti_social_behaviour", True)),
        ("need", "school atendance", ("school_attendance", True)),
        ("need", "dragons", ("", False)),
    ],
)
def test_word_means(reader, text, expected):
    assert getattr(codes, f"read_{reader}")(text) == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("School", "school"),
        ("Somerset County Council getset", "council_early_help"),
        ("CAMHS", "health"),
        ("Somerset Partnership NHS", "health"),
        ("Education Attendance", "education_service"),
        ("Housing", "housing"),
        ("Avon and Somerset Police", "police"),
        ("Voluntary sector", "voluntary"),
        ("St Example Primary", "school"),
        ("School Nursing", "health"),
        ("Jobcentre Plus", "dwp"),
        ("Barnardo's", "voluntary"),
        ("MASH", "council_social_care"),
        ("Widgets plc", ""),
    ],
)
def test_kind_of_agency(name, kind):
    assert codes.agency_kind(name) == kind


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("debt; social isolation", ["debt", "social isolation"]),
        ("debt, housing", ["debt", "housing"]),
        ("housing/debt", ["housing", "debt"]),
        ("1. debt; 2. housing", ["debt", "housing"]),
        ("", []),
        ("drugs/alcohol", ["drugs/alcohol"]),
        ("debt\nhousing", ["debt", "housing"]),
    ],
)
def test_needs_in_one_cell(text, parts):
    assert codes.split_needs(text) == parts


# Vectors of domain.md 4.5.
@pytest.mark.parametrize(
    "upn",
    ["H801200001001", "B801200005001", "L933200126001", "R881200126001", "U80120000100A", "P207000016049"],
)
def test_right_upn(upn):
    assert read_upn(upn.lower() + " ") == (upn, "")


@pytest.mark.parametrize("upn", ["A801200005001", "X80120000100A", "Q207000016049"])
def test_upn_with_the_wrong_letter_is_kept(upn):
    assert read_upn(upn) == (upn, "UPN check letter is wrong")


def test_odd_upns():
    assert read_upn("UN1") == ("", "")
    assert read_upn("12345")[1] == "UPN is not 13 characters of the right kind"


def test_nhs_numbers():
    assert read_nhs_number("943 476 5919") == ("9434765919", "")
    assert read_nhs_number("9434765919.0") == ("9434765919", "")
    assert read_nhs_number("9434765910") == ("9434765910", "NHS number check digit is wrong")
    assert read_nhs_number("94347659")[1] == "NHS number is not ten figures"
    assert read_nhs_number("9.43477E+09")[1] == "NHS number was shortened by a spreadsheet"


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("ta55bh", "TA5 5BH"),
        ("TA12 2HA", "TA12 2HA"),
        (" ct1  2ab", "CT1 2AB"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("M1 1AE", "M1 1AE"),
    ],
)
def test_postcodes(text, postcode):
    assert read_postcode(text) == (postcode, "")


@pytest.mark.parametrize("text", ["n/k", "TA5", "5BH TA5", "TAA 5BH", "TA5 5CH"])
def test_not_a_postcode(text):
    assert read_postcode(text) == ("", "postcode is not a postcode")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Okonjo, Ngozi", ("Okonjo", "Ngozi")),
        ("Ngozi Okonjo", ("Okonjo", "Ngozi")),
        ("OKONJO Ngozi Ada", ("OKONJO", "Ngozi Ada")),
        ("Lotte van der Meer", ("van der Meer", "Lotte")),
        ("Master Bo Ash", ("Ash", "Bo")),
        ("Ash", ("Ash", "")),
        ("n/k", ("", "")),
        ("O’Brien, Siân", ("O'Brien", "Siân")),
        ("ELLA ASH", ("ASH", "ELLA")),
    ],
)
def test_full_name(text, name):
    assert split_full_name(text) == name


def test_known_as_in_brackets():
    assert known_as_in("Alexander (Alex)") == ("Alexander", "Alex")
    assert known_as_in("Alexander known as Alex") == ("Alexander", "Alex")
    assert known_as_in("D'Arcy") == ("D'Arcy", "")
