"""Loading the demonstration county, in one transaction: all of it or none."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from assessments.actions.register import DEFAULT_FORM
from assessments.models import FormVersion
from cases.models import Case, CaseNote, Family
from earlyhelp.access.context import as_role, as_system
from earlyhelp.accounts.models import User
from reporting.demo.advising import tell_advice
from reporting.demo.agreeing import AgreementTeller
from reporting.demo.assessing import AssessmentTeller
from reporting.demo.background import background
from reporting.demo.families import Teller
from reporting.demo.finding import SchedulingTeller
from reporting.demo.joining import tell_joining
from reporting.demo.panels import tell_panels
from reporting.demo.papers import tell_papers
from reporting.demo.plans import PlanTeller
from reporting.demo.records import tell_records
from reporting.demo.steps import StepTeller
from reporting.demo.stories import FIRST_REFERENCE, reference_of, stories
from reporting.demo.world import build_frame, employ

SEED = 2012  # the year in which the first five hubs opened


@dataclass(frozen=True)
class Loaded:
    """What the database holds afterwards. `was_there`: it held the county before."""

    was_there: bool
    families: int
    cases: int
    notes: int
    people_with_accounts: int


@transaction.atomic
def load(*, families: int, sign_ins: Path) -> Loaded:
    """Write the county unless it is there; `families` is how many to make up beside the stories.

    The login must be a member of eh_owner and eh_system (`./dev manage load_demo` sees to that). Raises
    django.db.ProgrammingError as the application's role.
    """
    rng = random.Random(SEED)
    with as_system():
        was_there = Family.objects.filter(name=stories()[0]["name"], strengths__startswith="Grace").exists()
        world = build_frame(timezone.localdate())
        employ(world, sign_ins)
    if not was_there:
        with history_as_it_was(), as_system():
            _settle_at_the_end()
            teller = Teller(world, rng)
            form = FormVersion.objects.newest(DEFAULT_FORM)
            steps = StepTeller(teller)
            more = [AgreementTeller(teller), AssessmentTeller(teller, form), PlanTeller(teller)]
            more += [SchedulingTeller(teller), steps]
            for number, story in enumerate(stories()):
                told = teller.tell(story, reference_of(number))
                for chapter in more:
                    chapter.tell(told)
                teller.finish(told)
                steps.freeze(told)
            tell_papers(Case.objects.get(reference=reference_of(0)))
            background(world, rng, families)
            _project()
            tell_advice(world)
            tell_records(world)
            tell_panels(world)
            tell_joining(world)
        _move_sequence()
    with as_system():
        return Loaded(
            was_there,
            Family.objects.count(),
            Case.objects.count(),
            CaseNote.objects.count(),
            User.objects.count(),
        )


def _move_sequence() -> None:
    """Let the next case opened by hand have a reference of its own."""
    with as_role("eh_owner"), connection.cursor() as cursor:
        cursor.execute(
            "select setval('cases_reference', greatest((select last_value from cases_reference), %s))",
            [FIRST_REFERENCE + 1000],
        )


def _settle_at_the_end() -> None:
    """Grants are worked out once, for all cases, instead of after each fact."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.opening', 'bulk', true)")


def _project() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select app.project_all(), set_config('app.opening', '', true)")


class history_as_it_was:  # noqa: N801  (used like a function)
    """Let events keep the time of the story: the stamp that says "now" is off for this transaction's table lock."""

    def __enter__(self) -> None:
        self._alter("disable")

    def __exit__(self, kind, *_rest) -> None:
        if kind is None:
            self._alter("enable")

    def _alter(self, what: str) -> None:
        with as_role("eh_owner"), connection.cursor() as cursor:
            cursor.execute(f"alter table audit_event {what} trigger event_stamped")
