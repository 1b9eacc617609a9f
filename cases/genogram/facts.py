"""What a family tree is made of, without the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

PARENT, STEP_PARENT, GRANDPARENT = "parent", "step_parent", "grandparent"
CARER, SIBLING, PARTNER, OTHER = "carer", "sibling", "partner", "other"


@dataclass(frozen=True, kw_only=True)
class Kin:
    """One person of the tree. `age` stands inside the symbol, `note` under the name; `sex` is F, M or U."""

    id: str
    name: str
    full_name: str = ""
    sex: str = "U"
    is_child: bool = True
    is_unborn: bool = False
    at_home: bool = True
    age: str = ""
    note: str = ""
    born_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Tie:
    """One recorded relationship, read from `a` to `b`: a is the parent of b. `over`: partners who have parted."""

    id: str
    kind: str
    a: str
    b: str
    responsible: bool = False
    over: bool = False
