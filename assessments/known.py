"""What the record already knows and a form therefore does not ask: (what, value, where it comes from)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from assessments.answers import Value, is_blank, is_not_known
from assessments.models import Assessment, Section
from assessments.pages import PageOf
from cases.models import Case, Ethnicity, Person
from earlyhelp.web.dates import age, day

Fact = tuple[str, str, str]
OLD = dt.timedelta(days=183)


@dataclass(frozen=True)
class Earlier:
    """An answer that was given before: what, where it stands, and whether it is old."""

    value: Value
    source: str


def earlier_answers(assessment: Assessment, page: PageOf, person: Person | None) -> dict[str, Earlier]:
    """Answers this page could start with, by question: from the person's record, and from the latest
    assessment before.

    Only what the reader may see, and only questions whose definition says where to fill them in from. One
    query.
    """
    found: dict[str, Earlier] = {}
    if person is not None:
        recorded = {"person.first_language": person.language, "person.school": person.school}
        for question in page.part.questions:
            if value := recorded.get(question.prefill):
                found[question.key] = Earlier(value, f"From the family's record, {day(person.updated_at)}")
    wanted = [
        question.key for question in page.part.questions if question.prefill and question.key not in found
    ]
    if not wanted:
        return found
    before = (
        Section.objects.filter(
            assessment__case__family=assessment.case.family_id, key=page.part.key, person=person
        )
        .filter(assessment__initiated_at__lt=assessment.initiated_at)
        .exclude(assessment=assessment)
        .select_related("assessment", "saved_by__user")
        .order_by("saved_at")
    )
    for section in before:  # the latest comes last and counts
        for key in wanted:
            value = section.answers.get(key)
            if not is_blank(value) and not is_not_known(value):
                found[key] = Earlier(value, _source(section, key))
    return found


def _source(section: Section, key: str) -> str:
    """Who said so, where and when."""
    mark = section.marks.get(key, {})
    at = dt.datetime.fromisoformat(mark["at"]) if mark.get("at") else section.saved_at
    who = f", {mark['name']}" if mark.get("name") else ""
    old = ", over 6 months old" if timezone.now() - at > OLD else ""
    return f"From assessment {section.assessment.reference}{who}, {day(at)}{old}"


def of_assessor(assessment: Assessment) -> list[Fact]:
    """Who does the assessment, with the phone number colleagues ring."""
    member = assessment.assessor
    if member is None:
        return []
    contact = ", ".join(filter(None, [member.contact_phone, member.user.email]))
    agency = assessment.agency.name if assessment.agency else ""
    return [(member.user.full_name, f"{assessment.assessor_role or member.job_title}, {agency}", contact)]


def of_team(case: Case) -> list[Fact]:
    """Who is on the Team Around the Family now."""
    facts = []
    for each in case.team.current().with_people():
        member = each.membership
        since = f"On the team since {day(each.starts_on)}"
        phone = member.contact_phone
        helps = f"Helps with {each.helps_with}. " if each.helps_with else ""
        facts.append(
            (
                member.user.full_name,
                f"{member.job_title}, {member.agency.name}",
                f"{helps}{since}{f', {phone}' if phone else ''}",
            )
        )
    return facts


def of_person(person: Person | None) -> list[Fact]:
    """Name, birth and ethnicity of one person, as far as they are recorded: what the page does not ask."""
    if person is None:
        return []
    facts: list[Fact] = [("Name", person.full_name, f"Known as {person.known_as}" if person.known_as else "")]
    if person.born_on:
        facts.append(("Born", day(person.born_on), age(person.born_on)))
    elif person.due_on:
        facts.append(("Due", day(person.due_on), ""))
    if person.role_in_household:
        facts.append(("In the family", person.role_in_household, ""))
    if person.ethnicity != Ethnicity.NOBT:
        facts.append(("Ethnicity", person.get_ethnicity_display(), ""))
    if person.interpreter_needed:
        facts.append(("Interpreter", "Needed", person.language))
    return facts
