"""A story's meetings that look for their time, and those that are planned every so many weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cases.models import (
    AgendaItem,
    Invitation,
    InvitationLink,
    Meeting,
    MeetingSeries,
    ProposedTime,
    TimeAnswer,
)
from cases.scheduling.days import dates_every, suitable_day
from cases.scheduling.telling import fingerprint
from reporting.demo.families import Teller, Told

AGENDA = ("What is going well", "Scores and next date")


class SchedulingTeller:
    """Adds proposed times with their answers, and series, to a family that `Teller` has told."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.world = teller, teller.world

    def tell(self, told: Told) -> None:
        """Write what the story says under `finding` and `series`."""
        for facts in told.story["finding"]:
            self._finding(told, facts)
        for facts in told.story["series"]:
            self._series(told, facts)

    def _finding(self, told: Told, facts: dict[str, Any]) -> None:
        asked_at = self.teller.moment(facts["asked"], "09:40")
        starts = sorted(
            self.world.at(suitable_day(self.teller.day(day)), clock) for day, clock in facts["times"]
        )
        meeting = self._meeting(told, facts, starts[0], status="proposed", arranged_at=asked_at)
        times = [
            ProposedTime.objects.create(
                meeting=meeting,
                case=told.case,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
                proposed_by=meeting.chair,
                proposed_at=asked_at,
            )
            for start in starts
        ]
        for key, answers in facts["answers"].items():
            invitation = self._invitation(told, meeting, key)
            by = None if key in facts.get("emailed", {}) else self.world.staff.get(key, meeting.chair)
            TimeAnswer.objects.bulk_create(
                TimeAnswer(
                    case=told.case,
                    proposed=proposed,
                    invitation=invitation,
                    answer=answer,
                    answered_at=asked_at + timedelta(hours=3),
                    recorded_by=by,
                )
                for proposed, answer in zip(times, answers, strict=False)
            )
        for key, email in facts.get("emailed", {}).items():
            InvitationLink.objects.create(
                case=told.case,
                invitation=self._invitation(told, meeting, key),
                email=email,
                secret_hash=fingerprint(f"{meeting.pk} {key}"),
                expires_at=times[-1].ends_at,
                made_by=meeting.chair,
                made_at=asked_at,
            )

    def _series(self, told: Told, facts: dict[str, Any]) -> None:
        chair = self.world.staff[facts["chair"]]
        series = MeetingSeries.objects.create(
            case=told.case, agency=chair.agency, every_weeks=facts["weeks"], made_by=chair
        )
        first = self.world.at(suitable_day(self.teller.day(facts["day"])), facts["at"])
        later = dates_every(
            first, weeks=facts["weeks"], number=facts["number"] - 1, skip_school_holidays=True
        )
        for start in [first, *later]:
            arranged = self.teller.moment(-3, "15:20")
            self._meeting(told, facts, start, status="planned", series=series, arranged_at=arranged)

    def _meeting(self, told: Told, facts: dict[str, Any], starts_at, **more: Any) -> Meeting:
        chair = self.world.staff[facts["chair"]]
        meeting = Meeting.objects.create(
            case=told.case,
            agency=chair.agency,
            kind="review",
            title=facts["title"],
            place=facts["place"],
            chair=chair,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            arranged_by=chair,
            **more,
        )
        is_set = meeting.status == "planned"
        Invitation.objects.bulk_create(
            Invitation(
                meeting=meeting,
                case=told.case,
                membership=self.world.staff.get(key),
                person=None if key in self.world.staff else told.people[key],
                answer="accepted" if is_set and key == facts["chair"] else "invited",  # who sets a time comes to it
                answered_at=meeting.arranged_at if is_set and key == facts["chair"] else None,
                invited_by=chair,
                invited_at=meeting.arranged_at,
            )
            for key in facts["invited"]
        )
        AgendaItem.objects.bulk_create(
            AgendaItem(
                meeting=meeting,
                case=told.case,
                agency=chair.agency,
                position=number,
                title=title,
                kind="standing",
                minutes_planned=10,
            )
            for number, title in enumerate(AGENDA, start=1)
        )
        return meeting

    def _invitation(self, told: Told, meeting: Meeting, key: str) -> Invitation:
        if key in self.world.staff:
            return meeting.invitations.get(membership=self.world.staff[key])
        return meeting.invitations.get(person=told.people[key])
