"""`{% load plan %}`: small parts of plans and of what was sent with a step-up."""

import datetime as dt

from django import template

from earlyhelp.web.dates import day

register = template.Library()


@register.filter
def iso_day(text):
    """A day stored as "2026-03-27" in words: "27 March 2026"."""
    return day(dt.date.fromisoformat(text)) if text else ""
