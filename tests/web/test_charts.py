"""Charts: nothing hidden is drawn, nothing breaks a strict content security policy."""

import re
from xml.etree import ElementTree

import pytest

from earlyhelp.web.charts import (
    FEWER,
    HIDDEN,
    Bars,
    GroupedBars,
    LineChart,
    Series,
    StackedBars,
    TargetBars,
)
from earlyhelp.web.charts.spec import scale_top
from earlyhelp.web.gallery import sample_charts

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = [chart for chart, _finding, _note in sample_charts()]


def drawings(chart):
    """Both drawings as trees."""
    markup = f'<div xmlns="http://www.w3.org/2000/svg">{chart.svg()}</div>'
    return ElementTree.fromstring(markup).findall(f"{SVG}svg")


def texts(drawing):
    return [each.text for each in drawing.iter(f"{SVG}text")]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_each_chart_is_drawn_at_two_widths_with_a_title_first(chart):
    wide, narrow = drawings(chart)
    assert wide.get("viewBox").split()[2] == "720"
    assert narrow.get("viewBox").split()[2] == "320"
    for drawing in (wide, narrow):
        title, desc = list(drawing)[:2]
        assert (title.tag, desc.tag) == (f"{SVG}title", f"{SVG}desc")
        assert title.text == chart.title
        assert desc.text
        assert drawing.get("aria-labelledby").split() == [title.get("id"), desc.get("id")]
        assert drawing.get("role") == "img"


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_no_chart_needs_inline_style_or_script(chart):
    assert not re.search(r"<style|style=|<script|\son\w+=|href=", chart.svg())


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_nothing_is_drawn_outside_the_picture(chart):
    for drawing in drawings(chart):
        width, height = (float(each) for each in drawing.get("viewBox").split()[2:])
        for shape in drawing.iter():
            for name, most in (
                ("x", width),
                ("x1", width),
                ("x2", width),
                ("cx", width),
                ("y", height),
                ("cy", height),
            ):
                if shape.tag not in (f"{SVG}pattern",) and shape.get(name) is not None:
                    assert -8 <= float(shape.get(name)) <= most + 1, (shape.tag, shape.attrib, shape.text)
            if shape.tag == f"{SVG}text" and shape.get("x") and shape.get("text-anchor") == "start":
                assert float(shape.get("x")) + len(shape.text) * 5.5 <= width + 30, shape.text


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_text_is_at_least_twelve_pixels(chart):
    for drawing in drawings(chart):
        assert all(int(each.get("font-size")) >= 12 for each in drawing.iter(f"{SVG}text"))


def test_ids_of_two_charts_and_two_widths_never_meet():
    everything = "".join(chart.svg() for chart in CHARTS)
    ids = re.findall(r'\sid="([^"]+)"', everything)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", everything)) <= set(ids)


def test_a_hidden_figure_leaves_a_gap_in_the_line_and_is_named():
    chart = LineChart("a", "T", ["q1", "q2", "q3", "q4"], [Series("S", [10, HIDDEN, 12, 14])])
    for drawing in drawings(chart):
        lines = drawing.findall(f"{SVG}polyline")
        assert [len(line.get("points").split()) for line in lines] == [2]  # q3 to q4 only
        assert len(drawing.findall(f"{SVG}circle")) >= 3
        assert "hidden" in texts(drawing)


def test_a_hidden_bar_is_not_drawn_and_a_zero_is_printed():
    chart = GroupedBars("a", "T", ["A", "B"], [Series("S", [FEWER, 0])])
    for drawing in drawings(chart):
        bars = [each for each in drawing.findall(f"{SVG}rect") if each.get("stroke")]
        assert [float(each.get("height")) * float(each.get("width")) for each in bars] == [0]
        assert "fewer than 5" in texts(drawing)
        assert "0" in texts(drawing)


def test_no_total_is_printed_beside_a_hidden_part():
    chart = StackedBars("a", "T", ["A", "B"], [Series("One", [10, 20]), Series("Two", [HIDDEN, 7])])
    for drawing in drawings(chart):
        assert any("Two hidden" in text for text in texts(drawing))
        assert texts(drawing).count("10") == 1  # the part, not a total
        assert "27" in texts(drawing)


def test_the_table_and_the_description_tell_the_same():
    chart = GroupedBars(
        "a", "Districts", ["A", "B"], [Series("Last", [1204, FEWER]), Series("Now", [None, 3])]
    )
    table = chart.table()
    assert table.rows == [["A", "1,204", "not counted"], ["B", "fewer than 5", "3"]]
    assert chart.describe() == "A: Last 1,204, Now not counted; B: Last fewer than 5, Now 3."


@pytest.mark.parametrize(
    "chart",
    [
        LineChart("a", "T", [], [Series("S", [])]),
        LineChart("a", "T", ["q"], [Series("S", [3])]),
        LineChart("a", "T", ["q", "r"], [Series("S", [0, 0])]),
        LineChart("a", "T", ["q", "r"], [Series("S", [None, HIDDEN])]),
        LineChart("a", "T", ["q", "r"], [Series("S", [0.4, 99.95])], unit="%"),
        GroupedBars("a", "T", [], [Series("S", [])]),
        GroupedBars("a", "T", ["x" * 80], [Series("S" * 90, [1_000_000])]),
        GroupedBars("a", "T", [f"Place {n}" for n in range(40)], [Series("S", list(range(40)))] * 2),
        Bars("a", "T", []),
        Bars("a", "T", [("A", None), ("B", HIDDEN)]),
        StackedBars("a", "T", ["A"], [Series("S", [0])]),
        StackedBars("a", "T", [], [Series("S", [])]),
        TargetBars("a", "T", []),
        TargetBars("a", "T", [("A", 0, 0), ("B", 100, 100), ("C", None, None)]),
    ],
)
def test_edges_are_drawn_without_a_fall(chart):
    assert len(drawings(chart)) == 2
    assert chart.table()


def test_names_are_escaped():
    chart = Bars("a", "<b>T</b>", [("<script>x</script>", 3)])
    assert "<script" not in chart.svg()
    assert "<b>" not in chart.svg()


@pytest.mark.parametrize(
    "make",
    [
        lambda: LineChart("a", "T", ["q"], [Series("S", [1])] * 3),
        lambda: LineChart("a", "T", ["q"], [Series("S", [1, 2])]),
        lambda: LineChart("Not an id", "T", ["q"], [Series("S", [1])]),
        lambda: TargetBars("a", "T", [("A", 101, 50)]),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(make):
    with pytest.raises(ValueError):
        make()


@pytest.mark.parametrize("highest", [0, 1, 5, 6, 12, 51, 99, 100, 101, 254, 5000, 123_456, 0.4])
def test_axes_start_at_nought_reach_the_highest_and_have_few_lines(highest):
    top, step = scale_top([highest, None, HIDDEN])
    assert top >= highest
    assert top % step == 0
    assert top // step <= 5
