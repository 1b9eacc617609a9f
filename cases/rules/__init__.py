"""Who may do what in a case.

Each rule is a pair over one body: `check_can_...` raises NotAllowed, `can_...` answers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from earlyhelp.access import NotAllowed

__all__ = ["NotAllowed", "answered"]


def answered(check: Callable[..., None]) -> Callable[..., bool]:
    """The boolean half of a rule: the same body, with its refusal turned into False."""

    @wraps(check)
    def can(*args, **kwargs) -> bool:
        try:
            check(*args, **kwargs)
        except NotAllowed:
            return False
        return True

    can.__name__ = check.__name__.replace("check_can", "can")
    can.__doc__ = f"Whether {check.__name__} would pass."
    return can
