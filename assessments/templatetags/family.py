"""`{% load family %}`: what stands beside the answers of an assessment."""

from django import template

from assessments.family.differing import may_differ

register = template.Library()


@register.filter
def at(found, key):
    """What a dictionary holds under a key, or nothing."""
    return (found or {}).get(key, ())


@register.filter
def takes_views(question):
    """Whether somebody's different view can stand beside the answers to this question."""
    return may_differ(question)
