"""Meetings and plans in the county of tests/access/county.py: agendas, minutes, times looked for, and plans that stand still."""

from __future__ import annotations

from datetime import timedelta

from cases.models import AgendaItem, Invitation, Meeting, Minute, PlanReview, PlanVersion, ProposedTime
from tests.access.changes import DAY


def find_a_time(county, n: int, case, seen, mother, knows_mother) -> None:
    """A meeting that looks for its time: a colleague and the mother are asked."""
    start = county.now + 9 * DAY
    chair = county.members[n % 12]
    times = {"starts_at": start, "ends_at": start + DAY / 24}
    finding = Meeting.objects.create(
        case=case, title="Which day?", chair=chair, arranged_by=chair, status="proposed", **times
    )
    proposed = ProposedTime.objects.create(case=case, meeting=finding, proposed_by=chair, **times)
    mine = Invitation.objects.create(case=case, meeting=finding, membership=chair)
    hers = Invitation.objects.create(case=case, meeting=finding, person_id=mother)
    pk = str(finding.pk)
    county.keep("proposed_meeting", case, seen, pk=pk)
    county.keep("proposed_time", case, seen, pk=pk, proposed=str(proposed.pk))
    county.keep("proposed_invitation", case, seen, pk=pk, invitation=str(mine.pk))
    county.keep("mothers_invitation", case, knows_mother, pk=pk, invitation=str(hers.pk))


def talk_about_it(county, case, seen) -> None:
    """Each item of the agenda has an entry of the minutes, and the meeting looks at each action of the plan."""
    facts, meeting = county.facts, str(county.meetings[str(case.pk)])
    for row in [row for row in facts.rows if row.case == str(case.pk)]:

        def reads(member, row=row):
            return row.id in county.rows_of(member)

        if row.table == "cases_action":
            county.keep("action_of_meeting", case, reads, pk=meeting, action=row.id)
        if row.table != "cases_agendaitem":
            continue
        county.keep("item", case, reads, pk=meeting, item=row.id)
        item = AgendaItem.objects.get(pk=row.id)
        minute = Minute.objects.create(
            meeting_id=meeting, case=case, item=item, category=item.category, agency=item.agency, text="Said"
        )

        def reads_minute(member, row=row):
            # Whose agency wrote it reads it, like its item; everybody else reads it where they read the item.
            own = seen(member) and facts.members[member].agency == row.agency
            return own or row.id in county.rows_of(member)

        county.keep("minute", case, reads_minute, pk=meeting, minute=str(minute.pk))


def stand_still(county, case, agency, seen) -> None:
    """Three reviews in which nothing moved, so that the alarm rings, and the plan as it stood at the last."""
    for days in (3, 2, 1):
        review = PlanReview.objects.create(
            case=case, agency=agency, reviewed_on=county.facts.today - days * DAY, decision="continue",
            recorded_at=county.now - timedelta(days=days), summary="Goes on", recorded_by=county.members[0],
            next_review_on=county.facts.today + 9 * DAY,
        )  # fmt: skip
    # Recording a review freezes the plan: the database does it.
    county.keep("plan_version", case, seen, pk=str(PlanVersion.objects.get(review=review).pk))
