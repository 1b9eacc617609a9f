"""Random histories: after every step the oracle, row-level security, the application's two filters and HTTP agree on every row."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Case,
    CaseNote,
    Consent,
    EmergencyAccess,
    LawfulShare,
    Restriction,
    TeamMember,
)
from cases.models.sharing import RestrictionName
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from hubs.models import Agency, AgencyKind, Membership, Signature
from tests.access.oracle import Agency as OAgency
from tests.access.oracle import Answer, Facts, Member, Note
from tests.fixtures.world import MATRIX

pytestmark = pytest.mark.django_db


class History:
    """A small county whose facts are written twice: into the database and into the oracle."""

    def __init__(self, world):
        self.world = world
        self.facts = Facts(world.today, {str(kind): {int(c) for c in cats} for kind, cats in MATRIX.items()})
        self.hubs = [world.hub(), world.hub()]
        kinds = [AgencyKind.SCHOOL, AgencyKind.HEALTH, AgencyKind.POLICE, AgencyKind.COUNCIL_EARLY_HELP]
        self.agencies = [world.agency(kind) for kind in kinds]
        for agency in self.agencies:
            self.facts.agencies[agency.pk] = OAgency(agency.pk, str(agency.kind))
        self.members: list[Membership] = []
        for agency in self.agencies[:3]:
            for roles in ([Role.PRACTITIONER], [Role.PRACTITIONER], [Role.AGENCY_LEAD]):
                self._member(agency, roles)
        council = self.agencies[3]
        self._member(council, [Role.HUB_COORDINATOR], hub=self.hubs[0])
        self._member(council, [Role.HUB_MANAGER])
        self._member(council, [Role.PRACTITIONER])
        self.cases = [world.case(hub, family=world.family(hub, children=1)) for hub in (self.hubs[0], self.hubs[1])]
        for case in self.cases:
            with as_system():
                people = [str(pk) for pk in case.family.people.values_list("pk", flat=True)]
            self.facts.hub_of_case[str(case.pk)] = case.hub_id
            self.facts.people[str(case.pk)] = people
            self.facts.recorded_by.update(dict.fromkeys(people))

    def _member(self, agency, roles, hub=None):
        membership = self.world.member(agency, *roles, hub=hub)
        self.members.append(membership)
        self.facts.members[membership.pk] = Member(membership.pk, agency.pk, {str(r) for r in roles}, hub and hub.pk)

    def step(self, draw: random.Random) -> str:
        """One random change of one fact, in both worlds."""
        change = draw.choice([self.join, self.join, self.leave, self.consent, self.consent, self.consent, self.withdraw,
                              self.lawful, self.sign, self.everyone, self.restrict, self.emergency, self.note, self.move])
        with as_system():
            change(draw, draw.choice(self.cases))
        return change.__name__

    def join(self, draw, case):
        member = draw.choice(self.members)
        if (str(case.pk), member.pk) not in self.facts.team:
            TeamMember.objects.create(case=case, membership=member, starts_on=self.world.today - dt.timedelta(days=3))
            self.facts.team.add((str(case.pk), member.pk))

    def leave(self, draw, case):
        on_it = [m for c, m in self.facts.team if c == str(case.pk)]
        if on_it:
            member = draw.choice(sorted(on_it))
            yesterday = self.world.today - dt.timedelta(days=1)
            TeamMember.objects.filter(case=case, membership_id=member, ends_on=None).update(ends_on=yesterday)
            self.facts.team.discard((str(case.pk), member))

    def consent(self, draw, case):
        person = draw.choice(self.facts.people[str(case.pk)])
        agency = draw.choice(self.agencies)
        category = draw.choice([None, None, 1, 2, 3, 7])
        given = draw.random() < 0.7
        until = draw.choice([None, None, self.world.today, self.world.today - dt.timedelta(days=1),
                             self.world.today + dt.timedelta(days=30)])
        Consent.objects.filter(case=case, person_id=person, agency=agency, category=category, ended_at=None).update(
            ended_at=timezone.now(), end_reason="replaced"
        )
        Consent.objects.create(case=case, person_id=person, agency=agency, category=category, method="phone",
                               answer="given" if given else "refused", valid_until=until,
                               given_on=self.world.today - dt.timedelta(days=10))
        key = (str(case.pk), person, agency.pk, category)
        self.facts.answers = [a for a in self.facts.answers if (a.case, a.person, a.agency, a.category) != key]
        self.facts.answers.append(Answer(*key, given, until))

    def withdraw(self, draw, case):
        mine = [a for a in self.facts.answers if a.case == str(case.pk)]
        if mine:
            answer = draw.choice(mine)
            Consent.objects.filter(case=case, person_id=answer.person, agency_id=answer.agency,
                                   category=answer.category, ended_at=None).update(
                ended_at=timezone.now(), end_reason="withdrawn"
            )
            self.facts.answers.remove(answer)

    def lawful(self, draw, case):
        agency = draw.choice(self.agencies)
        until = draw.choice([None, self.world.today - dt.timedelta(days=1), self.world.today])
        LawfulShare.objects.filter(case=case, agency=agency).update(ends_on=self.world.today - dt.timedelta(days=1))
        LawfulShare.objects.create(case=case, agency=agency, basis="risk_of_harm", reason="Harm", ends_on=until,
                                   starts_on=self.world.today - dt.timedelta(days=2))
        self.facts.lawful[str(case.pk), agency.pk] = until

    def sign(self, draw, _case):
        agency = draw.choice(self.agencies)
        fact = self.facts.agencies[agency.pk]
        fact.signed = not fact.signed
        Signature.objects.filter(agency=agency).update(suspended_at=None if fact.signed else timezone.now())

    def everyone(self, draw, _case):
        agency = draw.choice(self.agencies)
        fact = self.facts.agencies[agency.pk]
        fact.everyone = not fact.everyone
        Agency.objects.filter(pk=agency.pk).update(everyone_sees_team_cases=fact.everyone)

    def restrict(self, draw, case):
        key = str(case.pk)
        if key in self.facts.named:
            Restriction.objects.filter(case=case, lifted_at=None).update(lifted_at=timezone.now())
            del self.facts.named[key]
            return
        restriction = Restriction.objects.create(case=case, reason="staff", review_on=self.world.today)
        names = draw.sample(self.members, 2)
        RestrictionName.objects.bulk_create(
            RestrictionName(restriction=restriction, case=case, membership=member) for member in names
        )
        self.facts.named[key] = {member.pk for member in names}

    def emergency(self, draw, case):
        member = draw.choice(self.members)
        over = draw.random() < 0.5
        now = timezone.now()
        start = now - dt.timedelta(hours=3)
        EmergencyAccess.objects.create(case=case, membership=member, reason="Call from hospital", starts_at=start,
                                       expires_at=now - dt.timedelta(minutes=1) if over else now + dt.timedelta(hours=1))
        if not over:
            self.facts.emergencies.add((str(case.pk), member.pk))

    def note(self, draw, case):
        category, agency = draw.choice([1, 2, 3, 4, 7]), draw.choice(self.agencies)
        about = draw.choice([None, *self.facts.people[str(case.pk)]])
        not_for = tuple({draw.choice(self.agencies).pk} if draw.random() < 0.3 else ())
        note = CaseNote.objects.create(case=case, category=category, agency=agency, kind="fact", title="A note",
                                       happened_at=timezone.now(), about_id=about, not_for=list(not_for))
        self.facts.notes.append(Note(str(note.pk), str(case.pk), category, agency.pk, about, not_for))

    def move(self, draw, case):
        hub = draw.choice(self.hubs)
        Case.objects.filter(pk=case.pk).update(hub=hub)
        self.facts.hub_of_case[str(case.pk)] = hub.pk

    def disagreements(self, seen_by) -> list[str]:
        """Every row that the four do not agree on, for every person."""
        wrong = []
        for membership in self.members:
            seen_by(membership)
            cases, by_filter = _ids("select id, acl && app.tokens() from cases_case")
            people, _ = _ids("select id, true from cases_person")
            notes, _ = _ids("select id, true from cases_casenote")
            for case in self.cases:
                key = str(case.pk)
                wanted = self.facts.sees_case(membership.pk, key)
                if (key in cases, key in by_filter) != (wanted, wanted):
                    wrong.append(f"case: oracle {wanted}, database {key in cases}, {membership}")
                for person in self.facts.people[key]:
                    if (person in people) is not self.facts.sees_person(membership.pk, key, person):
                        wrong.append(f"person: database {person in people}, {membership}")
            for note in self.facts.notes:
                if (note.id in notes) is not self.facts.sees_note(membership.pk, note):
                    wrong.append(f"note {note}: database {note.id in notes}, {membership}")
            self.compared += 2 * len(self.cases) + len(self.facts.recorded_by) + len(self.facts.notes)
        return wrong

    def grants_that_differ(self, seen_by) -> list[str]:
        """Cases that the application's second enforcer, the grants table, answers differently from the oracle."""
        wrong = []
        for membership in self.members:
            by_grant = {str(pk) for pk in Case.objects.granted_to(seen_by(membership)).values_list("pk", flat=True)}
            wrong += [f"{membership} {case}" for case in self.cases
                      if (str(case.pk) in by_grant) is not self.facts.sees_case(membership.pk, str(case.pk))]
        return wrong

    compared = 0


def _ids(sql: str) -> tuple[set[str], set[str]]:
    """Ids that the policy lets through, and those that the row's own acl lets through as well."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    return {str(pk) for pk, _ in rows}, {str(pk) for pk, passes in rows if passes}


@pytest.mark.parametrize("seed", range(6))
def test_the_oracle_and_the_database_agree_after_every_step(world, seen_by, seed):
    history = History(world)
    draw = random.Random(seed)
    done = []
    for _ in range(18):
        done.append(history.step(draw))
        wrong = history.disagreements(seen_by)
        assert not wrong, (done, wrong[:3])
    assert not history.grants_that_differ(seen_by), done
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select * from app.projection_faults()")
        assert cursor.fetchall() == []


@pytest.mark.parametrize("seed", range(3))
def test_http_answers_as_the_oracle_says(world, signed_in_as, seen_by, seed):
    history = History(world)
    draw = random.Random(seed)
    for _ in range(30):
        history.step(draw)
    assert not history.disagreements(seen_by)
    assert not history.grants_that_differ(seen_by)
    seen_by(None)
    for membership in history.members:
        browser = signed_in_as(membership)
        for case in history.cases:
            page = browser.get(reverse("record-overview", args=[case.reference]))
            wanted = 200 if history.facts.sees_case(membership.pk, str(case.pk)) else 404
            assert page.status_code == wanted, (membership, case)
