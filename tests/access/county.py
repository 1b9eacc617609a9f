"""Six agencies, twelve people and forty families in every state of sharing, each with something of every kind that has an
address. The facts stand in the plain-Python oracle too (oracle.py), which says who is shown what.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from assessments.models import DifferingView, HandOver, MatchCheck, NoNeeds, QuickNote, Section, Voice
from cases.models import (
    AccessSample,
    Cover,
    DecidesForSelf,
    Document,
    DocumentPage,
    EmergencyAccess,
    Invitation,
    JoinRequest,
    LeadProfessional,
    LeadRequest,
    Merge,
    Outcome,
    Person,
    RecordLink,
    Restriction,
    SampledLook,
    TeamMember,
)
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind
from reporting.models import PossibleDuplicate, RegisterImport, RegisterRow
from tests.access.changes import DAY
from tests.access.county_meetings import find_a_time, stand_still, talk_about_it
from tests.access.county_panels import put_to_panel
from tests.access.county_steps import step
from tests.access.history import History
from tests.access.oracle import Facts
from tests.access.states import STATES, Told

FAMILIES = 40
# Changes of one family's facts alone, for the families whose state is left to chance.
BY_CHANCE = (
    "join", "join", "leave", "consent", "consent", "consent", "by_another", "by_another", "withdraw", "settle", "decide",
    "lawful", "end_lawful", "restrict", "emergency", "record_person", "hide_address", "move", "close",
)  # fmt: skip
WORKERS = {Role.AGENCY_LEAD, Role.HUB_MANAGER}


@dataclass(frozen=True)
class Thing:
    """Something of a family that an address names. `sees(member id)` is the oracle's word; `case` is None for what is
    somebody's own and not a family's."""

    case: str | None
    ids: dict[str, object]
    sees: Callable[[int], bool]


class County(History):
    """`members` are the twelve; `things` is what `addresses.py` names, by its words there ("outcome", "child"...)."""

    def __init__(self, world, start_assessment, seed: int = 3):
        self.world, self.start_assessment, self.compared = world, start_assessment, 0
        self.draw = random.Random(seed)
        with connection.cursor() as cursor:
            cursor.execute("select now()")
            self.now = cursor.fetchone()[0]
        self.facts = Facts(world.today)
        self.hubs = [world.hub(), world.hub()]
        kinds = [
            AgencyKind.SCHOOL, AgencyKind.SCHOOL, AgencyKind.HEALTH, AgencyKind.POLICE, AgencyKind.COUNCIL_SOCIAL_CARE,
            AgencyKind.COUNCIL_EARLY_HELP,
        ]  # fmt: skip
        self.agencies = [world.agency(kind) for kind in kinds]
        self.school, self.second_school, self.health, self.police, self.social_care, self.council = (
            self.agencies
        )
        self.live_agreement = world.agreement()
        self.members: list = []
        for agency in self.agencies[:-1]:
            for role in (Role.PRACTITIONER, Role.AGENCY_LEAD):
                self._member(agency, [role])
        self._member(self.council, [Role.HUB_COORDINATOR], hub=self.hubs[0])
        self._member(self.council, [Role.HUB_MANAGER], hub=self.hubs[1])
        self._tell_of_the_agreement()
        for number in (1, 2, 3, 4):
            world.level(number)
        self.cases, self.meetings = [], {}
        self.things: dict[str, list[Thing]] = {}
        for n in range(FAMILIES):
            self._family(n)
        with as_system():
            for n, case in enumerate(self.cases):
                self._share(n, case)
            self.everyone_at(self.second_school)
            for n, case in enumerate(self.cases):
                self._write(n, case)
            self._what_was_used()

    DAY = DAY

    def everyone_at(self, agency) -> None:
        """An agency that lets everybody who works there see its families."""
        self.facts.agencies[agency.pk].everyone = True
        type(agency).objects.filter(pk=agency.pk).update(everyone_sees_team_cases=True)

    # -- Families ------------------------------------------------------------------------------------------------------

    def _family(self, n: int) -> None:
        hub = self.hubs[n % 2]
        family = self.world.family(hub, name=f"Family{n}")
        with as_system():
            Person.objects.create(family=family, first_name="Ray", last_name=family.name, is_child=False)
            self._tell_of_family(family)
        case = self.world.case(hub, family=family, level=self.world.level(1 + n % 4))
        self.facts.hub_of_case[str(case.pk)] = hub.pk
        self.facts.family_of_case[str(case.pk)] = str(family.pk)
        self.cases.append(case)
        with as_system():
            self.meetings[str(case.pk)] = self.meeting_of(case).pk

    def who(self, case) -> tuple[str, str, str]:
        """Mother, child and father."""
        people = sorted(
            case.family.people.all(), key=lambda each: ("Dana", "Ellie", "Ray").index(each.first_name)
        )
        return tuple(str(each.pk) for each in people)

    def _share(self, n: int, case) -> None:
        """The first twenty-two each in a state of their own, the others by chance."""
        if n >= len(STATES):
            self.usual(case, self.draw.sample(self.members, 3))
            for _ in range(12):
                getattr(self, self.draw.choice(BY_CHANCE))(self.draw, case)
            return
        first = self.members[2 * (n % 5)]
        STATES[n](self, case, first, *self.who(case))

    def usual(self, case, members) -> None:
        """The mother and the child agreed to share with the members' agencies, who are on the team."""
        mother, child, _father = self.who(case)
        for member in members:
            self.put_on_team(case, member)
        for agency in {member.agency_id: member.agency for member in members}.values():
            self.answer(case, mother, agency, given=True)
            self.answer(case, child, agency, given=True, giver=mother)

    # -- What has an address -------------------------------------------------------------------------------------------

    def keep(self, word: str, case, sees, **ids) -> None:
        self.things.setdefault(word, []).append(Thing(case and str(case.pk), ids, sees))

    def _write(self, n: int, case) -> None:
        facts, key, family = self.facts, str(case.pk), str(case.family_id)
        agency, other = self.agencies[n % 6], self.agencies[(n + 3) % 6]
        mother, child, _father = self.who(case)

        def seen(member):
            return facts.sees_case(member, key)

        def knows(person):
            return lambda member: seen(member) and facts.sees_person(member, family, person)

        self.keep("case", case, seen, reference=case.reference)
        self.keep("mother", case, knows(mother), person=mother)
        for person in (mother, child):
            self.keep("person", case, knows(person), pk=person)
        self.keep("child", case, knows(child), person=child)
        self._twice(case, knows, seen, mother, child)
        has_note = DecidesForSelf.objects.filter(person_id=child, ended_at=None).exists()
        self.keep("noted", case, knows(child) if has_note else _nobody, person=child)
        for address in [each for each, facts_of in facts.addresses.items() if facts_of[0] == family]:
            self.keep(
                "address", case, lambda m, it=address: seen(m) and facts.sees_address(m, it), pk=address
            )
        for category, about in (
            (1, None),
            (self.draw.choice([2, 3, 4, 7]), self.draw.choice([None, mother, child])),
        ):
            for table in ("cases_outcome", "cases_document", "cases_agendaitem"):
                self.write_row(table, case, category, self.draw.choice([agency, other]), about)
        outcome = Outcome.objects.filter(case=case).order_by("?").first()
        for under, owner in ((str(outcome.pk), None), (None, self.draw.choice(self.members))):
            self._action(case, agency, under, owner)
        for row in [row for row in facts.rows if row.case == key]:
            word = {"cases_outcome": "outcome", "cases_action": "action", "cases_document": "document"}.get(
                row.table
            )
            if word:
                self.keep(word, case, lambda m, row=row: row.id in self.rows_of(m), pk=row.id)
        Document.objects.filter(case=case).update(uploaded_by=self.members[n % 12])
        for document in Document.objects.filter(case=case):
            default_storage.save(document.storage_key, ContentFile(b"A letter."))
            drawn = default_storage.save(f"previews/{document.pk}", ContentFile(b"A picture of a letter."))
            DocumentPage.objects.create(
                case=case, document=document, number=1, storage_key=drawn, width=1, height=1, text="A letter."
            )
        if not any(place.case == key for place in facts.team):
            self.put_on_team(case, self.draw.choice(self.members), facts.today, facts.today)
        for place in TeamMember.objects.current().filter(case=case):
            self.keep("seat", case, seen, pk=str(place.pk))
        self.share_lawfully(case, agency, starts=facts.today - 9 * DAY, until=facts.today - DAY)
        for share in [share for share in facts.lawful if share.case == key]:
            self.keep("lawful_share", case, seen, pk=share.id)
        asked = LeadRequest.objects.create(
            case=case,
            to_membership=self.members[n % 12],
            from_membership=self.members[(n + 1) % 12],
            note="Will you?",
        )
        self.keep("lead_request", case, seen, pk=str(asked.pk))
        asker = self.members[(n + 5) % 12]
        join = JoinRequest.objects.create(
            case=case, asked_by=asker, reason="Knows the child", decide_by=self.now + DAY
        )
        # Whoever asked reads nothing of it, in whatever agency they look; and takes it back without seeing the family.
        self.keep(
            "join_request",
            case,
            lambda member: seen(member) and facts.members[member].user != asker.user_id,
            pk=str(join.pk),
        )
        self.keep("join_taken_back", None, lambda member: member == asker.pk, pk=str(join.pk))
        lead = LeadProfessional.objects.create(case=case, membership=self.members[n % 12])
        self.keep("lead", case, seen, pk=str(lead.pk))
        if n < 3:
            self._cover(n)
        meeting = self.meetings[key]
        self.keep("meeting", case, seen, pk=str(meeting))
        for guest in ({"membership": self.members[n % 12]}, {"person_id": mother}):
            invited = Invitation.objects.create(case=case, meeting_id=meeting, **guest)
            sees = knows(mother) if "person_id" in guest else seen
            self.keep("invitation", case, sees, pk=str(meeting), invitation=str(invited.pk))
        find_a_time(self, n, case, seen, mother, knows(mother))
        talk_about_it(self, case, seen)
        stand_still(self, case, agency, seen)
        self.invite(case, self.members[n % 12], mother, (1, 2))
        for guest in [each.id for each in facts.guests.values() if each.case == key]:
            self.keep("guest", case, seen, pk=guest)
        step(self, n, case, agency, seen)
        put_to_panel(self, n, case, agency, seen)
        self._assessment(n, case, seen, knows(child), child)

    def _cover(self, n: int) -> None:
        """Somebody covers for another: seen by the two, and by leads of the agency of who is away."""
        away, other = self.members[n], self.members[n + 1]
        day = self.facts.today + 30 * DAY
        cover = Cover.objects.create(away=away, by=other, asked_by=away, starts_on=day, ends_on=day)

        def sees(member):
            m = self.facts.members[member]
            return member in (away.pk, other.pk) or ("agency_lead" in m.roles and m.agency == away.agency_id)

        self.keep("cover", None, sees, pk=str(cover.pk))

    def _action(self, case, agency, under, owner) -> None:
        told = Told(under, owner)
        self.write_row("cases_action", case, 1, agency, None, told)

    def rows_of(self, member: int) -> set[str]:
        """Ids of all rows of topics that the oracle shows this person; asked once."""
        if not hasattr(self, "_rows"):
            self._rows = {}
        if member not in self._rows:
            found = self.facts.seen_by_member(member)
            self._rows[member] = {key for keys in found.values() for key in keys}
        return self._rows[member]

    def forget(self) -> None:
        """After a fact has changed."""
        self._rows = {}

    def _twice(self, case, knows, seen, mother, child) -> None:
        """Two people of the family were linked and proposed to be merged: for hub staff who see both."""
        by = self.members[0]
        link = RecordLink.objects.create(
            one_person_id=mother, other_person_id=child, verdict="may_be", reason="Names", made_by=by
        )
        merge = Merge.objects.create(
            kept_family=case.family, reason="Twice", fingerprint="0" * 32, proposed_by=by
        )

        def both(member):
            return knows(mother)(member) and knows(child)(member)

        self.keep("couple", None, both, one=mother, other=child)
        self.keep("couple_to_merge", None, both, kept=mother, gone=child)
        self.keep("link", None, both, pk=str(link.pk))
        self.keep("merge", None, seen, pk=str(merge.pk))

    def _assessment(self, n: int, case, seen, knows_child, child) -> None:
        facts, owner = self.facts, self.members[n % 12]
        made = self.start_assessment(case, owner)
        self.keep("assessment", case, seen, pk=str(made.pk))
        self.keep("assessment_child", case, knows_child, pk=str(made.pk), person=child)
        check = MatchCheck.objects.create(
            membership=owner, asked={"first_name": "Ellie", "last_name": case.family.name}, cleared_at=self.now,
            candidates={"people": [{"id": child, "band": "likely", "score": 90, "why": []}]},
        )  # fmt: skip

        def own(member):
            return member == owner.pk and facts.is_live(facts.members[member])

        hand_over = HandOver.objects.create(
            assessment=made, case=case, from_membership=owner, to_membership=self.members[(n + 1) % 12],
            asked_by=owner, note="Go on",
        )  # fmt: skip
        self._family_words(made, case, owner, knows_child, child)
        self.keep("hand_over", case, seen, pk=str(made.pk), request_pk=str(hand_over.pk))
        note = QuickNote.objects.create(membership=owner, case=case, body=f"{case.family.name} rang")
        self.keep("quick_note", None, lambda m: own(m) and seen(m), pk=str(note.pk))
        self.keep("check", None, own, pk=str(check.pk))
        self.keep("known", None, lambda m: own(m) and knows_child(m), pk=str(check.pk), person=child)
        if n < 4:
            self._register(self.members[10 + n % 2], case)

    def _family_words(self, made, case, owner, knows_child, child) -> None:
        """Own words, a view that differs and "no needs" of a child, and a first review of theirs."""
        facts, agency = self.facts, owner.agency
        of_child = {
            "assessment": made,
            "case": case,
            "agency": agency,
            "person_id": child,
            "recorded_by": owner,
        }
        told = {"key": "child_words", "words": f"{case.family.name} is loud", "speaker_id": child}
        voice = Voice.objects.create(
            way="words", obtained_by="Me", obtained_on=facts.today, **told, **of_child
        )
        view = DifferingView.objects.create(question="wish", said_on=facts.today, **told, **of_child)
        none = NoNeeds.objects.create(reason="Seen", **of_child)
        done = {
            "assessment": made,
            "case": case,
            "category": 1,
            "version": 1,
            "status": "completed",
            "saved_by": owner,
        }
        Section.objects.create(key="review_record", **done)
        Section.objects.create(key="review_child", person_id=child, **done)

        def reads(member):
            own = facts.members[member].agency == agency.pk
            return knows_child(member) and (own or facts.sees_category(member, str(case.pk), 1))

        def reads_reviews(member):
            return facts.sees_case(member, str(case.pk)) and facts.sees_category(member, str(case.pk), 1)

        self.keep("review", case, reads_reviews, pk=str(made.pk))
        self.keep(
            "review_child", case, lambda m: knows_child(m) and reads_reviews(m), pk=str(made.pk), person=child
        )
        self.keep("voice", case, reads, pk=str(made.pk), voice=str(voice.pk))
        self.keep("view", case, reads, pk=str(made.pk), view=str(view.pk))
        self.keep("no_needs", case, reads, pk=str(made.pk), row=str(none.pk))

    def _register(self, owner, case) -> None:
        register = RegisterImport.objects.create(
            file_name="r.csv", file_digest="0" * 64, status="checked", membership=owner
        )
        row, other = (
            RegisterRow.objects.create(
                register_import=register, source="r", line=line, outcome="taken", fingerprint=f"{register.pk}{line}"[:64],
                hub=case.hub, original={"Name": case.family.name},
            )
            for line in (1, 2)
        )  # fmt: skip
        pair = PossibleDuplicate.objects.create(row=row, other_row=other, score=80)
        self.keep("register", None, lambda m: m == owner.pk, pk=str(register.pk))
        self.keep("duplicate", None, lambda m: m == owner.pk, pk=str(pair.pk))

    # -- What was used, and who looks after it -------------------------------------------------------------------------

    def _what_was_used(self) -> None:
        facts = self.facts

        def manages(m, key):
            return "hub_manager" in m.roles and facts.runs_hub(m, key)

        def may(member, key):
            m = facts.members[member]
            return m if facts.may_see_any(m, key) and m.roles & WORKERS else None

        for used in EmergencyAccess.objects.select_related("membership"):
            user, key = used.membership.user_id, str(used.case_id)
            self.keep(
                "emergency", used.case, pk=used.pk,
                sees=lambda x, user=user, key=key: bool((m := may(x, key)) and m.user != user and manages(m, key)),
            )  # fmt: skip
        for made in Restriction.objects.filter(lifted_at=None).select_related("case"):
            key = str(made.case_id)
            self.keep(
                "restriction", made.case, pk=str(made.pk),
                sees=lambda x, key=key: bool(
                    (m := may(x, key))
                    and (manages(m, key) or ("agency_lead" in m.roles and m.id in facts.named.get(key, ())))
                ),
            )  # fmt: skip
        sample = AccessSample.objects.create(
            month=dt.date(2026, 1, 1), seed="0" * 64, per_agency=1, looks_at=1, drawn=1, drawn_at=self.now,
            answer_by=facts.today + 9 * DAY,
        )  # fmt: skip
        for n, case in enumerate(self.cases):
            looker = self.members[n % 12]
            look = SampledLook.objects.create(
                sample=sample, case=case, agency=looker.agency, membership=looker, day=dt.date(2026, 1, 9),
                event_id=uuid.uuid4(), verb="Opened a plan", pages=2,
            )  # fmt: skip

            def answers(member, key=str(case.pk), agency=looker.agency_id, user=looker.user_id):
                m = facts.members[member]
                if m.user == user or not facts.may_see_any(m, key):
                    return False
                leads = [
                    each.id
                    for each in facts.members.values()
                    if each.agency == agency and each.user != user and "agency_lead" in each.roles
                    and facts.sees_case(each.id, key) and not self._only_by_emergency(each, key)
                ]  # fmt: skip
                if "agency_lead" in m.roles and m.agency == agency:
                    return facts.sees_case(member, key)
                return manages(m, key) and not leads

            self.keep("sampled", case, answers, pk=str(look.pk))

    def _only_by_emergency(self, m, key: str) -> bool:
        facts = self.facts
        lasting = m.id in facts.named.get(key, ()) or facts.by_hub(m, key) or facts.shares_with(m, key, None)
        return not lasting


def _nobody(_member) -> bool:
    return False
