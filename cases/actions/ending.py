"""Ending what has a first and a last day, at once."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone


def end_at_once(row, **also) -> None:
    """End a place on a team or a panel, or a share, so that it does not count from this moment. Saved.

    A last day counts to its end, so the last one is yesterday. What began today never counted for a whole day: it is
    put at yesterday too, since nothing ends before it began.

    Args:
        row: has `starts_on` and `ends_on`.
        also: other fields that are written with them, such as `end_reason`.
    """
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    row.starts_on, row.ends_on = min(row.starts_on, yesterday), yesterday
    for name, value in also.items():
        setattr(row, name, value)
    row.save(update_fields=["starts_on", "ends_on", *also])
