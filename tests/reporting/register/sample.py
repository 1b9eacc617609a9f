"""The county's sample register and its answer key."""

import json
from pathlib import Path

DATA = Path(__file__).parent / "data"
FILE = DATA / "eha_register_2015_16.csv"
KEY = json.loads((DATA / "eha_register_2015_16.key.json").read_text())
DISTRICTS = ("Sedgemoor", "Mendip", "South Somerset", "West Somerset", "Taunton Deane")


def quarter_of(day) -> str:
    """2015-Q1 is April to June 2015."""
    months = (day.month - 4) % 12
    return f"{day.year - (day.month < 4)}-Q{months // 3 + 1}"
