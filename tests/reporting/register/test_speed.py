"""How long a county's worth of lines takes. Reported, not asserted: `pytest -m slow -s` prints the figures."""

import csv
import io
import random
import time

import pytest

from earlyhelp.access import Role
from reporting.models import RegisterImport
from reporting.register.loading import load_register, start_loading
from reporting.register.receiving import check_register, receive_register
from tests.cases.test_matching import invented

HEADINGS = "Ref,Surname,Forename,DOB,Address,Postcode,District,Date registered,Date completed,Agency,Level,Needs,Consent,Notes"


def county_register(count: int) -> bytes:
    """A sound register of invented children."""
    rng = random.Random(5)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS.split(","))
    for number, child in enumerate(invented(count, rng)):
        year = rng.randint(2017, 2025)
        writer.writerow(
            [
                f"EHA/{number:06}",
                child.last_name,
                child.first_name,
                f"{child.born_on:%d/%m/%Y}",
                child.address,
                child.postcode,
                rng.choice(["East", "West"]),
                f"{rng.randint(1, 28)}/03/{year}",
                f"{rng.randint(1, 28)}/04/{year}" if rng.random() < 0.7 else "",
                rng.choice(["School", "CAMHS"]),
                rng.choice("23"),
                rng.choice(["debt; housing", "parenting"]),
                "Yes",
                "mum prefers texts",
            ]
        )
    return out.getvalue().encode()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("count", [2_000])
def test_lines_a_second(count, world, seen_by, capsys):
    world.hub("East")
    world.hub("West")
    actor = seen_by(world.member(world.agency("council_early_help"), Role.HUB_MANAGER))
    content = county_register(count)
    began = time.monotonic()
    register = receive_register(content=content, file_name="county.csv", by=actor)
    check_register(register=register, by=actor)
    checked = time.monotonic()
    start_loading(register=register, by=actor)
    load_register(register_id=register.pk, by=actor)
    loaded = time.monotonic()
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{count:,} lines: checked in {checked - began:.1f} s, loaded in {loaded - checked:.1f} s, "
            f"{register.counts['duplicates']} likely duplicates"
        )
    assert RegisterImport.objects.get().counts["taken"] == count
