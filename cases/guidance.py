"""Guidance on levels of need beside a choice: told by the app that holds it, since this one may not import it.

That app adds a function in its AppConfig.ready(); it gives rows with `.level` (its name and number) and `.domains`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

providers: list[Callable[[], Iterable]] = []


def levels_of_need() -> list:
    """What is often seen at each level, in the county's own words. Holds nothing about a family."""
    return [guide for provider in providers for guide in provider()]
