"""The invented county holds nothing real, nothing broken and nothing lurid."""

import random
import re
from datetime import date
from pathlib import Path

import nhs_number as official_nhs
import pytest
from stdnum.gb import upn as official_upn

from earlyhelp.access import Role
from hubs.models import AgencyKind, Category
from reporting.demo import identifiers, names, phrases, places
from reporting.demo.cast import CAST, PERSONAS
from reporting.demo.stories import born, stories, working_day

FOLDER = Path(phrases.__file__).parent
TEXTS = sorted(FOLDER.rglob("*.toml")) + sorted(FOLDER.rglob("*.txt")) + sorted(FOLDER.glob("*.py"))
STAFF = {member.key for member in CAST}
AGENCY_KEYS = {agency.key for agency in places.AGENCIES}


def test_every_phone_number_is_one_of_ofcoms_for_drama():
    for path in TEXTS:
        for found in re.findall(r"\b0\d{4}[ \d]{5,8}\d", path.read_text()):
            assert re.match(r"01632 ?960|07700 ?900", found), f"{path.name}: {found}"
    assert re.fullmatch(r"07700 900 \d{3}", identifiers.mobile(12_345))


def test_nhs_numbers_pass_their_check_and_are_never_issued():
    rng = random.Random(1)
    found = [identifiers.nhs_number(rng) for _ in range(300)] + [
        identifiers.nhs_number(rng, n) for n in range(300)
    ]
    assert all(number.startswith("9") and official_nhs.is_valid(number) for number in found)
    assert len({identifiers.nhs_number(rng, n * 37) for n in range(5000)}) == 5000


def test_upns_have_the_right_check_letter_and_no_real_school():
    for number in (identifiers.upn(school, 2015 + school % 9, school * 7) for school in range(1, 400)):
        assert official_upn.is_valid(number)
        assert number[4] == "0"  # real establishments are numbered from 1000


def test_postcodes_are_in_an_area_that_does_not_exist():
    assert re.fullmatch(r"WM\d{1,2} \d[A-Z]{2}", identifiers.postcode(random.Random(1), 33))


def test_cast_is_told_apart():
    assert len({member.email for member in CAST}) == len(CAST)
    assert len(STAFF) == len(CAST)
    assert len({member.persona for member in PERSONAS}) == len(PERSONAS)
    assert all(member.email.endswith("@example.org") for member in CAST)
    assert {member.agency for member in CAST} <= AGENCY_KEYS
    assert {role for member in CAST for role in member.roles} <= set(Role.values)


def test_agencies_are_told_apart_and_every_kind_is_there():
    assert len({agency.name for agency in places.AGENCIES}) == len(places.AGENCIES)
    assert {agency.kind for agency in places.AGENCIES} == set(AgencyKind.values)
    assert {agency.hub for agency in places.AGENCIES} <= {hub.code for hub in places.HUBS} | {""}


def test_school_names_do_not_repeat():
    towns = [town for hub in places.HUBS for town in hub.towns]
    found = places.school_names(random.Random(1), towns, 340)
    assert len(set(found)) == 340
    assert found == places.school_names(random.Random(1), towns, 340)


def test_names_come_from_everywhere():
    rng = random.Random(3)
    codes = {names.heritage(rng).code for _ in range(4000)}
    assert codes == {heritage.code for heritage in names.HERITAGES}


@pytest.mark.parametrize("theme", phrases.themes().values(), ids=lambda theme: theme.key)
def test_phrases_are_whole(theme):
    assert theme.need
    assert theme.worries
    assert theme.strengths
    assert theme.voices
    assert theme.outcomes
    assert {owner for owner, _text in theme.actions} <= {*AgencyKind.values, phrases.FAMILY_ACTS}
    assert {note.agency_kind for note in theme.notes} <= set(AgencyKind.values)
    assert {"fact", "view"} <= {note.kind for note in theme.notes}
    for text in [*theme.worries, *theme.strengths, *theme.voices, *(note.body for note in theme.notes)]:
        assert re.sub(r"\{(child|parent)\}", "", text).count("{") == 0
        assert max(len(sentence.split()) for sentence in re.split(r"[.?!]", text)) <= 25, text


def test_a_professional_view_says_whose_it_is():
    for theme in phrases.themes().values():
        for note in theme.notes:
            if note.kind == "view":
                assert "In my view" in note.body or note.title.startswith("No sign"), note.title


@pytest.mark.parametrize("story", stories(), ids=lambda story: story["key"])
def test_stories_name_only_what_exists(story):
    people = {person["key"] for person in story["person"]}
    owners = people | STAFF
    assert story["town"] in places.hub_named(story["hub"]).towns
    assert story["source"] in AGENCY_KEYS
    assert {story["lead"], story["registered_by"]} <= STAFF
    assert {member["who"] for member in story["team"]} <= STAFF
    assert story["lead"] in {member["who"] for member in story["team"]}
    assert set(story["themes"]) <= set(phrases.themes())
    for note in story["note"]:
        assert note["by"] in STAFF
        assert note["category"] in Category.values
        assert note["kind"] in phrases.NOTE_KINDS
        assert note.get("about", next(iter(people))) in people
        assert note["kind"] != "voice" or ("about" in note and "asked" in note)
        assert story["opened"] <= note["day"] <= 0
        assert set(note.get("not_for", [])) <= AGENCY_KEYS
        assert set(note.get("not_for_people", [])) <= STAFF
    for answer in story["consent"]:
        assert answer["person"] in people
        assert set(answer["agencies"]) <= AGENCY_KEYS
        assert set(answer.get("about", [])) <= people
        assert answer["on"] >= story["opened"]
    for guest in story["guest"]:
        assert guest["by"] in STAFF
        assert guest["agreed_by"] in people
        assert guest["email"].endswith("@example.org")
        assert guest["until"] - guest["from"] < 28
    assert {note["person"] for note in story["decides"]} <= people
    for outcome in story["outcome"]:
        assert outcome["person"] in people
        assert {action["owner"] for action in outcome["actions"]} <= owners
        assert {rater for _day, rater, _score in outcome["scores"]} <= owners
    for meeting in story["meeting"]:
        assert meeting["chair"] in STAFF
        assert set(meeting.get("invited", meeting.get("came", []))) <= owners


def test_stories_show_every_state():
    told = stories()
    assert {story.get("status", "open") for story in told} == {"open", "closed"}
    assert {story["level"] for story in told} == {2, 3}
    for what in ("restriction", "step_up", "step_down", "lead_request", "earlier"):
        assert any(what in story for story in told), what
    assert any(answer.get("answer") == "refused" for story in told for answer in story["consent"])
    assert any("withdrawn" in answer for story in told for answer in story["consent"])
    assert any(0 < answer.get("until", 999) <= 14 for story in told for answer in story["consent"])
    assert any(story["home"].get("confidential") for story in told)
    assert any("due" in person for story in told for person in story["person"])
    assert any(story.get("next_review", 0) < 0 for story in told)
    assert {0, 4, 7, 8} <= {meeting["day"] for story in told for meeting in story["meeting"]}
    assert any(story.get("assessment", {}).get("statement") == "tier4" for story in told)


def test_days_are_working_days_and_birthdays_are_not_today():
    saturday = date(2026, 11, 21)
    assert working_day(saturday, 0) == saturday
    assert all(working_day(saturday, n).weekday() < 5 for n in range(-30, 30) if n)
    assert working_day(saturday, -6) < saturday < working_day(saturday, 1)
    nine = born([9, 4], saturday)
    assert (saturday - nine).days // 365 == 9
