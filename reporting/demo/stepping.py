"""Steps up to children's social care and down from it, for made-up cases: sent, decided within a day or so, answered."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from cases.pack import fingerprint
from reporting.demo.bulk import Ids
from reporting.demo.heaps import Heaps
from reporting.demo.maker import Frame, Household, Workplace

Who = tuple[Workplace, int]
REASONS = (
    (["no_change"], "The plan has been followed for three months and life is not better for the children."),
    (["parent"], "A parent is too unwell to keep the children safe at night, and family cannot step in."),
    (["neglect", "no_change"], "Food, warmth and clean clothes are often missing in spite of daily help."),
    (["domestic_abuse"], "Abuse in the home has begun again, and the children were there."),
    (["exploitation", "missing"], "Missing for two nights this month, with money that cannot be explained."),
)
ACCEPTED = (
    "The threshold is met. An assessment has begun, and the lead professional is asked to stay in touch."
)
RETURNED = (
    "The threshold is not met today. The plan is right; ring us the same day if there is another incident."
)
NO_MEETING = "The family did not want to wait for a meeting, and the team was asked by phone."
TRIED = "The plan, for three months, with a visit each week."
SETTLED = "The child in need plan has reached its aims, and the family agrees to go on with early help."
DOWN_SHARE, RETURNED_SHARE = 0.05, 0.04  # of all cases: stepped down at the start; sent up and returned


class StepMaker:
    """Gathers steps in `heaps`."""

    def __init__(self, frame: Frame, rng: random.Random, heaps: Heaps) -> None:
        self.frame, self.rng, self.heaps, self.ids = frame, rng, heaps, Ids(rng)

    def steps(
        self, case: str, reference: str, household: Household, lead: Who, began, ended, is_up: bool
    ) -> None:
        """Draw the steps of one case. `is_up`: children's social care has taken it on, so one was accepted."""
        until = ended or self.frame.now
        if until - began < timedelta(days=8):
            return self._up(case, reference, household, lead, began, until, ACCEPTED) if is_up else None
        if self.rng.random() < DOWN_SHARE:
            self._down(case, household, lead, began)
        if is_up:
            sent = max(began, until - timedelta(days=self.rng.randint(3, 7)))
            self._up(case, reference, household, lead, sent, until, ACCEPTED)
        elif self.rng.random() < RETURNED_SHARE:
            sent = began + (until - began) * self.rng.uniform(0.2, 0.8)
            self._up(case, reference, household, lead, sent, until, RETURNED)
        return None

    def _social_care(self, household: Household) -> Who:
        place = self.rng.choice(self.frame.workplaces[household.hub, "council_social_care"])
        return place, self.rng.choice(place.staff)

    def _up(
        self, case, reference, household, lead: Who, sent: datetime, until: datetime, answer: str
    ) -> None:
        place, decider = self._social_care(household)
        threshold, reason = self.rng.choice(REASONS)
        decided = min(until, sent + timedelta(hours=self.rng.choice((3, 5, 20, 24, 30))))
        pack = {
            "reference": reference,
            "family": household.children[0].last,
            "people": [],
            "team": [],
            "notes": [],
        }
        step_up = self.ids.at(sent.timestamp())
        self.heaps.packs.add(
            self.ids.at(sent.timestamp()),
            step_up,
            case,
            lead[0].id,
            place.id,
            lead[1],
            pack,
            fingerprint(pack),
            sent,
        )
        self.heaps.step_ups.add(
            step_up, case, lead[0].id, place.id, threshold, reason, NO_MEETING, TRIED, "consent", True, True,
            lead[1], sent, sent + timedelta(days=1), "accepted" if answer == ACCEPTED else "declined", decider, decided,
            answer,
        )  # fmt: skip

    def _down(self, case, household, lead: Who, began: datetime) -> None:
        place, proposer = self._social_care(household)
        finished = began + timedelta(days=self.rng.randint(1, 6))
        self.heaps.step_downs.add(
            self.ids.at(began.timestamp()), case, place.id, self.frame.hubs[household.hub][0], SETTLED, True, lead[1],
            proposer, began, (began + timedelta(days=14)).date(), "finished", lead[1], began, lead[1], finished,
        )  # fmt: skip
