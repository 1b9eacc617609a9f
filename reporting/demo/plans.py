"""A story's plan and meetings: outcomes with their scores, actions, reviews, who came and what was decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cases.models import (
    Action,
    ActionNote,
    Addendum,
    AgendaItem,
    Decision,
    Invitation,
    Meeting,
    Minute,
    Outcome,
    OutcomePast,
    OutcomeScore,
    PlanReview,
    RoomMessage,
)
from hubs.models import Category, Membership
from reporting.demo.families import Teller, Told

# The national outcome and the category of information that each of the library's themes belongs to.
OUTCOME_OF = {
    "mornings": "education",
    "learning": "education",
    "behaviour": "relationships",
    "childmind": "health",
    "parentmind": "health",
    "separation": "relationships",
    "safehome": "domestic_abuse",
    "housing": "housing",
    "money": "money",
    "baby": "early_years",
    "send": "education",
    "carer": "relationships",
    "outside": "safe_from_abuse",
    "isolation": "relationships",
    "substances": "substances",
}
CATEGORY_OF = {"housing": Category.HOUSING, "money": Category.FINANCE}
KINDS = {"First": "first", "Handover": "handover"}


class PlanTeller:
    """Adds the plan, the meetings and the reviews to a family that `Teller` has told."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.world = teller, teller.world

    def tell(self, told: Told) -> None:
        """Write the plan, then each meeting with the review that it was."""
        outcomes = [self._outcome(told, number, facts) for number, facts in enumerate(told.story["outcome"])]
        for facts in told.story["meeting"]:
            meeting = self._meeting(told, facts)
            if facts.get("held"):
                self._review(told, facts, meeting, outcomes)
        for facts in told.story["review"]:
            self._review(told, facts, None, outcomes)

    def _lead(self, told: Told) -> Membership:
        return self.world.staff[told.story["lead"]]

    # -- The plan ------------------------------------------------------------------------------------------------------

    def _outcome(self, told: Told, number: int, facts: dict[str, Any]) -> Outcome:
        lead, themes = self._lead(told), told.story["themes"]
        theme = themes[min(number, len(themes) - 1)]
        began = min([day for day, _rater, _value in facts["scores"]] or [told.story["opened"] + 14])
        created = self.teller.moment(min(began, -1), "14:00")
        outcome = Outcome.objects.create(
            case=told.case,
            person=told.people[facts["person"]],
            category=CATEGORY_OF.get(theme, Category.FAMILY),
            agency=lead.agency,
            theme=OUTCOME_OF[theme],
            what_will_be_different=facts["want"],
            how_we_will_know=facts["know"],
            target=facts.get("target"),
            created_by=lead,
            created_at=created,
            status="met" if told.case.closed_on else "open",
            ended_at=self.world.at(told.case.closed_on, "16:20") if told.case.closed_on else None,
            end_note="The family says so, and so do the figures." if told.case.closed_on else "",
        )
        OutcomeScore.objects.bulk_create(self._score(told, outcome, *score) for score in facts["scores"])
        for action in facts["actions"]:
            self._action(told, outcome, action, created)
        for was in facts.get("was", []):
            self._was(told, outcome, was)
        return outcome

    def _was(self, told: Told, outcome: Outcome, was: dict[str, Any]) -> None:
        """What an outcome said until a day: the database keeps it when somebody changes one, and a load changes none."""
        until = self.teller.moment(was["until"], "15:30")
        OutcomePast.objects.create(
            case=told.case,
            outcome=outcome,
            category=outcome.category,
            agency=outcome.agency,
            theme=outcome.theme,
            what_will_be_different=was["want"],
            how_we_will_know=was["know"],
            target=was.get("target"),
            status="open",
            since=outcome.current_since or outcome.created_at,
            until=until,
        )
        outcome.current_since = until
        outcome.save(update_fields=["current_since"])

    def _score(self, told: Told, outcome: Outcome, day: int, rater: str, value: int) -> OutcomeScore:
        person = told.people.get(rater)
        name = person.called if person else self.world.staff[rater].user.full_name
        return OutcomeScore(
            outcome=outcome,
            rater=name,
            rater_person=person,
            value=value,
            scored_on=self.teller.day(day),
            recorded_by=self._lead(told),
            recorded_at=self.teller.moment(day, "14:05"),
        )

    def _action(self, told: Told, outcome: Outcome, facts: dict[str, Any], created: datetime) -> Action:
        owner, done = self.world.staff.get(facts["owner"]), facts.get("done")
        done_at = self.teller.moment(done, "15:10") if done is not None else None
        created = min(created, done_at - timedelta(days=1)) if done_at else created
        is_started = done_at is not None or self.world.at(self.world.today, "00:00") - created > timedelta(
            days=12
        )
        started_at = created + timedelta(days=2) if is_started else None
        if done_at and started_at:
            started_at = min(started_at, done_at)
        action = Action.objects.create(
            case=told.case,
            outcome=outcome,
            category=outcome.category,
            agency=(owner or self._lead(told)).agency,
            what=facts["text"],
            owner_membership=owner,
            owner_person=None if owner else told.people[facts["owner"]],
            due_on=self.teller.day(facts["due"]),
            status="done" if done_at else "started" if is_started else "not_started",
            started_at=started_at,
            done_at=done_at,
            created_by=self._lead(told),
            created_at=created,
        )
        for day, who, text in facts.get("progress", []):
            writer = self.world.staff[who]
            ActionNote.objects.create(
                case=told.case,
                action=action,
                agency=writer.agency,
                author=writer,
                happened_on=self.teller.day(day),
                text=text,
                written_at=self.teller.moment(day, "16:10"),
            )
        return action

    def _review(
        self, told: Told, facts: dict[str, Any], meeting: Meeting | None, outcomes: list[Outcome]
    ) -> None:
        """A review of the plan: what a meeting was, or what the lead recorded on a day without one."""
        lead = meeting.chair if meeting else self._lead(told)
        day = self.teller.day(facts["day"])
        so_far = [s for o in outcomes for s in o.scores.all() if s.scored_on <= day]
        latest = {s.outcome_id: s.value for s in sorted(so_far, key=lambda s: s.scored_on)}
        known = [o for o in outcomes if o.created_at.date() <= day]
        is_last = told.case.closed_on is not None
        PlanReview.objects.create(
            case=told.case,
            agency=lead.agency,
            reviewed_on=day,
            summary=facts["minutes"],
            decision="close" if is_last else "continue",
            next_review_on=None if is_last else day + timedelta(days=42),
            snapshot={
                "outcomes": {str(o.pk): ["open", latest.get(o.pk)] for o in known},
                "actions": {str(a.pk): a.status for o in known for a in o.actions.all()},
            },
            meeting=meeting,
            recorded_by=lead,
            recorded_at=meeting.ends_at if meeting else self.teller.moment(facts["day"], "16:30"),
        )

    # -- Meetings ------------------------------------------------------------------------------------------------------

    def _meeting(self, told: Told, facts: dict[str, Any]) -> Meeting:
        chair = self.world.staff[facts["chair"]]
        starts_at = self.world.at(self.teller.day(facts["day"]), facts["at"])
        if facts.get("on_now"):
            began = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=11)
            starts_at = began - timedelta(minutes=began.minute % 5)  # as people arrange meetings
        arranged = min(starts_at - timedelta(days=17), self.teller.moment(-1, "10:00"))
        is_held = facts.get("held", False)
        meeting = Meeting.objects.create(
            case=told.case,
            agency=chair.agency,
            chair=chair,
            kind=KINDS.get(facts["title"].split()[0], "review"),
            title=facts["title"],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            place=facts["place"],
            arranged_by=chair,
            arranged_at=arranged,
            status="held" if is_held else "planned",
            held_at=starts_at + timedelta(hours=1) if is_held else None,
        )
        items = [
            AgendaItem(
                meeting=meeting,
                case=told.case,
                agency=chair.agency,
                position=number,
                title=title,
                kind="standing"
                if number == 1
                else "voice"
                if "voice" in title or "speak" in title
                else "plan",
                minutes_planned=10 if number > 2 else 5,
                discussed_at=starts_at + timedelta(minutes=9 * number) if is_held else None,
            )
            for number, title in enumerate(facts["agenda"], start=1)
        ]
        AgendaItem.objects.bulk_create(items)
        self._invitations(told, facts, meeting, arranged)
        if is_held:
            self._what_was_said(told, facts, meeting, items)
        if facts.get("on_now"):
            self._on_now(told, facts, meeting, items)
        return meeting

    def _on_now(self, told: Told, facts: dict[str, Any], meeting: Meeting, items: list[AgendaItem]) -> None:
        """A meeting that is going on while somebody looks: who has come, what was said so far, what is talked about."""
        number, by_title = facts["on_now"], {item.title: item for item in items}
        for item in items[: number - 1]:
            item.opened_at, item.seconds_spent = meeting.starts_at, 8 * 60
            item.discussed_at = meeting.starts_at + timedelta(minutes=8)
        items[number - 1].opened_at = meeting.starts_at + timedelta(minutes=8)
        AgendaItem.objects.bulk_update(items, ["opened_at", "seconds_spent", "discussed_at"])
        meeting.current_item = items[number - 1]
        meeting.save(update_fields=["current_item"])
        here = [self.world.staff.get(key) or told.people[key] for key in facts["arrived"]]
        for invitation in meeting.invitations.all():
            if (invitation.membership or invitation.person) in here:
                invitation.arrived_at = meeting.starts_at + timedelta(minutes=1)
                invitation.save(update_fields=["arrived_at"])
        who, title, text = facts["sent"]
        writer = self.world.staff[who]
        of_meeting = {"meeting": meeting, "case": told.case}
        Minute.objects.create(
            **of_meeting, item=by_title[title], agency=writer.agency, author=writer, kind="view", text=text,
            is_written_ahead=True, written_at=meeting.starts_at - timedelta(days=1),
        )  # fmt: skip
        self._minutes(facts["said"], meeting, items, first=3, apart=1)
        for key, text in facts["messages"]:
            writer = self.world.staff[key]
            sent_at = meeting.starts_at + timedelta(minutes=5)
            RoomMessage.objects.create(
                **of_meeting, agency=writer.agency, author=writer, text=text, sent_at=sent_at
            )

    def _minutes(self, said: list, meeting: Meeting, items: list[AgendaItem], *, first: int, apart: int) -> None:
        """What several people wrote, `first` minutes after the beginning and then `apart` minutes apart."""
        by_title = {item.title: item for item in items}
        for number, (key, title, kind, text, *said_by) in enumerate(said):
            writer = self.world.staff[key]
            Minute.objects.create(
                meeting=meeting,
                case=meeting.case,
                item=by_title[title],
                agency=writer.agency,
                author=writer,
                kind=kind,
                text=text,
                said_by="".join(said_by),
                written_at=meeting.starts_at + timedelta(minutes=first + number * apart),
            )

    def _invitations(self, told: Told, facts: dict[str, Any], meeting: Meeting, arranged: datetime) -> None:
        came, sorry = facts.get("came", []), facts.get("apologies", [])
        for key in facts.get("invited", [*came, *sorry]):
            is_coming = key in facts.get("accepted", came)
            Invitation.objects.create(
                meeting=meeting,
                case=told.case,
                membership=self.world.staff.get(key),
                person=None if key in self.world.staff else told.people[key],
                answer="accepted" if is_coming else "declined" if key in sorry else "invited",
                answered_at=arranged + timedelta(days=1) if is_coming or key in sorry else None,
                attendance="attended" if key in came else "apologies" if key in sorry else "",
                invited_by=meeting.chair,
                invited_at=arranged,
            )

    def _what_was_said(
        self, told: Told, facts: dict[str, Any], meeting: Meeting, items: list[AgendaItem]
    ) -> None:
        """Minutes and decisions, then the sign-off that closes them (unless the story leaves it open)."""
        chair = meeting.chair
        Minute.objects.create(
            meeting=meeting,
            case=told.case,
            item=items[0],
            agency=chair.agency,
            author=chair,
            text=facts["minutes"],
            written_at=meeting.starts_at + timedelta(minutes=4),
        )
        self._minutes(facts.get("said", []), meeting, items, first=9, apart=5)
        told.case.actions.filter(what__in=facts.get("agreed", [])).update(from_meeting=meeting)
        for number, text in enumerate(facts["decisions"], start=1):
            Decision.objects.create(
                meeting=meeting,
                case=told.case,
                item=items[-1],
                agency=chair.agency,
                text=text,
                agreed_by="everybody there",
                recorded_by=chair,
                decided_at=meeting.starts_at + timedelta(minutes=40 + number),
            )
        if not facts.get("minutes_open"):
            meeting.status, meeting.signed_off_by = "signed_off", chair
            meeting.signed_off_at = meeting.ends_at + timedelta(hours=2)
            meeting.save(update_fields=["status", "signed_off_by", "signed_off_at"])
        for day, who, text in facts.get("put_right", []):
            writer = self.world.staff[who]
            Addendum.objects.create(
                meeting=meeting,
                case=told.case,
                agency=writer.agency,
                author=writer,
                text=text,
                written_at=self.teller.moment(day, "11:05"),
            )
        self.teller.happened(told, facts["day"], facts["at"], facts["chair"], "Meeting held", meeting.title)
