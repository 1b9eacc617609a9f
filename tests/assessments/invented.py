"""Ten thousand people who never lived, named as unequally as people in England are, and copies of them with slips.

Nothing here is anybody's. NHS numbers begin with 999, which is given to nobody.
"""

from __future__ import annotations

import datetime as dt
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cases.nicknames import GROUPS

# Surnames by how many of a thousand people bear them; the rest of the thousand bear rare ones, made of the parts below.
SURNAMES = {
    "Smith": 12, "Jones": 8, "Taylor": 6, "Brown": 6, "Williams": 5, "Wilson": 4, "Johnson": 4, "Davies": 4, "Patel": 3,
    "Robinson": 3, "Wright": 3, "Thompson": 3, "Evans": 3, "Walker": 3, "White": 3, "Roberts": 3, "Green": 3, "Hall": 3,
    "Thomas": 3, "Clarke": 3, "Jackson": 3, "Wood": 3, "Harris": 3, "Edwards": 3, "Turner": 3, "Martin": 3, "Cooper": 3,
    "Hill": 3, "Ward": 2, "Hughes": 2, "Moore": 2, "Clark": 2, "King": 2, "Harrison": 2, "Lewis": 2, "Baker": 2, "Lee": 2,
    "Allen": 2, "Morris": 2, "Khan": 2, "Scott": 2, "Watson": 2, "Davis": 2, "Parker": 2, "James": 2, "Bennett": 2,
    "Young": 2, "Phillips": 2, "Richardson": 2, "Mitchell": 2, "Bailey": 2, "Carter": 2, "Cook": 2, "Singh": 2, "Shaw": 2,
    "Bell": 2, "Collins": 2, "Morgan": 2, "Kelly": 2, "Begum": 2, "Miller": 2, "Cox": 2, "Hussain": 2, "Marshall": 1,
    "Simpson": 1, "Price": 1, "Anderson": 1, "Adams": 1, "Wilkinson": 1, "Foster": 1, "Ellis": 1, "Murphy": 1, "Ali": 1,
    "Chapman": 1, "Mason": 1, "Gray": 1, "Hunt": 1, "Palmer": 1, "Knight": 1, "Rogers": 1, "Stevens": 1, "Reynolds": 1,
    "O’Brien": 1, "McCarthy": 1, "Nowak": 1, "Kowalska": 1, "Okafor": 1, "Ahmed": 1, "Popescu": 1, "Nguyen": 1, "Hook": 1,
}  # fmt: skip
STARTS = (
    "Ash Bar Beck Black Brad Bram Brock Brook Burn Carl Chad Chil Clay Cran Crow Dal Dun Eas Elm Fair Farn Fern Gold Grim "
    "Had Hal Ham Hart Hazel Hem Hol Horn Kel Kin Lang Lin Long Mar Med Mill Nor Oak Pel Pen Pick Rad Ram Red Rip Row Sand "
    "Sel Shel Stan Sten Sut Thorn Tot Wad Wake Wel West Whit Win Wol"
).split()
ENDS = "bourne bury by combe cote croft dale den field ford grove ham hurst land ley low man more ridge shaw stead stone ton wick wood worth".split()
GIRLS = (
    "Olivia Amelia Isla Ava Ivy Freya Lily Florence Mia Willow Rosie Sophia Isabella Grace Daisy Sienna Poppy Elsie Emily "
    "Ella Evelyn Phoebe Evie Charlotte Harper Millie Matilda Maisie Sofia Emilia Isabelle Ruby Eva Alice Aria Violet Esme "
    "Hallie Zofia Aisha Niamh Tia Keira Jasmine Ellie Chloe Lottie Bethany Scarlett Layla Maryam Fatima Lola Eliza Orla Summer"
).split()
BOYS = (
    "Oliver George Noah Arthur Harry Leo Muhammad Jack Charlie Oscar Jacob Henry Thomas Freddie Alfie Theo William Theodore "
    "Archie Joshua Alexander James Isaac Edward Lucas Tommy Finley Max Logan Ethan Mohammed Teddy Benjamin Arlo Joseph "
    "Sebastian Harrison Jakub Yusuf Callum Zac Kai Tyler Samuel Riley Mason Daniel Reuben Louie Jude Toby Ibrahim Rory Dylan"
).split()
WOMEN = (
    "Sarah Laura Gemma Emma Rebecca Claire Victoria Samantha Rachel Amy Jennifer Nicola Katie Lisa Kelly Natalie Louise "
    "Michelle Hayley Hannah Helen Charlotte Joanne Lucy Elizabeth Leanne Danielle Donna Katherine Stacey Jessica Stephanie "
    "Lauren Jade Zoe Kirsty Catherine Susan Anna Karen Kerry Agnieszka Nasreen Shabana Chantelle Kayleigh Natasha Abigail"
).split()
MEN = (
    "Christopher James David Daniel Michael Matthew Andrew Richard Paul Mark Thomas Adam Robert John Lee Benjamin Steven "
    "Jonathan Craig Stephen Simon Nicholas Peter Anthony Alexander Gary Ian Ryan Darren Barry Jason Stuart Kevin Martin "
    "Liam Joseph Scott Dean Karl Wayne Ashley Jamie Gareth Tomasz Imran Mohammed Kieran Nathan Luke Shaun Edward Philip"
).split()
STREETS = (
    "Mill Lane|High Street|Church Road|Orchard Close|Station Road|Willow Way|Park Avenue|The Crescent".split(
        "|"
    )
)
CHILDREN = ((1, 30), (2, 40), (3, 20), (4, 7), (5, 3))
TODAY = dt.date(2026, 11, 22)


@dataclass(frozen=True)
class Somebody:
    """One person as typed or recorded. `home` is the number of their family."""

    first_name: str
    last_name: str
    born_on: dt.date
    postcode: str
    home: int
    is_child: bool = True
    lines: str = ""
    nhs_number: str = ""


def surname(rng: random.Random) -> str:
    """A common surname as often as it is common, or one of some two thousand rare ones."""
    if rng.random() * 1000 < sum(SURNAMES.values()) * 1.6:
        return rng.choices(list(SURNAMES), list(SURNAMES.values()))[0]
    return rng.choice(STARTS) + rng.choice(ENDS)


def one_of(names: list[str], rng: random.Random) -> str:
    """A first name; the tenth of a list is borne half as often as the first."""
    return rng.choices(names, [1 / (10 + place) for place in range(len(names))])[0]


def families(count: int, rng: random.Random) -> Iterator[list[Somebody]]:
    """Families of `count` different people in all: brothers and sisters, twins (one family in forty), neighbours."""
    made = home = 0
    while made < count:
        # About twelve households share a postcode, and their people one street.
        area = random.Random(f"{home // 12}")
        postcode = f"TA{area.randint(1, 24)} {area.randint(1, 9)}{area.choice('ABDEFGHJLNPQ')}{area.choice('ABDEFGHJLNPQ')}"
        where = {"postcode": postcode, "home": home, "lines": f"{home % 12 * 2 + 1} {area.choice(STREETS)}"}
        name = surname(rng)
        family = [
            Somebody(
                one_of(WOMEN if is_mother else MEN, rng),
                name if rng.random() < 0.6 else surname(rng),
                day_between(20, 48, rng),
                is_child=False,
                **where,
            )
            for is_mother in ([True, False] if rng.random() < 0.6 else [True])
        ]
        used = {person.first_name for person in family}
        many = rng.choices([n for n, _ in CHILDREN], [share for _, share in CHILDREN])[0]
        twins = many > 1 and rng.random() < 0.04
        for place in range(many):
            born = family[-1].born_on if twins and place == 1 else day_between(0, 17, rng)
            first = one_of(rng.choice((GIRLS, BOYS)), rng)
            while first in used:
                first = one_of(rng.choice((GIRLS, BOYS)), rng)
            used.add(first)
            family.append(Somebody(first, name if rng.random() < 0.93 else surname(rng), born, **where))
        family = [replace(person, nhs_number=nhs_number(made + place)) for place, person in enumerate(family)]
        yield family[: count - made]
        made += len(family)
        home += 1


def day_between(youngest: int, oldest: int, rng: random.Random) -> dt.date:
    """A birth date of somebody between two ages in years."""
    return TODAY - dt.timedelta(days=rng.randint(youngest * 365 + 1, oldest * 365 + 364))


def nhs_number(serial: int) -> str:
    """The next valid number that is given to nobody; empty where a serial has no check digit."""
    digits = f"999{serial:06}"
    check = (
        11 - sum(int(figure) * weight for figure, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    )
    return "" if check == 10 else f"{digits}{check % 11}"


# Slips, one function each: what somebody types who means this person.


def wrong_letter(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + rng.choice(string.ascii_lowercase.replace(word[at].lower(), "")) + word[at + 1 :]


def missing_letter(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + word[at + 1 :]


def added_letter(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word) + 1)
    return word[:at] + rng.choice(string.ascii_lowercase) + word[at:]


def swapped_letters(word: str, rng: random.Random) -> str:
    at = rng.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def in_a_name(slip: Callable[[str, random.Random], str]) -> Callable:
    def changed(person: Somebody, rng: random.Random) -> Somebody:
        which = rng.choice(["first_name", "last_name"])
        return replace(person, **{which: slip(getattr(person, which), rng)})

    return changed


def day_and_month(person: Somebody, rng: random.Random) -> Somebody | None:
    born = person.born_on
    if born.day > 12 or born.day == born.month:
        return None
    return replace(person, born_on=born.replace(day=born.month, month=born.day))


def one_figure(person: Somebody, rng: random.Random) -> Somebody:
    """One figure of the day, the month, or the last two of the year is wrong, and the date is still one."""
    while True:
        figures = list(f"{person.born_on:%Y%m%d}")
        at = rng.randrange(2, 8)
        figures[at] = rng.choice("0123456789".replace(figures[at], ""))
        try:
            born = dt.datetime.strptime("".join(figures), "%Y%m%d").date()  # noqa: DTZ007
        except ValueError:
            continue
        if dt.date(1925, 1, 1) < born <= TODAY:
            return replace(person, born_on=born)


def nickname(person: Somebody, rng: random.Random) -> Somebody | None:
    others = [
        name
        for line in GROUPS.strip().splitlines()
        if person.first_name.lower() in line.split()
        for name in line.split()
        if name != person.first_name.lower()
    ]
    return replace(person, first_name=rng.choice(others).capitalize()) if others else None


def other_surname(person: Somebody, rng: random.Random) -> Somebody:
    return replace(person, last_name=surname(rng))


def moved(person: Somebody, rng: random.Random) -> Somebody:
    return replace(
        person, postcode=f"BS{rng.randint(1, 40)} {rng.randint(1, 9)}{rng.choice('XYZ')}{rng.choice('XYZ')}"
    )


SLIPS: dict[str, Callable] = {
    "a letter wrong": in_a_name(wrong_letter),
    "a letter missing": in_a_name(missing_letter),
    "a letter added": in_a_name(added_letter),
    "two letters swapped": in_a_name(swapped_letters),
    "day and month swapped": day_and_month,
    "a figure of the date wrong": one_figure,
    "nickname": nickname,
    "other surname": other_surname,
    "moved house": moved,
}


def with_slips(person: Somebody, rng: random.Random) -> tuple[str, Somebody]:
    """A copy of a person with one slip, or with two (a third of them), and what they are."""
    while True:
        chosen = rng.sample(list(SLIPS), 2 if rng.random() < 1 / 3 else 1)
        copy: Somebody | None = person
        for name in chosen:
            copy = SLIPS[name](copy, rng) if copy else None
        if copy and copy != person:
            return " and ".join(sorted(chosen)), copy
