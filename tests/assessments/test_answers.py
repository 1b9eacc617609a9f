"""Two people on one page: whatever the order of their saves, no words disappear that nobody has read."""

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.answers import NOT_KNOWN_VALUE, Page, Sent, Stamp, digest, is_blank, merge, tidy

BOXES = ("well", "worry", "view")


def stamp(writer="w1", name="Priya Nandra", turn=0):
    return Stamp(membership=1, name=name, writer=writer, at="2026-03-10T10:42:00+00:00", turn=turn)


def send(page, value, base=None, **more):
    return {"well": Sent(value=value, base=digest(page.answers.get("well")) if base is None else base, **more)}


def test_first_answer_is_written_with_its_writer():
    page = Page()
    outcome = merge(page, send(page, "Kind and funny"), stamp())
    assert outcome.written == ["well"] and page.answers == {"well": "Kind and funny"}
    assert page.marks["well"]["name"] == "Priya Nandra"


def test_same_answer_twice_changes_nothing():
    page = Page()
    sent = send(page, "Kind")
    merge(page, sent, stamp())
    before = copy.deepcopy(page)
    assert not merge(page, sent, stamp()).changed
    assert page == before


def test_two_boxes_from_two_people_are_merged():
    page = Page()
    one = {"well": Sent(value="From one", base="-")}
    two = {"worry": Sent(value="From two", base="-"), "well": Sent(value=None, base="-")}
    merge(page, one, stamp("w1"))
    outcome = merge(page, two, stamp("w2"))
    assert page.answers == {"well": "From one", "worry": "From two"}
    assert outcome.newer == ["well"] and not page.differing


def test_same_box_from_two_people_keeps_both():
    page = Page()
    merge(page, send(page, "From one", base="-"), stamp("w1", "One"))
    outcome = merge(page, send(page, "From two", base="-"), stamp("w2", "Two"))
    assert outcome.kept == ["well"] and page.answers["well"] == "From one"
    assert [(entry["value"], entry["name"]) for entry in page.differing["well"]] == [("From two", "Two")]


def test_writer_who_types_on_replaces_only_their_own_version():
    page = Page()
    merge(page, send(page, "From one", base="-"), stamp("w1"))
    merge(page, send(page, "From t", base="-"), stamp("w2"))
    merge(page, send(page, "From two", base="-"), stamp("w2"))
    merge(page, send(page, "Second tab", base="-"), stamp("w3"))
    assert [entry["value"] for entry in page.differing["well"]] == ["From two", "Second tab"]


def test_settling_needs_to_have_seen_every_version():
    page = Page()
    merge(page, send(page, "From one", base="-"), stamp("w1"))
    merge(page, send(page, "From two", base="-"), stamp("w2"))
    seen = page.versions_digest("well")
    merge(page, send(page, "From three", base="-"), stamp("w3"))
    outcome = merge(page, send(page, "One and two", settle=True, seen=seen), stamp("w4"))
    assert outcome.kept == ["well"] and len(page.differing["well"]) == 3
    seen = page.versions_digest("well")
    outcome = merge(page, send(page, "All of it", settle=True, seen=seen), stamp("w4"))
    assert outcome.written == ["well"] and page.answers["well"] == "All of it" and not page.differing


def test_page_that_never_heard_of_its_save_goes_on_without_a_second_version():
    """The server stored it and was killed before it answered."""
    page = Page()
    merge(page, send(page, "She said", base="-"), stamp(turn=1))
    outcome = merge(page, send(page, "She said it helps", base="-"), stamp(turn=2))
    assert outcome.written == ["well"] and page.answers["well"] == "She said it helps" and not page.differing
    merge(page, send(page, None, base="-"), stamp(turn=3))
    assert "well" not in page.answers


def test_save_that_was_overtaken_changes_nothing():
    """It hung in a dying process, and came after the one that the page sent in its place."""
    page = Page()
    merge(page, send(page, "She said it helps", base="-"), stamp(turn=2))
    before = copy.deepcopy(page)
    assert not merge(page, send(page, "She said", base="-"), stamp(turn=1)).changed
    assert page == before
    merge(page, send(page, "Another page", base="-"), stamp("w2", turn=9))
    before = copy.deepcopy(page)
    assert not merge(page, send(page, "Another", base="-"), stamp("w2", turn=8)).changed
    assert page == before


def test_clearing_a_box_that_somebody_else_wrote_meanwhile_keeps_theirs():
    page = Page(answers={"well": "Old"})
    base = digest("Old")
    merge(page, send(page, "New words", base=base), stamp("w1"))
    outcome = merge(page, send(page, None, base=base), stamp("w2"))
    assert page.answers["well"] == "New words" and outcome.newer == ["well"]


def test_text_is_compared_without_the_browsers_line_ends():
    assert tidy(" a\r\nb\x00 ") == "a\nb"
    assert is_blank("") and is_blank([]) and not is_blank(0) and not is_blank(NOT_KNOWN_VALUE)


class Writer:
    """A person with a page open: what they see, what they have typed and not sent yet."""

    def __init__(self, name):
        self.name = name
        self.tab = 0
        self.open(Page())

    def open(self, page):
        self.tab += 1
        self.shown = {box: page.answers.get(box) for box in BOXES}
        self.read = {box: [e["value"] for e in page.differing.get(box, [])] for box in BOXES}
        self.seen = {box: page.versions_digest(box) for box in BOXES}
        self.typed = dict(self.shown)

    def stamp(self):
        return Stamp(membership=1, name=self.name, writer=f"{self.name}{self.tab}", at="2026-03-10T10:42:00+00:00")


STEPS = st.lists(
    st.tuples(
        st.sampled_from("ABC"), st.sampled_from(["open", "type", "type", "save", "save", "settle"]), st.sampled_from(BOXES)
    ),
    max_size=60,
)


@given(STEPS)
@settings(max_examples=400)
def test_no_saved_words_disappear_unless_somebody_who_saw_them_replaced_them(steps):
    page, writers, count = Page(), {name: Writer(name) for name in "ABC"}, 0
    alive: dict[str, set[str]] = {box: set() for box in BOXES}  # saved, and not replaced by anybody who had seen it
    for name, what, box in steps:
        writer = writers[name]
        if what == "open":
            writer.open(page)
        elif what == "type":
            count += 1
            writer.typed[box] = f"{name} {count}"
        else:
            settle = what == "settle"
            sent = {
                each: Sent(
                    value=writer.typed[each],
                    base=digest(writer.shown[each]),
                    settle=settle and each == box,
                    seen=writer.seen[each],
                )
                for each in BOXES
            }
            knew = {each: {writer.shown[each], *(writer.read[each] if settle and each == box else [])} for each in BOXES}
            mine = writer.stamp().writer
            for each in BOXES:  # what this page itself put aside earlier is the writer's own to replace
                knew[each] |= {entry["value"] for entry in page.differing.get(each, []) if entry["writer"] == mine}
            outcome = merge(page, sent, writer.stamp())
            for each in BOXES:
                if each in outcome.written:
                    alive[each] -= knew[each] - {writer.typed[each]}
                if each in outcome.kept:
                    alive[each] -= {v for v in knew[each] if v != writer.shown[each]}
                if writer.typed[each] is not None and (each in outcome.written or each in outcome.kept):
                    alive[each].add(writer.typed[each])
                if each in outcome.written:
                    writer.shown[each] = writer.typed[each]
                    writer.seen[each] = page.versions_digest(each)
        for each in BOXES:
            there = {page.answers.get(each), *(entry["value"] for entry in page.differing.get(each, []))}
            assert alive[each] <= there, (each, alive[each], there)
