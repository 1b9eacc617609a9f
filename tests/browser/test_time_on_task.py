"""Time on task: a realistic assessment of a family of four with the keyboard alone, and the next one of the same family.

Every key is counted (a typed character is a key), and every page that is opened. The second assessment answers all that
the first one answered, months later, by another practitioner, and must cost at most half.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from assessments.models import Assessment, Section
from cases.models import Case, Family, Person
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind
from tests.browser.keys import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
STORY = json.loads((Path(__file__).parent / "family_of_four.json").read_text(encoding="utf-8"))
MONTHS_LATER = dt.timedelta(days=210)
PLACE_OF = "name => [...document.getElementsByName(name)].map(each => each.value)"


@pytest.fixture
def county(world):
    """The family, the school's pastoral lead who assesses it first, and the hub's worker who does months later."""
    for number in (1, 2, 3, 4):
        world.level(number)
    hub = world.hub("Alder Vale")
    school = world.agency(AgencyKind.SCHOOL, name="Alderbrook Primary School", hub=hub)
    council = world.agency(AgencyKind.COUNCIL_EARLY_HELP, name="Alder Vale hub", hub=hub)
    priya = world.member(school, first_name="Priya")
    sam = world.member(council, first_name="Sam", job_title="Family support worker")
    story = STORY["family"]
    with as_system():
        family = Family.objects.create(name=story["name"], hub=hub)
        people = {}
        for first, years in story["children"]:
            born = world.today - dt.timedelta(days=int(365.25 * years) + 40)
            people[first] = Person.objects.create(
                family=family, first_name=first, last_name=story["name"], born_on=born
            )
        for place, (first, role) in enumerate(story["adults"]):
            people[first] = Person.objects.create(
                family=family, first_name=first, last_name=story["name"], is_child=False, role_in_household=role,
                born_on=dt.date(1988 + place, 2, 3),
            )  # fmt: skip
    case = world.shared_case(hub, priya, sam, family=family)
    return priya, sam, case, people


class Practitioner:
    """Somebody who fills in an assessment with the keyboard, from the list of parts until it can be signed off."""

    def __init__(self, window, me, people: dict[str, Person]):
        self.keys = Keyboard(window.page)
        self.page = window.page
        self.tokens = {name: f"p{person.pk.hex}" for name, person in people.items()} | {"me": f"m{me.pk}"}
        self.ids = {name: str(person.pk) for name, person in people.items()}
        self.names = {pk: name for name, pk in self.ids.items()}

    def where(self) -> tuple[str, str] | None:
        """(part, person's first name or ""), if the page is a part of the form."""
        steps = urlsplit(self.page.url).path.strip("/").split("/")
        if len(steps) < 4 or steps[2] != "parts":
            return None
        return steps[3], self.names[steps[4]] if len(steps) > 4 else ""

    def boxes(self, answers: dict[str, Any]) -> dict[str, Any]:
        """What is to be answered, by the name of the box on the page."""
        found: dict[str, Any] = {}
        for key, value in answers.items():
            if isinstance(value, dict):
                found |= {f"{key}__{self.tokens[name]}": str(number) for name, number in value.items()}
            elif value == "=today":
                today = timezone.localdate()
                parts = {"day": today.day, "month": today.month, "year": today.year}
                found |= {f"{key}_{part}": str(number) for part, number in parts.items()}
            elif isinstance(value, list):
                found[key] = [self.ids.get(each, each) for each in value]
            else:
                found[key] = value
        return found

    def fill_in(self, answers: dict[str, Any], *, is_finished: bool) -> None:
        """One page, from top to bottom, and on to the next."""
        wanted = self.boxes(answers)
        left = {
            (name, each)
            for name, value in wanted.items()
            for each in (value if isinstance(value, list) else [""])
        }
        self.keys.to_main()
        while True:
            at = self.keys.stops_until(lambda at: self._matters(at, wanted, is_finished))
            name = at["name"]
            if at["tag"] == "BUTTON":
                break
            if name == "done":
                self.keys.press("Space")
            elif name.endswith("__still"):
                key = name.removesuffix("__still")
                self.keys.choose(0 if wanted[key] == "=" else 1)
                if wanted[key] == "=":
                    left.discard((key, ""))
            elif at["type"] == "checkbox":
                self.keys.press("Space")
                left.discard((name, at["value"]))
            elif at["type"] == "radio":
                self._choose(name, wanted[name])
                left.discard((name, ""))
            else:
                if at["value"]:
                    self.keys.press("Control+a")
                self.keys.type(wanted[name])
                left.discard((name, ""))
        assert not left, (self.page.url, left)
        self.keys.enter()

    def _matters(self, at: dict[str, Any], wanted: dict[str, Any], is_finished: bool) -> bool:
        name = at["name"]
        if at["tag"] == "BUTTON":
            return name == "go" and at["value"] in ("next", "list")
        if name == "done":
            return is_finished and not at["checked"]
        if name.endswith("__still"):
            return name.removesuffix("__still") in wanted
        if name not in wanted:
            return False
        return not isinstance(wanted[name], list) or (at["value"] in wanted[name] and not at["checked"])

    def _choose(self, name: str, value: str) -> None:
        """One of the answers of the group that has the focus: by arrows, from the one that has it."""
        offered = self.page.evaluate(PLACE_OF, name)
        here = offered.index(self.keys.focused()["value"])
        there = offered.index(value)
        if there == here:
            self.keys.press("Space")
        else:
            self.keys.press("ArrowDown" if there > here else "ArrowUp", abs(there - here))

    def work_through(self, story: list[dict[str, Any]]) -> None:
        """Every page as it comes, until there is none left to finish."""
        told = {(each["part"], each.get("who", "")): each.get("answers", {}) for each in story}
        while (spot := self.where()) is not None:
            answers = told.pop(spot, {})
            self.fill_in(answers, is_finished=bool(answers))
        assert not any(told.values()), f"never asked: {list(told)}"

    def check(self) -> None:
        """All that is needed is there: the page where it is signed off says so."""
        self.keys.follow("Check the answers and sign off")
        assert self.page.get_by_role("button", name="Sign off", exact=False).count() == 1
        assert "needed before signing off" not in self.page.locator("main").inner_text()


def answered(assessment: Assessment) -> set[tuple[str, str, str]]:
    """Every question that has an answer: (part, person's id, question)."""
    with as_system():
        rows = list(Section.objects.filter(assessment=assessment))
    return {
        (row.key, str(row.person_id or ""), name.partition("__")[0]) for row in rows for name in row.answers
    }


def finished(assessment: Assessment) -> int:
    with as_system():
        return Section.objects.filter(assessment=assessment, status="completed").count()


def months_go_by(assessment: Assessment) -> None:
    """The first assessment was signed off and carried out, and lies months back."""
    with as_system():
        for row in Section.objects.filter(assessment=assessment):
            for mark in row.marks.values():
                mark["at"] = (dt.datetime.fromisoformat(mark["at"]) - MONTHS_LATER).isoformat(
                    timespec="seconds"
                )
            row.saved_at -= MONTHS_LATER
            row.save()
        then = timezone.now() - MONTHS_LATER
        Assessment.objects.filter(pk=assessment.pk).update(
            initiated_at=then - dt.timedelta(days=9), signed_off_at=then, completed_at=then, status="completed",
            signed_off_by=assessment.assessor,
        )  # fmt: skip
        Case.objects.filter(pk=assessment.case_id).update(
            opened_on=timezone.localdate() - dt.timedelta(days=240)
        )


def confirm_what_is_known(who: Practitioner, changed: list[list[str]], also: set[tuple[str, str]]) -> None:
    """The page of everything known: every line passed, what is wrong marked, the rest confirmed at the end."""
    keys = who.keys
    keys.follow("See what we already know")
    wrong = {"-".join(filter(None, [part, who.ids.get(name, ""), key])) for part, name, key in changed}
    unfinished = {"-".join(filter(None, [part, who.ids.get(name, "")])) + "-done" for part, name in also}
    keys.to_main()
    while True:
        at = keys.stop()
        if at["name"] in wrong:
            keys.choose(1)
        elif at["name"].endswith("-done") and at["name"] not in unfinished:
            keys.press("Space")
        elif at["tag"] == "BUTTON" and at["value"] == "all":
            break
    keys.enter()
    keys.to_main()
    keys.follow("Go on with what nobody knows yet")


def test_the_second_assessment_of_a_family_costs_at_most_half_of_the_first(
    county, window_of, start_assessment, record_property
):
    priya, sam, case, people = county
    first = start_assessment(case, priya, initiated_at=timezone.now() - dt.timedelta(hours=1))
    at_school = window_of(priya)
    at_school.go("assessment", first.pk)
    one = Practitioner(at_school, priya, people)
    one.keys.follow("How this started")
    one.work_through(STORY["first"])
    one.check()
    before = answered(first), finished(first)
    months_go_by(first)

    second = start_assessment(case, sam, initiated_at=timezone.now())
    at_the_hub = window_of(sam)
    at_the_hub.go("assessment", second.pk)
    two = Practitioner(at_the_hub, sam, people)
    todo = STORY["second"]
    pages = {(each["part"], each.get("who", "")) for each in todo["pages"]}
    confirm_what_is_known(two, todo["no_longer_right"], pages)
    two.work_through(todo["pages"])
    two.check()

    counts = {"first": one.keys.counts, "second": two.keys.counts}
    for name, each in counts.items():
        words = f"{name}: {each.keys} keys, {each.typed} of them typed characters, {each.stops} stops, {each.pages} pages"
        print(words)  # noqa: T201  these figures are what the test is for
        for what in ("keys", "typed", "stops", "pages"):
            record_property(f"{name}_{what}", getattr(each, what))
    assert before[0] - answered(second) == set(), "the second answers everything that the first one did"
    assert finished(second) >= before[1], "and finishes as many parts"
    assert counts["second"].keys * 2 <= counts["first"].keys
    assert counts["second"].pages <= counts["first"].pages
    assert at_school.problems == at_the_hub.problems == []
