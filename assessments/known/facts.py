"""What a page shows above its questions, read from the record: (what, value, where it comes from)."""

from __future__ import annotations

from assessments.models import Assessment
from cases.models import Case, Ethnicity, Person
from earlyhelp.web.dates import age, day

Fact = tuple[str, str, str]


def of_assessor(assessment: Assessment) -> list[Fact]:
    """Who does the assessment, with the phone number colleagues ring."""
    member = assessment.assessor
    if member is None:
        return []
    contact = ", ".join(filter(None, [member.contact_phone, member.user.email]))
    agency = member.agency.name  # not that of the registration: a draft may have been handed on
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
    if person.nhs_number:
        number = person.nhs_number
        facts.append(("NHS number", f"{number[:3]} {number[3:6]} {number[6:]}", ""))
    if person.role_in_household:
        facts.append(("In the family", person.role_in_household, ""))
    if person.ethnicity != Ethnicity.NOBT:
        facts.append(("Ethnicity", person.get_ethnicity_display(), ""))
    if person.interpreter_needed:
        facts.append(("Interpreter", "Needed", person.language))
    return facts
