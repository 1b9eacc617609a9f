"""A story's step up to children's social care, or down from it: both sides, the clock and the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cases.actions.step_up import decision_due
from cases.models import Consent, StepDown, StepUp, StepUpPack, TeamMember
from cases.pack import fingerprint, pack_of, request_of
from earlyhelp.web.workdays import add_working_days
from hubs.models import Category
from reporting.demo.agreeing_to_share import MATRIX
from reporting.demo.families import Teller, Told

SAFE_NOW = "The children are with their grandparents until tomorrow evening, and their mother knows."
NO_MEETING = "The team was asked by phone the same day, because the next meeting was two weeks away."
DECISIONS = {"stay": "declined", "accept": "accepted"}
HAND_OVER_WITHIN = 10  # working days


class StepTeller:
    """Adds steps up and down to a family that `Teller` has told."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.world = teller, teller.world

    def tell(self, told: Told) -> None:
        """Write the step of a story, if it tells of one."""
        if facts := told.story.get("step_up"):
            self._up(told, facts)
        if facts := told.story.get("step_down"):
            self._down(told, facts)

    def freeze(self, told: Told) -> None:
        """Keep with the request the record as its sender saw it. Called when everything else is written."""
        if facts := told.story.get("step_up"):
            sender = self.world.staff[facts["by"]]
            open_to_sender = {
                note.title for note in told.notes
                if note.category in MATRIX[sender.agency.kind] or note.agency_id == sender.agency_id
            }  # fmt: skip
            pack = pack_of(told.case)
            pack["notes"] = [note for note in pack["notes"] if note["title"] in open_to_sender]
            step_up = StepUp.objects.select_related("to_agency", "meeting").get(case=told.case)
            pack |= {"request": request_of(step_up, sender)}
            StepUpPack.objects.create(
                step_up=step_up,
                case=told.case,
                agency=step_up.agency,
                to_agency=step_up.to_agency,
                sent_by=sender,
                content=pack,
                sha256=fingerprint(pack),
                sent_at=step_up.sent_at,
            )

    def _up(self, told: Told, facts: dict[str, Any]) -> None:
        """The request, a seat on the team for whoever decides, and the decision when there is one."""
        sender, decider = self.world.staff[facts["by"]], self.world.staff["yasmin"]
        sent_at = self.teller.moment(facts["sent"], facts["at"])
        is_decided = "decided" in facts
        decided_at = self.teller.moment(facts["decided"], "10:40") if is_decided else None
        seat = TeamMember.objects.create(
            case=told.case,
            membership=decider,
            helps_with="Deciding on the step up",
            starts_on=sent_at.date(),
            ends_on=decided_at.date() if decided_at else None,
            end_reason="Decision sent back" if decided_at else "",
            added_by=sender,
        )
        self._agree(told, sent_at)
        is_incident = facts["sent"] == 0
        StepUp.objects.create(
            case=told.case,
            agency=sender.agency,
            to_agency=decider.agency,
            kind="incident" if is_incident else "planned",
            happened_at=sent_at - timedelta(hours=11) if is_incident else None,
            safe_now=SAFE_NOW if is_incident else "",
            why_no_meeting="" if is_incident else NO_MEETING,
            threshold=facts["threshold"],
            reason=facts["reason"],
            working_well="\n".join(told.story["strengths"]),
            tried=facts["wants"],
            is_immediate_danger_told=True,
            basis="consent",
            family_told=facts["family_told"],
            seat=seat,
            sent_by=sender,
            sent_at=sent_at,
            decide_by=decision_due(sent_at),
            status=DECISIONS[facts["decision"]] if is_decided else "sent",
            decided_by=decider if is_decided else None,
            decided_at=decided_at,
            decision_reason=facts.get("decision_reason", ""),
        )
        self.teller.happened(
            told, facts["sent"], facts["at"], facts["by"], "Step up sent to children's social care"
        )
        if is_decided:
            self.teller.happened(told, facts["decided"], "10:40", "yasmin", "Step up returned with advice")

    def _agree(self, told: Told, sent_at) -> None:
        """The family agreed to be passed on: the same people, for children's social care."""
        answers = {
            c.person_id: c for c in Consent.objects.filter(case=told.case, answer="given", ended_at=None)
        }
        for answer in answers.values():
            Consent.objects.create(
                case=told.case,
                person_id=answer.person_id,
                agency=self.world.agencies["social-care"],
                category=None,
                answer="given",
                given_by_id=answer.given_by_id,
                method="phone",
                given_on=sent_at.date(),
                valid_until=sent_at.date() + timedelta(days=365),
                recorded_by=self.world.staff[told.story["step_up"]["by"]],
                recorded_at=sent_at,
            )

    def _down(self, told: Told, facts: dict[str, Any]) -> None:
        """Accepted by the hub; the lead professional who was named has still to accept."""
        proposer, coordinator = self.world.staff[facts["by"]], self.world.staff["tom"]
        sent_at = self.teller.moment(facts["sent"], "14:30")
        StepDown.objects.create(
            case=told.case,
            category=Category.FAMILY,
            agency=proposer.agency,
            to_hub=told.case.hub,
            reason=facts["summary"],
            outstanding="\n".join(facts["outstanding"]),
            final_meeting_at=self.teller.moment(facts["final_meeting"], "11:00"),
            final_meeting_place="Alder Vale hub, room 2",
            family_agrees=True,
            agreed_on=sent_at.date(),
            family_said="We know what to do now, and whom to ring.",
            proposed_lead=self.world.staff[facts["to"]],
            proposed_by=proposer,
            proposed_at=sent_at,
            hand_over_by=add_working_days(sent_at.date(), HAND_OVER_WITHIN),
            status="accepted",
            hub_accepted_by=coordinator,
            hub_accepted_at=sent_at + timedelta(hours=19),
        )
        self.teller.happened(told, facts["sent"], "14:30", facts["by"], "Step down proposed to early help")
