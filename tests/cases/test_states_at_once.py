"""Two people accept the same thing in the same moment: exactly one wins, and what is stored hangs together."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import DatabaseError, connection
from django.utils import timezone

from cases.actions.lead import accept_lead, ask_to_lead
from cases.actions.step_down import accept_for_hub, propose_step_down, take_over
from cases.actions.step_in import accept_step_in, ask_to_step_in, offer_instead
from cases.actions.step_up import accept_step_up, return_step_up, send_step_up, tell_incident
from cases.joining.asking import accept_join, decline_join
from cases.models import Case, JoinRequest, LeadProfessional, Meeting, StepDown, StepIn, StepUp, TeamMember
from cases.rules import NotAllowed
from cases.scheduling.actions import choose_time, propose_meeting
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from reporting.consistency import broken

pytestmark = pytest.mark.django_db(transaction=True)


def both_at_once(*jobs) -> list[str]:
    """Run each (membership, what to do with their Actor) in a thread with a connection of its own; won or lost."""
    barrier, outcomes = threading.Barrier(len(jobs)), []

    def run(member, job) -> None:
        try:
            with acting_as(member) as actor:
                barrier.wait(10)
                job(actor)
            outcomes.append("won")
        except (NotAllowed, ValueError, PermissionDenied, ObjectDoesNotExist):
            outcomes.append("lost")
        except DatabaseError as error:
            outcomes.append(f"lost with an error of the database: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    return sorted(outcomes)


@pytest.fixture(autouse=True)
def stored_hangs_together(db):
    """After each of these: nothing is broken, and every open case has exactly one lead or an owner."""
    yield
    with as_system():
        found = {each.name: each.ids for each in broken() if not each.name.endswith("_file")}
        # Rows that the fixtures write past the actions have no pack.
        found.pop("step_up_has_its_pack", None)
        leads = LeadProfessional.objects.filter(until_at=None).values_list("case_id", flat=True)
        assert len(set(leads)) == len(leads)
        for case in Case.objects.open():
            assert case.pk in set(leads) or case.hub_id
    assert found == {}


def sent(people, social_care) -> StepUp:
    with acting_as(people.alice) as alice:
        return send_step_up(
            case=people.case, to_agency=social_care, reason="x", threshold=["neglect"], basis="risk_of_harm", tried="x",
            why_no_meeting="x", danger_told=True, by=alice,
        )  # fmt: skip


def test_lead_request(people, world):
    nurse = world.member(people.school, first_name="Nadia")
    with acting_as(people.alice) as alice:
        request = ask_to_lead(case=people.case, membership=nurse, note="x", family_agrees=True, by=alice)
    job = (nurse, lambda by: accept_lead(request=request, by=by))
    assert both_at_once(job, job) == ["lost", "won"]


def test_step_up_accepted_by_two_leads(people, social_care, world):
    other = world.member(social_care, Role.AGENCY_LEAD)
    step_up = sent(people, social_care)
    accept = lambda by: accept_step_up(step_up=step_up, reason="Yes", by=by)  # noqa: E731
    assert both_at_once((social_care.decider, accept), (other, accept)) == ["lost", "won"]
    with as_system():
        assert StepUp.objects.get().status == "accepted"


def test_step_up_accepted_and_returned(people, social_care, world):
    other = world.member(social_care, Role.AGENCY_LEAD)
    step_up = sent(people, social_care)
    outcome = both_at_once(
        (social_care.decider, lambda by: accept_step_up(step_up=step_up, reason="Yes", by=by)),
        (other, lambda by: return_step_up(step_up=step_up, reason="No", by=by)),
    )
    assert outcome == ["lost", "won"]
    with as_system():
        status = StepUp.objects.get().status
        assert Case.objects.get(pk=people.case.pk).status == {"accepted": "stepped_up", "declined": "open"}[status]


def test_incident_sent_twice_is_sent_once(people, social_care):
    happened = timezone.now() - dt.timedelta(hours=1)

    def tell(by):
        tell_incident(
            case=people.case, to_agency=social_care, reason="Hurt", happened_at=happened, safe_now="Not known", by=by
        )

    assert both_at_once((people.alice, tell), (people.alice, tell)) == ["won", "won"]
    with as_system():
        assert StepUp.objects.count() == 1


def held(people, social_care, world) -> StepDown:
    step_up = sent(people, social_care)
    with acting_as(social_care.decider) as erin:
        accept_step_up(step_up=step_up, reason="Yes", by=erin)
        return propose_step_down(case=people.case, reason="Safe", family_agrees=True, by=erin)


def test_step_down_taken_over_twice(people, social_care, world):
    step_down = held(people, social_care, world)
    with acting_as(people.coordinator) as dee:
        accept_for_hub(step_down=step_down, lead=people.alice, by=dee)
    job = (people.alice, lambda by: take_over(step_down=step_down, by=by))
    assert both_at_once(job, job) == ["lost", "won"]
    with as_system():
        assert Case.objects.get(pk=people.case.pk).status == "open"


def test_step_down_taken_over_while_the_hub_names_another(people, social_care, world):
    world.join(people.case, people.bob)
    step_down = held(people, social_care, world)
    with acting_as(people.coordinator) as dee:
        accept_for_hub(step_down=step_down, lead=people.alice, by=dee)
    outcome = both_at_once(
        (people.alice, lambda by: take_over(step_down=step_down, by=by)),
        (people.coordinator, lambda by: accept_for_hub(step_down=step_down, lead=people.bob, by=by)),
    )
    assert outcome == ["lost", "won"]
    with as_system():
        named = StepDown.objects.get()
        leads = LeadProfessional.objects.get(case=people.case, until_at=None).membership
    assert (named.status, named.proposed_lead) in [("finished", people.alice), ("accepted", people.bob)]
    assert leads == people.alice


def test_step_in_joined_twice_and_offered_instead(people, social_care, world):
    other = world.member(social_care, Role.AGENCY_LEAD)
    world.consent(people.case, social_care)
    with acting_as(people.alice) as alice:
        asked = ask_to_step_in(
            case=people.case, to_agency=social_care, asked_for="x", reason="x", family_agrees=True, by=alice
        )
    outcome = both_at_once(
        (social_care.decider, lambda by: accept_step_in(step_in=asked, worker=social_care.worker, by=by)),
        (other, lambda by: accept_step_in(step_in=asked, worker=other, by=by)),
        (other, lambda by: offer_instead(step_in=asked, offer="A group", by=by)),
    )
    assert outcome == ["lost", "lost", "won"]
    with as_system():
        answer = StepIn.objects.get()
        joined = TeamMember.objects.filter(case=people.case, membership__agency=social_care).count()
    assert joined == (answer.status == "accepted")


def test_request_to_join_accepted_and_declined(people, world):
    world.join(people.case, people.bob)
    world.consent(people.case, people.elsewhere)
    with as_system():
        asked = JoinRequest.objects.create(
            case=people.case, asked_by=people.charlie, reason="x", decide_by=timezone.now()
        )
    outcome = both_at_once(
        (people.alice, lambda by: accept_join(request=asked, reason="Yes", by=by)),
        (people.coordinator, lambda by: decline_join(request=asked, reason="No", by=by)),
    )
    assert outcome == ["lost", "won"]
    with as_system():
        asked.refresh_from_db()
        on_team = TeamMember.objects.filter(case=people.case, membership=people.charlie).exists()
    assert on_team == (asked.status == "accepted")


def test_time_of_a_meeting_picked_twice(people, world):
    start = timezone.now() + dt.timedelta(days=5)
    times = [(start + dt.timedelta(days=n), start + dt.timedelta(days=n, hours=1)) for n in (0, 1)]
    with acting_as(people.alice) as alice:
        meeting = propose_meeting(case=people.case, times=times, chair=people.alice, title="Review meeting", by=alice)
        one, other = list(meeting.proposed_times.order_by("starts_at"))
    outcome = both_at_once(
        (people.alice, lambda by: choose_time(proposed=one, by=by)),
        (people.coordinator, lambda by: choose_time(proposed=other, by=by)),
    )
    assert outcome == ["lost", "won"]
    with as_system():
        assert Meeting.objects.get().status == "planned"
