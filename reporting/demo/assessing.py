"""A story's assessment: how it was registered, what was answered, the needs that were found, whether it is complete."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from assessments.domains import NO_NEEDS
from assessments.models import Assessment, FormVersion, Need, Score, Section
from cases.models import Person
from cases.rules.sharing_people import age_of
from earlyhelp.web.workdays import add_working_days
from hubs.models import Category, Membership
from reporting.demo.families import Teller, Told
from reporting.demo.helping import AGES, NEED_CODES
from reporting.demo.phrases import themes


class AssessmentTeller:
    """Adds the assessment to a family that `Teller` has told. `form` is the version that was in use."""

    def __init__(self, teller: Teller, form: FormVersion) -> None:
        self.teller, self.world, self.form = teller, teller.world, form
        self.given: dict[int, int] = {}

    def tell(self, told: Told) -> None:
        """Write the assessment of a story, if it tells of one."""
        facts = told.story.get("assessment")
        if not facts:
            return
        assessor = self.world.staff[told.story["registered_by"]]
        started = self.teller.moment(facts["started"], "10:12")
        is_complete = facts["status"] == "completed"
        completed = self.teller.moment(facts["completed"], "15:05") if is_complete else None
        closed = self.world.at(told.case.closed_on, "16:30") if told.case.closed_on else None
        lead = self.world.staff[told.story["lead"]]
        assessment = Assessment.objects.create(
            case=told.case,
            form_version=self.form,
            reference=self._reference(started.year),
            status="closed" if closed else facts["status"],
            hub=told.case.hub,
            agency=assessor.agency,
            assessor=assessor,
            assessor_role=assessor.job_title,
            lead_agency=lead.agency,
            initiated_at=started,
            due_on=add_working_days(started.date(), 15),
            signed_off_at=completed,
            signed_off_by=assessor if completed else None,
            completed_at=completed,
            closed_at=closed,
            **self._statement(told, facts, started),
        )
        pages = self._pages(told, lead)
        for number, (key, person, category, answers) in enumerate(pages):
            if is_complete or number < facts.get("sections_done", 3):
                self._section(assessment, assessor, key, person, category, answers, started, number)
                self._counted(assessment, person, answers, started)
        if is_complete:
            self.teller.happened(
                told, facts["completed"], "15:05", told.story["registered_by"], "Assessment completed"
            )

    def _counted(self, assessment, person: Person | None, answers: dict[str, Any], on) -> None:
        """What reports count of a page: the needs ticked and the numbers given."""
        ticked = [*answers.get("needs", []), *answers.get("family_needs", [])]
        Need.objects.bulk_create(
            Need(assessment=assessment, case=assessment.case, person=person, code=code)
            for code in ticked
            if code != NO_NEEDS
        )
        Score.objects.bulk_create(
            Score(
                assessment=assessment,
                case=assessment.case,
                person=person,
                area="overall",
                rater_person_id=uuid.UUID(name.removeprefix("overall__p")),
                value=value,
                scored_on=on.date(),
            )
            for name, value in answers.items()
            if name.startswith("overall__p")
        )

    def _reference(self, year: int) -> str:
        self.given[year] = self.given.get(year, 0) + 1
        return f"WM/{year}/{self.given[year]:04d}"

    def _statement(self, told: Told, facts: dict[str, Any], started) -> dict[str, Any]:
        """One of the two statements, with what each must say."""
        if facts["statement"] == "tier4":
            return {"consent_statement": "tier4", "tier4_reason": facts["tier4_reason"]}
        adults = [p for p in told.people.values() if not p.is_child]
        asked = told.people[told.story["consent"][0]["person"]] if told.story["consent"] else adults[0]
        children = [p.called for p in told.people.values() if p.is_child and not p.is_unborn]
        return {
            "consent_statement": "agreed",
            "consent_with": asked.called,
            "consent_child": ", ".join(children) or "Baby not born yet",
            "consent_at": started,
            "consent_place": "At school" if "school" in told.case.source_agency.kind else "At home",
        }

    def _section(
        self, assessment, assessor: Membership, key, person, category, answers, started, number
    ) -> None:
        saved = started + timedelta(minutes=20 + 7 * number)
        mark = {"m": assessor.pk, "name": assessor.user.full_name, "at": saved.isoformat()}
        Section.objects.create(
            assessment=assessment,
            case=assessment.case,
            key=key,
            person=person,
            category=category,
            answers=answers,
            marks=dict.fromkeys(answers, mark),
            version=1,
            status="completed",
            saved_at=saved,
            saved_by=assessor,
        )

    def _pages(self, told: Told, lead: Membership) -> list[tuple[str, Person | None, int, dict[str, Any]]]:
        """The pages that a practised worker fills in first: why, strengths, the child's words, ratings, summary."""
        story = told.story
        children = [p for p in told.people.values() if p.is_child]
        adults = [p for p in told.people.values() if not p.is_child]
        parent = (adults or children)[0]
        library = [themes()[key] for key in story["themes"]]
        words = {n["about"]: n["body"].strip('"') for n in story["note"] if n["kind"] == "voice"}
        keys = {person.pk: key for key, person in told.people.items()}
        worry = library[0].worries[0].format(child=children[0].called, parent=parent.first_name)
        pages: list[tuple[str, Person | None, int, dict[str, Any]]] = [
            ("start", None, Category.FAMILY, {"reason": worry, "route": "agency", "interpreter": "no"}),
            (
                "assessor",
                None,
                Category.FAMILY,
                {"relationship": f"{lead.job_title} who knows the family well."},
            ),
            ("family_strengths", None, Category.FAMILY, {"strengths": "\n".join(story["strengths"])}),
        ]
        for child in children:
            strengths = [each for each in story["strengths"] if child.called.split()[0] in each]
            if strengths:
                pages.append(("child_strengths", child, Category.FAMILY, {"strengths": "\n".join(strengths)}))
            if keys[child.pk] in words:
                told_us = {"words": words[keys[child.pk]], "how": "talked"}
            elif (age_of(child) or 0) < 4:
                told_us = {
                    "words": f"Played on the rug while we talked, and came back to {parent.first_name} to be picked up.",
                    "how": "watched",
                }
            else:
                told_us = {"words": "Not today, thank you.", "how": "asked_not"}
            pages.append(("child_words", child, Category.FAMILY, told_us))
        for child in children:
            found = [code for person, code in self._needs(told) if person == child] or ["none"]
            pages.append(("rating", child, Category.FAMILY, {f"overall__p{parent.pk.hex}": 4}))
            pages.append(("child_needs", child, Category.FAMILY, {"needs": found}))
        wants = [outcome["want"] for outcome in story["outcome"]] or ["To be agreed with the family"]
        pages.append(
            (
                "summary",
                None,
                Category.FAMILY,
                {
                    "strengths": "\n".join(story["strengths"]),
                    "worries": worry,
                    "change": "\n".join(wants),
                    "family_needs": [code for person, code in self._needs(told) if person is None]
                    or ["none"],
                    "level": str(story["level"]),
                    "agree": "yes",
                },
            )
        )
        return pages

    def _needs(self, told: Told) -> list[tuple[Person | None, str]]:
        """One need for each theme: a child's when it is the kind that children have, else the family's."""
        children = [p for p in told.people.values() if p.is_child and not p.is_unborn]
        found = {}
        for number, key in enumerate(told.story["themes"]):
            is_childs = key in AGES and key != "baby" and children
            person = children[number % len(children)] if is_childs else None
            found[person and person.pk, NEED_CODES[key][0]] = person
        return [(person, code) for (_pk, code), person in found.items()]
