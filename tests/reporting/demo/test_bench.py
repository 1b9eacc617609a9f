"""The bench runs on any county, says what it measured, and puts everything back as it was."""

import json

import pytest
from django.core.management import call_command
from django.db import connection

from cases.models import Case
from reporting.demo.bench.results import Cell, percentile, ratio_of, table
from reporting.demo.county import County

FIGURES = {"who": "hub coordinator", "page": "family list", "requests_per_second": 50.0, "median_ms": 20.0, "p95_ms": 30.0,
           "queries": 4, "times_nothing": 2.0, "most_times_nothing": 4.5, "sql_ms": 3.0, "times_uncontrolled": 1.3, "times_with_count": 1.4,
           "most_times_uncontrolled": 1.15, "status": 200, "kilobytes": 12.0}  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
def test_bench_measures_every_page_and_leaves_nothing_behind(tmp_path):
    County(400, 1, lambda *_: None).load()
    before = dict(connection.settings_dict), Case.objects.visible_to
    try:
        call_command("bench", rounds=1, output=tmp_path / "bench.json", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict.update(before[0])
    figures = json.loads((tmp_path / "bench.json").read_text())
    assert {(cell["who"], cell["page"]) for cell in figures["pages"]} >= {
        ("school practitioner", "family list"),
        ("hub coordinator", "family record"),
        ("county analyst", "board figures"),
    }
    assert {cell["status"] for cell in figures["pages"]} == {200}
    assert all(cell["median_ms"] > 0 and cell["times_nothing"] > 0 for cell in figures["pages"])
    assert (tmp_path / f"bench-{figures['county']['cases']}.json").exists()
    with connection.cursor() as cursor:
        cursor.execute("select to_regprocedure('app.bench_search_people(text, int)'), current_user")
        assert cursor.fetchone() == (None, "eh_app")
    assert not Case.objects.exists()  # nobody is asking, so nobody sees anything


def test_goal_stands_beside_the_value_and_a_miss_is_marked():
    cell = Cell(**FIGURES)
    assert cell.falls_short
    assert "2.00 (4.5)" in table([cell])
    assert "!1.30 (1.15)" in table([cell])
    assert not Cell(**FIGURES | {"times_uncontrolled": 1.1}).falls_short


def test_figures_are_medians():
    assert percentile(range(100), 0.95) == 95
    assert ratio_of([2, 4, 90], [1, 2, 3]) == 2
    assert ratio_of([1], []) == 0
