"""Families by the hundred: who is in them, why help began, who helped, what was written, how it ended.

The same maker fills the demonstration's background and the county that is measured. Everything it leaves to chance
comes from one random generator, so that a seed gives the same county again on the same day.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from assessments.models import Assessment, Need
from cases.models import (
    Address,
    Case,
    CaseNote,
    Consent,
    Family,
    LeadProfessional,
    Person,
    Relationship,
    TeamMember,
)
from reporting.demo import names
from reporting.demo.bulk import Heap, Ids
from reporting.demo.helping import Help, closure, lifetime, needs_of
from reporting.demo.identifiers import mobile, nhs_number, postcode, upn
from reporting.demo.phrases import fill
from reporting.demo.places import Place, street

CHILDREN = (
    (1, 30),
    (2, 37),
    (3, 20),
    (4, 9),
    (5, 3),
    (6, 1),
)  # brothers and sisters, and how many in 100 families


@dataclass(frozen=True)
class Workplace:
    """An agency as the maker needs it; `staff` are memberships."""

    id: int
    name: str
    kind: str
    staff: tuple[int, ...]


@dataclass
class Frame:
    """The county that families are put into. `workplaces` is by district code and kind of agency."""

    today: date
    hubs: dict[str, tuple[int, Place]]
    workplaces: dict[tuple[str, str], list[Workplace]]
    levels: dict[int, int]
    form_version: int
    next_reference: int
    assessment_numbers: dict[int, int] = field(default_factory=dict)
    first_number: int = 1

    def reference(self) -> str:
        """The next case reference."""
        self.next_reference += 1
        return f"WM-{self.next_reference:05d}"

    def assessment_reference(self, year: int) -> str:
        """The next assessment reference of a year."""
        self.assessment_numbers[year] = (
            self.assessment_numbers[year] + 1 if year in self.assessment_numbers else self.first_number
        )
        return f"WM/{year}/{self.assessment_numbers[year]:04d}"


@dataclass
class Somebody:
    """A person of the family being made."""

    id: str
    first: str
    last: str
    sex: str
    born: date
    is_child: bool
    school: str = ""


@dataclass
class Household:
    """A family being made."""

    id: str
    name: str
    hub: str
    children: list[Somebody]
    parents: list[Somebody]
    school: Workplace
    created: datetime


class Maker:
    """Makes families and gathers their rows; call `write` now and then."""

    def __init__(self, frame: Frame, rng: random.Random) -> None:
        self.frame, self.rng, self.ids = frame, rng, Ids(rng)
        self.people_made = 0
        self.families = Heap(
            Family, "id", "name", "hub_id", "strengths", "recorded_by_agency_id", "created_at"
        )
        self.persons = Heap(
            Person,
            "id",
            "family_id",
            "first_name",
            "last_name",
            "born_on",
            "sex",
            "ethnicity",
            "language",
            "interpreter_needed",
            "nhs_number",
            "upn",
            "is_child",
            "lives_with_family",
            "role_in_household",
            "phone",
            "school",
            "recorded_by_agency_id",
            "created_at",
        )
        self.relationships = Heap(
            Relationship, "id", "person_id", "to_person_id", "kind", "has_parental_responsibility"
        )
        self.addresses = Heap(
            Address, "id", "family_id", "person_id", "lines", "postcode", "is_confidential", "starts_on"
        )
        self.cases = Heap(
            Case,
            "id",
            "reference",
            "family_id",
            "hub_id",
            "level_id",
            "status",
            "opened_on",
            "closed_on",
            "closure_reason",
            "closure_note",
            "source_agency_id",
            "opened_by_id",
            "previous_case_id",
            "next_review_on",
            "latest",
            "created_at",
            "updated_at",
        )
        self.consents = Heap(
            Consent,
            "id",
            "case_id",
            "person_id",
            "agency_id",
            "category",
            "answer",
            "given_by_id",
            "method",
            "given_on",
            "valid_until",
            "recorded_by_id",
            "recorded_at",
        )
        self.team = Heap(
            TeamMember,
            "id",
            "case_id",
            "membership_id",
            "helps_with",
            "starts_on",
            "ends_on",
            "end_reason",
            "last_contact_on",
        )
        self.leads = Heap(LeadProfessional, "id", "case_id", "membership_id", "from_at", "until_at")
        self.notes = Heap(
            CaseNote,
            "id",
            "case_id",
            "category",
            "kind",
            "title",
            "body",
            "happened_at",
            "about_id",
            "how_asked",
            "author_id",
            "agency_id",
            "created_at",
        )
        self.assessments = Heap(
            Assessment,
            "id",
            "case_id",
            "form_version_id",
            "reference",
            "status",
            "hub_id",
            "agency_id",
            "assessor_id",
            "assessor_role",
            "lead_agency_id",
            "initiated_at",
            "due_on",
            "signed_off_at",
            "signed_off_by_id",
            "completed_at",
            "closed_at",
            "consent_statement",
            "consent_with",
            "consent_child",
            "consent_at",
            "consent_place",
            "tier4_reason",
        )
        self.needs = Heap(Need, "id", "assessment_id", "case_id", "person_id", "code")

    def write(self) -> None:
        """Copy everything gathered into the database, parents before what points at them."""
        for heap in (
            self.families,
            self.persons,
            self.relationships,
            self.addresses,
            self.cases,
            self.consents,
            self.team,
            self.leads,
            self.notes,
            self.assessments,
            self.needs,
        ):
            heap.write()

    # -- People --------------------------------------------------------------------------------------------------------

    def family(self, hub: str, children: int, notes: list[int], since_days: int) -> None:
        """Make one family of a district with one case for each entry of `notes` (how many are written in it).

        `since_days` is how far back the first case may have begun.
        """
        lives = lifetime(self.rng, len(notes), since_days)
        first_opened = self.frame.today - timedelta(days=lives[0][0])
        household = self._household(hub, children, first_opened)
        previous = None
        for (opened_ago, closed_ago), number in zip(lives, notes, strict=True):
            opened = self.frame.today - timedelta(days=opened_ago)
            closed = None if closed_ago is None else self.frame.today - timedelta(days=closed_ago)
            previous = self._case(household, opened, closed, number, previous)

    def _household(self, hub: str, children: int, opened: date) -> Household:
        rng, today = self.rng, self.frame.today
        heritage = names.heritage(rng)
        last = names.surname(rng, heritage)
        hub_id, place = self.frame.hubs[hub]
        school = rng.choice(self.frame.workplaces[hub, "school"])
        created = self._moment(opened)
        family = self.ids.at(created.timestamp())
        eldest = rng.triangular(1, 17.5, 9)
        ages = [eldest] + [max(0.1, eldest - rng.uniform(1, 11)) for _ in range(children - 1)]
        kids = [self._somebody(heritage, last, age, opened, today, True, school.name) for age in ages]
        mother = self._somebody(
            heritage, last, max(a for a in ages) + rng.triangular(17, 40, 26), opened, today, False
        )
        parents = [mother]
        if rng.random() < 0.68:
            father_last = last if rng.random() < 0.55 else names.surname(rng, names.heritage(rng))
            parents.append(
                self._somebody(
                    heritage, father_last, ages[0] + rng.triangular(18, 46, 29), opened, today, False, sex="M"
                )
            )
        household = Household(family, last, hub, kids, parents, school, created)
        language = "English" if heritage.code == "WBRI" else rng.choice(heritage.languages)
        self.families.add(family, last, hub_id, "", school.id, created)
        for person in kids + parents:
            is_home = person is not parents[-1] or len(parents) == 1 or rng.random() < 0.6
            self._add_person(household, person, heritage.code, language, is_home)
        for parent in parents:
            for child in kids:
                self.relationships.add(self.ids.at(created.timestamp()), parent.id, child.id, "parent", True)
        town, district = rng.choice(list(place.towns.items()))
        self.addresses.add(
            self.ids.at(created.timestamp()),
            family,
            None,
            f"{street(rng)}, {town}",
            postcode(rng, district),
            rng.random() < 0.03,
            opened - timedelta(days=rng.randint(60, 3000)),
        )
        return household

    def _somebody(self, heritage, last, age, opened, today, is_child, school="", sex="") -> Somebody:
        """A person who was `age` years old when help began."""
        rng = self.rng
        sex = sex or (rng.choice("MF") if is_child else "F")
        born = min(opened - timedelta(days=int(age * 365.25)), today)
        first = names.child_name(rng, heritage, sex) if is_child else names.adult_name(rng, heritage, sex)
        of_school_age = is_child and 2.7 < age
        return Somebody(
            self.ids.at(self._moment(opened).timestamp()),
            first,
            last,
            sex,
            born,
            is_child,
            school if of_school_age else "",
        )

    def _add_person(
        self, household: Household, person: Somebody, ethnicity: str, language: str, is_home: bool
    ) -> None:
        rng = self.rng
        self.people_made += 1
        role = "" if person.is_child else ("Mother" if person.sex == "F" else "Father")
        self.persons.add(
            person.id,
            household.id,
            person.first,
            person.last,
            person.born,
            person.sex,
            ethnicity,
            language,
            language != "English" and not person.is_child and rng.random() < 0.3,
            nhs_number(rng, self.people_made * 199 % 10**8) if rng.random() < 0.8 else "",
            upn(1 + self.people_made % 999, person.born.year + 5, self.people_made // 7)
            if person.school
            else "",
            person.is_child,
            is_home,
            role,
            "" if person.is_child else mobile(rng.randrange(1000)),
            person.school,
            household.school.id,
            household.created,
        )

    # -- The case ------------------------------------------------------------------------------------------------------

    def _case(
        self, household: Household, opened: date, closed: date | None, number: int, previous: str | None
    ) -> str:
        rng, frame = self.rng, self.frame
        hub_id = frame.hubs[household.hub][0]
        help_ = Help.choose(rng, frame, household, opened)
        lead = help_.lead(rng)
        began = self._moment(opened)
        ended = None if closed is None else max(self._moment(closed), began + timedelta(hours=1))
        case = self.ids.at(began.timestamp())
        is_stepped_up = closed is None and rng.random() < 0.02
        last = self._write_notes(case, household, help_, began, ended, number)
        review = None
        if closed is None:
            late = rng.random() < 0.18
            review = frame.today + timedelta(days=-rng.randint(1, 40) if late else rng.randint(0, 60))
        reason, words = closure(rng) if closed else ("", "")
        self.cases.add(
            case,
            frame.reference(),
            household.id,
            hub_id,
            frame.levels[3 if len(help_.team) > 2 else 2],
            "closed" if closed else "stepped_up" if is_stepped_up else "open",
            opened,
            closed,
            reason,
            words,
            help_.source.id,
            lead[1],
            previous,
            review,
            last[1][:140],
            began,
            ended or last[0],
        )
        self._sharing(case, household, help_, opened, closed)
        for workplace, member in help_.team:
            self.team.add(
                self.ids.at(began.timestamp()),
                case,
                member,
                help_.helps_with(rng, workplace),
                opened,
                closed,
                "Case closed" if closed else "",
                (ended or last[0]).date(),
            )
        self._leads(case, help_, lead, began, ended)
        self._assess(case, household, help_, lead, began, ended)
        return case

    def _leads(self, case: str, help_: Help, lead: tuple, began: datetime, ended: datetime | None) -> None:
        """One lead at every moment; one case in six changes lead half way."""
        others = [member for _place, member in help_.team if member != lead[1]]
        until = ended or datetime.combine(self.frame.today, datetime.min.time(), UTC)
        if others and self.rng.random() < 0.17 and until - began > timedelta(days=30):
            change = began + (until - began) / 2
            self.leads.add(self.ids.at(began.timestamp()), case, self.rng.choice(others), began, change)
            self.leads.add(self.ids.at(change.timestamp()), case, lead[1], change, ended)
        else:
            self.leads.add(self.ids.at(began.timestamp()), case, lead[1], began, ended)

    def _sharing(
        self, case: str, household: Household, help_: Help, opened: date, closed: date | None
    ) -> None:
        """Answers by the mother, for the young children through her, often by the father too; renewed every year."""
        rng, today = self.rng, self.frame.today
        mother, recorder = household.parents[0], help_.team[0][1]
        years = 0 if closed else (today - opened).days // 365
        given = opened + timedelta(days=365 * years)
        until = given + timedelta(days=365)
        if closed is None and rng.random() < 0.03:
            until = today - timedelta(days=rng.randint(1, 20))
            given = min(given, until)
        moment = self._moment(given)
        asked = household.parents if rng.random() < 0.7 else [mother]
        for workplace in help_.agencies():
            for parent in asked:
                answer = "refused" if parent is not mother and rng.random() < 0.08 else "given"
                self._consent(case, parent.id, workplace, answer, None, given, until, recorder, moment)
            if closed is None:
                for child in household.children:
                    self._consent(
                        case, child.id, workplace, "given", mother.id, given, until, recorder, moment
                    )

    def _consent(self, case, person, workplace, answer, given_by, given, until, recorder, moment) -> None:
        method = self.rng.choice(("face_to_face", "face_to_face", "signed_form", "phone", "video"))
        self.consents.add(
            self.ids.at(moment.timestamp()),
            case,
            person,
            workplace.id,
            None,
            answer,
            given_by,
            method,
            given,
            until,
            recorder,
            moment,
        )

    def _write_notes(self, case, household, help_, began, ended, number) -> tuple[datetime, str]:
        """Write `number` notes between opening and closing; return the time and title of the last."""
        rng, until = self.rng, ended or self._now()
        first = help_.team[0]
        self._note(case, 1, "event", "Early help assessment registered", "", began, None, "", first)
        last = (began, "Early help assessment registered")
        span = max(3600.0, (until - began).total_seconds())
        for moment in sorted(began + timedelta(seconds=rng.random() * span) for _ in range(number - 1)):
            moment = max(began, _in_hours(moment, rng, until))
            place, member, phrase, child = help_.something_to_write(rng, household)
            parent = rng.choice(household.parents)
            title = fill(phrase.title, child.first, parent.first)
            about = child.id if "{child}" in phrase.body or phrase.kind == "voice" else None
            self._note(
                case,
                phrase.category,
                phrase.kind,
                title,
                fill(phrase.body, child.first, parent.first),
                moment,
                about,
                "In conversation" if phrase.kind == "voice" else "",
                (place, member),
            )
            last = max(last, (moment, title))
        return last

    def _note(self, case, category, kind, title, body, moment, about, asked, who) -> None:
        stamp = moment.isoformat()
        self.notes.add(
            self.ids.at(moment.timestamp()),
            case,
            category,
            kind,
            title,
            body,
            stamp,
            about,
            asked,
            who[1],
            who[0].id,
            stamp,
        )

    def _assess(self, case, household, help_, lead, began, ended) -> None:
        """Initiated on registration; about three in four are completed, most within fifteen working days."""
        rng = self.rng
        assessment = self.ids.at(began.timestamp())
        until = ended or self._now()
        took = timedelta(days=min(rng.lognormvariate(2.9, 0.55), 160), hours=3)
        is_complete = rng.random() < 0.79 and began + took < until
        done = began + took if is_complete else None
        is_tier4 = rng.random() < 0.02
        status = "closed" if ended else "completed" if is_complete else "initiated"
        place, assessor = help_.team[0]
        self.assessments.add(
            assessment,
            case,
            self.frame.form_version,
            self.frame.assessment_reference(began.year),
            status,
            self.frame.hubs[household.hub][0],
            place.id,
            assessor,
            help_.role_of(place),
            lead[0].id,
            began,
            (began + timedelta(days=21)).date(),
            done,
            assessor if done else None,
            done,
            ended,
            "tier4" if is_tier4 else "agreed",
            "" if is_tier4 else household.parents[0].first,
            "" if is_tier4 else household.children[0].first,
            None if is_tier4 else began,
            "" if is_tier4 else rng.choice(("At home", "At school", "By phone", "At the clinic")),
            "Asking first could have put a child at risk." if is_tier4 else "",
        )
        for person, code in needs_of(rng, help_.themes, household.children):
            self.needs.add(self.ids.at(began.timestamp()), assessment, case, person, code)

    def _moment(self, day: date) -> datetime:
        """A time in office hours of that day, or of the Friday before a weekend."""
        if day.weekday() > 4:
            day -= timedelta(days=day.weekday() - 4)
        moment = datetime(day.year, day.month, day.day, 8, 30, tzinfo=UTC) + timedelta(
            minutes=self.rng.randrange(510)
        )
        return min(moment, self._now())

    def _now(self) -> datetime:
        today = self.frame.today
        return datetime(today.year, today.month, today.day, 0, 5, tzinfo=UTC)


def _in_hours(moment: datetime, rng: random.Random, until: datetime) -> datetime:
    """Move a moment into a working day, never past `until`."""
    weekday = moment.weekday()
    if weekday > 4:
        moment -= timedelta(days=weekday - 4)
    return min(moment.replace(hour=8 + rng.randrange(10), minute=rng.randrange(60)), until)
