"""Words about sharing for families: short, everyday, to be read aloud with somebody of nine or of ninety."""

from __future__ import annotations

from dataclasses import dataclass

from cases.explain import AgencyLine
from hubs.models import AgencyKind, Category

# What each topic means to a family.
TOPICS = {
    Category.FAMILY: "who is in your family and how to reach you",
    Category.EDUCATION: "how school or nursery is going",
    Category.HEALTH: "your health",
    Category.POLICE: "if the police have helped your family",
    Category.HOUSING: "your home",
    Category.FINANCE: "money and bills",
    Category.SAFEGUARDING: "things that keep you safe",
}
# What people of each kind of agency do.
KINDS = {
    AgencyKind.COUNCIL_EARLY_HELP: "They plan help with families.",
    AgencyKind.COUNCIL_SOCIAL_CARE: "They help when children may not be safe.",
    AgencyKind.SCHOOL: "They teach and look after children.",
    AgencyKind.HEALTH: "They help people to be well.",
    AgencyKind.POLICE: "They help to keep people safe.",
    AgencyKind.HOUSING: "They look after homes.",
    AgencyKind.EDUCATION_SERVICE: "They help children to get on at school.",
    AgencyKind.DWP: "They help with work and money.",
    AgencyKind.VOLUNTARY: "They help families in lots of ways.",
}


@dataclass
class AgencyWords:
    """One agency as a family is told of it."""

    name: str
    does: str
    people: list[str]
    could_see: list[str]
    asked_now: bool


def words_for_family(lines: list[AgencyLine]) -> list[AgencyWords]:
    """What each agency could see if the family says yes: what the agreement gives it. The hub is told of apart."""
    found = []
    for line in lines:
        if line.agency is None:
            continue
        kind = AgencyKind(line.agency.kind)
        gives = [TOPICS[Category(category)] for category in line.may_have]
        if gives:
            people = [f"{who.user.full_name}, {who.job_title.lower()}" for who in line.people]
            found.append(AgencyWords(line.name, KINDS.get(kind, ""), people, gives, line.sees_something))
    return found
