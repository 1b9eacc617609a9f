"""Words for the pages of drafts and quick notes."""

from __future__ import annotations

import datetime as dt

from django import template

from assessments.flow import ageing

register = template.Library()


@register.filter
def days_ago(at: dt.datetime) -> str:
    """ "today", "yesterday", "12 days ago"."""
    return ageing.days_ago(at)
