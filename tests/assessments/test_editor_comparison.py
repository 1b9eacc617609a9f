"""What differs between two versions, said in words: new, gone, changed, moved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assessments.editor import tree
from assessments.editor.comparison import ADDED, CHANGED, MOVED, REMOVED, Difference, compare, total
from assessments.editor.tree import What
from assessments.models import DEFAULT_FORM, FormVersion
from assessments.spec import Condition, FormSpec, Group, Kind, Option, Part, Per, Question, Section, Stage

YES = Question(key="smokes", label="Do they smoke?", kind=Kind.YES_NO)
LONG = Question(key="what", label="What?", kind=Kind.LONG_TEXT)
HOME = Part(key="home", title="Home", group="one", questions=(YES, LONG))
CHILD = Part(key="child", title="About {name}", group="one", per=Per.CHILD)
FORM = FormSpec(
    code="a",
    version=1,
    title="A form",
    groups=(Group(key="one", title="One"), Group(key="two", title="Two")),
    sections=(
        Section(number=1, key="first", title="First", parts=(HOME, CHILD)),
        Section(number=2, key="second", title="Second"),
    ),
    stages=(Stage(key="quick", title="Quick look", days=5),),
)


def lines(after: FormSpec, before: FormSpec = FORM) -> dict[str, list[Difference]]:
    return {chapter.title: list(chapter.lines) for chapter in compare(before, after)}


def question(key: str, **facts) -> FormSpec:
    return tree.change(FORM, What.QUESTION, key, replace(tree.find(FORM, What.QUESTION, key), **facts))


def part(key: str, **facts) -> FormSpec:
    return tree.change(FORM, What.PART, key, replace(tree.find(FORM, What.PART, key), **facts))


def test_the_same_form_differs_in_nothing():
    assert compare(FORM, FORM) == [] and total([]) == 0


@pytest.mark.parametrize(
    ("after", "chapter", "difference"),
    [
        (replace(FORM, about="For all"), "The form", Difference(CHANGED, "When to choose it", "Nothing", "For all")),
        (
            replace(FORM, countersigned=True),
            "The form",
            Difference(CHANGED, "A manager signs after the author", "No", "Yes"),
        ),
        (
            replace(FORM, stages=(replace(FORM.stages[0], days=1, working=False),)),
            "Clocks",
            Difference(CHANGED, "“Quick look”: time allowed", "5 working days", "1 day"),
        ),
        (tree.remove(FORM, What.GROUP, "two"), "Headings of the list of pages", Difference(REMOVED, "Two")),
        (tree.move(FORM, What.SECTION, "second", up=True), "Sections", Difference(MOVED, "Second", "", "First")),
        (
            part("home", category="housing"),
            "Page “Home”",
            Difference(CHANGED, "Information category", "Family and contact", "Housing"),
        ),
        (
            part("child", per=Per.ADULT, title="Them"),
            "Page “Them”",
            Difference(CHANGED, "Filled in", "For each child", "For each adult"),
        ),
        (
            tree.move_part(FORM, "child", "second"),
            "Pages",
            Difference(MOVED, "About the child", "In section “First”", "In section “Second”"),
        ),
        (tree.remove(FORM, What.PART, "home"), "Pages", Difference(REMOVED, "Home", "It asked 2 questions")),
        (tree.remove(FORM, What.QUESTION, "home.what"), "Page “Home”", Difference(REMOVED, "What?")),
        (
            question("home.what", label="What then?"),
            "Page “Home”",
            Difference(CHANGED, "“What then?”: words of the question", "What?", "What then?"),
        ),
        (
            question("home.what", shown_when=Condition(question="smokes", any_of=("yes",))),
            "Page “Home”",
            Difference(CHANGED, "“What?”: when it is asked", "Always", "When “Do they smoke?” is “Yes”"),
        ),
        (
            question("home.what", kind=Kind.CHOICE, options=(Option(value="a", label="All", hint="Each"),)),
            "Page “Home”",
            Difference(CHANGED, "“What?”: answers offered", "Nothing", "a | All | Each"),
        ),
        (
            tree.need(FORM, "home.what", True),
            "Page “Home”",
            Difference(CHANGED, "“What?”: needed before sign-off", "No", "Yes"),
        ),
        (
            tree.move(FORM, What.QUESTION, "home.what", up=True),
            "Page “Home”",
            Difference(MOVED, "What?", "", "First"),
        ),
        (
            tree.move_question(FORM, "home.what", "child")[0],
            "Page “About the child”",
            Difference(MOVED, "What?", "On page “Home”", "On page “About the child”"),
        ),
        (
            tree.add(FORM, What.QUESTION, replace(LONG, key="new", label="New?"), inside="child"),
            "Page “About the child”",
            Difference(ADDED, "New?", "", "Longer text"),
        ),
    ],
)
def test_each_change_is_said_in_words(after, chapter, difference):
    found = lines(after)
    assert difference in found[chapter], found
    assert all(each.tag[0] for chapters in found.values() for each in chapters)


def test_a_question_that_moved_and_changed_says_both():
    moved = tree.need(tree.move_question(FORM, "home.what", "child")[0], "child.what", True)
    found = lines(moved)["Page “About the child”"]
    assert [each.kind for each in found] == [MOVED, CHANGED]
    assert "Page “Home”" not in lines(moved)


def test_only_what_really_moved_is_said_to_have_moved():
    """One of ten things taken to the other end is one line, not ten."""
    before = replace(FORM, groups=tuple(Group(key=f"g{n}", title=f"G{n}") for n in range(10)))
    after = replace(before, groups=(*before.groups[1:], before.groups[0]))
    assert lines(after, before) == {
        "Headings of the list of pages": [Difference(MOVED, "G0", "", "After “G9”")],
    }


@pytest.mark.django_db
def test_the_shipped_versions_are_compared():
    versions = list(FormVersion.objects.filter(code=DEFAULT_FORM).order_by("version"))
    found = compare(versions[0].form, versions[-1].form)
    assert total(found) > 20
    kinds = {line.kind for chapter in found for line in chapter.lines}
    assert {ADDED, CHANGED} <= kinds
