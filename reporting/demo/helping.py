"""Who helps a made-up family, with what, for how long and how it ends. Shares are the sources' where there are any."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, repeat
from typing import TYPE_CHECKING

from reporting.demo.phrases import THEME_WEIGHTS, NotePhrase, Theme, themes

if TYPE_CHECKING:
    from reporting.demo.maker import Frame, Household, Somebody, Workplace

YEAR = 365.25
# Ages, in years, between which a need can be a child's; other needs fit any family.
AGES = {
    "mornings": (4, 17),
    "learning": (5, 16),
    "behaviour": (4, 17),
    "childmind": (6, 18),
    "baby": (0, 2.5),
    "carer": (8, 18),
    "outside": (12, 18),
    "send": (3, 18),
}
NEED_CODES = {
    "mornings": ("school_attendance",),
    "learning": ("send", "school_attendance"),
    "behaviour": ("behaviour",),
    "childmind": ("child_mental_health", "bereavement"),
    "parentmind": ("parental_mental_health",),
    "separation": ("parenting",),
    "safehome": ("domestic_abuse",),
    "housing": ("housing", "living_conditions"),
    "money": ("debt", "out_of_work"),
    "baby": ("parenting", "teenage_parent", "family_health"),
    "send": ("send",),
    "carer": ("young_carer",),
    "outside": ("exploitation", "missing", "anti_social_behaviour", "crime"),
    "isolation": ("social_isolation",),
    "substances": ("substance_misuse",),
}
# Of cases that end (domain.md 2.4 and 8.2: about one in eight steps up, fewer of late).
CLOSURES = {
    "outcomes_met": (48, "The family reached what they set out to do and chose to end."),
    "single_agency": (15, "What is left can be done by one agency, and the family agrees which."),
    "did_not_engage": (12, "Three visits and two letters were not answered. The door stays open."),
    "stepped_up": (9, "Passed to children's social care with the family told why."),
    "consent_withdrawn": (7, "The family wished to stop. Thanked, and given the hub's number."),
    "moved_area": (5, "Moved away. The new area was told, with consent."),
    "aged_out": (2, "Now an adult; introduced to adult services."),
    "transferred": (1, "Another council's early help has taken over."),
    "other": (1, "Closed by the hub after talking to the family."),
}
# Which kinds of agency do the everyday work, and how often one with something to say joins a team.
JOINS = {
    "school": 0.95,
    "health": 0.62,
    "council_early_help": 0.45,
    "voluntary": 0.5,
    "housing": 0.55,
    "police": 0.5,
    "education_service": 0.45,
    "dwp": 0.4,
    "other": 0.6,
    "council_social_care": 0.0,
}
LEADS = {"school": 55, "health": 20, "council_early_help": 22, "voluntary": 3}
HELPS_WITH = {
    "school": ("School days and attendance", "Learning and friendships", "Somebody to talk to at school"),
    "health": ("Health and sleep", "Feeding and development", "Worries and mood"),
    "council_early_help": ("Routines at home", "The parenting course", "Holding the plan together"),
    "voluntary": ("A weekly visit", "A club and a lift to it", "Going along to first appointments"),
    "housing": ("Repairs", "The tenancy", "A move"),
    "police": ("Safety outside the home", "A marker on the address"),
    "education_service": ("Attendance", "The education plan"),
    "dwp": ("Benefits and work",),
    "other": ("A weekly mentor",),
    "council_social_care": ("Advice",),
}
JOBS = {
    "school": "Pastoral lead",
    "health": "Health visitor",
    "council_early_help": "Family worker",
    "voluntary": "Family mentor",
    "housing": "Housing officer",
    "police": "Police community support officer",
    "education_service": "Attendance officer",
    "dwp": "Work coach",
    "other": "Prevention worker",
    "council_social_care": "Social worker",
}
_THEMES, _WEIGHTS = list(THEME_WEIGHTS), list(THEME_WEIGHTS.values())


def fits(theme: str, ages: list[float]) -> bool:
    """Whether any child of these ages can have this need."""
    low, high = AGES.get(theme, (0, 99))
    return any(low <= age <= high for age in ages)


def themes_for(rng: random.Random, ages: list[float]) -> list[Theme]:
    """Draw one to three needs that fit the children's ages."""
    wanted = rng.choices((1, 2, 3), weights=(25, 50, 25))[0]
    found: dict[str, None] = {}
    while len(found) < wanted:
        theme = rng.choices(_THEMES, _WEIGHTS)[0]
        if fits(theme, ages):
            found[theme] = None
    return [themes()[key] for key in found]


@functools.cache
def phrases_of(theme: str, kind: str) -> tuple[NotePhrase, ...]:
    """What agencies of a kind write about a theme."""
    return tuple(note for note in themes()[theme].notes if note.agency_kind == kind)


@dataclass
class Help:
    """The help of one case: its needs, and the team with whoever began it first."""

    themes: list[Theme]
    team: list[tuple[Workplace, int]]
    child: Somebody

    @classmethod
    def choose(cls, rng: random.Random, frame: Frame, household: Household, opened: date) -> Help:
        """Draw the needs, then a team of two to five from the agencies that have something to do with them."""
        ages = [(opened - child.born).days / YEAR for child in household.children]
        chosen = themes_for(rng, ages)
        fitting = [c for c, age in zip(household.children, ages, strict=True) if fits(chosen[0].key, [age])]
        kinds = dict.fromkeys(note.agency_kind for theme in chosen for note in theme.notes)
        joining = [kind for kind in kinds if rng.random() < JOINS[kind]][:5]
        has_pupil = any(child.school for child in household.children)
        if "school" in joining and not has_pupil:
            joining.remove("school")
        if not joining or not set(joining) & set(LEADS):
            joining.insert(0, "school" if has_pupil else "health")
        rng.shuffle(joining)
        joining.sort(key=lambda kind: kind not in LEADS)  # whoever can lead begins
        team = []
        for kind in joining:
            workplace = (
                household.school if kind == "school" else rng.choice(frame.workplaces[household.hub, kind])
            )
            team.append((workplace, rng.choice(workplace.staff)))
        return cls(chosen, team, rng.choice(fitting or household.children))

    @property
    def source(self) -> Workplace:
        """The agency that asked for help."""
        return self.team[0][0]

    def agencies(self) -> list[Workplace]:
        """The agencies of the team, each once."""
        return list({place.id: place for place, _member in self.team}.values())

    def lead(self, rng: random.Random) -> tuple[Workplace, int]:
        """Who leads: most often the school, never an agency that only advises."""
        able = [entry for entry in self.team if entry[0].kind in LEADS]
        return rng.choices(able, weights=[LEADS[place.kind] for place, _member in able])[0]

    def writing(
        self, rng: random.Random, household: Household
    ) -> Iterator[tuple[Workplace, int, NotePhrase, Somebody]]:
        """Go on for ever with who writes next, what, and about which child; nothing twice before all is said once."""
        keys = [theme.key for theme in self.themes]
        about_needs = [
            (place, member, p)
            for place, member in self.team
            for key in keys
            for p in phrases_of(key, place.kind)
        ]
        in_general = [(place, member, p) for place, member in self.team for p in everyday(place.kind)]
        for phrases in chain([about_needs], repeat(in_general)):
            for place, member, phrase in rng.sample(phrases, len(phrases)):
                child = self.child if rng.random() < 0.8 else rng.choice(household.children)
                yield place, member, phrase, child

    def helps_with(self, rng: random.Random, place: Workplace) -> str:
        """A few words on what a member of the team does for the family."""
        return rng.choice(HELPS_WITH[place.kind])

    def role_of(self, place: Workplace) -> str:
        """The job title under which an assessment is signed."""
        return JOBS[place.kind]


@functools.cache
def everyday(kind: str) -> tuple[NotePhrase, ...]:
    """What an agency of a kind can write about any family."""
    found = tuple(
        n for theme in themes().values() for n in theme.notes if n.agency_kind == kind and n.kind != "voice"
    )
    return found or everyday("council_early_help")


def closure(rng: random.Random) -> tuple[str, str]:
    """Draw why a case ended and what was written about it."""
    reason = rng.choices(list(CLOSURES), weights=[share for share, _words in CLOSURES.values()])[0]
    return reason, CLOSURES[reason][1]


def lifetime(rng: random.Random, cases: int, since_days: int) -> list[tuple[int, int | None]]:
    """Draw when each case of a family began and ended, as days ago; only the last can still be open.

    More cases begin lately than long ago; half of all are over within seven months, and some go on for two years.
    """
    began = int(since_days * rng.random() ** 1.5) + 1
    lives: list[tuple[int, int | None]] = []
    for number in range(cases):
        lasted = int(min(max(21, rng.lognormvariate(5.35, 0.6)), 800))
        is_last = number == cases - 1
        if is_last and lasted >= began:
            lives.append((began, None))
            break
        ended = max(began - lasted, 1 + (cases - number - 1) * 25)
        began = max(began, ended + 1)
        lives.append((began, ended))
        began = max(1, ended - rng.randint(20, max(21, ended // 2 + 20)))
    return lives


def days_open(life: tuple[int, int | None]) -> int:
    """How long a case has gone on, in days."""
    return life[0] - (life[1] or 0)


def needs_of(rng: random.Random, of: list[Theme], children: list[Somebody]) -> list[tuple[str | None, str]]:
    """The needs that an assessment finds: (child's id, or None for the family; code)."""
    found: dict[tuple[str | None, str], None] = {}
    for theme in of:
        code = rng.choice(NEED_CODES[theme.key])
        if theme.key in AGES and theme.key != "baby":
            found[rng.choice(children).id, code] = None
        else:
            found[None, code] = None
    return list(found)
