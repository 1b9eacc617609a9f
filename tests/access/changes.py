"""One change of one fact each, in the database and in the oracle. `draw` is a random.Random, or Hypothesis's."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from cases.models import (
    Action,
    Address,
    AgendaItem,
    Case,
    CaseNote,
    Consent,
    DecidesForSelf,
    Document,
    EmergencyAccess,
    Guest,
    LawfulShare,
    Outcome,
    Person,
    Restriction,
    RestrictionName,
    StaffRelation,
    TeamMember,
)
from earlyhelp.accounts.models import User
from hubs.models import Agency, Agreement, AgreementCategory, Membership, Signature
from tests.access import oracle
from tests.access.at_meetings import AtMeetings

DAY = dt.timedelta(days=1)
PURPOSES = [["support", "safeguarding"], ["planning"], ["support"]]
MODELS = {
    "cases_casenote": CaseNote,
    "cases_outcome": Outcome,
    "cases_action": Action,
    "cases_document": Document,
    "cases_agendaitem": AgendaItem,
}


class Changes(AtMeetings):
    CHANGES = (
        "join", "join", "join", "leave", "consent", "consent", "consent", "consent", "by_another", "by_another",
        "withdraw", "settle", "decide", "lawful", "end_lawful", "sign", "everyone", "restrict", "emergency", "note", "note",
        "write", "write", "recategorise", "move", "relation", "hide_address", "record_person", "guest", "guest",
        "end_guest", "agreement", "end_agreement", "purposes", "end_membership", "agency_active", "user_active", "close",
        "midnight", "hear",
    )  # fmt: skip

    def people_of(self, case) -> list[str]:
        return self.facts.people[str(case.family_id)]

    # -- The team ------------------------------------------------------------------------------------------------------

    def join(self, draw, case, member=None):
        member = member or draw.choice(self.members)
        if any((p.case, p.member) == (str(case.pk), member.pk) for p in self.facts.team):
            return
        starts = self.world.today + draw.choice([-3, -3, -3, 0, 1]) * DAY
        ends = draw.choice([None, None, None, self.world.today + DAY, max(starts, self.world.today)])
        self.put_on_team(case, member, starts, ends, reads_only=ends is not None and draw.choice([True, False]))

    def put_on_team(self, case, member, starts=None, ends=None, *, reads_only=False):
        starts = starts or self.world.today
        kind = "volunteer" if "volunteer" in member.roles else "professional"
        place = TeamMember.objects.create(
            case=case, membership=member, starts_on=starts, ends_on=ends, reads_only=reads_only, place=kind
        )
        self.facts.team.append(oracle.Place(str(case.pk), member.pk, starts, ends, str(place.pk), reads_only))

    def leave(self, draw, case):
        places = [p for p in self.facts.team if p.case == str(case.pk)]
        if places:
            place = draw.choice(places)
            TeamMember.objects.filter(pk=place.id).update(starts_on=self.world.today - 9 * DAY, ends_on=self.world.today - DAY)
            self.facts.team.remove(place)

    # -- What the family says ------------------------------------------------------------------------------------------

    def answer(self, case, person, agency, *, given, category=None, until=None, giver=None, starts=None) -> oracle.Answer:
        key = (str(case.pk), person, agency.pk, category, giver)
        for old in [a for a in self.facts.answers if (a.case, a.person, a.agency, a.category, a.giver) == key]:
            self.end_answer(old, "replaced")
        starts = starts or self.world.today - 10 * DAY
        row = Consent.objects.create(
            case=case, person_id=person, agency=agency, category=category, method="phone", given_by_id=giver,
            answer="given" if given else "refused", valid_until=until, given_on=starts,
        )
        fact = oracle.Answer(str(case.pk), person, agency.pk, category, given, until, giver, str(row.pk), starts)
        self.facts.answers.append(fact)
        return fact

    def end_answer(self, answer: oracle.Answer, reason: str) -> None:
        Consent.objects.filter(pk=answer.id).update(ended_at=self.now, end_reason=reason)
        self.facts.answers.remove(answer)

    def consent(self, draw, case, giver=None):
        person = draw.choice(self.people_of(case))
        self.answer(
            case, person, draw.choice(self.agencies), category=draw.choice([None, None, 1, 2, 3, 7]),
            given=draw.random() < 0.7, giver=None if giver == person else giver,
            until=draw.choice([None, None, None, self.world.today, self.world.today - DAY, self.world.today + DAY]),
        )

    def by_another(self, draw, case):
        self.consent(draw, case, giver=draw.choice(self.people_of(case)))

    def withdraw(self, draw, case, reason="withdrawn"):
        mine = [a for a in self.facts.answers if a.case == str(case.pk)]
        if mine:
            self.end_answer(draw.choice(mine), reason)

    def settle(self, draw, case):
        """Two people differ: the refusal is not followed."""
        no = [a for a in self.facts.answers if a.case == str(case.pk) and not a.given]
        if no:
            self.end_answer(draw.choice(no), "resolved")

    def decide(self, draw, case, person=None, able=None):
        person = person or draw.choice(self.people_of(case))
        able = draw.random() < 0.7 if able is None else able
        DecidesForSelf.objects.filter(person_id=person, ended_at=None).update(ended_at=self.now)
        DecidesForSelf.objects.create(person_id=person, able=able, note="Asked", assessed_on=self.world.today)
        (self.facts.deciders.add if able else self.facts.deciders.discard)(person)

    def lawful(self, draw, case):
        self.share_lawfully(
            case, draw.choice(self.agencies), starts=self.world.today + draw.choice([-2, -2, 1]) * DAY,
            until=draw.choice([None, self.world.today + DAY, self.world.today + 2 * DAY]),
            categories=draw.choice([(), (), (7,), (1, 2)]),
        )

    def share_lawfully(self, case, agency, *, starts=None, until=None, categories=()):
        starts = starts or self.world.today - 2 * DAY
        share = LawfulShare.objects.create(
            case=case, agency=agency, basis="risk_of_harm", reason="Harm", starts_on=starts, ends_on=until,
            categories=list(categories),
        )
        self.facts.lawful.append(oracle.Lawful(str(case.pk), agency.pk, starts, until, categories, str(share.pk)))

    def end_lawful(self, draw, case):
        mine = [share for share in self.facts.lawful if share.case == str(case.pk)]
        if mine:
            share = draw.choice(mine)
            yesterday = self.world.today - DAY
            LawfulShare.objects.filter(pk=share.id).update(starts_on=yesterday - DAY, ends_on=yesterday)
            self.facts.lawful.remove(share)

    # -- The agreement -------------------------------------------------------------------------------------------------

    def sign(self, draw, _case):
        version, agency = draw.choice(self.facts.agreements), draw.choice(self.agencies)
        signed = not version.signed.get(agency.pk, False)
        self.sign_or_not(version, agency, signed, draw.choice(["suspended_at", "withdrawn_at"]))

    def sign_or_not(self, version, agency, signed, how="suspended_at"):
        facts = {"suspended_at": None, "withdrawn_at": None} | (
            {"signed_on": self.world.today} if signed else {how: self.now}
        )
        Signature.objects.filter(agreement_id=self.versions[version.version], agency=agency).update(**facts)
        version.signed[agency.pk] = signed

    def agreement(self, draw, _case):
        """A new version takes effect; not everybody has signed it, and a kind of agency gets other categories."""
        if len(self.facts.agreements) > 2:
            return
        last = self.facts.agreements[-1]
        number = 10 + len(self.facts.agreements)
        made = Agreement.objects.create(
            version=number, title="A newer version", starts_on=self.world.today, review_on=self.world.today, purposes="Help",
            activated_at=self.now - DAY,
        )
        dropped = draw.choice(sorted(last.cells))
        cells = {key: set(purposes) for key, purposes in last.cells.items() if key != dropped}
        AgreementCategory.objects.bulk_create(
            AgreementCategory(agreement=made, agency_kind=kind, category=category, purposes=sorted(purposes))
            for (kind, category), purposes in cells.items()
        )
        unsigned = draw.choice([None, *self.agencies])
        signers = [agency for agency in self.agencies if agency != unsigned]
        Signature.objects.bulk_create(
            Signature(agreement=made, agency=agency, signatory_name="Jo Marsh", signed_on=self.world.today) for agency in signers
        )
        self.versions[number] = made.pk
        signed = {agency.pk: True for agency in signers}
        for agency in self.agencies:
            if agency not in signers:
                Signature.objects.create(
                    agreement=made, agency=agency, signatory_name="Jo Marsh", signed_on=self.world.today + DAY
                )
        self.facts.agreements.append(oracle.Agreement(number, cells, signed))

    def end_agreement(self, draw, _case):
        version = draw.choice(self.facts.agreements)
        ends = draw.choice([dt.date.max, dt.date.max, self.world.today, self.world.today - DAY])
        Agreement.objects.filter(version=version.version).update(
            ends_on=None if ends == dt.date.max else ends, starts_on=self.world.today - 30 * DAY,
            review_on=self.world.today,
        )
        version.ends = ends

    def purposes(self, draw, _case):
        version = draw.choice(self.facts.agreements)
        if version.cells:
            cell, purposes = draw.choice(sorted(version.cells)), draw.choice(PURPOSES)
            AgreementCategory.objects.filter(
                agreement_id=self.versions[version.version], agency_kind=cell[0], category=cell[1]
            ).update(purposes=purposes)
            version.cells[cell] = set(purposes)

    # -- Agencies and their people -------------------------------------------------------------------------------------

    def everyone(self, draw, _case):
        agency = draw.choice(self.agencies)
        fact = self.facts.agencies[agency.pk]
        fact.everyone = not fact.everyone
        Agency.objects.filter(pk=agency.pk).update(everyone_sees_team_cases=fact.everyone)

    def agency_active(self, draw, _case):
        agency = draw.choice(self.agencies)
        fact = self.facts.agencies[agency.pk]
        fact.active = not fact.active or draw.random() < 0.3
        Agency.objects.filter(pk=agency.pk).update(is_active=fact.active)

    def user_active(self, draw, _case):
        user = draw.choice(self.members).user_id
        if draw.random() < 0.5:
            self.facts.inactive_users.add(user)
        else:
            self.facts.inactive_users.discard(user)
        User.objects.filter(pk=user).update(is_active=user not in self.facts.inactive_users)

    def end_membership(self, draw, _case, member=None, ends=...):
        member = member or draw.choice(self.members)
        today = self.world.today
        ends = draw.choice([None, None, today - DAY, today, today + DAY]) if ends is ... else ends
        fact = self.facts.members[member.pk]
        ends = ends and max(ends, fact.starts)  # the work of somebody who starts tomorrow cannot have ended yesterday
        Membership.objects.filter(pk=member.pk).update(ends_on=ends)
        fact.ends = ends or dt.date.max

    # -- The case ------------------------------------------------------------------------------------------------------

    def restrict(self, draw, case):
        key = str(case.pk)
        if key in self.facts.named:
            Restriction.objects.filter(case=case, lifted_at=None).update(lifted_at=self.now)
            del self.facts.named[key]
        else:
            self.restrict_to(case, draw.sample(self.members, 2))

    def restrict_to(self, case, names):
        restriction = Restriction.objects.create(case=case, reason="staff", review_on=self.world.today)
        RestrictionName.objects.bulk_create(
            RestrictionName(restriction=restriction, case=case, membership=member) for member in names
        )
        self.facts.named[str(case.pk)] = {member.pk for member in names}

    def emergency(self, draw, case, member=None, over=None):
        may = [m for m in self.members if "volunteer" not in self.facts.members[m.pk].roles]
        member = member or draw.choice(may)
        over = draw.random() < 0.5 if over is None else over
        now = self.now
        EmergencyAccess.objects.create(
            case=case, membership=member, reason="Call from hospital", starts_at=now - dt.timedelta(hours=3),
            expires_at=now - dt.timedelta(minutes=1) if over else now + DAY,
        )
        if not over:
            self.facts.emergencies.add((str(case.pk), member.pk))

    def move(self, draw, case):
        hub = draw.choice(self.hubs)
        Case.objects.filter(pk=case.pk).update(hub=hub)
        self.facts.hub_of_case[str(case.pk)] = hub.pk

    def close(self, draw, case):
        status = draw.choice(["open", "stepped_up", "closed"])
        closing = {"closed_on": self.world.today, "closure_reason": "outcomes_met"}
        Case.objects.filter(pk=case.pk).update(
            status=status, **(closing if status == "closed" else {"closed_on": None, "closure_reason": ""})
        )
        (self.facts.closed.add if status == "closed" else self.facts.closed.discard)(str(case.pk))

    # -- People of the family ------------------------------------------------------------------------------------------

    def relation(self, draw, case, member=None, person=None):
        """Somebody who works here is close to a person. Rare, because it is for good."""
        member = member or draw.choice(self.members)
        person = person or draw.choice(self.people_of(case))
        if len(self.facts.relations) < 8:
            StaffRelation.objects.get_or_create(membership=member, person_id=person)
            self.facts.relations.add((member.user_id, person))

    def hide_address(self, draw, case, hidden_from=None):
        family = str(case.family_id)
        everybody = [person for people in self.facts.people.values() for person in people]
        hidden_from = hidden_from or draw.choice([None, *everybody])
        address, person = next((key, whose) for key, (its, whose, _) in self.facts.addresses.items() if its == family)
        Address.objects.filter(pk=address).update(hidden_from_id=hidden_from, is_confidential=hidden_from is not None)
        self.facts.addresses[address] = (family, person, hidden_from)

    def record_person(self, draw, case):
        person, agency = draw.choice(self.people_of(case)), draw.choice([None, *self.agencies])
        Person.objects.filter(pk=person).update(recorded_by_agency=agency)
        self.facts.recorded_by[person] = agency and agency.pk

    # -- What is written -----------------------------------------------------------------------------------------------

    def note(self, draw, case):
        self.write_note(
            case, draw.choice([1, 2, 3, 4, 7]), draw.choice(self.members),
            about=draw.choice([None, *self.people_of(case)]),
            not_for=[draw.choice(self.agencies)] if draw.random() < 0.3 else [],
            not_for_members=draw.sample(self.members, 2) if draw.random() < 0.3 else [],
        )

    def write_note(self, case, category, author, *, about=None, not_for=(), not_for_members=()):
        facts = {"not_for": [a.pk for a in not_for], "not_for_members": [m.pk for m in not_for_members]}
        row = CaseNote.objects.create(
            case=case, category=category, agency=author.agency, author=author, kind="fact", title="A note",
            happened_at=self.now, about_id=about, **facts,
        )
        self.facts.rows.append(
            oracle.Row("cases_casenote", str(row.pk), str(case.pk), category, author.agency_id, about, author.pk,
                       *(tuple(value) for value in facts.values()))
        )  # fmt: skip

    def write(self, draw, case):
        table = draw.choice(["cases_outcome", "cases_action", "cases_document", "cases_agendaitem"])
        about = draw.choice([None, *self.people_of(case)])
        self.write_row(table, case, draw.choice([1, 2, 3, 7]), draw.choice(self.agencies), about, draw)

    def write_row(self, table, case, category, agency, about=None, draw=None, owner=None):
        facts = {"case": case, "category": category, "agency": agency}
        fact = oracle.Row(table, "", str(case.pk), category, agency.pk, about)
        if table == "cases_outcome":
            row = Outcome.objects.create(
                person_id=about, what_will_be_different="In school", how_we_will_know="Four days", **facts
            )
        elif table == "cases_action":
            outcomes = [r.id for r in self.facts.rows if r.table == "cases_outcome" and r.case == str(case.pk)]
            fact.about, fact.under = None, draw.choice([None, *outcomes]) if draw else None
            owner = draw.choice([None, *self.members]) if draw else owner
            fact.owner = owner and owner.pk
            row = Action.objects.create(
                outcome_id=fact.under, what="Breakfast place", due_on=self.world.today,
                **({"owner_membership": owner} if owner else {"owner_person_id": self.people_of(case)[0]}), **facts,
            )
        elif table == "cases_document":
            row = Document.objects.create(
                about_id=about, title="Letter", original_name="letter.txt", content_type="text/plain", size=9,
                sha256="0" * 64, status="clean", storage_key=f"documents/{len(self.facts.rows)}-{case.pk}", **facts,
            )
        else:
            row = AgendaItem.objects.create(
                about_id=about, meeting_id=self.meetings[str(case.pk)], position=len(self.facts.rows) + 1, title="Item",
                kind="standing", **facts,
            )
        fact.id = str(row.pk)
        self.facts.rows.append(fact)

    def recategorise(self, draw, _case):
        if self.facts.rows:
            row, category = draw.choice(self.facts.rows), draw.choice([1, 2, 3, 4, 7])
            MODELS[row.table].objects.filter(pk=row.id).update(category=category)
            row.category = category

    # -- Guests --------------------------------------------------------------------------------------------------------

    def guest(self, draw, case):
        if len(self.facts.guests) < 5:
            now = self.now
            self.invite(
                case, draw.choice(self.members), draw.choice(self.people_of(case)),
                draw.choice([(1, 2), (1, 3, 7), (1, 2, 3, 4, 5, 6, 7), ()]),
                expires=draw.choice([now + 7 * DAY, now + 7 * DAY, now - dt.timedelta(minutes=1)]),
                confirmed=draw.random() < 0.9,
            )

    def invite(self, case, inviter, agreed_by, categories, *, expires=None, confirmed=True):
        now = self.now
        expires = expires or now + 7 * DAY
        guest = Guest.objects.create(
            case=case, name="Ama Boateng", email="ama@example.org", categories=list(categories), agreed_by_id=agreed_by,
            invited_by=inviter, invited_at=now - DAY, expires_at=expires, confirmed_at=now if confirmed else None,
            secret_hash=f"link {len(self.facts.guests)}",
        )
        self.facts.guests[guest.pk] = oracle.Guest(
            guest.pk, str(case.pk), categories, inviter.pk, agreed_by, confirmed, expired=expires <= now
        )

    def end_guest(self, draw, _case):
        if self.facts.guests:
            guest = draw.choice(list(self.facts.guests.values()))
            what = draw.choice(["ended", "expired", "again"])
            guest.ended, guest.expired = what == "ended", what == "expired"
            now = self.now
            Guest.objects.filter(pk=guest.id).update(
                ended_at=now if guest.ended else None,
                expires_at=now - dt.timedelta(minutes=1) if guest.expired else now + 5 * DAY,
            )

    # -- Time ----------------------------------------------------------------------------------------------------------

    def midnight(self, _draw=None, _case=None):
        """A day goes by: every date lies a day further back, and nothing has been projected since."""
        with connection.cursor() as cursor:
            cursor.execute("select set_config('app.opening', 'bulk', true), set_config('app.projecting', 'on', true)")
            for table, first, last, where in DATES:
                cursor.execute(f"update {table} set {first} = {first} - 1, {last} = {last} - 1 where {where}")
            for table in ("cases_casegrouppermission", "cases_caseuserpermission"):
                cursor.execute(f"update {table} set valid_until = valid_until - 1 where valid_until is not null")
            cursor.execute("update cases_case set acl_until = acl_until - 1 where acl_until < '9999-12-31'")
            cursor.execute("select set_config('app.opening', '', true), set_config('app.projecting', '', true)")
        for answer in self.facts.answers:
            answer.until = answer.until and answer.until - DAY
            answer.starts -= DAY
        for held in (self.facts.team, self.facts.lawful):
            for fact in held:
                fact.starts -= DAY
        for place in self.facts.team:
            place.ends = place.ends and place.ends - DAY
        for share in self.facts.lawful:
            share.until = share.until and share.until - DAY
        for member in self.facts.members.values():
            member.starts -= DAY
            member.ends -= DAY if member.ends != dt.date.max else dt.timedelta(0)


DATES = (
    ("cases_consent", "given_on", "valid_until", "ended_at is null"),
    ("cases_lawfulshare", "starts_on", "ends_on", "true"),
    ("cases_teammember", "starts_on", "ends_on", "true"),
    ("hubs_membership", "starts_on", "ends_on", "true"),
)
