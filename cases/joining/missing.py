"""What an agency still needs before somebody of it can join a team, and how each is put right."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.urls import reverse

from cases.answers import Answers
from cases.models import Case, LawfulShare
from cases.preview import matrix_of
from cases.rules.sharing import agencies_agreed_to
from earlyhelp.access import Actor, Permission, Role
from earlyhelp.web.dates import day
from earlyhelp.web.templatetags.eh import join_words
from hubs.models import Agency, Agreement, Category, Membership, Signature
from hubs.querysets import in_force


@dataclass
class Need:
    """One thing that must be so: whether it is, what that means, and where it is put right."""

    title: str
    is_met: bool
    words: list[str] = field(default_factory=list)
    link: str = ""
    link_words: str = ""
    is_detail: bool = False  # good to know; does not keep the agency out


@dataclass
class Missing:
    """Everything about one agency and one family, in the order in which it is put right."""

    agency: Agency
    needs: list[Need]

    @property
    def can_join(self) -> bool:
        return all(need.is_met for need in self.needs if not need.is_detail)

    @property
    def left(self) -> int:
        return sum(not need.is_met for need in self.needs if not need.is_detail)


def missing_for(case: Case, agency: Agency, answers: Answers, actor: Actor) -> Missing:
    """What is there and what is missing for one agency. A fixed number of queries."""
    live = Agreement.objects.live()
    signature = Signature.objects.filter(agency=agency, agreement=live).first() if live else None
    matrix = matrix_of(live)
    gets = [category for category in Category if (agency.kind, category) in matrix]
    is_agreed = agency.pk in agencies_agreed_to(case)
    lawful = LawfulShare.objects.filter(in_force(), case=case, agency=agency).first()
    return Missing(
        agency,
        [
            _signed(agency, live, signature, actor),
            _given_something(agency, gets),
            _agreed(case, agency, answers, is_agreed, lawful),
            _topics(case, agency, answers, gets),
        ],
    )


def _signed(agency: Agency, live: Agreement | None, signature: Signature | None, actor: Actor) -> Need:
    need = Need("The agency has signed the sharing agreement", bool(signature and signature.is_live))
    if need.is_met and signature:
        need.words = [f"{agency.name} signed version {live.version} on {day(signature.signed_on)}."]
        return need
    if live is None:
        need.words = ["No version of the agreement is in force. The information governance lead can say why."]
    elif signature is None:
        need.words = [f"{agency.name} has not signed version {live.version}, which is in force."]
    elif signature.withdrawn_at:
        need.words = [
            f"{agency.name} withdrew on {day(signature.withdrawn_at)}. It can sign the next version."
        ]
    elif signature.suspended_at:
        need.words = [f"The signature is suspended since {day(signature.suspended_at)}."]
    else:
        need.words = [f"The signature begins to count on {day(signature.signed_on)}."]
    signs = (
        Membership.objects.live().with_people().filter(agency=agency, roles__contains=[Role.SIGNATORY.value])
    )
    names = [f"{each.user.full_name} ({each.contact_phone})" for each in signs[:3]]
    if names:
        need.words.append(f"Signs for the agency: {join_words(names)}.")
    else:
        need.words.append(
            "Nobody there may sign yet. Ask the information governance lead to make somebody its signatory."
        )
    if actor.may(Permission.AGREEMENT_READ):
        need.link, need.link_words = reverse("agreement"), "See the agreement and who has signed"
    return need


def _given_something(agency: Agency, gets: list[Category]) -> Need:
    need = Need("The agreement gives this kind of agency something", bool(gets))
    kind = agency.get_kind_display().lower()
    if gets:
        topics = join_words([str(category.label).lower() for category in gets])
        need.words = [f"An agency of this kind ({kind}) may receive {topics}."]
    else:
        need.words = [
            f"An agency of this kind ({kind}) receives no category for helping a family.",
            "Only a new version of the agreement changes that. Ask the information governance lead.",
        ]
        need.link, need.link_words = reverse("agreement"), "See what the agreement gives to whom"
    return need


def _agreed(case: Case, agency: Agency, answers: Answers, is_agreed: bool, lawful) -> Need:
    need = Need("The family agreed, or there is a lawful basis", is_agreed or lawful is not None)
    if lawful is not None:
        until = f" until {day(lawful.ends_on)}" if lawful.ends_on else ""
        need.words.append(f"Shared without agreement, on a lawful basis{until}.")
    for line in answers.lines:
        need.words.append(f"{line.person.called}: {_answer_of(line, agency)}")
    if not is_agreed:
        need.link = f"{reverse('record-consent', args=[case.reference])}?agency={agency.pk}"
        need.link_words = f"Ask the family, and record what they say about {agency.name}"
        if lawful is None:
            need.words.append(
                "One yes that counts is enough for the agency to see the record of that person."
            )
    return need


def _answer_of(line, agency: Agency) -> str:
    mine = [each for each in line.in_force if each.agency_id == agency.pk]
    if any(each.agency.pk == agency.pk for each in line.disagreements):
        return "two people disagree. Their answers must be settled first."
    if any(each.answer == "given" for each in mine):
        return "agreed."
    if mine:
        return "refused. A refusal stands until they say otherwise."
    past = [each for each in line.consents if each.agency_id == agency.pk]
    if any(each.status == "expired" for each in past):
        return "their agreement has run out. Ask again."
    return "withdrew their agreement." if past else "not asked yet."


def _topics(case: Case, agency: Agency, answers: Answers, gets: list[Category]) -> Need:
    refused = [category for category in gets if answers.why_not(agency.pk, category) == "The family refused"]
    need = Need("Topics the family keeps back from this agency", not refused, is_detail=True)
    if refused:
        topics = join_words([str(category.label).lower() for category in refused])
        need.words = [f"Refused: {topics}. The agency can join, and does not see these."]
        need.link, need.link_words = reverse("record-sharing", args=[case.reference]), "See who can see what"
    else:
        need.words = ["Nothing is kept back from it."]
    return need
