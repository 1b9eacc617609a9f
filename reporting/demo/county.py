"""A county at full size, to measure with: 110,000 children by default, and everything else in proportion.

Written with COPY as the system role in one transaction; grants and projection are then worked out set-wise by the
database (`app.project_all()`), exactly as single facts would have done it one by one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone

from assessments.models import FormVersion
from earlyhelp.access.context import as_role, as_system
from earlyhelp.accounts.models import User
from hubs.models import Agency, AgencyKind, Agreement, Membership, Signature
from reporting.demo import names
from reporting.demo.bulk import spread
from reporting.demo.casework import CaseMaker
from reporting.demo.heaps import Heaps
from reporting.demo.helping import days_open, lifetime
from reporting.demo.maker import CHILDREN, FamilyMaker, Frame, Workplace
from reporting.demo.numbers import keep_assessment_numbers, last_case_number, taken_assessment_numbers
from reporting.demo.places import HUBS, hub_named, school_names
from reporting.demo.world import World, build_frame

FULL_SIZE = 110_000  # children of Somerset, whose strategy counted them (seed 1)
NOTES = 1_000_000
CASES_PER_FAMILY = 1.2
CHILDREN_PER_FAMILY = 2.2
SINCE_DAYS = 1_600
STAFF = 5_000
BATCH = 1_000  # families between two writes
# At full size: agencies of each kind, and how many people of each use the system.
AGENCIES = {
    AgencyKind.SCHOOL: (340, 9),
    AgencyKind.HEALTH: (25, 32),
    AgencyKind.COUNCIL_EARLY_HELP: (5, 45),
    AgencyKind.COUNCIL_SOCIAL_CARE: (1, 60),
    AgencyKind.POLICE: (1, 240),
    AgencyKind.HOUSING: (6, 25),
    AgencyKind.EDUCATION_SERVICE: (4, 20),
    AgencyKind.DWP: (3, 15),
    AgencyKind.VOLUNTARY: (14, 15),
    AgencyKind.OTHER: (1, 30),
}
COUNTYWIDE = 3  # the first agencies of a kind that is not a school work in every district
FEW_AGENCIES = 12  # schools of the smallest county
NAMES = {
    AgencyKind.HEALTH: "{town} Community Health",
    AgencyKind.COUNCIL_EARLY_HELP: "{hub} family support",
    AgencyKind.COUNCIL_SOCIAL_CARE: "County Children's Social Care",
    AgencyKind.POLICE: "County Constabulary",
    AgencyKind.HOUSING: "{town} Homes",
    AgencyKind.EDUCATION_SERVICE: "{town} Inclusion Service",
    AgencyKind.DWP: "Jobcentre Plus, {town}",
    AgencyKind.VOLUNTARY: "{town} Families Together",
    AgencyKind.OTHER: "County Youth Justice",
}


@dataclass
class Made:
    """What a load wrote."""

    families: int
    children: int
    people: int
    cases: int
    notes: int
    agencies: int
    users: int
    grants: int


class County:
    """One load. `tell` is called with a share done (0 to 1) and a few words."""

    def __init__(self, children: int, seed: int, tell: Callable[[float, str], None]) -> None:
        self.children, self.seed, self.tell = children, seed, tell
        self.rng = random.Random(seed)
        self.scale = children / FULL_SIZE
        self.today = timezone.localdate()

    def load(self) -> Made:
        """Write the county beside whatever the database holds. Raises ProgrammingError as the application's role."""
        with transaction.atomic():
            with as_system():
                self._settle_at_the_end()
                self.tell(0.0, "districts, agencies and people")
                self.first_number = last_case_number()  # tells the accounts of one load from those of another
                world = build_frame(self.today)
                frame = self._frame(world)
                made = self._families(frame)
                self.tell(0.72, "working out who may see what")
                made.grants = self._project()
                keep_assessment_numbers(frame)
            self._move_sequences(frame)
        self.tell(0.95, "tidying up")
        self._tidy()
        self.tell(1.0, "done")
        return made

    # -- Agencies and people -------------------------------------------------------------------------------------------

    def _frame(self, world: World) -> Frame:
        codes = list(world.hubs)
        towns = [(code, town) for code in codes for town in hub_named(code).towns]
        workplaces: dict[tuple[str, str], list[Workplace]] = {
            (c, k): [] for c in codes for k in AgencyKind.values
        }
        self.users = self.agencies = 0
        for kind, (full, staff) in AGENCIES.items():
            number = max(
                FEW_AGENCIES if kind == AgencyKind.SCHOOL else min(full, 3), round(full * self.scale)
            )
            agencies = self._agencies(world, kind, number, towns)
            staff = max(2, round(staff * (self.scale * full / number)))
            for position, (agency, members) in enumerate(self._people(agencies, staff)):
                place = Workplace(agency.pk, agency.name, kind, tuple(members))
                for code in codes:
                    is_everywhere = kind != AgencyKind.SCHOOL and position < COUNTYWIDE
                    if is_everywhere or codes[position % len(codes)] == code:
                        workplaces[code, kind] += [place] * (5 if is_everywhere else 1)
        self._hub_staff(world)
        return Frame(
            today=self.today,
            hubs={code: (hub.pk, hub_named(code)) for code, hub in world.hubs.items()},
            workplaces=workplaces,
            levels={n: level.pk for n, level in world.levels.items()},
            form_version=FormVersion.objects.filter(status="published")
            .order_by("-version")
            .values_list("pk", flat=True)[0],
            next_reference=last_case_number(),
            assessment_numbers=taken_assessment_numbers(),
        )

    def _agencies(self, world: World, kind: str, number: int, towns: list[tuple[str, str]]) -> list[Agency]:
        codes = list(world.hubs)
        if kind == AgencyKind.SCHOOL:
            in_turn = [
                list(hub_named(codes[n % len(codes)]).towns)[n // len(codes) % 5] for n in range(number)
            ]
            found = school_names(self.rng, in_turn, number)
        else:
            found = [
                NAMES[kind].format(town=towns[n * 7 % len(towns)][1], hub=HUBS[n % 5].name)
                for n in range(number)
            ]
            found = [name if found.index(name) == n else f"{name} {n}" for n, name in enumerate(found)]
        taken = set(Agency.objects.values_list("name", flat=True)) | set(
            Group.objects.values_list("name", flat=True)
        )
        found = [self._free(name, taken) for name in found]
        groups = Group.objects.bulk_create([Group(name=f"Agency: {name}") for name in found])
        made = Agency.objects.bulk_create(
            Agency(
                name=name,
                kind=kind,
                group=group,
                hub=world.hubs[codes[n % len(codes)]],
                phone=f"01632 960 {n % 1000:03d}",
                everyone_sees_team_cases=kind == AgencyKind.SCHOOL and n % 2 == 0,
            )
            for n, (name, group) in enumerate(zip(found, groups, strict=True))
        )
        agreement = Agreement.objects.live()
        Signature.objects.bulk_create(
            Signature(
                agreement=agreement,
                agency=agency,
                signatory_name="Anne Birkett",
                signatory_role="Chief officer",
                signed_on=agreement.starts_on + timedelta(days=3),
            )
            for agency in made
        )
        self.agencies += len(made)
        return made

    @staticmethod
    def _free(name: str, taken: set[str]) -> str:
        """The name, or the name with a number when an agency has it already (a county loaded twice)."""
        chosen, n = name, 1
        while chosen in taken or f"Agency: {chosen}" in taken:
            n += 1
            chosen = f"{name} ({n})"
        taken.add(chosen)
        return chosen

    def _people(self, agencies: list[Agency], staff: int):
        """Give each agency its staff: one in eight leads, and so sees all that is shared with the agency."""
        users = self._accounts(len(agencies) * staff)
        memberships = Membership.objects.bulk_create(
            [
                Membership(
                    user=user,
                    agency=agencies[n // staff],
                    job_title="Practitioner",
                    roles=["agency_lead"] if n % staff % 8 == 1 else ["practitioner"],
                    starts_on=self.today - timedelta(days=2000),
                )
                for n, user in enumerate(users)
            ],
            batch_size=1000,
        )
        for n, agency in enumerate(agencies):
            yield agency, [member.pk for member in memberships[n * staff : (n + 1) * staff]]

    def _accounts(self, number: int) -> list[User]:
        nobody, found = make_password(None), []
        for _ in range(number):
            heritage = names.heritage(self.rng)
            sex = self.rng.choice("MF")
            first, last = names.adult_name(self.rng, heritage, sex), names.surname(self.rng, heritage)
            self.users += 1
            address = f"county{self.seed}.{self.users}.{self.first_number}@example.org"
            found.append(User(email=address, first_name=first, last_name=last, password=nobody))
        return User.objects.bulk_create(found, batch_size=1000)

    def _hub_staff(self, world: World) -> None:
        """Two coordinators in each district's hub, and two managers of the whole county."""
        for code, hub in world.hubs.items():
            agency = world.agencies[f"hub-{code.lower()}"]
            for user in self._accounts(2):
                Membership.objects.create(
                    user=user,
                    agency=agency,
                    hub=hub,
                    job_title="Early help coordinator",
                    roles=["hub_coordinator"],
                    starts_on=self.today - timedelta(days=2000),
                )
        for user in self._accounts(2):
            Membership.objects.create(
                user=user,
                agency=world.agencies["hub-ald"],
                job_title="Head of early help",
                roles=["hub_manager"],
                starts_on=self.today - timedelta(days=2000),
            )

    # -- Families ------------------------------------------------------------------------------------------------------

    def _families(self, frame: Frame) -> Made:
        """Draw every family's cases first, so that long ones have more notes; then write them batch by batch."""
        rng, total = self.rng, max(1, round(self.children / CHILDREN_PER_FAMILY))
        sizes = household_sizes(rng, total, self.children)
        times = [1] * total
        for _ in range(round(total * CASES_PER_FAMILY) - total):
            times[rng.randrange(total)] += 1
        lives = [lifetime(rng, number, SINCE_DAYS) for number in times]
        weights = [(10 + days_open(life)) * rng.lognormvariate(0, 0.5) for family in lives for life in family]
        # Every case has its first entry; the rest are shared out.
        more = max(0, round(NOTES * self.scale) - len(weights))
        notes = iter(1 + share for share in spread(more, weights))
        heaps, codes = Heaps(), list(frame.hubs)
        people, cases = FamilyMaker(frame, rng, heaps), CaseMaker(frame, rng, heaps)
        for number, (children, family) in enumerate(zip(sizes, lives, strict=True), start=1):
            opened = self.today - timedelta(days=family[0][0])
            household, previous = people.household(codes[number % len(codes)], children, opened), None
            for life in family:
                previous = cases.case(household, life, next(notes), previous)
            if number % BATCH == 0 or number == total:
                heaps.write()
                self.tell(0.02 + 0.7 * number / total, f"{number:,} of {total:,} families")
        return Made(
            total,
            self.children,
            people.people_made,
            len(weights),
            heaps.notes.written,
            self.agencies,
            self.users,
            0,
        )

    # -- The database --------------------------------------------------------------------------------------------------

    def _settle_at_the_end(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.opening', 'bulk', true)")
            cursor.execute("set local work_mem = '256MB'; set local maintenance_work_mem = '512MB'")
            cursor.execute("set local jit = off")
            # Foreign keys are checked batch by batch, not all four million at the end.
            cursor.execute("set constraints all immediate")

    def _project(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "analyze cases_case, cases_consent, cases_teammember, cases_person, hubs_membership"
            )
            cursor.execute("select app.project_all(), set_config('app.opening', '', true)")
            cursor.execute(
                "select (select count(*) from cases_casegrouppermission) + (select count(*) from cases_caseuserpermission)"
            )
            return cursor.fetchone()[0]

    def _move_sequences(self, frame: Frame) -> None:
        with as_role("eh_owner"), connection.cursor() as cursor:
            cursor.execute("select setval('cases_reference', %s)", [frame.next_reference + 1])

    def _tidy(self) -> None:
        """Give the planner its statistics and lists their visibility maps."""
        with connection.cursor() as cursor:
            for table in (
                "cases_case",
                "cases_family",
                "cases_person",
                "cases_casenote",
                "cases_consent",
                "cases_teammember",
                "cases_leadprofessional",
                "cases_casegrouppermission",
                "cases_caseuserpermission",
                "assessments_assessment",
                "assessments_need",
            ):
                cursor.execute(f"vacuum (analyze) {table}")


def household_sizes(rng: random.Random, families: int, children: int) -> list[int]:
    """Draw how many children each family has, so that all together there are exactly `children`."""
    sizes = rng.choices([n for n, _share in CHILDREN], [share for _n, share in CHILDREN], k=families)
    gap = children - sum(sizes)
    while gap:
        at = rng.randrange(families)
        step = 1 if gap > 0 else -1
        if 1 <= sizes[at] + step <= 7:
            sizes[at] += step
            gap -= step
    return sizes
