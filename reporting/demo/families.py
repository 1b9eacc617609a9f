"""From a story to a family in the database: people, relationships, home, case, consent, team, leads and notes.

Stories tell of two years, so their rows carry the dates of the story. They are written as the system role; the grants
are then worked out from them by the database, as they are for everybody.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from cases.models import (
    Address,
    Case,
    CaseNote,
    CaseStatus,
    Family,
    LeadProfessional,
    LeadRequest,
    Person,
    Relationship,
    TeamMember,
)
from earlyhelp.audit.models import Event
from hubs.models import Category
from reporting.demo.identifiers import mobile, nhs_number, postcode, upn
from reporting.demo.places import hub_named
from reporting.demo.stories import Story, born, working_day
from reporting.demo.world import World


@dataclass
class Told:
    """A story's rows, for those who add the assessment, the plan and the meetings."""

    story: Story
    case: Case
    people: dict[str, Person]
    notes: list[CaseNote] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


class Teller:
    """Writes stories into the county. One per load; `rng` decides what a story leaves open."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.rng = rng

    def day(self, offset: int) -> date:
        """The day so many days from today, moved off the weekend."""
        return working_day(self.world.today, offset)

    def moment(self, offset: int, clock: str) -> datetime:
        """A time on a day so many days from today; what has happened never lies ahead, whatever the hour of the load."""
        moment = self.world.at(self.day(offset), clock)
        while offset <= 0 and moment > timezone.now():
            moment -= timedelta(days=1)
        return moment

    def tell(self, story: Story, reference: str) -> Told:
        """Write one story and return its rows. Assessment, plan and meetings are told elsewhere."""
        family = self._family(story)
        people = self._people(story, family)
        self._home(story, family, people)
        case = self._case(story, family, reference)
        told = Told(story, case, people)
        self._team(told)
        self._leads(told)
        self._notes(told)
        self._looks(told)
        return told

    def finish(self, told: Told) -> None:
        """Write the timeline and the access log, which everything else about the story has added to."""
        CaseNote.objects.bulk_create(told.notes)
        Event.objects.bulk_create(told.events)
        told.case.updated_at = max(note.happened_at for note in told.notes)
        told.case.save(update_fields=["updated_at"])

    def _staff(self, key: str):
        return self.world.staff[key]

    def _family(self, story: Story) -> Family:
        return Family.objects.create(
            name=story["name"],
            hub=self.world.hubs[story["hub"]],
            strengths="\n".join(story["strengths"]),
            recorded_by_agency=self._staff(story["registered_by"]).agency,
        )

    def _people(self, story: Story, family: Family) -> dict[str, Person]:
        """Write everybody, then who is whose parent."""
        people = {facts["key"]: self._person(story, family, facts) for facts in story["person"]}
        for facts in story["person"]:
            relatives = [("parent", key) for key in facts.get("parent_of", [])]
            kin = facts.get("kin")
            relatives += [(kin["kind"], key) for key in kin["of"]] if kin else []
            Relationship.objects.bulk_create(
                Relationship(
                    person=people[facts["key"]],
                    to_person=people[key],
                    kind=kind,
                    has_parental_responsibility=facts.get("responsible", False),
                )
                for kind, key in relatives
            )
        return people

    def _person(self, story: Story, family: Family, facts: dict[str, Any]) -> Person:
        is_unborn = "due" in facts
        is_child = is_unborn or facts.get("child", facts["age"][0] < 18)
        born_on = None if is_unborn else born(facts["age"], self.world.today)
        school = self.world.agencies.get(facts.get("school", ""))
        return Person.objects.create(
            family=family,
            first_name=facts["first"],
            last_name=facts["last"],
            known_as=facts.get("known_as", ""),
            born_on=born_on,
            due_on=self.day(facts["due"]) if is_unborn else None,
            sex=facts.get("sex", "U"),
            ethnicity=facts.get("ethnicity", "NOBT" if is_unborn else "WBRI"),
            language=facts.get("language", "" if is_unborn else "English"),
            interpreter_needed=facts.get("interpreter", False),
            nhs_number="" if is_unborn else nhs_number(self.rng),
            upn=upn(101 + school.pk % 90, born_on.year + 5, self.rng.randrange(1000))
            if is_child and school
            else "",
            is_child=is_child,
            lives_with_family=not facts.get("away", False),
            role_in_household=facts.get("role", ""),
            phone=mobile(facts["phone"]) if "phone" in facts else "",
            contact_advice=facts.get("advice", ""),
            school=school.name if school else "",
            recorded_by_agency=self._staff(story["registered_by"]).agency,
        )

    def _home(self, story: Story, family: Family, people: dict[str, Person]) -> None:
        home, towns = story["home"], hub_named(story["hub"]).towns
        Address.objects.create(
            family=family,
            lines=f"{home['lines']}, {story['town']}",
            postcode=postcode(self.rng, towns[story["town"]]),
            is_confidential=home.get("confidential", False),
            hidden_from=people.get(home.get("hidden_from")),
            starts_on=self.world.today + timedelta(days=home["since"]),
        )
        for facts in story["person"]:
            if facts.get("away") and not home.get("confidential"):
                town = self.rng.choice(sorted(towns))
                Address.objects.create(
                    family=family,
                    person=people[facts["key"]],
                    lines=f"{self.rng.randint(1, 90)} Station Road, {town}",
                    postcode=postcode(self.rng, towns[town]),
                )

    def _case(self, story: Story, family: Family, reference: str) -> Case:
        """The case, and before it the earlier one when the family has come back."""
        previous = None
        if earlier := story.get("earlier"):
            previous = self._earlier(story, family, earlier, f"{reference[:3]}{int(reference[3:]) - 7000}")
        is_closed = story.get("status") == "closed"
        return Case.objects.create(
            reference=reference,
            family=family,
            hub=self.world.hubs[story["hub"]],
            level=self.world.levels[story["level"]],
            opened_on=self.day(story["opened"]),
            status=CaseStatus.CLOSED if is_closed else CaseStatus.OPEN,
            closed_on=self.day(story["closed"]) if is_closed else None,
            closure_reason=story.get("closure", ""),
            closure_note=story.get("closure_note", ""),
            source_agency=self.world.agencies[story["source"]],
            opened_by=self._staff(story["registered_by"]),
            previous_case=previous,
            next_review_on=self.day(story["next_review"]) if "next_review" in story else None,
            latest=story.get("latest", ""),
            created_at=self.moment(story["opened"], "10:12"),
        )

    def _earlier(self, story: Story, family: Family, earlier: dict[str, Any], reference: str) -> Case:
        lead, opened, closed = (
            self._staff(earlier["lead"]),
            self.day(earlier["opened"]),
            self.day(earlier["closed"]),
        )
        case = Case.objects.create(
            reference=reference,
            family=family,
            hub=self.world.hubs[story["hub"]],
            level=self.world.levels[earlier["level"]],
            opened_on=opened,
            status=CaseStatus.CLOSED,
            closed_on=closed,
            closure_reason=earlier["closure"],
            closure_note=earlier["note"],
            opened_by=lead,
            source_agency=self.world.agencies[story["source"]],
            created_at=self.world.at(opened, "11:40"),
            updated_at=self.world.at(closed, "16:00"),
        )
        LeadProfessional.objects.create(
            case=case,
            membership=lead,
            from_at=self.world.at(opened, "12:00"),
            until_at=self.world.at(closed, "16:00"),
        )
        TeamMember.objects.create(
            case=case,
            membership=lead,
            helps_with="Holding the plan",
            starts_on=opened,
            ends_on=closed,
            end_reason="Case closed",
            added_by=lead,
        )
        return case

    def _team(self, told: Told) -> None:
        for member in told.story["team"]:
            is_leaver = "until" in member
            contacts = [n["day"] for n in told.story["note"] if n["by"] == member["who"]]
            TeamMember.objects.create(
                case=told.case,
                membership=self._staff(member["who"]),
                helps_with=member["helps"],
                starts_on=self.day(member["since"]),
                ends_on=self.day(member["until"]) if is_leaver else None,
                end_reason=member.get("why", ""),
                added_by=self._staff(told.story["registered_by"]),
                last_contact_on=self.day(max(contacts)) if contacts else None,
            )

    def _leads(self, told: Told) -> None:
        """One lead at every moment from the opening on; the closing ends it. Then the request, if one waits."""
        story, case = told.story, told.case
        LeadProfessional.objects.create(
            case=case,
            membership=self._staff(story["lead"]),
            from_at=case.created_at,
            until_at=self.world.at(case.closed_on, "16:30") if case.closed_on else None,
        )
        if request := story.get("lead_request"):
            LeadRequest.objects.create(
                case=case,
                to_membership=self._staff(request["to"]),
                from_membership=self._staff(request["from"]),
                note=request["note"],
                answer_by=self.day(request["answer_by"]),
                sent_at=self.moment(request["sent"], "16:20"),
            )

    def _notes(self, told: Told) -> None:
        """What people wrote, and the timeline's own entries for what was done elsewhere."""
        story, case = told.story, told.case
        self.happened(
            told, story["opened"], "10:12", story["registered_by"], "Early help assessment registered"
        )
        self.happened(
            told,
            story["opened"],
            "10:13",
            story["lead"],
            "Lead professional named",
            self._staff(story["lead"]).user.full_name,
        )
        for note in story["note"]:
            author = self._staff(note["by"])
            moment = self.moment(note["day"], note["at"])
            told.notes.append(
                CaseNote(
                    case=case,
                    category=note["category"],
                    kind=note["kind"],
                    title=note["title"],
                    body=note["body"],
                    happened_at=moment,
                    about=told.people.get(note.get("about")),
                    how_asked=note.get("asked", ""),
                    author=author,
                    agency=author.agency,
                    not_for=[self.world.agencies[key].pk for key in note.get("not_for", [])],
                    not_for_members=[self._staff(key).pk for key in note.get("not_for_people", [])],
                    created_at=moment + timedelta(minutes=25),
                )
            )
        if case.closed_on:
            self.happened(
                told,
                story["closed"],
                "16:30",
                story["lead"],
                "Case closed",
                case.get_closure_reason_display(),
            )

    def happened(self, told: Told, day: int, clock: str, who: str, title: str, body: str = "") -> None:
        """Add an entry that the system writes itself, and the event of the change."""
        author, moment = self._staff(who), self.moment(day, clock)
        told.notes.append(
            CaseNote(
                case=told.case,
                category=Category.FAMILY,
                kind="event",
                title=title,
                body=body,
                happened_at=moment,
                author=author,
                agency=author.agency,
                created_at=moment,
            )
        )
        told.events.append(self.event(told.case, who, title, moment, "change"))

    def event(self, case: Case, who: str, verb: str, moment, level: str) -> Event:
        """An entry of the access log as it would have been written then."""
        member = self._staff(who)
        return Event(
            at=moment,
            level=level,
            verb=verb,
            user_id=member.user_id,
            membership_id=member.pk,
            agency_id=member.agency_id,
            case_id=case.pk,
            object_type="cases.Case",
            object_id=str(case.pk),
        )

    def _looks(self, told: Told) -> None:
        """Every note was written by somebody who opened the record a little before."""
        for note in told.story["note"]:
            moment = self.moment(note["day"], note["at"]) + timedelta(minutes=11)
            told.events.append(self.event(told.case, note["by"], "Opened the record", moment, "record"))
            told.events.append(
                self.event(told.case, note["by"], "Added a note", moment + timedelta(minutes=14), "change")
            )
