"""Every state table there is: what it does not name is refused, and nothing in the database has changed.

`TABLES` names every status field of every model. A field that is missing fails a test, so that nobody adds a status
without saying which changes of it are legal. Where actions change it, each is tried from every status from which it may
not be, through the action; where none does, the state check is asked alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from assessments.quality import states as quality_states
from assessments.states import TRANSITIONS as ASSESSMENT
from cases.actions import consultation, lead, meeting, plan, step_down, step_in, step_up
from cases.actions.close import close_case
from cases.joining import asking, covering
from cases.models import (
    Case,
    Consultation,
    Cover,
    JoinRequest,
    LeadRequest,
    ProposedTime,
    StepDown,
    StepIn,
    StepUp,
)
from cases.rules import NotAllowed
from cases.scheduling.actions import choose_time
from cases.states import TRANSITIONS, can_become, check_can_become
from earlyhelp.access.context import acting_as, as_system
from reporting.models import ReportStatus
from reporting.states import Step, can_take
from reporting.subject.states import STEPS as SUBJECT_STEPS
from tests.cases.transitions import goes_through, refused_elsewhere
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db

# Where the legal changes of every status field are written down. "model.field" -> where.
ONE_TABLE = "cases.states"
TABLES = dict.fromkeys((f"{label}.status" for label in TRANSITIONS), ONE_TABLE) | {
    "assessments.Assessment.status": "assessments.states",
    "assessments.Assessment.countersigning": "assessments.quality.states COUNTERSIGN",
    "assessments.QualityAudit.status": "assessments.quality.states AUDIT",
    "reporting.HighlightReport.status": "reporting.states",
    "reporting.SubjectRequest.status": "reporting.subject.states",
    # Written by functions of the database alone, each of which asks for the one status it starts from.
    "cases.Merge.status": "cases/sql/merging_v1.sql: proposed to declined or done, done to undone",
    "assessments.HandOver.status": "assessments.flow.hand_on: waiting to an answer, once (tests/assessments/test_hand_on.py)",
    "assessments.FormVersion.status": "assessments/sql/form_guard: draft to published to retired",
    "assessments.Section.status": "follows its answers: in progress or completed, both ways while the assessment is open",
    "reporting.RegisterImport.status": "reporting.register.loading: each step asks for the status it starts from",
    "reporting.Redaction.status": "the officer's choice, any way while the request is in hand (SubjectRequest's table)",
    "outbox.Message.state": "earlyhelp.outbox.relay: waiting to sent, not needed or given up; given up to waiting by hand",
}
# Copies of a status as it was, which never change.
COPIES = {
    "cases.OutcomePast.status",
    "cases.ActionPast.status",
    "reporting.ReportDownload.report_status",
    "reporting.StatisticsTwin.status",
}
NAMES = ("status", "state", "countersigning", "report_status")


def test_every_status_field_has_a_table():
    found = {
        f"{model._meta.label}.{field.name}"
        for app in ("cases", "assessments", "outcomes", "reporting", "hubs", "outbox", "accounts")
        for model in (apps.get_app_config(app).get_models() if apps.is_installed(_app(app)) else [])
        if model._meta.managed
        for field in model._meta.fields
        if field.name in NAMES and isinstance(field, models.CharField)
    }
    assert found == set(TABLES) | COPIES


def _app(label: str) -> str:
    return next((config.name for config in apps.get_app_configs() if config.label == label), "")


def test_every_status_is_in_its_table_and_leads_only_to_others():
    for label, table in TRANSITIONS.items():
        statuses = {value for value, _words in apps.get_model(label)._meta.get_field("status").choices}
        assert set(table) == statuses, label
        assert all(to <= statuses and status not in to for status, to in table.items()), label


@pytest.mark.parametrize("label", TRANSITIONS)
def test_the_check_refuses_everything_else(label):
    """For every pair of statuses, also where no action leads there."""
    model = apps.get_model(label)
    for before in TRANSITIONS[label]:
        for after in TRANSITIONS[label]:
            thing = model(status=before)
            assert can_become(thing, after) == (after in TRANSITIONS[label][before])
            if after not in TRANSITIONS[label][before]:
                with pytest.raises(NotAllowed, match="has changed since"):
                    check_can_become(thing, after)


def test_tables_that_name_what_happens_refuse_what_is_not_in_them():
    for table in (ASSESSMENT, quality_states.COUNTERSIGN, quality_states.AUDIT):
        events = {event for _status, event in table}
        statuses = {status for status, _event in table} | set(table.values())
        assert len(table) < len(events) * len(statuses)  # something is refused
        assert all(to in statuses for to in table.values())
    for step in Step:
        assert not can_take(step, ReportStatus.WITHDRAWN)
    ended = {"sent", "refused"}
    assert not any(str(status) in ended for froms in SUBJECT_STEPS.values() for status in froms)


# -- Through the actions ----------------------------------------------------------------------------------------------


@dataclass
class Scene:
    """A case with everybody who acts in it, and a row of each kind in whatever status is asked for."""

    people: object
    social_care: object
    world: object
    outcome_of: Callable
    action_of: Callable
    meeting_of: Callable

    def __post_init__(self):
        self.case, self.alice, self.bob = self.people.case, self.people.alice, self.people.bob
        self.dee, self.erin = self.people.coordinator, self.social_care.decider
        self.now = timezone.now()

    def row(self, label: str, status: str):
        with as_system():
            return getattr(self, "_" + label.split(".")[1].lower())(status)

    def _case(self, status):
        closed = status == "closed"
        facts = {"closed_on": self.world.today, "closure_reason": "outcomes_met"} if closed else {}
        Case.objects.filter(pk=self.case.pk).update(status=status, **facts)
        self.case.refresh_from_db()
        return self.case

    def _outcome(self, status):
        return self.outcome_of(self.case, status=status, ended_at=None if status == "open" else self.now)

    def _action(self, status):
        facts = {
            "not_started": {},
            "started": {"started_at": self.now},
            "done": {"started_at": self.now, "done_at": self.now},
            "not_done": {"done_at": self.now, "why_not": "Away"},
        }[status]
        return self.action_of(self.outcome_of(self.case), owner_membership=self.alice, status=status, **facts)

    def _meeting(self, status):
        facts = {"held_at": self.now} if status in ("held", "signed_off") else {}
        if status == "signed_off":
            facts |= {"signed_off_at": self.now, "signed_off_by": self.alice}
        made = self.meeting_of(self.case, self.alice, status="held" if status == "signed_off" else status)
        type(made).objects.filter(pk=made.pk).update(status=status, **facts)
        made.refresh_from_db()
        ProposedTime.objects.create(
            meeting=made, case=made.case, starts_at=self.now + dt.timedelta(days=3),
            ends_at=self.now + dt.timedelta(days=3, hours=1),
        )  # fmt: skip
        return made

    def _leadrequest(self, status):
        return LeadRequest.objects.create(
            case=self.case, to_membership=self.bob, from_membership=self.alice, note="x", status=status,
            answered_at=None if status == "waiting" else self.now,
        )  # fmt: skip

    def _joinrequest(self, status):
        answer = {"decided_at": self.now, "decided_by": self.alice, "decision_reason": "x"}
        self.world.consent(self.case, self.people.elsewhere)
        return JoinRequest.objects.create(
            case=self.case, asked_by=self.people.charlie, reason="x", decide_by=self.now, status=status,
            **({} if status == "waiting" else answer),
        )  # fmt: skip

    def _cover(self, status):
        return Cover.objects.create(
            away=self.alice, by=self.bob, starts_on=in_days(1), ends_on=in_days(9), asked_by=self.alice, status=status,
            answered_at=None if status == "waiting" else self.now,
        )  # fmt: skip

    def _stepup(self, status):
        answer = {"decided_at": self.now, "decided_by": self.erin, "decision_reason": "x"}
        self.world.join(self.case, self.erin)
        self.world.consent(self.case, self.social_care)
        return StepUp.objects.create(
            case=self.case, agency=self.alice.agency, to_agency=self.social_care, reason="x", why_no_meeting="x",
            basis="consent", sent_by=self.alice, decide_by=self.now, status=status, **({} if status == "sent" else answer),
        )  # fmt: skip

    def _stepdown(self, status):
        named = self.bob if status in ("accepted", "finished") else None
        ended = {} if status in ("proposed", "accepted") else {"ended_at": self.now, "ended_by": self.dee}
        self.world.join(self.case, self.erin)
        self.world.consent(self.case, self.social_care)
        return StepDown.objects.create(
            case=self.case, agency=self.social_care, to_hub=self.people.hub, reason="x", family_agrees=True,
            proposed_lead=named, proposed_by=self.erin, hand_over_by=in_days(9), status=status, **ended,
        )  # fmt: skip

    def _stepin(self, status):
        answer = {"answered_at": self.now, "answered_by": self.erin, "answer": "x"}
        worker = {"worker": self.social_care.worker} if status == "accepted" else {}
        self.world.consent(self.case, self.social_care)
        return StepIn.objects.create(
            case=self.case, agency=self.alice.agency, to_agency=self.social_care, asked_for="x", reason="x",
            family_agrees=True, asked_by=self.alice, answer_by=in_days(5), status=status,
            **({} if status == "asked" else answer | worker),
        )  # fmt: skip

    def _consultation(self, status):
        said = {"decided_at": self.now, "decided_by": self.alice, "why": "x"}
        return Consultation.objects.create(
            case=self.case, agency=self.alice.agency, adviser="Jo", asked_at=self.now, question="x", advice="x",
            recorded_by=self.alice, status=status, **({} if status == "advised" else said),
        )  # fmt: skip


# (model, the status it leads to, who, what they do)
ACTIONS = [
    ("cases.Case", "closed", "alice", lambda s, row, by: close_case(case=row, reason="outcomes_met", by=by)),
    ("cases.Outcome", "met", "alice", lambda s, row, by: plan.end_outcome(outcome=row, status="met", by=by)),
    ("cases.Outcome", "stopped", "alice", lambda s, row, by: plan.end_outcome(outcome=row, status="stopped", note="x", by=by)),
    ("cases.Outcome", "open", "alice", lambda s, row, by: plan.reopen_outcome(outcome=row, by=by)),
    ("cases.Action", "started", "alice", lambda s, row, by: plan.start_action(action=row, by=by)),
    ("cases.Action", "done", "alice", lambda s, row, by: plan.finish_action(action=row, by=by)),
    ("cases.Action", "not_done", "alice", lambda s, row, by: plan.give_up_action(action=row, why_not="x", by=by)),
    ("cases.Meeting", "held", "alice", lambda s, row, by: meeting.end_meeting(
        meeting=row, attendance=dict.fromkeys(row.invitations.all(), "attended"), by=by)),
    ("cases.Meeting", "signed_off", "alice", lambda s, row, by: meeting.sign_off(meeting=row, by=by)),
    ("cases.Meeting", "cancelled", "alice", lambda s, row, by: meeting.cancel_meeting(meeting=row, reason="x", by=by)),
    ("cases.LeadRequest", "accepted", "bob", lambda s, row, by: lead.accept_lead(request=row, by=by)),
    ("cases.LeadRequest", "declined", "bob", lambda s, row, by: lead.decline_lead(request=row, reason="x", by=by)),
    ("cases.LeadRequest", "cancelled", "alice", lambda s, row, by: lead.take_back_lead_request(request=row, by=by)),
    ("cases.JoinRequest", "accepted", "alice", lambda s, row, by: asking.accept_join(request=row, reason="x", by=by)),
    ("cases.JoinRequest", "declined", "alice", lambda s, row, by: asking.decline_join(request=row, reason="x", by=by)),
    ("cases.Cover", "accepted", "bob", lambda s, row, by: covering.accept_cover(cover=row, by=by)),
    ("cases.Cover", "declined", "bob", lambda s, row, by: covering.decline_cover(cover=row, reason="x", by=by)),
    ("cases.Cover", "cancelled", "alice", lambda s, row, by: covering.take_back_cover(cover=row, by=by)),
    ("cases.StepUp", "accepted", "erin", lambda s, row, by: step_up.accept_step_up(step_up=row, reason="x", by=by)),
    ("cases.StepUp", "declined", "erin", lambda s, row, by: step_up.return_step_up(step_up=row, reason="x", by=by)),
    ("cases.StepUp", "withdrawn", "alice", lambda s, row, by: step_up.withdraw_step_up(step_up=row, by=by)),
    ("cases.StepDown", "accepted", "dee", lambda s, row, by: step_down.accept_for_hub(step_down=row, lead=s.alice, by=by)),
    ("cases.StepDown", "declined", "dee", lambda s, row, by: step_down.return_step_down(step_down=row, reason="x", by=by)),
    ("cases.StepDown", "withdrawn", "erin", lambda s, row, by: step_down.withdraw_step_down(step_down=row, by=by)),
    ("cases.StepDown", "finished", "bob", lambda s, row, by: step_down.take_over(step_down=row, by=by)),
    ("cases.StepIn", "accepted", "erin", lambda s, row, by: step_in.accept_step_in(
        step_in=row, worker=s.social_care.worker, by=by)),
    ("cases.StepIn", "declined", "erin", lambda s, row, by: step_in.decline_step_in(step_in=row, reason="x", by=by)),
    ("cases.StepIn", "offered", "erin", lambda s, row, by: step_in.offer_instead(step_in=row, offer="x", by=by)),
    ("cases.StepIn", "withdrawn", "alice", lambda s, row, by: step_in.take_back_step_in(step_in=row, by=by)),
    ("cases.Consultation", "followed", "alice", lambda s, row, by: consultation.decide_on_advice(
        consultation=row, status="followed", by=by)),
    ("cases.Meeting", "planned", "alice", lambda s, row, by: choose_time(proposed=row.proposed_times.get(), by=by)),
]  # fmt: skip
# An action that may be taken again on purpose though the status stays: the hub names another lead before the first answered.
AGAIN = {("cases.StepDown", "accepted", "accepted")}


@pytest.fixture
def scene(people, social_care, world, outcome_of, action_of, meeting_of):
    world.join(people.case, people.bob)
    return Scene(people, social_care, world, outcome_of, action_of, meeting_of)


@pytest.mark.parametrize(
    ("label", "to", "who", "do"), ACTIONS, ids=[f"{a.split('.')[1]}-{to}" for a, to, *_rest in ACTIONS]
)
def test_illegal_transition_is_refused_and_changes_nothing(scene, label, to, who, do):
    refused_elsewhere(scene.row, label, to, partial(acting, scene, who, do), AGAIN)


@pytest.mark.parametrize(
    ("label", "to", "who", "do"), ACTIONS, ids=[f"{a.split('.')[1]}-{to}" for a, to, *_rest in ACTIONS]
)
def test_the_same_action_from_a_legal_status_goes_through(scene, label, to, who, do):
    """What refuses above is the status and nothing else; and afterwards what is stored hangs together."""
    named = "accepted" if label == "cases.StepDown" else None  # somebody has been named
    found = goes_through(scene.row, label, to, partial(acting, scene, who, do), named)
    assert not found & {"open_case_has_an_owner", "lead_is_on_the_team", "nobody_in_between", "who_stepped_in_joined"}


def acting(scene, who, do, row) -> None:
    with acting_as(getattr(scene, who)) as actor:
        do(scene, row, actor)
