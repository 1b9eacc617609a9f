"""Tables keep their roles; the pager keeps the filter."""

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.html import format_html

from earlyhelp.web.pagination import page_of
from earlyhelp.web.tables import Table


def draw(text, **context):
    return Template("{% load eh %}" + text).render(Context(context))


def test_a_table_that_stacks_still_says_that_it_is_a_table():
    markup = draw(
        "{% stack_table t %}", t=Table("Families", ["Family", "Children"], [["Brandt", "2"], ["Teale", "1"]])
    )
    for role, times in (
        ("table", 1),
        ("rowgroup", 2),
        ("row", 3),
        ("columnheader", 2),
        ("rowheader", 2),
        ("cell", 2),
    ):
        assert markup.count(f'role="{role}"') == times
    assert markup.count('scope="col"') == markup.count('scope="row"') == 2
    assert '<span class="app-table__label" aria-hidden="true">Children</span>' in markup
    assert "<caption" in markup


def test_a_table_of_numbers_does_not_stack():
    markup = draw("{% stack_table t %}", t=Table("Counts", ["A", "B"], [["x", 1]], numeric=(1,), stack=False))
    assert "app-table--stack" not in markup
    assert "app-table__label" not in markup
    assert 'class="govuk-table__cell govuk-table__cell--numeric"' in markup


def test_cells_are_escaped_unless_they_are_safe():
    table = Table("T", ["A", "B"], [["<b>x</b>", format_html("<em>{}</em>", "<i>")]])
    markup = draw("{% stack_table t %}", t=table)
    assert "&lt;b&gt;x&lt;/b&gt;" in markup
    assert "<em>&lt;i&gt;</em>" in markup


def test_an_empty_table_says_so_in_a_sentence():
    assert "You lead no family yet." in draw(
        "{% stack_table t %}", t=Table("T", ["A"], [], empty="You lead no family yet.")
    )


def test_a_row_with_the_wrong_number_of_cells_is_refused():
    with pytest.raises(ValueError, match="has 1 cells for 2 headings"):
        Table("T", ["A", "B"], [["only one"]])


def page(number, items=482, query=None):
    return page_of(range(items), RequestFactory().get("/list", {**(query or {}), "page": number}), 25)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, [1, 2, None, 20]),
        (3, [1, 2, 3, 4, None, 20]),
        (9, [1, None, 8, 9, 10, None, 20]),
        (20, [1, None, 19, 20]),
        (99, [1, None, 19, 20]),
        ("x", [1, 2, None, 20]),
    ],
)
def test_the_pager_shows_ends_and_neighbours(number, shown):
    assert [link.number for link in page(number).links] == shown


def test_the_pager_keeps_the_filter():
    second = page(2, query={"hub": "av"})
    assert second.next_url == "?hub=av&page=3"
    markup = draw("{% pager page %}", page=second)
    assert 'href="?hub=av&amp;page=1"' in markup
    assert 'aria-current="page"' in markup
    assert "26 to 50 of 482" in markup


def test_one_page_has_no_pager():
    assert draw("{% pager page %}", page=page(1, items=25)).strip() == ""
