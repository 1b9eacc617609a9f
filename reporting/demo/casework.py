"""The cases of made-up families: who helped, what was agreed and written, what the plan was, how it ended."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from itertools import islice

from reporting.demo.bulk import Ids
from reporting.demo.heaps import Heaps
from reporting.demo.helping import Help, closure, needs_of
from reporting.demo.maker import Frame, Household, Life, Somebody, Workplace, in_office_hours
from reporting.demo.phrases import fill
from reporting.demo.plans import CATEGORY_OF, OUTCOME_OF
from reporting.demo.stepping import StepMaker

METHODS = ("face_to_face", "face_to_face", "signed_form", "phone", "video")
PLACES = ("At home", "At school", "By phone", "At the clinic")
HALF_AN_HOUR = timedelta(minutes=30)


class CaseMaker:
    """Makes the cases of a household and gathers their rows in `heaps`."""

    def __init__(self, frame: Frame, rng: random.Random, heaps: Heaps) -> None:
        self.frame, self.rng, self.heaps, self.ids = frame, rng, heaps, Ids(rng)
        self.step_maker = StepMaker(frame, rng, heaps)

    def case(self, household: Household, life: Life, notes: int, previous: str | None) -> str:
        """Make one case with `notes` entries on its timeline; return its id."""
        rng, frame = self.rng, self.frame
        opened = frame.today - timedelta(days=life[0])
        closed = None if life[1] is None else frame.today - timedelta(days=life[1])
        began = in_office_hours(opened, rng, frame.now)
        ended = closed and max(in_office_hours(closed, rng, frame.now), began + timedelta(hours=1))
        help_ = Help.choose(rng, frame, household, opened)
        lead = help_.lead(rng)
        case = self.ids.at(began.timestamp())
        news = self._timeline(case, household, help_, began, ended, notes)
        reason, words = closure(rng) if closed else ("", "")
        status = "closed" if closed else "stepped_up" if rng.random() < 0.02 else "open"
        reference = frame.reference()
        self.heaps.cases.add(
            case, reference, household.id, frame.hubs[household.hub][0],
            frame.levels[3 if len(help_.team) > 2 else 2], status, opened, closed, reason, words, help_.source.id,
            lead[1], previous, None if closed else self._next_review(), news[1][:140], began, ended or news[0],
        )  # fmt: skip
        self._agreed(case, household, help_, opened, closed)
        for place, member in help_.team:
            self.heaps.team.add(
                self.ids.at(began.timestamp()), case, member, help_.helps_with(rng, place), opened, closed,
                "Case closed" if closed else "", (ended or news[0]).date(),
            )  # fmt: skip
        self._leads(case, help_, lead[1], began, ended)
        completed = self._assessment(case, household, help_, lead[0], began, ended)
        if completed:
            self._plan(case, household, help_, lead, completed, ended)
        is_up = "stepped_up" in (status, reason)
        self.step_maker.steps(case, reference, household, lead, began, ended, is_up)
        return case

    def _next_review(self) -> date:
        """When the plan is looked at next; nearly one in five is late."""
        days = -self.rng.randint(1, 40) if self.rng.random() < 0.18 else self.rng.randint(0, 60)
        return self.frame.today + timedelta(days=days)

    def _leads(self, case: str, help_: Help, lead: int, began: datetime, ended: datetime | None) -> None:
        """One lead at every moment; one case in six changes lead half way."""
        add, at = self.heaps.leads.add, self.ids.at
        others = [member for _place, member in help_.team if member != lead]
        lasted = (ended or self.frame.now) - began
        if others and self.rng.random() < 0.17 and lasted > timedelta(days=30):
            change = began + lasted / 2
            add(at(began.timestamp()), case, self.rng.choice(others), began, change)
            add(at(change.timestamp()), case, lead, change, ended)
        else:
            add(at(began.timestamp()), case, lead, began, ended)

    # -- Agreement -----------------------------------------------------------------------------------------------------

    def _agreed(
        self, case: str, household: Household, help_: Help, opened: date, closed: date | None
    ) -> None:
        """Answers by the mother, through her for the children, often by the father; asked again every year.

        In a few open cases the answer has run out and nobody has asked again.
        """
        rng, today = self.rng, self.frame.today
        mother, recorder = household.parents[0], help_.team[0][1]
        given = opened if closed else opened + timedelta(days=365 * ((today - opened).days // 365))
        until = given + timedelta(days=365)
        if closed is None and rng.random() < 0.03:
            until = max(given, today - timedelta(days=rng.randint(1, 20)))
        moment = in_office_hours(given, rng, self.frame.now)
        answers = [
            (parent.id, None) for parent in household.parents if parent is mother or rng.random() < 0.7
        ]
        if closed is None:
            answers += [(child.id, mother.id) for child in household.children]
        for place in help_.agencies():
            for person, given_by in answers:
                is_fathers = given_by is None and person != mother.id
                self.heaps.consents.add(
                    self.ids.at(moment.timestamp()), case, person, place.id, None,
                    "refused" if is_fathers and rng.random() < 0.08 else "given", given_by, rng.choice(METHODS), given,
                    until, recorder, moment,
                )  # fmt: skip

    # -- What was written ----------------------------------------------------------------------------------------------

    def _timeline(self, case, household, help_, began, ended, number) -> tuple[datetime, str]:
        """Write `number` notes between opening and closing; return the time and title of the newest."""
        rng, until = self.rng, ended or self.frame.now
        newest = (began, "Early help assessment registered")
        self._note(case, 1, "event", newest[1], "", began, None, "", help_.team[0])
        span = (until - began).total_seconds()
        for place, member, phrase, child in islice(help_.writing(rng, household), number - 1):
            moment = began + timedelta(seconds=rng.random() * span)
            moment = max(began + HALF_AN_HOUR, in_office_hours(moment.date(), rng, until - HALF_AN_HOUR))
            parent = rng.choice(household.parents)
            title = fill(phrase.title, child.first, parent.first)
            body = fill(phrase.body, child.first, parent.first)
            is_voice = phrase.kind == "voice"
            about = child.id if is_voice or "{child}" in phrase.body else None
            asked = "In conversation" if is_voice else ""
            self._note(case, phrase.category, phrase.kind, title, body, moment, about, asked, (place, member))
            newest = max(newest, (moment, title))
        return newest

    def _note(self, case, category, kind, title, body, moment, about, asked, who) -> None:
        stamp = moment.isoformat()
        self.heaps.notes.add(self.ids.at(moment.timestamp()), case, category, kind, title, body, stamp, about, asked,
                             who[1], who[0].id, stamp)  # fmt: skip

    # -- Assessment and plan -------------------------------------------------------------------------------------------

    def _assessment(self, case, household, help_, lead: Workplace, began, ended) -> datetime | None:
        """Initiated on registration; about three in four are completed, most within fifteen working days."""
        rng, at = self.rng, self.ids.at
        took = timedelta(days=min(rng.lognormvariate(2.9, 0.55), 160), hours=3)
        done = began + took if rng.random() < 0.79 and began + took < (ended or self.frame.now) else None
        is_tier4 = rng.random() < 0.02
        place, assessor = help_.team[0]
        assessment = at(began.timestamp())
        self.heaps.assessments.add(
            assessment, case, self.frame.form_version, self.frame.assessment_reference(began.year),
            "closed" if ended else "completed" if done else "initiated", self.frame.hubs[household.hub][0], place.id,
            assessor, help_.role_of(place), lead.id, began, (began + timedelta(days=21)).date(), done,
            assessor if done else None, done, ended, "tier4" if is_tier4 else "agreed",
            "" if is_tier4 else household.parents[0].first, "" if is_tier4 else household.children[0].first,
            None if is_tier4 else began, "" if is_tier4 else rng.choice(PLACES),
            "Asking first could have put a child at risk." if is_tier4 else "",
        )  # fmt: skip
        for person, code in needs_of(rng, help_.themes, household.children):
            self.heaps.needs.add(at(began.timestamp()), assessment, case, person, code)
        return done

    def _plan(self, case, household, help_, lead, made: datetime, ended: datetime | None) -> None:
        """One outcome for each need, with two or three actions by whoever can do them."""
        parent = household.parents[0]
        has_begun = False
        for theme in help_.themes:
            outcome, (want, know) = self.ids.at(made.timestamp()), self.rng.choice(theme.outcomes)
            category = int(CATEGORY_OF.get(theme.key, 1))
            self.heaps.outcomes.add(
                outcome, case, help_.child.id, category, lead[0].id, OUTCOME_OF[theme.key],
                fill(want, help_.child.first, parent.first), fill(know, help_.child.first, parent.first),
                ("met" if self.rng.random() < 0.8 else "not_met") if ended else "open", lead[1], made, ended,
            )  # fmt: skip
            for kind, text in self.rng.sample(theme.actions, k=min(3, len(theme.actions))):
                words = fill(text, help_.child.first, parent.first)
                self._action(
                    case, outcome, category, kind, words, help_, lead, parent, made, ended, has_begun
                )
                has_begun = True

    def _action(
        self, case, outcome, category, kind, words, help_, lead, parent: Somebody, made, ended, has_begun
    ) -> None:
        rng = self.rng
        owner = next(((place, member) for place, member in help_.team if place.kind == kind), lead)
        is_familys = kind == "family"
        due = made + timedelta(days=rng.randint(14, 90))
        done_at = due - timedelta(days=rng.randint(-8, 14))
        limit = ended or self.frame.now
        # What is long overdue was done or talked about; only recent actions wait.
        is_done = done_at < limit and (rng.random() < 0.85 or due < limit - timedelta(days=40))
        # The plan's first action has: that is what makes its assessment complete.
        is_started = is_done or not has_begun or due - timedelta(days=40) < limit
        why_not = "" if is_done or not ended else "The family chose to stop before this was needed."
        status = "done" if is_done else "not_done" if ended else "started" if is_started else "not_started"
        self.heaps.actions.add(
            self.ids.at(made.timestamp()), case, outcome, category, owner[0].id, words,
            None if is_familys else owner[1], parent.id if is_familys else None, due.date(), status,
            made if is_started else None, done_at if is_done else ended, why_not, lead[1], made,
        )  # fmt: skip
