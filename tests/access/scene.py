"""A county in which each condition of the rule is somewhere the only reason why somebody does not see something."""

from __future__ import annotations

import datetime as dt

from cases.models import EmergencyAccess, Person, TeamMember
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.accounts.models import User
from hubs.models import Agency, AgencyKind, Agreement, AgreementCategory, Category, Membership, Signature
from tests.access.changes import DAY
from tests.access.history import History


class Told:
    """Draws what it is told, in place of chance."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def choice(self, _options):
        return self.answers.pop(0)


class Scene(History):
    def __init__(self, world):
        super().__init__(world)
        self.today, self.yesterday, self.tomorrow = world.today, world.today - DAY, world.today + DAY
        self.school, self.health, self.police, self.council = self.agencies
        self.teacher, self.leaver, self.head, self.nurse, self.second_nurse, self.matron, self.officer = self.members[:7]
        self.coordinator, self.worker, self.teacher_elsewhere = self.members[9], self.members[11], self.members[12]
        self.more_agencies()
        for chapter in (
            self.answers, self.ended, self.restricted, self.agreements, self.relations, self.deciding, self.differing,
            self.by_law, self.notes, self.not_yet, self.leavers, self.addresses, self.writing, self.volunteers,
            self.handed_over, self.guests,
        ):  # fmt: skip
            with as_system():
                chapter()

    # -- Help ----------------------------------------------------------------------------------------------------------

    def a_case(self, hub=None):
        """One more family with a mother, a father and a child."""
        family = self.world.family(hub or self.hubs[1])
        Person.objects.create(family=family, first_name="Ray", last_name="Hollis", is_child=False)
        case = self.world.case(hub or self.hubs[1], family=family)
        with as_system():
            self._tell_of_family(family)
        self.facts.hub_of_case[str(case.pk)] = case.hub_id
        self.facts.family_of_case[str(case.pk)] = str(family.pk)
        self.cases.append(case)
        self.meetings[str(case.pk)] = self.meeting_of(case).pk
        return (case, *self.family_of(case))

    def family_of(self, case) -> list[str]:
        """Mother, child and, where there is one, father."""
        people = sorted(case.family.people.all(), key=lambda p: ("Dana", "Ellie", "Ray").index(p.first_name))
        return [str(person.pk) for person in people]

    def shared(self, *members, about=None):
        """A case whose mother said yes to the members' agencies, who are its team."""
        case, mother, child, father = self.a_case()
        for member in members:
            self.put_on_team(case, member)
        for agency in {m.agency_id: m.agency for m in members}.values():
            self.answer(case, about or mother, agency, given=True)
        return case, mother, child, father

    def more_agencies(self):
        """Agencies that each lack one thing, with somebody of theirs on a team of a family that agreed."""
        lacks = {
            AgencyKind.HOUSING: lambda a: Agency.objects.filter(pk=a.pk).update(is_active=False),
            AgencyKind.VOLUNTARY: lambda a: Signature.objects.filter(agency=a).update(signed_on=self.world.today + DAY),
            AgencyKind.COUNCIL_SOCIAL_CARE: lambda a: Signature.objects.filter(agency=a).update(withdrawn_at=self.now),
        }
        for kind, lack in lacks.items():
            agency = self.world.agency(kind)
            self._member(agency, [Role.AGENCY_LEAD])
            with as_system():
                lack(agency)
                self.shared(self.members[-1])
            self.facts.agencies[agency.pk].active = kind != AgencyKind.HOUSING
            self.facts.agreements[0].signed[agency.pk] = kind == AgencyKind.HOUSING
        # A coordinator whose council has withdrawn keeps the duty: names and contact.
        self._member(agency, [Role.HUB_COORDINATOR], hub=self.hubs[0])
        self.dutiful = self.members[-1]
        # Of an agency that lacks nothing: an account that was shut.
        self._member(self.council, [Role.HUB_COORDINATOR], hub=self.hubs[0])
        with as_system():
            User.objects.filter(pk=self.members[-1].user_id).update(is_active=False)
        self.facts.inactive_users.add(self.members[-1].user_id)

    # -- The family's answers, and what has ended ----------------------------------------------------------------------

    def answers(self):
        first = self.cases[0]
        mother, child = self.family_of(first)
        # The school: the mother said yes, the child no. One of its people has left the team.
        self.put_on_team(first, self.teacher)
        TeamMember.objects.create(case=first, membership=self.leaver, starts_on=self.yesterday, ends_on=self.yesterday)
        self.answer(first, mother, self.school, given=True)
        self.answer(first, child, self.school, given=False)
        # Health: the child said yes, but not to what is about health; the mother said nothing.
        self.put_on_team(first, self.nurse)
        self.answer(first, child, self.health, given=True)
        self.answer(first, child, self.health, given=False, category=3)
        # The council's worker: the mother's answer has run out, and so has an emergency; another has not begun.
        self.put_on_team(first, self.worker)
        self.answer(first, mother, self.council, given=True, until=self.yesterday)
        self.emergency(None, first, self.worker, over=True)
        now = self.now
        EmergencyAccess.objects.create(
            case=first, membership=self.worker, reason="Call", starts_at=now + DAY, expires_at=now + 2 * DAY
        )
        for category, author, about, not_for in [
            (1, self.nurse, None, [self.school]), (1, self.teacher, mother, []), (2, self.teacher, None, []),
            (3, self.officer, None, []), (4, self.officer, None, []), (7, self.nurse, None, []),
        ]:  # fmt: skip
            self.write_note(first, category, author, about=about, not_for=not_for)

    def ended(self):
        second = self.cases[1]
        mother, _child = self.family_of(second)
        for member in (self.teacher, self.nurse, self.officer, self.worker):
            self.put_on_team(second, member)
        self.end_answer(self.answer(second, mother, self.school, given=True), "withdrawn")
        self.share_lawfully(second, self.health, until=self.yesterday)
        self.answer(second, mother, self.police, given=True)
        self.sign_or_not(self.facts.agreements[0], self.police, False)
        self.answer(second, mother, self.council, given=False)
        # The mother agreed, and nobody of the school is on the team.
        case, mother, *_ = self.a_case()
        self.answer(case, mother, self.school, given=True)
        # Nobody agreed about the child, whom the nurse's agency recorded.
        case, _mother, child, _father = self.shared(self.nurse)
        Person.objects.filter(pk=child).update(recorded_by_agency=self.health)
        self.facts.recorded_by[child] = self.health.pk

    def restricted(self):
        third = self.cases[2]
        mother, _child = self.family_of(third)
        self.put_on_team(third, self.teacher)
        self.answer(third, mother, self.school, given=True)
        self.restrict_to(third, [self.nurse])
        # Named are one whose agency is suspended, and one who does not see it any other way.
        case, *_ = self.shared(self.teacher)
        self.restrict_to(case, [self.officer, self.matron])
        # Lifted, then restricted to somebody else.
        case, *_ = self.shared(self.teacher)
        self.restrict_to(case, [self.second_nurse])
        self.restrict(None, case)
        self.restrict_to(case, [self.matron])
        # Lifted: everybody is back, and the one who was named is not.
        case, *_ = self.shared(self.teacher)
        self.restrict_to(case, [self.officer, self.nurse])
        self.restrict(None, case)
        # The second case of the first family is nobody's, an emergency apart.
        self.emergency(None, self.cases[3], self.second_nurse, over=False)

    def agreements(self):
        """Newer versions give more, but none is in force; and one cell of the live one is for planning alone."""
        notes = {
            "not activated": {"activated_at": None},
            "to come": {"starts_on": self.tomorrow, "review_on": self.tomorrow},
            "over": {"ends_on": self.yesterday},
        }
        for number, (title, facts) in enumerate(notes.items(), start=2):
            version = Agreement.objects.create(**{
                "version": number, "title": title, "starts_on": self.yesterday, "review_on": self.tomorrow, "purposes": "Help",
                "activated_at": self.now - DAY, **facts,
            })  # fmt: skip
            kinds = (AgencyKind.SCHOOL, AgencyKind.HEALTH)
            AgreementCategory.objects.bulk_create(
                AgreementCategory(agreement=version, agency_kind=kind, category=number + 2) for kind in kinds
            )
            for agency in (self.school, self.health):
                Signature.objects.create(agreement=version, agency=agency, signatory_name="Jo", signed_on=self.yesterday)
        live = self.live_agreement
        AgreementCategory.objects.create(
            agreement=live, agency_kind=AgencyKind.SCHOOL, category=Category.FINANCE, purposes=["planning"]
        )
        self.facts.agreements[0].cells["school", int(Category.FINANCE)] = {"planning"}
        case, *_ = self.shared(self.teacher)
        for category in Category:
            self.write_note(case, int(category), self.worker)

    # -- People who are close, decide, or differ -----------------------------------------------------------------------

    def relations(self):
        # Known at the one agency, kept from them at the other.
        case, _mother, child, _father = self.shared(self.teacher, self.second_nurse)
        self.relation(None, case, self.teacher_elsewhere, child)
        # An emergency does not help.
        case, mother, *_ = self.a_case()
        self.relation(None, case, self.second_nurse, mother)
        self.emergency(None, case, self.second_nurse, over=False)

    def deciding(self):
        # The mother's yes for a child who decides does not count; nor does her no beside the child's yes.
        case, mother, child, _father = self.a_case()
        self.put_on_team(case, self.teacher)
        self.answer(case, child, self.school, given=True, giver=mother)
        self.decide(None, case, child, True)
        self.put_on_team(case, self.nurse)
        self.answer(case, child, self.health, given=True)
        self.answer(case, child, self.health, given=False, giver=mother)
        # A child noted not to decide, and one whose note was replaced: the mother answers.
        for notes in ((False,), (True, False)):
            case, mother, child, _father = self.a_case()
            self.put_on_team(case, self.teacher)
            self.answer(case, child, self.school, given=True, giver=mother)
            for able in notes:
                self.decide(None, case, child, able)
        # The note is about that child alone.
        case, mother, child, _father = self.a_case()
        self.put_on_team(case, self.teacher)
        self.answer(case, mother, self.school, given=True)
        self.answer(case, child, self.school, given=True, giver=mother)
        self.decide(None, case, mother, True)

    def differing(self):
        def asked(mothers_yes=None, **fathers_no):
            case, mother, child, father = self.a_case()
            self.put_on_team(case, self.teacher)
            self.answer(case, child, self.school, given=True, giver=mother, category=mothers_yes)
            facts = {"person": child, "agency": self.school, "giver": father, "given": False, **fathers_no}
            self.answer(case, facts.pop("person"), facts.pop("agency"), **facts)
            return case, mother, child, father

        asked()  # the father's no stands
        asked(until=self.yesterday)  # his no has run out
        asked(category=3)  # only about health
        asked(agency=self.health)  # to somebody else
        case, _mother, _child, father = asked(until=self.yesterday)
        self.answer(case, father, self.school, given=False)  # for himself
        asked()
        self.end_answer(self.facts.answers[-1], "resolved")
        # The same person says no to everything but one topic.
        case, _mother, child, _father = self.a_case()
        self.put_on_team(case, self.teacher)
        self.answer(case, child, self.school, given=False)
        self.answer(case, child, self.school, given=True, category=2)
        self.write_note(case, 1, self.worker)
        self.write_note(case, 2, self.worker)
        # Both say yes.
        case, mother, child, father = self.a_case()
        self.put_on_team(case, self.teacher)
        for giver in (mother, father):
            self.answer(case, child, self.school, given=True, giver=giver)
        # One agency's topic is refused, and another's is not.
        case, mother, *_ = self.shared(self.teacher, self.nurse)
        self.answer(case, mother, self.health, given=False, category=7)
        self.write_note(case, 7, self.worker)
        # No from the father that is not due yet.
        case, mother, child, father = self.a_case()
        self.put_on_team(case, self.teacher)
        self.answer(case, child, self.school, given=True, giver=mother)
        self.answer(case, child, self.school, given=False, giver=father, starts=self.tomorrow)

    def by_law(self):
        """Shared without consent: safeguarding alone, and a share that begins tomorrow."""
        case, *_ = self.a_case()
        self.put_on_team(case, self.teacher)
        self.share_lawfully(case, self.school, categories=(int(Category.SAFEGUARDING),))
        for category in (1, 2, 7):
            self.write_note(case, category, self.worker)
        case, *_ = self.a_case()
        self.put_on_team(case, self.teacher)
        self.share_lawfully(case, self.school)
        self.write_note(case, 2, self.worker)
        case, *_ = self.a_case()
        self.put_on_team(case, self.teacher)
        self.share_lawfully(case, self.school, starts=self.tomorrow)

    # -- What is written -----------------------------------------------------------------------------------------------

    def notes(self):
        case, *_ = self.shared(self.teacher, self.nurse)
        # Not for the teacher, named where he works too; not for two people, one of whom wrote it.
        self.write_note(case, 1, self.nurse, not_for_members=[self.teacher_elsewhere])
        self.write_note(case, 1, self.nurse, not_for_members=[self.nurse, self.head])
        self.write_note(case, 2, self.teacher, not_for=[self.school])
        self.write_note(case, 2, self.nurse, not_for=[self.health])

    def writing(self):
        """Outcomes, actions, documents and agenda items: of another topic, about somebody unknown, under what is hidden."""
        case, mother, child, _father = self.shared(self.teacher, self.nurse)
        for table in ("cases_outcome", "cases_document", "cases_agendaitem"):
            for category, about in ((1, None), (1, mother), (1, child), (2, None), (3, None)):
                self.write_row(table, case, category, self.council, about)
        for audience, chosen, agencies in (("professionals", [], []), ("chosen", [self.nurse], [self.school])):
            self.write_row("cases_agendaitem", case, 1, self.council)
            self.set_audience(self.facts.rows[-1], audience, chosen, agencies)
        outcomes = [row for row in self.facts.rows if row.table == "cases_outcome" and row.case == str(case.pk)]
        for outcome in outcomes:
            for owner in (None, self.teacher):
                self.write_action(case, outcome.id, owner)
        self.write_action(case, None, None)
        # An owner who sees nothing of the case.
        self.write_action(self.cases[1], None, self.teacher)

    def write_action(self, case, under, owner):
        self.write_row("cases_action", case, 1, self.council, None, Told(under, owner))

    # -- Not yet, and not any more -------------------------------------------------------------------------------------

    def not_yet(self):
        """Tomorrow a place begins, and an answer."""
        case, mother, *_ = self.a_case()
        self.put_on_team(case, self.teacher, starts=self.tomorrow)
        self.answer(case, mother, self.school, given=True)
        case, mother, *_ = self.a_case()
        self.put_on_team(case, self.teacher)
        self.answer(case, mother, self.school, given=True, starts=self.tomorrow)

    def leavers(self):
        """The only one of an agency on the team has left it, or has not begun: its lead sees nothing."""
        for ends, starts in ((self.yesterday, None), (None, self.tomorrow)):
            for role in (Role.PRACTITIONER, Role.AGENCY_LEAD):
                self._member(self.health, [role])
                member = self.members[-1]
                if role == Role.PRACTITIONER:
                    self.shared(member)
                self.end_membership(None, None, member, ends)
                if starts:
                    Membership.objects.filter(pk=member.pk).update(starts_on=starts)
                    self.facts.members[member.pk].starts = starts

    def addresses(self):
        """The nurse is close to somebody of another family, from whom this one's address is hidden."""
        case, *_ = self.shared(self.second_nurse, self.nurse)
        close = next(p for user, p in sorted(self.facts.relations) if user == self.second_nurse.user_id)
        self.hide_address(None, case, close)

    # -- Narrower eyes -------------------------------------------------------------------------------------------------

    def volunteers(self):
        """Of an agency that may have every topic and where everybody sees all: one on a team, one on none."""
        council = self.world.agency(AgencyKind.COUNCIL_EARLY_HELP, everyone_sees_team_cases=True)
        self.facts.agreements[0].signed[council.pk] = True
        for role in (Role.VOLUNTEER, Role.VOLUNTEER, Role.PRACTITIONER):
            self._member(council, [role])
        self.facts.agencies[council.pk].everyone = True
        named = self.members[-3]
        case, mother, *_ = self.shared(named, self.members[-1])
        self.hide_address(None, case, mother)
        for category in (1, 2):
            self.write_note(case, category, self.worker)
            self.write_note(case, category, self.members[-1])
            for table in ("cases_outcome", "cases_document", "cases_agendaitem"):
                self.write_row(table, case, category, council, None)
        for owner in (named, self.members[-1]):
            self.write_row("cases_action", case, 1, council, None, Told(None, owner))

    def handed_over(self):
        """Who led reads on; their agency's leads and, where everybody sees all, their colleagues do not by it."""
        case, mother, *_ = self.a_case()
        self.put_on_team(case, self.teacher, ends=self.tomorrow, reads_only=True)
        self.put_on_team(case, self.nurse, starts=self.yesterday, ends=self.yesterday, reads_only=True)
        self.answer(case, mother, self.school, given=True)
        self.answer(case, mother, self.health, given=True)
        self.answer(case, mother, self.school, given=False, category=2)
        for category in (1, 2, 7):
            self.write_note(case, category, self.worker)

    # -- Guests --------------------------------------------------------------------------------------------------------

    def guests(self):
        """One who may look, and for each condition one who may not."""
        every = tuple(int(category) for category in Category)

        def hosted(inviter=self.teacher, categories=every, **facts):
            case, mother, child, father = self.shared(inviter)
            self.invite(case, inviter, mother, categories, **facts)
            return case, mother, child, father

        now = self.now
        case, mother, child, _father = hosted(categories=(1, 2, 3))
        for category in Category:
            self.write_note(case, int(category), self.worker)
        self.write_note(case, 1, self.worker, about=child)
        self.write_note(case, 1, self.worker, about=mother)
        self.write_note(case, 1, self.worker, not_for=[self.health])
        self.write_note(case, 1, self.worker, not_for_members=[self.nurse])
        self.write_row("cases_document", case, 1, self.council)
        self.write_row("cases_outcome", case, 1, self.council, mother)
        self.write_row("cases_agendaitem", case, 1, self.council)
        self.set_audience(self.facts.rows[-1], "professionals")
        Person.objects.filter(pk=child).update(recorded_by_agency=self.school)
        self.facts.recorded_by[child] = self.school.pk
        # The agency may have a topic and the family refused it.
        case, mother, *_ = hosted()
        self.answer(case, mother, self.school, given=False, category=2)
        self.write_note(case, 2, self.worker)
        self.write_note(case, 1, self.worker)
        hosted(expires=now - dt.timedelta(minutes=1))
        hosted(confirmed=False)
        hosted()
        self.end_guest(Told(list(self.facts.guests.values())[-1], "ended"), None)
        case, *_ = hosted()
        self.close(Told("closed"), case)
        case, *_ = hosted()
        self.restrict_to(case, [self.teacher, self.nurse])
        case, _mother, child, _father = hosted(inviter=self.nurse)
        self.relation(None, case, self.nurse, child)
        hosted(inviter=self.officer)  # whose agency is suspended
        self._member(self.health, [Role.PRACTITIONER])
        case, *_ = hosted(inviter=self.members[-1])
        self.put_on_team(case, self.nurse)
        self.end_membership(None, None, self.members[-1], self.yesterday)  # who has left, and a colleague has not
        # Who invited them is off the team; the family's yes still stands, and a colleague is on it.
        case, *_ = hosted()
        self.put_on_team(case, self.leaver)
        self._off_the_team(case, self.teacher)
        # The one who agreed took it back; another's yes still lets the school see.
        case, mother, child, _father = hosted()
        self.answer(case, child, self.school, given=True)
        self.end_answer(next(a for a in self.facts.answers if (a.case, a.person) == (str(case.pk), mother)), "withdrawn")
        # The one who agreed said yes to another agency, and nothing to the one that invites.
        case, mother, child, _father = self.a_case()
        self.put_on_team(case, self.teacher)
        self.answer(case, child, self.school, given=True)
        self.answer(case, mother, self.health, given=True)
        self.invite(case, self.teacher, mother, every)
        # Only the law lets the school see: that is no yes for a guest.
        case, mother, child, _father = hosted()
        self.share_lawfully(case, self.school)
        # They said no, and another's yes lets the school see.
        case, mother, child, _father = self.a_case()
        self.put_on_team(case, self.teacher)
        self.answer(case, mother, self.school, given=False)
        self.answer(case, child, self.school, given=True)
        self.invite(case, self.teacher, mother, every)
        # A coordinator whose council has not signed.
        case, mother, *_ = self.a_case(self.hubs[0])
        self.answer(case, mother, self.dutiful.agency, given=True)
        self.invite(case, self.dutiful, mother, every)
        self.write_note(case, 7, self.teacher)
        # A coordinator invites: the hub sees all, the guest those who agreed to the council.
        case, mother, child, father = self.a_case(self.hubs[0])
        self.answer(case, mother, self.council, given=True)
        self.invite(case, self.coordinator, mother, (1, 7))
        self.write_note(case, 7, self.teacher)
        self.write_note(case, 4, self.teacher)

    def _off_the_team(self, case, member):
        place = next(p for p in self.facts.team if (p.case, p.member) == (str(case.pk), member.pk))
        self.leave(Told(place), case)
