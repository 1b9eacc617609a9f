"""What the county knows before a register is read."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from .codes import plain
from .repeats import Repeats

HUB_WORDS = re.compile(
    r"\b(the|district|council|hub|locality|area|team|borough|dc|bc|early help|cluster|patch|unit|office)\b"
)


@dataclass(frozen=True)
class Setting:
    """What the county knows before a file is read.

    `hubs` names of hubs, `own_hubs` those the person may load for (None: all), `today` the last day an event may have,
    `aliases` other names of hubs (code or earlier name -> name), `loaded` what earlier files brought.
    """

    hubs: Collection[str]
    today: dt.date
    own_hubs: Collection[str] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    create_hubs: bool = False
    loaded: Repeats = field(default_factory=Repeats)


def hub_key(name: str) -> str:
    """A hub's name for comparing: "SEDGEMOOR District Council " and "Sedgemoor" are one."""
    words = plain(name).replace("&", " and ")
    return " ".join(HUB_WORDS.sub(" ", re.sub(r"[^a-z0-9 ]+", " ", words)).split()) or words
