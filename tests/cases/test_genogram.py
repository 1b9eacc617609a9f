"""Family trees of families nobody has thought of: no two symbols touch, every relationship is drawn or follows from
those that are, every one is said, and nobody appears who was not handed in.
"""

from __future__ import annotations

import html
import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.genogram import tree_of
from cases.genogram.compose import HALF, Drawing, compose
from cases.genogram.facts import CARER, GRANDPARENT, OTHER, PARENT, PARTNER, SIBLING, STEP_PARENT, Kin, Tie
from cases.genogram.sentences import sentences_of
from cases.genogram.svg import svg_of
from cases.models import Person, Relationship
from earlyhelp.access.context import as_system

KINDS = (PARENT, STEP_PARENT, GRANDPARENT, CARER, SIBLING, PARTNER, OTHER)


def kin(name: str, sex: str = "U", **facts) -> Kin:
    return Kin(id=name, name=name, full_name=f"{name} Hollis", sex=sex, **facts)


def ties(*said: tuple[str, str, str], **facts) -> list[Tie]:
    return [Tie(id=f"{at:03}", kind=kind, a=a, b=b, **facts) for at, (a, kind, b) in enumerate(said)]


@st.composite
def families(draw):
    """Up to fourteen people with any relationships between them, sensible or not."""
    people = [
        kin(
            f"P{at}",
            draw(st.sampled_from("FMU")),
            is_child=draw(st.booleans()),
            is_unborn=draw(st.integers(0, 9)) == 0,
            at_home=draw(st.booleans()),
            age=draw(st.sampled_from(["", "9m", "7", "34"])),
            note=draw(st.sampled_from(["", "mother", "a very long relationship to the children indeed"])),
        )
        for at in range(draw(st.integers(1, 14)))
    ]
    ids = [each.id for each in people]
    found = []
    for at in range(draw(st.integers(0, 22))):
        a, b = draw(st.sampled_from(ids)), draw(st.sampled_from(ids))
        if a != b:
            found.append(Tie(id=f"{at:03}", kind=draw(st.sampled_from(KINDS)), a=a, b=b, over=draw(st.booleans())))
    return people, found


def problems(drawing: Drawing, people: list[Kin], found: list[Tie]) -> list[str]:
    """What is wrong with a picture, in words; nothing is wanted."""
    wrong = []
    symbols = drawing.symbols
    if set(symbols) != {each.id for each in people}:
        wrong.append("not everybody, or somebody else, is drawn")
    for a, b in combinations(symbols.values(), 2):
        if abs(a.x - b.x) < 2 * HALF + 8 and abs(a.y - b.y) < 2 * HALF + 8:
            wrong.append(f"{a.person} touches {b.person}")
    for each in symbols.values():
        if each.left < 0 or each.top < 0 or each.right > drawing.width or each.bottom > drawing.height:
            wrong.append(f"{each.person} is outside")
    drawn = {tie for stroke in drawing.strokes for tie in stroke.ties}
    for tie in found:
        if tie.id not in drawn and tie.id not in drawing.implied:
            wrong.append(f"{tie} is not drawn")
    for stroke in drawing.strokes:
        if any(not (0 <= x <= drawing.width and 0 <= y <= drawing.height) for x, y in stroke.points):
            wrong.append(f"{stroke} leaves the picture")
        if any(abs(x1 - x2) > 0.01 and abs(y1 - y2) > 0.01 for (x1, y1), (x2, y2) in zip(stroke.points, stroke.points[1:], strict=False)):
            wrong.append(f"{stroke} is crooked")
        for (x1, y1), (x2, y2) in zip(stroke.points, stroke.points[1:], strict=False):
            for each in symbols.values():
                through = min(x1, x2) < each.right - 1 and max(x1, x2) > each.left + 1
                through = through and min(y1, y2) < each.bottom - 1 and max(y1, y2) > each.top + 1
                if through and not _ends_at(stroke.points, each):
                    wrong.append(f"{stroke} runs through {each.person}")
    for tie in found:
        for stroke in drawing.strokes:
            if tie.id in stroke.ties:
                wrong += [
                    f"{tie} does not reach {person}"
                    for person in (tie.b, tie.a)
                    if not _reaches(stroke.points, symbols, person, tie)
                ]
    return wrong


def _ends_at(points, symbol) -> bool:
    return any(abs(x - symbol.x) <= HALF + 1 and abs(y - symbol.y) <= HALF + 1 for x, y in (points[0], points[-1]))


def _reaches(points, symbols, person: str, tie: Tie) -> bool:
    """Whether a line begins or ends at a symbol, or, for a parent, on the line between two parents."""
    symbol = symbols[person]
    return _ends_at(points, symbol) or (tie.kind == PARENT and person == tie.a)


@settings(max_examples=250)
@given(families())
def test_any_family_is_drawn_without_overlap_and_completely(family):
    people, found = family
    assert problems(compose(people, found), people, found) == []


@settings(max_examples=120)
@given(families())
def test_nobody_who_is_left_out_appears_and_all_that_is_shown_is_said(family):
    """A reader who may see half of the people: the other half is nowhere, in picture or words."""
    people, found = family
    shown, hidden = people[::2], people[1::2]
    names = {each.id for each in shown}
    drawing = compose(shown, found)
    inside = [tie for tie in found if tie.a in names and tie.b in names]
    assert problems(drawing, shown, inside) == []
    picture = svg_of(drawing, {each.id: each for each in shown}, "Family tree", "d")
    words = " ".join(sentences_of(shown, found))
    for each in hidden:
        assert not re.search(rf"\b{each.id}\b", picture)
        assert not re.search(rf"\b{each.id}\b", words)
    for tie in inside:
        a, b = f"{tie.a} Hollis", f"{tie.b} Hollis"
        assert any(re.search(rf"\b{a}\b", said) and re.search(rf"\b{b}\b", said) for said in sentences_of(shown, [tie]))


STEP = (
    [
        kin("Dana", "F", is_child=False), kin("Marcus", "M", is_child=False, at_home=False), kin("Sam", "M", is_child=False),
        kin("Jean", "F", is_child=False), kin("Ellie", "F", age="9"), kin("Leo", "M", age="6"), kin("Noah", "M", age="12"),
        kin("Baby", is_unborn=True, note="due 3 Mar"),
    ],
    ties(
        ("Dana", PARENT, "Ellie"), ("Dana", PARENT, "Leo"), ("Dana", PARENT, "Baby"), ("Marcus", PARENT, "Ellie"),
        ("Marcus", PARENT, "Leo"), ("Sam", PARENT, "Baby"), ("Sam", PARENT, "Noah"), ("Sam", PARTNER, "Dana"),
        ("Sam", STEP_PARENT, "Ellie"), ("Sam", STEP_PARENT, "Leo"), ("Jean", PARENT, "Dana"), ("Jean", GRANDPARENT, "Leo"),
        ("Ellie", SIBLING, "Leo"),
    ),
)  # fmt: skip


def test_a_step_family_is_drawn_as_people_would_draw_it():
    drawing = compose(*STEP)
    at = drawing.symbols
    assert at["Jean"].y < at["Dana"].y == at["Sam"].y == at["Marcus"].y < at["Ellie"].y == at["Noah"].y
    assert at["Sam"].x + at["Marcus"].x == pytest.approx(2 * at["Dana"].x)  # Dana between the two
    assert [at[name].shape for name in ("Dana", "Sam", "Baby")] == ["circle", "square", "triangle"]
    assert {tie.id for tie in STEP[1] if tie.kind in (SIBLING, GRANDPARENT)} == drawing.implied
    assert len([stroke for stroke in drawing.strokes if stroke.kind == STEP_PARENT]) == 2


def test_it_is_said_in_sentences():
    said = sentences_of(*STEP)
    assert "Dana Hollis is the mother of Ellie Hollis, Leo Hollis and Baby Hollis." in said
    assert "Sam Hollis is the stepfather of Ellie Hollis and Leo Hollis." in said
    assert "Sam Hollis and Dana Hollis are partners." in said
    assert "Marcus Hollis lives elsewhere." in said
    assert any("Baby Hollis (due 3 Mar)" in each for each in said)


def test_one_person_and_nobody():
    assert problems(compose([kin("Dana")], []), [kin("Dana")], []) == []
    assert sentences_of([kin("Dana")], [])[-1] == "No relationship is recorded for Dana Hollis."
    assert compose([], []).symbols == {}


def test_twelve_people_in_three_generations_stay_readable():
    names = [f"C{at}" for at in range(6)]
    people = [kin(name, "F", age="5") for name in names]
    people += [kin(name, sex, is_child=False) for name, sex in (("Ma", "F"), ("Pa", "M"), ("Au", "F"), ("Un", "M"), ("Gm", "F"), ("Gp", "M"))]
    found = ties(
        *((parent, PARENT, name) for name in names[:4] for parent in ("Ma", "Pa")),
        *((parent, PARENT, name) for name in names[4:] for parent in ("Au", "Un")),
        *((parent, PARENT, child) for parent in ("Gm", "Gp") for child in ("Ma", "Au")),
        ("Gm", PARTNER, "Gp"),
    )
    drawing = compose(people, found)
    assert problems(drawing, people, found) == []
    assert drawing.width < 900
    assert len({symbol.y for symbol in drawing.symbols.values()}) == 3
    middle = sum(drawing.symbols[name].x for name in names[:4]) / 4
    assert abs((drawing.symbols["Ma"].x + drawing.symbols["Pa"].x) / 2 - middle) < 30


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "O’Brien & Söhne", "محمد", "A" * 120, "Mary Jane Anne Louise Smith-Jones"])
def test_any_name_stands_as_words(name):
    person = Kin(id="1", name=name, full_name=name, note=name)
    picture = svg_of(compose([person], []), {"1": person}, "t", "d")
    assert "<script" not in picture
    assert html.escape(name.split()[0][:6]).split("&")[0][:4] in picture


@pytest.mark.django_db
def test_the_tree_of_a_record_holds_whom_the_reader_sees_and_costs_one_query(people, seen_by, django_assert_num_queries):
    with as_system():
        family = people.case.family
        mother = family.people.filter(is_child=False).first()
        child = family.people.get(is_child=True)
        hidden = Person.objects.create(family=family, first_name="Hidden", last_name="Uncle", is_child=False)
        Person.objects.filter(pk=hidden.pk).update(acl=[])
        Relationship.objects.get_or_create(person=mother, to_person=child, kind="parent")
        Relationship.objects.create(person=hidden, to_person=child, kind="parent")
    seen_by(people.alice)
    mine = list(Person.objects.filter(family=family))
    with django_assert_num_queries(1):
        tree = tree_of(mine)
    assert "Hidden" not in tree.svg + " ".join(tree.sentences)
    assert any("is the mother of" in said or "is a parent of" in said for said in tree.sentences)
    assert tree.key
