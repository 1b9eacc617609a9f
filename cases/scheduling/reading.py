"""What the page of a meeting that looks for its time shows: each time with who can come, and who has not answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from cases.models import Case, Invitation, Meeting, ProposedTime, TimeAnswerKind
from cases.rules.meeting import can_answer_times, can_send_link
from cases.scheduling.telling import addresses_of
from earlyhelp.access import Actor


@dataclass
class TimeRow:
    """One proposed time: names by answer."""

    proposed: ProposedTime
    can: list[str] = field(default_factory=list)
    if_needed: list[str] = field(default_factory=list)
    cannot: list[str] = field(default_factory=list)
    is_best: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """More people who can come is better; then fewer who only come if need be."""
        return len(self.can) + len(self.if_needed), len(self.can)


@dataclass
class Asked:
    """One person who is asked, and what the reader may do for them."""

    invitation: Invitation
    has_answered: bool
    may_answer: bool
    may_send_link: bool
    email: str


@dataclass
class Finding:
    """A meeting that looks for its time, as one reader sees it."""

    rows: list[TimeRow]
    asked: list[Asked]
    mine: Asked | None

    @property
    def unanswered(self) -> list[Asked]:
        return [each for each in self.asked if not each.has_answered]

    @property
    def is_complete(self) -> bool:
        return not self.unanswered


def finding_of(case: Case, meeting: Meeting, actor: Actor) -> Finding:
    """Everything on the page, in five queries."""
    invitations = list(
        meeting.invitations.select_related("membership__user", "membership__agency", "person", "guest")
    )
    meeting.case = case  # fetched and found to be granted already: rules ask it no more
    names = {invitation.pk: invitation.name for invitation in invitations}
    proposed = list(meeting.proposed_times.prefetch_related("answers"))
    rows, said = [], set()
    for each in proposed:
        row = TimeRow(each)
        lists = {
            TimeAnswerKind.CAN: row.can,
            TimeAnswerKind.IF_NEEDED: row.if_needed,
            TimeAnswerKind.CANNOT: row.cannot,
        }
        for answer in each.answers.all():
            said.add(answer.invitation_id)
            lists[TimeAnswerKind(answer.answer)].append(names.get(answer.invitation_id, "Somebody else"))
        rows.append(row)
    ranks = [row.rank for row in rows if not row.proposed.is_past]
    for row in rows:
        # Where all suit alike, none is pointed out.
        row.is_best = not row.proposed.is_past and row.rank == max(ranks) > min(ranks)
    emails = addresses_of(case)
    asked = []
    for invitation in invitations:
        invitation.meeting, invitation.case = meeting, case
        asked.append(
            Asked(
                invitation=invitation,
                has_answered=invitation.pk in said,
                may_answer=can_answer_times(actor, invitation),
                may_send_link=can_send_link(actor, invitation),
                email=emails.get(invitation.person_id, ""),
            )
        )
    mine = next((each for each in asked if each.invitation.membership_id == actor.membership.pk), None)
    return Finding(rows=rows, asked=asked, mine=mine)
