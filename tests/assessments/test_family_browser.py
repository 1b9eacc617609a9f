"""The whole family in Chromium: wide, on a phone, without scripts. Nothing sticks out, axe finds nothing, and it works."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.urls import reverse

from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.models import DifferingView, NoNeeds, Voice
from cases.models import Person, Relationship
from earlyhelp.access.context import acting_as, as_system
from tests.assessments import sounds
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("EH_SHOTS", "")  # a folder to look at what was met


@pytest.fixture(autouse=True)
def own_files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def home(people, eha):
    """A step-family of eight: Dana and Marcus have parted, Sam has a son of his own, a baby is due."""
    with as_system():
        family = people.case.family
        ellie = family.people.get(is_child=True)
        dana = family.people.get(is_child=False)
        Person.objects.filter(pk=dana.pk).update(sex="F", born_on="1992-02-03", role_in_household="mother")
        Person.objects.filter(pk=ellie.pk).update(sex="F", born_on="2017-02-03")

        def add(first_name, **facts):
            return Person.objects.create(
                family=family, first_name=first_name, last_name="Hollis", recorded_by_agency=people.alice.agency, **facts
            )

        leo = add("Leo", sex="M", born_on="2020-05-01")
        noah = add("Noah", sex="M", born_on="2014-05-01")
        baby = add("", due_on="2027-03-03")
        marcus = add("Marcus", sex="M", born_on="1990-01-01", is_child=False, lives_with_family=False, role_in_household="father")
        sam = add("Sam", sex="M", born_on="1995-01-01", is_child=False, role_in_household="stepfather")
        jean = add("Jean", sex="F", is_child=False, role_in_household="grandmother")
        for person, kind, others in (
            (dana, "parent", (ellie, leo, baby)), (marcus, "parent", (ellie, leo)), (sam, "parent", (noah, baby)),
            (sam, "step_parent", (ellie, leo)), (jean, "parent", (dana,)), (jean, "grandparent", (ellie, leo)),
            (sam, "partner", (dana,)), (jean, "carer", (leo,)), (ellie, "sibling", (leo,)),
        ):  # fmt: skip
            for other in others:
                Relationship.objects.get_or_create(
                    person=person, to_person=other, kind=kind, has_parental_responsibility=person == dana and kind == "parent"
                )
    return {"ellie": ellie, "dana": dana, "leo": leo}


@pytest.fixture
def told(home, people, eha):
    """What was ticked: the three together, a young carer, and two answers to see differently."""
    with acting_as(people.alice) as alice:
        for part, person, values in (
            ("safety", None, {"prompts": ["domestic_abuse", "adult_mental_health", "substances"]}),
            ("child_needs", home["ellie"], {"needs": ["young_carer", "school_attendance"]}),
            ("learning", home["ellie"], {"participation_worry": "She is away two days a week."}),
        ):
            save_answers(
                assessment=eha, part=eha.form.find(part), person=person, by=alice, writer="w",
                sent={key: Sent(value=value, base="-") for key, value in values.items()},
            )  # fmt: skip
    return home


def shoot(page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def fill_words(page, *, way: str, words: str, file: dict | None = None) -> None:
    page.get_by_label(way, exact=True).check()
    page.get_by_label("What did they say or show?").fill(words)
    if file:
        page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Where, and who was there?").fill("At school, with nobody else there")
    page.locator("main").get_by_role("button", name="Add", exact=True).click()
    page.wait_for_load_state()


@pytest.mark.parametrize(("width", "script"), [(1280, True), (320, True), (320, False)])
def test_the_whole_family_wide_on_a_phone_and_without_scripts(told, people, eha, window_of, width, script):
    window = window_of(people.alice, width=width, script=script)
    mark = f"{width}{'' if script else '-plain'}"
    ellie = told["ellie"]

    # Own words: from the page of the form, which is saved first.
    page = window.go("assessment-person-part", eha.pk, "child_words", ellie.pk)
    page.get_by_label("What does Ellie want to be different?").fill("Less shouting")
    window.press("Add words, a drawing or a recording")
    shoot(page, f"words-add-{mark}")
    drawing = {"name": "drawing.jpg", "mimeType": "image/jpeg", "buffer": sounds.photo()}
    fill_words(page, way="By drawing", words="Our house. The dog is bigger than Dad.", file=drawing)
    window.press("Add words, a drawing or a recording")
    sound = {"name": "ellie.wav", "mimeType": "audio/wav", "buffer": sounds.wav(1)}
    fill_words(page, way="In a recording", words="Ellie sings, and then says that she misses Marcus.", file=sound)
    assert "The dog is bigger than Dad." in window.words()
    assert "Less shouting" in page.content()
    picture = page.locator("figure img").first
    picture.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 320
    shoot(page, f"words-{mark}")

    # A view that differs.
    page = window.go("assessment-person-part", eha.pk, "learning", ellie.pk)
    page.get_by_text("Does somebody see an answer differently?").click()
    window.press("Being there and joining in: what are the worries?")
    page.get_by_label("Dana", exact=False).first.check()
    page.get_by_label("How do they see it?").fill("She is ill on those days, not away.")
    shoot(page, f"view-add-{mark}")
    window.press("Keep both views")
    assert "Dana sees it differently" in window.words()
    shoot(page, f"view-{mark}")

    # The whole family, and one click.
    page = window.go("assessment-family", eha.pk)
    assert "Not mentioned yet:" in window.words()
    page.get_by_role("button", name="No needs found for Jean").click()
    page.wait_for_load_state()
    assert "No needs found, said by Alice" in window.words()
    assert page.locator("svg.app-tree").count() == 1
    shoot(page, f"family-{mark}")
    with as_system():
        assert (Voice.objects.count(), DifferingView.objects.count(), NoNeeds.objects.count()) == (2, 1, 1)

    # Every page: nothing sticks out, axe finds nothing.
    for name, *args in (
        ("assessment-family", eha.pk), ("assessment-part", eha.pk, "summary"), ("assessment-part", eha.pk, "safety"),
        ("threshold-guidance",), ("assessment-check", eha.pk), ("assessment", eha.pk),
        ("record-people", people.case.reference), ("assessment-considered", eha.pk, "three_together"),
        ("assessment-no-needs", eha.pk, told["leo"].pk), ("assessment-person-part", eha.pk, "child_words", ellie.pk),
        ("assessment-person-view-add", eha.pk, "learning", "participation_worry", ellie.pk),
        ("assessment-person-voice-add", eha.pk, "child_words", ellie.pk),
    ):  # fmt: skip
        page = window.go(name, *args)
        shoot(page, f"{name}-{'-'.join(map(str, args[1:]))[:20]}-{mark}")
        assert sideways(page) == [], name
        if script:
            window.settle()
            page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
            assert sideways(page) == [], name
            assert axe_faults(page) == [], name
    assert window.problems == []


def test_the_tree_scrolls_inside_its_box_with_the_keyboard(home, people, eha, window_of):
    window = window_of(people.alice, width=320)
    page = window.go("record-people", people.case.reference)
    box = page.locator(".app-tree-box")
    box.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    for _ in range(100):  # it glides there
        if box.evaluate("each => each.scrollLeft") > 0:
            break
        page.wait_for_timeout(100)
    assert box.evaluate("each => each.scrollLeft") > 0
    assert page.evaluate("window.scrollX") == 0
    assert reverse("record-people", args=[people.case.reference]) in page.url
