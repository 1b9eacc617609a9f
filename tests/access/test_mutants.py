"""Do the tests bite? Each mutant takes one condition out of the SQL of the rule; the oracle must then disagree.

The change is made inside the test's own transaction and goes with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import CaseNote, Consent, EmergencyAccess, LawfulShare, Restriction, TeamMember
from cases.models.sharing import RestrictionName
from earlyhelp.access.context import as_role, as_system
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC
from hubs.models import Signature
from tests.access.oracle import Answer, Note
from tests.access.test_oracle import History

pytestmark = pytest.mark.django_db

NOTE = "cases_casenote"
NOT_FOR = f" and ({NOTE}.agency_id is not distinct from app.agency_id() or not app.agency_id() = any ({NOTE}.not_for))"
ABOUT = (
    f" and ({NOTE}.about_id is null or {NOTE}.agency_id = app.agency_id()"
    f" or exists (select 1 from cases_person p where p.id = {NOTE}.about_id))"
)
TOPIC, CASE = VISIBLE_TOPIC.format(table=NOTE), VISIBLE_CASE.format(table=NOTE)
REFUSED = (
    "and not exists (select 1 from answers no where no.case_id = a.case_id and no.agency_id = a.agency_id\n"
    "                            and no.answer = 'refused' and no.category = k.category)"
)


def execute(sql: str):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def changed(function: str, condition: str, instead: str = "") -> Callable[[], None]:
    """Take a condition out of a function. The function must hold it, or the mutant means nothing."""

    def mutate() -> None:
        [(body,)] = execute(f"select pg_get_functiondef('app.{function}'::regproc)")
        assert condition in body, f"app.{function} does not say: {condition}"
        execute(body.replace(condition, instead))

    return mutate


def policy(table: str, condition: str) -> Callable[[], None]:
    return lambda: execute(f"alter policy {table}_select on {table} using ({condition})")


def both(*mutations: Callable[[], None]) -> Callable[[], None]:
    return lambda: [mutation() for mutation in mutations]


# What is taken out, in words -> how.
MUTANTS: dict[str, Callable[[], None]] = {
    "nothing": lambda: None,
    "the policy of cases": policy("cases_case", "true"),
    "whose tokens they are": policy("cases_case", "app.tokens() is not null"),
    "the policy of people": policy("cases_person", "true"),
    "each person's own consent": policy(
        "cases_person", "exists (select 1 from cases_family f where f.id = cases_person.family_id)"
    ),
    "the policy of notes": policy(NOTE, "true"),
    "the category of a note": policy(NOTE, CASE + NOT_FOR + ABOUT),
    "not for this agency": policy(NOTE, TOPIC + ABOUT),
    "about somebody known": policy(NOTE, TOPIC + NOT_FOR),
    "that the answer is yes": changed("derive_grants", "a.answer = 'given' and "),
    "a refused category": changed("derive_grants", REFUSED),
    "consent that has run out": changed(
        "derive_grants", "and (cs.valid_until is null or cs.valid_until >= app.today())"
    ),
    "consent that was withdrawn": changed("derive_grants", "cs.ended_at is null and "),
    "a lawful basis that has run out": changed(
        "derive_grants", "and (l.ends_on is null or l.ends_on >= app.today())"
    ),
    "a place on the team that has ended": changed(
        "derive_grants", "and (t.ends_on is null or t.ends_on >= app.today())"
    ),
    "a restriction": changed("derive_grants", "r.case_id = c.id and r.lifted_at is null", "false"),
    "a person's own yes": changed("wanted_person_acl", "cs.answer = 'given' and "),
    "the signature": changed("begin_request", "and s.suspended_at is null and s.withdrawn_at is null"),
    "the agreement's matrix": changed("begin_request", "and c.agency_kind = m.kind"),
    "that only leads see all of an agency's families": changed(
        "begin_request", "if m.everyone_sees_team_cases or 'agency_lead' = any (m.roles) then", "if true then"
    ),
    "the end of an emergency": both(
        changed("begin_request", "and e.expires_at > now()"),
        changed("derive_grants", "where e.expires_at > now()"),
    ),
}


class Scene(History):
    """Three cases in which each condition of the rule is the only reason why somebody does not see something."""

    def __init__(self, world):
        super().__init__(world)
        self.cases.append(world.case(self.hubs[1], family=world.family(self.hubs[1])))
        with as_system():
            self._tell_oracle_of(self.cases[2])
            self.school, self.health, self.police, self.council = self.agencies
            self.teacher, self.leaver, _head, self.nurse, _nurse, _lead, self.officer = self.members[:7]
            self.worker = self.members[11]
            self._fill()

    def _tell_oracle_of(self, case) -> None:
        people = [str(pk) for pk in case.family.people.values_list("pk", flat=True)]
        self.facts.hub_of_case[str(case.pk)], self.facts.people[str(case.pk)] = case.hub_id, people
        self.facts.recorded_by.update(dict.fromkeys(people))

    def _fill(self) -> None:
        first, second, third = self.cases
        yesterday = self.world.today - dt.timedelta(days=1)
        # The school: the mother said yes, the child no. One of its people has left the team.
        mother, child = self._mother_and_child(first)
        self._on_team(first, self.teacher)
        TeamMember.objects.create(case=first, membership=self.leaver, starts_on=yesterday, ends_on=yesterday)
        self._answer(first, mother, self.school, given=True)
        self._answer(first, child, self.school, given=False)
        # Health: the child said yes, but not to what is about health; the mother said nothing.
        self._on_team(first, self.nurse)
        self._answer(first, child, self.health, given=True)
        self._answer(first, child, self.health, given=False, category=3)
        # The council's worker: the mother's answer has run out, and so has an emergency.
        self._on_team(first, self.worker)
        self._answer(first, mother, self.council, given=True, until=yesterday)
        EmergencyAccess.objects.create(
            case=first,
            membership=self.worker,
            reason="Call",
            starts_at=timezone.now() - dt.timedelta(hours=2),
            expires_at=timezone.now() - dt.timedelta(minutes=1),
        )
        for category, agency, about, not_for in [
            (1, self.health, None, (self.school.pk,)),
            (1, self.school, mother, ()),
            (2, self.school, None, ()),
            (3, self.police, None, ()),
            (4, self.police, None, ()),
            (7, self.health, None, ()),
        ]:
            self._note(first, category, agency, about, not_for)
        # The second case: withdrawn, no longer lawful, suspended, and refused.
        mother, child = self._mother_and_child(second)
        for member in (self.teacher, self.nurse, self.officer, self.worker):
            self._on_team(second, member)
        self._answer(second, mother, self.school, given=True)
        Consent.objects.filter(case=second, agency=self.school).update(
            ended_at=timezone.now(), end_reason="withdrawn"
        )
        self.facts.answers = [
            a for a in self.facts.answers if (a.case, a.agency) != (str(second.pk), self.school.pk)
        ]
        LawfulShare.objects.create(
            case=second,
            agency=self.health,
            basis="risk_of_harm",
            reason="Harm",
            starts_on=yesterday,
            ends_on=yesterday,
        )
        self.facts.lawful[str(second.pk), self.health.pk] = yesterday
        self._answer(second, mother, self.police, given=True)
        Signature.objects.filter(agency=self.police).update(suspended_at=timezone.now())
        self.facts.agencies[self.police.pk].signed = False
        self._answer(second, mother, self.council, given=False)
        # The third: everybody agreed, and only the nurse is named.
        mother, child = self._mother_and_child(third)
        self._on_team(third, self.teacher)
        self._answer(third, mother, self.school, given=True)
        restriction = Restriction.objects.create(case=third, reason="staff", review_on=self.world.today)
        RestrictionName.objects.create(restriction=restriction, case=third, membership=self.nurse)
        self.facts.named[str(third.pk)] = {self.nurse.pk}

    def _mother_and_child(self, case) -> tuple[str, str]:
        return tuple(str(case.family.people.get(is_child=is_child).pk) for is_child in (False, True))

    def _on_team(self, case, member) -> None:
        TeamMember.objects.create(case=case, membership=member, starts_on=self.world.today)
        self.facts.team.add((str(case.pk), member.pk))

    def _answer(self, case, person, agency, *, given, category=None, until=None) -> None:
        Consent.objects.create(
            case=case,
            person_id=person,
            agency=agency,
            category=category,
            answer="given" if given else "refused",
            method="phone",
            given_on=self.world.today - dt.timedelta(days=9),
            valid_until=until,
        )
        self.facts.answers.append(Answer(str(case.pk), person, agency.pk, category, given, until))

    def _note(self, case, category, agency, about, not_for) -> None:
        note = CaseNote.objects.create(
            case=case,
            category=category,
            agency=agency,
            kind="fact",
            title="A note",
            happened_at=timezone.now(),
            about_id=about,
            not_for=list(not_for),
        )
        self.facts.notes.append(Note(str(note.pk), str(case.pk), category, agency.pk, about, not_for))


@pytest.mark.parametrize("what", MUTANTS)
def test_rule_without(what, world, seen_by):
    """Without one of its conditions the rule is found to be wrong; without "nothing" it is not."""
    with as_role("eh_owner"):
        MUTANTS[what]()
    wrong = Scene(world).disagreements(seen_by)
    assert bool(wrong) is (what != "nothing"), wrong
