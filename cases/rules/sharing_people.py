"""Who answers for whom about sharing, and when two answers disagree.

From 12 a child is asked whether they decide for themself; at 16 that is presumed. Sources: Gillick competence as in
Information Sharing Advice (May 2024), pages 10 to 13; domain.md section 6.4 for the age of 12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from cases.models import Case, Consent, DecidesForSelf, Person
from cases.rules import NotAllowed, answered
from cases.rules.sharing import check_can_change_sharing
from earlyhelp.access import Actor, Role
from earlyhelp.web.dates import years_old
from hubs.models import Agency, Membership

ASKED_FROM = 12  # years
PRESUMED_FROM = 16  # years
ADULT_FROM = 18  # years


def age_of(person: Person) -> int | None:
    """Age in whole years; 0 for an unborn baby, None when it is not known."""
    if person.born_on:
        return max(0, years_old(person.born_on))
    return 0 if person.due_on else None


def is_adult(person: Person) -> bool:
    age = age_of(person)
    return not person.is_child or (age is not None and age >= ADULT_FROM)


def decides(person: Person, note: DecidesForSelf | None) -> bool:
    """Whether somebody answers for themself: adults; whoever was judged able; from 16 unless judged not able."""
    if is_adult(person):
        return True
    if note is not None:
        return note.able
    age = age_of(person)
    return age is not None and age >= PRESUMED_FROM


def is_to_be_asked(person: Person, note: DecidesForSelf | None) -> bool:
    """Whether nobody has yet noted if this child of 12 to 15 (or of unknown age) decides for themself."""
    age = age_of(person)
    return not is_adult(person) and note is None and (age is None or ASKED_FROM <= age < PRESUMED_FROM)


def notes_on_deciding(people: Iterable[Person]) -> dict[UUID, DecidesForSelf]:
    """The note in force for each of these people, in one query."""
    notes = DecidesForSelf.objects.filter(person__in=list(people), ended_at=None)
    return {note.person_id: note for note in notes.select_related("assessed_by__user", "assessed_by__agency")}


def check_can_answer_for(
    person: Person,
    given_by: Person | None,
    note: DecidesForSelf | None,
    *,
    has_responsibility: bool = False,
    acts_for: bool = False,
) -> None:
    """Persons who may answer about somebody:

    - an adult, a young person from 16 and a child judged able: only themself (an adult's attorney or deputy for them),
    - a younger child: somebody who has parental responsibility for them.

    Args:
        given_by: who answered; None or the person themself: the person.
        has_responsibility: whether `given_by` has parental responsibility for them.
        acts_for: whether `given_by` may decide for this adult by law.
    """
    name, age = person.called, age_of(person)
    if given_by is None or given_by.pk == person.pk:
        if decides(person, note):
            return
        if is_to_be_asked(person, note):
            raise NotAllowed(
                f"{name} can answer for themself once somebody has noted that they understand what it means. "
                "Write that note first."
            )
        raise NotAllowed(f"Select the person with parental responsibility who answered for {name}.")
    if is_adult(person):
        if not acts_for:
            raise NotAllowed(f"{name} is an adult and answers for themself.")
    elif decides(person, note):
        why = "was judged able to decide" if note else f"is {age}"
        raise NotAllowed(f"{name} {why}, so ask {name}. Nobody else answers for them.")
    elif not has_responsibility:
        raise NotAllowed(f"Only somebody with parental responsibility can answer for {name}.")


# -- Two people answered about the same child, and differ --------------------------------------------------


@dataclass
class Disagreement:
    """One person agrees that one agency may know about somebody, another refuses: until it is settled, nothing goes."""

    person: Person
    agency: Agency
    yes: list[Consent] = field(default_factory=list)
    no: list[Consent] = field(default_factory=list)
    may_settle: bool = False  # the reader of the page (check_can_settle)

    @property
    def answers(self) -> list[Consent]:
        return [*self.yes, *self.no]

    def names(self, answers: list[Consent]) -> list[str]:
        """Who gave these answers, each once."""
        return list(dict.fromkeys(each.who_answered for each in answers))

    @property
    def yes_names(self) -> list[str]:
        return self.names(self.yes)

    @property
    def no_names(self) -> list[str]:
        return self.names(self.no)


def counts(answer: Consent, note: DecidesForSelf | None) -> bool:
    """Whether an answer in force counts: while somebody decides for themself, only their own do."""
    return answer.given_by_id is None or not (note and note.able)


def disagreements_in(answers: Iterable[Consent], notes: dict[UUID, DecidesForSelf]) -> list[Disagreement]:
    """Where a yes meets somebody else's refusal of everything, about the same person and agency.

    Args:
        answers: answers in force, with person, agency and given_by fetched.
    """
    found: dict[tuple, list[Consent]] = defaultdict(list)
    for answer in answers:
        if counts(answer, notes.get(answer.person_id)):
            found[answer.person_id, answer.agency_id].append(answer)
    disagreements = []
    for of_one in found.values():
        yes = [each for each in of_one if each.answer == "given"]
        no = [each for each in of_one if each.answer == "refused" and each.category is None]
        yes = [each for each in yes if any(other.given_by_id != each.given_by_id for other in no)]
        no = [each for each in no if any(other.given_by_id != each.given_by_id for other in yes)]
        if yes and no:
            disagreements.append(Disagreement(of_one[0].person, of_one[0].agency, yes, no))
    return disagreements


def check_can_settle(actor: Actor, case: Case, disagreement: Disagreement) -> None:
    """Persons who may settle what two people disagree about:

    - agency leads and hub managers who see the record,
    - not somebody who recorded one of the answers, unless nobody else could settle it.
    """
    check_can_change_sharing(actor, case)
    if not (actor.has_role(Role.AGENCY_LEAD) or actor.has_role(Role.HUB_MANAGER)):
        raise NotAllowed("An agency lead or hub manager settles this. Ask yours.")
    recorders = {each.recorded_by_id for each in disagreement.answers}
    if actor.membership.pk in recorders and others_who_settle(actor, case, recorders).exists():
        raise NotAllowed(
            "You recorded one of the answers, so somebody else settles this: another lead of an agency on the team, "
            "or a hub manager."
        )


def others_who_settle(actor: Actor, case: Case, recorders: Iterable[int | None]):
    """Other agency leads and hub managers who see the record and recorded none of the answers."""
    lead = Q(
        agency__in=case.team.current().values("membership__agency"), roles__contains=[Role.AGENCY_LEAD.value]
    )
    manager = Q(roles__contains=[Role.HUB_MANAGER.value]) & (Q(hub=case.hub_id) | Q(hub=None))
    return (
        Membership.objects.live()
        .filter(lead | manager)
        .exclude(user=actor.user)
        .exclude(pk__in=[pk for pk in recorders if pk])
    )


can_answer_for = answered(check_can_answer_for)
can_settle = answered(check_can_settle)
