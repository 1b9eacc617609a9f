"""Match scoring: what it forgives, what it does not, and how often it finds a corrupted record in a county's worth."""

import datetime as dt
import random

import pytest

from cases.blocking import blocking_keys, likely_pairs
from cases.matching import Candidate, compare, ranked

KEIRA = Candidate(
    first_name="Keira",
    last_name="Nowak",
    born_on=dt.date(2003, 4, 13),
    postcode="TA5 9JJ",
    address="63 Willow Lane, Street",
    nhs_number="9434765919",
    upn="H801200001001",
)


def like(**changes) -> Candidate:
    """Keira with some facts changed and without identifiers."""
    facts = {
        "first_name": "Keira",
        "last_name": "Nowak",
        "born_on": dt.date(2003, 4, 13),
        "postcode": "TA5 9JJ",
        "address": "63 Willow Lane, Street",
    }
    return Candidate(**{**facts, **changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last_name": "Nawak"}, "surname differs by one letter"),
        ({"first_name": "Kiera"}, "first name differs by one letter"),
        ({"born_on": dt.date(2003, 5, 13)}, "dates of birth a month apart"),
        ({"last_name": "Nowa", "born_on": dt.date(2003, 5, 13)}, "dates of birth a month apart"),
        ({"born_on": dt.date(2003, 4, 15)}, "date of birth differs by one figure"),
        ({"postcode": "BS1 4DJ", "address": ""}, "different postcode"),
        ({"last_name": "Lewandowska"}, "different surname"),
        ({"last_name": "Nowak-Hill"}, "same surname"),
        ({"first_name": "Nowak", "last_name": "Keira"}, "first name and surname in each other’s place"),
        ({"first_name": "KEIRA ANNE", "last_name": "NOWAK"}, "same surname"),
    ],
)
def test_slip_is_forgiven_and_named(changes, words):
    match = compare(KEIRA, like(**changes))
    assert match.is_likely
    assert words in match.why
    assert match.points == compare(like(**changes), KEIRA).points


def test_day_and_month_swapped():
    one, other = like(born_on=dt.date(2003, 4, 11)), like(born_on=dt.date(2003, 11, 4), postcode="")
    assert compare(one, other).is_likely
    assert "day and month of birth swapped" in compare(one, other).why


def test_short_forms_and_known_as():
    alex = Candidate(first_name="Alexander", last_name="Ash", born_on=dt.date(2010, 1, 2))
    assert compare(alex, Candidate(first_name="Alex", last_name="Ash", born_on=dt.date(2010, 1, 2))).is_likely
    assert compare(
        alex, Candidate(first_name="Xander", last_name="Ash", born_on=dt.date(2010, 1, 2))
    ).is_likely
    known = Candidate(first_name="Oluwaseun", known_as="Sean", last_name="Ash", born_on=dt.date(2010, 1, 2))
    assert compare(
        known, Candidate(first_name="Sean", last_name="Ash", born_on=dt.date(2010, 1, 2))
    ).is_likely


def test_former_surname():
    one = Candidate(
        first_name="Keira", last_name="Lewis", former_names=("Nowak",), born_on=dt.date(2003, 4, 13)
    )
    assert compare(one, like(postcode="", address="")).is_likely


@pytest.mark.parametrize(
    "changes",
    [
        {"first_name": "Tomasz"},
        {"first_name": "Tomasz", "born_on": dt.date(2006, 9, 2)},
        {"born_on": dt.date(1999, 11, 30), "postcode": "BS1 4DJ", "address": ""},
        {"last_name": "Smith", "postcode": "BS1 4DJ", "address": ""},
    ],
    ids=["twin", "brother", "namesake", "other child of that birthday"],
)
def test_somebody_else_is_not_likely(changes):
    assert not compare(KEIRA, like(**changes)).is_likely


def test_same_identifier_is_always_a_question():
    other = Candidate(
        first_name="Tom", last_name="Hill", born_on=dt.date(1999, 1, 1), nhs_number="9434765919"
    )
    match = compare(KEIRA, other)
    assert match.is_likely
    assert "different first name" in match.why


def test_accents_and_apostrophes_do_not_matter():
    one = Candidate(first_name="Siân", last_name="O’Brien", born_on=dt.date(2010, 1, 2))
    assert (
        compare(one, Candidate(first_name="Sian", last_name="OBrien", born_on=dt.date(2010, 1, 2))).points
        == 17
    )


def test_nothing_in_common_and_nothing_known():
    assert compare(Candidate(), Candidate()).points == 0
    assert not compare(Candidate(first_name="Unborn"), Candidate(first_name="Unborn")).is_possible


FIRST = (
    "Oliver Amelia George Isla Noah Ava Arthur Ivy Harry Freya Leo Lily Muhammad Florence Jack Mia Charlie Willow Oscar Rosie "
    "Jacob Sophia Henry Isabella Thomas Grace Freddie Daisy Alfie Sienna Theo Poppy William Elsie Theodore Emily Archie Ella "
    "Joshua Evelyn Alexander Phoebe James Evie Isaac Charlotte Edward Harper Lucas Millie Tommy Matilda Finley Maisie Max Sofia "
    "Logan Emilia Ethan Isabelle Mohammed Ruby Teddy Eva Benjamin Alice Arlo Aria Joseph Violet Sebastian Esme Harrison Hallie "
    "Zofia Jakub Aisha Yusuf Callum Niamh Zac Tia Kai Keira Jasmine Tyler Ellie Samuel Chloe Riley Mason Lottie Bethany Daniel"
).split()
LAST = (
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green "
    "Hall Thomas Clarke Jackson Wood Harris Edwards Turner Martin Cooper Hill Ward Hughes Moore Clark King Harrison Lewis Baker "
    "Lee Allen Morris Khan Scott Watson Davis Parker James Bennett Young Phillips Richardson Mitchell Bailey Carter Cook Singh "
    "Shaw Bell Collins Morgan Kelly Begum Miller Cox Hussain Marshall Simpson Price Anderson Adams Wilkinson Foster Ellis Murphy "
    "Chapman Mason Gray Hunt Palmer Knight Ali Rogers Stevens Reynolds Kowalska Nowak Okafor Rossi Greenslade Vickery Cridland "
    "Chidgey Keirle Popham Stuckey Tottle Tuckett Yandle Gooding Dibble Slocombe Hembrow Dowding Langford Palfrey Bradbury"
).split()


def invented(count: int, rng: random.Random) -> list[Candidate]:
    """Children with names as unequally common as in life."""
    people = []
    for number in range(count):
        postcode = f"TA{rng.randint(1, 24)} {rng.randint(1, 9)}{rng.choice('ABDEFGHJLNPQ')}{rng.choice('ABDEFGHJLNPQ')}"
        people.append(
            Candidate(
                first_name=FIRST[min(int(rng.expovariate(0.035)), len(FIRST) - 1)],
                last_name=LAST[min(int(rng.expovariate(0.03)), len(LAST) - 1)],
                born_on=dt.date(1998, 1, 1) + dt.timedelta(days=rng.randint(0, 6500)),
                postcode=postcode,
                address=f"{number % 120 + 1} Mill Lane",
            )
        )
    return people


def corrupted(person: Candidate, rng: random.Random) -> Candidate:
    """The record as another agency might hold it: one or two slips, and often a new address."""
    facts = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "born_on": person.born_on,
        "postcode": person.postcode,
        "address": person.address,
    }
    kinds = rng.sample(
        ["surname", "forename", "month", "day", "swap", "married", "case"], rng.choice([1, 1, 2])
    )
    if "married" in kinds:
        facts["last_name"] = rng.choice(LAST)
    elif rng.random() < 0.4:
        facts["postcode"], facts["address"] = f"BS{rng.randint(1, 40)} 4DJ", ""
    for kind, key in (("surname", "last_name"), ("forename", "first_name")):
        if kind in kinds:
            name, place = facts[key], rng.randrange(1, len(facts[key]))
            facts[key] = rng.choice(
                [
                    name[:place] + name[place + 1 :],
                    name[:place] + "e" + name[place:],
                    name[:place] + "a" + name[place + 1 :],
                ]
            )
    born = facts["born_on"]
    if "swap" in kinds and born.day <= 12:
        born = born.replace(day=born.month, month=born.day)
    elif "month" in kinds:
        born = born.replace(
            day=min(born.day, 28), month=born.month % 12 + 1, year=born.year + (born.month == 12)
        )
    elif "day" in kinds:
        born = born.replace(day=born.day - 1 if born.day % 10 > 1 else min(born.day + 1, 28))
    facts["born_on"] = born
    if "case" in kinds:
        facts["first_name"], facts["last_name"] = facts["first_name"].upper(), facts["last_name"].upper()
    return Candidate(**facts)


def test_corrupted_records_are_found_and_ranked():
    """Recall of blocking at least 99 %, and the right record among the first five at least 97 %."""
    rng = random.Random(7)
    people = invented(4000, rng)
    blocks: dict[str, list[int]] = {}
    for index, person in enumerate(people):
        for key in blocking_keys(person):
            blocks.setdefault(key, []).append(index)
    blocked = first_five = 0
    for _ in range(600):
        index = rng.randrange(len(people))
        wanted = corrupted(people[index], rng)
        near = {found for key in blocking_keys(wanted) for found in blocks.get(key, ())}
        blocked += index in near
        found = ranked(wanted, [(other, people[other]) for other in near])
        first_five += index in [key for key, _ in found[:5]]
    measured = f"blocking recall {blocked / 600:.3f}, among the first five {first_five / 600:.3f}"
    assert blocked >= 0.99 * 600, measured
    assert first_five >= 0.97 * 600, measured


def test_few_strangers_are_called_likely():
    """Among people who are all different, at most one pair in a thousand people is called likely."""
    people = list(enumerate(invented(4000, random.Random(11))))
    assert len(likely_pairs(people)) <= 4


def test_pairs_are_found_once_and_strongest_first():
    pairs = likely_pairs(
        [("a", KEIRA), ("b", like(last_name="Nawak")), ("c", like(first_name="Tomasz")), ("d", KEIRA)]
    )
    assert [(one, other) for one, other, _ in pairs] == [("a", "d"), ("a", "b"), ("b", "d")]
