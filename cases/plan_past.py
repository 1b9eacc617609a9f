"""The plan as it stood at a moment, and what changed between two moments, as far as the reader may see today.

Nothing of an earlier plan is stored as a whole. It is put together from rows that row-level security lets this reader
have: outcomes, actions, scores and progress of that time, and what outcomes and actions said before they were changed.
Whoever may not read an outcome now does not read what it said then; and where an earlier wording is not for this
reader, that outcome is left out of the earlier plan (docs/decisions/0031).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from cases.models import (
    Action,
    ActionNote,
    ActionPast,
    ActionStatus,
    Case,
    Outcome,
    OutcomePast,
    OutcomeScore,
    OutcomeStatus,
    PlanVersion,
)
from earlyhelp.web.dates import day
from earlyhelp.web.templatetags.eh import plural


@dataclass
class ActionThen:
    """An action as it stood at a moment."""

    pk: UUID
    outcome_id: UUID | None
    what: str
    owner_name: str
    due_on: dt.date
    status: str
    why_not: str = ""
    done_at: dt.datetime | None = None
    notes: list[ActionNote] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.status in (ActionStatus.NOT_STARTED, ActionStatus.STARTED)


@dataclass
class OutcomeThen:
    """An outcome as it stood at a moment, with its actions."""

    pk: UUID
    whose: str
    what: str
    how: str
    theme: str
    target: int | None
    status: str
    end_note: str
    scores: list[OutcomeScore]
    actions: list[ActionThen] = field(default_factory=list)

    @property
    def latest_score(self) -> OutcomeScore | None:
        return self.scores[-1] if self.scores else None

    @property
    def status_words(self) -> str:
        return str(OutcomeStatus(self.status).label)


@dataclass
class PlanThen:
    """The plan at a moment: `loose` are actions without an outcome that the reader may see."""

    moment: dt.datetime
    outcomes: list[OutcomeThen]
    loose: list[ActionThen]

    @property
    def actions(self) -> list[ActionThen]:
        return [*(action for outcome in self.outcomes for action in outcome.actions), *self.loose]


@dataclass
class PlanRows:
    """Every row that an earlier plan may be put together from: seven queries, whatever the size of the plan."""

    outcomes: list[Outcome]
    actions: list[Action]
    outcome_pasts: dict[UUID, list[OutcomePast]]
    action_pasts: dict[UUID, list[ActionPast]]
    notes: dict[UUID, list[ActionNote]]

    def at(self, moment: dt.datetime) -> PlanThen:
        """The plan as it stood at `moment`."""
        outcomes = [then for each in self.outcomes if (then := self._outcome(each, moment))]
        homes: dict[UUID | None, list[ActionThen]] = {outcome.pk: outcome.actions for outcome in outcomes}
        loose: list[ActionThen] = []
        for action in self.actions:
            stood = self._action(action, moment)
            if stood is not None:
                homes.get(action.outcome_id, loose).append(stood)
        return PlanThen(moment, outcomes, loose)

    def _outcome(self, now: Outcome, moment: dt.datetime) -> OutcomeThen | None:
        row = _row_at(now, self.outcome_pasts.get(now.pk, []), moment)
        if row is None:
            return None
        ended = row.ended_at is not None and row.ended_at <= moment
        return OutcomeThen(
            pk=now.pk,
            whose=whose(now),
            what=row.what_will_be_different,
            how=row.how_we_will_know,
            theme=row.get_theme_display(),
            target=row.target,
            status=row.status if ended else OutcomeStatus.OPEN,
            end_note=row.end_note if ended else "",
            scores=[score for score in now.scores_in_order if score.recorded_at <= moment],
        )

    def _action(self, now: Action, moment: dt.datetime) -> ActionThen | None:
        row = _row_at(now, self.action_pasts.get(now.pk, []), moment)
        if row is None:
            return None
        if now.done_at is not None and now.done_at <= moment:
            status, why_not, done_at = now.status, now.why_not, now.done_at
        else:
            started = now.started_at is not None and now.started_at <= moment
            status, why_not, done_at = ActionStatus.STARTED if started else ActionStatus.NOT_STARTED, "", None
        return ActionThen(
            pk=now.pk,
            outcome_id=now.outcome_id,
            what=row.what,
            owner_name=Action.owner_name.fget(row),  # type: ignore[attr-defined]
            due_on=row.due_on,
            status=status,
            why_not=why_not,
            done_at=done_at,
            notes=[note for note in self.notes.get(now.pk, []) if note.written_at <= moment],
        )


def _row_at(now, pasts: list, moment: dt.datetime):
    """The row that said how it was: the present one, an earlier one, or None when there is none for this reader."""
    if now.created_at > moment:
        return None
    if now.current_since is None or now.current_since <= moment:
        return now
    return next((past for past in pasts if past.since <= moment < past.until), None)


def whose(outcome: Outcome) -> str:
    """Whose outcome it is; a person whom the reader may not see is not named."""
    if outcome.person_id is None:
        return "The whole family"
    return outcome.person.called if outcome.person else "A member of the family"


def rows_of(case: Case) -> PlanRows:
    """The rows of a case's plan that the reader may see, of all times."""
    owned = ("owner_membership__user", "owner_person")
    return PlanRows(
        outcomes=list(Outcome.objects.filter(case=case).with_plan_data()),
        actions=list(Action.objects.filter(case=case).with_owners()),
        outcome_pasts=_by(OutcomePast.objects.filter(case=case), "outcome_id"),
        action_pasts=_by(ActionPast.objects.filter(case=case).select_related(*owned), "action_id"),
        notes=_by(ActionNote.objects.filter(case=case).select_related("author__user"), "action_id"),
    )


def _by(rows, column: str) -> dict[UUID, list]:
    found: dict[UUID, list] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def versions_of(case: Case) -> list[PlanVersion]:
    """The versions of a plan, oldest first, each with its `number`. Every reader of the case has the same numbers."""
    versions = list(
        PlanVersion.objects.filter(case=case).select_related("review__recorded_by__user", "meeting")
    )
    for number, version in enumerate(versions, start=1):
        version.number = number
    return versions


def changes_between(rows: PlanRows, before: PlanThen, after: PlanThen) -> list[str]:
    """What is different in `after`, in sentences: outcomes first, then actions.

    An outcome or action whose earlier wording is not for this reader is not compared.
    """
    lines = _changed_outcomes(rows, before, after)
    old = {action.pk: action for action in before.actions}
    created = {action.pk: action.created_at for action in rows.actions}
    carried = {action.carried_from_id: action for action in rows.actions if action.carried_from_id}
    new = 0
    for action in after.actions:
        was = old.get(action.pk)
        is_new = created[action.pk] > before.moment
        if not is_new and was is None:
            continue
        new += is_new
        if not action.is_open and (was is None or was.is_open):
            lines.append(_ended(action, carried.get(action.pk), after.moment))
        elif was:
            lines.extend(_changed_action(was, action))
    if new:
        lines.append(plural(new, "new action"))
    return lines


def _changed_outcomes(rows: PlanRows, before: PlanThen, after: PlanThen) -> list[str]:
    old = {outcome.pk: outcome for outcome in before.outcomes}
    created = {outcome.pk: outcome.created_at for outcome in rows.outcomes}
    lines = []
    for outcome in after.outcomes:
        was = old.get(outcome.pk)
        if was is None:
            if created[outcome.pk] > before.moment:
                lines.append(f"New outcome: {outcome.what}")
            continue
        if was.what != outcome.what:
            lines.append(f"“{was.what}” now reads “{outcome.what}”")
        if was.how != outcome.how:
            lines.append(f"{outcome.what}: we will now know when “{outcome.how}”")
        if was.status != outcome.status:
            words = outcome.status_words.lower() if outcome.status != OutcomeStatus.OPEN else "taken up again"
            lines.append(f"{outcome.what}: {words}")
        elif was.latest_score and outcome.latest_score:
            lines.extend(_moved(outcome.what, was.latest_score.value, outcome.latest_score.value))
        if outcome.target is not None and was.target != outcome.target:
            lines.append(f"{outcome.what}: we now aim for {outcome.target} out of 10")
    return lines


def _moved(what: str, before: int, now: int) -> list[str]:
    if before == now:
        return []
    return [f"{what}: {'up' if now > before else 'down'} from {before} to {now} out of 10"]


def _ended(action: ActionThen, carried: Action | None, moment: dt.datetime) -> str:
    if action.status == ActionStatus.DONE:
        return f"Done: {action.what}"
    if carried and carried.created_at <= moment:
        return f"Carried forward to {day(carried.due_on)}: {action.what}"
    return f"Not done: {action.what}"


def _changed_action(was: ActionThen, now: ActionThen) -> list[str]:
    lines = []
    if was.what != now.what:
        lines.append(f"“{was.what}” now reads “{now.what}”")
    if was.owner_name != now.owner_name:
        lines.append(f"{now.what}: now for {now.owner_name}")
    if was.due_on != now.due_on:
        lines.append(f"{now.what}: moved from {day(was.due_on)} to {day(now.due_on)}")
    written = len(now.notes) - len(was.notes)
    if written > 0:
        lines.append(f"{now.what}: {plural(written, 'progress note')}")
    return lines
